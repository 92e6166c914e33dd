//! Faults on demand: what a test (or a curious user) wants the sandbox to do wrong, and when.
//!
//! One way to write them everywhere, parts separated by `;`, such as `status=503;retry-after=2` or
//! `delay=500;lost-answer`. A request asks for its own fault with the header `x-affix-fault` or the query
//! `affix_fault`; a test of another process posts to `/_sandbox/faults`; a test of this process calls
//! [`Faults::add`]. Each word is a row of [`Action`].

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::Method;

pub(super) mod inject;

/// What to do instead of answering well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Nothing (a delay alone).
    Pass,
    /// `status=N` with `retry-after=V` (seconds or an HTTP date, sent as it is) and `retry-after-ms=N`
    /// (`x-ms-retry-after-ms`). Reads the body first; with `early` it answers before the body.
    Status { status: u16, retry_after: Option<String>, retry_after_ms: Option<u64>, early: bool },
    /// `cut=N`: closes the connection after N bytes of the request's body; the request is not processed.
    Cut { after_bytes: u64 },
    /// `cut-answer`: processes the request, then closes the connection in the middle of the answer's body.
    CutAnswer,
    /// `slow=N`: reads the request's body at N bytes a second, then answers well.
    Slow { bytes_per_sec: u64 },
    /// `lost-answer`: processes the request wholly, then closes the connection without an answer.
    LostAnswer,
    /// `late-answer=N`: processes the request wholly, then waits N milliseconds before it answers well.
    LateAnswer { after: Duration },
    /// `html`: status 200 and a web page, as a captive portal does.
    Html,
    /// `truncated-json`: status 200 and half an object, well framed.
    TruncatedJson,
    /// `endless`: status 200 and JSON that never ends.
    Endless,
    /// `error-body` or `error-body=JSON`: status 200 and a body that says it failed.
    ErrorBody(String),
    /// `redirect=URL`: 307 to that address.
    Redirect(String),
    /// `stall`: takes the request's head, then neither reads nor answers.
    Stall,
    /// `stall-answer`: takes the whole request, then never answers.
    StallAnswer,
    /// `damage`: one byte in the middle of the request's body arrives as another one.
    Damage,
    /// `expired-ticket`: processes the request, but what it gives out has expired already.
    ExpiredTicket,
}

/// Says it failed in the words of all five services at once.
const ERROR_BODY: &str = r#"{"error":{"status":202,"code":500,"description":"Injected fault"},"errors":{"fault":[{"key":"errors.injected","description":"Injected fault"}]},"code":500,"message":"Injected fault"}"#;

/// One fault: which requests meet it, how often, and what happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A service's id, or `link` for kept files' public links; `None`: every service.
    pub service: Option<String>,
    /// The route's name as in [`route`], such as `ticket`, `bytes`, `confirm` or `upload`; `None`: every route.
    pub step: Option<String>,
    /// How many requests meet it; `None`: all from now on.
    pub times: Option<u32>,
    /// Waits this long before anything else is done.
    pub delay: Duration,
    pub action: Action,
}

impl Fault {
    /// For every request from now on.
    #[must_use]
    pub fn new(action: Action) -> Self {
        Self { service: None, step: None, times: None, delay: Duration::ZERO, action }
    }

    /// Only for this route of this service.
    #[must_use]
    pub fn on(mut self, service: &str, step: &str) -> Self {
        self.service = Some(service.to_owned());
        self.step = Some(step.to_owned());
        self
    }

    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Reads the compact form.
    ///
    /// # Errors
    /// One sentence that names the part that makes no sense.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Parts::default();
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            parts.take(part)?;
        }
        parts.into_fault()
    }

    fn meets(&self, route: &Route) -> bool {
        let same = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|wanted| wanted == is);
        same(&self.service, route.service) && same(&self.step, route.step)
    }
}

#[derive(Debug, Default)]
struct Parts {
    action: Option<Action>,
    delay: Duration,
    retry_after: Option<String>,
    retry_after_ms: Option<u64>,
    early: bool,
}

impl Parts {
    fn take(&mut self, part: &str) -> Result<(), String> {
        let (word, value) = part.split_once('=').map_or((part, None), |(word, value)| (word, Some(value)));
        let number = || -> Result<u64, String> {
            let number = value.and_then(|value| value.parse().ok());
            number.ok_or_else(|| format!("{word} needs a number, such as {word}=1000"))
        };
        let action = match word {
            "delay" => return number().map(|ms| self.delay = Duration::from_millis(ms)),
            "retry-after" => {
                self.retry_after = value.map(str::to_owned);
                return Ok(());
            }
            "retry-after-ms" => return number().map(|ms| self.retry_after_ms = Some(ms)),
            "early" => {
                self.early = true;
                return Ok(());
            }
            "status" => {
                let status = u16::try_from(number()?).ok().filter(|status| (200..600).contains(status));
                let status = status.ok_or("status must be from 200 to 599")?;
                Action::Status { status, retry_after: None, retry_after_ms: None, early: false }
            }
            "cut" => Action::Cut { after_bytes: number()? },
            "cut-answer" => Action::CutAnswer,
            "damage" => Action::Damage,
            "slow" => Action::Slow { bytes_per_sec: number()?.max(1) },
            "lost-answer" => Action::LostAnswer,
            "late-answer" => Action::LateAnswer { after: Duration::from_millis(number()?) },
            "html" => Action::Html,
            "truncated-json" => Action::TruncatedJson,
            "endless" => Action::Endless,
            "error-body" => Action::ErrorBody(value.unwrap_or(ERROR_BODY).to_owned()),
            "redirect" => Action::Redirect(value.ok_or("redirect needs an address")?.to_owned()),
            "stall" => Action::Stall,
            "stall-answer" => Action::StallAnswer,
            "expired-ticket" => Action::ExpiredTicket,
            _ => return Err(format!("“{word}” is not a fault")),
        };
        match self.action.replace(action) {
            None => Ok(()),
            Some(_) => Err(format!("“{word}” cannot be joined with another fault")),
        }
    }

    fn into_fault(self) -> Result<Fault, String> {
        let Self { action, delay, retry_after: after, retry_after_ms: after_ms, early: at_once } = self;
        let mut action = action.unwrap_or(Action::Pass);
        if let Action::Status { retry_after, retry_after_ms, early, .. } = &mut action {
            (*retry_after, *retry_after_ms, *early) = (after, after_ms, at_once);
        } else if after.is_some() || after_ms.is_some() || at_once {
            return Err("retry-after, retry-after-ms and early belong to a status".to_owned());
        }
        if action == Action::Pass && delay.is_zero() {
            return Err("no fault is named".to_owned());
        }
        Ok(Fault::new(action).delay(delay))
    }
}

/// The faults that wait for their requests.
#[derive(Debug, Default)]
pub struct Faults {
    waiting: Mutex<Vec<Fault>>,
    met: AtomicUsize,
}

impl Faults {
    /// Adds one; of several that meet a request, the oldest is done.
    pub fn add(&self, fault: Fault) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    pub fn clear(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// How many requests have met a fault so far, also those that still hang in it.
    #[must_use]
    pub fn met(&self) -> usize {
        self.met.load(Ordering::Relaxed)
    }

    /// The fault that this request meets; counts it.
    fn next(&self, route: &Route) -> Option<Fault> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|fault| fault.times != Some(0));
        let fault = waiting.iter_mut().find(|fault| fault.meets(route))?;
        fault.times = fault.times.map(|times| times - 1);
        self.met.fetch_add(1, Ordering::Relaxed);
        Some(fault.clone())
    }
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// A service's id, `link`, or empty for everything else.
    pub service: &'static str,
    /// `ticket`, `bytes`, `confirm`, `upload`, `test`, `view`, …; empty for everything else.
    pub step: &'static str,
}

/// Names the route of a request by its method and path.
#[must_use]
pub fn route(method: &Method, path: &str) -> Route {
    let (prefix, rest) = path.trim_start_matches('/').split_once('/').unwrap_or((path, ""));
    let of = |service, step| Route { service, step };
    let has = |part: &str| rest.contains(part);
    match (prefix, method.as_str()) {
        ("f", _) => of("link", "view"),
        ("plain", "POST") => of("sandbox", "upload"),
        ("plain", "DELETE") => of("sandbox", "delete"),
        ("plain", _) if has("files") => of("sandbox", "look"),
        ("plain", _) => of("sandbox", "test"),
        ("mixin", "POST") => of("mixin", "ticket"),
        ("mixin", _) if has("attachments/") => of("mixin", "confirm"),
        ("mixin", _) => of("mixin", "test"),
        ("s3", "PUT") => of("mixin", "bytes"),
        ("s3", _) => of("mixin", "view"),
        ("teable", _) if has("attachments/signature") => of("teable", "ticket"),
        ("teable", _) if has("attachments/upload/") => of("teable", "bytes"),
        ("teable", _) if has("attachments/notify/") => of("teable", "confirm"),
        ("teable", _) if has("attachments/read/") => of("teable", "view"),
        ("teable", _) if has("table/") => of("teable", "record"),
        ("teable", _) => of("teable", "test"),
        ("cosmos", "POST") => of("cosmos", "upload"),
        ("cosmos", "PUT") => of("cosmos", "replace"),
        ("cosmos", "DELETE") => of("cosmos", "delete"),
        ("cosmos", _) if rest.starts_with("media") => of("cosmos", "media"),
        ("cosmos", _) if rest.ends_with("attachments") => of("cosmos", "list"),
        ("cosmos", _) => of("cosmos", "get"),
        ("cronofy", "POST") => of("cronofy", "upload"),
        ("cronofy", _) => of("cronofy", "test"),
        ("forum", "POST") => of("forum", "upload"),
        ("forum", _) => of("forum", "servers"),
        _ => of("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read() {
        let status = Action::Status {
            status: 503,
            retry_after: Some("2".into()),
            retry_after_ms: Some(7),
            early: true,
        };
        let expected = [
            ("status=503;retry-after=2;retry-after-ms=7;early", status),
            ("cut=1000", Action::Cut { after_bytes: 1000 }),
            ("cut-answer", Action::CutAnswer),
            ("damage", Action::Damage),
            ("slow=0", Action::Slow { bytes_per_sec: 1 }),
            ("lost-answer", Action::LostAnswer),
            ("late-answer=40", Action::LateAnswer { after: Duration::from_millis(40) }),
            ("html", Action::Html),
            ("truncated-json", Action::TruncatedJson),
            ("endless", Action::Endless),
            ("error-body={\"a\":1}", Action::ErrorBody("{\"a\":1}".into())),
            ("redirect=http://x/?a=b", Action::Redirect("http://x/?a=b".into())),
            ("stall", Action::Stall),
            ("stall-answer", Action::StallAnswer),
            ("expired-ticket", Action::ExpiredTicket),
        ];
        for (text, action) in expected {
            assert_eq!(Fault::parse(text), Ok(Fault::new(action)), "{text}");
        }
        let delayed = Fault::new(Action::Pass).delay(Duration::from_millis(50));
        assert_eq!(Fault::parse(" delay=50 ; "), Ok(delayed));
        let dated = Fault::parse("status=429;retry-after=Fri, 31 Dec 1999 23:59:59 GMT").unwrap();
        assert!(
            matches!(dated.action, Action::Status { retry_after: Some(date), .. } if date.contains("1999"))
        );
    }

    #[test]
    fn nonsense_is_named() {
        for (text, part) in [
            ("", "no fault"),
            ("explode", "explode"),
            ("status=abc", "status"),
            ("status=99", "599"),
            ("html;stall", "stall"),
            ("html;early", "belong to a status"),
            ("redirect", "address"),
        ] {
            let error = Fault::parse(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn faults_meet_their_requests_as_often_as_asked() {
        let faults = Faults::default();
        faults.add(Fault::new(Action::Html).on("mixin", "bytes").times(2));
        let bytes = route(&Method::PUT, "/s3/mixin-attachments/1");
        assert_eq!(faults.next(&route(&Method::POST, "/mixin/attachments")), None);
        assert_eq!(faults.next(&bytes).map(|fault| fault.action), Some(Action::Html));
        faults.add(Fault::new(Action::Stall));
        assert_eq!(faults.next(&bytes).map(|fault| fault.action), Some(Action::Html));
        assert_eq!(faults.next(&bytes).map(|fault| fault.action), Some(Action::Stall));
        assert_eq!(faults.met(), 3);
        faults.clear();
        assert_eq!(faults.next(&bytes), None);
        assert_eq!(faults.met(), 3);
    }

    #[test]
    fn every_route_has_its_name() {
        for (method, path, service, step) in [
            (Method::POST, "/plain/files", "sandbox", "upload"),
            (Method::DELETE, "/plain/files/1", "sandbox", "delete"),
            (Method::GET, "/plain/me", "sandbox", "test"),
            (Method::GET, "/f/1/a", "link", "view"),
            (Method::GET, "/mixin/attachments/1", "mixin", "confirm"),
            (Method::GET, "/mixin/me", "mixin", "test"),
            (Method::POST, "/teable/api/attachments/signature", "teable", "ticket"),
            (Method::PUT, "/teable/api/attachments/upload/t", "teable", "bytes"),
            (Method::POST, "/teable/api/attachments/notify/t", "teable", "confirm"),
            (Method::PATCH, "/teable/api/table/t/record/r", "teable", "record"),
            (Method::POST, "/cosmos/dbs/d/colls/c/docs/i/attachments", "cosmos", "upload"),
            (Method::GET, "/cosmos/dbs/d/colls/c/docs/i/attachments", "cosmos", "list"),
            (Method::GET, "/cosmos/media/x", "cosmos", "media"),
            (Method::POST, "/cronofy/v1/attachments", "cronofy", "upload"),
            (Method::POST, "/forum/openapi/forum/upload/attachment", "forum", "upload"),
            (Method::GET, "/forum/openapi/forum/conf/serverList", "forum", "servers"),
            (Method::GET, "/", "", ""),
        ] {
            assert_eq!(route(&method, path), Route { service, step }, "{method} {path}");
        }
    }
}
