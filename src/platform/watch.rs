//! Watches a folder for files that are complete, on a thread of its own. The system's word that something changed only
//! wakes it; what counts is what stands in the folder.

mod folder;
mod writers;

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use self::folder::{Facts, Folder, Listing};
use super::files::disk_failure;
use crate::domain::error::Failure;

/// How often the folder is looked at while files in it wait to be complete.
const BUSY: Duration = Duration::from_millis(500);

/// While nothing waits: for folders of other computers, of which the system tells nothing.
const QUIET: Duration = Duration::from_secs(10);

/// How often a folder that is gone is looked for.
const GONE: Duration = Duration::from_secs(2);

/// Changes come in crowds: one look for all of them.
const CROWD: Duration = Duration::from_millis(100);

/// A look that takes long is followed by so many times its length without one.
const REST: u32 = 10;

/// What is told of the folder.
#[derive(Debug)]
pub enum Seen {
    /// It is watched: what appears from now on will be told.
    Watching,
    /// It cannot be read; it is looked for, and watched again when it is back.
    Lost(Failure),
    /// Complete files, by name. Regular files of the folder itself alone.
    Complete(Vec<PathBuf>),
}

/// A running watch; it ends when this is dropped.
#[derive(Debug)]
pub struct Watch {
    stop: Arc<AtomicBool>,
    wake: SyncSender<()>,
}

impl Watch {
    /// Watches `folder`, an absolute path. `tell` is called on the watch's thread and may wait.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(folder: PathBuf, tell: impl Fn(Seen) + Send + 'static) -> Result<Self, Failure> {
        let (wake, woken) = sync_channel(1);
        let stop = Arc::new(AtomicBool::new(false));
        let line = Line { folder, tell, woken, wake: wake.clone(), stop: stop.clone() };
        let thread = thread::Builder::new().name("affix-watch".to_owned()).spawn(move || line.run());
        thread.map_err(|error| disk_failure("The folder cannot be watched", &error))?;
        Ok(Self { stop, wake })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Full: it wakes anyhow.
        let _woken = self.wake.try_send(());
    }
}

/// What the thread works with.
struct Line<T> {
    folder: PathBuf,
    tell: T,
    woken: Receiver<()>,
    wake: SyncSender<()>,
    stop: Arc<AtomicBool>,
}

/// The folder that stands at the path now.
struct Eye {
    /// Without symbolic links.
    real: PathBuf,
    identity: (u64, u64),
    /// None: the system tells no changes (too many watches, a strange file system); looking now and then has to do.
    _watcher: Option<RecommendedWatcher>,
}

impl<T: Fn(Seen)> Line<T> {
    fn run(self) {
        let mut folder = Folder::default();
        let mut lost = false;
        while !self.stopped() {
            let Err(error) = self.follow(&mut folder, &mut lost) else { continue };
            if !std::mem::replace(&mut lost, true) {
                let broke = format!("The watched folder {} cannot be read", self.folder.display());
                let advice = "It is watched again when it is back. Settings can choose another one.";
                (self.tell)(Seen::Lost(disk_failure(broke, &error).advice(advice)));
            }
            self.wait(GONE);
        }
    }

    /// Watches until the end, until the folder cannot be read, or until another one stands in its place.
    fn follow(&self, folder: &mut Folder, lost: &mut bool) -> io::Result<()> {
        let eye = Eye::open(&self.folder, &self.wake)?;
        folder.begin(&list(&eye.real, folder)?);
        *lost = false;
        (self.tell)(Seen::Watching);
        while !self.stopped() {
            if identity(&fs::metadata(&self.folder)?) != eye.identity {
                return Ok(());
            }
            let since = Instant::now();
            self.look(&eye.real, folder)?;
            let pause = if folder.is_waiting() { BUSY } else { QUIET };
            self.wait(pause.max(since.elapsed() * REST));
        }
        Ok(())
    }

    fn look(&self, real: &Path, folder: &mut Folder) -> io::Result<()> {
        let (listing, now) = (list(real, folder)?, Instant::now());
        folder.look(&listing, now);
        let mut complete = folder.complete(&listing, now);
        if complete.is_empty() {
            return Ok(());
        }
        let open = writers::of(&complete.iter().map(|name| real.join(name)).collect());
        complete.retain(|name| {
            let is_open = open.contains(&real.join(name));
            if is_open {
                folder.is_open(name, now);
            }
            !is_open
        });
        folder.told(&complete);
        if !complete.is_empty() && !self.stopped() {
            (self.tell)(Seen::Complete(complete.iter().map(|name| self.folder.join(name)).collect()));
        }
        Ok(())
    }

    /// Until something changes, the time is over, or the watch ends.
    fn wait(&self, pause: Duration) {
        match self.woken.recv_timeout(pause) {
            Ok(()) if !self.stopped() => {
                thread::sleep(CROWD);
                while self.woken.try_recv().is_ok() {}
            }
            Ok(()) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Eye {
    fn open(folder: &Path, wake: &SyncSender<()>) -> io::Result<Self> {
        let real = folder.canonicalize()?;
        let facts = fs::metadata(&real)?;
        if !facts.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let wake = wake.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| says_something(event.kind)) {
                // Full: it will be looked at anyhow.
                let _woken = wake.try_send(());
            }
        });
        let watching = watcher
            .and_then(|mut watcher| watcher.watch(&real, RecursiveMode::NonRecursive).map(|()| watcher));
        Ok(Self { identity: identity(&facts), real, _watcher: watching.ok() })
    }
}

/// That a file was opened or read says nothing; looking at the folder would wake itself.
fn says_something(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

/// The regular files of the folder itself: no folders, no symbolic links, nothing that is read by waiting for it.
fn list(real: &Path, folder: &Folder) -> io::Result<Listing> {
    let mut listing = Listing::new();
    for entry in fs::read_dir(real)? {
        let entry = entry?;
        // What is gone between the two was not there.
        let Ok(kind) = entry.file_type() else { continue };
        if !kind.is_file() {
            continue;
        }
        let name = entry.file_name();
        if !folder.wants(&name) {
            listing.insert(name, None);
        } else if let Ok(facts) = entry.metadata()
            && !is_hidden(&facts)
        {
            let facts = Facts { size: facts.len(), modified: facts.modified().ok() };
            listing.insert(name, Some(facts));
        }
    }
    Ok(listing)
}

/// Names that begin with a dot are hidden everywhere; Windows has a mark besides.
#[cfg(windows)]
fn is_hidden(facts: &Metadata) -> bool {
    /// `FILE_ATTRIBUTE_HIDDEN`.
    const HIDDEN: u32 = 2;
    std::os::windows::fs::MetadataExt::file_attributes(facts) & HIDDEN != 0
}

#[cfg(not(windows))]
fn is_hidden(_facts: &Metadata) -> bool {
    false
}

/// Tells a folder from another one of its name.
#[cfg(unix)]
fn identity(facts: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (facts.dev(), facts.ino())
}

/// Windows does not let a watched folder be removed.
#[cfg(not(unix))]
fn identity(_facts: &Metadata) -> (u64, u64) {
    (0, 0)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    struct Bench {
        dir: tempfile::TempDir,
        told: Receiver<Seen>,
        _watch: Watch,
    }

    impl Bench {
        /// Watches `folder` below a folder of its own, made by `prepare`.
        fn new(prepare: impl FnOnce(&Path)) -> Self {
            let dir = tempfile::tempdir().unwrap();
            let folder = dir.path().join("in");
            prepare(&folder);
            let (tell, told) = sync_channel(64);
            let watch = Watch::start(folder, move |seen| tell.send(seen).unwrap_or_default()).unwrap();
            Self { dir, told, _watch: watch }
        }

        fn watching() -> Self {
            let bench = Self::new(|folder| fs::create_dir(folder).unwrap());
            assert!(matches!(bench.next(), Seen::Watching));
            bench
        }

        fn folder(&self) -> PathBuf {
            self.dir.path().join("in")
        }

        #[track_caller]
        fn next(&self) -> Seen {
            self.told.recv_timeout(PATIENCE).unwrap()
        }

        /// The names that are told next.
        #[track_caller]
        fn complete(&self) -> Vec<String> {
            match self.next() {
                Seen::Complete(paths) => paths
                    .iter()
                    .map(|path| path.strip_prefix(self.folder()).unwrap().to_str().unwrap().to_owned())
                    .collect(),
                other => panic!("{other:?}"),
            }
        }
    }

    fn write(path: &Path) -> fs::File {
        let mut file = fs::File::create(path).unwrap();
        file.write_all(b"some content").unwrap();
        file
    }

    #[test]
    fn new_files_are_told_and_folders_and_links_never() {
        let bench = Bench::new(|folder| {
            fs::create_dir(folder).unwrap();
            write(&folder.join("old"));
        });
        assert!(matches!(bench.next(), Seen::Watching));
        let folder = bench.folder();
        fs::create_dir(folder.join("a folder")).unwrap();
        write(&folder.join("a folder/inside"));
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.join("old"), folder.join("a link")).unwrap();
        #[cfg(unix)]
        let _listening = std::os::unix::net::UnixListener::bind(folder.join("a socket")).unwrap();
        write(&folder.join("b"));
        write(&folder.join("c"));
        assert_eq!(bench.complete(), ["b", "c"]);
        write(&folder.join("d"));
        assert_eq!(bench.complete(), ["d"], "and nothing else in between");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_stays_open_for_writing_waits_until_it_is_closed() {
        let bench = Bench::watching();
        let open = write(&bench.folder().join("slow"));
        write(&bench.folder().join("quick"));
        assert_eq!(bench.complete(), ["quick"]);
        drop(open);
        assert_eq!(bench.complete(), ["slow"]);
    }

    #[test]
    fn a_folder_that_goes_is_told_once_and_watched_again_when_it_is_back() {
        let bench = Bench::watching();
        let folder = bench.folder();
        fs::remove_dir(&folder).unwrap();
        let Seen::Lost(failure) = bench.next() else { panic!("it is gone") };
        assert!(failure.broke.contains(folder.to_str().unwrap()), "{failure}");
        fs::create_dir(&folder).unwrap();
        assert!(matches!(bench.next(), Seen::Watching), "told once, then back");
        write(&folder.join("a"));
        assert_eq!(bench.complete(), ["a"]);
    }

    #[test]
    fn another_folder_in_its_place_is_watched() {
        let bench = Bench::watching();
        let folder = bench.folder();
        let other = bench.dir.path().join("other");
        fs::create_dir(&other).unwrap();
        write(&other.join("was there"));
        fs::rename(&folder, bench.dir.path().join("away")).unwrap();
        fs::rename(&other, &folder).unwrap();
        while !matches!(bench.next(), Seen::Watching) {}
        write(&folder.join("new"));
        assert_eq!(bench.complete(), ["new"]);
    }

    #[test]
    fn what_is_no_folder_is_said() {
        let bench = Bench::new(|folder| drop(write(folder)));
        let Seen::Lost(failure) = bench.next() else { panic!("it is a file") };
        assert!(failure.broke.contains("cannot be read"), "{failure}");
    }

    #[test]
    fn a_watch_that_is_dropped_ends() {
        let Bench { told, _watch: watch, .. } = Bench::watching();
        drop(watch);
        // The thread takes its sender with it.
        while told.recv_timeout(PATIENCE).is_ok() {}
        assert!(matches!(told.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected)));
    }

    #[test]
    fn reading_wakes_nothing() {
        assert!(!says_something(EventKind::Access(AccessKind::Open(AccessMode::Any))));
        assert!(!says_something(EventKind::Access(AccessKind::Read)));
        assert!(says_something(EventKind::Access(AccessKind::Close(AccessMode::Write))));
        assert!(says_something(EventKind::Create(notify::event::CreateKind::File)));
    }
}
