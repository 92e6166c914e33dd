//! A server that gives its answers in the order that a test wrote them, and an upload to it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use affix::domain::attachment::FileFacts;
use affix::domain::error::Failure;
use affix::domain::profile::{Profile, Target};
use affix::domain::receipt::Receipt;
use affix::domain::secret::Secret;
use affix::services::{Service, Stored, Upload};

use crate::support::exchange::{Bench, bench, file_of, source_of};
use crate::support::raw::{Request, serve};

/// Status line and body; `{base}` in the body becomes the server's address. No status: hangs up unanswered.
pub(crate) struct Answer {
    pub(crate) status: Option<&'static str>,
    pub(crate) headers: Vec<&'static str>,
    pub(crate) body: String,
}

#[expect(clippy::needless_pass_by_value, reason = "texts and JSON read better without & at the many calls")]
pub(crate) fn answer(status: &'static str, body: impl ToString) -> Answer {
    Answer { status: Some(status), headers: Vec::new(), body: body.to_string() }
}

pub(crate) fn hang_up() -> Answer {
    Answer { status: None, headers: Vec::new(), body: String::new() }
}

pub(crate) struct Script {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    left: Arc<Mutex<Vec<Answer>>>,
}

impl Script {
    pub(crate) async fn new(answers: Vec<Answer>) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let left = Arc::new(Mutex::new(answers));
        let (inner_seen, inner_left) = (seen.clone(), left.clone());
        let address = serve(move |mut wire| {
            let (seen, left) = (inner_seen.clone(), inner_left.clone());
            async move {
                let base = format!("http://{}", wire.stream.local_addr().unwrap());
                let request = wire.request().await;
                seen.lock().unwrap().push(request);
                let next = {
                    let mut left = left.lock().unwrap();
                    if left.is_empty() { answer("599 Not Scripted", "") } else { left.remove(0) }
                };
                if let Some(status) = next.status {
                    wire.answer(status, &next.headers, &next.body.replace("{base}", &base)).await;
                }
            }
        })
        .await;
        Self { address, seen, left }
    }

    /// Method and path with query of each request so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |request: &Request| {
            let line = request.head.lines().next().unwrap_or_default();
            line.trim_end_matches(" HTTP/1.1").to_owned()
        };
        self.seen.lock().unwrap().iter().map(line).collect()
    }

    pub(crate) fn request(&self, at: usize) -> Request {
        self.seen.lock().unwrap()[at].clone()
    }

    /// All answers were given, and no request came without one.
    pub(crate) fn assert_played(&self) {
        assert_eq!(self.left.lock().unwrap().len(), 0, "answers left; asked were {:?}", self.lines());
    }
}

/// A service with one file, whose tries share one exchange as the engine's do.
pub(crate) struct Client {
    pub(crate) bench: Bench,
    pub(crate) upload: Upload,
    service: &'static dyn Service,
    _file: tempfile::NamedTempFile,
}

pub(crate) const CONTENT: &[u8] = b"seven b";

impl Client {
    pub(crate) fn new(
        service: &'static dyn Service,
        settings: &[(&str, String)],
        secrets: &[(&str, &str)],
    ) -> Self {
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let profile = Profile { name: "Test".into(), settings, ..Profile::default() };
        let secrets: BTreeMap<_, _> = secrets
            .iter()
            .map(|(key, value)| ((*key).to_owned(), service.accept_secret(key, Secret::new(*value)).unwrap()))
            .collect();
        let file = file_of(CONTENT);
        let upload = Upload {
            target: Arc::new(Target::new(&profile, service.description(), secrets)),
            file: FileFacts {
                path: file.path().into(),
                name: "a b.png".into(),
                size: CONTENT.len() as u64,
                mime: "image/png".into(),
                modified: None,
                pixels: None,
                duration_secs: None,
            },
            source: source_of(&file),
            thumb: None,
            answer_lost: false,
        };
        Self { bench: bench(), upload, service, _file: file }
    }

    pub(crate) async fn upload(&mut self) -> Result<Receipt, Failure> {
        self.service.upload(&self.upload, &mut self.bench.exchange).await
    }

    pub(crate) async fn renew(&mut self, receipt: Receipt) -> Result<Receipt, Failure> {
        let stored = Stored { target: self.upload.target.clone(), name: "a b.png".into(), receipt };
        self.service.renew(&stored, &mut self.bench.exchange).await
    }

    pub(crate) async fn test(&mut self) -> Result<String, Failure> {
        self.service.test(&self.upload.target, &mut self.bench.exchange).await
    }

    pub(crate) fn has_checkpoint(&self) -> bool {
        self.bench.notes.checkpoints.lock().unwrap().last().is_some_and(Option::is_some)
    }
}
