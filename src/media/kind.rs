//! Which reader serves a file: told by its first bytes, by its name where those leave it open.

use image::ImageFormat;

use crate::domain::file_name;
use crate::media::sniff;

/// What a file is, as far as its look is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// A picture of pixels that is decoded here.
    Raster,
    Video,
    /// Also packed (`.svgz`).
    Svg,
    Pdf,
    Font,
    /// A sound, whose look is the cover in it.
    Sound,
    /// A camera's own format: TIFF, or what is like it, with a JPEG in it.
    Raw,
    /// A picture that only `ffmpeg` decodes: HEIC, AVIF, JPEG XL.
    Foreign,
    Text,
    /// Archives, programs and all else that shows nothing.
    Nothing,
}

/// What these first bytes ([`sniff::HEAD_BYTES`]) and this name stand for.
pub(super) fn look_of(head: &[u8], name: &str) -> Look {
    let extension = file_name::extension(name);
    let packed = extension == "svgz" && head.starts_with(b"\x1f\x8b");
    if packed || is_svg(head) || (extension == "svg" && is_text(head)) {
        return Look::Svg;
    }
    if is_raw(head, &extension) {
        return Look::Raw;
    }
    if is_font(head) {
        return Look::Font;
    }
    if is_pdf(head) {
        return Look::Pdf;
    }
    let mime = sniff::media_type(head, name);
    // A container of both is a sound where its name says so.
    if sniff::video_type(head).is_some() && !mime.starts_with("audio/") {
        return Look::Video;
    }
    if is_raster(head, &mime) {
        return Look::Raster;
    }
    // What only calls itself a picture or a sound may be a text.
    let known = sniff::picture_type(head).or_else(|| sniff::sound_type(head));
    if known.is_none() && is_text(head) {
        return Look::Text;
    }
    match mime.as_str() {
        "image/heic" | "image/heif" | "image/avif" | "image/jxl" | "image/jp2" => Look::Foreign,
        mime if mime.starts_with("audio/") => Look::Sound,
        _ => Look::Nothing,
    }
}

fn is_raster(head: &[u8], mime: &str) -> bool {
    match image::guess_format(head) {
        // The image crate takes every text that begins with "BM" for one.
        Ok(ImageFormat::Bmp) => mime == "image/bmp",
        Ok(format) => format.reading_enabled(),
        Err(_) => false,
    }
}

/// Is the root element, after whatever may come before it, an `svg`? Pages of HTML with pictures in them are none.
pub(super) fn is_svg(head: &[u8]) -> bool {
    let mut rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    loop {
        rest = rest.trim_ascii_start();
        let ends_name = |after: u8| matches!(after, b' ' | b'\t' | b'\r' | b'\n' | b'>' | b'/');
        if [&b"<svg:svg"[..], b"<svg"].iter().any(|name| after_name(rest, name).is_some_and(ends_name)) {
            return true;
        }
        let (start, end): (&[u8], &[u8]) = match rest {
            [b'<', b'?', ..] => (b"<?", b"?>"),
            [b'<', b'!', b'-', b'-', ..] => (b"<!--", b"-->"),
            // What it declares comes within the brackets, and its name says enough.
            [b'<', b'!', b'D', ..] => {
                let kind = rest.strip_prefix(b"<!DOCTYPE").unwrap_or_default().trim_ascii_start();
                return after_name(kind, b"svg")
                    .is_some_and(|after| after.is_ascii_whitespace() || after == b'>');
            }
            _ => return false,
        };
        let Some(inner) = rest.strip_prefix(start) else { return false };
        let Some(at) = inner.windows(end.len()).position(|word| word == end) else { return false };
        rest = inner.get(at + end.len()..).unwrap_or_default();
    }
}

fn after_name(text: &[u8], name: &[u8]) -> Option<u8> {
    text.strip_prefix(name)?.first().copied()
}

/// Could these first bytes be of a text, in whatever encoding? A zero byte is in none but UTF-16, and control
/// characters are hardly in any: two at least may be.
pub(super) fn is_text(head: &[u8]) -> bool {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || utf16_without_mark(head).is_some() {
        return true;
    }
    let odd = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | b'\x0c' | b'\x1b');
    let count = head.iter().filter(|&&byte| odd(byte)).count();
    !head.is_empty() && !head.contains(&0) && count * 50 <= head.len() + 100
}

/// UTF-16 whose byte order nothing tells: of mostly Latin letters every other byte is zero. `true`: big-endian.
pub(super) fn utf16_without_mark(head: &[u8]) -> Option<bool> {
    let (pairs, _) = head.as_chunks::<2>();
    let letter = |byte: u8| byte == b'\n' || byte == b'\r' || byte == b'\t' || byte >= b' ';
    let of = |is_one: fn(&[u8; 2]) -> (u8, u8)| {
        pairs.iter().map(is_one).filter(|&(high, low)| high == 0 && letter(low)).count()
    };
    let most = |count: usize| pairs.len() >= 2 && count * 4 >= pairs.len() * 3;
    if most(of(|&[high, low]| (high, low))) {
        Some(true)
    } else if most(of(|&[low, high]| (high, low))) {
        Some(false)
    } else {
        None
    }
}

/// Adobe reads a PDF whose header is within the first 1,024 bytes (PDF 1.7, implementation note 13).
fn is_pdf(head: &[u8]) -> bool {
    head.windows(5).any(|word| word == b"%PDF-")
}

/// `OpenType` with outlines of either kind, Apple's `TrueType`, and collections (`OpenType` 1.9, "Organization of an
/// `OpenType` font"). The version is followed by the number of tables, which texts never have there.
fn is_font(head: &[u8]) -> bool {
    let versions: [&[u8]; 3] = [b"\0\x01\0\0\0", b"OTTO\0", b"true\0"];
    let collections: [&[u8]; 2] = [b"ttcf\0\x01\0\0", b"ttcf\0\x02\0\0"];
    versions.iter().chain(&collections).any(|start| head.starts_with(start))
}

/// Cameras' files are TIFF by their first bytes, so it is their name that tells them from a scan.
fn is_raw(head: &[u8], extension: &str) -> bool {
    let tiff = head.starts_with(b"II*\0") || head.starts_with(b"MM\0*");
    let named = matches!(
        extension,
        "3fr"
            | "arw"
            | "cr2"
            | "dcr"
            | "dng"
            | "erf"
            | "iiq"
            | "kdc"
            | "mef"
            | "mos"
            | "nef"
            | "nrw"
            | "pef"
            | "sr2"
            | "srf"
            | "srw"
    );
    // Olympus, Panasonic and Fujifilm have signatures of their own.
    let signatures: [&[u8]; 4] = [b"IIRO\x08\0\0\0", b"IIRS\x08\0\0\0", b"IIU\0", b"FUJIFILMCCD-RAW "];
    (tiff && named) || signatures.iter().any(|start| head.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_say_which_reader_serves_a_file() {
        for (head, name, look) in [
            (b"\x89PNG\r\n\x1a\n".as_slice(), "photo.txt", Look::Raster),
            (b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "a.bmp", Look::Raster),
            (b"BM is how this text begins", "a.txt", Look::Text),
            (b"II*\0\x08\0\0\0", "scan.tif", Look::Raster),
            (b"II*\0\x08\0\0\0", "photo.NEF", Look::Raw),
            (b"FUJIFILMCCD-RAW 0201", "photo.raf", Look::Raw),
            (b"\0\0\0\x20ftypisom", "clip.mp4", Look::Video),
            (b"\0\0\0\x20ftypisom", "song.m4a", Look::Sound),
            (b"\0\0\0\x18ftypheic", "photo.heic", Look::Foreign),
            (b"\xff\x0a", "photo.jxl", Look::Foreign),
            (b"ID3\x04", "song.mp3", Look::Sound),
            (b"\xff\xfb\x90\x64\0\0\0\0", "song.mp3", Look::Sound),
            (b"#EXTM3U\nsong.mp3\n", "list.m3u", Look::Text),
            (b"\0\x01\0\0\0\x0f\0\x80", "font.ttf", Look::Font),
            (b"OTTO\0\x0b", "font", Look::Font),
            (b"OTTO is a name", "otto.txt", Look::Text),
            (b"%PDF-1.4", "paper", Look::Pdf),
            (b"junk before\n%PDF-1.4", "paper.pdf", Look::Pdf),
            (b"{\\rtf1\\ansi", "letter.rtf", Look::Text),
            (b"<svg viewBox='0 0 1 1'>", "a.xml", Look::Svg),
            (b"\x1f\x8b\x08\0", "a.svgz", Look::Svg),
            (b"\x1f\x8b\x08\0", "a.gz", Look::Nothing),
            (b"PK\x03\x04\x14\0\0\0", "a.docx", Look::Nothing),
            (b"a\0b\0c\0d\0", "utf16.txt", Look::Text),
            (b"\0\0\0\0\0\0\0\0", "zeros.txt", Look::Nothing),
            (b"", "empty.svg", Look::Nothing),
        ] {
            assert_eq!(look_of(head, name), look, "{name}: {}", head.escape_ascii());
        }
    }

    #[test]
    fn a_vector_picture_is_told_by_its_root() {
        for (head, is) in [
            ("<svg>", true),
            ("<svg:svg xmlns:svg='x'>", true),
            ("\u{feff}  <?xml version='1.0'?>\n<!-- <html> --><!-- b -->\n<svg\n", true),
            ("<?xml version='1.0'?><!DOCTYPE svg PUBLIC \"-//W3C\" [", true),
            ("<!DOCTYPE svg>", true),
            ("<!DOCTYPE html><svg>", false),
            ("<!DOCTYPE svgs>", false),
            ("<html><svg>", false),
            ("<svgfont>", false),
            ("<!-- never closed <svg>", false),
            ("svg", false),
            ("", false),
        ] {
            assert_eq!(is_svg(head.as_bytes()), is, "{head}");
        }
    }
}
