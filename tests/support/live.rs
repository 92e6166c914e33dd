//! The real engine, store and services against a sandbox in this process.
#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    missing_debug_implementations,
    unreachable_pub,
    reason = "tests may panic; each of the two test crates uses another part"
)]

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use affix::domain::attachment::{Activity, AttachmentId, State};
use affix::domain::error::{Failure, Kind, Step};
use affix::domain::profile::{Profile, Target};
use affix::domain::receipt::Receipt;
use affix::domain::secret::Secret;
use affix::media::Readers;
use affix::sandbox::credentials::Credentials;
use affix::sandbox::faults::Fault;
use affix::sandbox::files::Kept;
use affix::sandbox::log::Entry;
use affix::sandbox::server::{Config as SandboxConfig, Server};
use affix::sandbox::{demo_secrets, demo_settings};
use affix::services::http::{Context, Exchange, Http, Network, Redactor, Unobserved};
use affix::services::{self, Service, Stored};
use affix::store::{SessionId, Store, system_clock};
use affix::transfer::aftercare::Aftercare;
use affix::transfer::{Config, Event, Handle, Limits, Repairs, Resolved, Targets, retry};
use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Repeats after the first try, in every test here.
pub const RETRIES: u32 = 2;

/// Files of this profile go into a record of Teable.
pub const RECORD_PROFILE: &str = "teable record";

type Hook = Box<dyn FnOnce() + Send>;

/// Profiles that a test has made.
#[derive(Default)]
struct LiveTargets {
    known: Mutex<BTreeMap<String, Resolved>>,
    /// Done once, after the file was inspected and before it is sent.
    hook: Mutex<Option<Hook>>,
}

impl std::fmt::Debug for LiveTargets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LiveTargets")
    }
}

impl LiveTargets {
    fn find(&self, profile: &str) -> Result<Resolved, Failure> {
        let known = self.known.lock().unwrap();
        known.get(profile).cloned().ok_or_else(|| Failure::new(Kind::Settings, "no such profile"))
    }
}

impl Targets for LiveTargets {
    fn service_of(&self, profile: &str) -> Result<&'static str, Failure> {
        self.find(profile).map(|resolved| resolved.service.description().id)
    }

    fn resolve<'a>(&'a self, profile: &'a str) -> BoxFuture<'a, Result<Resolved, Failure>> {
        if let Some(hook) = self.hook.lock().unwrap().take() {
            hook();
        }
        let found = self.find(profile);
        Box::pin(async move { found })
    }
}

/// How one file ended.
#[derive(Debug)]
pub struct End {
    pub id: AttachmentId,
    pub state: State,
    pub receipt: Option<Receipt>,
    pub failure: Option<Failure>,
    /// The failures that led to another try, with the wait.
    pub retried: Vec<(Failure, Duration)>,
}

impl End {
    pub fn receipt(&self) -> &Receipt {
        self.receipt.as_ref().unwrap_or_else(|| panic!("{self:?}"))
    }

    pub fn failure(&self) -> &Failure {
        self.failure.as_ref().unwrap_or_else(|| panic!("{self:?}"))
    }
}

/// An engine, a database and a sandbox of their own.
pub struct Live {
    pub server: Server,
    pub credentials: Credentials,
    pub store: Store,
    pub handle: Handle,
    pub events: mpsc::Receiver<Event>,
    pub folder: tempfile::TempDir,
    /// What was shown so far, for the search for secrets.
    pub shown: String,
    targets: Arc<LiveTargets>,
    http: Http,
    files: u32,
    records: u32,
}

impl Live {
    pub async fn start() -> Self {
        Self::with_idle(Duration::from_secs(20)).await
    }

    /// With a profile for each service, named as the service, and one for a record of Teable.
    pub async fn with_idle(idle_timeout: Duration) -> Self {
        Self::with_network(&Network { idle_timeout, ..Network::default() }).await
    }

    pub async fn with_network(network: &Network) -> Self {
        Self::over(Http::new(network).unwrap()).await
    }

    /// Another engine, database and sandbox, quickly: loading the system's certificates is what takes time.
    pub async fn another(&self) -> Self {
        Self::over(self.http.clone()).await
    }

    async fn over(http: Http) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let credentials = Credentials::generate();
        let config = SandboxConfig::new(folder.path().join("sandbox"), credentials.clone());
        let server = Server::start(config).await.unwrap();
        std::fs::create_dir(folder.path().join("db")).unwrap();
        std::fs::create_dir(folder.path().join("files")).unwrap();
        let store = Store::open(&folder.path().join("db/affix.db"), SessionId::fresh()).unwrap();
        let targets = Arc::new(LiveTargets::default());
        let (handle, events) = affix::transfer::start(Config {
            store: store.clone(),
            targets: targets.clone(),
            http: http.clone(),
            readers: Readers::here(),
            limits: Limits::default(),
            retry: retry::Policy {
                retries: RETRIES,
                first: Duration::from_millis(1),
                longest: Duration::from_millis(2),
                ..retry::Policy::default()
            },
            remove_location: true,
            waker: Arc::new(|| {}),
            clock: system_clock,
        });
        let shown = String::new();
        let mut live = Self {
            server,
            credentials,
            store,
            handle,
            events,
            folder,
            shown,
            targets,
            http,
            files: 0,
            records: 0,
        };
        for service in services::ALL {
            let id = service.description().id;
            live.profile(id, id, &[]);
        }
        live.new_record();
        live
    }

    /// Adds or replaces a profile: the service's demo with these settings besides.
    pub fn profile(&self, name: &str, service: &str, settings: &[(&str, &str)]) {
        self.profile_with(name, service, settings, demo_secrets(service, &self.credentials));
    }

    pub fn profile_with(
        &self,
        name: &str,
        service: &str,
        settings: &[(&str, &str)],
        secrets: BTreeMap<String, Secret>,
    ) {
        let service = services::find(service).unwrap();
        let description = service.description();
        let mut all = demo_settings(description.id, self.server.origin());
        all.extend(settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        let profile = Profile {
            name: name.to_owned(),
            service: description.id.to_owned(),
            settings: all,
            ..Profile::default()
        };
        let secrets = secrets
            .into_iter()
            .map(|(key, value)| (key.clone(), service.accept_secret(&key, value).unwrap()));
        let target = Target::new(&profile, description, secrets.collect());
        assert_eq!(service.check_settings(&target), Vec::<String>::new(), "{name}");
        let resolved = Resolved { target: target.into(), service, destination: None };
        self.targets.known.lock().unwrap().insert(name.to_owned(), resolved);
    }

    pub fn resolved(&self, profile: &str) -> Resolved {
        self.targets.find(profile).unwrap()
    }

    /// Does this once, when the next file has been inspected and is about to be sent.
    pub fn before_sending(&self, hook: impl FnOnce() + Send + 'static) {
        *self.targets.hook.lock().unwrap() = Some(Box::new(hook));
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("files").join(name);
        std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
        path
    }

    /// A picture of this size under a name that no other has; all names are of one length.
    pub fn picture(&mut self, size: usize) -> PathBuf {
        self.files += 1;
        self.file(&format!("picture-{:05}.png", self.files), &png(size, self.files))
    }

    pub async fn upload(&mut self, profile: &str, path: &Path) -> End {
        self.handle.submit(vec![path.to_owned()], profile, Repairs::Refuse).await.unwrap();
        self.end().await
    }

    /// How the one file under way ends.
    pub async fn end(&mut self) -> End {
        let mut retried = Vec::new();
        let mut ended = None;
        loop {
            match self.events.recv().await.expect("the engine runs") {
                Event::WillRetry { failure, after, .. } => retried.push((failure, after)),
                Event::Finished(finished) => ended = Some(finished),
                Event::Trouble(failure) => panic!("{failure}"),
                Event::BatchDone(_) => break,
                _ => {}
            }
        }
        let finished = *ended.unwrap();
        let end = End {
            id: finished.id,
            state: finished.state,
            receipt: finished.receipt,
            failure: finished.failure,
            retried,
        };
        self.shown.extend([format!("{end:?}")]);
        for failure in end.failure.iter().chain(end.retried.iter().map(|(failure, _)| failure)) {
            self.shown.extend([failure.to_string()]);
        }
        end
    }

    /// Until the running attachment is at this step.
    pub async fn until_step(&mut self, wanted: Step) {
        loop {
            if let Event::State { step, .. } = self.events.recv().await.expect("the engine runs")
                && step == Some(wanted)
            {
                return;
            }
        }
    }

    pub fn fault(&self, fault: Fault) {
        self.server.faults().add(fault);
    }

    /// The objects that a service keeps; a forum's thumbnails belong to their files and do not count.
    pub async fn kept(&self, service: &str) -> Vec<Kept> {
        let mut kept = self.server.shared().files.list(service).await;
        kept.retain(|kept| !kept.extra.contains_key("belongs_to"));
        kept
    }

    /// Requests of a service so far.
    pub fn asked(&self, service: &str) -> Vec<Entry> {
        self.server.log().into_iter().filter(|entry| entry.service == service).collect()
    }

    pub fn count(&self, service: &str, step: &str) -> usize {
        self.server.shared().log.count(service, step)
    }

    /// The profile that puts files into a record of Teable: two steps more than its demo has.
    pub fn new_record(&mut self) {
        self.records += 1;
        let record = format!("rec{}", self.records);
        let place = [("table_id", "tbl1"), ("record_id", record.as_str()), ("field_id", "fld1")];
        self.profile(RECORD_PROFILE, "teable", &place);
    }

    /// No faults, no log, no kept files, and a record that holds none of them.
    pub async fn reset(&mut self) {
        self.new_record();
        let shared = self.server.shared();
        shared.faults.clear();
        for service in services::ALL {
            for kept in shared.files.list(service.description().id).await {
                shared.files.remove(&kept.id).await;
            }
        }
        shared.log.clear();
    }

    pub async fn bytes_of(&self, kept: &Kept) -> Vec<u8> {
        let body = self.server.shared().files.open(&kept.id).await.unwrap();
        axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec()
    }

    /// An exchange as the program makes one for a test, a deletion, a renewal.
    pub fn exchange(&self, profile: &str) -> Exchange {
        let mut redactor = Redactor::default();
        for secret in self.resolved(profile).target.secrets.values() {
            redactor.hide(secret.expose());
        }
        Exchange::new(Context {
            http: self.http.clone(),
            observer: Arc::new(Unobserved),
            cancel: CancellationToken::new(),
            redactor,
            checkpoint: None,
            cache: Arc::default(),
            clock: system_clock,
        })
    }

    pub fn aftercare(&self) -> Aftercare {
        let (store, targets) = (self.store.clone(), self.targets.clone());
        Aftercare { store, targets, http: self.http.clone(), clock: system_clock }
    }

    pub fn stored(&self, profile: &str, receipt: &Receipt) -> (&'static dyn Service, Stored) {
        let Resolved { target, service, .. } = self.resolved(profile);
        (service, Stored { target, name: "x".to_owned(), receipt: receipt.clone() })
    }

    pub async fn activities(&self, id: AttachmentId) -> Vec<Activity> {
        self.store.activity(id).await.unwrap()
    }
}

/// A picture that every service takes, filled up to `size` bytes in a chunk that every reader may skip; each seed gives other bytes.
pub fn png(size: usize, seed: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let colour = image::Rgb([seed.to_le_bytes()[0], seed.to_le_bytes()[1], 7]);
    image::RgbImage::from_pixel(8, 8, colour).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let bytes = bytes.into_inner();
    assert!(bytes.len() + 12 <= size, "a picture has {} bytes", bytes.len() + 12);
    let mut state = 0x2545_F491_4F6C_DD1D_u64 ^ u64::from(seed);
    let mut filler = Vec::new();
    filler.resize_with(size - bytes.len() - 12, || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    });
    // Behind the picture's end it would be taken out of what is sent.
    let (shown, end) = bytes.split_at(bytes.len() - 12);
    let length = u32::try_from(filler.len()).unwrap().to_be_bytes();
    [shown, &length, b"hIST", &filler, &[0; 4], end].concat()
}

/// A request without any credential, as a stranger sends it: the status and the body.
pub async fn plain(method: &str, url: &str) -> (u16, Vec<u8>) {
    let url = url::Url::parse(url).unwrap();
    let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let mut socket = tokio::net::TcpStream::connect(&host).await.unwrap();
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    assert!(!head.contains("transfer-encoding"), "{head}");
    (head[9..12].parse().unwrap(), answer[end + 4..].to_vec())
}

/// Waits until this holds; the runner ends what waits for ever.
pub async fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
