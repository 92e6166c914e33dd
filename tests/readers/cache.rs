//! The desktop's thumbnails: ours are judged by `GLib`, theirs are made by gdk-pixbuf.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use affix::media::{Cache, Readers};

use crate::support::{AFFIX, Folder, aged};

const BLUE: [u8; 4] = [0, 0, 200, 255];
const FAILED: &str = concat!("fail/affix-", env!("CARGO_PKG_VERSION"));

struct Desk {
    folder: Folder,
    readers: Readers,
}

impl Desk {
    fn new() -> Self {
        let folder = Folder::new();
        let readers =
            Readers::processes(PathBuf::from(AFFIX)).caching(Cache::at(&folder.join("cache/thumbnails")));
        Self { folder, readers }
    }

    /// Every file of the cache, in order.
    fn kept(&self) -> Vec<PathBuf> {
        let root = self.folder.join("cache/thumbnails");
        let (mut folders, mut files) = (vec![root.clone()], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else {
                    files.push(entry.path().strip_prefix(&root).unwrap().to_owned());
                }
            }
        }
        files.sort();
        files
    }

    /// Runs Python with `GLib`, with the cache as the user's.
    fn judge(&self, script: &str, path: &Path) -> String {
        let output = Command::new("/usr/bin/python3")
            .args(["-c", script])
            .arg(path)
            .env("XDG_CACHE_HOME", self.folder.join("cache"))
            .output()
            .expect("these tests need Python with GLib: apt-get install python3-gi gir1.2-gdkpixbuf-2.0");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn color(&self, path: &Path) -> [u8; 4] {
        self.readers.small(path).unwrap().pixels[..4].try_into().unwrap()
    }
}

/// Writes a thumbnail in green as other programs do: the size's folder, the pixels, further texts.
fn green(desk: &Desk, path: &Path, (named, side): (&str, u32), texts: &str) {
    let script = format!(
        r#"
import gi, hashlib, os, sys
gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf, Gio, GLib
path = os.fsencode(sys.argv[1])
uri = Gio.File.new_for_path(sys.argv[1]).get_uri()
at = os.path.join(os.environ["XDG_CACHE_HOME"], "thumbnails", "{named}")
os.makedirs(at, 0o700, exist_ok=True)
picture = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, False, 8, {side}, {side})
picture.fill(0x00c800ff)
texts = {{"tEXt::Thumb::URI": uri, "tEXt::Thumb::MTime": str(int(os.stat(path).st_mtime))}}
texts.update({texts})
name = hashlib.md5(uri.encode()).hexdigest() + ".png"
picture.savev(os.path.join(at, name), "png", list(texts), list(texts.values()))
"#
    );
    desk.judge(&script, path);
}

#[test]
fn uris_are_glibs() {
    let desk = Desk::new();
    let every: Vec<u8> = (1..=255).filter(|byte| *byte != b'/').collect();
    for (number, bytes) in every.chunks(50).enumerate() {
        let name = [format!("{number}").as_bytes(), bytes, b".png"].concat();
        let odd = desk.folder.path().join(std::ffi::OsStr::from_bytes(&name));
        fs::rename(desk.folder.picture("sea.png", BLUE), &odd).unwrap();
        let before = desk.kept();
        assert_eq!(desk.color(&odd), BLUE);
        let name = desk.judge(
            r#"
import ctypes, hashlib, os, sys
lib = ctypes.CDLL("libglib-2.0.so.0")
lib.g_filename_to_uri.restype = ctypes.c_char_p
uri = lib.g_filename_to_uri(os.fsencode(sys.argv[1]), None, None)
print("large/" + hashlib.md5(uri).hexdigest() + ".png", end="")
"#,
            &odd,
        );
        let new: Vec<_> = desk.kept().into_iter().filter(|kept| !before.contains(kept)).collect();
        assert_eq!(new, [PathBuf::from(name)], "{}", odd.display());
    }
}

#[test]
fn ours_is_what_the_desktop_wants() {
    let desk = Desk::new();
    let photo = desk.folder.picture("Größe & Meer #1.png", [255, 0, 0, 128]);
    // The same file by another way has the same thumbnail.
    let around = desk.folder.path().join("./cache/../Größe & Meer #1.png");
    assert!(desk.readers.small(&photo).is_ok());
    assert!(desk.readers.small(&around).is_ok());
    assert_eq!(desk.kept().len(), 1);

    let facts = desk.judge(
        r#"
import gi, os, sys
gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf, Gio
file = Gio.File.new_for_path(sys.argv[1])
info = file.query_info("thumbnail::*", 0, None)
path = info.get_attribute_byte_string("thumbnail::path")
print(info.get_attribute_boolean("thumbnail::is-valid"), info.get_attribute_boolean("thumbnailing-failed"))
picture = GdkPixbuf.Pixbuf.new_from_file(path)
print(picture.get_width(), picture.get_height(), picture.get_has_alpha(), picture.get_bits_per_sample())
print(*picture.get_pixels()[:4])
print(picture.get_option("tEXt::Thumb::URI") == file.get_uri())
for key in ("MTime", "Size", "Mimetype"):
    print(key, picture.get_option("tEXt::Thumb::" + key))
print(picture.get_option("tEXt::Software"))
while path.startswith(os.path.join(os.environ["XDG_CACHE_HOME"], "thumbnails")):
    print(oct(os.stat(path).st_mode & 0o777))
    path = os.path.dirname(path)
"#,
        &photo,
    );
    let size = fs::metadata(&photo).unwrap().len();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        facts,
        format!(
            "True False\n256 160 True 8\n255 0 0 128\nTrue\nMTime 1700000000\nSize {size}\nMimetype image/png\n\
             Affix {version}\n0o600\n0o700\n0o700\n"
        )
    );

    // The thumbnail is no longer the file's once that has changed; and then it is made anew.
    let later = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_001);
    File::options().write(true).open(&photo).unwrap().set_modified(later).unwrap();
    let is_valid = r#"
import sys
from gi.repository import Gio
info = Gio.File.new_for_path(sys.argv[1]).query_info("thumbnail::*", 0, None)
print(info.get_attribute_boolean("thumbnail::is-valid"), end="")
"#;
    assert_eq!(desk.judge(is_valid, &photo), "False");
    assert!(desk.readers.small(&photo).is_ok());
    assert_eq!(desk.judge(is_valid, &photo), "True");
}

#[test]
fn the_desktops_are_used_as_long_as_they_are_the_files() {
    for (place, side) in
        [(("large", 200), 200), (("x-large", 512), 256), (("xx-large", 1024), 256), (("normal", 90), 90)]
    {
        let desk = Desk::new();
        let photo = desk.folder.picture("sea.png", BLUE);
        green(&desk, &photo, place, "{'tEXt::Thumb::Size': str(os.stat(path).st_size)}");
        let picture = desk.readers.small(&photo).unwrap();
        assert_eq!(
            (picture.width, picture.height, &picture.pixels[..4]),
            (side, side, &[0, 200, 0, 255][..])
        );
        assert_eq!(desk.kept().len(), 1, "it is not made again");
    }
    for (texts, place, why) in [
        ("{'tEXt::Thumb::MTime': '5'}", ("large", 200), "another time"),
        ("{'tEXt::Thumb::URI': 'file:///etc/passwd'}", ("large", 200), "another file"),
        ("{'tEXt::Thumb::Size': '5'}", ("large", 200), "another size"),
        ("{}", ("normal", 128), "too small"),
        ("{}", ("large", 1025), "too large"),
    ] {
        let desk = Desk::new();
        let photo = desk.folder.picture("sea.png", BLUE);
        green(&desk, &photo, place, texts);
        assert_eq!(desk.color(&photo), BLUE, "{why}");
    }
}

#[test]
fn what_gdk_pixbuf_makes_is_used() {
    let desk = Desk::new();
    let photo = desk.folder.picture("sea.png", BLUE);
    let made = desk.folder.join("made.png");
    let ended = Command::new("gdk-pixbuf-thumbnailer").args(["-s", "256"]).arg(&photo).arg(&made).status();
    assert!(ended.expect("apt-get install libgdk-pixbuf2.0-bin").success());
    // Where the desktop puts it; painted over, to see that it is the one that is shown.
    let script = r#"
import gi, hashlib, os, sys
gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf, Gio
photo = sys.argv[1]
made = GdkPixbuf.Pixbuf.new_from_file(os.path.join(os.path.dirname(photo), "made.png"))
uri = Gio.File.new_for_path(photo).get_uri()
texts = {"tEXt::Thumb::URI": uri, "tEXt::Thumb::MTime": str(int(os.stat(photo).st_mtime))}
made.fill(0x00c800ff)
at = os.path.join(os.environ["XDG_CACHE_HOME"], "thumbnails", "large")
os.makedirs(at)
name = hashlib.md5(uri.encode()).hexdigest() + ".png"
made.savev(os.path.join(at, name), "png", list(texts), list(texts.values()))
"#;
    desk.judge(script, &photo);
    assert_eq!(desk.color(&photo), [0, 200, 0, 255]);
}

#[test]
fn failures_are_kept_and_believed_until_the_file_changes() {
    let desk = Desk::new();
    let photo = desk.folder.picture("sea.png", BLUE);
    let whole = fs::read(&photo).unwrap();
    let mut bytes = whole.clone();
    bytes[50..70].fill(0);
    let broken = desk.folder.file("broken.png", &bytes);
    aged(&broken);
    let failure = desk.readers.small(&broken).unwrap_err();
    assert!(failure.broke.contains("“broken.png” is broken"), "{failure}");
    let kept = desk.kept();
    assert!(kept.len() == 1 && kept[0].starts_with(FAILED), "{kept:?}");

    // Time and size as before: it is believed to be broken, without being looked at.
    desk.folder.file("broken.png", &whole);
    aged(&broken);
    assert_eq!(desk.readers.small(&broken).unwrap_err(), failure);
    let image = fs::read(desk.folder.join("cache/thumbnails").join(&kept[0])).unwrap();
    let seen = Readers::here().still(&desk.folder.file("seen.png", &image), 256).unwrap();
    assert_eq!((seen.width, seen.height, &seen.pixels[..]), (1, 1, &[0; 4][..]));
    let later = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_009);
    File::options().write(true).open(&broken).unwrap().set_modified(later).unwrap();
    assert_eq!(desk.color(&broken), BLUE);
}

#[test]
fn what_is_private_or_not_the_files_fault_is_not_kept() {
    let folder = Folder::new();
    let pasted = folder.join("pasted");
    fs::create_dir_all(&pasted).unwrap();
    let cache = Cache::at(&folder.join("cache/thumbnails")).without(&pasted);
    let desk = Desk { readers: Readers::processes(PathBuf::from(AFFIX)).caching(cache), folder };
    let apart = desk.folder.picture("pasted/sea.png", BLUE);
    assert_eq!(desk.color(&apart), BLUE);
    let link = desk.folder.join("link.png");
    std::os::unix::fs::symlink(&apart, &link).unwrap();
    assert_eq!(desk.color(&link), BLUE);
    fs::create_dir_all(desk.folder.join("old/.thumbnails/large")).unwrap();
    assert_eq!(desk.color(&desk.folder.picture("old/.thumbnails/large/sea.png", BLUE)), BLUE);

    let text = desk.folder.file("words.txt", b"Only words.");
    aged(&text);
    let fresh = desk.folder.picture("fresh.png", BLUE);
    File::options().write(true).open(&fresh).unwrap().set_modified(SystemTime::now()).unwrap();
    assert_eq!(desk.color(&fresh), BLUE, "it may change within this second");
    assert!(desk.readers.small(&text).is_ok(), "a page of text is drawn");
    for path in [desk.folder.join("absent.png"), desk.folder.path().to_owned()] {
        assert!(desk.readers.small(&path).is_err());
    }
    assert_eq!(desk.kept(), Vec::<PathBuf>::new());

    // Thumbnails are shown, and have none.
    let photo = desk.folder.picture("sea.png", BLUE);
    assert_eq!(desk.color(&photo), BLUE);
    let thumbnail = desk.folder.join("cache/thumbnails").join(&desk.kept()[0]);
    aged(&thumbnail);
    assert_eq!(desk.color(&thumbnail), BLUE);
    assert_eq!(desk.kept().len(), 1);
}

#[test]
fn a_cache_that_cannot_be_written_is_none() {
    let folder = Folder::new();
    let photo = folder.picture("sea.png", BLUE);
    folder.file("cache", b"a file where the folder should be");
    let readers = Readers::here().caching(Cache::at(&folder.join("cache/thumbnails")));
    assert_eq!(readers.small(&photo), Readers::here().small(&photo));
    // Nor is one that is full of something else.
    let desk = Desk::new();
    let photo = desk.folder.picture("sea.png", BLUE);
    assert_eq!(desk.color(&photo), BLUE);
    let thumbnail = desk.folder.join("cache/thumbnails").join(&desk.kept()[0]);
    for bytes in [&b"not a PNG"[..], &fs::read(&thumbnail).unwrap()[..40], &vec![0; 5 << 20]] {
        File::create(&thumbnail).unwrap().write_all(bytes).unwrap();
        assert_eq!(desk.color(&photo), BLUE);
    }
    fs::remove_file(&thumbnail).unwrap();
    fs::create_dir(&thumbnail).unwrap();
    assert_eq!(desk.color(&photo), BLUE);
}
