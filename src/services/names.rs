//! Names as a service takes them: the repaired name that is offered, never taken silently.

/// The longest extension that is kept when a name is shortened, in characters, with its dot.
const EXTENSION_LIMIT: usize = 20;

/// The name with every character that is not `allowed` replaced by `_`, without spaces at its ends, and shortened
/// to `max` characters before its extension.
pub(super) fn repaired(name: &str, allowed: fn(char) -> bool, max: usize) -> String {
    let clean: String = name.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
    let clean = clean.trim_matches(' ');
    if clean.is_empty() {
        return "file".to_owned();
    }
    if clean.chars().count() <= max {
        return clean.to_owned();
    }
    let (stem, extension) = match clean.rfind('.') {
        Some(dot) if dot > 0 && clean.len() - dot <= EXTENSION_LIMIT => clean.split_at(dot),
        _ => (clean, ""),
    };
    let room = max.saturating_sub(extension.chars().count());
    let short: String = stem.chars().take(room).collect();
    format!("{}{extension}", short.trim_end_matches(' ')).trim_end_matches(' ').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(c: char) -> bool {
        c.is_ascii_alphanumeric() || matches!(c, '.' | ' ' | '-')
    }

    #[test]
    fn names_are_repaired_and_keep_their_extension() {
        for (name, good) in [
            ("a b.pdf", "a b.pdf"),
            ("Grüße #1.pdf", "Gr__e _1.pdf"),
            ("a/b\\c\n.txt", "a_b_c_.txt"),
            ("  end ", "end"),
            ("   ", "file"),
            ("0123456789012345.jpeg", "012345678901234.jpeg"),
            ("012345678901234 6789.jpeg", "012345678901234.jpeg"),
            ("0123456789.012345678901234567890123", "0123456789.012345678"),
            (".0123456789012345678901", ".0123456789012345678"),
        ] {
            assert_eq!(repaired(name, plain, 20), good, "{name:?}");
        }
    }
}
