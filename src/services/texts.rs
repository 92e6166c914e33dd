//! Texts that go in and out of every service: a pasted token, and words that are shown in an error.

use crate::domain::error::{Failure, Kind};
use crate::domain::secret::Secret;

/// The longest text of a service that is shown in an error, in characters.
pub(super) const SHOWN_CHARS: usize = 800;

/// The text, or its first `max` characters and `…`.
pub(super) fn shortened(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A token as people paste it: often with `Bearer` in front, or with spaces and line ends around it.
///
/// # Errors
/// `Kind::Secret` where what is left cannot stand in a header.
pub(super) fn bearer_token(pasted: &Secret) -> Result<Secret, Failure> {
    let mut words = pasted.expose().split_ascii_whitespace().peekable();
    while words.next_if(|word| word.eq_ignore_ascii_case("bearer")).is_some() {}
    let token = words.next().unwrap_or_default();
    if token.is_empty() || words.next().is_some() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::new(Kind::Secret, "The token is empty or has spaces or line breaks in it")
            .advice("Paste the token alone, without quotes."));
    }
    Ok(Secret::new(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(shortened("Grüße", 5), "Grüße");
        assert_eq!(shortened("Grüße", 3), "Grü…");
        assert_eq!(shortened("", 0), "");
    }

    #[test]
    fn tokens_are_cleaned_or_refused() {
        for pasted in [
            "abc.d-e_f=",
            " abc.d-e_f=\n",
            "Bearer abc.d-e_f=",
            "bearer  abc.d-e_f= ",
            "Bearer bearer abc.d-e_f=",
        ] {
            assert_eq!(bearer_token(&Secret::new(pasted)).unwrap().expose(), "abc.d-e_f=", "{pasted:?}");
        }
        for pasted in ["", "  ", "Bearer ", "bearer Bearer", "two words", "two\nlines", "gr\u{fc}n"] {
            assert_eq!(bearer_token(&Secret::new(pasted)).unwrap_err().kind, Kind::Secret, "{pasted:?}");
        }
    }
}
