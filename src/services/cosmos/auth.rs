//! Cosmos DB's authorization: the signed text, the three kinds of credential, the resource id of stored media.
//!
//! Source: "Access control on Azure Cosmos DB resources" (REST reference) and the SDKs' `auth` modules.

use std::fmt;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::domain::error::{Failure, Kind};
use crate::domain::profile::Target;

/// Everything but RFC 3986's unreserved characters is escaped, in the header as in a URL's segments.
pub(super) const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Bytes of a media id that name the attachment; what follows is the index of the storage account.
const ATTACHMENT_RID_BYTES: usize = 20;

/// What a request is signed or marked with.
pub enum Credential {
    /// The decoded master key.
    Key(Zeroizing<Vec<u8>>),
    /// A resource token as the service gave it, `type=resource&ver=1&sig=…`.
    ResourceToken(Zeroizing<String>),
    /// A Microsoft Entra (Azure AD) access token.
    Aad(Zeroizing<String>),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "Key(***)",
            Self::ResourceToken(_) => "ResourceToken(***)",
            Self::Aad(_) => "Aad(***)",
        })
    }
}

/// What a signature covers.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    pub verb: &'a str,
    /// Such as `attachments` or `media`.
    pub resource_type: &'a str,
    /// The resource link as it is, not percent-encoded; its case counts.
    pub link: &'a str,
    /// The value of `x-ms-date`.
    pub date: &'a str,
}

impl Signed<'_> {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { verb, resource_type, link, date } = self;
        format!(
            "{}\n{}\n{link}\n{}\n\n",
            verb.to_lowercase(),
            resource_type.to_lowercase(),
            date.to_lowercase()
        )
    }
}

impl Credential {
    /// The master key from its base64.
    ///
    /// # Errors
    /// `Kind::Secret` where it is no base64.
    pub fn from_key(text: &str) -> Result<Self, Failure> {
        match STANDARD.decode(text.trim()) {
            Ok(key) if !key.is_empty() => Ok(Self::Key(Zeroizing::new(key))),
            _ => Err(Failure::new(Kind::Secret, "The Cosmos DB key is not in base64")
                .advice("Copy the primary or secondary key again from “Keys” of the account in the Azure portal.")),
        }
    }

    /// The first credential that the profile has: key, resource token, AAD token.
    pub(super) fn of(target: &Target) -> Result<Self, Failure> {
        if let Some(key) = target.secret("key") {
            return Self::from_key(key.expose());
        }
        if let Some(token) = target.secret("resource_token") {
            return Ok(Self::ResourceToken(Zeroizing::new(token.expose().trim().to_owned())));
        }
        if let Some(token) = target.secret("aad_token") {
            return Ok(Self::Aad(Zeroizing::new(token.expose().trim().to_owned())));
        }
        Err(Failure::new(Kind::Secret, "The Cosmos DB credential is missing")
            .advice("Set the secret key, resource_token or aad_token of this target."))
    }

    /// The value of the `Authorization` header, percent-encoded.
    ///
    /// # Errors
    /// `Kind::Secret` where the key cannot be used.
    pub fn authorization(&self, signed: Signed<'_>) -> Result<String, Failure> {
        let plain = Zeroizing::new(match self {
            Self::Key(key) => {
                let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|error| {
                    Failure::new(Kind::Secret, "The Cosmos DB key cannot be used").cause(error)
                })?;
                mac.update(signed.text().as_bytes());
                format!("type=master&ver=1.0&sig={}", STANDARD.encode(mac.finalize().into_bytes()))
            }
            Self::ResourceToken(token) => token.to_string(),
            Self::Aad(token) => format!("type=aad&ver=1.0&sig={}", token.as_str()),
        });
        Ok(utf8_percent_encode(&plain, ESCAPED).to_string())
    }
}

/// The value of `x-ms-date`: the time as RFC 7231 has it, in GMT.
pub(super) fn date(now_ms: i64) -> String {
    let since = Duration::from_millis(u64::try_from(now_ms).unwrap_or_default());
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + since)
}

/// The signed link of stored media: the attachment's resource id within the media id, in lower case.
/// A media id that holds no more than an attachment's id stands for itself, as in the SDKs.
pub(super) fn media_link(media_id: &str) -> String {
    let decoded = STANDARD.decode(media_id.replace('-', "/")).unwrap_or_default();
    match decoded.get(..ATTACHMENT_RID_BYTES) {
        Some(rid) if decoded.len() > ATTACHMENT_RID_BYTES => {
            STANDARD.encode(rid).replace('/', "-").to_lowercase()
        }
        _ => media_id.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of Microsoft's published example; it opens nothing.
    const KEY: &str = "dsZQi3KtZmCv1ljt3VNWNm7sQUF1y5rJfC6kv5JiwvW0EndXdDku/dkKBp8/ufDToSxLzR4y+O/0H/t4bQtVNw==";
    const DATE: &str = "Thu, 27 Apr 2017 00:51:12 GMT";

    #[test]
    fn the_published_vector() {
        let header = Credential::from_key(KEY)
            .unwrap()
            .authorization(Signed { verb: "GET", resource_type: "dbs", link: "dbs/ToDoList", date: DATE })
            .unwrap();
        assert_eq!(
            header.replace("%3D", "%3d").replace("%2B", "%2b"),
            "type%3dmaster%26ver%3d1.0%26sig%3dc09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu%2bc%2bc%3d"
        );
    }

    #[test]
    fn the_vector_of_a_create() {
        let link = "dbs/volcanodb/colls/volcano1/docs/c3bb1fef-fcb1-56e3-0389-f88583c3ce0d";
        let header = Credential::from_key(&format!(" {KEY}\n"))
            .unwrap()
            .authorization(Signed { verb: "POST", resource_type: "Attachments", link, date: DATE })
            .unwrap();
        let plain = percent_encoding::percent_decode_str(&header).decode_utf8().unwrap();
        assert_eq!(plain, "type=master&ver=1.0&sig=av69LNe3E3MekLNYp5OMX/Lg/lnVLxNU8ewN57wd+2k=");
    }

    #[test]
    fn the_link_keeps_its_case_and_all_else_is_lower() {
        let signed = Signed { verb: "POST", resource_type: "Attachments", link: "dbs/Ab c/ü", date: DATE };
        assert_eq!(signed.text(), "post\nattachments\ndbs/Ab c/ü\nthu, 27 apr 2017 00:51:12 gmt\n\n");
    }

    #[test]
    fn tokens_are_escaped_whole_and_never_printed() {
        let signed = Signed { verb: "GET", resource_type: "attachments", link: "dbs/d", date: DATE };
        let token = Credential::ResourceToken(Zeroizing::new("type=resource&ver=1&sig=a/b+;c==;".to_owned()));
        assert_eq!(
            token.authorization(signed).unwrap(),
            "type%3Dresource%26ver%3D1%26sig%3Da%2Fb%2B%3Bc%3D%3D%3B"
        );
        let aad = Credential::Aad(Zeroizing::new("ey.J_-~x".to_owned()));
        assert_eq!(aad.authorization(signed).unwrap(), "type%3Daad%26ver%3D1.0%26sig%3Dey.J_-~x");
        assert_eq!(format!("{token:?} {aad:?}"), "ResourceToken(***) Aad(***)");
    }

    #[test]
    fn a_key_that_is_no_base64_is_refused() {
        for key in ["", "not base64!", "abc"] {
            assert_eq!(Credential::from_key(key).unwrap_err().kind, Kind::Secret, "{key:?}");
        }
    }

    #[test]
    fn the_date_is_gmt() {
        assert_eq!(date(1_493_254_272_999), DATE);
    }

    #[test]
    fn the_link_of_media_is_the_attachments_id() {
        assert_eq!(media_link("Sl8fALN4sw4CAAAAAAAAAOo3S2UB"), "sl8faln4sw4caaaaaaaaaoo3s2u=");
        // 21 bytes of 0xff: `/` is written as `-` in both directions.
        assert_eq!(media_link(&"-".repeat(28)), format!("{}8=", "-".repeat(26)));
        assert_eq!(media_link("Sl8fALN4sw4CAAAAAAAAAOnTcEc="), "sl8faln4sw4caaaaaaaaaontcec=");
    }
}
