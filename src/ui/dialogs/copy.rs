//! What will be sent, shown before it is: its look, and how it differs from the file. The copy is made on trial.

use std::time::Duration;

use eframe::egui::{
    Align, CornerRadius, Layout, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, WidgetInfo, vec2,
};

use crate::domain::changes::{CopyWish, Removed};
use crate::domain::error::Failure;
use crate::store::Row;
use crate::ui::looks::{Answer, Trial};
use crate::ui::seen::Seen;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{spinner, text};
use crate::ui::{Cx, icon, icons, picture};

/// A wish that changes while it is typed is not carried out for each letter, in seconds.
const SETTLED: f64 = 0.35;

/// The wish as it was last changed.
#[derive(Debug, Default)]
pub(super) struct Settling(Option<(CopyWish, f64)>);

impl Settling {
    /// The wish once nobody has changed it for a moment; the first one at once.
    fn settled(&mut self, ui: &Ui, wish: CopyWish) -> Option<CopyWish> {
        let now = ui.input(|input| input.time);
        let since = match self.0 {
            Some((before, since)) if before == wish => since,
            Some(_) => now,
            None => now - SETTLED,
        };
        self.0 = Some((wish, since));
        let left = SETTLED - (now - since);
        if left > 0.0 {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(left));
        }
        (left <= 0.0).then_some(wish)
    }
}

/// What would be sent.
pub(super) enum Outcome {
    /// The file's own bytes.
    Itself,
    /// The copy is being made.
    Coming,
    Copy(std::sync::Arc<Trial>),
    Failed(Failure),
}

/// `wish` is none where no copy is made of this kind of file.
pub(super) fn outcome(
    ui: &Ui,
    cx: &mut Cx<'_>,
    row: &Row,
    (wish, settling): (Option<CopyWish>, &mut Settling),
) -> Outcome {
    let Some(wish) = wish.filter(|wish| !wish.is_none()) else { return Outcome::Itself };
    let Some(wish) = settling.settled(ui, wish) else { return Outcome::Coming };
    match cx.state.looks.trial(row.id, wish) {
        Answer::Coming => Outcome::Coming,
        Answer::Failed(failure) => Outcome::Failed(failure),
        Answer::Here(None) => Outcome::Itself,
        Answer::Here(Some(trial)) => Outcome::Copy(trial),
    }
}

/// The picture of what will be sent, or the file's own until that is known.
pub(super) fn picture_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (row, seen): (&Row, &Seen),
    (outcome, wanted): (&Outcome, Vec2),
) {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(wanted, Sense::hover());
    let name = cx.texts.get("copy-preview");
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    let radius = CornerRadius::same(size::CARD_RADIUS);
    ui.painter().rect_filled(rect, radius, tokens.hover);
    let texture = match outcome {
        Outcome::Copy(trial) => trial.texture.clone(),
        _ => None,
    };
    match texture.or_else(|| cx.state.previews.large(row.id)) {
        Some(texture) => {
            let fits = picture::fitted(texture.size_vec2(), rect);
            picture::paint(ui, &texture, fits, (seen.is_opaque(), size::CARD_RADIUS));
        }
        None => icon::of_row(row).paint(ui.painter(), rect.center(), 44.0, tokens.text_3),
    }
    ui.painter().rect_stroke(rect, radius, Stroke::new(size::LINE, tokens.line), StrokeKind::Inside);
}

/// "4.1 MB → 1.4 MB", "4000 × 3000 → 2400 × 1800", "Location removed"; or what is still going on.
pub(super) fn result_ui(ui: &mut Ui, cx: &Cx<'_>, seen: &Seen, (outcome, height): (&Outcome, f32)) {
    let tokens = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let mut inside = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min)));
    inside.spacing_mut().item_spacing.y = 0.0;
    match outcome {
        Outcome::Itself => {
            let whole = seen.size.map(|bytes| cx.texts.bytes(bytes)).unwrap_or_default();
            let words = cx.texts.with("copy-itself", &[("size", (&whole).into())]);
            text(&mut inside, Type::Strong, tokens.text, words);
        }
        Outcome::Coming => {
            inside.horizontal(|ui| {
                spinner(ui, cx.texts.get("copy-coming"));
                text(ui, Type::Body, tokens.text_2, cx.texts.get("copy-coming"));
            });
        }
        Outcome::Failed(failure) => {
            inside.horizontal_top(|ui| {
                icons::WARNING_CIRCLE_FILL.show(ui, size::ICON_LARGE, tokens.error_text);
                text(ui, Type::Small, tokens.error_text, cx.texts.failure(failure));
            });
        }
        Outcome::Copy(trial) => copy_ui(&mut inside, cx, seen, trial),
    }
}

fn copy_ui(ui: &mut Ui, cx: &Cx<'_>, seen: &Seen, trial: &Trial) {
    let tokens = Tokens::of(ui);
    let becomes = |before: Option<String>, after: String| match before {
        Some(before) if before != after => format!("{before} → {after}"),
        _ => after,
    };
    let sides = |(width, height): (u32, u32)| format!("{width} × {height}");
    let bytes = becomes(seen.size.map(|bytes| cx.texts.bytes(bytes)), cx.texts.bytes(trial.size));
    text(ui, Type::Strong, tokens.text, bytes);
    let pixels = trial.pixels.map(|pixels| becomes(seen.pixels.map(sides), sides(pixels)));
    let removed = trial.removed.map(|removed| cx.texts.get(removed_key(removed)).to_owned());
    let facts: Vec<String> = [pixels, removed].into_iter().flatten().collect();
    if !facts.is_empty() {
        text(ui, Type::Small, tokens.text_2, facts.join(" · "));
    }
}

/// What was taken out of a copy, in words.
pub(in crate::ui) fn removed_key(removed: Removed) -> &'static str {
    match removed {
        Removed::Location => "removed-location",
        Removed::Metadata => "removed-metadata",
    }
}

/// As wide as the room there is, in the shape of a screen.
pub(super) fn shape(width: f32) -> Vec2 {
    Rect::from_min_size(eframe::egui::Pos2::ZERO, vec2(width, (width * 0.7).round())).size()
}
