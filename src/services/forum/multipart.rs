//! A `multipart/form-data` body that streams and can be sent again byte for byte.
//!
//! Source: RFC 7578, and the names' escapes from the WHATWG HTML standard, "Multipart form data".

use bytes::Bytes;

use crate::services::body::{Body, Piece};

/// Characters of a boundary; all may stand in the header without quotes.
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Random characters of a boundary: about 190 bits, so that no file holds it.
const RANDOM_CHARS: usize = 32;

/// A random boundary; `random_below` answers a number below its argument.
pub fn boundary(random_below: impl Fn(usize) -> usize) -> String {
    let random = (0..RANDOM_CHARS).filter_map(|_| ALPHABET.get(random_below(ALPHABET.len())).copied());
    format!("affix-{}", random.map(char::from).collect::<String>())
}

/// A form while it is put together.
#[derive(Debug)]
pub struct Form {
    boundary: String,
    pieces: Vec<Piece>,
}

impl Form {
    #[must_use]
    pub fn new(boundary: String) -> Self {
        Self { boundary, pieces: Vec::new() }
    }

    /// Adds a field of text.
    #[must_use]
    pub fn text(mut self, name: &str, value: &str) -> Self {
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{value}\r\n",
            self.boundary,
            escaped(name)
        );
        self.pieces.push(Piece::Bytes(head.into()));
        self
    }

    /// Adds a field with a file.
    #[must_use]
    pub fn file(mut self, name: &str, file_name: &str, content_type: &str, content: Piece) -> Self {
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            self.boundary,
            escaped(name),
            escaped(file_name),
            clean_type(content_type)
        );
        self.pieces.extend([Piece::Bytes(head.into()), content, Piece::Bytes(Bytes::from_static(b"\r\n"))]);
        self
    }

    /// The value of the `Content-Type` header, and the body.
    #[must_use]
    pub fn finish(mut self) -> (String, Body) {
        self.pieces.push(Piece::Bytes(format!("--{}--\r\n", self.boundary).into()));
        (format!("multipart/form-data; boundary={}", self.boundary), Body::pieces(self.pieces))
    }
}

/// A field's or a file's name between quotes: what would end it is percent-encoded, all else is UTF-8 as it is.
fn escaped(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

/// The media type, unless it could not stand in a header.
fn clean_type(content_type: &str) -> &str {
    let visible = content_type.chars().all(|c| matches!(c, ' '..='~'));
    if visible && content_type.contains('/') { content_type } else { "application/octet-stream" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_those_of_a_browser() {
        let (content_type, body) = Form::new("B".to_owned())
            .text("type", "public/image")
            .file("file", "a \"ü\"\r\n%.png", "image/png", Piece::Bytes("\r\nX".into()))
            .finish();
        assert_eq!(content_type, "multipart/form-data; boundary=B");
        let expected = "--B\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\npublic/image\r\n\
             --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a %22ü%22%0D%0A%.png\"\r\n\
             Content-Type: image/png\r\n\r\n\r\nX\r\n--B--\r\n";
        assert_eq!(String::from_utf8(body.as_bytes().unwrap()).unwrap(), expected);
        assert_eq!(body.len(), expected.len() as u64);
    }

    #[test]
    fn a_media_type_cannot_add_headers() {
        for odd in ["image/png\r\nX: 1", "", "png", "bild/ü"] {
            assert_eq!(clean_type(odd), "application/octet-stream", "{odd:?}");
        }
        assert_eq!(clean_type("video/mp4"), "video/mp4");
    }

    #[test]
    fn the_boundary_follows_the_random_numbers() {
        assert_eq!(boundary(|_| 0), format!("affix-{}", "0".repeat(32)));
        assert_eq!(boundary(|n| n - 1), format!("affix-{}", "z".repeat(32)));
    }
}
