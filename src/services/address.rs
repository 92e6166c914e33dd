//! Addresses: from settings, with or without a path of their own; what lies below them; and what services answer.

use url::Url;

use crate::domain::error::{Failure, Kind};
use crate::domain::profile::Target;

/// The address in the setting `key`.
///
/// # Errors
/// `Kind::Settings` where it is missing or no `http://` or `https://` address.
pub(super) fn base(target: &Target, key: &str) -> Result<Url, Failure> {
    let text = target.setting(key).trim();
    let wrong = |cause: String| {
        Failure::new(Kind::Settings, format!("The setting {key} is not an address"))
            .cause(cause)
            .advice("Set it to an address such as https://example.com.")
    };
    let url = Url::parse(text).map_err(|error| wrong(format!("“{text}”: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong(format!("“{text}” does not begin with http:// or https://")));
    }
    Ok(url)
}

/// Host and port of the address in the setting `key`, for lists; empty where there is none.
pub(super) fn host(target: &Target, key: &str) -> String {
    Url::parse(target.setting(key).trim()).map(|url| host_of(&url)).unwrap_or_default()
}

/// Host and, where it is not the scheme's own, port.
pub(super) fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => String::new(),
    }
}

/// The address of `path` (percent-encoded already, without a slash in front) below `base`, whose own path is kept.
pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// The address below `base` whose path goes on with `segments`; each is percent-encoded here.
pub(super) fn segments_below(base: &Url, segments: &[&str]) -> Url {
    let mut url = below(base, "");
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// `http://` and `https://` with a host, nothing else.
pub(super) fn web(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// An address that a service answered with; a relative one counts from the origin of `base`, not from its path.
pub(super) fn resolve(base: &Url, given: &str) -> Option<Url> {
    if let Some(url) = web(given) {
        return Some(url);
    }
    if Url::parse(given.trim()) != Err(url::ParseError::RelativeUrlWithoutBase) {
        return None;
    }
    let url = base.join("/").ok()?.join(given.trim()).ok()?;
    web(url.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_encoded() {
        for base in ["https://x.example/api", "https://x.example/api/", "https://x.example/api?a=1#b"] {
            let base = Url::parse(base).unwrap();
            assert_eq!(segments_below(&base, &["a", "b c/d"]).as_str(), "https://x.example/api/a/b%20c%2Fd");
        }
        let bare = Url::parse("https://x.example").unwrap();
        assert_eq!(segments_below(&bare, &["me"]).as_str(), "https://x.example/me");
    }

    #[test]
    fn relative_addresses_count_from_the_origin() {
        let base = Url::parse("https://x.example:8443/api").unwrap();
        let resolved = |given| resolve(&base, given).map(String::from);
        let whole = Some("https://x.example:8443/api/attachments/upload/t?x=1".to_owned());
        assert_eq!(resolved("/api/attachments/upload/t?x=1"), whole);
        assert_eq!(resolved("api/attachments/upload/t?x=1"), whole);
        assert_eq!(resolved("http://s3.example/k"), Some("http://s3.example/k".to_owned()));
        for bad in ["ftp://x.example/a", "file:///etc/passwd", "javascript:alert(1)", "http://", "data:,x"] {
            assert_eq!(resolved(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_lies_below_keeps_the_prefix_and_the_escapes() {
        for (base, whole) in [
            ("https://h", "https://h/a/b%20c"),
            ("https://h/", "https://h/a/b%20c"),
            ("http://127.0.0.1:9/cosmos", "http://127.0.0.1:9/cosmos/a/b%20c"),
            ("http://127.0.0.1:9/x/?q=1#f", "http://127.0.0.1:9/x/a/b%20c"),
        ] {
            assert_eq!(below(&Url::parse(base).unwrap(), "a/b%20c").as_str(), whole);
        }
    }

    #[test]
    fn the_host_has_its_port_where_it_is_unusual() {
        assert_eq!(host_of(&Url::parse("https://h:443/x").unwrap()), "h");
        assert_eq!(host_of(&Url::parse("http://127.0.0.1:41234/x").unwrap()), "127.0.0.1:41234");
    }
}
