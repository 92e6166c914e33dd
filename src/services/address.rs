//! Addresses from settings: a base, with or without a path of its own, and what lies below it.

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

#[cfg(test)]
mod tests {
    use super::*;

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
