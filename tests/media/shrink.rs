//! Smaller copies of real pictures.

use std::fs::File;
use std::path::{Path, PathBuf};

use affix::domain::attachment::FileFacts;
use affix::domain::changes::{CopyWish, PictureType, Removed};
use affix::domain::error::{Kind, Step};
use affix::media::{copy, inspect};

use crate::support::{CLIP, Folder, QUARTERS, quarters};

fn at_most(max_bytes: u64) -> CopyWish {
    CopyWish { max_bytes: Some(max_bytes), ..CopyWish::default() }
}

fn bytes_of(path: &Path) -> u64 {
    inspect(path).unwrap().size
}

/// Shrinks, and holds what every copy has to hold.
fn shrink(folder: &Folder, path: &Path, max_bytes: u64) -> FileFacts {
    let before = std::fs::read(path).unwrap();
    let into = folder.path().join("copies");
    std::fs::create_dir_all(&into).unwrap();
    let facts = copy(path, at_most(max_bytes), &into).unwrap().expect("it is larger").facts;
    assert_eq!(std::fs::read(path).unwrap(), before, "the picture itself was changed");
    assert!(facts.size <= max_bytes, "{} bytes of {max_bytes}", facts.size);
    assert!(facts.path.starts_with(&into) && facts.path != path);
    // What it says of the copy is what inspecting the copy says.
    let inspected = inspect(&facts.path).unwrap();
    assert_eq!((inspected.size, &inspected.mime, inspected.pixels), (facts.size, &facts.mime, facts.pixels));
    facts
}

/// A photo-like picture of about half a megabyte.
fn noisy(folder: &Folder, name: &str) -> PathBuf {
    let noise = "testsrc2=size=800x600,noise=alls=40:allf=t";
    folder.ffmpeg(&format!("-f lavfi -i {noise} -frames:v 1 -q:v 1"), name)
}

#[test]
fn copies_use_the_room_that_they_have() {
    let folder = Folder::new();
    let path = noisy(&folder, "My Photo.JPG");
    let size = bytes_of(&path);
    for max_bytes in [size - 1, size / 3, 60_000, 8_000] {
        let facts = shrink(&folder, &path, max_bytes);
        assert_eq!((facts.name.as_str(), facts.mime.as_str()), ("My Photo.JPG", "image/jpeg"));
        let is_whole = facts.pixels == Some((800, 600));
        assert!(is_whole || facts.size * 2 > max_bytes, "{} bytes of {max_bytes}", facts.size);
        let (width, height) = facts.pixels.unwrap();
        assert!((width * 3).abs_diff(height * 4) <= 4, "{width}×{height}");
    }
    // A little less is reached by quality alone.
    assert_eq!(shrink(&folder, &path, size * 2 / 3).pixels, Some((800, 600)));
}

#[test]
fn a_turned_photo_comes_out_upright_and_without_its_place() {
    let folder = Folder::new();
    for (orientation, pixels, colors) in [
        (1, (320, 180), ["red", "green", "blue", "white"]),
        (3, (320, 180), ["white", "blue", "green", "red"]),
        (6, (180, 320), ["blue", "red", "white", "green"]),
        (8, (180, 320), ["green", "white", "red", "blue"]),
    ] {
        let path = folder.turned_jpeg("turned.jpg", orientation);
        // What is behind the picture makes the file longer than the limit.
        File::options().write(true).open(&path).unwrap().set_len(200_000).unwrap();
        let facts = shrink(&folder, &path, 100_000);
        assert_eq!(facts.pixels, Some(pixels), "{orientation}");
        let copy = std::fs::read(&facts.path).unwrap();
        assert_eq!(quarters(&image::load_from_memory(&copy).unwrap().into_rgb8()), colors, "{orientation}");
        assert!(!copy.windows(4).any(|word| word == b"Exif" || word == b"GPS "));
    }
}

#[test]
fn what_is_transparent_stays_so_and_what_is_opaque_becomes_a_jpeg() {
    let folder = Folder::new();
    let noise = "testsrc2=size=600x400,noise=alls=60:allf=t,format=rgba";
    let clear = folder.ffmpeg(
        &format!(
            "-f lavfi -i {noise},geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lt(X,300),0,255)' -frames:v 1"
        ),
        "logo.png",
    );
    let facts = shrink(&folder, &clear, 100_000);
    assert_eq!((facts.name.as_str(), facts.mime.as_str()), ("logo.png", "image/png"));
    let copy = image::open(&facts.path).unwrap().into_rgba8();
    let (width, height) = copy.dimensions();
    assert_eq!(copy.get_pixel(width / 4, height / 2).0[3], 0);
    assert_eq!(copy.get_pixel(width * 3 / 4, height / 2).0[3], 255);

    let opaque = folder.ffmpeg(&format!("-f lavfi -i {noise} -frames:v 1"), "screen.png");
    let facts = shrink(&folder, &opaque, 100_000);
    assert_eq!((facts.name.as_str(), facts.mime.as_str()), ("screen.jpg", "image/jpeg"));
    let bitmap = folder.ffmpeg(&format!("{CLIP} -frames:v 1"), "old.bmp");
    assert_eq!(shrink(&folder, &bitmap, 100_000).name, "old.jpg");
}

#[test]
fn two_copies_of_one_name_do_not_meet() {
    let folder = Folder::new();
    let path = folder.ffmpeg(&format!("{CLIP} -frames:v 1"), "a.png");
    let max_bytes = bytes_of(&path) - 1;
    let (first, second) = (shrink(&folder, &path, max_bytes), shrink(&folder, &path, max_bytes));
    assert_eq!(first.name, second.name);
    assert_ne!(first.path, second.path);
}

#[test]
fn what_cannot_be_made_smaller_is_said_in_words() {
    let folder = Folder::new();
    let photo = noisy(&folder, "photo.jpg");
    let half = std::fs::read(folder.ffmpeg(&format!("{CLIP} -frames:v 1"), "half.png")).unwrap();
    let into = folder.path().join("copies");
    std::fs::create_dir(&into).unwrap();
    for (path, kind, broke) in [
        (photo.clone(), Kind::TooLarge, "“photo.jpg” cannot be made as small as 5 B"),
        (
            folder.ffmpeg(&format!("{CLIP} -t 1"), "moving.gif"),
            Kind::WrongType,
            "“moving.gif” is animated, and a smaller copy would stand still",
        ),
        (
            folder.ffmpeg(&format!("{CLIP} -t 1 -f apng"), "moving.png"),
            Kind::WrongType,
            "“moving.png” is animated, and a smaller copy would stand still",
        ),
        (
            folder.ffmpeg(&format!("{CLIP} -t 1 -c:v libwebp_anim"), "moving.webp"),
            Kind::WrongType,
            "“moving.webp” is animated, and a smaller copy would stand still",
        ),
        (
            folder.file("text.jpg", b"<html>"),
            Kind::WrongType,
            "“text.jpg” is not a kind of picture that can be made smaller here",
        ),
        (
            folder.file("half.png", &half[..half.len() / 2]),
            Kind::Unreadable,
            "“half.png” is broken, so no smaller copy can be made",
        ),
    ] {
        let failure = copy(&path, at_most(5), &into).unwrap_err();
        assert_eq!((failure.kind, failure.broke.as_str()), (kind, broke));
        assert_eq!(failure.step, Some(Step::Prepare), "{failure}");
        assert!(failure.advice.is_some(), "{failure}");
    }
    assert_eq!(std::fs::read_dir(&into).unwrap().count(), 0, "nothing is left behind");
    let failure = copy(&photo, at_most(100_000), &folder.path().join("no folder")).unwrap_err();
    assert_eq!(failure.kind, Kind::Storage);
    let failure = copy(&folder.path().join("absent"), at_most(100_000), &into).unwrap_err();
    assert_eq!(failure.kind, Kind::Unreadable);
}

#[test]
fn pictures_are_converted_upright_and_each_time_to_the_same_bytes() {
    let folder = Folder::new();
    let into = folder.path().join("copies");
    std::fs::create_dir(&into).unwrap();
    let still = format!("-f lavfi -i {QUARTERS} -frames:v 1");
    for name in ["a.webp", "a.tiff", "a.bmp", "a.png"] {
        // ffmpeg's TIFFs are YCbCr unless they are told otherwise.
        let format = if name == "a.tiff" { "-pix_fmt rgb24" } else { "" };
        let path = folder.ffmpeg(&format!("{still} {format}"), name);
        for (to, wanted) in [(PictureType::Jpeg, "a.jpg"), (PictureType::Png, "a.png")] {
            let wish = CopyWish { to: Some(to), without_metadata: true, max_bytes: None };
            let made = copy(&path, wish, &into).unwrap();
            if name == wanted {
                assert!(made.is_none_or(|made| made.facts.pixels == Some((320, 180))), "{name}");
                continue;
            }
            let facts = made.unwrap().facts;
            assert_eq!((facts.name.as_str(), facts.mime.as_str()), (wanted, to.mime()), "{name}");
            let decoded = image::open(&facts.path).unwrap().into_rgb8();
            assert_eq!(quarters(&decoded), ["red", "green", "blue", "white"], "{name}");
            let again = copy(&path, wish, &into).unwrap().unwrap().facts;
            assert_eq!(std::fs::read(again.path).unwrap(), std::fs::read(facts.path).unwrap(), "{name}");
        }
    }
    let turned = folder.turned_jpeg("turned.jpg", 6);
    let wish = CopyWish { to: Some(PictureType::Png), ..CopyWish::default() };
    let made = copy(&turned, wish, &into).unwrap().unwrap();
    assert_eq!((made.facts.pixels, made.removed), (Some((180, 320)), Some(Removed::Metadata)));
    let decoded = image::open(&made.facts.path).unwrap().into_rgb8();
    assert_eq!(quarters(&decoded), ["blue", "red", "white", "green"]);
}

#[test]
fn what_is_transparent_shows_white_in_a_jpeg() {
    let folder = Folder::new();
    let clear = folder.path().join("clear.png");
    image::RgbaImage::from_pixel(40, 30, image::Rgba([200, 0, 0, 0])).save(&clear).unwrap();
    let wish = CopyWish { to: Some(PictureType::Jpeg), max_bytes: Some(50_000), without_metadata: true };
    let made = copy(&clear, wish, folder.path()).unwrap().unwrap();
    let decoded = image::open(made.facts.path).unwrap().into_rgb8();
    assert!(decoded.pixels().all(|pixel| pixel.0.iter().all(|level| *level > 250)));
}

#[test]
fn a_copy_that_fits_without_its_metadata_is_not_encoded_anew() {
    let folder = Folder::new();
    let path = folder.turned_jpeg("a.jpg", 6);
    let size = bytes_of(&path);
    let wish = CopyWish { max_bytes: Some(size - 1), without_metadata: true, to: None };
    let made = copy(&path, wish, folder.path()).unwrap().unwrap().facts;
    assert_eq!(made.pixels, Some((180, 320)));
    let (before, after) = (std::fs::read(&path).unwrap(), std::fs::read(made.path).unwrap());
    let tail = 2000.min(after.len() / 2);
    assert_eq!(before[before.len() - tail..], after[after.len() - tail..], "the same picture");
    // As it is, it does not need one at all.
    let wish = CopyWish { max_bytes: Some(size), ..CopyWish::default() };
    assert_eq!(copy(&path, wish, folder.path()).unwrap(), None);
}
