//! SVG: read, weighed, drawn.

use std::borrow::Cow;
use std::io::{Cursor, Read};
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8};
use flate2::read::MultiGzDecoder;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::roxmltree::{Document, ParsingOptions};
use resvg::usvg::{self, FontResolver, ImageHrefResolver, ImageKind, Options, Size, Tree};

use super::fonts;
use super::weigh::Weight;
use crate::domain::error::{Failure, Kind};
use crate::media::kind::is_svg;
use crate::media::opened::Opened;
use crate::media::{Rgba, deep, picture};

const FILE_MAX_BYTES: u64 = 8 << 20;
const UNPACKED_MAX_BYTES: u64 = 16 << 20;
/// The root element's own tag is within this much.
const ROOT_MAX_BYTES: u64 = 64 << 10;
/// More attributes on one element than any has; each is compared with all others.
const ATTRIBUTES_MAX: usize = 1_000;
/// Elements and texts as they are written; what `use` makes of them is limited by usvg to a million elements.
const NODES_MAX: u32 = 500_000;
/// Elements in elements. Drawing programs make a dozen; what is read one in another takes stack.
const DEPTH_MAX: usize = 256;
const EMBEDDED_MAX_BYTES: usize = 8 << 20;
const EMBEDDED_PIXELS_MAX: u64 = 50_000_000;
/// Some seconds in a release build.
const WORK_MAX_PX: f64 = 2e9;
/// 512 MiB.
const LAYERS_MAX_PX: f64 = 128e6;
const SIDE_MAX_PX: u32 = 4096;
const SIDE_MIN_PX: f64 = 32.0;

/// Why a picture is not drawn.
#[derive(Debug)]
pub(super) enum Refused {
    TooLarge,
    TooComplicated,
    Broken(String),
}

impl Refused {
    fn broken(error: impl std::fmt::Display) -> Self {
        Self::Broken(error.to_string())
    }

    pub(super) fn failure(self, opened: &Opened) -> Failure {
        match self {
            Self::TooLarge => opened.failure(Kind::TooLarge, "is too large a file to be shown"),
            Self::TooComplicated => {
                opened.failure(Kind::TooLarge, "is too complicated a picture to be shown")
            }
            Self::Broken(cause) => opened.broken().cause(cause),
        }
    }
}

/// Which fonts a picture's texts are drawn with.
pub(super) struct Fonts {
    pub base: Arc<Database>,
    pub resolver: FontResolver<'static>,
}

impl Default for Fonts {
    fn default() -> Self {
        Self { base: fonts::bundled(), resolver: fonts::resolver() }
    }
}

/// The picture as large as fits a square of this side, its ground transparent where it has none.
///
/// # Errors
/// - [`Kind::TooLarge`]: too many bytes, elements, layers or filters.
/// - [`Kind::Unreadable`]: it cannot be read, or is broken.
pub(in crate::media) fn svg(opened: &mut Opened, max_px: u32) -> Result<Rgba, Failure> {
    let content = opened.whole(FILE_MAX_BYTES)?;
    let drawn = unpacked(content).and_then(|content| {
        let text = decoded(&content);
        deep::run(|| draw(&text, max_px, Fonts::default())).unwrap_or_else(|| Err(Refused::Broken("".into())))
    });
    drawn.map_err(|refused| refused.failure(opened))
}

/// Its width and height in pixels, as its root element says; `None` where it is broken or says nothing.
pub(in crate::media) fn svg_pixels(opened: &mut Opened) -> Option<(u32, u32)> {
    let start = opened.start(ROOT_MAX_BYTES).ok()?;
    let mut unpacked = Vec::new();
    if start.starts_with(b"\x1f\x8b") {
        // What was cut off is missed by the checksum only.
        let _cut = MultiGzDecoder::new(start.as_slice()).take(ROOT_MAX_BYTES).read_to_end(&mut unpacked);
    } else {
        unpacked = start;
    }
    let root = root(&decoded(&unpacked))?;
    let size = Tree::from_str(&root, &Options::default()).ok()?.size();
    let side = |length: f32| picture::whole(f64::from(length).ceil().min(f64::from(u32::MAX)));
    Some((side(size.width()), side(size.height())))
}

/// The root element alone, with what tells its size.
fn root(text: &str) -> Option<String> {
    let at = text
        .match_indices("<svg")
        .map(|(at, _)| at)
        .find(|&at| is_svg(text.as_bytes().get(at..).unwrap_or(b"")))?;
    let mut rest = text.get(at + 4..)?.trim_start_matches(|c: char| !c.is_whitespace() && c != '>');
    let mut root = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\"");
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim();
        let after = after.trim_start();
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''));
        let Some((value, after)) = quote.and_then(|quote| after.get(1..)?.split_once(quote)) else { break };
        if name.contains(['>', '<']) {
            break;
        }
        if matches!(name, "width" | "height" | "viewBox") {
            root += &format!(" {name}=\"{}\"", escaped(value));
        }
        rest = after;
    }
    Some(root + "/>")
}

/// A text as it is written between tags and in attributes.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Draws it; takes much stack, so call it within [`deep::run`].
pub(super) fn draw(text: &str, max_px: u32, fonts: Fonts) -> Result<Rgba, Refused> {
    let tree = tree(text, fonts, 0)?;
    let weight = Weight::of(&tree).ok_or(Refused::TooComplicated)?;
    let scale = scale(tree.size(), max_px, &weight).ok_or(Refused::TooComplicated)?;
    let side = |length: f32| picture::whole((f64::from(length) * scale).min(f64::from(SIDE_MAX_PX)));
    let (width, height) = (side(tree.size().width()), side(tree.size().height()));
    let mut pixmap = Pixmap::new(width, height).ok_or(Refused::TooComplicated)?;
    #[expect(clippy::cast_possible_truncation, reason = "a scale is no number that needs 64 bits")]
    let transform = Transform::from_scale(scale as f32, scale as f32);
    resvg::render(&tree, transform, &mut pixmap.as_mut());
    Ok(Rgba { width, height, pixels: pixmap.take() })
}

/// As large as is wished for; smaller where that would take too long. `None`: it would at any size.
fn scale(size: Size, max_px: u32, weight: &Weight) -> Option<f64> {
    let longer = f64::from(size.width().max(size.height()));
    let wished = f64::from(max_px.clamp(1, SIDE_MAX_PX)) / longer;
    let by_work = (WORK_MAX_PX / weight.work_px.max(1e-9)).sqrt();
    let by_layers = (LAYERS_MAX_PX / weight.layers_px.max(1e-9)).sqrt();
    let scale = wished.min(by_work).min(by_layers);
    (scale.is_finite() && scale * longer >= SIDE_MIN_PX.min(wished * longer)).then_some(scale)
}

/// A picture in a picture has the level 1, and none in it.
fn tree(text: &str, fonts: Fonts, level: u8) -> Result<Tree, Refused> {
    let document = parsed(text)?;
    let options = Options {
        font_family: "sans-serif".to_owned(),
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(move |mime, data, _| embedded(mime, data, level)),
            // A path or an address: nothing outside of the file is ever opened.
            resolve_string: Box::new(|_, _| None),
        },
        fontdb: fonts.base,
        font_resolver: fonts.resolver,
        ..Options::default()
    };
    Tree::from_xmltree(&document, &options).map_err(|error| match error {
        usvg::Error::ElementsLimitReached
        | usvg::Error::ParsingFailed(usvg::roxmltree::Error::NodesLimitReached) => Refused::TooComplicated,
        error => Refused::broken(error),
    })
}

fn parsed(text: &str) -> Result<Document<'_>, Refused> {
    use usvg::roxmltree::Error;
    // Whatever is between two "<" holds at most one tag.
    if text.split('<').any(|tag| tag.matches('=').nth(ATTRIBUTES_MAX).is_some() && has_many_attributes(tag)) {
        return Err(Refused::TooComplicated);
    }
    let options = ParsingOptions { allow_dtd: true, nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        Error::NodesLimitReached | Error::EntityReferenceLoop(_) => Refused::TooComplicated,
        error => Refused::broken(error),
    })?;
    let mut depth = 0_usize;
    let mut at = document.root_element();
    loop {
        if let Some(child) = at.first_element_child() {
            depth += 1;
            at = child;
        } else {
            while at.next_sibling_element().is_none() {
                let Some(parent) = at.parent_element() else { return Ok(document) };
                depth -= 1;
                at = parent;
            }
            let Some(next) = at.next_sibling_element() else { return Ok(document) };
            at = next;
        }
        if depth > DEPTH_MAX {
            return Err(Refused::TooComplicated);
        }
    }
}

/// Data in an attribute and styles have equal signs of their own, so what is quoted is left out.
fn has_many_attributes(tag: &str) -> bool {
    let (mut count, mut quote) = (0, None);
    for c in tag.chars() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '=') => count += 1,
            (None, '>') => break,
            _ => {}
        }
    }
    count > ATTRIBUTES_MAX
}

/// A picture that is written into the file itself.
fn embedded(mime: &str, data: Arc<Vec<u8>>, level: u8) -> Option<ImageKind> {
    if data.len() > EMBEDDED_MAX_BYTES {
        return None;
    }
    if mime == "image/svg+xml" {
        let unpacked = if level == 0 { unpacked(data.to_vec()).ok()? } else { return None };
        return tree(&decoded(&unpacked), Fonts::default(), level + 1).ok().map(ImageKind::SVG);
    }
    let reader = image::ImageReader::new(Cursor::new(data.as_slice())).with_guessed_format().ok()?;
    let format = reader.format()?;
    let (width, height) = reader.into_dimensions().ok()?;
    if u64::from(width) * u64::from(height) > EMBEDDED_PIXELS_MAX {
        return None;
    }
    match format {
        image::ImageFormat::Jpeg => Some(ImageKind::JPEG(data)),
        image::ImageFormat::Png => Some(ImageKind::PNG(data)),
        image::ImageFormat::Gif => Some(ImageKind::GIF(data)),
        image::ImageFormat::WebP => Some(ImageKind::WEBP(data)),
        _ => None,
    }
}

/// What is in the gzip file, if it is one.
fn unpacked(content: Vec<u8>) -> Result<Vec<u8>, Refused> {
    if !content.starts_with(b"\x1f\x8b") {
        return Ok(content);
    }
    let mut unpacked = Vec::new();
    let mut reader = MultiGzDecoder::new(content.as_slice()).take(UNPACKED_MAX_BYTES + 1);
    reader.read_to_end(&mut unpacked).map_err(Refused::broken)?;
    if unpacked.len() as u64 > UNPACKED_MAX_BYTES { Err(Refused::TooLarge) } else { Ok(unpacked) }
}

/// As its first bytes, else its declaration says (XML 1.0, appendix F), else UTF-8.
fn decoded(content: &[u8]) -> Cow<'_, str> {
    let start = content.get(..200).unwrap_or(content);
    let declared = || {
        let start = String::from_utf8_lossy(start);
        let (declaration, _) = start.strip_prefix("<?xml")?.split_once("?>")?;
        let (_, value) = declaration.split_once("encoding")?;
        let label = value.trim_start_matches([' ', '=', '"', '\'']).split(['"', '\'']).next()?;
        Encoding::for_label(label.as_bytes())
    };
    // `decode` looks at the byte order mark first. A declaration that was read byte by byte is in no UTF-16.
    declared().unwrap_or(UTF_8).output_encoding().decode(content).0
}
