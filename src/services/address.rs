//! Addresses: an API's endpoints, and the ones that a service answers with.

use url::Url;

use crate::domain::error::{Failure, Kind};
use crate::domain::profile::Target;

/// The API's address from the setting `base_url`.
///
/// # Errors
/// `Kind::Settings` when it is no address.
pub(super) fn base(target: &Target) -> Result<Url, Failure> {
    let text = target.setting("base_url");
    web_address(text).ok_or_else(|| {
        Failure::new(Kind::Settings, "The target's base_url is not a web address")
            .cause(format!("“{text}”"))
            .advice("Enter an address such as https://example.com.")
    })
}

/// `http://` and `https://` with a host, nothing else.
pub(super) fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// The endpoint below `base` whose path goes on with `segments`; each is percent-encoded. A path that `base` has
/// stays, its query and fragment go.
pub(super) fn endpoint(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// An address that a service answered with; a relative one counts from the origin of `base`, not from its path.
pub(super) fn resolve(base: &Url, given: &str) -> Option<Url> {
    if let Some(url) = web_address(given) {
        return Some(url);
    }
    if Url::parse(given.trim()) != Err(url::ParseError::RelativeUrlWithoutBase) {
        return None;
    }
    let url = base.join("/").ok()?.join(given.trim()).ok()?;
    web_address(url.as_str())
}

/// Host and, where it is not the scheme's own, port of the setting `base_url`, for lists.
pub(super) fn host(target: &Target) -> String {
    let Some(url) = web_address(target.setting("base_url")) else { return String::new() };
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn endpoints_keep_the_base_path_and_encode_their_segments() {
        for base in ["https://x.example/api", "https://x.example/api/", "https://x.example/api?a=1#b"] {
            assert_eq!(endpoint(&url(base), &["a", "b c/d"]).as_str(), "https://x.example/api/a/b%20c%2Fd");
        }
        assert_eq!(endpoint(&url("https://x.example"), &["me"]).as_str(), "https://x.example/me");
    }

    #[test]
    fn relative_addresses_count_from_the_origin() {
        let base = url("https://x.example:8443/api");
        let resolved = |given| resolve(&base, given).map(String::from);
        let whole = Some("https://x.example:8443/api/attachments/upload/t?x=1".to_owned());
        assert_eq!(resolved("/api/attachments/upload/t?x=1"), whole);
        assert_eq!(resolved("api/attachments/upload/t?x=1"), whole);
        assert_eq!(resolved("http://s3.example/k"), Some("http://s3.example/k".to_owned()));
        for bad in ["ftp://x.example/a", "file:///etc/passwd", "javascript:alert(1)", "http://", "data:,x"] {
            assert_eq!(resolved(bad), None, "{bad}");
        }
    }
}
