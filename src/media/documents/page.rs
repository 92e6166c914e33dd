//! Small pages for lists: the first lines of a text, a sample of a font.

use std::fmt::Write as _;

use super::fonts::Sample;
use super::text;
use super::vector::{Fonts, draw, escaped};
use crate::domain::error::Failure;
use crate::media::opened::Opened;
use crate::media::{Rgba, deep};

const FONT_MAX_BYTES: u64 = 64 << 20;
/// The page's measures, in units of its own: three to four.
const WIDTH: u16 = 384;
const HEIGHT: u16 = 512;
const MARGIN: u16 = 26;
const PAPER: &str = "#fcfcfa";
const INK: &str = "#2b2e33";
const PALE: &str = "#6d727a";
const EDGE: &str = "#dcdcd6";
/// Pictures up to this many pixels have larger letters, so that they are letters.
const SMALL_MAX_PX: u32 = 320;
/// The width of the fixed font's letters, of their size.
const LETTER: f32 = 0.6;
const TAB_COLUMNS: usize = 4;
/// What a font is asked for, the first that it has: Latin, Han, kana, Hangul, Cyrillic, Greek, Arabic, Hebrew, Thai,
/// Devanagari.
const SAMPLES: [&str; 11] = ["Aa永", "Aa", "永", "あ", "한", "Жж", "Ωω", "عربي", "אב", "กข", "अआ"];
const LINES: [&str; 6] =
    ["ABCDEFGHIJKLM", "NOPQRSTUVWXYZ", "abcdefghijklm", "nopqrstuvwxyz", "0123456789", "天地玄黄宇宙洪荒"];

/// A text's first lines on paper.
///
/// # Errors
/// As [`excerpt`](super::excerpt)'s.
pub(in crate::media) fn page(opened: &mut Opened, max_px: u32) -> Result<Rgba, Failure> {
    let excerpt = text::first_lines(opened)?;
    let size = if max_px <= SMALL_MAX_PX { 15.0 } else { 10.5 };
    let mut svg = paper();
    let room = f32::from(WIDTH - 2 * MARGIN);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some dozens")]
    let columns = (room / (size * LETTER)) as usize;
    let mut y = f32::from(MARGIN) + size;
    for line in excerpt.text.lines().flat_map(|line| wrapped(line, columns)) {
        if y > f32::from(HEIGHT - MARGIN) {
            break;
        }
        if !line.trim().is_empty() {
            let line = escaped(&line);
            let _written = write!(
                svg,
                "<text x='{MARGIN}' y='{y}' font-family='JetBrains Mono' font-size='{size}' fill='{INK}' \
                 xml:space='preserve'>{line}</text>"
            );
        }
        y += size * 1.4;
    }
    drawn(opened, svg, max_px, Fonts::default())
}

/// A sample of a font's letters and its name.
///
/// # Errors
/// - `TooLarge`: too many bytes.
/// - `Unreadable`: it cannot be read, or is broken.
pub(in crate::media) fn font(opened: &mut Opened, max_px: u32) -> Result<Rgba, Failure> {
    let content = opened.whole(FONT_MAX_BYTES)?;
    let asked = SAMPLES.concat() + &LINES.concat();
    let Some(sample) = Sample::read(content, &asked) else { return Err(opened.broken()) };
    let mut svg = paper();
    let large: String = match SAMPLES.iter().find(|text| sample.has_all(text)) {
        Some(text) => (*text).to_owned(),
        // A font of signs.
        None => sample.first.iter().take(2).collect(),
    };
    centered(&mut svg, &large, 200, (130, "sample", INK));
    let family = if sample.family.is_empty() { opened.shown.clone() } else { sample.family.clone() };
    centered(&mut svg, &family, 262, (26, "Inter", INK));
    centered(&mut svg, &sample.style, 286, (16, "Inter", PALE));
    let mut lines: Vec<String> =
        LINES.iter().filter(|line| sample.has_all(line)).map(|line| (*line).to_owned()).collect();
    if lines.is_empty() {
        lines = sample.first.chunks(8).take(5).map(|signs| signs.iter().collect()).collect();
    }
    for (line, y) in lines.iter().zip((326_u16..).step_by(30)) {
        centered(&mut svg, line, y, (25, "sample", INK));
    }
    let fonts = Fonts { base: sample.fonts.clone(), resolver: sample.resolver() };
    drawn(opened, svg, max_px, fonts)
}

fn paper() -> String {
    let (width, height) = (WIDTH - 1, HEIGHT - 1);
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}'>\
         <rect x='.5' y='.5' width='{width}' height='{height}' fill='{PAPER}' stroke='{EDGE}'/>"
    )
}

/// A line of this size, family and colour.
fn centered(svg: &mut String, text: &str, y: u16, (size, family, fill): (u16, &str, &str)) {
    let text = escaped(text);
    let x = WIDTH / 2;
    let _written = write!(
        svg,
        "<text x='{x}' y='{y}' text-anchor='middle' font-family='{family}' font-size='{size}' fill='{fill}'>{text}</text>"
    );
}

fn drawn(opened: &Opened, mut svg: String, max_px: u32, fonts: Fonts) -> Result<Rgba, Failure> {
    svg += "</svg>";
    let drawn = deep::run(|| draw(&svg, max_px, fonts));
    drawn.ok_or_else(|| opened.broken())?.map_err(|refused| refused.failure(opened))
}

/// The line in pieces of this many columns, broken at spaces where it has some.
fn wrapped(line: &str, columns: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let (mut column, mut space) = (0, None);
    for c in line.chars() {
        let Some(piece) = pieces.last_mut() else { break };
        let width = if c == '\t' { TAB_COLUMNS - column % TAB_COLUMNS } else { columns_of(c) };
        if column + width > columns && !piece.is_empty() {
            let rest =
                space.filter(|&at| at * 3 > piece.len()).map_or_else(String::new, |at| piece.split_off(at));
            column = rest.chars().map(columns_of).sum();
            pieces.push(rest);
            space = None;
        }
        let Some(piece) = pieces.last_mut() else { break };
        if c == '\t' {
            piece.extend(std::iter::repeat_n(' ', width));
        } else {
            piece.push(c);
        }
        column += width;
        if c == ' ' {
            space = Some(piece.len());
        }
    }
    pieces
}

/// Signs of East Asia and emoji take two (Unicode Standard Annex #11, the wide blocks).
fn columns_of(c: char) -> usize {
    let wide = matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}');
    if wide { 2 } else { 1 }
}
