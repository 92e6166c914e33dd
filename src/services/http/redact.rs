//! Takes secrets out of everything that is shown or kept.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::domain::secret::Secret;

/// Query parameters whose values are credentials wherever they appear.
const SECRET_PARAMETERS: &[&str] = &[
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
    "signature",
    "sig",
    "token",
    "access_token",
    "key",
    "api_key",
];

const STARS: &str = "***";

/// Replaces known secrets by stars, as they are and percent-encoded.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    /// Longest first, so that a secret which holds another leaves no rest.
    hidden: Vec<Secret>,
}

impl Redactor {
    /// Hides this text from now on. Texts under four characters are no secrets and would star half of every text.
    pub fn hide(&mut self, text: &str) {
        if text.chars().count() < 4 {
            return;
        }
        self.push(text);
        let encoded = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        if encoded != text {
            self.push(&encoded);
        }
        self.hidden.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
    }

    fn push(&mut self, text: &str) {
        if !self.hidden.iter().any(|secret| secret.expose() == text) {
            self.hidden.push(Secret::new(text));
        }
    }

    /// The text without secrets.
    #[must_use]
    pub fn clean(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for secret in &self.hidden {
            if clean.contains(secret.expose()) {
                clean = clean.replace(secret.expose(), STARS);
            }
        }
        clean
    }

    /// The URL without secrets and without credentials in its query.
    #[must_use]
    pub fn clean_url(&self, url: &Url) -> String {
        let mut shown = url.clone();
        if url.query().is_some() {
            let pairs: Vec<_> = url
                .query_pairs()
                .map(|(name, value)| {
                    let secret = SECRET_PARAMETERS.contains(&name.to_lowercase().as_str());
                    (name.into_owned(), if secret { STARS.to_owned() } else { value.into_owned() })
                })
                .collect();
            shown.query_pairs_mut().clear().extend_pairs(pairs);
        }
        self.clean(shown.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_in_every_spelling() {
        let mut redactor = Redactor::default();
        redactor.hide("a+b/c==");
        redactor.hide("a+b/c==longer");
        let shown = redactor.clean("x a+b/c==longer y a%2Bb%2Fc%3D%3D z");
        assert_eq!(shown, "x *** y *** z");
    }

    #[test]
    fn presigned_urls_lose_their_signature() {
        let url =
            Url::parse("https://s3.example/k?X-Amz-Expires=60&X-Amz-Signature=beef&X-Amz-Credential=AK")
                .unwrap();
        assert_eq!(
            Redactor::default().clean_url(&url),
            "https://s3.example/k?X-Amz-Expires=60&X-Amz-Signature=***&X-Amz-Credential=***"
        );
    }

    #[test]
    fn short_words_are_left_alone() {
        let mut redactor = Redactor::default();
        redactor.hide("us");
        redactor.hide("");
        assert_eq!(redactor.clean("users"), "users");
    }
}
