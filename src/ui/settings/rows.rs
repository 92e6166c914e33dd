//! The rows of settings: what it is at the left, its control at the right.

use eframe::egui::{
    Align, CornerRadius, Frame, Id, Layout, Margin, Response, Role, Sense, Stroke, Ui, WidgetInfo, vec2,
};

use crate::model::{Action, preferences};
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Field, IconButton, paint_elided, segmented, select, switch, text};
use crate::ui::{Cx, icons};

const CONTROL_WIDTH: f32 = 240.0;
const ROW: f32 = 52.0;

/// Rows that belong together, in one frame.
pub(super) fn card(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    Frame::NONE
        .fill(tokens.panel)
        .stroke(Stroke::new(size::LINE, tokens.line))
        .corner_radius(CornerRadius::same(size::CARD_RADIUS))
        .inner_margin(Margin::symmetric(16, 4))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 0.0;
            contents(ui);
        });
    ui.add_space(size::EDGE);
}

/// A row: its label and what explains it, its control.
pub(super) fn row(ui: &mut Ui, (label, help): (&str, Option<&str>), control: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    let wanted = vec2(ui.available_width(), ROW);
    ui.allocate_ui_with_layout(wanted, Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_height(ROW);
        control(ui);
        ui.add_space(size::EDGE);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.vertical(|ui| {
                let lines = 20.0 + if help.is_some() { 16.0 } else { 0.0 };
                ui.add_space(((ROW - lines) / 2.0).max(0.0));
                text(ui, Type::Body, tokens.text, label);
                if let Some(help) = help {
                    text(ui, Type::Small, tokens.text_2, help);
                }
            });
        });
    });
}

/// The line between two rows.
pub(super) fn line(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), size::LINE), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, (size::LINE, Tokens::of(ui).line));
}

pub(super) fn set(cx: &mut Cx<'_>, key: &'static str, value: Option<String>) {
    cx.push(Action::Preferences(preferences::Action::Set(key, value)));
}

/// An on-off switch.
pub(super) fn flag(ui: &mut Ui, cx: &mut Cx<'_>, key: &'static str, words: (&str, Option<&str>), now: bool) {
    let mut on = cx.model.preferences.coming(key).map_or(now, |text| text == "true");
    row(ui, words, |ui| {
        if switch(ui, words.0, &mut on).changed() {
            set(cx, key, Some(on.to_string()));
        }
    });
}

/// One of a few words, side by side.
pub(super) fn one_of(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (key, label): (&'static str, &str),
    choices: &[(&str, &str)],
    now: &str,
) {
    let now = cx.model.preferences.coming(key).unwrap_or(now);
    let chosen = choices.iter().position(|(value, _)| *value == now).unwrap_or_default();
    let labels: Vec<&str> = choices.iter().map(|(_, label)| *label).collect();
    row(ui, (label, None), |ui| {
        let picked = ui
            .allocate_ui_with_layout(vec2(CONTROL_WIDTH, ROW), Layout::left_to_right(Align::Center), |ui| {
                segmented(ui, &labels, chosen)
            })
            .inner;
        if let Some((value, _)) = picked.and_then(|index| choices.get(index)) {
            set(cx, key, Some((*value).to_owned()));
        }
    });
}

/// One of a list.
pub(super) fn choice(
    ui: &mut Ui,
    words: (&str, Option<&str>),
    labels: &[&str],
    chosen: usize,
) -> Option<usize> {
    let mut picked = None;
    row(ui, words, |ui| picked = select(ui, words.0, CONTROL_WIDTH, labels, chosen));
    picked
}

/// A number with its two buttons. `less` and `more` are what they lead to; none: the end.
pub(super) fn stepper(
    ui: &mut Ui,
    cx: &Cx<'_>,
    words: (&str, Option<&str>),
    shown: &str,
    (less, more): (Option<u64>, Option<u64>),
) -> Option<u64> {
    let mut picked = None;
    row(ui, words, |ui| {
        let name = |key| cx.texts.with(key, &[("name", words.0.into())]);
        ui.spacing_mut().item_spacing.x = size::HALF;
        if IconButton::new(icons::PLUS, &name("step-more"))
            .small()
            .edge()
            .enabled(more.is_some())
            .show(ui)
            .clicked()
        {
            picked = more;
        }
        number_ui(ui, words.0, shown);
        if IconButton::new(icons::MINUS, &name("step-less"))
            .small()
            .edge()
            .enabled(less.is_some())
            .show(ui)
            .clicked()
        {
            picked = less;
        }
    });
    picked
}

fn number_ui(ui: &mut Ui, label: &str, shown: &str) {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(64.0, size::SMALL), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{label}: {shown}")));
    let galley = ui.painter().layout_no_wrap(shown.to_owned(), Type::Strong.font(), tokens.text);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, tokens.text);
}

/// A whole number within its bounds, a step at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    pub now: u64,
    pub step: u64,
    pub min: u64,
    pub max: u64,
}

impl Steps {
    /// Numbers on the step's grid, the bounds besides.
    fn around(self) -> (Option<u64>, Option<u64>) {
        let Self { now, step, min, max } = self;
        let less = (now > min).then(|| ((now - 1) / step * step).max(min));
        let more = (now < max).then(|| ((now / step + 1) * step).min(max));
        (less, more)
    }
}

/// A number of the settings file.
pub(super) fn number(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (key, words): (&'static str, (&str, Option<&str>)),
    steps: Steps,
    unit: Option<&str>,
) {
    let coming = cx.model.preferences.coming(key).and_then(|text| text.parse().ok());
    let steps = Steps { now: coming.unwrap_or(steps.now), ..steps };
    let shown = match unit {
        Some(unit) => cx.texts.with(unit, &[("count", steps.now.into())]),
        None => steps.now.to_string(),
    };
    if let Some(number) = stepper(ui, cx, words, &shown, steps.around()) {
        set(cx, key, Some(number.to_string()));
    }
}

/// A text that is written when its field is left. Below it stands why it was refused.
pub(super) fn field(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (key, label): (&'static str, &str),
    now: &str,
    wrong: bool,
) -> Response {
    let refusal = cx.model.preferences.refusal(key).map(|failure| failure.broke.clone());
    let pending = cx.model.preferences.pending.contains_key(key);
    let draft = cx.state.settings.drafts.entry(key).or_insert_with(|| now.to_owned());
    let response =
        Field::new(label).id(Id::unique(("setting", key))).wrong(wrong || refusal.is_some()).show(ui, draft);
    let text_now = draft.trim().to_owned();
    if response.lost_focus() && text_now != now && !wrong {
        set(cx, key, Some(text_now).filter(|text| !text.is_empty()));
    } else if !response.has_focus() && !pending && refusal.is_none() && !wrong {
        // What the file has, also when somebody else has changed it.
        cx.state.settings.drafts.insert(key, now.to_owned());
    }
    if let Some(refusal) = refusal {
        ui.add_space(size::HALF);
        text(ui, Type::Small, Tokens::of(ui).error_text, refusal);
    }
    response
}

/// A label above a control that takes the whole width.
pub(super) fn above(ui: &mut Ui, label: &str) {
    ui.add_space(12.0);
    text(ui, Type::Body, Tokens::of(ui).text, label);
    ui.add_space(6.0);
}

/// A hint below it.
pub(super) fn below(ui: &mut Ui, help: &str) {
    ui.add_space(size::HALF);
    text(ui, Type::Small, Tokens::of(ui).text_2, help);
    ui.add_space(12.0);
}

/// A path in its own line of a frame.
pub(super) fn path(ui: &mut Ui, shown: &str, width: f32) {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, Type::Mono.line()), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, shown));
    let place = (eframe::egui::pos2(rect.left(), rect.center().y), width);
    paint_elided(ui.painter(), place, Type::Mono, tokens.text_2, shown);
    response.on_hover_text(shown);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stay_on_the_grid_and_within_the_bounds() {
        let steps = |now| Steps { now, step: 5, min: 1, max: 12 }.around();
        assert_eq!(steps(1), (None, Some(5)));
        assert_eq!(steps(5), (Some(1), Some(10)));
        assert_eq!(steps(7), (Some(5), Some(10)));
        assert_eq!(steps(10), (Some(5), Some(12)));
        assert_eq!(steps(12), (Some(10), None));
    }
}
