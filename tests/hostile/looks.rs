//! All readers on one file, in a process that may take so much and no more.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use affix::domain::changes::{CopyWish, PictureType};
use affix::domain::error::Failure;
use affix::media::{self, Area, Rgba};
use rustix::process::{Resource, Rlimit, setrlimit};

pub(crate) const FILES: &str = "AFFIX_TEST_FILES";
/// Each call ends by itself, within this much of the processor in a build without optimisation; in the program a reader
/// that has not answered after 10 seconds is ended (`tests/readers`).
const CALL_MAX_SECS: f64 = 60.0;
const FILE_MAX_SECS: u64 = 300;
/// What the process may have in memory, the corpus' largest file (45 MB) included.
const MEMORY_MAX_KIB: u64 = 450 << 10;
const ADDRESSES_MAX_BYTES: u64 = 4 << 30;

/// Seconds of the processor that this process has had.
fn cpu_secs() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let ticks = after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap());
    ticks.sum::<f64>() / 100.0
}

/// The most memory it has had since this was asked last.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak = line.trim().trim_end_matches(" kB").parse().unwrap();
    let mut file = std::fs::File::options().write(true).open("/proc/self/clear_refs").unwrap();
    std::io::Write::write_all(&mut file, b"5").unwrap();
    peak
}

/// One reader's answer, or its reason.
fn told<T: Debug>(name: &str, what: &str, call: impl FnOnce() -> Result<T, Failure>) -> Option<T> {
    peak_kib();
    let began = cpu_secs();
    let answer = call();
    let (secs, peak) = (cpu_secs() - began, peak_kib());
    if secs > 2.0 {
        println!("slow: {name}: {what} took {secs:.1} s of the processor");
    }
    if peak > MEMORY_MAX_KIB / 2 {
        println!("large: {name}: {what} took {} MiB", peak >> 10);
    }
    assert!(secs < CALL_MAX_SECS, "{name}: {what} took {secs:.1} s of the processor");
    assert!(peak < MEMORY_MAX_KIB, "{name}: {what} took {} MiB", peak >> 10);
    match answer {
        Ok(answer) => Some(answer),
        Err(failure) => {
            let said = failure.broke.trim();
            assert!(said.len() > 8 && !said.contains("Error"), "{name}: {what}: “{said}” is no plain reason");
            assert!(!said.chars().any(char::is_control), "{name}: {what}: {said:?}");
            None
        }
    }
}

fn sane(name: &str, picture: &Rgba, max_px: u32) {
    let Rgba { width, height, pixels } = picture;
    assert!((1..=max_px).contains(width) && (1..=max_px).contains(height), "{name}: {width} × {height}");
    assert_eq!(pixels.len(), *width as usize * *height as usize * 4, "{name}");
    let multiplied = pixels.chunks_exact(4).all(|pixel| pixel[..3].iter().all(|color| *color <= pixel[3]));
    assert!(multiplied, "{name}: colours above the alpha");
}

fn look_at(path: &Path) {
    let name = path.file_name().unwrap().to_str().unwrap();
    let own = || (std::fs::read(path).unwrap(), std::fs::metadata(path).unwrap().modified().unwrap());
    let before: (Vec<u8>, SystemTime) = own();
    let facts = told(name, "inspect", || media::inspect(path)).expect(name);
    assert!(facts.pixels.is_none_or(|(width, height)| width > 0 && height > 0), "{name}: {:?}", facts.pixels);
    for max_px in [256, 1600] {
        if let Some(picture) = told(name, "preview", || media::preview(path, max_px)) {
            sane(name, &picture, max_px);
        }
    }
    for area in [
        Area { x: 0, y: 0, width: 64, height: 64 },
        Area { x: 7, y: 3, width: 1, height: u32::MAX },
        Area { x: u32::MAX, y: u32::MAX, width: u32::MAX, height: u32::MAX },
        Area { x: 0, y: 0, width: 0, height: 0 },
    ] {
        if let Some(picture) = told(name, "part", || media::part(path, area, 128)) {
            sane(name, &picture, 128);
        }
    }
    for frame in told(name, "frames", || media::frames(path, 128)).unwrap_or_default() {
        sane(name, &frame.picture, 128);
    }
    if let Some(excerpt) = told(name, "excerpt", || media::excerpt(path)) {
        assert!(excerpt.text.len() < 1 << 20, "{name}: {} bytes of text", excerpt.text.len());
        assert!(!excerpt.text.contains(['\u{202e}', '\0', '\u{1b}']), "{name}");
    }
    for moment in told(name, "moments", || media::moments(path, 5, 160)).unwrap_or_default() {
        sane(name, &moment.picture, 160);
    }
    for at_ms in [None, Some(0), Some(1700), Some(u64::MAX)] {
        let thumb = told(name, "thumbnail", || media::thumbnail(path, at_ms)).expect(name);
        assert!((1..=640).contains(&thumb.width) && (1..=1280).contains(&thumb.height), "{name}");
    }
    told(name, "metadata", || media::metadata(path));
    let into = tempfile::tempdir().unwrap();
    for (without_metadata, max_bytes, to) in [
        (true, None, None),
        (false, Some(20_000), None),
        (true, Some(2_000_000), Some(PictureType::Png)),
        (false, None, Some(PictureType::Jpeg)),
    ] {
        let wish = CopyWish { without_metadata, max_bytes, to };
        if let Some(Some(copied)) = told(name, "copy", || media::copy(path, wish, into.path())) {
            assert!(max_bytes.is_none_or(|most| copied.facts.size <= most), "{name}: {wish:?}");
            assert_ne!(copied.facts.path, path, "{name}");
        }
    }
    assert!(before == own(), "{name} was changed");
    println!("looked: {name}");
}

#[test]
#[ignore = "the other test runs it in processes of their own"]
fn look() {
    let files = std::env::var(FILES).unwrap();
    let files: Vec<PathBuf> = files.split('\u{1}').map(PathBuf::from).collect();
    let limit = |most| Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::Cpu, limit(FILE_MAX_SECS * files.len() as u64)).unwrap();
    setrlimit(Resource::As, limit(ADDRESSES_MAX_BYTES)).unwrap();
    for path in files {
        look_at(&path);
    }
}
