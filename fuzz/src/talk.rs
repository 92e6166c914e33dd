//! Whole conversations of a service with a server that answers anything: an upload, what comes after it, and the next
//! try of one that failed.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use affix::domain::attachment::{Activity, FileFacts};
use affix::domain::error::{Failure, Step};
use affix::domain::profile::{Profile, Target};
use affix::domain::receipt::Receipt;
use affix::domain::secret::Secret;
use affix::services::body::{Digests, FileSource, Gauge};
use affix::services::http::{Context, Exchange, Http, Network, Observer, Redactor};
use affix::services::{self, Service, Stored, Upload, links};
use tokio::runtime::{Builder, Runtime};

use crate::server::{Asked, SERVER};

/// The host of all targets; the server is asked for it as for any other.
const HOST: &str = "http://api.test";
/// Between the checkpoint and the answers of an input.
const NEXT: &[u8] = b"\n----\n";
const CONTENT: &[u8] = b"the file's bytes";
/// Of the content.
const MD5: &str = "eed7e4aff4c79b7ef0134f294d931412";
const NOW_MS: i64 = 1_764_000_000_000;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime"));

static HTTP: LazyLock<Http> = LazyLock::new(|| {
    let proxy = Some(format!("http://{}", SERVER.address));
    let network = Network { proxy, idle_timeout: Duration::from_secs(5), ..Network::default() };
    Http::new(&network).expect("a client")
});

/// A service with settings and secrets.
#[derive(Debug, Clone, Copy)]
pub struct With {
    pub service: &'static str,
    pub settings: &'static [(&'static str, &'static str)],
    pub secrets: &'static [(&'static str, &'static str)],
    pub file_name: &'static str,
    /// The credential may go to a host that the service named.
    pub is_sent_on: bool,
}

#[derive(Debug, Default)]
struct Notes {
    activities: Mutex<Vec<Activity>>,
    checkpoint: Mutex<Option<String>>,
}

impl Observer for Notes {
    fn step(&self, _: Step) {}

    fn sending(&self, _: Arc<Gauge>) {}

    fn activity(&self, activity: Activity) {
        self.activities.lock().expect("no panic before").push(activity);
    }

    fn checkpoint(&self, kept: Option<String>) {
        *self.checkpoint.lock().expect("no panic before") = kept;
    }
}

struct Talk {
    with: With,
    /// Of the file.
    size: u64,
    /// An earlier try kept something.
    goes_on: bool,
    service: &'static dyn Service,
    notes: Arc<Notes>,
    cache: Arc<Mutex<BTreeMap<String, String>>>,
}

/// The first part of the input is what an earlier try kept, the others are the server's answers.
pub fn hold(with: With, input: &[u8]) {
    about(with, CONTENT, input);
}

/// The same with a file of this content.
pub fn about(with: With, content: &[u8], input: &[u8]) {
    let parts = split(input);
    let Some((kept, script)) = parts.split_first() else { return };
    // No other program of this computer is asked.
    let local: [&[u8]; 3] = [b"127.", b"localhost", b"[:"];
    if script.len() > 12 || local.iter().any(|local| input.windows(local.len()).any(|at| at == *local)) {
        return;
    }
    let file = tempfile::Builder::new().tempfile_in("/dev/shm").expect("memory for a file");
    std::io::Write::write_all(&mut file.as_file(), content).expect("memory for a file");
    SERVER.play(script);
    let service = services::find(with.service).expect("a service");
    let kept = String::from_utf8(kept.to_vec()).ok().filter(|kept| !kept.is_empty());
    let talk = Talk {
        with,
        size: content.len() as u64,
        goes_on: kept.is_some(),
        service,
        notes: Arc::default(),
        cache: Arc::default(),
    };
    RUNTIME.block_on(talk.run(&file, kept));
    talk.judge_requests(&SERVER.asked());
}

fn split(mut input: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some(at) = input.windows(NEXT.len()).position(|part| part == NEXT) {
        parts.push(&input[..at]);
        input = &input[at + NEXT.len()..];
    }
    parts.push(input);
    parts
}

impl Talk {
    async fn run(&self, file: &tempfile::NamedTempFile, kept: Option<String>) {
        let mut upload = self.upload(file);
        let target = upload.target.clone();
        *self.notes.checkpoint.lock().expect("no panic before") = kept;
        let mut ended = self.service.upload(&upload, &mut self.exchange()).await;
        self.judge_upload(&ended);
        if ended.as_ref().is_err_and(Failure::is_retryable) {
            upload.answer_lost = true;
            ended = self.service.upload(&upload, &mut self.exchange()).await;
            self.judge_upload(&ended);
        }
        match ended {
            Ok(receipt) => {
                self.afterwards(Stored { target: target.clone(), name: upload.file.name, receipt }).await
            }
            Err(_) => {
                let found = self.service.look(&upload, &mut self.exchange()).await;
                self.judge_upload(&found.and_then(|found| found.ok_or_else(Failure::cancelled)));
            }
        }
        let tested = self.service.test(&target, &mut self.exchange()).await;
        // The forum's code counts, and of an address without one the test tells what was answered.
        let is_answered = SERVER.successes() > 0 || self.with.service == "forum";
        assert!(tested.is_err() || is_answered, "{tested:?}");
        self.judge(tested);
        for activity in self.notes.activities.lock().expect("no panic before").iter() {
            self.is_clean(&format!("{activity:?}"));
        }
    }

    async fn afterwards(&self, stored: Stored) {
        if let Some(receipt) = self.judge(self.service.renew(&stored, &mut self.exchange()).await) {
            self.judge_receipt(&receipt);
        }
        for link in &stored.receipt.links {
            let Some(url) = links::address_of(link) else { continue };
            assert!(matches!(url.scheme(), "http" | "https") && url.username().is_empty(), "{url}");
            let size = stored.receipt.size;
            let sent = links::Sent { size, mime: "image/png", is_fresh: false, is_expired: false };
            let found = links::ask(&url, sent, &mut self.exchange()).await;
            let is_good = found.state == affix::domain::link_check::LinkState::Verified;
            assert_eq!(is_good, found.why.is_none(), "{found:?}");
        }
        let mut saved = Vec::new();
        let bytes = self.judge(self.service.save(&stored, &mut saved, &mut self.exchange()).await);
        assert!(bytes.is_none_or(|bytes| bytes == saved.len() as u64), "{bytes:?}");
        self.judge(self.service.delete(&stored, &mut self.exchange()).await);
    }

    fn upload(&self, file: &tempfile::NamedTempFile) -> Upload {
        let description = self.service.description();
        let given = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let profile = Profile {
            name: "p".to_owned(),
            service: self.with.service.to_owned(),
            settings: self.with.settings.iter().map(given).collect(),
            ..Profile::default()
        };
        let secrets =
            self.with.secrets.iter().map(|(key, value)| ((*key).to_owned(), Secret::new(*value))).collect();
        let size = self.size;
        let facts = FileFacts {
            path: file.path().to_owned(),
            name: self.with.file_name.to_owned(),
            size,
            mime: "image/png".to_owned(),
            modified: None,
            pixels: Some((3, 2)),
            duration_secs: None,
        };
        Upload {
            target: Arc::new(Target::new(&profile, description, secrets)),
            file: facts,
            source: FileSource {
                path: file.path().into(),
                size,
                modified: file.as_file().metadata().and_then(|facts| facts.modified()).ok(),
                digests: Digests::new(true, true),
                held: None,
            },
            thumb: None,
            answer_lost: false,
        }
    }

    fn exchange(&self) -> Exchange {
        let mut redactor = Redactor::default();
        for (_, secret) in self.with.secrets {
            redactor.hide(secret);
        }
        Exchange::new(Context {
            http: HTTP.clone(),
            observer: self.notes.clone(),
            cancel: tokio_util::sync::CancellationToken::new(),
            redactor,
            checkpoint: self.notes.checkpoint.lock().expect("no panic before").clone(),
            cache: self.cache.clone(),
            clock: || NOW_MS,
        })
    }

    fn judge_upload(&self, ended: &Result<Receipt, Failure>) {
        match ended {
            Ok(receipt) => {
                // The forum's code counts, whatever the status. What an earlier try sent may stand unconfirmed, with
                // a word about it.
                let was_sent = self.goes_on && !receipt.notes.is_empty();
                let is_taken = SERVER.successes() > 0 || self.with.service == "forum" || was_sent;
                assert!(is_taken, "nobody took it: {receipt:?}");
                assert!(receipt.size.is_none_or(|size| size == self.size), "{receipt:?}");
                let md5 = receipt.md5.as_deref();
                assert!(self.with.service != "cronofy" || md5 == Some(MD5), "{receipt:?}");
                self.judge_receipt(receipt);
            }
            Err(failure) => self.judge_failure(failure),
        }
    }

    /// It is kept, and read again as it was.
    fn judge_receipt(&self, receipt: &Receipt) {
        let kept = serde_json::to_string(receipt).expect("a receipt as text");
        let mut again: Receipt = serde_json::from_str(&kept).expect("a receipt that was written");
        // Floats among the details come back rounded.
        again.extra.clone_from(&receipt.extra);
        assert_eq!(&again, receipt);
        assert!(!receipt.links.is_empty(), "{receipt:?}");
    }

    fn judge<T>(&self, answer: Result<T, Failure>) -> Option<T> {
        answer.map_err(|failure| self.judge_failure(&failure)).ok()
    }

    fn judge_failure(&self, failure: &Failure) {
        assert!(!failure.broke.trim().is_empty(), "{failure:?}");
        // The exchange names the step and cleans the words as the engine's job does.
        self.is_clean(&format!("{:?}", self.exchange().finish(failure.clone())));
        let kept = serde_json::to_string(failure).expect("a failure as text");
        serde_json::from_str::<Failure>(&kept).expect("a failure that was written");
    }

    fn is_clean(&self, shown: &str) {
        for (key, secret) in self.with.secrets {
            assert!(!shown.contains(secret), "{key} is shown: {shown}");
        }
    }

    /// The credential goes to its own host and to no other.
    fn judge_requests(&self, asked: &[Asked]) {
        for Asked { line, headers, .. } in asked {
            let is_own = line.split(' ').nth(1).is_some_and(|url| url.starts_with(&format!("{HOST}/")));
            let has_credential =
                headers.lines().any(|header| header.to_ascii_lowercase().starts_with("authorization:"));
            assert!(is_own || !has_credential || self.with.is_sent_on, "{line}{headers}");
        }
    }
}
