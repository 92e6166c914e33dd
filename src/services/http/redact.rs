//! Takes secrets out of everything that is shown or kept.

mod spelling;

use url::Url;

use crate::domain::secret::Secret;

/// Query parameters whose values are credentials wherever they appear.
const SECRET_PARAMETERS: &[&str] = &[
    "access_token",
    "api_key",
    "key",
    "sig",
    "signature",
    "token",
    "x-amz-credential",
    "x-amz-security-token",
    "x-amz-signature",
    "x-goog-credential",
    "x-goog-signature",
];

const STARS: &str = "***";

/// Shorter texts are no secrets and would star half of every text.
const SHORTEST: usize = 4;

/// Replaces known secrets by stars, in every spelling that a service may quote them in.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    /// Longest first, so that a secret which holds another leaves no rest.
    hidden: Vec<Secret>,
}

impl Redactor {
    /// Hides this text from now on. Texts under four characters are left alone.
    pub fn hide(&mut self, text: &str) {
        if text.chars().count() < SHORTEST || self.hides(text) {
            return;
        }
        self.hidden.push(Secret::new(text));
        for encoded in spelling::base64(text.as_bytes()) {
            if !self.hides(encoded.expose()) {
                self.hidden.push(encoded);
            }
        }
        self.hidden.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
    }

    fn hides(&self, text: &str) -> bool {
        self.hidden.iter().any(|secret| secret.expose() == text)
    }

    /// The text without secrets, credentials in queries, and passwords in addresses.
    #[must_use]
    pub fn clean(&self, text: &str) -> String {
        let text = without_passwords(&without_parameters(text));
        let mut may_start = [false; 256];
        for first in
            self.hidden.iter().filter_map(|secret| secret.expose().bytes().next()).chain(spelling::STARTS)
        {
            if let Some(may_start) = may_start.get_mut(usize::from(first)) {
                *may_start = true;
            }
        }
        let starts = |byte: u8| may_start.get(usize::from(byte)).is_some_and(|may| *may);
        let mut clean = String::with_capacity(text.len());
        let mut rest = text.as_str();
        // No letter of UTF-8 holds the first byte of another one, so this never cuts one.
        while let Some(at) = rest.bytes().position(starts) {
            let (before, here) = rest.split_at(at);
            clean.push_str(before);
            let found = self.hidden.iter().find_map(|secret| spelling::find(here, secret.expose()));
            let letter = here.chars().next().unwrap_or_default();
            let passed = if let Some(bytes) = found {
                clean.push_str(STARS);
                bytes
            } else {
                clean.push(letter);
                letter.len_utf8()
            };
            rest = here.get(passed..).unwrap_or_default();
        }
        clean.push_str(rest);
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
                    let value = if is_secret(&name) { STARS.to_owned() } else { value.into_owned() };
                    (name.into_owned(), value)
                })
                .collect();
            shown.query_pairs_mut().clear().extend_pairs(pairs);
        }
        self.clean(shown.as_str())
    }
}

fn is_secret(parameter: &str) -> bool {
    SECRET_PARAMETERS.contains(&parameter.to_lowercase().as_str())
}

/// Stars for the values of query parameters that are credentials. Services answer with such addresses before anybody
/// could have hidden their parts.
fn without_parameters(text: &str) -> String {
    let names = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    let values = |letter: char| letter.is_ascii_alphanumeric() || "%-._~+/=*".contains(letter);
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('=') {
        clean.push_str(before);
        clean.push('=');
        rest = after;
        let start = before.rfind(|letter| !names(letter)).map_or(0, |at| at + 1);
        let (front, name) =
            (before.get(..start).unwrap_or_default(), before.get(start..).unwrap_or_default());
        // In JSON an ampersand may stand as \u0026, in XML as &amp;.
        let (is_parameter, name) = match name.strip_prefix("u0026").filter(|_| front.ends_with('\\')) {
            Some(name) => (true, name),
            None => (front.ends_with(['?', '&']) || front.ends_with("&amp;"), name),
        };
        if is_secret(name) && (is_parameter || name.to_lowercase().starts_with("x-")) {
            clean.push_str(STARS);
            rest = after.trim_start_matches(values);
        }
    }
    clean.push_str(rest);
    clean
}

/// Stars for what stands before the `@` of an address.
fn without_passwords(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        clean.push_str(before);
        clean.push_str("://");
        let end = after.find(|c: char| c.is_whitespace() || "/?#\"'<>”".contains(c)).unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((_user_and_password, host)) => clean.extend([STARS, "@", host]),
            None => clean.push_str(authority),
        }
        rest = tail;
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presigned_urls_inside_an_answer_lose_their_signature() {
        let answer = r#"{"a":"https://s3/k?X-Amz-Credential=AK%2F1&X-Amz-Signature=beef","b":"x-amz-signature=***\u0026c"}"#;
        assert_eq!(
            Redactor::default().clean(answer),
            r#"{"a":"https://s3/k?X-Amz-Credential=***&X-Amz-Signature=***","b":"x-amz-signature=***\u0026c"}"#
        );
    }

    #[test]
    fn secrets_go_in_every_spelling() {
        let mut redactor = Redactor::default();
        redactor.hide("a+b/c==");
        redactor.hide("a+b/c==longer");
        let shown = redactor.clean("x a+b/c==longer y a%2Bb%2Fc%3D%3D z");
        assert_eq!(shown, "x *** y *** z");
        redactor.hide("to \"ken\"/ü%2B&<1>");
        for spelled in [
            "to \"ken\"/ü%2B&<1>",
            "to%20%22ken%22%2F%C3%BC%252B%26%3C1%3E",
            "to+%22ken%22%2f%c3%bc%252B%26%3c1%3e",
            r#"to \"ken\"\/ü%2B&<1>"#,
            r"to \u0022ken\u0022/\u00fc%2B\u0026\u003C1\u003e",
            "to &quot;ken&quot;/ü%2B&amp;&lt;1&gt;",
        ] {
            assert_eq!(redactor.clean(&format!("<{spelled}>")), "<***>", "{spelled}");
        }
    }

    #[test]
    fn secrets_go_in_base64_wherever_they_begin() {
        use base64::Engine as _;
        use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
        let mut redactor = Redactor::default();
        redactor.hide("sesame?>open~sesame");
        for before in ["", "u", "us", "user:"] {
            let text = format!("{before}sesame?>open~sesame");
            for encoded in [STANDARD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                let shown = redactor.clean(&encoded);
                // No more than the letters that hold bits of what stands around it.
                assert!(shown.contains(STARS) && shown.len() <= before.len() * 2 + 8, "{encoded}: {shown}");
            }
        }
    }

    #[test]
    fn a_secret_that_a_quote_cuts_off_is_hidden_too() {
        let mut redactor = Redactor::default();
        redactor.hide("open-sesame-1234");
        assert_eq!(redactor.clean("you sent open-ses"), "you sent ***");
        assert_eq!(redactor.clean("you sent open-ses…"), "you sent ***…");
        assert_eq!(redactor.clean("the door is open"), "the door is open");
    }

    #[test]
    fn passwords_in_addresses_go() {
        let redactor = Redactor::default();
        let text = "“https://bob:pass@word@h.example/x?a=b@c” and mailto:a@b.c, http://h/@x";
        assert_eq!(redactor.clean(text), "“https://***@h.example/x?a=b@c” and mailto:a@b.c, http://h/@x");
        let url = Url::parse("https://bob:word@h.example/").unwrap();
        assert_eq!(redactor.clean_url(&url), "https://***@h.example/");
    }

    #[test]
    fn credentials_in_queries_go_from_texts_too() {
        let shown = Redactor::default().clean(
            "https://h/f?sv=1&sig=ab%2Fc&x=1 <U>https://h/?a=1&amp;token=t.t</U> type=x&key=k%3d, the key=7",
        );
        assert_eq!(
            shown,
            "https://h/f?sv=1&sig=***&x=1 <U>https://h/?a=1&amp;token=***</U> type=x&key=***, the key=7"
        );
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
