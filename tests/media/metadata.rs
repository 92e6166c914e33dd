//! What photos tell, and copies that do not. `exiftool` writes it and is the judge of what is left.

use std::path::{Path, PathBuf};
use std::process::Command;

use affix::domain::changes::{CopyWish, Removed};
use affix::media::{Readers, copy, metadata};
use image::{ImageDecoder as _, ImageEncoder as _};

use crate::support::Folder;

const WITHOUT: CopyWish = CopyWish { without_metadata: true, max_bytes: None, to: None };

/// All that must not be found in a copy: as text, in any group.
const SECRETS: [&str; 8] =
    ["48.85", "2.294", "Jane Roe", "SN-4711", "Nikonette", "A quiet street", "Paris", "2026:05:01"];

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("these tests need {program}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn exiftool(path: &Path, arguments: &[&str]) -> String {
    let path = path.display().to_string();
    run("exiftool", &[arguments, &[path.as_str()]].concat())
}

/// Everything that can be found in it.
fn dump(path: &Path) -> String {
    // Its own name and place say nothing of the content.
    exiftool(path, &["-ee3", "-G1", "-a", "-u", "-n", "-x", "System:all"])
}

/// Writes everything that a photo may tell.
fn tell(path: &Path, orientation: u16) {
    let turn = format!("-IFD0:Orientation#={orientation}");
    exiftool(
        path,
        &[
            "-q",
            "-overwrite_original",
            "-m",
            "-GPSLatitude=48.8584",
            "-GPSLatitudeRef=N",
            "-GPSLongitude=2.2945",
            "-GPSLongitudeRef=E",
            "-EXIF:Make=Nikonette",
            "-EXIF:Model=Nikonette 7",
            "-EXIF:SerialNumber=SN-4711",
            "-EXIF:Artist=Jane Roe",
            "-EXIF:DateTimeOriginal=2026:05:01 18:22:03",
            "-EXIF:UserComment=A quiet street",
            "-XMP-exif:GPSLatitude=48.8584",
            "-XMP-dc:Creator=Jane Roe",
            "-XMP-photoshop:City=Paris",
            "-IPTC:City=Paris",
            "-IPTC:By-line=Jane Roe",
            "-Comment=A quiet street",
            &turn,
        ],
    );
}

/// Makes a picture that `ImageMagick` writes, with colours of its own.
fn picture(folder: &Folder, name: &str, more: &[&str]) -> PathBuf {
    let path = folder.path().join(name);
    let out = path.display().to_string();
    let from = ["-size", "240x160", "plasma:red-blue", "-seed", "7", "-depth", "8"];
    run("convert", &[&from, more, &[out.as_str()]].concat());
    path
}

/// What the decoded pixels sum up to, of each frame, as they lie in the file.
fn pixels(path: &Path) -> String {
    run("identify", &["-format", "%# ", &path.display().to_string()])
}

struct Copied {
    path: PathBuf,
    removed: Option<Removed>,
}

/// Copies without metadata, and holds what every such copy has to hold.
fn bare(folder: &Folder, path: &Path) -> Option<Copied> {
    let before = std::fs::read(path).unwrap();
    let into = folder.path().join("copies");
    std::fs::create_dir_all(&into).unwrap();
    let copied = copy(path, WITHOUT, &into).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), before, "the photo itself was changed");
    let copied = copied?;
    assert_eq!(copied.facts.name, path.file_name().unwrap().to_str().unwrap());
    // A second time, and the same of the same.
    assert_eq!(copy(&copied.facts.path, WITHOUT, &into).unwrap(), None, "a copy of the copy");
    let again = copy(path, WITHOUT, &into).unwrap().unwrap();
    assert_eq!(std::fs::read(&again.facts.path).unwrap(), std::fs::read(&copied.facts.path).unwrap());
    Some(Copied { path: copied.facts.path, removed: copied.removed })
}

/// Nothing of it is left, and it looks as before.
fn holds(folder: &Folder, path: &Path) -> PathBuf {
    let told = metadata(path).unwrap();
    assert!(told.has_location && told.removable && told.bytes > 0, "{}: {told:?}", path.display());
    assert!(!tells_nothing(path), "{}", path.display());
    let copied = bare(folder, path).unwrap_or_else(|| panic!("{}: no copy", path.display()));
    assert_eq!(copied.removed, Some(Removed::Location), "{}", path.display());
    let left = dump(&copied.path);
    for secret in SECRETS {
        assert!(!left.contains(secret), "{secret} is left in {}:\n{left}", path.display());
    }
    for group in ["[GPS]", "[IPTC]", "[XMP", "[IFD1]", "[MPF", "SerialNumber", "Photoshop"] {
        assert!(!left.contains(group), "{group} is left in {}:\n{left}", path.display());
    }
    // Not even as bytes that nobody looks at.
    let bytes = std::fs::read(&copied.path).unwrap();
    for secret in ["Jane Roe", "SN-4711", "A quiet street", "Paris"] {
        assert!(!bytes.windows(secret.len()).any(|word| word == secret.as_bytes()), "{secret}");
    }
    assert_eq!(pixels(path), pixels(&copied.path), "{}", path.display());
    let now = metadata(&copied.path).unwrap();
    assert!(
        !now.has_location && now.place.is_none() && now.author.is_none() && now.taken.is_none(),
        "{now:?}"
    );
    copied.path
}

fn tells_nothing(path: &Path) -> bool {
    Readers::tells_nothing(&std::fs::read(path).unwrap())
}

fn orientation(path: &Path) -> String {
    exiftool(path, &["-n", "-s3", "-Orientation"]).trim().to_owned()
}

#[test]
fn what_a_photo_tells_is_read() {
    let folder = Folder::new();
    let path = picture(&folder, "a.jpg", &[]);
    assert_eq!(metadata(&path).unwrap().place, None);
    tell(&path, 6);
    let told = metadata(&path).unwrap();
    let (north, east) = told.place.unwrap();
    assert!((north - 48.8584).abs() < 1e-4 && (east - 2.2945).abs() < 1e-4, "{told:?}");
    assert_eq!(told.camera.as_deref(), Some("Nikonette 7"));
    assert_eq!(told.taken.as_deref(), Some("2026:05:01 18:22:03"));
    assert_eq!(told.author.as_deref(), Some("Jane Roe"));
    exiftool(&path, &["-q", "-overwrite_original", "-GPSLatitudeRef=S", "-GPSLongitudeRef=W"]);
    let (north, east) = metadata(&path).unwrap().place.unwrap();
    assert!(north < -48.0 && east < -2.0, "{north} {east}");
}

#[test]
fn jpegs_say_nothing_any_more_and_stay_upright() {
    let folder = Folder::new();
    for (name, more) in [
        ("plain.jpg", &[][..]),
        ("progressive.jpg", &["-interlace", "JPEG"]),
        ("inks.jpg", &["-colorspace", "CMYK"]),
        ("grey.jpg", &["-colorspace", "Gray"]),
    ] {
        for turn in if name == "plain.jpg" { vec![1, 8] } else { vec![6] } {
            let path = picture(&folder, name, more);
            tell(&path, turn);
            let copied = holds(&folder, &path);
            let wanted = if turn == 1 { String::new() } else { turn.to_string() };
            assert_eq!(orientation(&copied), wanted, "{name}");
        }
    }
}

#[test]
fn a_thumbnail_a_second_picture_and_a_film_behind_it_go() {
    let folder = Folder::new();
    let path = picture(&folder, "a.jpg", &[]);
    let small = picture(&folder, "small.jpg", &["-resize", "40x40"]);
    tell(&small, 1);
    tell(&path, 6);
    exiftool(&path, &["-q", "-overwrite_original", &format!("-ThumbnailImage<={}", small.display())]);
    let mut bytes = std::fs::read(&path).unwrap();
    let whole = bytes.len();
    bytes.extend(std::fs::read(&small).unwrap());
    let path = folder.file("motion.jpg", &bytes);
    let copied = holds(&folder, &path);
    assert!(std::fs::metadata(&copied).unwrap().len() < whole as u64);
    let bytes = std::fs::read(&copied).unwrap();
    let begins = bytes.windows(3).filter(|word| *word == [0xff, 0xd8, 0xff]).count();
    assert_eq!(begins, 1, "one picture");
    // Only the tail: no other sign of it.
    let plain = picture(&folder, "plain.jpg", &[]);
    let mut bytes = std::fs::read(&plain).unwrap();
    bytes.extend(std::fs::read(&small).unwrap());
    let path = folder.file("tail.jpg", &bytes);
    let copied = bare(&folder, &path).unwrap();
    assert_eq!(std::fs::read(copied.path).unwrap(), std::fs::read(plain).unwrap());
}

/// The colour profile.
fn colours(path: &Path) -> Option<Vec<u8>> {
    image::ImageReader::open(path).unwrap().into_decoder().unwrap().icc_profile().unwrap()
}

#[test]
fn colours_stay() {
    let folder = Folder::new();
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let file = folder.file("p3.icc", &profile).display().to_string();
    for name in ["a.jpg", "a.png", "a.tif", "a.webp"] {
        let path = if name == "a.png" {
            // ImageMagick writes the names of these colours in place of them.
            let mut bytes = Vec::new();
            let mut encoder = image::codecs::png::PngEncoder::new(&mut bytes);
            encoder.set_icc_profile(profile.clone()).unwrap();
            image::RgbImage::new(24, 16).write_with_encoder(encoder).unwrap();
            folder.file(name, &bytes)
        } else {
            picture(&folder, name, &["-profile", &file])
        };
        tell(&path, 1);
        assert_eq!(colours(&path).as_ref(), Some(&profile), "{name} has a profile");
        assert_eq!(colours(&holds(&folder, &path)), Some(profile.clone()), "{name}");
    }
}

#[test]
fn pngs_webps_and_tiffs_say_nothing_any_more_and_stay_upright() {
    let folder = Folder::new();
    for (name, more) in [
        ("a.png", &[][..]),
        ("palette.png", &["-colors", "16", "-type", "Palette"]),
        ("clear.png", &["-alpha", "set", "-channel", "A", "-evaluate", "set", "50%"]),
        ("a.webp", &[]),
        ("lossless.webp", &["-define", "webp:lossless=true"]),
        ("clear.webp", &["-alpha", "set", "-channel", "A", "-evaluate", "set", "50%"]),
        ("a.tif", &[]),
        ("packed.tif", &["-compress", "LZW"]),
        ("motorola.tif", &["-endian", "MSB"]),
        ("jpeg.tif", &["-compress", "JPEG"]),
    ] {
        for turn in if name.starts_with('a') { vec![1, 6] } else { vec![6] } {
            let path = picture(&folder, name, more);
            tell(&path, turn);
            let copied = holds(&folder, &path);
            let now = orientation(&copied);
            let is_upright = now.is_empty() || now == "1";
            assert!(if turn == 1 { is_upright } else { now == "6" }, "{name}: {now}");
        }
    }
}

#[test]
fn gifs_lose_their_comments_and_go_on_moving() {
    let folder = Folder::new();
    let path = folder.path().join("a.gif");
    let out = path.display().to_string();
    run("convert", &["-delay", "10", "-loop", "3", "-size", "60x40", "plasma:", "plasma:", "plasma:", &out]);
    let frames = run("identify", &["-format", "%# %T %s;", &out]);
    exiftool(
        &path,
        &[
            "-q",
            "-overwrite_original",
            "-Comment=A quiet street",
            "-XMP-exif:GPSLatitude=48.8584",
            "-XMP-exif:GPSLongitude=2.2945",
            "-XMP-dc:Creator=Jane Roe",
        ],
    );
    let copied = holds(&folder, &path);
    assert_eq!(run("identify", &["-format", "%# %T %s;", &copied.display().to_string()]), frames);
    let loops = |path: &Path| exiftool(path, &["-s3", "-AnimationIterations"]);
    assert!(!loops(&path).is_empty());
    assert_eq!(loops(&copied), loops(&path));
}

#[test]
fn heics_and_avifs_say_nothing_any_more() {
    let folder = Folder::new();
    for name in ["a.heic", "a.avif"] {
        let path = picture(&folder, name, &[]);
        tell(&path, 1);
        holds(&folder, &path);
    }
}

#[test]
fn what_says_nothing_needs_no_copy() {
    let folder = Folder::new();
    for name in ["a.jpg", "a.webp", "a.avif", "a.bmp"] {
        let path = picture(&folder, name, &["-strip"]);
        assert!(bare(&folder, &path).is_none(), "{name}");
        let told = metadata(&path).unwrap();
        assert!(!told.has_location && told.bytes == 0, "{name}: {told:?}");
        // The others are looked at by a reader.
        assert_eq!(tells_nothing(&path), matches!(name, "a.jpg" | "a.webp"), "{name}");
    }
    for (name, bytes) in [
        ("text.txt", &b"no picture"[..]),
        ("empty.jpg", b""),
        ("short.jpg", b"\xff\xd8\xff"),
        ("short.png", b"\x89PNG\r\n\x1a\n"),
        ("short.gif", b"GIF89a"),
        ("short.webp", b"RIFF\xff\xff\xff\xffWEBPVP8 "),
        ("short.tif", b"II*\0\x08\0\0\0"),
        ("short.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        ("odd.svg", b"<svg/>"),
    ] {
        let path = folder.file(name, bytes);
        assert!(bare(&folder, &path).is_none(), "{name}");
    }
}

#[test]
fn a_film_says_its_place_and_is_left_as_it_is() {
    let folder = Folder::new();
    let path = folder.ffmpeg(
        &format!(
            "{} -t 1 {} -metadata location=+48.8584+002.2945/",
            crate::support::CLIP,
            crate::support::H264
        ),
        "a.mp4",
    );
    let told = metadata(&path).unwrap();
    assert_eq!((told.has_location, told.removable), (true, false));
    let (north, east) = told.place.unwrap();
    assert!((north - 48.8584).abs() < 1e-4 && (east - 2.2945).abs() < 1e-4, "{told:?}");
    let plain = folder.ffmpeg(&format!("{} -t 1 {}", crate::support::CLIP, crate::support::H264), "b.mov");
    assert!(!metadata(&plain).unwrap().has_location);
}

/// Every length and offset of honest files, wrong in turn: no panic, and never a copy that still tells.
#[test]
fn damaged_files_tell_no_lies() {
    let folder = Folder::new();
    let into = folder.path().join("copies");
    std::fs::create_dir_all(&into).unwrap();
    for name in ["a.jpg", "a.png", "a.webp", "a.tif", "a.heic", "a.gif"] {
        let path = picture(&folder, name, &["-resize", "24x16"]);
        if name == "a.gif" {
            exiftool(&path, &["-q", "-overwrite_original", "-XMP-exif:GPSLatitude=48.8584"]);
        } else {
            tell(&path, 6);
        }
        let whole = std::fs::read(&path).unwrap();
        let mut random = fastrand::Rng::with_seed(5);
        for round in 0..150 {
            let mut bytes = whole.clone();
            match round % 3 {
                0 => bytes.truncate(random.usize(..bytes.len())),
                1 => {
                    let at = random.usize(..bytes.len());
                    bytes[at] = random.u8(..);
                }
                _ => {
                    let at = random.usize(..bytes.len() - 4);
                    bytes[at..at + 4].fill([0, 0x7f, 0xff][random.usize(..3)]);
                }
            }
            let hurt = folder.file(&format!("hurt-{name}"), &bytes);
            let clean = Readers::tells_nothing(&bytes);
            let Ok(told) = metadata(&hurt) else {
                assert!(!clean, "{name} {round}");
                continue;
            };
            assert!(!(clean && (told.has_location || told.removable)), "{name} {round}: {told:?}");
            let Ok(Some(copied)) = copy(&hurt, WITHOUT, &into) else { continue };
            let now = metadata(&copied.facts.path).unwrap();
            assert!(!now.has_location, "{name} {round}: {now:?}");
            assert_eq!(copy(&copied.facts.path, WITHOUT, &into).unwrap(), None, "{name} {round}");
            std::fs::remove_file(copied.facts.path).unwrap();
        }
    }
}
