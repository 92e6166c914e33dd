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

use image::{ImageFormat, ImageReader, RgbImage};
use serde_json::Value;

use super::picture;

const PROBE_DEADLINE: Duration = Duration::from_secs(10);
const FRAME_DEADLINE: Duration = Duration::from_secs(30);
/// A frame of 640 pixels' width has a megabyte or two.
const OUTPUT_MAX_BYTES: u64 = 32 << 20;
/// Where a good frame is looked for.
const FIRST_SECS: &str = "12";
/// A PNG of this side may be just below that.
const STILL_MAX_PX: u32 = 2048;

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
    let answer: Value = serde_json::from_slice(&run(command, Instant::now() + PROBE_DEADLINE)?).ok()?;
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

/// Until when one frame may take.
pub(super) fn deadline() -> Instant {
    Instant::now() + FRAME_DEADLINE
}

/// Can it be started at all?
pub(super) fn is_installed() -> bool {
    let mut command = Command::new("ffmpeg");
    command.arg("-version");
    run(command, deadline()).is_some()
}

/// A frame and its time from the video's begin.
pub(super) struct Frame {
    pub at_ms: u64,
    pub picture: RgbImage,
}

/// A good frame from the first seconds, upright; `None` when `ffmpeg` is not installed or cannot.
pub(super) fn frame(path: &Path, within: (u32, u32)) -> Option<RgbImage> {
    /// Frames that are brighter than black, by the mean of their levels.
    const BRIGHT: &str = "signalstats,metadata=select:key=lavfi.signalstats.YAVG:value=32:function=greater";
    // The one that looks most like the others around it stands for them. Scaled first: all are kept to be compared.
    let until = deadline();
    let scale = scale(within);
    let of = |filter: &str| decode(&run(command(path, None, filter), until)?);
    of(&format!("{scale},{BRIGHT},thumbnail=50")).or_else(|| of(&format!("{scale},thumbnail=50")))
}

/// The last key frame before a time, upright; `None` when `ffmpeg` is not installed or cannot.
pub(super) fn frame_at(path: &Path, at_ms: u64, within: (u32, u32), until: Instant) -> Option<Frame> {
    const PNG: &[u8] = b"\x89PNG";
    // A frame's time is told with what is known of it, so that there has to be something.
    let told = "metadata=add:key=a:value=1,metadata=print:key=a:direct=1:file='pipe\\:1',\
                setpts=PTS-STARTPTS";
    let output = run(command(path, Some(at_ms), &format!("{told},{}", scale(within))), until)?;
    let begin = output.windows(PNG.len()).position(|start| start == PNG)?;
    let (words, png) = output.split_at_checked(begin)?;
    let words = String::from_utf8_lossy(words);
    // From the time that was asked for: key frames before it have less than nothing.
    let apart: f64 = words.split_once("pts_time:")?.1.split_whitespace().next()?.parse().ok()?;
    Some(Frame { at_ms: moved(at_ms, apart), picture: decode(png)? })
}

#[expect(clippy::cast_possible_truncation, reason = "a cast from float saturates")]
fn moved(at_ms: u64, secs: f64) -> u64 {
    at_ms.saturating_add_signed((secs * 1000.0).round() as i64)
}

fn command(path: &Path, at_ms: Option<u64>, filter: &str) -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-protocol_whitelist", "file"]);
    match at_ms {
        Some(at_ms) => {
            let at = format!("{}.{:03}", at_ms / 1000, at_ms % 1000);
            command.args(["-noaccurate_seek", "-ss", &at]);
        }
        // A film that stays black is not gone through.
        None => {
            command.args(["-t", FIRST_SECS]);
        }
    }
    command.arg("-i").arg(as_url(path));
    command.args(["-map", "0:v:0", "-frames:v", "1", "-vf", filter]);
    command.args(["-f", "image2pipe", "-c:v", "png", "-pix_fmt", "rgb24", "pipe:1"]);
    command
}

/// Down to a box, never up, pixels made square.
fn scale(within: (u32, u32)) -> String {
    let (width, height) = (within.0.clamp(1, STILL_MAX_PX), within.1.clamp(1, STILL_MAX_PX));
    format!(
        "scale=w='max(1,iw*sar)':h=ih,setsar=1,\
         scale=w='min({width},iw)':h='min({height},ih)':force_original_aspect_ratio=decrease"
    )
}

fn decode(png: &[u8]) -> Option<RgbImage> {
    let mut reader = ImageReader::with_format(std::io::Cursor::new(png), ImageFormat::Png);
    reader.limits(picture::limits());
    Some(reader.decode().ok()?.into_rgb8())
}

/// A picture that only `ffmpeg` decodes, as a PNG file of at most this many pixels at its longer side; `None` when
/// `ffmpeg` is not installed or cannot.
pub(super) fn still(path: &Path, max_px: u32) -> Option<Vec<u8>> {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-protocol_whitelist", "file", "-i"]).arg(as_url(path));
    let side = max_px.clamp(1, STILL_MAX_PX);
    let filter = format!("scale=w='min({side},iw)':h='min({side},ih)':force_original_aspect_ratio=decrease");
    command.args(["-frames:v", "1", "-vf", &filter, "-f", "image2pipe", "-c:v", "png", "pipe:1"]);
    run(command, Instant::now() + PROBE_DEADLINE)
}

/// A path that is neither taken for an option nor for an address, whatever its name.
fn as_url(path: &Path) -> OsString {
    let mut url = OsString::from("file:");
    url.push(path);
    url
}

/// Standard output of a program that ended well within its deadline.
fn run(mut command: Command, until: Instant) -> Option<Vec<u8>> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    without_window(&mut command);
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
        assert_eq!(run(hangs, Instant::now() + Duration::from_millis(300)), None);
        let mut silent = Command::new("sleep");
        silent.arg("1000");
        assert_eq!(run(silent, Instant::now() + Duration::from_millis(300)), None);
        assert!(began.elapsed() < Duration::from_mins(1));
    }

    #[cfg(unix)]
    #[test]
    fn only_a_program_that_ended_well_has_an_output() {
        let shell = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            run(command, Instant::now() + Duration::from_mins(1))
        };
        assert_eq!(shell("printf whole"), Some(b"whole".to_vec()));
        assert_eq!(shell("printf half; exit 1"), None);
        assert_eq!(run(Command::new("no-such-program-here"), Instant::now() + Duration::from_mins(1)), None);
    }
}
