//! A loss of power: of the database only that is left which the disk was asked to keep.
//!
//! A library in front of the system's own keeps a copy of each file of the database as it was at its last `fsync`.

use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use fastrand::Rng;

use crate::cli::Home;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kills/synced.c");

/// From now on every process of this home has its files' last `fsync` kept.
pub(crate) fn watch(home: &mut Home) {
    let library = home.files().join("synced.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]).arg(&library).arg(SOURCE);
    let made = compiler.arg("-ldl").output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    home.env("LD_PRELOAD", &library);
}

/// The processes are dead: leaves of the database what a disk would have.
pub(crate) fn is_lost(database: &Path, rng: &mut Rng) {
    let log = database.with_extension("db-wal");
    let torn = rng.bool().then(|| torn(&log, rng)).flatten();
    for file in [database.to_owned(), log.clone(), database.with_extension("db-journal")] {
        let _absent = std::fs::remove_file(&file);
        // Never asked to be kept: not there.
        let _absent = std::fs::copy(synced(&file), &file);
    }
    let _absent = std::fs::remove_file(database.with_extension("db-shm"));
    if let Some(tail) = torn {
        std::fs::File::options().append(true).open(&log).unwrap().write_all(&tail).unwrap();
    }
}

fn synced(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".synced");
    name.into()
}

/// A disk may have begun with what it was not asked for: some of the bytes behind what it was asked to keep.
fn torn(log: &Path, rng: &mut Rng) -> Option<Vec<u8>> {
    let kept = std::fs::read(synced(log)).ok()?;
    let mut now = std::fs::File::open(log).ok()?;
    let mut head = vec![0; kept.len().min(32)];
    now.read_exact(&mut head).ok()?;
    // Begun anew meanwhile: another log.
    if !kept.starts_with(&head) {
        return None;
    }
    now.seek(SeekFrom::Start(kept.len() as u64)).ok()?;
    let mut tail = Vec::new();
    now.read_to_end(&mut tail).ok()?;
    tail.truncate(rng.usize(..=tail.len()));
    Some(tail)
}
