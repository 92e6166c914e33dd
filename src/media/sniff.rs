//! The media type of a file, from its first bytes and its name.

use super::kind::is_svg;

/// As many first bytes as [`media_type`] makes use of.
pub(super) const HEAD_BYTES: u64 = 1024;

const UNKNOWN: &str = "application/octet-stream";

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Certain: a picture, a sound or a video; the name's extension does not count.
    Sure(&'static str),
    /// A container of many types (zip: documents, apps; TIFF: raw photos): the extension knows better.
    Family(&'static str),
    /// A container that holds sound alone or video: the extension says which, video where it does not.
    Either { audio: &'static str, video: &'static str },
}

/// The media type of a file with these first bytes and this name.
pub(super) fn media_type(head: &[u8], name: &str) -> String {
    let guess = mime_guess::from_path(name).first_raw();
    match (content(head), guess) {
        // A zip that calls itself a photo is a zip; one that calls itself a document may be one.
        (Some(Content::Family(mime)), Some(guess)) if !is_media(guess) || major(guess) == major(mime) => {
            guess
        }
        (Some(Content::Sure(mime) | Content::Family(mime)), _) => mime,
        (Some(Content::Either { audio, .. }), Some(guess)) if major(guess) == "audio" => audio,
        (Some(Content::Either { video, .. }), _) => video,
        // ".ts" means MPEG transport stream to the table of types, but mostly TypeScript to people.
        (None, Some("video/vnd.dlna.mpeg-tts")) if !head.is_empty() => "text/plain",
        (None, guess) => guess.unwrap_or(UNKNOWN),
    }
    .to_owned()
}

fn major(mime: &str) -> &str {
    mime.split('/').next().unwrap_or_default()
}

pub(super) fn is_media(mime: &str) -> bool {
    matches!(major(mime), "image" | "audio" | "video")
}

/// The type of a video's container when the first bytes are surely one's; never by the name alone,
/// so that no playlist or script is handed to a decoder as a video.
pub(super) fn video_type(head: &[u8]) -> Option<&'static str> {
    match content(head)? {
        Content::Sure(mime) => mime.starts_with("video/").then_some(mime),
        Content::Either { video, .. } => Some(video),
        Content::Family(_) => None,
    }
}

/// The type of a sound, or of a container that may hold one alone, when the first bytes are surely one's.
pub(super) fn sound_type(head: &[u8]) -> Option<&'static str> {
    match content(head)? {
        Content::Sure(mime) => mime.starts_with("audio/").then_some(mime),
        Content::Either { audio, .. } => Some(audio),
        Content::Family(_) => None,
    }
}

/// The type of a picture when the first bytes are surely one's.
pub(super) fn picture_type(head: &[u8]) -> Option<&'static str> {
    match content(head)? {
        Content::Sure(mime) | Content::Family(mime) => mime.starts_with("image/").then_some(mime),
        Content::Either { .. } => None,
    }
}

fn content(head: &[u8]) -> Option<Content> {
    by_prefix(head)
        .or_else(|| riff(head))
        .or_else(|| iso_media(head))
        .or_else(|| ogg(head))
        .or_else(|| matroska(head))
        .or_else(|| transport_stream(head))
        .or_else(|| is_svg(head).then_some(Content::Sure("image/svg+xml")))
}

/// Signatures at the very beginning, each as its format's specification has it.
const PREFIXES: [(&[u8], Content); 24] = [
    (b"\x89PNG\r\n\x1a\n", Content::Sure("image/png")),
    (b"\xff\xd8\xff", Content::Sure("image/jpeg")),
    (b"GIF87a", Content::Sure("image/gif")),
    (b"GIF89a", Content::Sure("image/gif")),
    (b"\xff\x0a", Content::Sure("image/jxl")),
    (b"\0\0\0\x0cJXL \r\n\x87\n", Content::Sure("image/jxl")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Content::Family("image/jp2")),
    (b"II*\0", Content::Family("image/tiff")),
    (b"MM\0*", Content::Family("image/tiff")),
    (b"8BPS\0", Content::Sure("image/vnd.adobe.photoshop")),
    (b"ID3", Content::Sure("audio/mpeg")),
    (b"fLaC", Content::Sure("audio/flac")),
    (b"FLV\x01", Content::Sure("video/x-flv")),
    (b"\0\0\x01\xba", Content::Sure("video/mpeg")),
    (b"\0\0\x01\xb3", Content::Sure("video/mpeg")),
    (
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
        Content::Either { audio: "audio/x-ms-wma", video: "video/x-ms-wmv" },
    ),
    (b"%PDF-", Content::Family("application/pdf")),
    (b"PK\x03\x04", Content::Family("application/zip")),
    (b"PK\x05\x06", Content::Family("application/zip")),
    (b"\x1f\x8b\x08", Content::Family("application/gzip")),
    (b"7z\xbc\xaf\x27\x1c", Content::Family("application/x-7z-compressed")),
    (b"Rar!\x1a\x07", Content::Family("application/vnd.rar")),
    (b"\x7fELF", Content::Family("application/x-executable")),
    (b"\x28\xb5\x2f\xfd", Content::Family("application/zstd")),
];

fn by_prefix(head: &[u8]) -> Option<Content> {
    if let Some((_, content)) = PREFIXES.iter().find(|(prefix, _)| head.starts_with(prefix)) {
        return Some(*content);
    }
    // "BM" begins many texts as well: a bitmap goes on with a size, two zeros and a header's length.
    let is_bitmap = head.starts_with(b"BM")
        && head.get(6..10) == Some(&[0; 4])
        && matches!(head.get(14..18), Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]));
    is_bitmap.then_some(Content::Sure("image/bmp"))
}

fn riff(head: &[u8]) -> Option<Content> {
    if !head.starts_with(b"RIFF") {
        return None;
    }
    match head.get(8..12)? {
        b"WEBP" => Some(Content::Sure("image/webp")),
        b"WAVE" => Some(Content::Sure("audio/wav")),
        b"AVI " => Some(Content::Sure("video/x-msvideo")),
        _ => None,
    }
}

/// ISO base media (ISO/IEC 14496-12) by its major brand, and `QuickTime` files that have none.
fn iso_media(head: &[u8]) -> Option<Content> {
    let kind = head.get(4..8)?;
    if matches!(kind, b"moov" | b"mdat" | b"wide") {
        return Some(Content::Sure("video/quicktime"));
    }
    if kind != b"ftyp" {
        return None;
    }
    Some(match head.get(8..12)? {
        b"heic" | b"heix" | b"heim" | b"heis" => Content::Sure("image/heic"),
        b"avif" | b"avis" => Content::Sure("image/avif"),
        b"mif1" | b"msf1" => Content::Family("image/heif"),
        b"crx " => Content::Sure("image/x-canon-cr3"),
        b"qt  " => Content::Sure("video/quicktime"),
        b"M4A " | b"M4B " | b"M4P " => Content::Sure("audio/mp4"),
        [b'3', b'g', b'p' | b'r' | b's', _] => Content::Either { audio: "audio/3gpp", video: "video/3gpp" },
        _ => Content::Either { audio: "audio/mp4", video: "video/mp4" },
    })
}

/// Theora names itself in the first page (Theora specification, section 6.2).
fn ogg(head: &[u8]) -> Option<Content> {
    let is_video = head.windows(7).any(|word| word == b"\x80theora");
    head.starts_with(b"OggS").then_some(Content::Sure(if is_video { "video/ogg" } else { "audio/ogg" }))
}

fn matroska(head: &[u8]) -> Option<Content> {
    if !head.starts_with(b"\x1a\x45\xdf\xa3") {
        return None;
    }
    let start = head.get(..96).unwrap_or(head);
    let is_webm = start.windows(4).any(|word| word == b"webm");
    Some(if is_webm {
        Content::Either { audio: "audio/webm", video: "video/webm" }
    } else {
        Content::Either { audio: "audio/x-matroska", video: "video/x-matroska" }
    })
}

/// MPEG transport stream: a sync byte every 188 bytes (ISO/IEC 13818-1), or every 192 on cameras.
fn transport_stream(head: &[u8]) -> Option<Content> {
    let synced = |first: usize, step: usize| (0..4).all(|n| head.get(first + n * step) == Some(&0x47));
    (synced(0, 188) || synced(4, 192)).then_some(Content::Sure("video/mp2t"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_wins_for_media_and_the_extension_for_the_rest() {
        let mp4: &[u8] = b"\0\0\0\x20ftypisom\0\0\x02\0";
        let zip: &[u8] = b"PK\x03\x04rest";
        let tiff: &[u8] = b"II*\0rest";
        let webm: &[u8] = b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm";
        for (head, name, mime) in [
            (b"\x89PNG\r\n\x1a\n".as_slice(), "photo.jpg", "image/png"),
            (b"\xff\xd8\xff\xe0", "noextension", "image/jpeg"),
            (b"GIF89a", "song.mp3", "image/gif"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "a.png", "image/webp"),
            (b"RIFF\0\0\0\0AVI LIST", "a.bin", "video/x-msvideo"),
            (mp4, "clip.mp4", "video/mp4"),
            (mp4, "clip.webm", "video/mp4"),
            (mp4, "clip.txt", "video/mp4"),
            (mp4, "song.m4a", "audio/mp4"),
            (b"\0\0\0\x14ftypqt  ", "clip.mp4", "video/quicktime"),
            (b"\0\0\0\x18ftypheic", "IMG.HEIC", "image/heic"),
            (webm, "clip.webm", "video/webm"),
            (webm, "sound.weba", "audio/webm"),
            (b"\x1a\x45\xdf\xa3\xa3B\x82\x88matroska", "clip", "video/x-matroska"),
            (zip, "report.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (zip, "report.zip", "application/zip"),
            (zip, "photo.jpg", "application/zip"),
            (zip, "noextension", "application/zip"),
            (tiff, "raw.dng", "image/x-adobe-dng"),
            (tiff, "scan.tif", "image/tiff"),
            (tiff, "scan.mp4", "image/tiff"),
            (b"%PDF-1.7", "drawing.ai", "application/postscript"),
            (b"%PDF-1.7", "drawing", "application/pdf"),
            (b"BM is not a bitmap by itself", "notes.txt", "text/plain"),
            (b"hello", "notes.txt", "text/plain"),
            (b"{}", "data.json", "application/json"),
            (b"<svg/>", "icon.svg", "image/svg+xml"),
            (b"<?xml version=\"1.0\"?>\n<!-- a -->\n<svg xmlns=\"\">", "icon.xml", "image/svg+xml"),
            (b"\xef\xbb\xbf<!DOCTYPE svg PUBLIC", "noextension", "image/svg+xml"),
            (b"<!DOCTYPE html><svg>", "page.html", "text/html"),
            (b"<svgs/>", "notes.txt", "text/plain"),
            (b"", "empty.jpg", "image/jpeg"),
            (b"export const x = 1;", "code.ts", "text/plain"),
            (b"?", "mystery", UNKNOWN),
            (b"?", "mystery.qqq", UNKNOWN),
        ] {
            assert_eq!(media_type(head, name), mime, "{name}: {}", head.escape_ascii());
        }
    }

    #[test]
    fn a_transport_stream_is_told_from_typescript() {
        let mut head = vec![0; 1024];
        for at in (0..1024).step_by(188) {
            head[at] = 0x47;
        }
        assert_eq!(media_type(&head, "clip.ts"), "video/mp2t");
        assert_eq!(video_type(&head), Some("video/mp2t"));
    }

    #[test]
    fn only_content_makes_a_video() {
        assert_eq!(video_type(b"#EXTM3U\nfile:///etc/passwd"), None);
        assert_eq!(video_type(b"ffconcat version 1.0"), None);
        assert_eq!(video_type(b"\0\0\0\x20ftypisom"), Some("video/mp4"));
        assert_eq!(video_type(b"\0\0\0\x20ftypM4A "), None);
    }
}
