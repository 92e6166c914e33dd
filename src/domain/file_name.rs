//! Names of files: shown so that they cannot lie, shortened, mended for a service.

/// Splits a name at its last dot: `("photo.final", "jpg")`. A leading dot alone makes no extension.
#[must_use]
pub fn split(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, ext)) if !stem.is_empty() => (stem, ext),
        _ => (name, ""),
    }
}

/// The extension in lower case, without the dot; empty where there is none.
#[must_use]
pub fn extension(name: &str) -> String {
    split(name).1.to_lowercase()
}

/// A name for terminals and windows: on one line, everything invisible shown as an escape
/// (`\n`, `\u{202e}`), so that a name can neither break lines, nor drive a terminal, nor hide its
/// extension. Joiners and variation selectors stay where emoji and scripts need them. A backslash is
/// doubled, as the mark of an escape; not on Windows, where it stands between folders and in no name.
#[must_use]
pub fn display(name: &str) -> String {
    let mut shown = String::with_capacity(name.len());
    let mut before = None;
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let is_mark = c == '\\' && !cfg!(windows);
        if is_mark || (is_invisible(c) && !is_shaping(c, before, chars.peek().copied())) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
        before = Some(c);
    }
    shown
}

/// Shortens a name to `max_chars` characters with "…" in its middle; the extension stays readable.
#[must_use]
pub fn elide_middle(name: &str, max_chars: usize) -> String {
    let chars: Vec<char> = name.chars().collect();
    if chars.len() <= max_chars {
        return name.to_owned();
    }
    let Some(room) = max_chars.checked_sub(1) else { return String::new() };
    let ext_chars = split(name).1.chars().count();
    let with_ext = if ext_chars == 0 { 0 } else { ext_chars + 1 };
    // An extension that would take more than half of the room is no extension that anybody reads.
    let tail = if with_ext * 2 <= room { with_ext + (room - with_ext) / 3 } else { room / 3 };
    let mut head: Vec<char> = chars.iter().copied().take(room - tail).collect();
    while head.last().is_some_and(|&c| c == ZERO_WIDTH_JOINER) {
        head.pop();
    }
    let rest = chars.iter().skip(chars.len() - tail).skip_while(|&&c| continues_a_grapheme(c));
    head.into_iter().chain(std::iter::once('…')).chain(rest.copied()).collect()
}

/// A name made of allowed characters, of at most `max_chars` characters: everything else becomes
/// `_`, the extension stays where there is room, and it is never empty, `.` or `..`.
#[must_use]
pub fn repair(name: &str, allowed: impl Fn(char) -> bool, max_chars: usize) -> String {
    let mend = |text: &str| -> String { text.chars().map(|c| if allowed(c) { c } else { '_' }).collect() };
    let (stem, ext) = split(name);
    let (mut stem, ext) = (mend(stem), mend(ext));
    let ext_chars = ext.chars().count();
    let keeps_ext = ext_chars > 0 && ext_chars + 1 < max_chars && allowed('.');
    if !keeps_ext {
        stem = mend(name);
    }
    let stem_room = if keeps_ext { max_chars - ext_chars - 1 } else { max_chars };
    stem = stem.chars().take(stem_room).collect();
    // Services trim or refuse spaces at an end.
    let trimmed = stem.trim_matches(' ');
    stem = if trimmed.is_empty() || trimmed.chars().all(|c| c == '.') { "_".into() } else { trimmed.into() };
    if keeps_ext { format!("{stem}.{}", ext.trim_end_matches(' ')) } else { stem }
}

const ZERO_WIDTH_JOINER: char = '\u{200d}';
const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const KEYCAP: char = '\u{20e3}';

/// Controls, line separators, and what Unicode calls format or default-ignorable characters:
/// direction marks, joiners, fillers, selectors, tags (`DerivedCoreProperties.txt`,
/// `Default_Ignorable_Code_Point`, and the general categories Cc, Cf, Zl, Zp).
#[must_use]
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{13440}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Marks that change the direction of the text around them (Unicode Standard Annex #9).
#[must_use]
pub fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_joiner_or_selector(c: char) -> bool {
    matches!(c, ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER | '\u{fe00}'..='\u{fe0f}')
}

/// A joiner or selector between visible characters that take one: emoji, Arabic, Indic scripts.
fn is_shaping(c: char, before: Option<char>, after: Option<char>) -> bool {
    let takes_shape = |c: char| c >= '\u{600}' && !is_invisible(c);
    let selector = |c: char| matches!(c, '\u{fe00}'..='\u{fe0f}');
    let Some(before) = before else { return false };
    match c {
        ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER => {
            (takes_shape(before) || selector(before)) && after.is_some_and(takes_shape)
        }
        c if selector(c) => takes_shape(before) || matches!(before, '©' | '®') || after == Some(KEYCAP),
        _ => false,
    }
}

/// Characters that belong to the one before them: cutting before one would leave half a sign.
fn continues_a_grapheme(c: char) -> bool {
    is_joiner_or_selector(c)
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}' | '\u{3099}' | '\u{309a}' | '\u{fe20}'..='\u{fe2f}'
            | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_split_at_their_last_dot() {
        for (name, stem, ext) in [
            ("photo.JPG", "photo", "JPG"),
            ("a.tar.gz", "a.tar", "gz"),
            ("README", "README", ""),
            (".bashrc", ".bashrc", ""),
            ("ends.", "ends", ""),
            ("", "", ""),
        ] {
            assert_eq!(split(name), (stem, ext), "{name}");
        }
        assert_eq!(extension("photo.JPG"), "jpg");
    }

    #[test]
    fn what_is_invisible_is_shown_as_an_escape() {
        for (name, shown) in [
            ("photo.jpg", "photo.jpg"),
            ("two\nlines\r\t.txt", "two\\nlines\\r\\t.txt"),
            ("\u{1b}[31mred\u{1b}]0;title\u{7}", "\\u{1b}[31mred\\u{1b}]0;title\\u{7}"),
            ("invoice\u{202e}gpj.exe", "invoice\\u{202e}gpj.exe"),
            ("a\u{2066}b\u{2069}c\u{200f}d\u{61c}", "a\\u{2066}b\\u{2069}c\\u{200f}d\\u{61c}"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
            ("line\u{2028}sep\u{85}", "line\\u{2028}sep\\u{85}"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
            ("join\u{200d}er\u{fe0f}", "join\\u{200d}er\\u{fe0f}"),
            ("filler\u{3164}.png", "filler\\u{3164}.png"),
        ] {
            assert_eq!(display(name), shown);
        }
    }

    /// A real name and one that spells the escape must not look alike.
    #[cfg(not(windows))]
    #[test]
    fn a_backslash_is_a_mark_and_so_doubled() {
        for (name, shown) in [("back\\slash", "back\\\\slash"), ("a\\nb", "a\\\\nb")] {
            assert_eq!(display(name), shown);
        }
    }

    #[cfg(windows)]
    #[test]
    fn a_path_is_shown_as_people_write_it() {
        assert_eq!(display(r"C:\Users\anna\照片.jpg"), r"C:\Users\anna\照片.jpg");
        assert_eq!(display("C:\\a\u{202e}b"), r"C:\a\u{202e}b");
    }

    #[test]
    fn scripts_and_emoji_stay_as_they_are() {
        for name in [
            "照片 2024.jpg",
            "عکس‌ها.png",
            "שלום.txt",
            "👨\u{200d}👩\u{200d}👧.png",
            "❤\u{fe0f}\u{200d}🔥.gif",
            "1\u{fe0f}\u{20e3}.txt",
            "👍🏽.txt",
            "e\u{301}.txt",
            "क्\u{200d}ष.txt",
        ] {
            assert_eq!(display(name), name);
        }
    }

    #[test]
    fn long_names_lose_their_middle() {
        for (name, max, shown) in [
            ("short.jpg", 9, "short.jpg"),
            ("a-long-holiday-photo-0001.jpeg", 16, "a-long-…001.jpeg"),
            ("no-extension-at-all-here", 10, "no-ext…ere"),
            ("照片照片照片照片照片.jpg", 10, "照片照片…片.jpg"),
            ("x.an-extension-that-is-none", 10, "x.an-e…one"),
            ("abc.txt", 1, "…"),
            ("abc.txt", 0, ""),
        ] {
            let elided = elide_middle(name, max);
            assert_eq!(elided, shown, "{name}");
            assert!(elided.chars().count() <= max);
        }
    }

    #[test]
    fn no_sign_is_cut_in_half() {
        let name = "👨\u{200d}👩\u{200d}👧👍🏽e\u{301}".repeat(4);
        for max in 1..40 {
            let elided = elide_middle(&name, max);
            assert!(elided.chars().count() <= max);
            assert!(!elided.contains("\u{200d}…"), "{elided:?}");
            let after = elided.split('…').nth(1).and_then(|rest| rest.chars().next());
            assert!(!after.is_some_and(continues_a_grapheme), "{elided:?}");
        }
    }

    #[test]
    fn repairs_keep_the_extension_and_are_never_empty() {
        let cronofy = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ' ' | '-');
        for (name, max, repaired) in [
            ("photo.jpg", 100, "photo.jpg"),
            ("a/b\\c?.png", 100, "a_b_c_.png"),
            ("照片.jpg", 100, "__.jpg"),
            ("", 100, "_"),
            (".", 100, "_"),
            ("..", 100, "_"),
            ("   ", 100, "_"),
            (" lead and trail .txt ", 100, "lead and trail.txt"),
            ("abcdefgh.jpeg", 8, "abc.jpeg"),
            ("abc.jpeg", 4, "abc."),
            (".hidden", 100, ".hidden"),
        ] {
            assert_eq!(repair(name, cronofy, max), repaired, "{name:?}");
        }
        let letters = |c: char| c.is_ascii_alphabetic();
        assert_eq!(repair("a.b", letters, 10), "a_b");
    }

    #[test]
    fn a_repaired_name_always_meets_its_own_rule() {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ' ' | '-');
        let awkward = ["x".repeat(300), "ж.".repeat(150), ". . .".into(), "\n\u{202e}.j\u{202e}pg".into()];
        for name in awkward {
            for max in [1, 2, 5, 100, 255] {
                let repaired = repair(&name, allowed, max);
                assert!(repaired.chars().all(allowed), "{repaired:?}");
                assert!((1..=max).contains(&repaired.chars().count()), "{repaired:?} for {max}");
                assert!(!matches!(repaired.as_str(), "." | ".."), "{name:?} for {max}");
            }
        }
    }
}
