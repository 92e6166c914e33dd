//! One window for each home: a later start hands its files to the window that is there, and ends.
//!
//! Who holds the lock beside the database is the home's window; the system frees it however that program ends, so
//! there is one at most, also where two start at the same moment, and a killed one is in nobody's way. It listens on a
//! line of its own (`line`) and writes down where. What arrives waits until the window itself takes it: only then may
//! the later program end. Where the window does not take it in time, the later program keeps its files and opens a
//! window of its own.

mod line;
mod wire;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{sleep, sleep_until, timeout};

use super::dirs::Home;
use super::files;
use crate::domain::error::Failure;
use line::{Address, Doors};
use wire::Said;

/// Held by the home's window.
const LOCK: &str = "window";
/// Where it listens.
const ADDRESS: &str = "window.address";

/// How long a later program waits for the next word.
const PATIENCE: Duration = Duration::from_secs(6);
/// How long a window that is open has to take what was sent; less than [`PATIENCE`].
const TO_TAKE: Duration = Duration::from_secs(4);
/// The same from its program's start: it may take long to open on a computer that is busy.
const TO_OPEN: Duration = Duration::from_mins(1);
/// Between two words that say it is not forgotten.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Until the window that begins or ends at this moment is there or gone.
const AGAIN: Duration = Duration::from_millis(50);

/// Messages that wait for the window.
const WAITING: usize = 64;

/// What a later start wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// What the launcher gave it to bring a window to the front with: `DESKTOP_STARTUP_ID`, which an X server's window
    /// manager knows, before `XDG_ACTIVATION_TOKEN`.
    pub token: Option<OsString>,
    /// To be asked at once which files to upload.
    pub choose: bool,
    /// Absolute paths; none: the window alone is wanted.
    pub files: Vec<PathBuf>,
}

impl Message {
    /// Of this process, with these files.
    #[must_use]
    pub fn of_this_start(files: Vec<PathBuf>, choose: bool) -> Self {
        let given = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Self { token: given("DESKTOP_STARTUP_ID").or_else(|| given("XDG_ACTIVATION_TOKEN")), choose, files }
    }
}

/// What became of a start.
#[derive(Debug)]
pub enum Begun {
    /// It is the home's window.
    First(Listener),
    /// The home's window has taken everything.
    Taken,
    /// There is a window that did not answer in time, or speaks another version's language.
    Unanswered,
    /// Whether there is one cannot be told on this disk.
    Unknown(Failure),
}

/// Becomes the home's window, or hands the message to it. Blocks: for a moment where a window answers, for some
/// seconds where none does, for longer where it says that it is still being opened.
#[must_use]
pub fn begin(home: &Home, message: &Message) -> Begun {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return unknown(home, &error),
    };
    let until = Instant::now() + PATIENCE;
    loop {
        match try_lock(home) {
            Ok(Some(lock)) => {
                return Listener::start(home, lock, runtime)
                    .map_or_else(|error| unknown(home, &error), Begun::First);
            }
            Ok(None) => {}
            Err(error) => return unknown(home, &error),
        }
        match runtime.block_on(hand_over(home, message)) {
            Ok(Said::Taken) => return Begun::Taken,
            Ok(Said::Late) => return Begun::Unanswered,
            Err(error) if error.kind() == io::ErrorKind::Unsupported => return Begun::Unanswered,
            // It begins or ends at this moment.
            Ok(_) | Err(_) if Instant::now() < until => thread::sleep(AGAIN),
            Ok(_) | Err(_) => return Begun::Unanswered,
        }
    }
}

fn unknown(home: &Home, error: &io::Error) -> Begun {
    let what = format!("Whether a window is open cannot be told in {}", home.sessions_dir().display());
    Begun::Unknown(files::disk_failure(what, error))
}

/// None: another one holds it.
fn try_lock(home: &Home) -> io::Result<Option<File>> {
    let file = files::open_private(&home.sessions_dir().join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// What the window at the address that is written down says to it.
async fn hand_over(home: &Home, message: &Message) -> io::Result<Said> {
    let address = read_address(home)?;
    let patiently = |_late| io::Error::from(io::ErrorKind::TimedOut);
    let mut line = timeout(PATIENCE, line::connect(&address)).await.map_err(patiently)??;
    timeout(PATIENCE, wire::greet(&mut line)).await.map_err(patiently)??;
    timeout(PATIENCE, wire::send(&mut line, message)).await.map_err(patiently)??;
    loop {
        let said = timeout(PATIENCE, wire::hear(&mut line)).await.map_err(patiently)??;
        if said != Said::Wait {
            return Ok(said);
        }
    }
}

fn read_address(home: &Home) -> io::Result<Address> {
    let bytes = fs::read(home.sessions_dir().join(ADDRESS))?;
    #[cfg(unix)]
    return Ok(std::os::unix::ffi::OsStringExt::from_vec(bytes));
    #[cfg(not(unix))]
    return String::from_utf8(bytes).map(OsString::from).map_err(io::Error::other);
}

/// A message on its way to the window. Dropped, it was not taken.
#[derive(Debug)]
pub struct Offer {
    message: Message,
    taken: oneshot::Sender<()>,
    until: Instant,
}

impl Offer {
    /// Takes it, once: the later program ends. None: it came too late, and that program helps itself.
    #[must_use]
    pub fn take(self) -> Option<Message> {
        // A window that was held up may not have heard yet that the other one has gone.
        let in_time = Instant::now() < self.until;
        (in_time && self.taken.send(()).is_ok()).then_some(self.message)
    }
}

/// The home's window to the others: while it lives, theirs come here. Ends its thread when dropped.
#[derive(Debug)]
pub struct Listener {
    offers: mpsc::Receiver<Offer>,
    waker: watch::Sender<Option<Waker>>,
    /// Ends the thread; none once that is done.
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Says that something has come; called from the listener's thread.
#[derive(Clone)]
struct Waker {
    wake: Arc<dyn Fn() + Send + Sync>,
    since: Instant,
}

impl std::fmt::Debug for Waker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waker").finish_non_exhaustive()
    }
}

impl Listener {
    fn start(home: &Home, lock: File, runtime: Runtime) -> io::Result<Self> {
        let written = home.sessions_dir().join(ADDRESS);
        let doors = {
            let _in_runtime = runtime.enter();
            if let Ok(before) = read_address(home) {
                Doors::clear(&before);
                // Nobody comes by an address that somebody else may have taken meanwhile.
                fs::remove_file(&written)?;
            }
            Doors::open()?
        };
        files::write_atomically(&written, doors.address().as_encoded_bytes())
            .map_err(|failure| io::Error::other(failure.to_string()))?;
        let (sender, offers) = mpsc::channel(WAITING);
        let (waker, woken) = watch::channel(None);
        let (end, ended) = oneshot::channel::<()>();
        let serving = Serving { offers: sender, waker: woken };
        let thread = thread::Builder::new().name("affix-instance".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = serving.run(doors) => {}
                    _told = ended => {}
                }
            });
            // Whoever begins from here on is the home's window.
            drop((fs::remove_file(&written), lock));
        })?;
        Ok(Self { offers, waker, end: Some(end), thread: Some(thread) })
    }

    /// The window is open: from now on it is told with `wake` what comes, and has little time to take it.
    pub fn open(&self, wake: Arc<dyn Fn() + Send + Sync>) {
        self.waker.send_replace(Some(Waker { wake, since: Instant::now() }));
    }

    /// The next one that has come.
    #[must_use]
    pub fn arrived(&mut self) -> Option<Offer> {
        self.offers.try_recv().ok()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // It waits for nothing; one that has panicked has nothing left to say.
            let _ended = thread.join();
        }
    }
}

/// The thread's side of a listener.
#[derive(Debug, Clone)]
struct Serving {
    offers: mpsc::Sender<Offer>,
    waker: watch::Receiver<Option<Waker>>,
}

impl Serving {
    async fn run(self, mut doors: Doors) {
        let mut talks = tokio::task::JoinSet::new();
        loop {
            match doors.next().await {
                Ok(line) => {
                    let serving = self.clone();
                    // One that breaks off has lost nothing: it still has its files.
                    talks.spawn(async move { serving.talk(line).await.is_ok() });
                }
                // One that could not come in tries again.
                Err(_) => sleep(AGAIN).await,
            }
            while talks.try_join_next().is_some() {}
        }
    }

    async fn talk(mut self, mut line: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
        let late = |_late| io::Error::from(io::ErrorKind::TimedOut);
        timeout(PATIENCE, wire::greet(&mut line)).await.map_err(late)??;
        let message = timeout(PATIENCE, wire::receive(&mut line)).await.map_err(late)??;
        let said = self.offer(&mut line, message).await?;
        wire::say(&mut line, said).await
    }

    /// Offers it to the window and waits for its word.
    async fn offer(
        &mut self,
        line: &mut (impl AsyncRead + AsyncWrite + Unpin),
        message: Message,
    ) -> io::Result<Said> {
        let began = Instant::now();
        let Some(waker) = self.opened(line, began).await? else { return Ok(Said::Late) };
        let until = Instant::now().max(waker.since) + TO_TAKE;
        let (taken, mut answered) = oneshot::channel();
        if self.offers.try_send(Offer { message, taken, until }).is_err() {
            return Ok(Said::Closes);
        }
        (waker.wake)();
        let said = loop {
            tokio::select! {
                answer = &mut answered => return Ok(if answer.is_ok() { Said::Taken } else { Said::Closes }),
                () = sleep_until(until.into()) => break Ok(Said::Late),
                () = sleep(HEARTBEAT) => wire::say(line, Said::Wait).await?,
                () = gone(line) => break Err(io::Error::from(io::ErrorKind::BrokenPipe)),
            }
        };
        // From here on the window cannot take it any more; it may have at this very moment.
        answered.close();
        if answered.try_recv().is_ok() { Ok(Said::Taken) } else { said }
    }

    /// Waits for the window to be opened; none where that takes too long.
    async fn opened(
        &mut self,
        line: &mut (impl AsyncRead + AsyncWrite + Unpin),
        began: Instant,
    ) -> io::Result<Option<Waker>> {
        loop {
            if let Some(waker) = self.waker.borrow_and_update().clone() {
                return Ok(Some(waker));
            }
            tokio::select! {
                changed = self.waker.changed() => if changed.is_err() { return Ok(None) },
                () = sleep_until((began + TO_OPEN).into()) => return Ok(None),
                () = sleep(HEARTBEAT) => wire::say(line, Said::Wait).await?,
                () = gone(line) => return Err(io::ErrorKind::BrokenPipe.into()),
            }
        }
    }
}

/// The other side, which has nothing more to say, has gone.
async fn gone(line: &mut (impl AsyncRead + Unpin)) {
    let _end_or_nonsense = line.read_u8().await;
}

#[cfg(test)]
mod tests;
