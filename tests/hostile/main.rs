//! Every file of the hostile corpus through every reader of the real program: no crash, no flood, and a plain word where
//! there is nothing to show. `tests/corpus/make.py` makes the files.
//!
//! `AFFIX_PROGRAM` names another build than the one that was built beside this test: `scripts/test` takes the release
//! build, because the deadlines are made for it. `AFFIX_TEST_ONLY` is a part of the names of files to look at.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a helper of a test may fail as the test may"
)]

use std::fmt::Debug;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Instant, SystemTime};

use affix::domain::changes::{CopyWish, PictureType};
use affix::domain::error::Failure;
use affix::media::{Area, Readers, Rgba};

/// What a reader may have in memory: the 640 MiB at which it ends, and what it takes until it has seen that.
const MEMORY_MAX_KIB: u64 = 768 << 10;
/// Longer than this is told.
const SLOW_SECS: f64 = 2.0;
/// What a panic that was caught says: it is none of the plain words.
const PANIC: &str = "could not be decoded";

/// The corpus in a folder of its own.
fn corpus() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/make.py"))
        .arg(folder.path())
        .status()
        .expect("this test needs python3 and ffmpeg");
    assert!(made.success());
    folder
}

/// The program whose readers are tested, without ffmpeg: what that does with such files is not ours.
fn program(folder: &Path) -> PathBuf {
    let affix =
        std::env::var("AFFIX_PROGRAM").unwrap_or_else(|_unset| env!("CARGO_BIN_EXE_affix").to_owned());
    assert!(Path::new(&affix).is_file(), "{affix} is not there");
    let script = folder.join("affix");
    #[expect(clippy::disallowed_methods, reason = "nobody else reads it meanwhile")]
    fs::write(&script, format!("#!/bin/sh\nPATH= exec '{affix}' \"$@\"\n")).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script
}

/// The most memory that a reader which this thread started has had.
fn peak_kib() -> u64 {
    let children = fs::read_to_string("/proc/thread-self/children").unwrap();
    let peak = |pid: &str| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok()
    };
    children.split_whitespace().filter_map(peak).max().unwrap_or(0)
}

/// All readers on one file.
struct Looking<'a> {
    readers: &'a Readers,
    path: &'a Path,
    name: &'a str,
    /// A reader ended because of how much memory it took.
    is_heavy: bool,
    /// What is not as it should be.
    wrong: Vec<String>,
}

impl Looking<'_> {
    /// One reader's answer, or its reason.
    fn told<T: Debug>(
        &mut self,
        what: &str,
        call: impl FnOnce(&Readers, &Path) -> Result<T, Failure>,
    ) -> Option<T> {
        let began = Instant::now();
        let answer = call(self.readers, self.path);
        let (name, secs) = (self.name, began.elapsed().as_secs_f64());
        if secs > SLOW_SECS {
            println!("slow: {name}: {what} took {secs:.1} s");
        }
        let failure = match answer {
            Ok(answer) => return Some(answer),
            Err(failure) => failure,
        };
        let said = failure.broke.trim();
        if said.contains("needs more memory") {
            println!("heavy: {name}: {what} after {secs:.1} s");
            self.is_heavy = true;
        }
        if said.contains("broke the program") || said.contains(PANIC) {
            self.wrong.push(format!("{name}: {what}: {said}"));
        }
        let is_plain = said.len() > 8 && !said.contains("Error") && !said.chars().any(char::is_control);
        self.check(is_plain, || format!("{what}: {said:?} is no plain reason"));
        None
    }

    fn check(&mut self, is_so: bool, wrong: impl FnOnce() -> String) {
        if !is_so {
            self.wrong.push(format!("{}: {}", self.name, wrong()));
        }
    }

    fn sane(&mut self, picture: &Rgba, max_px: u32) {
        let Rgba { width, height, pixels } = picture;
        let fits = (1..=max_px).contains(width) && (1..=max_px).contains(height);
        self.check(fits, || format!("{width} × {height}"));
        self.check(pixels.len() == *width as usize * *height as usize * 4, || {
            "pixels are missing".to_owned()
        });
        let multiplied =
            pixels.chunks_exact(4).all(|pixel| pixel[..3].iter().all(|color| *color <= pixel[3]));
        self.check(multiplied, || "colours above the alpha".to_owned());
    }

    fn look(&mut self, into: &Path) {
        let facts = self.told("inspect", Readers::inspect).expect("a plain file");
        let has_sides = facts.pixels.is_none_or(|(width, height)| width > 0 && height > 0);
        self.check(has_sides, || format!("{:?}", facts.pixels));
        for max_px in [256, 1600] {
            if let Some(picture) = self.told("preview", |readers, path| readers.still(path, max_px)) {
                self.sane(&picture, max_px);
            }
        }
        for area in [
            Area { x: 0, y: 0, width: 64, height: 64 },
            Area { x: 7, y: 3, width: 1, height: u32::MAX },
            Area { x: u32::MAX, y: u32::MAX, width: u32::MAX, height: u32::MAX },
            Area { x: 0, y: 0, width: 0, height: 0 },
        ] {
            if let Some(picture) = self.told("part", |readers, path| readers.part(path, area, 128)) {
                self.sane(&picture, 128);
            }
        }
        for frame in self.told("frames", |readers, path| readers.frames(path, 128)).unwrap_or_default() {
            self.sane(&frame.picture, 128);
        }
        if let Some(excerpt) = self.told("excerpt", Readers::excerpt) {
            self.check(excerpt.text.len() < 1 << 20, || format!("{} bytes of text", excerpt.text.len()));
            let hidden = excerpt.text.contains(['\u{202e}', '\0', '\u{1b}']);
            self.check(!hidden, || "control characters in a text".to_owned());
        }
        for moment in self.told("moments", |readers, path| readers.moments(path, 5, 160)).unwrap_or_default()
        {
            self.sane(&moment.picture, 160);
        }
        for at_ms in [None, Some(0), Some(1700), Some(u64::MAX)] {
            if let Some(thumb) = self.told("thumbnail", |readers, path| readers.thumbnail(path, at_ms)) {
                let fits = (1..=640).contains(&thumb.width) && (1..=1280).contains(&thumb.height);
                self.check(fits, || format!("a thumbnail of {} × {}", thumb.width, thumb.height));
            }
        }
        self.told("metadata", Readers::metadata);
        for (without_metadata, max_bytes, to) in [
            (true, None, None),
            (false, Some(20_000), None),
            (true, Some(2_000_000), Some(PictureType::Png)),
            (false, None, Some(PictureType::Jpeg)),
        ] {
            let wish = CopyWish { without_metadata, max_bytes, to };
            if let Some(Some(copied)) = self.told("copy", |readers, path| readers.copy(path, wish, into)) {
                let fits = max_bytes.is_none_or(|most| copied.facts.size <= most);
                self.check(fits, || format!("{} bytes for {wish:?}", copied.facts.size));
            }
        }
        // 100,000 strokes on one another: its decoder keeps them all.
        self.check(self.name != "pdf-paths.pdf" || self.is_heavy, || "nothing bounded its memory".to_owned());
        let peak = peak_kib();
        self.check(peak < MEMORY_MAX_KIB, || format!("a reader took {} MiB", peak >> 10));
    }
}

/// What is wrong with what is said of this file.
fn look_at(path: &Path, program: &Path) -> Vec<String> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let own = || (fs::read(path).unwrap(), fs::metadata(path).unwrap().modified().unwrap());
    let before: (Vec<u8>, SystemTime) = own();
    let into = tempfile::tempdir().unwrap();
    // Of each file's own, so that it has its own peak of memory.
    let readers = Readers::processes(program.to_owned());
    let mut looking = Looking { readers: &readers, path, name, is_heavy: false, wrong: Vec::new() };
    looking.look(into.path());
    looking.check(before == own(), || "it was changed".to_owned());
    looking.wrong
}

#[test]
fn no_file_brings_a_reader_down() {
    let (folder, programs) = (corpus(), tempfile::tempdir().unwrap());
    let program = program(programs.path());
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    if let Ok(only) = std::env::var("AFFIX_TEST_ONLY") {
        files.retain(|path| path.to_str().unwrap().contains(&only));
    }
    assert!(!files.is_empty());
    let (queue, wrong) = (Mutex::new(files.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(file) = queue.lock().unwrap().next() else { break };
                    let found = look_at(file, &program);
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    println!("{} files", files.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
