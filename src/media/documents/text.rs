//! The first lines of a text, in whatever encoding it is.

use std::borrow::Cow;
use std::path::Path;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::domain::error::{Failure, Kind};
use crate::domain::file_name::is_direction_mark;
use crate::media::Excerpt;
use crate::media::kind::{is_text, utf16_without_mark};
use crate::media::opened::Opened;

const READ_MAX_BYTES: u64 = 64 << 10;
const LINES_MAX: usize = 400;
const LINE_MAX_CHARS: usize = 2_000;

/// The first lines of a text: up to 400, of 64 KiB at most, each cut after 2,000 characters. Control characters and
/// marks that turn the direction of writing are written out (`\u{202e}`).
///
/// # Errors
/// - [`Kind::WrongType`]: it is no text.
/// - [`Kind::Unreadable`]: it cannot be read.
pub fn excerpt(path: &Path) -> Result<Excerpt, Failure> {
    first_lines(&mut Opened::open(path)?)
}

pub(super) fn first_lines(opened: &mut Opened) -> Result<Excerpt, Failure> {
    let content = opened.start(READ_MAX_BYTES + 1)?;
    let is_all = content.len() as u64 <= READ_MAX_BYTES;
    let content = content.get(..usize::try_from(READ_MAX_BYTES).unwrap_or(usize::MAX)).unwrap_or(&content);
    if !content.is_empty() && !is_text(content) {
        return Err(opened.failure(Kind::WrongType, "is no text"));
    }
    let encoding = encoding_of(content, is_all);
    let text = decoded(content, encoding, is_all);
    // A text may have a few signs that are none; a program that was taken for one has many.
    let odd = text.chars().filter(|&c| c == '\u{fffd}' || (c.is_control() && !is_layout(c))).count();
    if odd * 20 > text.chars().count() + 40 {
        return Err(opened.failure(Kind::WrongType, "is no text"));
    }
    let (text, is_cut) = shown(&text);
    Ok(Excerpt { text, is_whole: is_all && !is_cut, encoding: encoding.name().to_owned() })
}

/// A byte order mark, UTF-8 where it is, else what it most looks like.
fn encoding_of(content: &[u8], is_all: bool) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(content) {
        return encoding;
    }
    if let Some(big_endian) = utf16_without_mark(content) {
        return if big_endian { UTF_16BE } else { UTF_16LE };
    }
    match std::str::from_utf8(content) {
        Ok(_) => return UTF_8,
        // The last character was cut in two by the limit.
        Err(error) if error.error_len().is_none() && !is_all => return UTF_8,
        Err(_) => {}
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(content, is_all);
    detector.guess(None, Utf8Detection::Deny)
}

/// Without a byte order mark, and without the half of a character at a cut end.
fn decoded(content: &[u8], encoding: &'static Encoding, is_all: bool) -> String {
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length(content.len()).unwrap_or_default());
    let _all_read_as_the_room_is_enough = decoder.decode_to_string(content, &mut text, is_all);
    text
}

/// The lines that are shown, and whether something was left out.
fn shown(text: &str) -> (String, bool) {
    let text = if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    };
    let mut shown = String::new();
    let mut is_cut = text.split_inclusive('\n').count() > LINES_MAX;
    for line in text.split_inclusive('\n').take(LINES_MAX) {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let mut chars = line.chars();
        for c in chars.by_ref().take(LINE_MAX_CHARS) {
            if is_hidden(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
        }
        if chars.next().is_some() {
            shown.push('…');
            is_cut = true;
        }
        shown.push_str(end);
    }
    (shown, is_cut)
}

fn is_layout(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}')
}

fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\t')
        || is_direction_mark(c)
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
