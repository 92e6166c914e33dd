//! Which runs of the program still live, told by a lock that the system frees however a run ends.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::dirs::Home;
use super::files;
use crate::domain::error::Failure;

/// Guards the moment between the creation of a lock file and its locking, and the cleaning of dead ones.
const GATE: &str = "gate";
const GATE_PATIENCE: Duration = Duration::from_secs(10);
const EXTENSION: &str = "lock";

/// This run of the program. Others see it alive until it is dropped or the process ends.
#[derive(Debug)]
pub struct Session {
    id: String,
    path: PathBuf,
    _lock: File,
}

impl Session {
    /// Begins a session, and clears away what dead ones left.
    pub fn begin(home: &Home) -> Result<Self, Failure> {
        let dir = home.sessions_dir();
        files::create_private_dir(&dir)?;
        let _gate = files::lock(&dir.join(GATE), GATE_PATIENCE)?;
        let failure = |error: io::Error| {
            files::disk_failure(format!("A lock file in {} cannot be made", dir.display()), &error)
        };
        clear_dead(&dir).map_err(failure)?;

        let id = uuid::Uuid::now_v7().simple().to_string();
        let path = lock_path(&dir, &id);
        let lock = files::open_private(&path).map_err(failure)?;
        lock.try_lock().map_err(|error| failure(error.into()))?;
        Ok(Self { id, path, _lock: lock })
    }

    /// Names this run for good: 32 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The run with this id has ended. Where the disk does not tell, it counts as alive, since what a live run
    /// works on must not be taken from it.
    #[must_use]
    pub fn is_dead(home: &Home, id: &str) -> bool {
        let is_an_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        !is_an_id || is_free(&lock_path(&home.sessions_dir(), id))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // One that cannot be removed here is cleared by a later session: the lock ends with this process.
        let _left_to_the_next = fs::remove_file(&self.path);
    }
}

fn lock_path(dir: &Path, id: &str) -> PathBuf {
    dir.join(id).with_extension(EXTENSION)
}

/// A shared lock asks without being seen by another one who asks: only a living owner's lock excludes it.
fn is_free(path: &Path) -> bool {
    match File::open(path) {
        Ok(file) => file.try_lock_shared().is_ok(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

fn clear_dead(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) && is_free(&path) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> (tempfile::TempDir, Home) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::resolve(Some(folder.path().to_owned())).unwrap();
        (folder, home)
    }

    fn lock_files(home: &Home) -> usize {
        fs::read_dir(home.sessions_dir())
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().path().extension().is_some())
            .count()
    }

    #[test]
    fn a_session_lives_until_it_is_dropped() {
        let (_folder, home) = home();
        let first = Session::begin(&home).unwrap();
        let second = Session::begin(&home).unwrap();
        assert_ne!(first.id(), second.id());
        assert!(!Session::is_dead(&home, first.id()) && !Session::is_dead(&home, second.id()));

        let id = first.id().to_owned();
        drop(first);
        assert!(Session::is_dead(&home, &id));
        assert!(!Session::is_dead(&home, second.id()));
        assert_eq!(lock_files(&home), 1);
    }

    #[test]
    fn what_a_killed_run_left_is_dead_and_cleared() {
        let (_folder, home) = home();
        home.create().unwrap();
        let id = "0123456789abcdef0123456789abcdef";
        File::create(lock_path(&home.sessions_dir(), id)).unwrap();
        assert!(Session::is_dead(&home, id));

        let session = Session::begin(&home).unwrap();
        assert_eq!(lock_files(&home), 1);
        assert!(!Session::is_dead(&home, session.id()));
    }

    #[test]
    fn asking_often_at_once_does_not_make_the_dead_alive() {
        let (_folder, home) = home();
        home.create().unwrap();
        let path = lock_path(&home.sessions_dir(), "ab");
        File::create(&path).unwrap();
        let asking = File::open(&path).unwrap();
        asking.try_lock_shared().unwrap();
        assert!(Session::is_dead(&home, "ab"));
    }

    #[test]
    fn unknown_and_odd_ids_are_dead() {
        let (_folder, home) = home();
        let _alive = Session::begin(&home).unwrap();
        for id in ["", "ab", "../sessions/gate", "/etc/passwd"] {
            assert!(Session::is_dead(&home, id), "{id}");
        }
    }
}
