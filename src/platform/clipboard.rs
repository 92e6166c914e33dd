//! What others put on the clipboard. Reading waits for the program that owns it: never on the UI thread.

use std::path::PathBuf;

use arboard::Clipboard;

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
