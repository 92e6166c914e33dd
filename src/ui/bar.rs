//! The top bar: where files go, ways to add some, search, the other screens.

mod picker;

use std::time::Duration;

use eframe::egui::{Align, CornerRadius, Id, Key, Layout, Stroke, StrokeKind, Ui, pos2, vec2};

use super::icons;
use super::list::want;
use super::tokens::{Tokens, Type, size};
use super::widgets::{Button, Field, IconButton};
use super::{Cx, Screen};
use crate::model::{Action, intake};

/// A search begins when nothing was typed for so long, in seconds.
const PATIENCE: f64 = 0.12;

const SEARCH: f32 = 280.0;
const SEARCH_MIN: f32 = 120.0;
/// The search field has room for the hint of its shortcut.
const SEARCH_WITH_HINT: f32 = 200.0;

/// Bars narrower than this show what stands in them as icons, the most telling last.
const ICON_FOLDER: f32 = 960.0;
const ICON_TARGETS: f32 = 880.0;

fn search_id() -> Id {
    Id::unique("search")
}

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let width = ui.available_width();
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(size::EDGE);
        let picker = (width - 500.0).clamp(180.0, 320.0);
        picker::show(ui, cx, picker);
        if Button::primary(cx.texts.get("add-files")).icon(icons::PLUS_BOLD).show(ui).clicked() {
            cx.push(Action::Intake(intake::Action::ChooseFiles));
        }
        let name = cx.texts.get("add-folder");
        let folder = if width < ICON_FOLDER {
            IconButton::new(icons::FOLDER_PLUS, name).edge().show(ui)
        } else {
            Button::plain(name).icon(icons::FOLDER_PLUS).show(ui)
        };
        if folder.clicked() {
            cx.push(Action::Intake(intake::Action::ChooseFolder));
        }
        right_ui(ui, cx, width);
    });
}

/// In reading order, from a place measured beforehand: Tab walks from left to right.
fn right_ui(ui: &mut Ui, cx: &mut Cx<'_>, width: f32) {
    let name = cx.texts.get("targets");
    let button = (width >= ICON_TARGETS).then(|| Button::quiet(name).icon(icons::TARGET));
    let targets = button.as_ref().map_or(size::CONTROL, |button| button.measure(ui));
    let between = ui.spacing().item_spacing.x;
    let left = ui.available_width() - targets - size::CONTROL - 2.0 * between - size::EDGE;
    let search = left.clamp(SEARCH_MIN, SEARCH);
    ui.add_space((left - search).max(0.0));
    search_ui(ui, cx, search);
    let targets = match button {
        Some(button) => button.show(ui),
        None => IconButton::new(icons::TARGET, name).show(ui),
    };
    if targets.clicked() {
        cx.state.screen = Screen::Targets;
    }
    if IconButton::new(icons::GEAR_SIX, cx.texts.get("settings")).show(ui).clicked() {
        cx.state.screen = Screen::Settings;
    }
}

fn search_ui(ui: &mut Ui, cx: &mut Cx<'_>, width: f32) {
    let tokens = Tokens::of(ui);
    let hint = cx.texts.get("search-keys");
    let mut typed = std::mem::take(&mut cx.state.list.search);
    let chip = typed.is_empty() && width >= SEARCH_WITH_HINT;
    let right = if typed.is_empty() && !chip { 10.0 } else { 58.0 };
    let name = cx.texts.get("search");
    let field = Field::new(name).hint(name).id(search_id()).width(width).inset(32.0, right);
    let response = field.show(ui, &mut typed);
    let rect = response.rect;
    icons::MAGNIFYING_GLASS.paint(
        ui.painter(),
        pos2(rect.left() + 18.0, rect.center().y),
        14.0,
        tokens.text_2,
    );
    let mut changed = response.changed();
    if std::mem::take(&mut cx.state.overlays.search) {
        response.request_focus();
    }
    if chip {
        chip_ui(ui, rect, hint);
    } else if !typed.is_empty() {
        let at = eframe::egui::Rect::from_center_size(
            pos2(rect.right() - 18.0, rect.center().y),
            vec2(24.0, 24.0),
        );
        let clear = IconButton::new(icons::X, cx.texts.get("search-clear"));
        if clear.show_at(ui, at, search_id().with("clear")).clicked() {
            typed.clear();
            changed = true;
        }
    }
    // egui takes the keyboard away with Esc; that it was Esc is still known.
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) && !typed.is_empty() {
        typed.clear();
        changed = true;
    }
    cx.state.list.search = typed;
    search_due(ui, cx, changed);
}

/// Asks for what is typed when the typing rests.
fn search_due(ui: &Ui, cx: &mut Cx<'_>, changed: bool) {
    let now = ui.input(|input| input.time);
    if changed {
        cx.state.list.search_due = Some(now + PATIENCE);
    }
    let Some(due) = cx.state.list.search_due else { return };
    if now < due {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(due - now));
        return;
    }
    cx.state.list.search_due = None;
    let search = cx.state.list.search.clone();
    want(cx, |wanted| wanted.search = search);
}

/// The shortcut, as a key.
fn chip_ui(ui: &Ui, field: eframe::egui::Rect, keys: &str) {
    let tokens = Tokens::of(ui);
    let galley = ui.painter().layout_no_wrap(keys.to_owned(), Type::Small.font(), tokens.text_3);
    let wanted = galley.size() + vec2(10.0, 4.0);
    let center = pos2(field.right() - 10.0 - wanted.x / 2.0, field.center().y);
    let rect = eframe::egui::Rect::from_center_size(center, wanted);
    let edge = Stroke::new(size::LINE, tokens.line_strong);
    ui.painter().rect(rect, CornerRadius::same(4), tokens.panel, edge, StrokeKind::Inside);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, tokens.text_3);
}
