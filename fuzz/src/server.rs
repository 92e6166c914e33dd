//! A server that answers with what the fuzzer thought of, and notes what it was asked.
//!
//! It is the proxy of the client, so that whatever host an answer names is here: nothing leaves this computer.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Method and whole address.
    pub line: String,
    pub headers: String,
    pub body: Vec<u8>,
}

/// An answer of the script: a status on the first line, headers, an empty line, the body.
#[derive(Debug, Clone)]
struct Answer {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

#[derive(Debug, Default)]
struct Inside {
    script: VecDeque<Answer>,
    asked: Vec<Asked>,
    /// Answers of the script with a status of success.
    successes: usize,
}

#[derive(Debug)]
pub struct Server {
    pub address: SocketAddr,
    inside: Mutex<Inside>,
}

pub static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("an address of this computer");
    let address = listener.local_addr().expect("an address of this computer");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(|| {
                let _ended = SERVER.serve(stream);
            });
        }
    });
    Server { address, inside: Mutex::default() }
});

impl Server {
    /// From now on these answers are given, one for each request; afterwards 500 without words.
    pub fn play(&self, script: &[&[u8]]) {
        *self.lock() =
            Inside { script: script.iter().map(|text| answer(text)).collect(), ..Inside::default() };
    }

    /// What was asked since [`Self::play`].
    pub fn asked(&self) -> Vec<Asked> {
        self.lock().asked.clone()
    }

    /// How many answers of success were given since [`Self::play`].
    pub fn successes(&self) -> usize {
        self.lock().successes
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut input = BufReader::new(stream.try_clone()?);
        let mut output = stream;
        while let Some(asked) = request(&mut input)? {
            let is_head = asked.line.starts_with("HEAD ");
            // What is encrypted is not spoken here.
            if asked.line.starts_with("CONNECT ") {
                return output.write_all(b"HTTP/1.1 502 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            }
            let answer = {
                let mut inside = self.lock();
                inside.asked.push(asked);
                let next = inside.script.pop_front();
                inside.successes += usize::from(next.as_ref().is_some_and(|answer| answer.status < 300));
                next.unwrap_or(Answer { status: 500, headers: String::new(), body: Vec::new() })
            };
            let mut text = format!("HTTP/1.1 {} X\r\n{}", answer.status, answer.headers).into_bytes();
            let is_bare = is_head || matches!(answer.status, 204 | 304);
            if !matches!(answer.status, 204) {
                text.extend(format!("content-length: {}\r\n", answer.body.len()).bytes());
            }
            text.extend(b"\r\n");
            if !is_bare {
                text.extend(&answer.body);
            }
            output.write_all(&text)?;
            // What says something of its own about where it ends may leave the client waiting.
            let headers = answer.headers.to_ascii_lowercase();
            if ["content-length", "transfer-encoding", "connection"].iter().any(|own| headers.contains(own)) {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn request(input: &mut impl BufRead) -> std::io::Result<Option<Asked>> {
    let mut asked = Asked::default();
    if input.read_line(&mut asked.line)? == 0 {
        return Ok(None);
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or_default();
        }
        asked.headers.push_str(&line);
    }
    input.take(length).read_to_end(&mut asked.body)?;
    Ok(Some(asked))
}

fn answer(text: &[u8]) -> Answer {
    let (head, body) = match text.windows(2).position(|pair| pair == b"\n\n") {
        Some(at) => (&text[..at], &text[at + 2..]),
        None => (text, &b""[..]),
    };
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.trim().parse().ok());
    let status = status.filter(|status| (200..600).contains(status)).unwrap_or(500);
    let headers = lines.filter(|line| line.contains(':')).map(|line| format!("{line}\r\n")).collect();
    Answer { status, headers, body: body.to_vec() }
}
