//! What this program is, and what it is made of.

use std::fmt;

use eframe::egui::{ColorImage, Context, Image, ScrollArea, TextureHandle, TextureOptions, Ui, vec2};
use eframe::icon_data::from_png_bytes;

use crate::ui::Cx;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, Sheet, sheet_buttons, text};

const ICON: &[u8] = include_bytes!("../../../assets/icon/affix-128.png");
const LICENCES: &str = include_str!("../../../assets/licences.txt");
const SIDE: f32 = 64.0;
/// Of the list of licences.
const LIST: f32 = 220.0;

#[derive(Default)]
pub(super) struct State {
    icon: Option<TextureHandle>,
    licences: bool,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("licences", &self.licences).finish_non_exhaustive()
    }
}

pub(super) fn show(ctx: &Context, cx: &mut Cx<'_>, new: bool) -> bool {
    let texts = cx.texts;
    let mut close = false;
    if new {
        cx.state.overlays.about.licences = false;
    }
    let closed = Sheet::new("about", texts.get("about")).show(ctx, |ui| {
        what_it_is(ui, cx);
        if cx.state.overlays.about.licences {
            licences_ui(ui);
        }
        sheet_buttons(ui, |ui| {
            let button = Button::plain(texts.get("close")).show(ui);
            if new {
                button.request_focus();
            }
            close = button.clicked();
            if !cx.state.overlays.about.licences && Button::quiet(texts.get("third-party")).show(ui).clicked()
            {
                cx.state.overlays.about.licences = true;
            }
        });
    });
    closed || close
}

/// The icon, name, version and licence.
pub(in crate::ui) fn what_it_is(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (tokens, texts) = (Tokens::of(ui), cx.texts);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = size::EDGE;
        if let Some(icon) = icon(ui.ctx(), &mut cx.state.overlays.about) {
            ui.add(Image::new((icon.id(), vec2(SIDE, SIDE))).alt_text("Affix"));
        }
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            text(ui, Type::Heading, tokens.text, "Affix");
            let version = texts.with("about-version", &[("version", env!("CARGO_PKG_VERSION").into())]);
            text(ui, Type::Body, tokens.text_2, version);
            text(ui, Type::Body, tokens.text_2, texts.get("about-line"));
        });
    });
    ui.add_space(size::GAP);
    text(ui, Type::Body, tokens.text_2, texts.get("about-licence"));
}

fn licences_ui(ui: &mut Ui) {
    let tokens = Tokens::of(ui);
    ui.add_space(size::GAP);
    let lines: Vec<&str> = LICENCES.lines().collect();
    let height = Type::Mono.line();
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().max_height(LIST).min_scrolled_height(LIST).auto_shrink([false, false]).show_rows(
        ui,
        height,
        lines.len(),
        |ui, rows| {
            for line in lines.get(rows).unwrap_or_default() {
                text(ui, Type::Mono, tokens.text_2, *line);
            }
        },
    );
}

/// Decoded when it is first shown: a few kilobytes, once.
fn icon<'a>(ctx: &Context, state: &'a mut State) -> Option<&'a TextureHandle> {
    if state.icon.is_none() {
        let icon = from_png_bytes(ICON).ok()?;
        let size = [usize::try_from(icon.width).ok()?, usize::try_from(icon.height).ok()?];
        let image = ColorImage::from_rgba_unmultiplied(size, &icon.rgba);
        state.icon = Some(ctx.load_texture("affix-icon", image, TextureOptions::LINEAR));
    }
    state.icon.as_ref()
}
