//! The line over the stage: what is shown and how, and the buttons.

use eframe::egui::{Align, Id, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::Shown;
use super::keys::STEP;
use super::view::Stage;
use crate::ui::Cx;
use crate::ui::icons;
use crate::ui::tokens::{self, Type, size};
use crate::ui::widgets::{Button, IconButton, paint_cut, paint_elided};

/// As wide as "800 %", so that nothing jumps.
const PERCENT: f32 = 64.0;
const GROUP: f32 = 12.0;

/// What was asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub step: Option<isize>,
    pub close: bool,
}

/// `stage` is none where nothing can be zoomed.
pub(super) fn show(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (shown, rect): (&Shown, Rect),
    stage: Option<&Stage>,
) -> Asked {
    let moves = shown.seen.may_move() && cx.state.motion.plays(shown.id);
    let zooms = if stage.is_some() { 2.0 * size::CONTROL + PERCENT + GROUP } else { 0.0 };
    let plays = if moves { size::CONTROL + GROUP } else { 0.0 };
    let wide = 3.0 * size::CONTROL + GROUP + zooms + plays;
    let inner = rect.shrink2(vec2(size::EDGE, 0.0));
    let buttons = inner.with_min_x(inner.right() - wide);
    words_ui(ui, cx, (shown, stage), inner.with_max_x(buttons.left() - size::EDGE));
    let builder = UiBuilder::new()
        .id_salt("large-buttons")
        .max_rect(buttons)
        .layout(Layout::left_to_right(Align::Center));
    let mut row = ui.new_child(builder);
    row.spacing_mut().item_spacing.x = 0.0;
    if moves {
        motion_ui(&mut row, cx);
        row.add_space(GROUP);
    }
    if let Some(stage) = stage {
        zoom_ui(&mut row, cx, stage);
        row.add_space(GROUP);
    }
    Asked { step: neighbours_ui(&mut row, cx, shown), close: close_ui(&mut row, cx) }
}

fn words_ui(ui: &Ui, cx: &Cx<'_>, (shown, stage): (&Shown, Option<&Stage>), rect: Rect) {
    let facts = facts(cx, shown, stage);
    let name = &shown.row.name;
    paint_elided(
        ui.painter(),
        (pos2(rect.left(), rect.top() + 19.0), rect.width()),
        Type::Heading,
        tokens::ON_THEATRE,
        name,
    );
    let at = pos2(rect.left(), rect.top() + 39.0);
    paint_cut(ui.painter(), (at, rect.width()), Type::Small, tokens::ON_THEATRE_2, &facts);
    let told = [
        ("large-preview-name", rect.with_max_y(rect.top() + 28.0), name),
        ("large-preview-facts", rect.with_min_y(rect.top() + 29.0), &facts),
    ];
    for (id, place, words) in told {
        let response = ui.interact(place, Id::unique(id), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    }
}

/// "4032 × 3024 · 42 % · 3 of 120".
fn facts(cx: &Cx<'_>, shown: &Shown, stage: Option<&Stage>) -> String {
    let pixels = shown.seen.pixels.map(|(width, height)| format!("{width} × {height}"));
    let zoom = stage.map(|stage| percent(cx, stage));
    let place = shown
        .place
        .filter(|place| place.all > 1)
        .map(|place| cx.texts.with("place-of", &[("at", (place.at + 1).into()), ("all", place.all.into())]));
    let size = shown.seen.size.map(|bytes| cx.texts.bytes(bytes));
    [pixels, size, zoom, place].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn percent(cx: &Cx<'_>, stage: &Stage) -> String {
    let percent = (cx.state.large.view.zoom(stage) * 100.0).max(1.0);
    format!("{percent:.0} %")
}

fn motion_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (icon, key) = if cx.state.motion.is_paused() {
        (icons::PLAY, "motion-play")
    } else {
        (icons::PAUSE, "motion-pause")
    };
    if IconButton::new(icon, cx.texts.get(key)).show(ui).clicked() {
        cx.state.motion.toggle();
    }
}

fn zoom_ui(ui: &mut Ui, cx: &mut Cx<'_>, stage: &Stage) {
    let (texts, middle) = (cx.texts, stage.rect.center());
    let view = &mut cx.state.large.view;
    if IconButton::new(icons::MAGNIFYING_GLASS_MINUS, texts.get("zoom-out")).show(ui).clicked() {
        view.by(stage, 1.0 / STEP, middle);
    }
    let (key, hint) = if view.is_fitted() { ("zoom-actual", "1") } else { ("zoom-fit", "0") };
    let label = percent(cx, stage);
    let name = texts.with("zoom-now", &[("percent", (&label).into()), ("next", texts.get(key).into())]);
    let tip = format!("{} ({hint})", texts.get(key));
    if Button::quiet(&label).name(&name).width(PERCENT).shortcut(&tip).show(ui).clicked() {
        cx.state.large.view.toggle(stage, middle);
    }
    if IconButton::new(icons::MAGNIFYING_GLASS_PLUS, texts.get("zoom-in")).show(ui).clicked() {
        cx.state.large.view.by(stage, STEP, middle);
    }
}

fn neighbours_ui(ui: &mut Ui, cx: &Cx<'_>, shown: &Shown) -> Option<isize> {
    let place = shown.place;
    let before = place.is_some_and(|place| place.at > 0);
    let after = place.is_some_and(|place| place.at + 1 < place.all);
    let back = IconButton::new(icons::CARET_LEFT, cx.texts.get("preview-previous")).enabled(before).show(ui);
    let on = IconButton::new(icons::CARET_RIGHT, cx.texts.get("preview-next")).enabled(after).show(ui);
    match (back.clicked(), on.clicked()) {
        (true, _) => Some(-1),
        (_, true) => Some(1),
        _ => None,
    }
}

fn close_ui(ui: &mut Ui, cx: &Cx<'_>) -> bool {
    ui.add_space(GROUP);
    IconButton::new(icons::X, cx.texts.get("preview-close")).show(ui).clicked()
}
