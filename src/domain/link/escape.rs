//! Escapes for the languages that links are pasted into.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::domain::file_name::is_direction_mark;

/// Everything but the unreserved characters of RFC 3986.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What ends a link's address in Markdown or in `BBCode` although it may stand in a URL.
const MARKUP: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'(')
    .add(b')')
    .add(b'[')
    .add(b']')
    .add(b'<')
    .add(b'>')
    .add(b'"')
    .add(b'\'')
    .add(b'`')
    .add(b'\\');

/// The value as a browser would read it, if it is an address of the web; nothing else may become a
/// link that somebody clicks.
pub(super) fn web_url(value: &str) -> Option<String> {
    let url = Url::parse(value).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then(|| url.to_string())
}

/// One line without marks that would turn the text after it around: line breaks and other controls
/// become spaces.
pub(super) fn single_line(text: &str) -> String {
    text.chars()
        .filter(|&c| !is_direction_mark(c))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect()
}

/// A web address whose brackets, quotes and spaces cannot end the link around it.
pub(super) fn url_in_markup(url: &str) -> String {
    utf8_percent_encode(url, MARKUP).to_string()
}

/// Text that stays text in Markdown (`CommonMark` 0.31, section 2.4), also within a link's brackets.
pub(super) fn markdown(text: &str) -> String {
    let line = single_line(text);
    let chars: Vec<char> = line.chars().collect();
    let is_word = |index: Option<usize>| {
        index.and_then(|index| chars.get(index)).is_some_and(|c: &char| c.is_alphanumeric())
    };
    let mut escaped = String::with_capacity(line.len());
    for (index, &c) in chars.iter().enumerate() {
        let needs = match c {
            '\\' | '`' | '*' | '[' | ']' | '(' | ')' | '<' | '>' | '!' | '|' | '~' | '&' | '#' => true,
            // Within a word an underscore is itself; escaping it would only make names ugly.
            '_' => !(is_word(index.checked_sub(1)) && is_word(Some(index + 1))),
            _ => false,
        };
        if needs {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Text that stays text in HTML, within an element or within a quoted attribute.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in single_line(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Text without tags: `BBCode` has no escape that all forums know, so brackets become parentheses.
pub(super) fn bbcode(text: &str) -> String {
    single_line(text).replace('[', "(").replace(']', ")")
}

/// The inside of a JSON string, without its quotes.
pub(super) fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().to_owned()
}

/// One component of a URL (RFC 3986, section 2.1).
pub(super) fn component(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}
