//! Writing files so that a crash leaves the old content or the new one, never half of it.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::domain::error::{Failure, Kind};

/// More links than this in a row are taken for a circle, as Linux does.
const MAX_LINKS: usize = 40;

/// How long a lock that is held by another process is asked for again.
const LOCK_POLL: Duration = Duration::from_millis(10);

/// Replaces the file's content in one step.
///
/// The new content is on the disk before it takes the old one's place. A symbolic link stays and its target is
/// written; permission bits stay; a new file is readable by this user alone (mode 0600 on Unix).
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = link_target(path).and_then(|target| replace(&target, bytes));
    written.map_err(|error| disk_failure(format!("{} cannot be written", path.display()), &error))
}

fn replace(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = folder_of(target);
    let mut file = tempfile::Builder::new().prefix(".affix-").suffix(".new").tempfile_in(folder)?;
    file.write_all(bytes)?;
    match fs::metadata(target) {
        Ok(old) => file.as_file().set_permissions(old.permissions())?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    file.as_file().sync_all()?;
    file.persist(target).map_err(|refused| refused.error)?;
    sync_folder(folder)
}

/// Follows symbolic links, also to a target that does not exist yet.
fn link_target(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::symlink_metadata(&target) {
            Ok(facts) if facts.is_symlink() => target = folder_of(&target).join(fs::read_link(&target)?),
            Ok(_) => return Ok(target),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(target),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("the symbolic links lead in a circle"))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A rename is on the disk only when its folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows has no such call for folders; NTFS keeps renames in its journal.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Creates the folder and the missing ones above it, readable by this user alone (mode 0700 on Unix).
/// A folder that is there already stays as it is.
pub fn create_private_dir(dir: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(dir)
        .map_err(|error| disk_failure(format!("The folder {} cannot be created", dir.display()), &error))
}

/// A lock between processes; free again when dropped.
#[derive(Debug)]
pub struct Lock {
    _held: File,
}

/// Takes the lock of `path`, an empty file beside what it guards, which stays there.
/// Waits at most `patience` for another process that holds it.
pub fn lock(path: &Path, patience: Duration) -> Result<Lock, Failure> {
    let failure = |error: &io::Error| disk_failure(format!("{} cannot be locked", path.display()), error);
    let file = open_private(path).map_err(|error| failure(&error))?;
    let deadline = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock { _held: file }),
            Err(fs::TryLockError::Error(error)) => return Err(failure(&error)),
            Err(fs::TryLockError::WouldBlock) if Instant::now() >= deadline => {
                return Err(Failure::new(
                    Kind::Storage,
                    format!("{} is locked by another Affix", path.display()),
                )
                .advice("Wait until the other Affix has finished, or end it, and try again.")
                .safe());
            }
            Err(fs::TryLockError::WouldBlock) => std::thread::sleep(LOCK_POLL),
        }
    }
}

/// Opens for writing, creates where absent (mode 0600 on Unix), keeps the content.
pub(super) fn open_private(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Creates a file that must not exist yet, readable by this user alone (mode 0600 on Unix).
pub fn create_new_private(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A failure of this computer's disk, with advice that fits the error.
pub fn disk_failure(broke: impl Into<String>, error: &io::Error) -> Failure {
    let advice = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "Give this user the right to write there, or name another folder with --home DIR."
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "Make room on the disk and try again.",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            "A file stands where a folder is needed: move it away, or name another folder with --home DIR."
        }
        _ => "Check the disk and the path and try again.",
    };
    Failure::new(Kind::Storage, broke).cause(error).advice(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_in(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn content_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        write_atomically(&file, b"a longer first content").unwrap();
        write_atomically(&file, b"second").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"second");
        assert_eq!(names_in(folder.path()), ["a.toml"]);
    }

    #[test]
    fn a_failed_write_leaves_no_file_behind() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("taken")).unwrap();
        let failure = write_atomically(&folder.path().join("taken"), b"x").unwrap_err();
        assert_eq!(failure.kind, Kind::Storage);
        assert!(failure.broke.contains("taken"), "{failure}");
        assert_eq!(names_in(folder.path()), ["taken"]);
    }

    #[cfg(unix)]
    #[test]
    fn new_files_are_private_and_old_permissions_stay() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        let mode = || fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        write_atomically(&file, b"1").unwrap();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        write_atomically(&file, b"2").unwrap();
        assert_eq!(mode(), 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_its_target_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("dotfiles");
        fs::create_dir(&real).unwrap();
        let link = folder.path().join("a");
        std::os::unix::fs::symlink("dotfiles/a", &link).unwrap();

        for content in [b"target is absent", b"target is there!"] {
            write_atomically(&link, content).unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::read(real.join("a")).unwrap(), content);
        }
        assert_eq!(names_in(&real), ["a"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_circle_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("a");
        std::os::unix::fs::symlink("a", &link).unwrap();
        let failure = write_atomically(&link, b"x").unwrap_err();
        assert!(failure.cause.as_deref().unwrap().contains("circle"), "{failure}");
    }

    #[test]
    fn a_lock_excludes_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = lock(&path, Duration::ZERO).unwrap();
        let failure = lock(&path, Duration::from_millis(30)).unwrap_err();
        assert!(failure.is_retryable() && failure.broke.contains("another Affix"), "{failure}");
        drop(held);
        lock(&path, Duration::ZERO).unwrap();
    }
}
