//! The first page of a PDF.

use std::sync::Arc;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::font::FontQuery;
use hayro::hayro_interpret::hayro_cmap::CidFamily;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};

use super::fonts;
use crate::domain::error::{Failure, Kind};
use crate::media::opened::Opened;
use crate::media::{Rgba, deep, picture};

const FILE_MAX_BYTES: u64 = 128 << 20;
const SIDE_MAX_PX: u32 = 4096;

enum Refused {
    Password,
    Encryption,
    Broken,
    Empty,
}

/// The first page on white, as large as fits a square of this side.
///
/// # Errors
/// - [`Kind::TooLarge`]: too many bytes.
/// - [`Kind::WrongType`]: it is protected with a password.
/// - [`Kind::Unreadable`]: it cannot be read, is broken, or has no page.
pub(in crate::media) fn pdf(opened: &mut Opened, max_px: u32) -> Result<Rgba, Failure> {
    let content = opened.whole(FILE_MAX_BYTES)?;
    let drawn = deep::run(|| first_page(content, max_px)).unwrap_or(Err(Refused::Broken));
    drawn.map_err(|refused| match refused {
        Refused::Password => opened.failure(Kind::WrongType, "is protected with a password"),
        Refused::Encryption => {
            opened.failure(Kind::WrongType, "is encrypted in a way that is not known here")
        }
        Refused::Broken => opened.broken(),
        Refused::Empty => opened.failure(Kind::Unreadable, "has no page that can be found"),
    })
}

fn first_page(content: Vec<u8>, max_px: u32) -> Result<Rgba, Refused> {
    let pdf = Pdf::new(content).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Refused::Password,
        LoadPdfError::Decryption(_) => Refused::Encryption,
        LoadPdfError::Invalid => Refused::Broken,
    })?;
    let page = pdf.pages().first().ok_or(Refused::Empty)?;
    let (width, height) = page.render_dimensions();
    if !(width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0) {
        return Err(Refused::Broken);
    }
    let scale = f64::from(max_px.clamp(1, SIDE_MAX_PX)) / f64::from(width.max(height));
    let pixels = |length: f32| picture::whole(f64::from(length) * scale).min(SIDE_MAX_PX);
    let settings = PixmapSettings {
        x_scale: exactly(pixels(width), width),
        y_scale: exactly(pixels(height), height),
        bg_color: WHITE,
    };
    let cache = RenderCache::new();
    let drawn = hayro::render(page, &cache, &interpreter(), &RenderSettings::default(), &settings);
    let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
    Ok(Rgba { width, height, pixels: drawn.data_as_u8_slice().to_vec() })
}

/// Documents from East Asia often leave out their fonts, as every computer there has them; the system's are looked
/// through for these alone.
fn interpreter() -> InterpreterSettings {
    let plain = InterpreterSettings::default();
    let bundled = plain.font_resolver.clone();
    let font_resolver = Arc::new(move |query: &FontQuery| {
        let wanted = match query {
            FontQuery::Fallback(query) => {
                query.character_collection.as_ref().and_then(|one| sign(&one.family))
            }
            FontQuery::Standard(_) => None,
        };
        wanted.and_then(fonts::of_character).or_else(|| bundled(query))
    });
    InterpreterSettings { font_resolver, ..plain }
}

/// A character that a font for this collection has.
fn sign(collection: &CidFamily) -> Option<char> {
    match collection {
        CidFamily::AdobeGB1 => Some('这'),
        CidFamily::AdobeCNS1 => Some('這'),
        CidFamily::AdobeJapan1 => Some('の'),
        CidFamily::AdobeKorea1 => Some('한'),
        _ => None,
    }
}

/// The scale that makes this many pixels of this length: hayro cuts off the fraction.
#[expect(clippy::cast_possible_truncation, reason = "a scale is no number that needs 64 bits")]
fn exactly(pixels: u32, length: f32) -> f32 {
    ((f64::from(pixels) + 0.01) / f64::from(length)) as f32
}
