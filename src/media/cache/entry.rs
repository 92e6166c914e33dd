//! One thumbnail: a PNG with the facts of its file as texts.

use std::fs::File;
use std::io::{self, Cursor, Read, Write};
use std::path::Path;

use image::{RgbaImage, imageops};
use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Limits, Transformations};

use super::subject::Subject;
use crate::domain::error::Failure;
use crate::media::{Rgba, alpha};
use crate::platform::files::create_private_dir;

const FILE_MAX_BYTES: u64 = 4 << 20;
const SIDE_MAX_PX: u32 = 1024;
/// Pixels and texts, decoded.
const MEMORY_MAX_BYTES: usize = 16 << 20;
const TEXT_MAX_BYTES: usize = 64 << 10;

/// The standard's names of facts.
const URI: &str = "Thumb::URI";
const MODIFIED: &str = "Thumb::MTime";
const SIZE: &str = "Thumb::Size";
const MIME: &str = "Thumb::Mimetype";
/// Ours: why there is no picture.
const FAILURE: &str = "Affix::Failure";

#[derive(Debug)]
pub(super) struct Entry {
    pub picture: Rgba,
    /// Names and values.
    texts: Vec<(String, String)>,
}

impl Entry {
    pub(super) fn of(subject: &Subject, picture: Rgba) -> Self {
        let Subject { uri, modified, size, mime, .. } = subject;
        let software = concat!("Affix ", env!("CARGO_PKG_VERSION"));
        let texts = [(URI, &**uri), (MODIFIED, modified), (SIZE, size), (MIME, mime), ("Software", software)];
        Self { picture, texts: texts.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec() }
    }

    /// The picture is empty: one pixel that cannot be seen.
    pub(super) fn failed(subject: &Subject, failure: &Failure) -> Self {
        let mut entry = Self::of(subject, Rgba { width: 1, height: 1, pixels: vec![0; 4] });
        if let Ok(failure) = serde_json::to_string(failure) {
            entry.texts.push((FAILURE.to_owned(), failure));
        }
        entry
    }

    pub(super) fn failure(&self) -> Option<Failure> {
        serde_json::from_str(self.text(FAILURE)?).ok()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(key, _)| key == name).map(|(_, text)| text.as_str())
    }

    /// The standard demands URI and time; the size may be absent.
    pub(super) fn is_of(&self, subject: &Subject) -> bool {
        self.text(URI) == Some(&subject.uri)
            && self.text(MODIFIED) == Some(&subject.modified)
            && self.text(SIZE).is_none_or(|size| size == subject.size)
    }

    /// None where there is none, or none that can be read within bounds.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let metadata =
            file.metadata().ok().filter(|metadata| metadata.is_file() && metadata.len() <= FILE_MAX_BYTES)?;
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).ok()?);
        file.take(FILE_MAX_BYTES).read_to_end(&mut bytes).ok()?;
        decode(bytes)
    }

    /// Scaled down where it is larger.
    pub(super) fn at_most(self, max_px: u32) -> Rgba {
        let Rgba { width, height, pixels } = self.picture;
        let longer = width.max(height);
        if longer <= max_px {
            return Rgba { width, height, pixels };
        }
        let side = |px: u32| {
            (u64::from(px) * u64::from(max_px) / u64::from(longer)).max(1).try_into().unwrap_or(max_px)
        };
        let Some(whole) = RgbaImage::from_raw(width, height, pixels) else { return Rgba::default() };
        let small = imageops::thumbnail(&whole, side(width), side(height));
        Rgba { width: small.width(), height: small.height(), pixels: small.into_raw() }
    }

    /// In one step, for this user's eyes alone: folders of mode 0700, the file of 0600.
    pub(super) fn write(&self, root: &Path, folder: &Path, name: &str) -> io::Result<()> {
        for dir in [root, folder] {
            create_private_dir(dir).map_err(io::Error::other)?;
        }
        let mut file = tempfile::Builder::new().prefix(".affix-").tempfile_in(folder)?;
        file.write_all(&self.encode().map_err(io::Error::other)?)?;
        // Not waited for until it is on the disk: half of one is not a PNG, and is made again.
        file.persist(folder.join(name)).map_err(|refused| refused.error)?;
        Ok(())
    }

    fn encode(&self) -> Result<Vec<u8>, png::EncodingError> {
        let Rgba { width, height, pixels } = &self.picture;
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, *width, *height);
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::Fast);
        for (name, text) in &self.texts {
            if text.is_ascii() {
                encoder.add_text_chunk(name.clone(), text.clone())?;
            } else {
                encoder.add_itxt_chunk(name.clone(), text.clone())?;
            }
        }
        let mut writer = encoder.write_header()?;
        let mut straight = pixels.clone();
        alpha::divide(&mut straight);
        writer.write_image_data(&straight)?;
        writer.finish()?;
        Ok(bytes)
    }
}

fn decode(bytes: Vec<u8>) -> Option<Entry> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MEMORY_MAX_BYTES });
    decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
    let mut reader = decoder.read_info().ok()?;
    let (width, height) = reader.info().size();
    let bytes = reader.output_buffer_size()?;
    if width > SIDE_MAX_PX || height > SIDE_MAX_PX || bytes > MEMORY_MAX_BYTES {
        return None;
    }
    let mut pixels = vec![0; bytes];
    let frame = reader.next_frame(&mut pixels).ok()?;
    // Texts may stand behind the pixels.
    reader.finish().ok()?;
    let mut pixels = match frame.color_type {
        ColorType::Rgba => pixels,
        ColorType::GrayscaleAlpha => pixels
            .chunks_exact(2)
            .flat_map(|pixel| match *pixel {
                [grey, alpha] => [grey, grey, grey, alpha],
                _ => [0; 4],
            })
            .collect(),
        _ => return None,
    };
    alpha::multiply(&mut pixels);
    let picture = Rgba { width, height, pixels };
    Some(Entry { picture, texts: texts(reader.info()) })
}

/// Qt compresses what is long, GDK has UTF-8 where a text is not plain.
fn texts(info: &png::Info<'_>) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = Vec::new();
    texts.extend(
        info.uncompressed_latin1_text.iter().map(|chunk| (chunk.keyword.clone(), chunk.text.clone())),
    );
    for chunk in &info.compressed_latin1_text {
        let mut chunk = chunk.clone();
        if chunk.decompress_text_with_limit(TEXT_MAX_BYTES).is_ok()
            && let Ok(text) = chunk.get_text()
        {
            texts.push((chunk.keyword, text));
        }
    }
    for chunk in &info.utf8_text {
        let mut chunk = chunk.clone();
        if chunk.decompress_text_with_limit(TEXT_MAX_BYTES).is_ok()
            && let Ok(text) = chunk.get_text()
        {
            texts.push((chunk.keyword, text));
        }
    }
    texts
}
