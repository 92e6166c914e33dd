//! The row above the list: which attachments, of which target, how they are shown.

use eframe::egui::{Align, Layout, Popup, PopupCloseBehavior, ScrollArea, Ui};

use super::menu;
use crate::model::list::{self, Filter, Wanted};
use crate::model::{Action, preferences};
use crate::ui::text::grouped;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, IconButton, menu_item, menu_line, menu_of, popup};
use crate::ui::{Cx, icons};

/// Narrower rows show the target's choice as an icon.
const NARROW: f32 = 560.0;
/// Narrower still: no counts.
const WITH_COUNTS: f32 = 480.0;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let narrow = ui.available_width() < NARROW;
    let counts = ui.available_width() >= WITH_COUNTS;
    ui.allocate_ui_with_layout(
        (ui.available_width(), size::TABS).into(),
        Layout::left_to_right(Align::Center),
        |ui| {
            ui.set_min_height(size::TABS);
            ui.spacing_mut().item_spacing.x = size::HALF;
            ui.add_space(size::EDGE);
            for filter in Filter::ALL {
                filter_ui(ui, cx, filter, counts);
            }
            // Begun at the left: Tab walks it as one reads.
            let wide = target_wide(ui, cx, narrow) + 3.0 * (size::SMALL + size::HALF);
            ui.add_space((ui.available_width() - wide - size::EDGE).max(0.0));
            target_ui(ui, cx, narrow);
            views_ui(ui, cx);
        },
    );
}

/// Asks for what is wanted now, after a change to it.
pub(in crate::ui) fn want(cx: &mut Cx<'_>, change: impl FnOnce(&mut Wanted)) {
    let mut wanted = cx.model.list.wanted.clone();
    change(&mut wanted);
    if wanted != cx.model.list.wanted {
        cx.state.list.selection.clear();
        cx.state.list.scroll.back_to_top();
        cx.push(Action::List(list::Action::Show(wanted)));
    }
}

fn filter_ui(ui: &mut Ui, cx: &mut Cx<'_>, filter: Filter, counted: bool) {
    let name = cx.texts.get(match filter {
        Filter::All => "filter-all",
        Filter::Active => "filter-active",
        Filter::Done => "filter-done",
        Filter::Failed => "filter-failed",
    });
    let count = if counted { grouped(cx.model.list.count(filter)) } else { String::new() };
    let chosen = cx.model.list.wanted.filter == filter;
    if Button::quiet(name).small().note(&count).selected(chosen).show(ui).clicked() {
        want(cx, |wanted| wanted.filter = filter);
    }
}

fn keep(cx: &mut Cx<'_>, key: &'static str, value: &str) {
    cx.push(Action::Preferences(preferences::Action::Set(key, Some(value.to_owned()))));
}

/// List, grid, the inspector.
fn views_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let grid = cx.state.list.is_grid(cx.model);
    for (icon, key, code, is) in
        [(icons::LIST, "view-list", "list", !grid), (icons::SQUARES_FOUR, "view-grid", "grid", grid)]
    {
        if IconButton::new(icon, cx.texts.get(key)).small().selected(is).show(ui).clicked() {
            cx.state.list.grid = Some(code == "grid");
            keep(cx, "window.view", code);
        }
    }
    let open = cx.state.inspector.open;
    let inspector = IconButton::new(icons::SIDEBAR_SIMPLE, cx.texts.get("inspector")).small().selected(open);
    if inspector.show(ui).clicked() {
        cx.state.inspector.open = !open;
    }
}

/// The width of what [`target_ui`] draws.
fn target_wide(ui: &Ui, cx: &Cx<'_>, narrow: bool) -> f32 {
    let chosen = cx.model.list.wanted.target.as_deref();
    let more = if chosen.is_some() { size::SMALL + size::HALF } else { 0.0 };
    let shown = short(chosen.unwrap_or(cx.texts.get("all-targets")));
    let button = if narrow {
        size::SMALL
    } else {
        Button::quiet(&shown).icon(icons::FUNNEL_SIMPLE).small().measure(ui)
    };
    button + more
}

fn target_ui(ui: &mut Ui, cx: &mut Cx<'_>, narrow: bool) {
    let all = cx.texts.get("all-targets");
    let chosen = cx.model.list.wanted.target.clone();
    let shown = chosen.as_deref().unwrap_or(all);
    let button = if narrow {
        IconButton::new(icons::FUNNEL_SIMPLE, shown).small().selected(chosen.is_some()).show(ui)
    } else {
        Button::quiet(&short(shown)).icon(icons::FUNNEL_SIMPLE).small().selected(chosen.is_some()).show(ui)
    };
    let mut picked = None;
    let targets = Popup::menu(&button).width(220.0).close_behavior(PopupCloseBehavior::CloseOnClick);
    popup(targets, &button, |ui| {
        ui.set_width(220.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        if menu_item(ui, mark(chosen.is_none()), all).clicked() {
            picked = Some(None);
        }
        menu_line(ui);
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for target in &cx.model.list.targets_used {
                if menu_item(ui, mark(chosen.as_ref() == Some(target)), target).clicked() {
                    picked = Some(Some(target.clone()));
                }
            }
        });
    });
    if let Some(target) = &chosen {
        let name = cx.texts.with("target-actions", &[("target", target.into())]);
        let more = IconButton::new(icons::DOTS_THREE, &name).small().show(ui);
        menu_of(&more, |ui| menu::target_ui(ui, cx, target));
    }
    if let Some(target) = picked {
        want(cx, |wanted| wanted.target = target);
    }
}

/// A check beside what is chosen.
fn mark(chosen: bool) -> crate::ui::icon::Icon {
    if chosen { icons::CHECK } else { icons::TARGET }
}

/// A name that leaves room for the filters.
fn short(name: &str) -> String {
    crate::domain::file_name::elide_middle(name, 22)
}

/// Nothing found: says so, and how to see everything again.
pub(super) fn nothing_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let tokens = Tokens::of(ui);
    let wanted = &cx.model.list.wanted;
    let searched = wanted.search.trim().to_owned();
    let line = if searched.is_empty() {
        cx.texts
            .get(match wanted.filter {
                Filter::All => "nothing-here",
                Filter::Active => "nothing-active",
                Filter::Done => "nothing-done",
                Filter::Failed => "nothing-failed",
            })
            .to_owned()
    } else {
        cx.texts.with("nothing-found", &[("search", (&searched).into())])
    };
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() / 2.0 - 80.0).max(24.0));
        icons::MAGNIFYING_GLASS.show(ui, 28.0, tokens.text_3);
        crate::ui::widgets::text(ui, Type::Heading, tokens.text, line);
        ui.add_space(size::GAP);
        if Button::plain(cx.texts.get("show-all")).show(ui).clicked() {
            cx.state.list.search.clear();
            want(cx, |wanted| *wanted = Wanted::default());
        }
    });
}
