//! Reading a short file without waiting for a disk or a network, where the system says which files it has in memory.

use std::fs::Metadata;
use std::path::Path;

/// The content of a regular file of 1 to `most_bytes` bytes, and the file as it was when it was read. None where that would
/// take more than a moment, or cannot be had so: who still wants it reads it in a thread that may wait.
#[cfg(target_os = "linux")]
pub fn read(path: &Path, most_bytes: u64) -> Option<(Vec<u8>, Metadata)> {
    use std::fs::File;
    use std::io::IoSliceMut;
    use std::os::unix::fs::MetadataExt as _;

    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
    use rustix::io::{ReadWriteFlags, preadv2};

    // https://man7.org/linux/man-pages/man2/openat2.2.html: only by names that are known already.
    let open = |flags| openat2(CWD, path, flags | OFlags::CLOEXEC, Mode::empty(), ResolveFlags::CACHED);
    // Found, but not opened: of a pipe or a device that would do something.
    let found = File::from(open(OFlags::PATH).ok()?).metadata().ok()?;
    if !found.is_file() || found.len() == 0 || found.len() > most_bytes {
        return None;
    }
    let file = File::from(open(OFlags::RDONLY | OFlags::NONBLOCK).ok()?);
    let mut content = vec![0; usize::try_from(found.len()).ok()?];
    // https://man7.org/linux/man-pages/man2/preadv2.2.html: only what is in memory.
    let length = preadv2(&file, &mut [IoSliceMut::new(&mut content)], 0, ReadWriteFlags::NOWAIT).ok()?;
    let now = file.metadata().ok()?;
    let key = |file: &Metadata| (file.dev(), file.ino(), file.len(), file.mtime(), file.mtime_nsec());
    (length == content.len() && key(&found) == key(&now)).then_some((content, now))
}

/// No other system says so.
#[cfg(not(target_os = "linux"))]
pub fn read(_path: &Path, _most_bytes: u64) -> Option<(Vec<u8>, Metadata)> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::File;
    use std::io::IoSliceMut;

    use rustix::fs::{Advice, fadvise};
    use rustix::io::{ReadWriteFlags, preadv2};

    use super::*;
    use crate::platform::files::write_atomically;

    #[test]
    fn what_is_in_memory_is_read_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        write_atomically(&path, b"content").unwrap();
        let file = File::open(&path).unwrap();
        // Not every file system tells.
        let tells = preadv2(&file, &mut [IoSliceMut::new(&mut [0; 7])], 0, ReadWriteFlags::NOWAIT).is_ok();
        let content = |most_bytes| read(&path, most_bytes).map(|(content, _)| content);
        assert_eq!(content(7), tells.then(|| b"content".to_vec()));
        assert_eq!(content(6), None, "it is longer");
        fadvise(&file, 0, None, Advice::DontNeed).unwrap();
        if tells {
            assert_eq!(content(7), None, "it is on the disk alone");
        }
    }

    #[test]
    fn what_is_no_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [folder.path(), &pipe, Path::new("/dev/null"), &folder.path().join("absent")] {
            assert!(read(path, 1000).is_none(), "{}", path.display());
        }
    }
}
