//! Frames out of the middle of films, judged by `ffmpeg` and `ffprobe`.

use std::path::Path;
use std::process::Command;

use affix::domain::error::Kind;
use affix::media::{Moment, ThumbSource, inspect, moments, preview, thumbnail};
use image::RgbImage;

use crate::support::{CLIP, Folder, H264, QUARTERS, quarters};

fn asked(program: &str, arguments: &[&str], path: &Path) -> String {
    let output = Command::new(program).args(arguments).arg(path).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// When `ffprobe` shows key frames, in milliseconds.
fn key_times(path: &Path) -> Vec<u64> {
    let arguments = ["-v", "error", "-select_streams", "v:0", "-skip_frame", "nokey", "-of", "csv=p=0"];
    let told = asked("ffprobe", &[&arguments[..], &["-show_entries", "frame=pts_time"]].concat(), path);
    let times = told.lines().filter_map(|line| line.trim_end_matches(',').parse::<f64>().ok());
    times.map(|secs| (secs.max(0.0) * 1000.0).round() as u64).collect()
}

fn rgb(moment: &Moment) -> RgbImage {
    let picture = &moment.picture;
    let rgba = image::RgbaImage::from_raw(picture.width, picture.height, picture.pixels.clone()).unwrap();
    image::DynamicImage::from(rgba).into_rgb8()
}

/// How far the levels of two pictures are apart, in the mean.
fn apart(one: &RgbImage, other: &RgbImage) -> u64 {
    assert_eq!(one.dimensions(), other.dimensions());
    one.iter().zip(other.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>() / one.len() as u64
}

/// The frame that `ffmpeg` shows at this time, in this size.
fn judged(folder: &Folder, path: &Path, at_ms: u64, (width, height): (u32, u32)) -> RgbImage {
    let name = path.file_name().unwrap().to_str().unwrap();
    // ffmpeg counts from the first frame of all tracks.
    let start =
        asked("ffprobe", &["-v", "error", "-show_entries", "format=start_time", "-of", "csv=p=0"], path);
    let start = start.trim().parse::<f64>().unwrap_or(0.0);
    let at = at_ms as f64 / 1000.0 - start.max(0.0);
    let arguments = format!(
        "-ss {:.3} -i file:{name} -frames:v 1 -vf scale={width}:{height}:flags=area",
        (at - 0.002).max(0.0)
    );
    image::open(folder.ffmpeg(&arguments, "judge.png")).unwrap().into_rgb8()
}

const LONG: &str = "-f lavfi -i testsrc2=size=322x182:rate=25 -t 9.2";
const GOP: &str = "-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 30 -bf 3";

#[test]
fn moments_are_the_key_frames_that_ffmpeg_shows_there() {
    let folder = Folder::new();
    for (arguments, name, keys) in [
        (format!("{LONG} {GOP}"), "b-frames.mp4", 5),
        (format!("{LONG} {GOP} -movflags +faststart"), "fast.mov", 5),
        (format!("{LONG} {GOP} -movflags frag_keyframe+empty_moov+default_base_moof"), "fragments.mp4", 5),
        (format!("{LONG} {GOP} -movflags frag_keyframe"), "mixed.mp4", 5),
        (format!("{LONG} {GOP} -movflags dash"), "dash.mp4", 5),
        ("-ss 3.1 -i b-frames.mp4 -c copy".to_owned(), "edited.mp4", 5),
        (format!("{LONG} {GOP} -timecode 01:00:00:00"), "timecode.mov", 5),
        (format!("{LONG} -f lavfi -i sine -map 1 -map 0 -map 0 -t 9.2 {GOP} -c:a aac"), "tracks.mp4", 5),
        (format!("{LONG} -vf select='lt(n,40)+not(mod(n,9))' -vsync vfr {GOP}"), "varying.mp4", 3),
        (format!("{LONG} {GOP} -g 999"), "one.mp4", 1),
        (format!("{LONG} {GOP} -g 1"), "all.mp4", 5),
        (format!("{LONG} {GOP} -color_range pc -colorspace bt709"), "full.mp4", 5),
        ("-i b-frames.mp4 -c copy -metadata:s:v rotate=90".to_owned(), "turned.mp4", 5),
    ] {
        let path = folder.ffmpeg(&arguments, name);
        let (found, times) = (moments(&path, 5, 160).unwrap(), key_times(&path));
        assert_eq!(found.len(), keys, "{name}: {times:?}");
        let mut before = None;
        for moment in &found {
            let nearest = *times.iter().min_by_key(|time| time.abs_diff(moment.at_ms)).unwrap();
            // Within a frame: where a film is cut by an edit list, ffmpeg rounds to whole ones.
            assert!(nearest.abs_diff(moment.at_ms) <= 40, "{name}: {} is no time of {times:?}", moment.at_ms);
            assert!(before < Some(moment.at_ms), "{name}: ascending");
            before = Some(moment.at_ms);
            let size = (moment.picture.width, moment.picture.height);
            assert!(size.0.max(size.1) == 160, "{name}: {size:?}");
            let apart = apart(&rgb(moment), &judged(&folder, &path, nearest, size));
            assert!(apart < 9, "{name} at {}: levels differ by {apart}", moment.at_ms);
            // What is chosen is what is sent.
            let thumb = thumbnail(&path, Some(moment.at_ms + 3)).unwrap();
            assert_eq!(thumb.source, ThumbSource::Decoded, "{name}");
        }
        let secs =
            asked("ffprobe", &["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"], &path);
        let secs: f64 = secs.trim().parse().unwrap();
        let told = inspect(&path).unwrap().duration_secs.unwrap();
        assert!((told as f64 - secs).abs() <= 0.6, "{name}: {told}, ffprobe says {secs}");
    }
}

#[test]
fn other_codecs_have_moments_through_ffmpeg() {
    let folder = Folder::new();
    for (options, name) in [
        ("-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=25", "hevc.mp4"),
        ("-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25", "vp9.webm"),
        ("-c:v libx264 -preset ultrafast -pix_fmt yuv420p10le -g 25", "ten.mp4"),
        ("-c:v libx264 -preset ultrafast -pix_fmt yuv444p -g 25", "444.mp4"),
        ("-c:v libx264 -preset ultrafast -flags +ildct+ilme -top 1 -pix_fmt yuv420p -g 25", "interlaced.mp4"),
        ("-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25", "film.mkv"),
    ] {
        let path = folder.ffmpeg(&format!("{CLIP} -t 4 {options}"), name);
        let found = moments(&path, 3, 160).unwrap();
        let times = key_times(&path);
        assert!((2..=3).contains(&found.len()), "{name}: {}", found.len());
        for moment in &found {
            assert_eq!((moment.picture.width, moment.picture.height), (160, 90), "{name}");
            let nearest = times.iter().map(|time| time.abs_diff(moment.at_ms)).min().unwrap();
            assert!(nearest <= 5, "{name}: {} is no time of {times:?}", moment.at_ms);
            let apart = apart(&rgb(moment), &judged(&folder, &path, moment.at_ms, (160, 90)));
            assert!(apart < 9, "{name} at {}: levels differ by {apart}", moment.at_ms);
        }
        assert_eq!(thumbnail(&path, Some(2000)).unwrap().source, ThumbSource::Ffmpeg, "{name}");
    }
}

#[test]
fn what_has_no_frames_says_so() {
    let folder = Folder::new();
    let text = folder.file("words.mp4", b"Only words.");
    let failure = moments(&text, 5, 160).unwrap_err();
    assert_eq!((failure.kind, failure.broke.as_str()), (Kind::WrongType, "“words.mp4” is no video"));
    let sound = folder.ffmpeg("-f lavfi -i sine -t 1 -c:a aac", "sound.mp4");
    let failure = moments(&sound, 5, 160).unwrap_err();
    assert_eq!(
        (failure.kind, failure.broke.as_str()),
        (Kind::Unreadable, "No frame of “sound.mp4” can be decoded")
    );
    let film = folder.ffmpeg(&format!("{CLIP} -t 1 {H264}"), "film.mp4");
    assert_eq!(moments(&film, 0, 160).unwrap(), []);
}

/// Writes another matrix into the header of the one track.
fn turned(folder: &Folder, matrix: [i32; 4]) -> std::path::PathBuf {
    let mut bytes = std::fs::read(folder.path().join("flat.mp4")).unwrap();
    let header = bytes.windows(4).position(|kind| kind == b"tkhd").unwrap();
    let [a, b, c, d] = matrix.map(|value| (value << 16).to_be_bytes());
    for (at, value) in [(0, a), (4, b), (12, c), (16, d)] {
        bytes[header + 44 + at..][..4].copy_from_slice(&value);
    }
    folder.file("turned.mp4", &bytes)
}

#[test]
fn films_are_turned_and_flipped_as_their_matrix_says() {
    let folder = Folder::new();
    folder.ffmpeg(&format!("-f lavfi -i {QUARTERS} -t 1 {H264}"), "flat.mp4");
    for (matrix, colors) in [
        ([1, 0, 0, 1], ["red", "green", "blue", "white"]),
        ([-1, 0, 0, 1], ["green", "red", "white", "blue"]),
        ([1, 0, 0, -1], ["blue", "white", "red", "green"]),
        ([-1, 0, 0, -1], ["white", "blue", "green", "red"]),
        ([0, 1, -1, 0], ["blue", "red", "white", "green"]),
        ([0, -1, 1, 0], ["green", "white", "red", "blue"]),
        ([0, 1, 1, 0], ["red", "blue", "green", "white"]),
        ([0, -1, -1, 0], ["white", "green", "blue", "red"]),
    ] {
        let path = turned(&folder, matrix);
        let moment = moments(&path, 1, 200).unwrap().remove(0);
        assert_eq!(quarters(&rgb(&moment)), colors, "{matrix:?}");
        let size = (moment.picture.width, moment.picture.height);
        assert_eq!(quarters(&judged(&folder, &path, 0, size)), colors, "{matrix:?}: ffmpeg");
        let look = preview(&path, 200).unwrap();
        assert_eq!((look.width, look.height), size, "{matrix:?}");
        let facts = inspect(&path).unwrap().pixels.unwrap();
        assert_eq!(facts.0 > facts.1, size.0 > size.1, "{matrix:?}");
    }
}

#[test]
fn a_plain_beginning_is_passed_over_for_something_to_see() {
    let folder = Folder::new();
    let film = "color=white:s=320x180:r=25:d=1[a];testsrc2=s=320x180:r=25:d=2[b];[a][b]concat";
    let path = folder.ffmpeg(&format!("-f lavfi -i {film} -g 10 {H264}"), "white.mp4");
    let look = preview(&path, 320).unwrap();
    let levels = look.pixels.chunks_exact(4).map(|pixel| u64::from(pixel[1]));
    let white = levels.filter(|level| *level > 240).count();
    assert!(white < 320 * 180 / 2, "{white} white pixels");
    let plain = folder.ffmpeg(&format!("-f lavfi -i color=white:s=320x180 -t 1 {H264}"), "plain.mp4");
    assert_eq!(thumbnail(&plain, None).unwrap().source, ThumbSource::Decoded);
}

#[test]
fn pixels_that_are_not_square_are_made_so() {
    let folder = Folder::new();
    for (name, codec) in [("wide.mp4", H264), ("wide.webm", "-c:v libvpx -deadline realtime")] {
        let wide = format!("-f lavfi -i testsrc2=size=720x576 -t 0.2 {codec} -aspect 16:9");
        let look = preview(&folder.ffmpeg(&wide, name), 512).unwrap();
        assert_eq!((look.width, look.height), (512, 288), "{name}");
    }
}
