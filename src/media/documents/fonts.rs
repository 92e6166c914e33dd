//! The fonts that texts are drawn with: our own, and the system's where a text needs them.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use resvg::usvg::fontdb::{Database, FaceInfo, Family, ID, Query, Source, Stretch, Style, Weight};
use resvg::usvg::{Font, FontFamily, FontResolver, FontStretch, FontStyle};
use skrifa::{FontRef, MetadataProvider};

use crate::domain::file_name::is_invisible;

const INTER: &[u8] = include_bytes!("../../../assets/fonts/Inter.ttf");
/// What our copy of Inter calls itself.
const OURS: &str = "Inter Variable";
const MONO: &[u8] = include_bytes!("../../../assets/fonts/JetBrainsMono.ttf");
/// What is asked first for a character that the chosen font lacks: plain fonts of many scripts.
const WIDE_FAMILIES: [&str; 15] = [
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Noto Sans",
    "DejaVu Sans",
    "Segoe UI",
    "Arial Unicode MS",
    "Noto Color Emoji",
    "Apple Color Emoji",
    "Segoe UI Emoji",
];
/// All fonts of a system are looked through for this many different characters of one picture.
const SEARCHES_MAX: usize = 256;
/// Those with all signs of East Asia in seven weights have 20 to 40 megabytes.
const SYSTEM_FONT_MAX_BYTES: u64 = 128 << 20;
const FIRST_LOOKED_AT: usize = 512;
const FIRST_MAX: usize = 40;

/// Our own fonts alone.
pub(super) fn bundled() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    FONTS
        .get_or_init(|| {
            let mut fonts = Database::new();
            for font in [INTER, MONO] {
                fonts.load_font_source(Source::Binary(Arc::new(font)));
            }
            fonts.set_sans_serif_family(OURS);
            fonts.set_monospace_family("JetBrains Mono");
            // There is none of our own: asked for by these words, they are the system's to find.
            fonts.set_serif_family("Times New Roman");
            Arc::new(fonts)
        })
        .clone()
}

/// Our own and the system's: the same numbers mean the same fonts as in [`bundled`]. Looks through the system's
/// folders once in a process.
fn with_system() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    FONTS
        .get_or_init(|| {
            let mut fonts = Database::clone(&bundled());
            fonts.load_system_fonts();
            // The system's own idea of these is Arial or DejaVu; ours are there for sure.
            fonts.set_sans_serif_family(OURS);
            fonts.set_monospace_family("JetBrains Mono");
            Arc::new(fonts)
        })
        .clone()
}

/// Chooses among [`bundled`] fonts and goes on to the system's.
pub(super) fn resolver() -> FontResolver<'static> {
    let found = Mutex::new(HashMap::new());
    FontResolver {
        select_font: Box::new(|font, fonts| {
            named(font, fonts).or_else(|| {
                *fonts = with_system();
                named(font, fonts).or_else(|| any(font, fonts))
            })
        }),
        select_fallback: Box::new(move |character, used, fonts| {
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            let known = found.get(&character).copied();
            let id = known.unwrap_or_else(|| {
                if found.len() >= SEARCHES_MAX {
                    return None;
                }
                *fonts = with_system();
                let id = with_character(character, used, fonts);
                found.insert(character, id);
                id
            });
            id.filter(|id| !used.contains(id))
        }),
    }
}

/// The first of the families that it names and that is there.
fn named(font: &Font, fonts: &Database) -> Option<ID> {
    let families: Vec<Family<'_>> = font.families().iter().map(family).collect();
    query(font, &families, fonts)
}

fn any(font: &Font, fonts: &Database) -> Option<ID> {
    query(font, &[Family::SansSerif], fonts)
}

fn query(font: &Font, families: &[Family<'_>], fonts: &Database) -> Option<ID> {
    let stretch = match font.stretch() {
        FontStretch::UltraCondensed => Stretch::UltraCondensed,
        FontStretch::ExtraCondensed => Stretch::ExtraCondensed,
        FontStretch::Condensed => Stretch::Condensed,
        FontStretch::SemiCondensed => Stretch::SemiCondensed,
        FontStretch::Normal => Stretch::Normal,
        FontStretch::SemiExpanded => Stretch::SemiExpanded,
        FontStretch::Expanded => Stretch::Expanded,
        FontStretch::ExtraExpanded => Stretch::ExtraExpanded,
        FontStretch::UltraExpanded => Stretch::UltraExpanded,
    };
    let style = match font.style() {
        FontStyle::Normal => Style::Normal,
        FontStyle::Italic => Style::Italic,
        FontStyle::Oblique => Style::Oblique,
    };
    fonts.query(&Query { families, weight: Weight(font.weight()), stretch, style })
}

fn family(family: &FontFamily) -> Family<'_> {
    match family {
        FontFamily::Serif => Family::Serif,
        FontFamily::SansSerif => Family::SansSerif,
        FontFamily::Cursive => Family::Cursive,
        FontFamily::Fantasy => Family::Fantasy,
        FontFamily::Monospace => Family::Monospace,
        // Whoever asks for Inter may have it: ours.
        FontFamily::Named(name) if name == "Inter" => Family::SansSerif,
        FontFamily::Named(name) => Family::Name(name),
    }
}

/// A font that has the character: of the families for that, else a regular one, else any.
fn with_character(character: char, used: &[ID], fonts: &Database) -> Option<ID> {
    let wide = WIDE_FAMILIES
        .iter()
        .filter_map(|&name| fonts.query(&Query { families: &[Family::Name(name)], ..Query::default() }));
    let is_plain = |face: &&FaceInfo| face.style == Style::Normal && face.weight == Weight::NORMAL;
    let plain = fonts.faces().filter(is_plain).map(|face| face.id);
    let rest = fonts.faces().filter(|face| !is_plain(face)).map(|face| face.id);
    wide.chain(plain).chain(rest).find(|&id| !used.contains(&id) && has(fonts, id, character))
}

fn has(fonts: &Database, id: ID, character: char) -> bool {
    let found = fonts.with_face_data(id, |data, index| {
        FontRef::from_index(data, index).is_ok_and(|font| font.charmap().map(character).is_some())
    });
    found.unwrap_or_default()
}

/// A font of the system's that has this character, and its place in its file: for documents that name a font and do
/// not bring it.
pub(super) fn of_character(character: char) -> Option<(Arc<dyn AsRef<[u8]> + Send + Sync>, u32)> {
    let fonts = with_system();
    let id = with_character(character, &[], &fonts)?;
    match fonts.face_source(id)? {
        (Source::Binary(data) | Source::SharedFile(_, data), index) => Some((data, index)),
        (Source::File(path), index) => {
            let mut content = Vec::new();
            File::open(path).ok()?.take(SYSTEM_FONT_MAX_BYTES).read_to_end(&mut content).ok()?;
            Some((Arc::new(content), index))
        }
    }
}

/// What a font file is like.
#[derive(Debug)]
pub(super) struct Sample {
    /// Our own fonts and the file's first.
    pub fonts: Arc<Database>,
    /// The file's.
    pub id: ID,
    pub family: String,
    pub style: String,
    /// The first signs that it has.
    pub first: Vec<char>,
    present: Vec<char>,
}

impl Sample {
    /// Reads the first font of a file; `None` for what is no font. The characters are those that are asked about.
    pub(super) fn read(content: Vec<u8>, asked: &str) -> Option<Self> {
        use skrifa::string::StringId;
        let mut fonts = Database::clone(&bundled());
        let content = Arc::new(content);
        let font = FontRef::from_index(content.as_slice(), 0).ok()?;
        let word = |id: StringId| {
            font.localized_strings(id)
                .english_or_first()
                .map(|word| word.chars().take(60).collect::<String>())
        };
        let either = |one, other| word(one).or_else(|| word(other)).unwrap_or_default();
        let family = either(StringId::TYPOGRAPHIC_FAMILY_NAME, StringId::FAMILY_NAME);
        let style = either(StringId::TYPOGRAPHIC_SUBFAMILY_NAME, StringId::SUBFAMILY_NAME);
        let charmap = font.charmap();
        let present = asked.chars().filter(|&one| charmap.map(one).is_some()).collect();
        let first = charmap.mappings().take(FIRST_LOOKED_AT).filter_map(|(code, _)| char::from_u32(code));
        let first = first.filter(|&c| !is_invisible(c) && !c.is_whitespace()).take(FIRST_MAX).collect();
        let id = *fonts.load_font_source(Source::Binary(content.clone())).first()?;
        Some(Self { fonts: Arc::new(fonts), id, family, style, first, present })
    }

    pub(super) fn has_all(&self, text: &str) -> bool {
        text.chars().all(|one| self.present.contains(&one))
    }

    /// Draws the family `sample` with the file's font and everything else with ours.
    pub(super) fn resolver(&self) -> FontResolver<'static> {
        let sample = self.id;
        FontResolver {
            select_font: Box::new(move |font, fonts| {
                let is_sample =
                    |family: &FontFamily| matches!(family, FontFamily::Named(name) if name == "sample");
                if font.families().iter().any(is_sample) { Some(sample) } else { any(font, fonts) }
            }),
            // Its name may be written in its own script.
            select_fallback: Box::new(move |_, used, _| Some(sample).filter(|id| !used.contains(id))),
        }
    }
}
