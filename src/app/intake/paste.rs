//! What was pasted, as files: those that were copied, or one that is written with the picture or the text.

use std::path::{Path, PathBuf};

use jiff::Zoned;

use crate::domain::error::Failure;
use crate::media;
use crate::model::intake::Pasted;
use crate::platform::clipboard::{self, Held};
use crate::platform::files;

/// Names that are tried before a moment counts as taken.
const SAME_SECOND: u32 = 100;

/// The text that egui read, or what the clipboard holds. Blocks.
pub(super) fn take(text: Option<String>, folder: &Path) -> Pasted {
    match text.map_or_else(clipboard::read, picture_or_text) {
        Held::Files(paths) => Pasted::Paths(paths),
        Held::Picture { width, height, rgba } => {
            kept(media::png_of(width, height, &rgba).and_then(|png| keep(folder, "png", &png)))
        }
        Held::Text(text) => match clipboard::paths_in(&text) {
            Some(paths) => Pasted::Paths(paths),
            None if text.trim().is_empty() => Pasted::Nothing,
            None => kept(keep(folder, "txt", text.as_bytes())),
        },
        Held::Nothing => Pasted::Nothing,
    }
}

/// On Wayland egui reads the HTML that a browser copies together with a picture.
fn picture_or_text(text: String) -> Held {
    let picture = if text.trim_start().starts_with('<') { clipboard::read_picture() } else { None };
    picture.unwrap_or(Held::Text(text))
}

fn kept(path: Result<PathBuf, Failure>) -> Pasted {
    path.map_or_else(Pasted::Failed, Pasted::Kept)
}

/// Writes it as `pasted-2026-11-21-140203.png`; it stays, because the history names it.
fn keep(folder: &Path, extension: &str, bytes: &[u8]) -> Result<PathBuf, Failure> {
    files::create_private_dir(folder)?;
    let stem = Zoned::now().strftime("pasted-%Y-%m-%d-%H%M%S").to_string();
    let names = (1..SAME_SECOND).map(|number| match number {
        1 => format!("{stem}.{extension}"),
        _ => format!("{stem}-{number}.{extension}"),
    });
    let free = names.map(|name| folder.join(name)).find(|path| !path.exists());
    let path = free.unwrap_or_else(|| folder.join(format!("{stem}.{extension}")));
    files::write_atomically(&path, bytes)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn lines_of_files_that_exist_are_those_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ä b.txt");
        std::fs::File::create(&path).unwrap();
        let url = Url::from_file_path(&path).unwrap();
        for text in [
            format!("{}\n", path.display()),
            format!("{}\r\n{}\r\n", path.display(), folder.path().display()),
            format!("{url}\r\n"),
            format!("# copied\n{url}\n{}", path.display()),
            format!("x-special/nautilus-clipboard\ncopy\n{url}\n"),
        ] {
            let Pasted::Paths(paths) = take(Some(text.clone()), folder.path()) else { panic!("{text}") };
            assert_eq!(paths.first(), Some(&path), "{text}");
        }
    }

    #[test]
    fn any_other_text_becomes_a_file_that_stays() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("pasted");
        for text in ["Hello\n/dev/null", "relative.txt", "/not/there", "file:///not/there", "https://a/b"] {
            let Pasted::Kept(path) = take(Some(text.to_owned()), &inside) else { panic!("{text}") };
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(std::fs::read_dir(&inside).unwrap().count(), 5, "none took another's place");
        assert!(matches!(take(Some(" \n".to_owned()), &inside), Pasted::Nothing));
    }

    #[test]
    fn a_picture_becomes_a_png_with_the_same_pixels() {
        let folder = tempfile::tempdir().unwrap();
        let rgba = [255, 0, 0, 255, 0, 0, 255, 128];
        let path = keep(folder.path(), "png", &media::png_of(2, 1, &rgba).unwrap()).unwrap();
        let facts = media::inspect(&path).unwrap();
        assert_eq!((facts.pixels, facts.mime.as_str()), (Some((2, 1)), "image/png"));
        assert!(media::png_of(3, 1, &rgba).is_err(), "pixels are missing");
    }
}
