//! A service without a network: it does what a test's script says and remembers how it was asked.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use affix::domain::attachment::{AttachmentId, BatchId, FileFacts};
use affix::domain::describe::{Capability, Description, Types, Visibility};
use affix::domain::error::{Failure, Kind, Step};
use affix::domain::preflight::{Finding, Repair};
use affix::domain::profile::Target;
use affix::domain::receipt::{LinkKind, Receipt};
use affix::media::Readers;
use affix::services::body::Body;
use affix::services::http::{Call, Exchange, Http, Network};
use affix::services::{Service, Upload};
use affix::store::{SessionId, Store, system_clock};
use affix::transfer::{
    Config, Event, Finished, Handle, Limits, Repairs, Resolved, TargetFacts, TargetLimits, Targets, retry,
};
use futures_util::future::BoxFuture;
use http::Method;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;
use url::Url;

pub static DESCRIPTION: Description = Description {
    id: "fake",
    name: "Fake",
    line: "For tests.",
    settings: &[],
    secrets: &[],
    credentials: &[],
    capability: Capability {
        max_bytes: Some(1_000_000_000),
        takes_empty: false,
        types: Types::Any,
        visibility: Visibility::Public,
        link_life: None,
        deletes: false,
        renews: false,
        saves: false,
        looks: false,
        checksum: None,
        repeats: &[],
    },
};

/// One call of `upload`.
#[derive(Debug, Clone)]
pub struct Asked {
    pub at: Instant,
    pub name: String,
    pub profile: String,
    pub answer_lost: bool,
    pub resumed: Option<String>,
    /// What was to be sent: where it was, and what it held.
    pub path: PathBuf,
    pub content: Vec<u8>,
}

/// What the fake does with its next upload.
pub type Act = Box<dyn FnOnce() -> Result<Receipt, Failure> + Send>;

pub struct Fake {
    pub asked: Mutex<Vec<Asked>>,
    pub script: Mutex<VecDeque<Act>>,
    /// Kept as the checkpoint in each call.
    pub checkpoint: Mutex<Option<String>>,
    /// An upload takes one permit and goes on; with none it hangs until it is cancelled.
    pub gate: Semaphore,
    pub under_way: AtomicUsize,
    pub most_under_way: AtomicUsize,
    /// Names with this in them are refused with a repair.
    pub forbidden: Option<char>,
    /// Called whenever a file is checked.
    pub checking: Mutex<Option<Box<dyn Fn() + Send>>>,
    /// Where the file is really sent before the script goes on.
    pub send_to: Mutex<Option<Url>>,
    /// A repeat of that request might make a second object.
    pub ambiguous: AtomicBool,
    /// How often the front was asked to look.
    pub wakes: AtomicUsize,
    /// Of every profile.
    pub limits: Mutex<TargetLimits>,
    /// No upload finds a connection.
    pub down: AtomicBool,
}

impl std::fmt::Debug for Fake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fake")
    }
}

impl Fake {
    pub fn new() -> &'static Self {
        Self::with(Semaphore::MAX_PERMITS, None)
    }

    pub fn with(permits: usize, forbidden: Option<char>) -> &'static Self {
        Box::leak(Box::new(Self {
            asked: Mutex::default(),
            script: Mutex::default(),
            checkpoint: Mutex::default(),
            gate: Semaphore::new(permits),
            under_way: AtomicUsize::new(0),
            most_under_way: AtomicUsize::new(0),
            forbidden,
            checking: Mutex::default(),
            send_to: Mutex::default(),
            ambiguous: AtomicBool::new(false),
            wakes: AtomicUsize::new(0),
            limits: Mutex::default(),
            down: AtomicBool::new(false),
        }))
    }

    pub fn then(&self, act: impl FnOnce() -> Result<Receipt, Failure> + Send + 'static) {
        self.script.lock().unwrap().push_back(Box::new(act));
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    async fn act(&self, upload: &Upload, exchange: &mut Exchange) -> Result<Receipt, Failure> {
        exchange.step(Step::Ticket);
        self.asked.lock().unwrap().push(Asked {
            at: Instant::now(),
            name: upload.file.name.clone(),
            profile: upload.target.profile.clone(),
            answer_lost: upload.answer_lost,
            resumed: exchange.resume(),
            path: upload.file.path.clone(),
            content: std::fs::read(&upload.file.path).unwrap_or_default(),
        });
        if self.down.load(Ordering::SeqCst) {
            exchange.step(Step::Send);
            return Err(failure(Kind::Unreachable).safe());
        }
        let kept = self.checkpoint.lock().unwrap().clone();
        if let Some(kept) = kept {
            // Said again and again, so that there is more to write down than one note.
            for _ in 0..20 {
                exchange.checkpoint(&"earlier");
            }
            exchange.checkpoint(&kept);
            // The writing begins.
            tokio::task::yield_now().await;
        }
        let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        let leave = Leave(&self.under_way);
        self.most_under_way.fetch_max(now, Ordering::SeqCst);
        exchange.step(Step::Send);
        let url = self.send_to.lock().unwrap().clone();
        if let Some(url) = url {
            let call = Call::new(Method::PUT, url).body(Body::file(upload.source.clone()));
            let call = if self.ambiguous.load(Ordering::SeqCst) { call.ambiguous() } else { call };
            let reply = exchange.send(call).await?;
            if !reply.is_success() {
                return Err(reply.failure("refused"));
            }
        }
        self.gate.acquire().await.unwrap().forget();
        let act = self.script.lock().unwrap().pop_front();
        drop(leave);
        act.map_or_else(|| Ok(receipt(&upload.file.name)), |act| act())
    }
}

struct Leave<'a>(&'a AtomicUsize);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

pub fn receipt(name: &str) -> Receipt {
    let mut receipt = Receipt::default();
    receipt.push(LinkKind::View, format!("https://fake.example/{name}"), Visibility::Public);
    receipt
}

pub fn failure(kind: Kind) -> Failure {
    Failure::new(kind, "It broke as the script says")
}

impl Service for Fake {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn host(&self, target: &Target) -> String {
        target.setting("host").to_owned()
    }

    fn preflight(&self, file: &FileFacts, _: &Target) -> Vec<Finding> {
        if let Some(checking) = &*self.checking.lock().unwrap() {
            checking();
        }
        let Some(forbidden) = self.forbidden.filter(|forbidden| file.name.contains(*forbidden)) else {
            return Vec::new();
        };
        let name = file.name.replace(forbidden, "_");
        vec![Finding::error(Kind::BadName, format!("No {forbidden} here")).repair(Repair::Rename { name })]
    }

    fn upload<'a>(
        &'a self,
        upload: &'a Upload,
        exchange: &'a mut Exchange,
    ) -> BoxFuture<'a, Result<Receipt, Failure>> {
        Box::pin(self.act(upload, exchange))
    }

    fn test<'a>(&'a self, _: &'a Target, _: &'a mut Exchange) -> BoxFuture<'a, Result<String, Failure>> {
        Box::pin(async { Ok("tested".to_owned()) })
    }
}

/// Profiles "a", "b", … each on a host of its own, all with one service.
#[derive(Debug)]
pub struct FakeTargets(pub &'static Fake);

impl Targets for FakeTargets {
    fn service_of(&self, _: &str) -> Result<&'static str, Failure> {
        Ok("fake")
    }

    fn facts_of(&self, profile: &str) -> TargetFacts {
        let host = profile.get(..1).map(str::to_owned);
        TargetFacts { host, limits: *self.0.limits.lock().unwrap() }
    }

    fn resolve<'a>(&'a self, profile: &'a str) -> BoxFuture<'a, Result<Resolved, Failure>> {
        let host = profile.chars().take(1).collect();
        let target = Target {
            profile: profile.to_owned(),
            settings: [("host".to_owned(), host)].into(),
            secrets: [].into(),
        };
        let service = self.0;
        Box::pin(async move { Ok(Resolved { target: Arc::new(target), service, destination: None }) })
    }
}

/// A running engine over a real database, with files to hand over.
pub struct Rig {
    pub handle: Handle,
    pub events: mpsc::Receiver<Event>,
    pub store: Store,
    pub folder: tempfile::TempDir,
}

pub fn rig(fake: &'static Fake, limits: Limits) -> Rig {
    rig_where(fake, limits, || true)
}

/// An engine on this database that uploads to the fake.
pub fn config(store: &Store, fake: &'static Fake, limits: Limits) -> Config {
    Config {
        store: store.clone(),
        targets: Arc::new(FakeTargets(fake)),
        http: Http::new(&Network::default()).unwrap(),
        readers: Readers::here(),
        limits,
        retry: retry::Policy::default(),
        remove_location: true,
        waker: Arc::new(|| {
            fake.wakes.fetch_add(1, Ordering::SeqCst);
        }),
        clock: system_clock,
    }
}

/// On a computer that has a network when `has_route` says so.
pub fn rig_where(fake: &'static Fake, limits: Limits, has_route: fn() -> bool) -> Rig {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("affix.db"), SessionId::fresh()).unwrap();
    let (handle, events) = affix::transfer::start_where(config(&store, fake, limits), has_route);
    Rig { handle, events, store, folder }
}

impl Rig {
    pub fn file(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::File::create(&path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, b"content"))
            .unwrap();
        path
    }

    pub fn files(&self, count: usize) -> Vec<PathBuf> {
        (0..count).map(|number| self.file(&format!("file-{number}.txt"))).collect()
    }

    pub async fn submit(&self, profile: &str, paths: Vec<PathBuf>) -> (BatchId, Vec<AttachmentId>) {
        self.handle.submit(paths, profile, Repairs::Refuse).await.unwrap()
    }

    /// The next event that `wanted` takes something from.
    pub async fn until<T>(&mut self, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
        loop {
            // No time-out: paused time would jump to it while the database works. The runner ends what hangs.
            let event = self.events.recv().await.expect("the engine has ended");
            if let Some(found) = wanted(event) {
                return found;
            }
        }
    }

    /// How the attachments of this batch ended, once all of them have.
    pub async fn batch(&mut self, batch: BatchId) -> Vec<Finished> {
        let mut ended = Vec::new();
        self.until(|event| match event {
            Event::Finished(finished) if finished.batch == batch => {
                ended.push(*finished);
                None
            }
            Event::BatchDone(done) if done == batch => Some(()),
            _ => None,
        })
        .await;
        ended.sort_by_key(|finished| finished.id);
        ended
    }
}

pub fn one(path: &Path) -> Vec<PathBuf> {
    vec![path.to_owned()]
}
