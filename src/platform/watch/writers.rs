//! Which files somebody has open for writing, as far as the system tells.

use super::{HashSet, PathBuf};

/// Those of these paths, without symbolic links in them, that a process has open for writing. Linux tells it of this
/// user's own processes only (`/proc/PID/fd`, `/proc/PID/fdinfo`; proc(5)).
#[cfg(target_os = "linux")]
pub(super) fn of(paths: &HashSet<PathBuf>) -> HashSet<PathBuf> {
    use std::fs;
    let mut open = HashSet::new();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    for process in
        processes.filter(|entry| entry.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit))
    {
        let descriptors = fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten();
        for descriptor in descriptors {
            let Ok(path) = fs::read_link(descriptor.path()) else { continue };
            if paths.contains(&path) {
                let told = process.path().join("fdinfo").join(descriptor.file_name());
                if fs::read_to_string(told).is_ok_and(|told| writes(&told)) {
                    open.insert(path);
                }
            }
        }
    }
    open
}

/// The flags stand in octal; the lowest two bits are 0 for reading alone (open(2)).
#[cfg(target_os = "linux")]
fn writes(told: &str) -> bool {
    let flags = told.lines().find_map(|line| line.strip_prefix("flags:"));
    flags.and_then(|flags| u64::from_str_radix(flags.trim(), 8).ok()).is_some_and(|flags| flags & 3 != 0)
}

/// Windows refuses to share a file with readers alone while somebody writes to it.
#[cfg(windows)]
pub(super) fn of(paths: &HashSet<PathBuf>) -> HashSet<PathBuf> {
    use std::os::windows::fs::OpenOptionsExt as _;
    /// `FILE_SHARE_READ`.
    const READERS: u32 = 1;
    /// `ERROR_SHARING_VIOLATION`.
    const SHARED: i32 = 32;
    let is_open = |path: &&PathBuf| {
        let opened = std::fs::OpenOptions::new().read(true).share_mode(READERS).open(path);
        opened.is_err_and(|error| error.raw_os_error() == Some(SHARED))
    };
    paths.iter().filter(is_open).cloned().collect()
}

/// Others do not tell.
#[cfg(not(any(target_os = "linux", windows)))]
pub(super) fn of(_paths: &HashSet<PathBuf>) -> HashSet<PathBuf> {
    HashSet::new()
}

#[cfg(test)]
#[cfg(any(target_os = "linux", windows))]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn who_writes_is_told_from_who_reads() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap();
        let [written, seen, closed] = ["written", "only-read", "closed"].map(|name| real.join(name));
        let _writer = File::create(&written).unwrap();
        for path in [&seen, &closed] {
            drop(File::create(path).unwrap());
        }
        let _reader = File::open(&seen).unwrap();
        assert_eq!(of(&[written.clone(), seen, closed].into()), [written].into());
    }
}
