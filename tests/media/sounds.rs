//! Sounds: how long they are, and their covers; pictures of other programs and of cameras.

use affix::domain::error::Kind;
use affix::media::{Readers, inspect, preview};

use crate::looks::on_white;
use crate::support::{Folder, QUARTERS, quarters};

const TONE: &str = "-f lavfi -i sine=frequency=440:sample_rate=44100:duration=7.4";

#[test]
fn sounds_have_a_length() {
    let folder = Folder::new();
    for (codec, name, mime) in [
        ("", "tone.wav", "audio/wav"),
        ("-c:a libmp3lame -b:a 64k", "tone.mp3", "audio/mpeg"),
        ("-c:a libmp3lame -b:a 128k -id3v2_version 0 -write_xing 0", "bare.mp3", "audio/mpeg"),
        ("-c:a flac", "tone.flac", "audio/flac"),
        ("-c:a libvorbis", "tone.ogg", "audio/ogg"),
        ("-c:a libopus", "tone.opus", "audio/ogg"),
        ("-c:a aac", "tone.m4a", "audio/mp4"),
        ("-c:a alac", "lossless.m4a", "audio/mp4"),
        ("-c:a libopus", "tone.weba", "audio/webm"),
        ("-c:a wmav2", "tone.wma", "audio/x-ms-wma"),
    ] {
        let path = folder
            .ffmpeg(&format!("{TONE} {codec} {}", if name.ends_with("weba") { "-f webm" } else { "" }), name);
        let facts = inspect(&path).unwrap();
        assert_eq!((facts.mime.as_str(), facts.pixels), (mime, None), "{name}");
        assert_eq!(facts.duration_secs, Some(7), "{name}");
        let none = preview(&path, 100).unwrap_err();
        assert_eq!(
            (none.kind, none.broke),
            (Kind::WrongType, format!("“{name}” has no cover that can be shown"))
        );
    }
}

#[test]
fn the_cover_is_the_look_of_a_sound() {
    let folder = Folder::new();
    folder.ffmpeg(&format!("-f lavfi -i {QUARTERS} -frames:v 1 -q:v 2"), "cover.jpg");
    let cover = "-i cover.jpg -map 0:a -map 1:v -c:v copy -disposition:v attached_pic";
    for (codec, name) in [
        ("-c:a libmp3lame -id3v2_version 3", "song.mp3"),
        ("-c:a aac", "song.m4a"),
        ("-c:a flac", "song.flac"),
    ] {
        let path = folder.ffmpeg(&format!("{TONE} {cover} {codec}"), name);
        let drawn = preview(&path, 160).unwrap();
        assert_eq!((drawn.width, drawn.height), (160, 90), "{name}");
        assert_eq!(quarters(&on_white(&drawn)), ["red", "green", "blue", "white"], "{name}");
        assert_eq!(inspect(&path).unwrap().duration_secs, Some(7), "{name}");
    }
}

#[test]
fn a_header_that_lies_is_not_believed() {
    let folder = Folder::new();
    let mut wav = std::fs::read(folder.ffmpeg(&format!("{TONE} -bitexact"), "tone.wav")).unwrap();
    let data = wav.windows(4).position(|word| word == b"data").unwrap();
    wav[data + 4..data + 8].copy_from_slice(&0x7fff_0000_u32.to_le_bytes());
    // What is there is counted, not what is promised: two gigabytes.
    assert_eq!(inspect(&folder.file("liar.wav", &wav)).unwrap().duration_secs, Some(7));
    // The rate says how many bytes a second has: none, and all there are.
    for rate in [0, u32::MAX] {
        wav[24..28].copy_from_slice(&rate.to_le_bytes());
        wav[28..32].copy_from_slice(&rate.to_le_bytes());
        let secs = inspect(&folder.file("liar.wav", &wav)).unwrap().duration_secs;
        assert!(secs.is_none_or(|secs| secs < 100), "{secs:?}");
    }
}

#[test]
fn damaged_sounds_are_survived() {
    let folder = Folder::new();
    folder.ffmpeg(&format!("-f lavfi -i {QUARTERS} -frames:v 1"), "cover.png");
    let cover = "-i cover.png -map 0:a -map 1:v -c:v copy -disposition:v attached_pic";
    for (arguments, name) in [
        (format!("{TONE} {cover} -c:a libmp3lame"), "song.mp3"),
        (format!("{TONE} {cover} -c:a aac"), "song.m4a"),
        (format!("{TONE} {cover} -c:a flac"), "song.flac"),
        (format!("{TONE} -c:a libopus"), "song.ogg"),
        (format!("{TONE} -c:a pcm_s16le"), "song.wav"),
    ] {
        let whole = std::fs::read(folder.ffmpeg(&arguments, name)).unwrap();
        let mut random = fastrand::Rng::with_seed(7);
        for round in 0..15 {
            let mut bytes = whole.clone();
            bytes.truncate(if round % 3 == 0 { random.usize(..whole.len()) } else { whole.len() });
            for _ in 0..8 {
                let at = random.usize(..bytes.len().clamp(1, 4096));
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = random.u8(..);
                }
            }
            let path = folder.file(&format!("broken-{name}"), &bytes);
            let facts = inspect(&path).unwrap();
            assert!(facts.duration_secs.is_none_or(|secs| secs > 0), "{name}");
            // Whatever comes of it, it is an answer and no panic that reached here.
            if let Ok(drawn) = preview(&path, 50) {
                assert!(drawn.width.max(drawn.height) <= 50);
            }
        }
    }
    let garbage: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..)).take(1 << 20).collect();
    for name in ["garbage.mp3", "garbage.flac", "garbage.m4a"] {
        let path = folder.file(name, &[b"ID3\x04\0\0\x7f\x7f\x7f\x7f", &garbage[..]].concat());
        assert!(inspect(&path).unwrap().duration_secs.is_none_or(|secs| secs < 4000), "{name}");
        assert!(preview(&path, 50).is_err());
    }
}

#[test]
fn what_only_ffmpeg_decodes_is_decoded_by_it() {
    let folder = Folder::new();
    let small = format!("-f lavfi -i {QUARTERS} -frames:v 1");
    for (arguments, name, pixels) in [
        (
            format!("{small} -c:v libaom-av1 -cpu-used 8 -still-picture 1 -f avif"),
            "photo.avif",
            Some((320, 180)),
        ),
        (format!("{small} -c:v libjxl"), "photo.jxl", None),
    ] {
        let path = folder.ffmpeg(&arguments, name);
        assert_eq!(inspect(&path).unwrap().pixels, pixels, "{name}");
        let Ok(drawn) = preview(&path, 160) else {
            // Not every ffmpeg can; then it says what would help.
            let refused = preview(&path, 160).unwrap_err();
            assert_eq!(refused.broke, format!("“{name}” can only be shown where ffmpeg can decode it"));
            assert!(refused.advice.is_some());
            continue;
        };
        assert_eq!((drawn.width, drawn.height), (160, 90), "{name}");
        assert_eq!(quarters(&on_white(&drawn)), ["red", "green", "blue", "white"], "{name}");
    }
}

/// A camera's file: a small picture, a larger one in a directory below, and lossless raw data, lying on its side.
fn camera(folder: &Folder, big_endian: bool) -> Vec<u8> {
    let jpeg = |size: &str, name: &str| {
        std::fs::read(folder.ffmpeg(&format!("-f lavfi -i {QUARTERS} -frames:v 1 -q:v 2 -s {size}"), name))
            .unwrap()
    };
    let (small, large) = (jpeg("160x90", "small.jpg"), jpeg("640x360", "large.jpg"));
    let mut lossless = large.clone();
    let frame = lossless.windows(2).position(|word| word == [0xff, 0xc0]).unwrap();
    lossless[frame + 1] = 0xc3;
    lossless.resize(lossless.len() + 50_000, 0);
    let short = |value: u16| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let long = |value: usize| {
        let value = u32::try_from(value).unwrap();
        if big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    };
    let directory = |entries: &[(u16, usize)], next: usize| {
        let mut bytes = short(u16::try_from(entries.len()).unwrap()).to_vec();
        for &(tag, value) in entries {
            bytes.extend(short(tag));
            bytes.extend(short(4));
            bytes.extend(long(1));
            bytes.extend(long(value));
        }
        bytes.extend(long(next));
        bytes
    };
    let (first, below, data) = (8, 100, 200);
    let mut file = if big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
    file.extend(long(first));
    let places = [data, data + small.len(), data + small.len() + large.len()];
    let mut head = directory(&[(0x14a, below), (0x201, places[0]), (0x202, small.len())], below + 54);
    // The orientation is a SHORT: lying on its side.
    let orientation = [&short(0x112)[..], &short(3), &long(1), &short(6), &short(0)].concat();
    head[..2].copy_from_slice(&short(4));
    head.splice(2..2, orientation);
    file.extend(head);
    file.resize(below, 0);
    file.extend(directory(&[(0x103, 7), (0x111, places[1]), (0x117, large.len())], 0));
    file.resize(below + 54, 0);
    // Directories may lead back to where they came from.
    file.extend(directory(&[(0x103, 7), (0x111, places[2]), (0x117, lossless.len())], first));
    file.resize(data, 0);
    file.extend([small, large, lossless].concat());
    file
}

#[test]
fn a_cameras_file_shows_the_picture_in_it() {
    let folder = Folder::new();
    for (name, big_endian) in [("photo.nef", false), ("photo.DNG", true)] {
        let bytes = camera(&folder, big_endian);
        let path = folder.file(name, &bytes);
        assert_eq!(inspect(&path).unwrap().pixels, Some((360, 640)), "{name}");
        for (wished, sides) in [(100, (56, 100)), (160, (90, 160)), (400, (225, 400)), (2000, (360, 640))] {
            let drawn = preview(&path, wished).unwrap();
            assert_eq!((drawn.width, drawn.height), sides, "{name}");
            assert_eq!(quarters(&on_white(&drawn)), ["blue", "red", "white", "green"], "{name}");
        }
        for cut in (0..bytes.len()).step_by(997) {
            let cut = folder.file("cut.cr2", &bytes[..cut]);
            let _whatever = Readers::here().still(&cut, 100);
            assert!(inspect(&cut).unwrap().pixels.is_none_or(|(width, _)| width <= 360));
        }
    }
    let bare = folder.file("bare.arw", b"II*\0\x08\0\0\0\0\0\0\0\0\0and nothing more");
    let refused = preview(&bare, 100).unwrap_err();
    assert_eq!(
        (refused.kind, refused.broke.as_str()),
        (Kind::WrongType, "“bare.arw” has no small picture in it that can be shown")
    );
}
