//! What an upload may cost, counted and not timed: instructions, allocations and memory of the real program under valgrind,
//! on a server that throws away what it is sent. docs/benchmarks.md has the times.
//!
//! `AFFIX_PROGRAM` names the release build, whose counts these are; without it there is nothing to compare them with.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test may fail as the test may"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Instructions of one file of 10 KiB on its whole way: measured 1.29 million, of which SHA-256 is 0.6 where the
/// processor has no instructions for it, as valgrind's has none.
const INSTRUCTIONS_PER_FILE: u64 = 1_500_000;
/// Allocations of the same: measured 392.
const BLOCKS_PER_FILE: u64 = 470;
/// Bytes of these allocations: measured 218,174.
const BYTES_PER_FILE: u64 = 280_000;
/// How much more of the heap a file of 256 MiB may take at its peak than one of 16: it may have two more of its four buffers of
/// 384 KiB in use at a time.
const HEAP_MORE_BYTES: i64 = 1 << 20;

/// A home with one profile, and the server that it sends to.
struct Bench {
    folder: tempfile::TempDir,
    sink: Child,
}

impl Bench {
    fn new() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/measure/sink.py");
        let mut sink = Command::new("python3").arg(script).stdout(Stdio::piped()).spawn().unwrap();
        let mut base = String::new();
        BufReader::new(sink.stdout.take().unwrap()).read_line(&mut base).unwrap();
        let bench = Self { folder: tempfile::tempdir().unwrap(), sink };
        let home = bench.folder.path().join("home");
        std::fs::create_dir(&home).unwrap();
        let settings = format!(
            "[[profiles]]\nname = \"sink\"\nservice = \"cosmos\"\nagain = \"upload\"\n[profiles.settings]\nendpoint = \"{}\"\n\
             database = \"d\"\ncollection = \"c\"\ndocument = \"x\"\n",
            base.trim()
        );
        std::fs::File::create(home.join("settings.toml")).unwrap().write_all(settings.as_bytes()).unwrap();
        // The database is made before anything is counted.
        let first = bench.files(1, 100);
        bench.upload(&[], &first);
        bench
    }

    fn files(&self, count: usize, bytes: usize) -> Vec<PathBuf> {
        let content: Vec<u8> =
            (0..bytes).map(|at| at.to_le_bytes().into_iter().fold(7, u8::wrapping_add)).collect();
        let write = |number: usize| {
            let path = self.folder.path().join(format!("{bytes}-{number:04}.bin"));
            let mut file = std::fs::File::create(&path).unwrap();
            file.write_all(&number.to_le_bytes()).unwrap();
            file.write_all(content.split_at(size_of::<usize>()).1).unwrap();
            path
        };
        (0..count).map(write).collect()
    }

    /// Uploads the files with the program run by these words; what it says on standard error.
    fn upload(&self, by: &[&str], files: &[PathBuf]) -> String {
        let affix = std::env::var("AFFIX_PROGRAM").expect("AFFIX_PROGRAM names the release build");
        let words: Vec<&str> = by.iter().copied().chain([affix.as_str(), "--home"]).collect();
        let (program, rest) = words.split_first().unwrap();
        let ran = Command::new(program)
            .args(rest)
            .arg(self.folder.path().join("home"))
            .args(["upload", "--quiet", "--yes", "--profile", "sink"])
            .args(files)
            .env("AFFIX_SECRET_SINK_KEY", "a2V5")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        let told = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.success(), "{told}");
        assert_eq!(String::from_utf8_lossy(&ran.stdout).lines().count(), files.len());
        told
    }

    fn instructions(&self, files: &[PathBuf]) -> u64 {
        let told = self.upload(&["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"], files);
        number_after(&told, "Collected :")
    }

    /// Blocks and bytes allocated in all, and bytes at the peak.
    fn heap(&self, files: &[PathBuf]) -> (u64, u64, i64) {
        let told = self.upload(&["valgrind", "--tool=dhat", "--dhat-out-file=/dev/null"], files);
        let total = told.lines().find(|line| line.contains("Total:")).unwrap();
        let blocks = number_after(total, " bytes in ");
        let peak = i64::try_from(number_after(&told, "At t-gmax:")).unwrap();
        (blocks, number_after(total, "Total:"), peak)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ended = self.sink.kill();
        let _status = self.sink.wait();
    }
}

fn number_after(text: &str, words: &str) -> u64 {
    let rest = text.split(words).nth(1).unwrap_or_else(|| panic!("“{words}” is not in: {text}"));
    let digits: String = rest.trim_start().chars().take_while(|c| c.is_ascii_digit() || *c == ',').collect();
    digits.replace(',', "").parse().unwrap_or_else(|error| panic!("{words}{digits}: {error}"))
}

/// What 300 files take more than 50, for each of the 250: start and end are in neither.
#[test]
fn a_small_file_costs_a_bounded_number_of_instructions_and_allocations() {
    let bench = Bench::new();
    let files = bench.files(300, 10_240);
    let (few, many) = (files.get(..50).unwrap(), files.as_slice());
    let instructions = (bench.instructions(many) - bench.instructions(few)) / 250;
    let (few, many) = (bench.heap(few), bench.heap(many));
    let (blocks, bytes) = ((many.0 - few.0) / 250, (many.1 - few.1) / 250);
    println!("a file of 10 KiB: {instructions} instructions, {blocks} allocations of {bytes} bytes");
    assert!(instructions <= INSTRUCTIONS_PER_FILE, "{instructions} instructions");
    assert!(blocks <= BLOCKS_PER_FILE, "{blocks} allocations");
    assert!(bytes <= BYTES_PER_FILE, "{bytes} bytes");
}

#[test]
fn memory_does_not_grow_with_the_size_of_a_file() {
    let bench = Bench::new();
    let peak = |mib: usize| bench.heap(&bench.files(1, mib << 20)).2;
    let (small, large) = (peak(16), peak(256));
    println!("heap at its peak: {small} bytes for 16 MiB, {large} for 256 MiB");
    assert!(large - small <= HEAP_MORE_BYTES, "{small} bytes for 16 MiB, {large} for 256 MiB");
}
