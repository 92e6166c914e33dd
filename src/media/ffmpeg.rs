//! `ffmpeg` and `ffprobe` where they are installed, for what is not decoded here.
//!
//! They are started without a shell, without standard input, with a deadline, and may open nothing but
//! the one file: a video that names other files or addresses gets nowhere.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat, ImageReader};
use serde_json::Value;

use super::picture;

const PROBE_DEADLINE: Duration = Duration::from_secs(10);
const FRAME_DEADLINE: Duration = Duration::from_secs(30);
/// A frame of 640 pixels' width has a megabyte or two.
const OUTPUT_MAX_BYTES: u64 = 32 << 20;
/// A PNG of this side may be just below that.
const STILL_MAX_PX: u32 = 2048;
/// Takes the one frame that looks most like the others around it, which is hardly a black one, and
/// scales it down.
const FRAME_FILTER: &str = "thumbnail=50,scale=w='min(640,iw)':h=-2";

/// What `ffprobe` says of the first video stream.
#[derive(Debug, Default)]
pub(super) struct Probed {
    /// In seconds.
    pub duration_secs: Option<f64>,
    /// Width and height in pixels as shown.
    pub pixels: Option<(u32, u32)>,
}

/// Asks `ffprobe`; `None` when it is not installed or makes nothing of the file.
pub(super) fn probe(path: &Path) -> Option<Probed> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-protocol_whitelist", "file", "-select_streams", "v:0"]);
    command.args(["-show_entries", "stream=width,height:stream_side_data=rotation:format=duration"]);
    command.args(["-of", "json"]).arg(as_url(path));
    let answer: Value = serde_json::from_slice(&run(command, PROBE_DEADLINE)?).ok()?;
    let stream = answer.pointer("/streams/0");
    let side = |key| stream?.get(key)?.as_u64()?.try_into().ok().filter(|&side: &u32| side > 0);
    let rotation = stream
        .and_then(|stream| {
            stream.get("side_data_list")?.as_array()?.iter().find_map(|data| data.get("rotation"))
        })
        .and_then(Value::as_i64);
    let turned = rotation.is_some_and(|degrees| degrees.rem_euclid(180) == 90);
    let pixels = side("width").zip(side("height"));
    Some(Probed {
        duration_secs: answer
            .pointer("/format/duration")
            .and_then(Value::as_str)
            .and_then(|d| d.parse().ok()),
        pixels: pixels.map(|(width, height)| if turned { (height, width) } else { (width, height) }),
    })
}

/// A good frame from the first seconds, upright; `None` when `ffmpeg` is not installed or cannot.
pub(super) fn frame(path: &Path) -> Option<DynamicImage> {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-protocol_whitelist", "file", "-i"]).arg(as_url(path));
    command.args(["-map", "0:v:0", "-frames:v", "1", "-vf", FRAME_FILTER]);
    command.args(["-f", "image2pipe", "-c:v", "png", "pipe:1"]);
    let png = run(command, FRAME_DEADLINE)?;
    let mut reader = ImageReader::with_format(std::io::Cursor::new(png), ImageFormat::Png);
    reader.limits(picture::limits());
    reader.decode().ok()
}

/// A picture that only `ffmpeg` decodes, as a PNG file of at most this many pixels at its longer side; `None` when
/// `ffmpeg` is not installed or cannot.
pub(super) fn still(path: &Path, max_px: u32) -> Option<Vec<u8>> {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-protocol_whitelist", "file", "-i"]).arg(as_url(path));
    let side = max_px.clamp(1, STILL_MAX_PX);
    let filter = format!("scale=w='min({side},iw)':h='min({side},ih)':force_original_aspect_ratio=decrease");
    command.args(["-frames:v", "1", "-vf", &filter, "-f", "image2pipe", "-c:v", "png", "pipe:1"]);
    run(command, PROBE_DEADLINE)
}

/// A path that is neither taken for an option nor for an address, whatever its name.
fn as_url(path: &Path) -> OsString {
    let mut url = OsString::from("file:");
    url.push(path);
    url
}

/// Standard output of a program that ended well within its deadline.
fn run(mut command: Command, deadline: Duration) -> Option<Vec<u8>> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    without_window(&mut command);
    let until = Instant::now() + deadline;
    let mut child = command.spawn().ok()?;
    let output = read_until(&mut child, command.get_program(), until);
    // Whatever happened, nothing of it is left behind.
    let status = match &output {
        Some(_) => wait_until(&mut child, until),
        None => None,
    };
    if status.is_none() {
        let _already_ended = child.kill();
        let _already_waited_for = child.wait();
    }
    output.filter(|_| status == Some(true))
}

fn read_until(child: &mut Child, program: &OsStr, until: Instant) -> Option<Vec<u8>> {
    let stdout = child.stdout.take()?;
    let (sender, receiver) = sync_channel(1);
    let reader = move || {
        let mut output = Vec::new();
        let read = stdout.take(OUTPUT_MAX_BYTES).read_to_end(&mut output);
        // Nobody waits any longer when the deadline has passed.
        let _ignored = sender.send(read.ok().map(|_| output));
    };
    thread::Builder::new().name(format!("read {}", program.display())).spawn(reader).ok()?;
    receiver.recv_timeout(until.saturating_duration_since(Instant::now())).ok()?
}

/// Did it end well? `None`: it had not ended at the deadline.
fn wait_until(child: &mut Child, until: Instant) -> Option<bool> {
    loop {
        if let Some(status) = child.try_wait().ok()? {
            return Some(status.success());
        }
        if Instant::now() >= until {
            return None;
        }
        // Its output has ended, so it is about to end: there is nothing to be told by.
        thread::sleep(Duration::from_millis(2));
    }
}

#[cfg(windows)]
fn without_window(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    /// From `winbase.h`: no console window flashes up.
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NO_WINDOW);
}

#[cfg(not(windows))]
fn without_window(_command: &mut Command) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_an_option_or_an_address() {
        for (name, url) in [("-i", "file:-i"), ("concat:a|b", "file:concat:a|b"), ("/a/b", "file:/a/b")] {
            assert_eq!(as_url(Path::new(name)), url);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let mut hangs = Command::new("sh");
        // Closes its output and goes on: both waits have to give up.
        hangs.args(["-c", "echo begun; exec >&-; exec sleep 1000"]);
        let began = Instant::now();
        assert_eq!(run(hangs, Duration::from_millis(300)), None);
        let mut silent = Command::new("sleep");
        silent.arg("1000");
        assert_eq!(run(silent, Duration::from_millis(300)), None);
        assert!(began.elapsed() < Duration::from_mins(1));
    }

    #[cfg(unix)]
    #[test]
    fn only_a_program_that_ended_well_has_an_output() {
        let shell = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            run(command, Duration::from_mins(1))
        };
        assert_eq!(shell("printf whole"), Some(b"whole".to_vec()));
        assert_eq!(shell("printf half; exit 1"), None);
        assert_eq!(run(Command::new("no-such-program-here"), Duration::from_mins(1)), None);
    }
}
