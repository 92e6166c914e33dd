//! What others put on the clipboard. Reading waits for the program that owns it: never on the UI thread.

use std::path::PathBuf;

use arboard::Clipboard;
use url::Url;

/// What the clipboard holds, the most useful first: files, a picture, a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    Files(Vec<PathBuf>),
    Picture {
        width: u32,
        height: u32,
        /// Straight alpha, four bytes a pixel.
        rgba: Vec<u8>,
    },
    Text(String),
    Nothing,
}

/// Reads it; a clipboard that cannot be reached holds nothing.
#[must_use]
pub fn read() -> Held {
    let Ok(mut clipboard) = Clipboard::new() else { return Held::Nothing };
    if let Ok(files) = clipboard.get().file_list()
        && !files.is_empty()
    {
        return Held::Files(files);
    }
    if let Ok(picture) = clipboard.get_image()
        && let (Ok(width), Ok(height)) = (u32::try_from(picture.width), u32::try_from(picture.height))
    {
        return Held::Picture { width, height, rgba: picture.bytes.into_owned() };
    }
    match clipboard.get_text() {
        Ok(text) if !text.trim().is_empty() => Held::Text(text),
        _ => Held::Nothing,
    }
}

/// The paths that a text lists, one a line, if it is nothing but files and folders that exist.
#[must_use]
pub fn paths_in(text: &str) -> Option<Vec<PathBuf>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let paths: Vec<PathBuf> = lines.map(path_of).collect::<Option<_>>()?;
    (!paths.is_empty()).then_some(paths)
}

fn path_of(line: &str) -> Option<PathBuf> {
    let path = match Url::parse(line) {
        Ok(url) if url.scheme() == "file" => url.to_file_path().ok()?,
        _ => PathBuf::from(line),
    };
    (path.is_absolute() && path.exists()).then_some(path)
}
