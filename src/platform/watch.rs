//! Watches a folder for files that are complete, on a thread of its own. The system's word that something changed only
//! wakes it; what counts is what stands in the folder.
//!
//! A file is complete when it has stood still for two seconds, nothing beside it says that it is still being loaded, and
//! nobody has it open for writing. The last is known on Linux of this user's own processes, and on Windows of all. So a
//! file that another user's process writes on Linux (Samba, an SFTP server), that comes over the network, or that is
//! written on macOS, has its two seconds alone: where its writer pauses longer, it is taken too early, and once more
//! when it has changed.

mod folder;
mod names;
mod writers;

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use self::folder::{Facts, Folder, Listing};
use super::files::disk_failure;
use crate::domain::error::Failure;

/// The folder is looked at when a file in it may have become complete, but not more often than this.
const BUSY: Duration = Duration::from_millis(500);

/// Nor more seldom: for folders of other computers, of which the system tells nothing.
const QUIET: Duration = Duration::from_secs(10);

/// How often a folder that is gone is looked for.
const GONE: Duration = Duration::from_secs(2);

/// Changes come in crowds: one look for all of them.
const CROWD: Duration = Duration::from_millis(100);

/// A look that takes long is followed by so many times its length without one, whatever changes.
const REST: u32 = 10;

/// Words of the system that wait; one that finds no room is not missed, because the folder is looked at anyhow.
const WORDS: usize = 64;

/// What is told of the folder.
#[derive(Debug)]
pub enum Seen {
    /// It is watched: what appears from now on will be told.
    Watching,
    /// It cannot be read; it is looked for, and watched again when it is back.
    Lost(Failure),
    /// The program writes files of its own into it, and would upload those for ever; looked for like a lost one.
    Own,
    /// Complete files, by name. Regular files of the folder itself alone.
    Complete(Vec<PathBuf>),
}

/// A running watch; it ends when this is dropped.
#[derive(Debug)]
pub struct Watch {
    stop: Arc<AtomicBool>,
    wake: SyncSender<Word>,
}

/// What wakes the thread.
#[derive(Debug)]
enum Word {
    /// Something changed, or the watch ends.
    Look,
    /// A file of this name was closed by somebody who may have written to it.
    Closed(OsString),
}

impl Watch {
    /// Watches `folder`, an absolute path, unless `is_own` says of it, without symbolic links, that it is the
    /// program's own. Both functions are called on the watch's thread and may wait.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(
        folder: PathBuf,
        is_own: impl Fn(&Path) -> bool + Send + 'static,
        tell: impl Fn(Seen) + Send + 'static,
    ) -> Result<Self, Failure> {
        let (wake, woken) = sync_channel(WORDS);
        let stop = Arc::new(AtomicBool::new(false));
        let line = Line { folder, is_own, tell, woken, wake: wake.clone(), stop: stop.clone() };
        let thread = thread::Builder::new().name("affix-watch".to_owned()).spawn(move || line.run());
        thread.map_err(|error| disk_failure("The folder cannot be watched", &error))?;
        Ok(Self { stop, wake })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Full: it wakes anyhow.
        let _woken = self.wake.try_send(Word::Look);
    }
}

/// What the thread works with.
struct Line<O, T> {
    folder: PathBuf,
    is_own: O,
    tell: T,
    woken: Receiver<Word>,
    wake: SyncSender<Word>,
    stop: Arc<AtomicBool>,
}

/// Why a folder is not watched now.
enum Unwatched {
    Own,
    Unreadable(io::Error),
}

impl From<io::Error> for Unwatched {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// The folder that stands at the path now.
struct Eye {
    /// Without symbolic links.
    real: PathBuf,
    identity: (u64, u64),
    /// None: the system tells no changes (too many watches, a strange file system); looking now and then has to do.
    _watcher: Option<RecommendedWatcher>,
}

impl<O: Fn(&Path) -> bool, T: Fn(Seen)> Line<O, T> {
    fn run(self) {
        let mut folder = Folder::default();
        let mut lost = false;
        while !self.stopped() {
            let Err(why) = self.follow(&mut folder, &mut lost) else { continue };
            if !std::mem::replace(&mut lost, true) {
                (self.tell)(match why {
                    Unwatched::Own => Seen::Own,
                    Unwatched::Unreadable(error) => Seen::Lost(self.lost(&error)),
                });
            }
            self.wait(&mut folder, Duration::ZERO, GONE);
        }
    }

    fn lost(&self, error: &io::Error) -> Failure {
        let broke = format!("The watched folder {} cannot be read", self.folder.display());
        let advice = "It is watched again when it is back. Settings can choose another one.";
        disk_failure(broke, error).advice(advice)
    }

    /// Watches until the end, until the folder cannot be read, or until another one stands in its place.
    fn follow(&self, folder: &mut Folder, lost: &mut bool) -> Result<(), Unwatched> {
        let eye = Eye::open(&self.folder, &self.wake)?;
        if (self.is_own)(&eye.real) {
            return Err(Unwatched::Own);
        }
        folder.begin(&list(&eye.real, folder)?);
        *lost = false;
        (self.tell)(Seen::Watching);
        while !self.stopped() {
            let since = Instant::now();
            let listing = list(&eye.real, folder)?;
            // Asked afterwards: what was listed may be another folder's that has taken the name meanwhile.
            if identity(&self.folder)? != eye.identity {
                return Ok(());
            }
            self.look(&eye.real, folder, &listing);
            let rest = since.elapsed() * REST;
            let pause = folder.pause(Instant::now()).unwrap_or(QUIET).clamp(BUSY, QUIET);
            self.wait(folder, rest, pause.max(rest));
        }
        Ok(())
    }

    fn look(&self, real: &Path, folder: &mut Folder, listing: &Listing) {
        let now = Instant::now();
        folder.look(listing, now);
        let mut complete = folder.complete(now);
        if complete.is_empty() {
            return;
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
    }

    /// Until the time is over or the watch ends; or until something changes and the rest is over.
    fn wait(&self, folder: &mut Folder, rest: Duration, pause: Duration) {
        let rested = Instant::now() + rest;
        let Ok(word) = self.woken.recv_timeout(pause) else { return };
        hear(folder, word);
        let until = rested.max(Instant::now() + CROWD);
        while !self.stopped() {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(word) = self.woken.recv_timeout(left) else { return };
            hear(folder, word);
            if left.is_zero() {
                return;
            }
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Eye {
    fn open(folder: &Path, wake: &SyncSender<Word>) -> io::Result<Self> {
        let real = folder.canonicalize()?;
        if !fs::metadata(&real)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let wake = wake.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if let Some(word) = event.ok().as_ref().and_then(word_of) {
                let _woken = wake.try_send(word);
            }
        });
        let watching = watcher
            .and_then(|mut watcher| watcher.watch(&real, RecursiveMode::NonRecursive).map(|()| watcher));
        Ok(Self { identity: identity(&real)?, real, _watcher: watching.ok() })
    }
}

fn hear(folder: &mut Folder, word: Word) {
    if let Word::Closed(name) = word {
        folder.is_closed(&name, Instant::now());
    }
}

/// That a file was opened or read says nothing; looking at the folder would wake itself. Nor does, on Linux, that
/// something was written to it: that it was closed is told too, and a large file or a log would wake all the time.
fn word_of(event: &Event) -> Option<Word> {
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => {
            let name = event.paths.first().and_then(|path| path.file_name());
            Some(name.map_or(Word::Look, |name| Word::Closed(name.to_owned())))
        }
        EventKind::Access(_) => None,
        EventKind::Modify(ModifyKind::Data(_)) if cfg!(target_os = "linux") => None,
        _ => Some(Word::Look),
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
fn identity(folder: &Path) -> io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(folder).map(|facts| (facts.dev(), facts.ino()))
}

/// Windows lets a watched folder be renamed or removed, and gives the next one of its name the first one's time of
/// creation (tunnelling, Microsoft's article 172190). Volume and number are a folder's own.
#[cfg(windows)]
fn identity(folder: &Path) -> io::Result<(u64, u64)> {
    let facts = winapi_util::file::information(winapi_util::Handle::from_path_any(folder)?)?;
    Ok((facts.volume_serial_number(), facts.file_index()))
}

#[cfg(test)]
mod tests;
