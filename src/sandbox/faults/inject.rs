//! Carries a fault out around one request.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderValue, Request, StatusCode};
use http_body_util::BodyExt;

use super::{Action, Fault, Faults, Route};

/// The connection is closed without an answer.
#[derive(Debug)]
pub(in crate::sandbox) struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection was cut on demand")
    }
}

impl std::error::Error for Cut {}

/// Marks a request whose ticket is to be expired already.
#[derive(Debug, Clone, Copy)]
pub(in crate::sandbox) struct Expired;

/// Marks an answer that is given although the request's body was not read.
#[derive(Debug, Clone, Copy)]
pub(in crate::sandbox) struct Early;

/// The fault of this request: what it asks for itself, else what waits for it.
///
/// # Errors
/// One sentence when it asks for something that is not a fault.
pub(in crate::sandbox) fn chosen(
    faults: &Faults,
    route: &Route,
    request: &Request<Body>,
) -> Result<Option<Fault>, String> {
    if let Some(header) = request.headers().get("x-affix-fault") {
        let text = header.to_str().map_err(|error| error.to_string())?;
        return Fault::parse(text).map(Some);
    }
    let query = request.uri().query().unwrap_or("").as_bytes();
    let asked = url::form_urlencoded::parse(query).find(|(key, _)| key == "affix_fault");
    let Some((_, text)) = asked else { return Ok(faults.next(route)) };
    let fault = Fault::parse(&text)?;
    // A link with a query must not lead a browser away from this computer.
    if matches!(fault.action, Action::Redirect(_)) {
        return Err("a redirect is asked for with the header x-affix-fault".to_owned());
    }
    Ok(Some(fault))
}

/// Does what the fault says; `answer` processes the request well.
pub(in crate::sandbox) async fn carry_out<F, A>(
    fault: Fault,
    mut request: Request<Body>,
    answer: F,
) -> Result<Response, Cut>
where
    F: FnOnce(Request<Body>) -> A,
    A: Future<Output = Result<Response, Infallible>>,
{
    if !fault.delay.is_zero() {
        tokio::time::sleep(fault.delay).await;
    }
    let well = |request| async { answer(request).await.map_err(|never| match never {}) };
    match fault.action {
        Action::Pass => well(request).await,
        Action::ExpiredTicket => {
            request.extensions_mut().insert(Expired);
            well(request).await
        }
        Action::Slow { bytes_per_sec } => well(request.map(|body| slowed(body, bytes_per_sec))).await,
        Action::Damage => {
            let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
            let middle = length.and_then(|length| length.parse::<u64>().ok()).unwrap_or_default() / 2;
            well(request.map(|body| damaged(body, middle))).await
        }
        Action::CutAnswer => cut_answer(well(request).await?).await,
        Action::LostAnswer => {
            let (parts, body) = request.into_parts();
            let answer = well(Request::from_parts(parts, body)).await?;
            // The answer is made to its end, so that nothing of the work is left undone.
            let _answer_is_lost = answer.into_body().collect().await;
            Err(Cut)
        }
        Action::LateAnswer { after } => {
            let answer = well(request).await?;
            tokio::time::sleep(after).await;
            Ok(answer)
        }
        Action::Cut { after_bytes } => {
            drain(request.into_body(), after_bytes).await;
            Err(Cut)
        }
        Action::Stall => std::future::pending().await,
        Action::StallAnswer => match drain(request.into_body(), u64::MAX).await {
            Drained::Broken => Err(Cut),
            Drained::Read => std::future::pending().await,
        },
        Action::Status { early: true, .. } => {
            let mut response = instead(fault.action);
            response.extensions_mut().insert(Early);
            Ok(response)
        }
        action => {
            drain(request.into_body(), u64::MAX).await;
            Ok(instead(action))
        }
    }
}

/// The answer of the faults that answer something else.
fn instead(action: Action) -> Response {
    const JSON: &str = "application/json; charset=utf-8";
    let (status, mime, body) = match action {
        Action::Status { status, retry_after, retry_after_ms, .. } => {
            return with_status(status, retry_after, retry_after_ms);
        }
        Action::Redirect(to) => {
            let mut response = with_status(307, None, None);
            put(&mut response, LOCATION, to);
            return response;
        }
        Action::Html => (200, "text/html; charset=utf-8", Body::from(PAGE)),
        Action::TruncatedJson => (200, JSON, Body::from(r#"{"data":{"attachment_id":"5b2c"#)),
        Action::ErrorBody(text) => (200, JSON, Body::from(text)),
        Action::Endless => (200, JSON, endless()),
        _ => (200, JSON, Body::empty()),
    };
    let mut response = with_status(status, None, None);
    *response.body_mut() = body;
    put(&mut response, CONTENT_TYPE, mime.to_owned());
    response
}

const PAGE: &str =
    "<!doctype html><html><head><title>Sign in</title></head><body>Sign in to go on</body></html>";

fn with_status(status: u16, retry_after: Option<String>, retry_after_ms: Option<u64>) -> Response {
    let mut response = Response::new(Body::from(r#"{"code":"injected","message":"Injected fault"}"#));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    put(&mut response, CONTENT_TYPE, "application/json".to_owned());
    if let Some(after) = retry_after {
        put(&mut response, RETRY_AFTER, after);
    }
    if let Some(ms) = retry_after_ms {
        put(&mut response, http::HeaderName::from_static("x-ms-retry-after-ms"), ms.to_string());
    }
    response
}

fn put(response: &mut Response, name: http::HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
}

fn endless() -> Body {
    let block = Bytes::from(vec![b'a'; 64 * 1024]);
    let begin = stream::once(async { Ok::<_, Infallible>(Bytes::from_static(b"{\"data\":\"")) });
    Body::from_stream(begin.chain(stream::repeat_with(move || Ok(block.clone()))))
}

/// Half of the answer's body, then an error, which closes the connection.
async fn cut_answer(response: Response) -> Result<Response, Cut> {
    let (mut parts, body) = response.into_parts();
    let whole = body.collect().await.map_err(|_already_broken| Cut)?.to_bytes();
    parts.headers.insert(http::header::CONTENT_LENGTH, HeaderValue::from(whole.len().max(1)));
    let half = Ok(whole.slice(..whole.len() / 2));
    // The pause lets the half leave before the connection closes: both at once would be no answer at all.
    let end = stream::once(async {
        tokio::task::yield_now().await;
        Err(io::Error::other(Cut))
    });
    Ok(Response::from_parts(parts, Body::from_stream(stream::iter([half]).chain(end))))
}

/// How much of a body could be read.
#[derive(Debug, PartialEq, Eq)]
enum Drained {
    /// All that was wanted.
    Read,
    /// The client went away before.
    Broken,
}

/// Reads and forgets at most `limit` bytes.
async fn drain(mut body: Body, limit: u64) -> Drained {
    let mut read = 0;
    while read < limit {
        match body.frame().await {
            Some(Ok(frame)) => read += frame.data_ref().map_or(0, |data| data.len() as u64),
            Some(Err(_gone)) => return Drained::Broken,
            None => break,
        }
    }
    Drained::Read
}

/// Letters stay letters, so that what is written in base64 or JSON can still be read.
fn damaged(body: Body, at: u64) -> Body {
    Body::from_stream(stream::try_unfold((body, at), |(mut body, at)| async move {
        let Some(frame) = body.frame().await.transpose()? else { return Ok(None) };
        let mut data = frame.into_data().unwrap_or_default().to_vec();
        if let Some(byte) = usize::try_from(at).ok().and_then(|at| data.get_mut(at)) {
            *byte = match *byte {
                b'A' => b'B',
                letter if letter.is_ascii_alphanumeric() => b'A',
                other => other ^ 1,
            };
        }
        // Behind the place, no byte is that far away any more.
        let left = at.checked_sub(data.len() as u64).unwrap_or(u64::MAX);
        Ok::<_, axum::Error>(Some((Bytes::from(data), (body, left))))
    }))
}

fn slowed(body: Body, bytes_per_sec: u64) -> Body {
    Body::from_stream(stream::try_unfold(body, move |mut body| async move {
        let Some(frame) = body.frame().await.transpose()? else { return Ok(None) };
        let data = frame.into_data().unwrap_or_default();
        let ms = (data.len() as u64).saturating_mul(1000) / bytes_per_sec;
        tokio::time::sleep(Duration::from_millis(ms)).await;
        Ok::<_, axum::Error>(Some((data, body)))
    }))
}
