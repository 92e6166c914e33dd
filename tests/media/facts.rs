//! What is said of sound files.

use affix::domain::attachment::FileFacts;
use affix::media::{inspect, inspect_at_hand, inspect_whole};

use crate::support::{CLIP, Folder, H264, QUARTERS};

/// Media type, pixels, seconds.
fn told(facts: &FileFacts) -> (&str, Option<(u32, u32)>, Option<u64>) {
    (&facts.mime, facts.pixels, facts.duration_secs)
}

#[test]
fn videos_of_every_container() {
    let folder = Folder::new();
    let fragments = "-movflags frag_keyframe+empty_moov+default_base_moof -g 25";
    for (arguments, name, mime, secs) in [
        (format!("{CLIP} -t 3.4 {H264}"), "plain.mp4", "video/mp4", 3),
        (format!("{CLIP} -t 3.6 {H264} -movflags +faststart"), "fast.mp4", "video/mp4", 4),
        (format!("{CLIP} -t 0.2 {H264}"), "short.mp4", "video/mp4", 1),
        (format!("{CLIP} -t 5 {H264} {fragments}"), "fragments.mp4", "video/mp4", 5),
        (format!("{CLIP} -t 5 {H264} -g 25 -movflags frag_keyframe"), "mixed.mp4", "video/mp4", 5),
        (
            format!("{CLIP} -t 2 -c:v libx265 -preset ultrafast -x265-params log-level=none"),
            "hevc.mp4",
            "video/mp4",
            2,
        ),
        (format!("{CLIP} -t 2 {H264}"), "film.mov", "video/quicktime", 2),
        (format!("{CLIP} -t 2 {H264} -f mp4"), "clip.txt", "video/mp4", 2),
        (format!("{CLIP} -t 2.6 -c:v libvpx -deadline realtime"), "-odd: name.webm", "video/webm", 3),
        (format!("{CLIP} -t 2 {H264}"), "film.mkv", "video/x-matroska", 2),
        (format!("{CLIP} -t 2 -c:v mpeg4"), "old.avi", "video/x-msvideo", 2),
        (format!("{CLIP} -t 2 {H264}"), "camera.ts", "video/mp2t", 2),
        (format!("{CLIP} -t 2 -f lavfi -i sine -shortest {H264} -c:a aac"), "sound.mp4", "video/mp4", 2),
    ] {
        let facts = inspect(&folder.ffmpeg(&arguments, name)).unwrap();
        assert_eq!(told(&facts), (mime, Some((320, 180)), Some(secs)), "{name}");
        assert_eq!(facts.name, name);
        assert_eq!(facts.size, std::fs::metadata(&facts.path).unwrap().len());
        assert!(facts.modified.is_some());
    }
}

#[test]
fn a_film_on_its_side_is_told_as_it_is_shown() {
    let folder = Folder::new();
    folder.ffmpeg(&format!("-f lavfi -i {QUARTERS} -t 1 {H264}"), "flat.mp4");
    for (degrees, pixels) in [(90, (180, 320)), (180, (320, 180)), (270, (180, 320))] {
        let arguments = format!("-i flat.mp4 -c copy -metadata:s:v rotate={degrees}");
        let facts = inspect(&folder.ffmpeg(&arguments, "turned.mp4")).unwrap();
        assert_eq!(facts.pixels, Some(pixels), "{degrees}");
    }
}

#[test]
fn pictures_of_every_format() {
    let folder = Folder::new();
    for (name, mime) in [
        ("a.png", "image/png"),
        ("a.jpg", "image/jpeg"),
        ("a.gif", "image/gif"),
        ("a.bmp", "image/bmp"),
        ("a.webp", "image/webp"),
    ] {
        let path = folder.ffmpeg(&format!("{CLIP} -frames:v 1"), name);
        assert_eq!(told(&inspect(&path).unwrap()), (mime, Some((320, 180)), None), "{name}");
        let mislabelled = folder.path().join("mislabelled.mp4");
        std::fs::rename(path, &mislabelled).unwrap();
        assert_eq!(told(&inspect(&mislabelled).unwrap()), (mime, Some((320, 180)), None), "{name}");
    }
}

#[test]
fn a_photo_on_its_side_is_told_as_it_is_shown() {
    let folder = Folder::new();
    for (orientation, pixels) in [(1, (320, 180)), (3, (320, 180)), (6, (180, 320)), (8, (180, 320))] {
        let facts = inspect(&folder.turned_jpeg("a.jpg", orientation)).unwrap();
        assert_eq!(facts.pixels, Some(pixels), "{orientation}");
    }
}

#[test]
fn sound_and_documents_have_no_pixels() {
    let folder = Folder::new();
    let sound = folder.ffmpeg("-f lavfi -i sine -t 1 -c:a aac", "song.m4a");
    assert_eq!(told(&inspect(&sound).unwrap()), ("audio/mp4", None, Some(1)));
    let text = folder.file("list.md", b"# Words");
    assert_eq!(told(&inspect(&text).unwrap()), ("text/markdown", None, None));
    let empty = inspect(&folder.file("empty.png", b"")).unwrap();
    assert_eq!((told(&empty), empty.size), (("image/png", None, None), 0));
}

#[cfg(unix)]
#[test]
fn links_are_followed_under_their_own_name_and_odd_names_are_kept() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = Folder::new();
    let target = folder.file("target.txt", b"12345");
    let link = folder.path().join("link.txt");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let facts = inspect(&link).unwrap();
    assert_eq!((facts.name.as_str(), facts.size), ("link.txt", 5));

    let odd = folder.path().join(OsStr::from_bytes(b"caf\xe9\n.txt"));
    std::fs::rename(&target, &odd).unwrap();
    let facts = inspect(&odd).unwrap();
    assert_eq!((facts.name.as_str(), facts.mime.as_str()), ("caf\u{fffd}\n.txt", "text/plain"));
    assert_eq!(facts.path, odd);
}

#[test]
fn what_is_in_memory_has_the_same_facts_on_the_spot() {
    let folder = Folder::new();
    let (text, packed) = (b"one line\n".as_slice(), b"PK\x03\x04 and more".as_slice());
    for (name, content) in
        [("a.txt", text), ("b.zip", packed), ("c", packed), ("d.png", text), ("e.bin", &[0; 100])]
    {
        let path = folder.file(name, content);
        let (facts, whole) = inspect_whole(&path, 100).unwrap();
        assert_eq!(whole.unwrap().bytes, content);
        // A file system that does not tell what is in memory leaves it to `inspect_whole`.
        if let Some((on_the_spot, read)) = inspect_at_hand(&path, 100) {
            assert_eq!((on_the_spot, read.bytes.as_slice()), (facts, content), "{name}");
        }
    }
    let picture = folder.turned_jpeg("small.jpg", 6);
    assert!(inspect_at_hand(&picture, 1 << 20).is_none(), "it has pixels");
}

/// Bytes that this thread has read from files so far.
#[cfg(target_os = "linux")]
fn read_bytes() -> u64 {
    let counters = std::fs::read_to_string("/proc/thread-self/io").unwrap();
    counters.lines().find_map(|line| line.strip_prefix("rchar: ")?.parse().ok()).unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_large_picture_is_not_read_through() {
    let folder = Folder::new();
    let jpeg = std::fs::read(folder.turned_jpeg("small.jpg", 6)).unwrap();
    // A PNG whose second chunk says that it is two gigabytes long, as a damaged or a hostile one may.
    let png = std::fs::read(folder.ffmpeg(&format!("{CLIP} -frames:v 1"), "small.png")).unwrap();
    let endless = [&png[..33], &[0x7f, 0xff, 0xff, 0xff], &b"spAm"[..]].concat();
    for (name, start, pixels, most) in [
        ("large.jpg", &jpeg, Some((180, 320)), 1 << 20),
        ("large.png", &png, Some((320, 180)), 1 << 20),
        ("endless.png", &endless, None, 20 << 20),
    ] {
        let path = folder.file(name, start);
        std::fs::File::options().write(true).open(&path).unwrap().set_len(3 << 30).unwrap();
        let before = read_bytes();
        let facts = inspect(&path).unwrap();
        let read = read_bytes() - before;
        assert_eq!(facts.pixels, pixels, "{name}");
        assert!(read < most, "{name}: {read} bytes were read");
    }
}
