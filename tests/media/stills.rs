//! Still pictures: real files, `ImageMagick` (which makes them too) as the judge.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use affix::domain::error::Kind;
use affix::media::{Area, Rgba, part, preview};
use image::RgbaImage;

use crate::support::Folder;

const FILE: &str = "AFFIX_TEST_FILE";
/// A photo-like picture: soft shapes and some noise.
const PHOTO: &str = "-seed 5 plasma:fractal -seed 7 -attenuate 0.3 +noise Gaussian -depth 8";

fn convert(folder: &Folder, arguments: &str, name: &str) -> PathBuf {
    let path = folder.path().join(name);
    let output = Command::new("convert")
        .current_dir(folder.path())
        .args(arguments.split_whitespace())
        .arg(&path)
        .output()
        .expect("these tests need ImageMagick: apt-get install imagemagick");
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    path
}

/// The mean difference of a channel, 0 to 255, between a look and what the judge makes of this file.
fn difference(folder: &Folder, look: &Rgba, judged: &str) -> f64 {
    let size = format!("{}x{}!", look.width, look.height);
    let judge = convert(folder, &format!("{judged} -resize {size} -depth 8"), "judge.png");
    let judge = image::open(judge).unwrap().into_rgba8();
    mean(look, &multiplied(judge))
}

fn multiplied(mut picture: RgbaImage) -> Vec<u8> {
    for pixel in picture.pixels_mut() {
        let alpha = u32::from(pixel.0[3]);
        for color in &mut pixel.0[..3] {
            *color = u8::try_from((u32::from(*color) * alpha + 127) / 255).unwrap();
        }
    }
    picture.into_raw()
}

fn mean(look: &Rgba, other: &[u8]) -> f64 {
    assert_eq!(look.pixels.len(), other.len());
    let sum: u64 = look.pixels.iter().zip(other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / other.len() as f64
}

#[test]
fn every_kind_of_jpeg_looks_as_the_judge_shows_it() {
    let folder = Folder::new();
    convert(&folder, &format!("-size 1601x1203 {PHOTO}"), "photo.ppm");
    for (name, how) in [
        ("plain.jpg", "-sampling-factor 4:2:0"),
        ("full.jpg", "-sampling-factor 4:4:4"),
        ("half.jpg", "-sampling-factor 4:2:2"),
        ("upright.jpg", "-sampling-factor 1x2,1x1,1x1"),
        ("quarter.jpg", "-sampling-factor 4x1,1x1,1x1"),
        ("restarts.jpg", "-define jpeg:restart-interval=7 -sampling-factor 4:2:0"),
        ("scans.jpg", "-interlace JPEG -sampling-factor 4:2:0"),
        ("scans-full.jpg", "-interlace JPEG -sampling-factor 4:4:4"),
        ("scans-half.jpg", "-interlace JPEG -sampling-factor 4:2:2"),
        ("scans-grey.jpg", "-interlace JPEG -colorspace gray"),
        ("grey.jpg", "-colorspace gray"),
        ("apart.jpg", "-interlace plane -sampling-factor 4:2:0"),
        ("ink.jpg", "-colorspace CMYK"),
        ("rgb.jpg", "-set colorspace sRGB -define jpeg:colorspace=RGB"),
        ("coarse.jpg", "-quality 20"),
    ] {
        let path = convert(&folder, &format!("photo.ppm {how}"), name);
        // By the means of the blocks, at an eighth, a quarter, a half, and whole.
        for side in [64, 180, 256, 500, 900, 1601] {
            let look = preview(&path, side).unwrap();
            let height = (u64::from(side) * 1203 + 800) / 1601;
            assert_eq!((look.width, u64::from(look.height)), (side, height), "{name}");
            let off = difference(&folder, &look, &format!("{name} -colorspace sRGB"));
            assert!(off < 3.0, "{name} at {side}: {off}");
        }
    }
}

#[test]
fn a_file_of_another_order_of_scans_is_read_to_where_its_colours_are() {
    let folder = Folder::new();
    convert(&folder, &format!("-size 1600x1200 {PHOTO}"), "photo.ppm");
    // As mozjpeg writes them: the colours' means come after details of the brightness.
    let scans = "0: 0-0, 0, 0;\n0: 1-8, 0, 2;\n1: 0-0, 0, 0;\n2: 0-0, 0, 0;\n0: 9-63, 0, 2;\n0: 1-63, 2, 1;\n\
        0: 1-63, 1, 0;\n1: 1-63, 0, 0;\n2: 1-63, 0, 0;\n";
    // And the means themselves in two steps.
    let steps = "0,1,2: 0-0, 0, 2;\n0: 1-63, 0, 0;\n1: 1-63, 0, 0;\n2: 1-63, 0, 0;\n0,1,2: 0-0, 2, 1;\n\
        0,1,2: 0-0, 1, 0;\n";
    for (name, script) in [("late.jpg", scans), ("steps.jpg", steps)] {
        let bytes = with_scans(&folder.path().join("photo.ppm"), script, folder.path());
        let path = folder.file(name, &bytes);
        let look = preview(&path, 128).unwrap();
        let off = difference(&folder, &look, "photo.ppm");
        assert!(off < 4.0, "{name}: {off}");
    }
}

/// `jpegtran` or `cjpeg` where there is one; else a plain progressive file, which the other tests have as well.
fn with_scans(photo: &Path, script: &str, folder: &Path) -> Vec<u8> {
    let scans = folder.join("scans.txt");
    std::fs::File::create(&scans)
        .and_then(|mut file| std::io::Write::write_all(&mut file, script.as_bytes()))
        .unwrap();
    let made = Command::new("cjpeg").arg("-scans").arg(&scans).arg(photo).output();
    if let Some(made) = made.ok().filter(|made| made.status.success()) {
        return made.stdout;
    }
    Command::new("convert").arg(photo).args(["-interlace", "JPEG", "jpeg:-"]).output().unwrap().stdout
}

#[test]
fn pngs_of_every_kind_look_as_the_judge_shows_them() {
    let folder = Folder::new();
    convert(&folder, &format!("-size 1201x903 {PHOTO}"), "photo.ppm");
    for (name, how) in [
        ("rgb.png", "-define png:color-type=2"),
        ("deep.png", "-depth 16 -define png:bit-depth=16 -define png:color-type=2"),
        ("palette.png", "-colors 200 -define png:color-type=3"),
        ("grey.png", "-colorspace gray -define png:color-type=0"),
        ("bits.png", "-colorspace gray -colors 2 -define png:bit-depth=1"),
        ("alpha.png", "-alpha set -channel A -fx i/w +channel -define png:color-type=6"),
        ("passes.png", "-interlace PNG -define png:color-type=2"),
        (
            "passes-alpha.png",
            "-alpha set -channel A -fx j/h +channel -interlace PNG -define png:color-type=6",
        ),
    ] {
        let path = convert(&folder, &format!("photo.ppm {how}"), name);
        for side in [48, 256, 700, 1201] {
            let look = preview(&path, side).unwrap();
            let off = difference(&folder, &look, name);
            assert!(off < 3.0, "{name} at {side}: {off}");
        }
    }
}

#[test]
fn other_formats_look_as_the_judge_shows_them() {
    let folder = Folder::new();
    convert(&folder, &format!("-size 401x303 {PHOTO}"), "photo.ppm");
    for (name, how) in [
        ("a.gif", ""),
        ("a.webp", "-quality 90"),
        ("alpha.webp", "-alpha set -channel A -fx i/w +channel -define webp:lossless=true"),
        ("a.bmp", ""),
        ("a.tif", "-compress lzw"),
        ("deep.tif", "-depth 16 -compress zip"),
        ("a.ico", "-resize 200x151!"),
    ] {
        let path = convert(&folder, &format!("photo.ppm {how}"), name);
        let look = preview(&path, 100).unwrap();
        assert_eq!((look.width, look.height), (100, 76), "{name}");
        let off = difference(&folder, &look, name);
        assert!(off < 3.0, "{name}: {off}");
    }
}

/// The same picture with a colour profile that calls red green.
#[test]
fn colour_profiles_are_obeyed_and_broken_ones_ignored() {
    let folder = Folder::new();
    let plain = convert(&folder, "-size 400x300 xc:rgb(200,40,40)", "plain.png");
    let mut profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let with = |profile: &[u8]| {
        let picture = image::open(&plain).unwrap().into_rgb8();
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 98);
        image::ImageEncoder::set_icc_profile(&mut encoder, profile.to_vec()).unwrap();
        encoder.encode_image(&picture).unwrap();
        bytes
    };
    let look = preview(&folder.file("p3.jpg", &with(&profile)), 50).unwrap();
    // Red of Display P3 is a deeper one in sRGB.
    assert!(look.pixels[0] > 210 && look.pixels[1] < 25, "{:?}", &look.pixels[..4]);
    profile.truncate(200);
    let look = preview(&folder.file("broken.jpg", &with(&profile)), 50).unwrap();
    assert!(look.pixels[0].abs_diff(200) < 4 && look.pixels[1].abs_diff(40) < 4, "{:?}", &look.pixels[..4]);
}

#[test]
fn parts_are_those_of_the_upright_picture() {
    let folder = Folder::new();
    convert(&folder, &format!("-size 800x600 {PHOTO}"), "photo.ppm");
    let area = Area { x: 120, y: 200, width: 300, height: 150 };
    for name in ["a.jpg", "scans.jpg", "a.png", "a.webp", "a.bmp"] {
        let how = if name == "scans.jpg" { "-interlace JPEG" } else { "" };
        let path = convert(&folder, &format!("photo.ppm -quality 95 {how}"), name);
        for side in [30, 150, 300] {
            let look = part(&path, area, side).unwrap();
            assert_eq!((look.width, look.height), (side, side / 2), "{name}");
            let off = difference(&folder, &look, &format!("{name} -crop 300x150+120+200 +repage"));
            assert!(off < 3.0, "{name} at {side}: {off}");
        }
        let beside = Area { x: 900, ..area };
        assert_eq!(part(&path, beside, 100).unwrap_err().kind, Kind::WrongType);
    }
    // Turned on its side: 180 × 320, red above, as the judge turns it.
    for orientation in 1..=8 {
        let path = folder.turned_jpeg("turned.jpg", orientation);
        let area = Area { x: 10, y: 20, width: 100, height: 120 };
        let look = part(&path, area, 100).unwrap();
        let off = difference(&folder, &look, "turned.jpg -auto-orient +repage -crop 100x120+10+20 +repage");
        assert!(off < 3.0, "{orientation}: {off}");
        let off = difference(&folder, &preview(&path, 60).unwrap(), "turned.jpg -auto-orient");
        assert!(off < 4.0, "{orientation}: {off}");
    }
}

/// A photo with a small copy of another colour in its EXIF, so that it is seen which one is shown.
fn with_thumbnail(folder: &Folder, size: &str, cut: usize) -> PathBuf {
    let photo = std::fs::read(convert(folder, "-size 1200x800 xc:red", "red.jpg")).unwrap();
    let small = std::fs::read(convert(folder, &format!("-size {size} xc:blue -strip"), "blue.jpg")).unwrap();
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\0\0\x0e\0\0\0\x02\0".to_vec();
    for (tag, value) in [(0x0201_u16, 44_u32), (0x0202, u32::try_from(small.len()).unwrap())] {
        exif.extend(
            [&tag.to_le_bytes()[..], &4_u16.to_le_bytes(), &1_u32.to_le_bytes(), &value.to_le_bytes()]
                .concat(),
        );
    }
    exif.extend([0; 4]);
    exif.extend(&small[..small.len() - cut]);
    exif.extend(vec![0; cut]);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    folder.file("both.jpg", &[&photo[..2], &[0xff, 0xe1], &length, &exif, &photo[2..]].concat())
}

#[test]
fn a_copy_in_the_file_is_shown_where_it_will_do() {
    let folder = Folder::new();
    let blue = |path: &Path, side| preview(path, side).unwrap().pixels[2] > 200;
    let path = with_thumbnail(&folder, "300x200", 0);
    assert!(blue(&path, 256) && blue(&path, 300), "large enough");
    assert!(!blue(&path, 301), "too small");
    assert!(!blue(&with_thumbnail(&folder, "300x240", 0), 256), "another shape");
    assert!(blue(&with_thumbnail(&folder, "300x203", 0), 256), "rounded to whole units");
    assert!(!blue(&with_thumbnail(&folder, "300x200", 60), 256), "broken");
}

#[test]
fn truncated_photos_show_what_is_there() {
    let folder = Folder::new();
    convert(&folder, &format!("-size 1600x1200 {PHOTO}"), "photo.ppm");
    for how in ["", "-interlace JPEG"] {
        let whole = std::fs::read(convert(&folder, &format!("photo.ppm {how}"), "whole.jpg")).unwrap();
        let path = folder.file("cut.jpg", &whole[..whole.len() / 2]);
        for side in [100, 256, 1600] {
            let (cut, all) =
                (preview(&path, side).unwrap(), preview(&folder.path().join("whole.jpg"), side).unwrap());
            let top = cut.pixels.len() / 4;
            let upper = Rgba { width: 0, height: 0, pixels: cut.pixels[..top].to_vec() };
            let off = mean(&upper, &all.pixels[..top]);
            assert!(off < 8.0, "{how} at {side}: {off}");
        }
        let begin = whole.windows(2).position(|bytes| bytes == [0xff, 0xda]).unwrap();
        for end in [begin + 2, begin + 14, 20] {
            let failure = preview(&folder.file("none.jpg", &whole[..end]), 100).unwrap_err();
            assert_eq!(failure.kind, Kind::Unreadable, "{how} {end}");
            assert_eq!(failure.broke, "“none.jpg” is broken, so it cannot be shown");
        }
    }
    let png = std::fs::read(convert(&folder, "photo.ppm", "whole.png")).unwrap();
    let failure = preview(&folder.file("cut.png", &png[..png.len() / 2]), 100).unwrap_err();
    assert_eq!(failure.kind, Kind::Unreadable);
}

#[test]
fn shapes_at_the_edge_have_a_look() {
    let folder = Folder::new();
    for (size, side, expected) in
        [("1x1", 256, (1, 1)), ("1x9000", 256, (1, 256)), ("9000x1", 16, (16, 1)), ("3000x2", 1, (1, 1))]
    {
        for name in ["a.jpg", "a.png", "a.bmp"] {
            let path = convert(&folder, &format!("-size {size} xc:rgb(90,160,200)"), name);
            let look = preview(&path, side).unwrap();
            assert_eq!((look.width, look.height), expected, "{size} {name}");
            assert!(look.pixels[2].abs_diff(200) < 4, "{size} {name}: {:?}", &look.pixels[..4]);
        }
    }
    // Mislabelled files are what they are.
    let path = convert(&folder, "-size 60x40 xc:green", "a.png");
    std::fs::copy(path, folder.path().join("b.jpg")).unwrap();
    assert_eq!(preview(&folder.path().join("b.jpg"), 30).unwrap().width, 30);
}

#[test]
fn headers_that_promise_billions_of_pixels_cost_nothing() {
    let folder = Folder::new();
    let side = 50_000_u32;
    let patched = |name: &str, at: &[usize], bytes: &dyn Fn() -> Vec<u8>| {
        let mut file = std::fs::read(convert(&folder, "-size 60x40 xc:red", name)).unwrap();
        for at in at {
            let new = bytes();
            file[*at..*at + new.len()].copy_from_slice(&new);
        }
        folder.file(name, &file)
    };
    let short = || u16::try_from(side).unwrap().to_be_bytes().to_vec();
    let jpeg = std::fs::read(convert(&folder, "-size 60x40 xc:red", "a.jpg")).unwrap();
    let frame = jpeg.windows(2).position(|bytes| bytes == [0xff, 0xc0]).unwrap();
    let files = [
        patched("a.jpg", &[frame + 5, frame + 7], &short),
        patched("a.gif", &[6, 8], &|| u16::try_from(side).unwrap().to_le_bytes().to_vec()),
        patched("a.bmp", &[18, 22], &|| side.to_le_bytes().to_vec()),
    ];
    for path in files {
        let began = Instant::now();
        let failure = preview(&path, 256).unwrap_err();
        assert_eq!(failure.kind, Kind::TooLarge, "{} {failure}", path.display());
        assert!(failure.broke.contains("50000 × 50000 pixels, too many"), "{}", failure.broke);
        assert!(began.elapsed() < Duration::from_secs(2), "{}", path.display());
    }
}

#[test]
#[ignore = "the other tests of this file run it in a process of its own, whose memory is measured"]
fn look() {
    let path = std::env::var_os(FILE).unwrap();
    let side = std::env::var("AFFIX_TEST_SIDE").unwrap().parse().unwrap();
    let look = preview(Path::new(&path), side);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim();
    println!(
        "told: {} {}",
        peak.trim_end_matches(" kB"),
        look.map_or_else(|broke| broke.broke, |_| "shown".to_owned())
    );
}

/// The peak memory of a process that does nothing else, in MiB, and what came of it.
fn looked_alone(path: &Path, side: u32) -> (u64, String) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "stills::look", "--ignored", "--nocapture"])
        .env(FILE, path)
        .env("AFFIX_TEST_SIDE", side.to_string())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let told = text.lines().find_map(|line| line.split_once("told: ")).expect(&text).1;
    let (peak, what) = told.split_once(' ').unwrap();
    (peak.parse::<u64>().unwrap() / 1024, what.to_owned())
}

#[cfg(target_os = "linux")]
#[test]
fn the_memory_is_the_small_pictures_whatever_the_file_has() {
    let folder = Folder::new();
    let none = looked_alone(&folder.file("none.txt", b""), 256).0;
    convert(&folder, "-size 6000x4000 gradient:red-blue", "photo.ppm");
    for (name, how) in [
        ("plain.jpg", "-sampling-factor 4:2:0"),
        ("scans.jpg", "-interlace JPEG"),
        ("rows.png", "-quality 10"),
    ] {
        let path = convert(&folder, &format!("photo.ppm {how}"), name);
        let (peak, what) = looked_alone(&path, 256);
        assert_eq!(what, "shown");
        assert!(peak < none + 12, "{name}: {peak} MiB, {none} MiB without it");
    }
    // 144 megapixels in some hundred kilobytes.
    let bomb = folder.ffmpeg("-f lavfi -i color=red:s=12000x12000 -frames:v 1 -pix_fmt rgba", "bomb.png");
    assert!(bomb.metadata().unwrap().len() < 4_000_000);
    let (peak, what) = looked_alone(&bomb, 256);
    assert_eq!(what, "shown");
    assert!(peak < none + 16, "{peak} MiB, {none} MiB without it");
    // In passes it is all of it or nothing: an eighth of each side is enough here.
    let passes =
        convert(&folder, "-size 10000x10000 xc:red -interlace PNG -define png:color-type=6", "passes.png");
    let (peak, what) = looked_alone(&passes, 256);
    assert_eq!(what, "shown");
    assert!(peak < none + 64, "{peak} MiB, {none} MiB without it");
    let (peak, what) = looked_alone(&passes, 1600);
    assert!(what == "shown" && peak < none + 330, "{what}: {peak} MiB");
}
