//! The fields of a form: the name, each setting, each secret; in two columns where there is room.

use eframe::egui::{Align, Layout, Ui, vec2};

use super::draft::{Draft, WrongName};
use super::{secrets, words};
use crate::domain::describe::{Choice, Description, SecretSpec, SettingKind, SettingSpec};
use crate::transfer::profiles::form;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Field, select, switch, text};
use crate::ui::{Cx, icons};

/// From this width on, two columns.
const TWO: f32 = 640.0;
const GUTTER: f32 = 24.0;

/// One field of a form.
#[derive(Clone, Copy)]
enum Asked {
    Name,
    Setting(&'static SettingSpec),
    Secret(&'static SecretSpec),
}

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, draft: &mut Draft, service: &'static Description) {
    let asked = order(draft, service);
    columns(ui, &asked, |ui, one| field_ui(ui, cx, draft, (service, one)));
}

/// Side by side where there is room, else one beneath the other.
pub(super) fn columns<T: Copy>(ui: &mut Ui, all: &[T], mut one_ui: impl FnMut(&mut Ui, T)) {
    let columns = if ui.available_width() < TWO { 1 } else { 2 };
    let gutters = if columns == 2 { GUTTER } else { 0.0 };
    let width = ((ui.available_width() - gutters) / if columns == 2 { 2.0 } else { 1.0 }).floor();
    for row in all.chunks(columns) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GUTTER;
            for one in row {
                ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                    ui.set_width(width);
                    ui.spacing_mut().item_spacing.y = size::HALF;
                    one_ui(ui, *one);
                });
            }
        });
        ui.add_space(size::GAP);
    }
}

/// What must be filled in comes first: the name, settings without a default, secrets; then the rest.
fn order(draft: &Draft, service: &'static Description) -> Vec<Asked> {
    let profile = draft.profile();
    let settings = form::settings_of(&profile);
    let is_needed = |spec: &&&'static SettingSpec| spec.required && spec.default.is_none();
    let needed = settings.iter().filter(is_needed).map(|spec| Asked::Setting(spec));
    let rest = settings.iter().filter(|spec| !is_needed(spec)).map(|spec| Asked::Setting(spec));
    let kept = if profile.is_local() { &[][..] } else { service.secrets };
    let secrets = kept.iter().map(Asked::Secret);
    std::iter::once(Asked::Name).chain(needed).chain(secrets).chain(rest).collect()
}

fn field_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    draft: &mut Draft,
    (service, asked): (&'static Description, Asked),
) {
    match asked {
        Asked::Name => name_ui(ui, cx, draft),
        Asked::Setting(spec) => setting_ui(ui, cx, draft, (service, spec)),
        Asked::Secret(spec) => secrets::show(ui, cx, draft, (service, spec)),
    }
}

fn name_ui(ui: &mut Ui, cx: &mut Cx<'_>, draft: &mut Draft) {
    let label = cx.texts.get("target-name");
    text(ui, Type::Strong, Tokens::of(ui).text, label);
    let wrong = draft.wrong_name;
    if Field::new(label).wrong(wrong.is_some()).show(ui, &mut draft.name).changed() {
        draft.touch("name", &cx.model.targets);
    }
    match wrong {
        Some(WrongName::Empty) => trouble(ui, cx.texts.get("wrong-missing")),
        Some(WrongName::Shape) => trouble(ui, cx.texts.get("wrong-name")),
        Some(WrongName::Taken) => trouble(ui, cx.texts.get("wrong-name-taken")),
        None => {}
    }
}

fn setting_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    draft: &mut Draft,
    (service, spec): (&'static Description, &'static SettingSpec),
) {
    let label = words::setting(cx.texts, service, spec);
    text(ui, Type::Strong, Tokens::of(ui).text, label);
    let wrong = draft.wrong_with(spec.key).map(|wrong| words::wrong(cx.texts, service, wrong));
    let value = draft.values.entry(spec.key).or_default();
    let changed = match spec.kind {
        SettingKind::Choice(choices) => choice_ui(ui, cx, (service, spec, choices), value),
        SettingKind::Flag => flag_ui(ui, cx, (label, spec), value),
        SettingKind::Text | SettingKind::Url | SettingKind::Integer { .. } => {
            let hint = spec.default.unwrap_or_default();
            Field::new(label).hint(hint).wrong(wrong.is_some()).show(ui, value).changed()
        }
    };
    if changed {
        draft.touch(spec.key, &cx.model.targets);
    }
    match wrong {
        Some(told) => trouble(ui, &told),
        None => help(ui, words::setting_help(cx.texts, service, spec)),
    }
}

fn choice_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    (service, spec, choices): (&'static Description, &'static SettingSpec, &'static [Choice]),
    value: &mut String,
) -> bool {
    let now = if value.is_empty() { spec.default.unwrap_or_default() } else { value.as_str() };
    let chosen = choices.iter().position(|choice| choice.value == now).unwrap_or(usize::MAX);
    let labels: Vec<&str> =
        choices.iter().map(|choice| words::choice(cx.texts, service, spec, choice)).collect();
    let label = words::setting(cx.texts, service, spec);
    let picked = select(ui, label, ui.available_width(), &labels, chosen);
    let Some(choice) = picked.and_then(|index| choices.get(index)) else { return false };
    set(value, choice.value, spec);
    true
}

fn flag_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    (label, spec): (&str, &'static SettingSpec),
    value: &mut String,
) -> bool {
    let now = if value.is_empty() { spec.default.unwrap_or_default() } else { value.as_str() };
    let mut on = now == "true";
    let changed = ui
        .horizontal(|ui| {
            ui.set_min_height(size::CONTROL);
            let changed = switch(ui, label, &mut on).changed();
            let word = cx.texts.get(if on { "yes" } else { "no" });
            text(ui, Type::Body, Tokens::of(ui).text_2, word);
            changed
        })
        .inner;
    if changed {
        set(value, if on { "true" } else { "false" }, spec);
    }
    changed
}

/// A value that is the default is not written down.
fn set(value: &mut String, new: &str, spec: &SettingSpec) {
    value.clear();
    if spec.default != Some(new) {
        value.push_str(new);
    }
}

/// What a field is for, beneath it.
pub(super) fn help(ui: &mut Ui, told: &str) {
    text(ui, Type::Small, Tokens::of(ui).text_2, told);
}

/// What is wrong, in words with an icon.
pub(super) fn trouble(ui: &mut Ui, told: &str) {
    let tokens = Tokens::of(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = size::HALF;
        icons::WARNING_CIRCLE_FILL.show(ui, Type::Small.line(), tokens.error_text);
        text(ui, Type::Small, tokens.error_text, told);
    });
}
