//! Pictures, and programs that pretend to be readers.

use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use affix::media::{Patience, Readers};
use image::{Rgba, RgbaImage};
use tempfile::TempDir;

/// What a reader of this version says first.
pub(crate) const HELLO: &str = concat!("affix-reader ", env!("CARGO_PKG_VERSION"), "\\n");
pub(crate) const AFFIX: &str = env!("CARGO_BIN_EXE_affix");

pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// A picture of 320 × 200 pixels of this colour, changed some time ago.
    pub(crate) fn picture(&self, name: &str, color: [u8; 4]) -> PathBuf {
        let path = self.join(name);
        RgbaImage::from_pixel(320, 200, Rgba(color))
            .save_with_format(&path, image::ImageFormat::Png)
            .unwrap();
        aged(&path);
        path
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.join(name);
        File::create(&path).unwrap().write_all(bytes).unwrap();
        path
    }

    /// A shell script that is started instead of a reader.
    pub(crate) fn program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.file(name, format!("#!/bin/sh\n{script}\n").as_bytes());
        fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        path
    }

    /// One that says hello, takes what it is asked, and goes on with this.
    pub(crate) fn reader(&self, script: &str) -> PathBuf {
        self.program("reader", &format!("printf '{HELLO}'\nhead -c 8 >/dev/null\n{script}"))
    }
}

pub(crate) fn aged(path: &Path) {
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
}

/// Waits for no call longer than this.
pub(crate) fn hasty(program: &Path, call: Duration) -> Readers {
    Readers::patient(program.to_owned(), Patience { call, ..Patience::default() })
}

#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < Duration::from_mins(1), "waited for: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The numbers that a script wrote, one a line.
pub(crate) fn numbers(path: &Path) -> Vec<u32> {
    fs::read_to_string(path).unwrap_or_default().lines().filter_map(|line| line.parse().ok()).collect()
}

/// It runs, and is no dead process that is only on the list.
pub(crate) fn runs(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = status.rsplit(") ").next().and_then(|rest| rest.chars().next());
    state.is_some_and(|state| state != 'Z')
}

pub(crate) fn is_listed(process: u32) -> bool {
    Path::new(&format!("/proc/{process}")).exists()
}
