//! Every file of the hostile corpus through every reader: no crash, no stall, no flood, and a plain word where there is
//! nothing to show. `tests/corpus/make.py` makes the files.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a helper of a test may fail as the test may"
)]

mod looks;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Files that are looked at by one process, one after the other.
const FILES_AT_ONCE: usize = 12;
/// A process that does not end by itself has waited for something that does not come: no measure of speed.
const PATIENCE: Duration = Duration::from_mins(15);

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

/// What a process said of these files before it ended, and how.
fn looked_at(files: &[PathBuf]) -> Result<String, String> {
    let list = files.iter().map(|path| path.to_str().unwrap()).collect::<Vec<_>>().join("\u{1}");
    let output = tempfile::NamedTempFile::new().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "looks::look", "--ignored", "--nocapture"])
        .env(looks::FILES, list)
        // The readers that are ours: what ffmpeg does with such files is not.
        .env("PATH", "")
        .stdin(Stdio::null())
        .stdout(output.reopen().unwrap())
        .stderr(output.reopen().unwrap())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let said = String::from_utf8_lossy(&std::fs::read(output.path()).unwrap()).into_owned();
    match status {
        Some(status) if status.success() => Ok(said),
        status => {
            Err(format!("{status:?}: {}", said.lines().rev().take(14).collect::<Vec<_>>().join("\n  ")))
        }
    }
}

#[test]
fn no_file_brings_a_reader_down() {
    let folder = corpus();
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    if let Ok(only) = std::env::var("AFFIX_TEST_ONLY") {
        files.retain(|path| path.to_str().unwrap().contains(&only));
    }
    assert!(!files.is_empty());
    let queue = Mutex::new(files.chunks(FILES_AT_ONCE));
    let (fallen, notes) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(files) = queue.lock().unwrap().next() else { break };
                    let (said, broke) = looked_at_each(files);
                    notes.lock().unwrap().push(said);
                    fallen.lock().unwrap().extend(broke);
                }
            });
        }
    });
    let notes = notes.into_inner().unwrap().concat();
    let count = notes.lines().filter(|line| line.starts_with("looked: ")).count();
    for line in notes.lines().filter(|line| line.starts_with("slow: ") || line.starts_with("large: ")) {
        println!("{line}");
    }
    let fallen = fallen.into_inner().unwrap();
    assert!(fallen.is_empty(), "{} of {}:\n{}", fallen.len(), files.len(), fallen.join("\n"));
    assert_eq!(count, files.len(), "every file was looked at");
}

/// What was said of these files, and of those that broke something: which of them it was.
fn looked_at_each(files: &[PathBuf]) -> (String, Vec<String>) {
    if let Ok(said) = looked_at(files) {
        return (said, Vec::new());
    }
    let (mut notes, mut fallen) = (String::new(), Vec::new());
    for file in files {
        match looked_at(std::slice::from_ref(file)) {
            Ok(said) => notes += &said,
            Err(said) => fallen.push(format!("{}: {said}", file.file_name().unwrap().display())),
        }
    }
    (notes, fallen)
}
