//! An exchange whose notes can be read afterwards.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use affix::domain::attachment::Activity;
use affix::domain::error::Step;
use affix::services::body::{Digests, FileSource, Gauge, Throttle};
use affix::services::http::{Context, Exchange, Http, Network, Observer, Redactor};
use tokio_util::sync::CancellationToken;

/// Everything that an exchange told.
#[derive(Debug, Default)]
pub struct Notes {
    pub steps: Mutex<Vec<Step>>,
    pub gauges: Mutex<Vec<Arc<Gauge>>>,
    pub activities: Mutex<Vec<Activity>>,
    pub checkpoints: Mutex<Vec<Option<String>>>,
}

impl Observer for Notes {
    fn step(&self, step: Step) {
        self.steps.lock().unwrap().push(step);
    }

    fn sending(&self, gauge: Arc<Gauge>) {
        self.gauges.lock().unwrap().push(gauge);
    }

    fn activity(&self, activity: Activity) {
        self.activities.lock().unwrap().push(activity);
    }

    fn checkpoint(&self, kept: Option<String>) {
        self.checkpoints.lock().unwrap().push(kept);
    }
}

/// An exchange with short time-outs, so that a test of them takes no minute.
pub struct Bench {
    pub exchange: Exchange,
    pub notes: Arc<Notes>,
    pub cancel: CancellationToken,
    pub throttle: Throttle,
}

pub fn bench() -> Bench {
    bench_with(&Network { idle_timeout: Duration::from_millis(400), ..Network::default() }, &[])
}

pub fn bench_with(network: &Network, hidden: &[&str]) -> Bench {
    let notes = Arc::new(Notes::default());
    let cancel = CancellationToken::new();
    let mut redactor = Redactor::default();
    for secret in hidden {
        redactor.hide(secret);
    }
    let http = Http::new(network).unwrap();
    let throttle = http.throttle().clone();
    let exchange = Exchange::new(Context {
        http,
        observer: notes.clone(),
        cancel: cancel.clone(),
        redactor,
        checkpoint: None,
        cache: Arc::default(),
        clock: || 1_700_000_000_000,
    });
    Bench { exchange, notes, cancel, throttle }
}

/// A temporary file of this content.
pub fn file_of(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

pub fn source_of(file: &tempfile::NamedTempFile) -> FileSource {
    let facts = file.as_file().metadata().unwrap();
    FileSource {
        path: file.path().into(),
        size: facts.len(),
        modified: facts.modified().ok(),
        digests: Digests::new(true, true),
        held: None,
    }
}
