//! Files that are no files, broken, lying or huge.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use affix::domain::changes::CopyWish;
use affix::domain::error::{Failure, Kind, Step};
use affix::media::{ThumbSource, copy, inspect, thumbnail};

use crate::support::{CLIP, Folder, H264};

fn refused(path: &Path) -> Failure {
    let failure = inspect(path).unwrap_err();
    assert_eq!((failure.kind, failure.step), (Kind::Unreadable, Some(Step::Inspect)));
    assert!(failure.advice.is_some(), "{failure}");
    assert_eq!(thumbnail(path, None).unwrap_err().broke, failure.broke);
    failure
}

#[test]
fn what_is_no_file_is_said_in_words() {
    let folder = Folder::new();
    assert_eq!(refused(&folder.path().join("ab\nsent.txt")).broke, "“ab\\nsent.txt” does not exist");
    assert_eq!(refused(&folder.file("a", b"").join("b")).broke, "“b” does not exist");
    let sub = folder.path().join("holiday");
    std::fs::create_dir(&sub).unwrap();
    assert_eq!(refused(&sub).broke, "“holiday” is a folder");
}

#[cfg(unix)]
#[test]
fn pipes_sockets_devices_and_dead_links_are_never_opened() {
    let folder = Folder::new();
    let pipe = folder.path().join("pipe.mp4");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Opening it would wait for a writer for good.
    assert_eq!(refused(&pipe).broke, "“pipe.mp4” is a pipe, not a file");
    let socket = folder.path().join("s.sock");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    assert_eq!(refused(&socket).broke, "“s.sock” is a socket, not a file");
    assert_eq!(refused(Path::new("/dev/zero")).broke, "“zero” is a device, not a file");

    let (link, turning) = (folder.path().join("link"), folder.path().join("turning"));
    std::os::unix::fs::symlink(folder.path().join("nowhere"), &link).unwrap();
    assert_eq!(refused(&link).broke, "“link” is a link to a file that does not exist");
    std::os::unix::fs::symlink(&turning, &turning).unwrap();
    assert_eq!(refused(&turning).broke, "“turning” cannot be read");
}

#[test]
fn broken_media_have_facts_and_a_placeholder() {
    let folder = Folder::new();
    let whole = std::fs::read(folder.ffmpeg(&format!("{CLIP} -t 2 {H264}"), "whole.mp4")).unwrap();
    let png = std::fs::read(folder.ffmpeg(&format!("{CLIP} -frames:v 1"), "whole.png")).unwrap();
    let jpeg = std::fs::read(folder.ffmpeg(&format!("{CLIP} -frames:v 1"), "whole.jpg")).unwrap();
    for (name, bytes, mime, pixels) in [
        ("no-index.mp4", &whole[..whole.len() / 2], "video/mp4", None),
        ("start.mp4", &whole[..40], "video/mp4", None),
        ("half.png", &png[..png.len() / 2], "image/png", Some((320, 180))),
        ("start.png", &png[..20], "image/png", None),
        ("half.jpg", &jpeg[..jpeg.len() / 2], "image/jpeg", Some((320, 180))),
        ("start.jpg", &jpeg[..8], "image/jpeg", None),
        ("text.mp4", b"#EXTM3U\nfile:///etc/passwd\n", "video/mp4", None),
        ("text.jpg", b"<html>", "image/jpeg", None),
    ] {
        let path = folder.file(name, bytes);
        let facts = inspect(&path).unwrap();
        assert_eq!((facts.mime.as_str(), facts.pixels, facts.duration_secs), (mime, pixels, None), "{name}");
        let thumb = thumbnail(&path, None).unwrap();
        assert_eq!((thumb.source, thumb.width, thumb.height), (ThumbSource::Placeholder, 640, 360), "{name}");
        let drawn = image::load_from_memory(&thumb.jpeg).unwrap().into_rgb8();
        let (middle, corner) = (drawn.get_pixel(320, 180).0, drawn.get_pixel(2, 2).0);
        assert!(middle[0] > 200 && corner[0] < 100, "a light sign on dark: {middle:?} {corner:?}");
    }
}

#[test]
fn a_film_of_five_gigabytes_costs_its_index_alone() {
    let folder = Folder::new();
    let path = folder.ffmpeg(&format!("{CLIP} -t 2 {H264}"), "large.mp4");
    let bytes = std::fs::read(&path).unwrap();
    let moov = bytes.windows(4).rposition(|kind| kind == b"moov").unwrap() - 4;
    // A gap between the frames and the index: sparse on disk, five gigabytes to a reader.
    let gap: u64 = 5 << 30;
    let mut file = OpenOptions::new().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(moov as u64)).unwrap();
    file.write_all(b"\0\0\0\x01free").unwrap();
    file.write_all(&gap.to_be_bytes()).unwrap();
    file.seek(SeekFrom::Start(moov as u64 + gap)).unwrap();
    file.write_all(&bytes[moov..]).unwrap();

    let began = Instant::now();
    let facts = inspect(&path).unwrap();
    assert_eq!((facts.pixels, facts.duration_secs), (Some((320, 180)), Some(2)));
    assert!(facts.size > gap);
    assert_eq!(thumbnail(&path, None).unwrap().source, ThumbSource::Decoded);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert!(peak_memory_kib() < 700_000, "{} KiB", peak_memory_kib());
}

#[test]
fn a_jpeg_of_five_gigabytes_costs_its_header_alone() {
    let folder = Folder::new();
    let path = folder.ffmpeg(&format!("{CLIP} -frames:v 1"), "large.jpg");
    OpenOptions::new().write(true).open(&path).unwrap().set_len(5 << 30).unwrap();
    assert_eq!(inspect(&path).unwrap().pixels, Some((320, 180)));
    let smaller = CopyWish { max_bytes: Some(2_000_000), ..CopyWish::default() };
    let failure = copy(&path, smaller, folder.path()).unwrap_err();
    assert_eq!(failure.kind, Kind::TooLarge);
    assert!(peak_memory_kib() < 700_000, "{} KiB", peak_memory_kib());
}

/// The most memory that this process ever had.
fn peak_memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or(0, |peak| peak.trim().trim_end_matches(" kB").parse().unwrap())
}

#[test]
fn a_picture_that_claims_billions_of_pixels_costs_nothing() {
    let folder = Folder::new();
    let small = std::fs::read(folder.ffmpeg(&format!("{CLIP} -frames:v 1 -pix_fmt rgb24"), "a.png")).unwrap();
    let mut header = b"IHDR".to_vec();
    header.extend(50_000_u32.to_be_bytes());
    header.extend(50_000_u32.to_be_bytes());
    header.extend(&small[24..29]);
    let mut bomb = small[..12].to_vec();
    bomb.extend(&header);
    bomb.extend(crc32(&header).to_be_bytes());
    bomb.extend(&small[33..]);
    let path = folder.file("bomb.png", &bomb);
    let began = Instant::now();
    assert_eq!(inspect(&path).unwrap().pixels, Some((50_000, 50_000)));
    let smaller = CopyWish { max_bytes: Some(100), ..CopyWish::default() };
    let failure = copy(&path, smaller, folder.path()).unwrap_err();
    assert_eq!((failure.kind, failure.step), (Kind::TooLarge, Some(Step::Prepare)));
    assert_eq!(failure.broke, "“bomb.png” has too many pixels to make a smaller copy of it");
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(peak_memory_kib() < 700_000, "{} KiB", peak_memory_kib());
}

/// The checksum of PNG chunks (PNG specification, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

#[test]
fn damaged_films_never_bring_it_down() {
    let folder = Folder::new();
    let fragments = "-movflags frag_keyframe+empty_moov -g 10";
    let mut random = fastrand::Rng::with_seed(20_240_601);
    for (arguments, name) in [
        (format!("{CLIP} -t 1 {H264} -movflags +faststart"), "a.mp4"),
        (format!("{CLIP} -t 1 {H264} {fragments}"), "b.mp4"),
        (format!("{CLIP} -t 1 -c:v libvpx -deadline realtime"), "c.webm"),
    ] {
        let whole = std::fs::read(folder.ffmpeg(&arguments, name)).unwrap();
        let index = whole.len().min(2000);
        for round in 0..24 {
            let mut damaged = whole.clone();
            for _ in 0..random.usize(1..12) {
                // The index, then the frames: both come from elsewhere.
                let at =
                    if round % 2 == 0 { random.usize(32..index) } else { random.usize(index..whole.len()) };
                damaged[at] = [0, 1, 0x7f, 0x80, 0xff, random.u8(..)][random.usize(..6)];
            }
            damaged.truncate(random.usize(index..=whole.len()));
            let path = folder.file(name, &damaged);
            let facts = inspect(&path).unwrap();
            assert_eq!(facts.size, damaged.len() as u64);
            let thumb = thumbnail(&path, None).unwrap();
            assert!(thumb.width <= 640 && thumb.height <= 1280 && thumb.jpeg.starts_with(&[0xff, 0xd8]));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_said_in_words() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    let path = folder.file("secret.txt", b"x");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        // Root reads everything: then there is nothing to be refused, and the file is a file.
        assert_eq!(inspect(&path).unwrap().size, 1);
        return;
    }
    let failure = refused(&path);
    assert_eq!(failure.broke, "“secret.txt” may not be read by you");
}
