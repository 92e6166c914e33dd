//! The threads behind the window: everything that may wait runs here and comes back as an [`Update`].

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

use crate::domain::error::Failure;
use crate::media::Readers;
use crate::model::{Notice, Update};
use crate::platform::dirs::Home;
use crate::platform::session::Session;
use crate::secrets::Secrets;
use crate::services::http::Http;
use crate::settings::{File, Settings};
use crate::store::Store;
use crate::transfer::profiles::ProfileTargets;
use crate::transfer::profiles::manage::{Manager, describe};
use crate::transfer::{self, Event, opening};

/// Answers that wait for a window that is busy.
const WAITING: usize = 256;

/// Asks for a frame; from any thread.
pub(super) type Waker = Arc<dyn Fn() + Send + Sync>;

/// What the window's work needs; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Core {
    pub home: Home,
    pub file: File,
    pub secrets: Secrets,
    pub targets: Arc<ProfileTargets>,
    pub store: Store,
    pub handle: transfer::Handle,
    pub http: Http,
    /// Says that this run lives.
    _session: Arc<Session>,
}

impl Core {
    /// What adds, changes and removes profiles.
    pub(super) fn manager(&self) -> Manager {
        Manager::new(self.file.clone(), self.secrets.clone())
    }
}

pub(super) type Opened = Result<(Core, mpsc::Receiver<Event>), Failure>;

pub(super) struct Work {
    runtime: Option<Runtime>,
    reporter: Reporter,
    updates: mpsc::Receiver<Update>,
    readers: Readers,
    opening: Option<oneshot::Receiver<Opened>>,
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").finish_non_exhaustive()
    }
}

/// Sends updates to the window and wakes it; cheap to clone.
#[derive(Clone)]
pub(super) struct Reporter {
    updates: mpsc::Sender<Update>,
    waker: Waker,
}

impl Reporter {
    /// Waits while the window is behind; a window that has gone needs no updates.
    pub(super) async fn send(&self, update: Update) {
        if self.updates.send(update).await.is_ok() {
            (self.waker)();
        }
    }

    /// The same from a thread that may block.
    pub(super) fn send_blocking(&self, update: Update) {
        if self.updates.blocking_send(update).is_ok() {
            (self.waker)();
        }
    }
}

impl Work {
    pub(super) fn new(waker: Waker, readers: Readers) -> Result<Self, Failure> {
        let runtime = opening::runtime()?;
        let (sender, updates) = mpsc::channel(WAITING);
        Ok(Self {
            runtime: Some(runtime),
            reporter: Reporter { updates: sender, waker },
            updates,
            readers,
            opening: None,
        })
    }

    /// Opens database and engine in the background.
    pub(super) fn open(&mut self, home: Home, secrets: Secrets, settings: Settings, clock: fn() -> i64) {
        let (sender, opening) = oneshot::channel();
        self.opening = Some(opening);
        let waker = self.reporter.waker.clone();
        let (reporter, go_on) = (self.reporter(), settings.uploads.resume);
        let with = (settings, self.readers.clone());
        self.start(async move {
            let opened = open(home, secrets, with, waker.clone(), clock).await;
            let handle = opened.as_ref().ok().map(|(core, _)| core.handle.clone());
            if sender.send(opened).is_ok() {
                waker();
            }
            if let Some(handle) = handle {
                take_up(&handle, go_on, &reporter).await;
            }
        });
    }

    /// The answer of [`Self::open`], once.
    pub(super) fn opened(&mut self) -> Option<Opened> {
        let opened = self.opening.as_mut()?.try_recv().ok()?;
        self.opening = None;
        Some(opened)
    }

    /// The next thing that came back.
    pub(super) fn next(&mut self) -> Option<Update> {
        self.updates.try_recv().ok()
    }

    pub(super) fn waker(&self) -> Waker {
        self.reporter.waker.clone()
    }

    pub(super) fn reporter(&self) -> Reporter {
        self.reporter.clone()
    }

    /// Runs something whose end is an update.
    pub(super) fn spawn(&self, work: impl Future<Output = Update> + Send + 'static) {
        let reporter = self.reporter();
        self.start(async move { reporter.send(work.await).await });
    }

    /// Runs something that reports by itself, or not at all.
    pub(super) fn start(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(work);
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // A keyring that waits for a prompt must not hold the end of the program.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Goes on with what earlier runs left unfinished, and says so.
async fn take_up(handle: &transfer::Handle, go_on: bool, reporter: &Reporter) {
    let taken = match handle.take_up(go_on).await {
        Ok(taken) => taken,
        Err(failure) => return reporter.send(Update::Tell(Notice::Failure(failure))).await,
    };
    for (key, count) in [("taken-up", taken.going_on), ("taken-up-unsure", taken.unsure)] {
        if count > 0 {
            reporter.send(Update::Tell(Notice::text(key).value("count", count))).await;
        }
    }
}

async fn open(
    home: Home,
    secrets: Secrets,
    (settings, readers): (Settings, Readers),
    waker: Waker,
    clock: fn() -> i64,
) -> Opened {
    let file = File::new(home.settings_file(), describe);
    let (store, session) = opening::open_store(&home).await?;
    let http = opening::http(&settings)?;
    let keep_serving = Duration::from_secs(settings.sandbox.keep_serving_secs);
    let targets = Arc::new(ProfileTargets::new(home.clone(), file.clone(), secrets.clone(), keep_serving));
    let (handle, events) = transfer::start(transfer::Config {
        store: store.clone(),
        targets: targets.clone(),
        http: http.clone(),
        readers,
        limits: opening::limits_of(&settings),
        retry: opening::retry_of(&settings),
        remove_location: settings.uploads.remove_location,
        waker,
        clock,
    });
    let core = Core { home, file, secrets, targets, store, handle, http, _session: Arc::new(session) };
    Ok((core, events))
}
