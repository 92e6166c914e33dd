//! The spellings that one text has in addresses, JSON, XML and base64.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::domain::secret::Secret;

/// So much of a secret at a text's very end is taken for the secret, cut off.
const CUT_OFF: usize = 6;

/// Base64 of less than this is as common as words.
const BASE64_CHARS: usize = 8;

const XML: [(&str, char); 6] =
    [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&apos;", '\''), ("&#39;", '\'')];

/// What a spelling of a letter may start with beside the letter itself.
pub(super) const STARTS: [u8; 4] = *b"%\\&+";

/// How many bytes of `text` spell `secret` at its begin; none where something else stands there.
pub(super) fn find(text: &str, secret: &str) -> Option<usize> {
    let starts = (text.bytes().next(), secret.bytes().next());
    if starts.0 != starts.1 && !starts.0.is_some_and(|first| STARTS.contains(&first)) {
        return None;
    }
    if text.starts_with(secret) {
        return Some(secret.len());
    }
    let (mut rest, mut left) = (text, secret);
    loop {
        let Some(letter) = left.chars().next() else {
            return Some(text.len() - rest.len());
        };
        if rest.is_empty() || rest == "…" {
            let matched = secret.len() - left.len();
            return (matched >= CUT_OFF).then(|| text.len() - rest.len());
        }
        let passed = spelled(rest, letter)?;
        rest = rest.get(passed..)?;
        left = left.get(letter.len_utf8()..)?;
    }
}

/// The bytes of `text` that its begin takes to spell this letter.
fn spelled(text: &str, letter: char) -> Option<usize> {
    percent(text, letter).or_else(|| json(text, letter)).or_else(|| xml(text, letter)).or_else(|| {
        let space = letter == ' ' && text.starts_with('+');
        (space || text.starts_with(letter)).then(|| if space { 1 } else { letter.len_utf8() })
    })
}

fn percent(text: &str, letter: char) -> Option<usize> {
    let mut bytes = [0; 4];
    let bytes = letter.encode_utf8(&mut bytes).as_bytes();
    for (index, byte) in bytes.iter().enumerate() {
        let triplet = text.get(index * 3..index * 3 + 3)?.strip_prefix('%')?;
        if u8::from_str_radix(triplet, 16).ok()? != *byte {
            return None;
        }
    }
    Some(bytes.len() * 3)
}

fn json(text: &str, letter: char) -> Option<usize> {
    let escape = text.strip_prefix('\\')?;
    if let Some(hex) = escape.strip_prefix('u').and_then(|escape| escape.get(..4)) {
        return (u32::from_str_radix(hex, 16).ok()? == u32::from(letter)).then_some(6);
    }
    let short = match letter {
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '"' | '\\' | '/' => letter,
        _ => return None,
    };
    escape.starts_with(short).then_some(2)
}

fn xml(text: &str, letter: char) -> Option<usize> {
    let (spelled, _) =
        XML.into_iter().find(|(spelled, plain)| *plain == letter && text.starts_with(spelled))?;
    Some(spelled.len())
}

/// What base64 makes of a secret, in both alphabets and wherever it begins in what is encoded: the letters that hold
/// nothing else.
pub(super) fn base64(secret: &[u8]) -> Vec<Secret> {
    let mut all = Vec::new();
    for before in 0..3 {
        let mut whole = Zeroizing::new(vec![0; before]);
        whole.extend_from_slice(secret);
        let own = (before * 8).div_ceil(6)..whole.len() * 8 / 6;
        for encoded in [STANDARD_NO_PAD.encode(&*whole), URL_SAFE_NO_PAD.encode(&*whole)] {
            let encoded = Zeroizing::new(encoded);
            all.extend(encoded.get(own.clone()).filter(|own| own.len() >= BASE64_CHARS).map(Secret::new));
        }
    }
    all
}
