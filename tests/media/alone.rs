//! A computer without `ffmpeg`: what is read and decoded here has to do.

use std::path::Path;
use std::process::Command;

use affix::media::{inspect, moments, thumbnail};

use crate::support::{CLIP, Folder, H264};

const FILE: &str = "AFFIX_TEST_FILE";

#[test]
#[ignore = "the other tests of this file run it in a process of its own, where no program is found"]
fn tell() {
    let path = std::env::var_os(FILE).unwrap();
    let (facts, thumb) = (inspect(Path::new(&path)).unwrap(), thumbnail(Path::new(&path), None).unwrap());
    let moments = moments(Path::new(&path), 3, 160)
        .map_or_else(|failure| failure.broke, |found| found.len().to_string());
    println!("told: {:?} {:?} {:?} {moments}", facts.pixels, facts.duration_secs, thumb.source);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!(
        "peak: {}",
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB").trim()
    );
}

/// Pixels, seconds and the thumbnail's source, found by a process that finds no other program.
fn told_without_ffmpeg(path: &Path) -> String {
    line_of(path, "told: ")
}

fn line_of(path: &Path, start: &str) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "alone::tell", "--ignored", "--nocapture"])
        .env(FILE, path)
        .env("PATH", "")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.split_once(start)).expect(&text).1.to_owned()
}

#[test]
fn videos_are_told_without_ffmpeg() {
    let folder = Folder::new();
    let fragments = "-movflags frag_keyframe+empty_moov+default_base_moof -g 25";
    for (arguments, name, told) in [
        (format!("{CLIP} -t 3.4 {H264}"), "plain.mp4", "Some((320, 180)) Some(3) Decoded 1"),
        (format!("{CLIP} -t 5 {H264} {fragments}"), "fragments.mp4", "Some((320, 180)) Some(5) Decoded 3"),
        (
            format!("{CLIP} -t 5 {H264} -g 25 -movflags frag_keyframe"),
            "mixed.mp4",
            "Some((320, 180)) Some(5) Decoded 3",
        ),
        (
            format!("{CLIP} -t 2 {H264} -movflags dash -g 10"),
            "dash.mp4",
            "Some((320, 180)) Some(2) Decoded 3",
        ),
        (format!("{CLIP} -t 2 {H264}"), "film.mov", "Some((320, 180)) Some(2) Decoded 1"),
        (format!("{CLIP} -t 2 {H264}"), "film.3gp", "Some((320, 180)) Some(2) Decoded 1"),
        (
            format!("{CLIP} -t 2 -c:v libx265 -preset ultrafast -x265-params log-level=none"),
            "hevc.mp4",
            "Some((320, 180)) Some(2) Placeholder {needs}",
        ),
        (
            format!("{CLIP} -t 2.6 -c:v libvpx -deadline realtime"),
            "clip.webm",
            "Some((320, 180)) Some(3) Placeholder {needs}",
        ),
        (format!("{CLIP} -t 2 {H264}"), "film.mkv", "Some((320, 180)) Some(2) Placeholder {needs}"),
        (format!("{CLIP} -t 2 -c:v mpeg4"), "old.avi", "None None Placeholder {needs}"),
    ] {
        let needs = format!("The frames of “{name}” need ffmpeg, which is not installed");
        let told = told.replace("{needs}", &needs);
        assert_eq!(told_without_ffmpeg(&folder.ffmpeg(&arguments, name)), told, "{name}");
    }
}

#[test]
fn a_film_in_4k_costs_a_few_of_its_frames() {
    let folder = Folder::new();
    let film = "-f lavfi -i testsrc2=size=3840x2160:rate=10 -t 2 -g 4";
    let path = folder.ffmpeg(&format!("{film} {H264}"), "large.mp4");
    assert_eq!(told_without_ffmpeg(&path), "Some((3840, 2160)) Some(2) Decoded 3");
    let peak = line_of(&path, "peak: ");
    let kib: u64 = peak.trim_end_matches(" kB").parse().unwrap();
    println!("peak: {kib} KiB");
    assert!(kib > 0 && kib < 300_000, "{peak}");
}
