//! Asks for an uploaded file's link as anybody would who has it: without a credential, and reading no more than the
//! answer's head.

use http::Method;
use url::Url;

use super::http::{Call, Exchange, Reply};
use crate::domain::describe::Visibility;
use crate::domain::error::{Failure, Kind};
use crate::domain::link_check::LinkState;
use crate::domain::receipt::{Link, LinkKind};

/// What is known of the file behind a link.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// Bytes; none where they are not known, or where the link gives another thing than the file.
    pub size: Option<u64>,
    /// The file's media type; empty where it is not known.
    pub mime: &'a str,
    /// It was uploaded a moment ago: a service may still be at work on it.
    pub is_fresh: bool,
    /// The link's time is over.
    pub is_expired: bool,
}

/// How a link was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub state: LinkState,
    /// The HTTP status; none when no answer came.
    pub status: Option<u16>,
    /// One sentence; none for a link that is verified.
    pub why: Option<String>,
}

/// The address of a link that anybody may open; none where there is nothing to ask for. What a service answers with is
/// not trusted: other schemes and addresses with a password are left alone.
#[must_use]
pub fn address_of(link: &Link) -> Option<Url> {
    let open = matches!(link.visibility, Visibility::Public | Visibility::Expiring);
    let opens = matches!(link.kind, LinkKind::View | LinkKind::Preview | LinkKind::Thumbnail);
    let url = super::address::web(&link.value).filter(|_| open && opens)?;
    (url.username().is_empty() && url.password().is_none()).then_some(url)
}

/// Asks once.
pub async fn ask(url: &Url, sent: Sent<'_>, exchange: &mut Exchange) -> Found {
    let answer = exchange.glance(Call::new(Method::HEAD, url.clone())).await;
    let told = match &answer {
        // An address that is signed for GET refuses HEAD, and some servers do not know it.
        Ok(reply) if matches!(reply.status, 400 | 403 | 405 | 501) => false,
        // Some answer HEAD with a length that is not the file's.
        Ok(reply) if reply.is_success() => other_size(reply, sent).is_none(),
        Ok(_) | Err(_) => true,
    };
    let answer = if told { answer } else { first_byte(url, sent, exchange).await };
    judge(answer, sent)
}

async fn first_byte(url: &Url, sent: Sent<'_>, exchange: &mut Exchange) -> Result<Reply, Failure> {
    let call = Call::new(Method::GET, url.clone());
    // An empty file has no first byte.
    let call = if sent.size == Some(0) { call } else { call.header("range", "bytes=0-0")? };
    exchange.glance(call).await
}

fn judge(answer: Result<Reply, Failure>, sent: Sent<'_>) -> Found {
    let reply = match answer {
        Ok(reply) => reply,
        Err(failure) => return unanswered(&failure),
    };
    let status = reply.status;
    let found = |state, why: String| Found { state, status: Some(status), why: Some(why) };
    // Asked for a range of a file without bytes: that it has none is an answer, too.
    let empty = status == 416 && sent.size == Some(0);
    if reply.is_success() || empty {
        return match other_size(&reply, sent) {
            Some((given, size)) => {
                found(LinkState::Broken, format!("The link gives {given} bytes instead of {size}"))
            }
            None => Found { state: LinkState::Verified, status: Some(status), why: None },
        };
    }
    match status {
        401 | 403 | 404 | 410 if sent.is_expired => {
            found(LinkState::Broken, "The link has expired".to_owned())
        }
        403 | 404 | 425 if sent.is_fresh => {
            found(LinkState::NotYet, format!("The service does not give the file yet (HTTP {status})"))
        }
        404 | 410 => found(LinkState::Broken, format!("There is nothing behind the link (HTTP {status})")),
        401 | 403 => {
            found(LinkState::Broken, format!("The service refuses to give the file (HTTP {status})"))
        }
        408 | 425 | 429 | 500..=599 => {
            found(LinkState::NotYet, format!("The service is busy or failed inside (HTTP {status})"))
        }
        _ => found(LinkState::Broken, format!("The link does not give the file (HTTP {status})")),
    }
}

fn unanswered(failure: &Failure) -> Found {
    // Where a link leads in a circle or to an address that must not be followed, it does so the next time, too.
    let state = if failure.kind == Kind::Protocol { LinkState::Broken } else { LinkState::NotYet };
    let cause = failure.cause.as_ref().map(|cause| format!(" ({cause})")).unwrap_or_default();
    Found { state, status: None, why: Some(format!("{}{cause}", failure.broke)) }
}

/// The size that the link gives and the one that was sent, where both are known and differ. A page that shows the file
/// says nothing about its size.
fn other_size(reply: &Reply, sent: Sent<'_>) -> Option<(u64, u64)> {
    let page = reply.header("content-type").is_some_and(is_html) && !is_html(sent.mime);
    let encoded = reply.header("content-encoding").is_some_and(|coding| coding.trim() != "identity");
    if page || encoded {
        return None;
    }
    let given = match reply.status {
        206 | 416 => reply.whole_size()?,
        _ => reply.header("content-length")?.trim().parse().ok()?,
    };
    sent.size.filter(|size| *size != given).map(|size| (given, size))
}

fn is_html(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    ["text/html", "application/xhtml+xml"].iter().any(|html| essence.eq_ignore_ascii_case(html))
}

#[cfg(test)]
mod tests {
    use super::super::http::testing::reply;
    use super::*;
    use crate::domain::describe::Repeat;

    const SENT: Sent<'static> =
        Sent { size: Some(10), mime: "image/png", is_fresh: false, is_expired: false };

    fn found(status: u16, headers: &[(&'static str, &str)], sent: Sent<'_>) -> LinkState {
        judge(Ok(reply(status, headers, "", Repeat::Safe)), sent).state
    }

    #[test]
    fn only_what_anybody_may_open_is_asked_for() {
        let link = |value: &str, kind, visibility| Link { kind, value: value.to_owned(), visibility };
        let view = |value| address_of(&link(value, LinkKind::View, Visibility::Public));
        for good in ["https://x.example/a?token=1", "http://127.0.0.1:8000/f/1", " https://x.example "] {
            assert!(view(good).is_some(), "{good}");
        }
        for hostile in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,x",
            "ftp://x.example/a",
            "https://me:secret@x.example/a",
            "https://me@x.example/a",
            "//x.example/a",
            "an id",
            "",
        ] {
            assert_eq!(view(hostile), None, "{hostile}");
        }
        let url = "https://x.example/a";
        assert!(address_of(&link(url, LinkKind::View, Visibility::Expiring)).is_some());
        for closed in [Visibility::Private, Visibility::None] {
            assert_eq!(address_of(&link(url, LinkKind::View, closed)), None);
        }
        assert_eq!(address_of(&link(url, LinkKind::Content, Visibility::Public)), None);
    }

    #[test]
    fn every_status_is_judged() {
        let fresh = Sent { is_fresh: true, ..SENT };
        for status in 300..600 {
            let later = match status {
                408 | 425 | 429 | 500..600 => LinkState::NotYet,
                _ => LinkState::Broken,
            };
            assert_eq!(found(status, &[], SENT), later, "{status}");
            let soon = if matches!(status, 403 | 404) { LinkState::NotYet } else { later };
            assert_eq!(found(status, &[], fresh), soon, "{status}");
        }
        for status in [200, 203, 204, 206] {
            assert_eq!(found(status, &[], SENT), LinkState::Verified, "{status}");
        }
        let expired = Sent { is_expired: true, ..fresh };
        let judged = judge(Ok(reply(403, &[], "", Repeat::Safe)), expired);
        assert_eq!(judged.why.as_deref(), Some("The link has expired"));
    }

    #[test]
    fn another_size_is_another_thing_unless_it_is_a_page_about_the_file() {
        use LinkState::{Broken, Verified};
        for (status, headers, state) in [
            (200, &[("content-length", "10")][..], Verified),
            (200, &[("content-length", "11")], Broken),
            (200, &[("content-length", "11"), ("content-type", "image/png")], Broken),
            (200, &[("content-length", "11"), ("content-type", "Text/HTML; charset=utf-8")], Verified),
            (200, &[("content-length", "11"), ("content-encoding", "gzip")], Verified),
            (200, &[("content-length", "many")], Verified),
            (206, &[("content-length", "1"), ("content-range", "bytes 0-0/10")], Verified),
            (206, &[("content-length", "1"), ("content-range", "bytes 0-0/12")], Broken),
            (206, &[("content-length", "1"), ("content-range", "bytes 0-0/*")], Verified),
            (206, &[("content-length", "1")], Verified),
        ] {
            assert_eq!(found(status, headers, SENT), state, "{status} {headers:?}");
        }
        let page = Sent { mime: "text/html", ..SENT };
        assert_eq!(found(200, &[("content-length", "11"), ("content-type", "text/html")], page), Broken);
        let empty = Sent { size: Some(0), ..SENT };
        assert_eq!(found(416, &[("content-range", "bytes */0")], empty), Verified);
        assert_eq!(found(416, &[("content-range", "bytes */10")], SENT), Broken);
        let judged = judge(Ok(reply(200, &[("content-length", "3")], "", Repeat::Safe)), SENT).why.unwrap();
        assert_eq!(judged, "The link gives 3 bytes instead of 10");
    }

    #[test]
    fn no_answer_is_not_yet_and_a_wrong_way_is_broken() {
        let network = Failure::new(Kind::Network, "No connection to x.example").cause("refused");
        let judged = judge(Err(network), SENT);
        assert_eq!((judged.state, judged.status), (LinkState::NotYet, None));
        assert_eq!(judged.why.as_deref(), Some("No connection to x.example (refused)"));
        let circle = Failure::new(Kind::Protocol, "The service points in a circle");
        assert_eq!(judge(Err(circle), SENT).state, LinkState::Broken);
    }
}
