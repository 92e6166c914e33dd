//! What the two programs say to each other. First both greet with the protocol's name and version; then the later one
//! sends its message, a list of texts, and reads one byte after the other until it is answered. All lengths are
//! bounded: the other side may be any program of this user.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::Message;

/// The protocol's name and its version in the last byte. Another version takes nothing from this one.
const GREETING: [u8; 13] = *b"affix-window\x01";

/// Of a whole message. What a system hands to a program is smaller (6 MiB on Linux), but paths are made absolute.
const MESSAGE_MAX: usize = 32 << 20;

/// Stands for the wish to choose files; otherwise an empty text.
const CHOOSE: &str = "choose";

/// What the window answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// It is there and has not looked yet.
    Wait,
    /// The window has it: the later program may end.
    Taken,
    /// It takes nothing, because it closes.
    Closes,
    /// It has not come to it in time.
    Late,
}

impl Said {
    const fn byte(self) -> u8 {
        match self {
            Self::Wait => 0,
            Self::Taken => 1,
            Self::Closes => 2,
            Self::Late => 3,
        }
    }
}

/// Says who this is and reads who the other one is.
pub(super) async fn greet(line: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
    line.write_all(&GREETING).await?;
    line.flush().await?;
    let mut heard = [0; GREETING.len()];
    line.read_exact(&mut heard).await?;
    if heard == GREETING {
        Ok(())
    } else {
        Err(io::Error::new(ErrorKind::Unsupported, "the other program speaks another language"))
    }
}

pub(super) async fn send(line: &mut (impl AsyncWrite + Unpin), message: &Message) -> io::Result<()> {
    let bytes = encode(message)?;
    line.write_all(&bytes).await?;
    line.flush().await
}

pub(super) async fn receive(line: &mut (impl AsyncRead + Unpin)) -> io::Result<Message> {
    let mut left = MESSAGE_MAX;
    let count = length(line, &mut left).await?;
    let mut texts = Vec::new();
    for _ in 0..count {
        let wanted = length(line, &mut left).await?;
        left = left.checked_sub(wanted).ok_or_else(too_long)?;
        // No more than has come is kept, whatever length is stated.
        let mut text = Vec::new();
        let limit = u64::try_from(wanted).map_err(io::Error::other)?;
        if (&mut *line).take(limit).read_to_end(&mut text).await? < wanted {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        texts.push(os_text(&text)?);
    }
    let mut texts = texts.into_iter();
    let token = texts.next().filter(|token| !token.is_empty());
    let choose = texts.next().is_some_and(|wish| wish == CHOOSE);
    Ok(Message { token, choose, files: texts.map(PathBuf::from).collect() })
}

async fn length(line: &mut (impl AsyncRead + Unpin), left: &mut usize) -> io::Result<usize> {
    *left = left.checked_sub(size_of::<u32>()).ok_or_else(too_long)?;
    usize::try_from(line.read_u32().await?).map_err(io::Error::other)
}

fn too_long() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "a message that is too long")
}

pub(super) async fn say(line: &mut (impl AsyncWrite + Unpin), said: Said) -> io::Result<()> {
    line.write_u8(said.byte()).await?;
    line.flush().await
}

/// Reads what was said; an end without a word is an error.
pub(super) async fn hear(line: &mut (impl AsyncRead + Unpin)) -> io::Result<Said> {
    let heard = line.read_u8().await?;
    let known =
        [Said::Wait, Said::Taken, Said::Closes, Said::Late].into_iter().find(|said| said.byte() == heard);
    known.ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "an answer that is not known"))
}

/// The token first, which may be empty, then the wish, then the files.
fn encode(message: &Message) -> io::Result<Vec<u8>> {
    let empty = OsString::new();
    let token = message.token.as_ref().unwrap_or(&empty).as_os_str();
    let wish = OsStr::new(if message.choose { CHOOSE } else { "" });
    let texts: Vec<&OsStr> =
        [token, wish].into_iter().chain(message.files.iter().map(|file| file.as_os_str())).collect();
    let mut bytes = Vec::new();
    put_length(&mut bytes, texts.len())?;
    for text in texts {
        let text = os_bytes(text);
        put_length(&mut bytes, text.len())?;
        bytes.extend_from_slice(&text);
        if bytes.len() > MESSAGE_MAX {
            return Err(too_long());
        }
    }
    Ok(bytes)
}

fn put_length(bytes: &mut Vec<u8>, length: usize) -> io::Result<()> {
    bytes.extend_from_slice(&u32::try_from(length).map_err(|_large| too_long())?.to_be_bytes());
    Ok(())
}

#[cfg(unix)]
fn os_bytes(text: &OsStr) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    text.as_bytes().to_vec()
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "on Windows not all bytes are a text")]
fn os_text(bytes: &[u8]) -> io::Result<OsString> {
    use std::os::unix::ffi::OsStrExt as _;
    Ok(OsStr::from_bytes(bytes).to_owned())
}

/// As Windows has names, pairs of bytes that need not be Unicode.
#[cfg(windows)]
fn os_bytes(text: &OsStr) -> Vec<u8> {
    use std::os::windows::ffi::OsStrExt as _;
    text.encode_wide().flat_map(u16::to_le_bytes).collect()
}

#[cfg(windows)]
fn os_text(bytes: &[u8]) -> io::Result<OsString> {
    use std::os::windows::ffi::OsStringExt as _;
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(io::Error::new(ErrorKind::InvalidData, "half a character"));
    }
    let wide: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    Ok(OsString::from_wide(&wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(token: Option<&str>, files: &[&str]) -> Message {
        let files = files.iter().map(PathBuf::from).collect();
        Message { token: token.map(OsString::from), choose: token.is_some(), files }
    }

    #[tokio::test]
    async fn what_is_sent_arrives() {
        let many: Vec<String> = (0..500).map(|n| format!("/home/anna/photo {n}.jpg")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for sent in [message(None, &[]), message(Some("token_TIME1"), &["/a/b"]), message(None, &many)] {
            let bytes = encode(&sent).unwrap();
            assert_eq!(receive(&mut bytes.as_slice()).await.unwrap(), sent);
        }
    }

    /// On Windows two bytes are a unit, and these are a surrogate that has lost its other half.
    #[tokio::test]
    async fn a_name_may_be_any_bytes() {
        let files =
            [&b"/tmp/a\xff\xdf\x01\n names"[..], b"/tmp/\xe6\x9c\x80"].map(|file| os_text(file).unwrap());
        assert!(files[0].to_str().is_none(), "{files:?}");
        let sent = Message { files: files.map(PathBuf::from).into(), ..message(None, &[]) };
        let bytes = encode(&sent).unwrap();
        assert_eq!(receive(&mut bytes.as_slice()).await.unwrap(), sent);
    }

    #[tokio::test]
    async fn what_breaks_off_or_states_too_much_is_an_error() {
        let whole = encode(&message(Some("t"), &["/a", "/b"])).unwrap();
        for end in 0..whole.len() {
            let failed = receive(&mut &whole[..end]).await.unwrap_err();
            assert_eq!(failed.kind(), ErrorKind::UnexpectedEof, "{end}");
        }
        for stated in [[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff], [0xff; 8]] {
            let failed = receive(&mut stated.as_slice()).await.unwrap_err();
            assert!(matches!(failed.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof), "{failed}");
        }
        let endless = vec![0; MESSAGE_MAX + 8];
        let mut endless = endless.as_slice();
        let mut count = [0xff, 0xff, 0xff, 0xff].as_slice().chain(&mut endless);
        assert_eq!(receive(&mut count).await.unwrap_err().kind(), ErrorKind::InvalidData);
        let long = "x".repeat(MESSAGE_MAX);
        assert_eq!(encode(&message(None, &[&long])).unwrap_err().kind(), ErrorKind::InvalidData);
    }

    #[tokio::test]
    async fn another_version_is_told_from_this_one() {
        let (mut one, mut other) = tokio::io::duplex(64);
        let later = async {
            other.write_all(b"affix-window\x02").await.unwrap();
            other
        };
        let (greeted, _open) = tokio::join!(greet(&mut one), later);
        assert_eq!(greeted.unwrap_err().kind(), ErrorKind::Unsupported);
        let (mut one, mut other) = tokio::io::duplex(64);
        let (here, there) = tokio::join!(greet(&mut one), greet(&mut other));
        here.and(there).unwrap();
    }
}
