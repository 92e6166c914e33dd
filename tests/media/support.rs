//! Real media files, made by `ffmpeg` in a folder of their own.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A folder that is removed in the end.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        File::create(&path).unwrap().write_all(bytes).unwrap();
        path
    }

    /// Runs `ffmpeg` with these arguments, split at spaces, and this output.
    pub(crate) fn ffmpeg(&self, arguments: &str, name: &str) -> PathBuf {
        let path = self.path().join(name);
        let output = Command::new("ffmpeg")
            .current_dir(self.path())
            .args(["-nostdin", "-v", "error", "-y"])
            .args(arguments.split_whitespace())
            .arg(format!("file:{}", path.display()))
            .output()
            .expect("these tests need ffmpeg: apt-get install ffmpeg");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "ffmpeg {arguments} {name}: {errors}");
        path
    }

    /// A JPEG whose EXIF says how it is to be turned, with a place in it.
    pub(crate) fn turned_jpeg(&self, name: &str, orientation: u8) -> PathBuf {
        let plain = self.ffmpeg(&format!("-f lavfi -i {QUARTERS} -frames:v 1 -q:v 2"), "plain.jpg");
        let plain = std::fs::read(plain).unwrap();
        // One TIFF directory of one entry: tag 0x0112, SHORT, one value.
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        exif.extend(b"GPS 48.8584N 2.2945E");
        let mut jpeg = plain[..2].to_vec();
        jpeg.extend([0xff, 0xe1]);
        jpeg.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        jpeg.extend(exif);
        jpeg.extend(&plain[2..]);
        self.file(name, &jpeg)
    }
}

/// 320×180, a moving picture of bright colours.
pub(crate) const CLIP: &str = "-f lavfi -i testsrc2=size=320x180:rate=25";
/// 320×180, still: red and green above, blue and white below.
pub(crate) const QUARTERS: &str = "color=red:s=320x180:r=25,drawbox=160:0:160:90:green:fill,\
    drawbox=0:90:160:90:blue:fill,drawbox=160:90:160:90:white:fill";
pub(crate) const H264: &str = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";

/// The colours of a picture's quarters by name: top left, top right, bottom left, bottom right.
pub(crate) fn quarters(picture: &image::RgbImage) -> [&'static str; 4] {
    let (width, height) = picture.dimensions();
    [(1, 1), (3, 1), (1, 3), (3, 3)].map(|(x, y)| {
        let [red, green, blue] = picture.get_pixel(width * x / 4, height * y / 4).0.map(|level| level > 90);
        match (red, green, blue) {
            (true, false, false) => "red",
            (false, true, false) => "green",
            (false, false, true) => "blue",
            (true, true, true) => "white",
            _ => "other",
        }
    })
}
