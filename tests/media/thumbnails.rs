//! Thumbnails of real videos, judged by `ffmpeg`'s own frames.

use affix::media::{Thumb, ThumbSource, thumbnail};
use image::RgbImage;

use crate::support::{CLIP, Folder, H264, QUARTERS, quarters};

fn picture(thumb: &Thumb) -> RgbImage {
    let picture = image::load_from_memory(&thumb.jpeg).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), (thumb.width, thumb.height));
    picture
}

#[test]
fn h264_is_decoded_here_whatever_its_container_and_profile() {
    let folder = Folder::new();
    for (options, name) in [
        ("-c:v libx264 -pix_fmt yuv420p", "high-b-frames.mp4"),
        ("-c:v libx264 -pix_fmt yuv420p -profile:v baseline", "baseline.mp4"),
        (
            "-c:v libx264 -pix_fmt yuv420p -movflags frag_keyframe+empty_moov+default_base_moof",
            "fragments.mp4",
        ),
        ("-c:v libx264 -pix_fmt yuv420p -movflags +faststart -f lavfi -i sine -shortest", "sound.mov"),
    ] {
        // The sound's input has to stand before the options of the output.
        let (options, sound) = options
            .split_once(" -f lavfi")
            .map_or((options, String::new()), |(options, sound)| (options, format!("-f lavfi{sound}")));
        let path = folder.ffmpeg(&format!("-f lavfi -i {QUARTERS} {sound} -t 2 {options}"), name);
        let thumb = thumbnail(&path, None).unwrap();
        assert_eq!((thumb.source, thumb.width, thumb.height), (ThumbSource::Decoded, 320, 180), "{name}");
        assert_eq!(quarters(&picture(&thumb)), ["red", "green", "blue", "white"], "{name}");
    }
}

#[test]
fn other_codecs_are_left_to_ffmpeg() {
    let folder = Folder::new();
    for (options, name) in [
        ("-c:v libx265 -preset ultrafast -x265-params log-level=none", "hevc.mp4"),
        ("-c:v libvpx -deadline realtime", "-odd: name.webm"),
        ("-c:v libx264 -pix_fmt yuv422p10le", "ten-bit.mp4"),
        ("-c:v mpeg4", "old.avi"),
    ] {
        let path = folder.ffmpeg(&format!("-f lavfi -i {QUARTERS} -t 1 {options}"), name);
        let thumb = thumbnail(&path, None).unwrap();
        assert_eq!((thumb.source, thumb.width, thumb.height), (ThumbSource::Ffmpeg, 320, 180), "{name}");
        assert_eq!(quarters(&picture(&thumb)), ["red", "green", "blue", "white"], "{name}");
    }
}

#[test]
fn films_are_turned_upright_as_ffmpeg_turns_them() {
    let folder = Folder::new();
    folder.ffmpeg(&format!("-f lavfi -i {QUARTERS} -t 1 {H264}"), "flat.mp4");
    for degrees in [0, 90, 180, 270] {
        let path =
            folder.ffmpeg(&format!("-i flat.mp4 -c copy -metadata:s:v rotate={degrees}"), "turned.mp4");
        let thumb = thumbnail(&path, None).unwrap();
        assert_eq!(thumb.source, ThumbSource::Decoded);
        let judge = folder.ffmpeg("-i turned.mp4 -frames:v 1", "judge.png");
        let judge = image::open(judge).unwrap().into_rgb8();
        assert_eq!((thumb.width, thumb.height), judge.dimensions(), "{degrees}");
        assert_eq!(quarters(&picture(&thumb)), quarters(&judge), "{degrees}");
    }
}

#[test]
fn the_frame_is_the_one_that_ffmpeg_decodes() {
    let folder = Folder::new();
    let path = folder.ffmpeg(&format!("{CLIP} -t 1 -c:v libx264 -pix_fmt yuv420p"), "a.mp4");
    let ours = picture(&thumbnail(&path, None).unwrap());
    let judge = image::open(folder.ffmpeg("-i a.mp4 -frames:v 1", "judge.png")).unwrap().into_rgb8();
    let apart: u64 = ours.iter().zip(judge.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let mean = apart / ours.len() as u64;
    assert!(mean < 12, "levels differ by {mean} in the mean");
}

#[test]
fn a_black_beginning_is_passed_over() {
    let folder = Folder::new();
    for (codec, source) in
        [(H264, ThumbSource::Decoded), ("-c:v libvpx -deadline realtime", ThumbSource::Ffmpeg)]
    {
        let fade = "color=black:s=320x180:r=25:d=1[a];color=orange:s=320x180:r=25:d=2[b];[a][b]concat";
        let name = if source == ThumbSource::Decoded { "a.mp4" } else { "a.webm" };
        let path = folder.ffmpeg(&format!("-f lavfi -i {fade} -g 10 {codec}"), name);
        let thumb = thumbnail(&path, None).unwrap();
        assert_eq!(thumb.source, source);
        let middle = picture(&thumb).get_pixel(160, 90).0;
        assert!(middle[0] > 150, "{name}: {middle:?}");
    }
    let black = folder.ffmpeg(&format!("-f lavfi -i color=black:s=320x180 -t 1 {H264}"), "black.mp4");
    assert_eq!(thumbnail(&black, None).unwrap().source, ThumbSource::Decoded);
}

#[test]
fn large_frames_are_scaled_in_their_proportion() {
    let folder = Folder::new();
    for (size, shown) in [("1920x1080", (640, 360)), ("1080x1920", (640, 1138)), ("400x2400", (213, 1280))] {
        let path = folder.ffmpeg(&format!("-f lavfi -i testsrc2=size={size} -t 0.2 {H264}"), "a.mp4");
        let thumb = thumbnail(&path, None).unwrap();
        assert_eq!((thumb.source, (thumb.width, thumb.height)), (ThumbSource::Decoded, shown), "{size}");
        picture(&thumb);
    }
    // Pixels that are not square: 720×576 shown at 16:9.
    let wide = format!("-f lavfi -i testsrc2=size=720x576 -t 0.2 {H264} -aspect 16:9");
    let thumb = thumbnail(&folder.ffmpeg(&wide, "wide.mp4"), None).unwrap();
    assert_eq!((thumb.width, thumb.height), (640, 360));
}
