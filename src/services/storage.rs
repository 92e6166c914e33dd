//! Object storage behind presigned URLs: when a URL ends, which parts of it are secret, what a refusal says.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use url::Url;

use crate::domain::error::{Failure, Kind};
use crate::services::body::FileSource;
use crate::services::http::Reply;

/// Largest object of one PUT, in bytes: 5 GiB (Amazon S3 user guide, "Uploading objects").
pub(super) const SINGLE_PUT_BYTES: u64 = 5 * 1024 * 1024 * 1024;

/// When a presigned URL ends, seconds since 1970: `X-Amz-Date` + `X-Amz-Expires` (AWS Signature Version 4), or
/// `Expires` (Version 2, Alibaba OSS). `None` where the URL does not say.
pub(super) fn end(url: &Url) -> Option<i64> {
    let value = |name: &str| {
        url.query_pairs().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned())
    };
    if let (Some(date), Some(life)) = (value("X-Amz-Date"), value("X-Amz-Expires")) {
        let begin = DateTime::strptime("%Y%m%dT%H%M%SZ", &date).ok()?.to_zoned(TimeZone::UTC).ok()?;
        return begin.timestamp().as_second().checked_add(life.parse().ok()?);
    }
    value("Expires")?.parse().ok()
}

/// The values in a presigned URL's query that must not be shown, as they stand in the URL and decoded.
pub(super) fn secrets(url: &Url) -> Vec<String> {
    const NAMES: [&str; 4] = ["X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "Signature"];
    let is_secret = |name: &str| NAMES.iter().any(|secret| secret.eq_ignore_ascii_case(name));
    let decoded = url.query_pairs().filter(|(name, _)| is_secret(name)).map(|(_, value)| value.into_owned());
    let written = url.query().unwrap_or_default().split('&').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        is_secret(name).then(|| value.to_owned())
    });
    let mut found: Vec<_> = decoded.chain(written).filter(|value| !value.is_empty()).collect();
    found.sort();
    found.dedup();
    found
}

/// Compares what the storage says it has with what was sent. The entity tag of an object that came in one piece is its
/// MD5, unless it is encrypted with a key of its own (Amazon S3 API reference, "Object").
pub(super) fn compare(reply: &Reply, source: &FileSource) -> Result<(), Failure> {
    let (Some(theirs), Some(ours)) = (md5_tag(reply), source.digests.taken().md5) else { return Ok(()) };
    if theirs.eq_ignore_ascii_case(&ours) {
        return Ok(());
    }
    Err(Failure::new(Kind::Protocol, "The file arrived damaged")
        .cause(format!("checksum {ours} was sent, the storage has {theirs}"))
        .advice("Upload the file again. If it happens again, a proxy or the network changes what is sent."))
}

fn md5_tag(reply: &Reply) -> Option<&str> {
    let other_key = reply.header("x-amz-server-side-encryption").is_some_and(|how| how != "AES256")
        || reply.header("x-amz-server-side-encryption-customer-algorithm").is_some();
    let tag = reply.header("etag").filter(|_| !other_key)?.trim();
    let tag = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag);
    (tag.len() == 32 && tag.bytes().all(|digit| digit.is_ascii_hexdigit())).then_some(tag)
}

/// A refusal in S3's XML (Amazon S3 API reference, "Error responses").
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) message: String,
}

impl Refusal {
    /// Reads the XML; `None` when it is none.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(body);
        let inside = text.split_once("<Error")?.1;
        let code = element(inside, "Code")?;
        Some(Self { code, message: element(inside, "Message").unwrap_or_default() })
    }

    /// The URL's time is over. S3 has no code of its own for that: it says `AccessDenied` with this message.
    pub(super) fn is_expired(&self) -> bool {
        self.code == "ExpiredToken"
            || (self.code == "AccessDenied" && self.message.to_ascii_lowercase().contains("expired"))
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.message.as_str() {
            "" => f.write_str(&self.code),
            message => write!(f, "{}: {message}", self.code),
        }
    }
}

fn element(xml: &str, name: &str) -> Option<String> {
    let inside = xml.split_once(&format!("<{name}>"))?.1;
    let text = inside.split_once(&format!("</{name}>"))?.0.trim();
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    Some(plain.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::domain::describe::Repeat;
    use crate::services::body::{Body, Digests};
    use crate::services::http::testing::reply;

    #[tokio::test]
    async fn an_entity_tag_that_is_an_md5_is_compared() {
        use std::io::Write as _;
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"abc").unwrap();
        let source = |md5| {
            let (path, digests) = (file.path().into(), Digests::new(md5, false));
            FileSource { path, size: 3, modified: None, digests, held: None }
        };
        let (sent, unknown) = (source(true), source(false));
        for source in [&sent, &unknown] {
            let _sink = Body::file(source.clone()).read_through(|_block: &[u8]| {}).await.unwrap();
        }
        let good = "\"900150983cd24fb0d6963f7d28e17f72\"";
        let bad = "\"900150983CD24FB0D6963F7D28E17F73\"";
        let (kms, own) = ("x-amz-server-side-encryption", "x-amz-server-side-encryption-customer-algorithm");
        for (headers, is_good) in [
            (&[("etag", good)][..], true),
            (&[("etag", "900150983CD24FB0D6963F7D28E17F72")], true),
            (&[("etag", bad)], false),
            (&[("etag", bad), (kms, "AES256")], false),
            (&[("etag", bad), (kms, "aws:kms")], true),
            (&[("etag", bad), (own, "AES256")], true),
            (&[("etag", "\"900150983cd24fb0d6963f7d28e17f73-2\"")], true),
            (&[("etag", "W/\"900150983cd24fb0d6963f7d28e17f73\"")], true),
            (&[("etag", "\"abc\"")], true),
            (&[], true),
        ] {
            let answer = reply(200, headers, "", Repeat::Safe);
            assert_eq!(compare(&answer, &sent).is_ok(), is_good, "{headers:?}");
            assert_eq!(compare(&answer, &unknown), Ok(()), "nothing to compare with");
        }
        let failure = compare(&reply(200, &[("etag", bad)], "", Repeat::Safe), &sent).unwrap_err();
        assert_eq!(failure.broke, "The file arrived damaged");
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn the_end_is_read_in_both_versions() {
        // The vendor document's own upload URL: 2018-05-14T13:38:43Z and six hours.
        let mixin = url("https://s3.example/k?X-Amz-Date=20180514T133843Z&X-Amz-Expires=21600");
        assert_eq!(end(&mixin), Some(1_526_326_723));
        assert_eq!(end(&url("https://oss.example/k?Expires=1700000000&Signature=a")), Some(1_700_000_000));
        for unknown in [
            "https://x.example/k",
            "https://x.example/k?X-Amz-Date=soon&X-Amz-Expires=1",
            "https://x.example/k?Expires=a",
        ] {
            assert_eq!(end(&url(unknown)), None, "{unknown}");
        }
    }

    #[test]
    fn the_secret_parts_are_found_in_both_spellings() {
        let found = secrets(&url(
            "https://s3.example/k?X-Amz-Credential=AK%2F2018&X-Amz-Date=1&x-amz-signature=beef",
        ));
        assert_eq!(found, ["AK%2F2018", "AK/2018", "beef"]);
    }

    #[test]
    fn refusals_are_read() {
        let xml = b"<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message>\
            <Expires>2018-05-14T19:38:43Z</Expires></Error>";
        let refusal = Refusal::read(xml).unwrap();
        assert_eq!(refusal.to_string(), "AccessDenied: Request has expired");
        assert!(refusal.is_expired());
        let other =
            Refusal::read(b"<Error><Code>SignatureDoesNotMatch</Code><Message>a &amp; b</Message></Error>");
        let other = other.unwrap();
        assert_eq!(other.to_string(), "SignatureDoesNotMatch: a & b");
        assert!(!other.is_expired());
        assert_eq!(Refusal::read(b"<html><Code>x</Code></html>"), None);
        assert_eq!(Refusal::read(b"{}"), None);
    }
}
