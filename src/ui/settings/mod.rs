//! The screen of settings. Each change is written at once.

mod appearance;
mod desktop;
mod network;
mod rows;
mod storage;
mod uploads;
mod watch;

use std::collections::BTreeMap;

use eframe::egui::{Align, CentralPanel, Frame, Layout, Margin, Panel, ScrollArea, Ui};

use super::icon::Icon;
use super::tokens::{Tokens, Type, size};
use super::widgets::{Button, nav_row, text};
use super::{Cx, Screen, icons};
use crate::model::{Action, preferences};

const NAV: f32 = 208.0;
/// Lines longer than this are tiring to follow from a label to its control.
const CONTENT: f32 = 720.0;

#[derive(Debug, Default)]
pub struct State {
    section: Section,
    /// What stands in the text fields, by key, until it is written.
    drafts: BTreeMap<&'static str, String>,
    /// The database's size was asked for since the section was opened.
    measured: bool,
    /// What the desktop knows of this program was asked for since the section was opened.
    looked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Section {
    #[default]
    Appearance,
    Uploads,
    Network,
    Desktop,
    Storage,
    About,
}

impl Section {
    const ALL: [Self; 6] =
        [Self::Appearance, Self::Uploads, Self::Network, Self::Desktop, Self::Storage, Self::About];

    fn words(self) -> (Icon, &'static str) {
        match self {
            Self::Appearance => (icons::PAINT_BRUSH, "settings-appearance"),
            Self::Uploads => (icons::UPLOAD_SIMPLE, "settings-uploads"),
            Self::Network => (icons::GLOBE_SIMPLE, "settings-network"),
            Self::Desktop => (icons::MONITOR, "settings-desktop"),
            Self::Storage => (icons::HARD_DRIVES, "settings-storage"),
            Self::About => (icons::INFO, "settings-about"),
        }
    }
}

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let tokens = Tokens::of(ui);
    let panel = Frame::NONE.fill(tokens.panel);
    Panel::top("settings-bar").frame(panel).exact_size(size::BAR).show(ui, |ui| bar_ui(ui, cx));
    Panel::left("settings-nav")
        .frame(panel.inner_margin(Margin::same(8)))
        .exact_size(NAV)
        .resizable(false)
        .show(ui, |ui| nav_ui(ui, cx));
    CentralPanel::default().frame(Frame::NONE.fill(tokens.bg)).show(ui, |ui| {
        let id = cx.state.settings.section.words().1;
        ScrollArea::vertical().id_salt(id).auto_shrink([false, false]).show(ui, |ui| {
            Frame::NONE.inner_margin(Margin::symmetric(32, 24)).show(ui, |ui| {
                ui.set_width(ui.available_width().min(CONTENT));
                section_ui(ui, cx);
            });
        });
    });
}

fn bar_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let tokens = Tokens::of(ui);
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(size::EDGE);
        if Button::quiet(cx.texts.get("uploads")).icon(icons::ARROW_LEFT).show(ui).clicked() {
            cx.state.screen = Screen::Uploads;
        }
        text(ui, Type::Heading, tokens.text, cx.texts.get("settings"));
    });
}

fn nav_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.spacing_mut().item_spacing.y = 2.0;
    for section in Section::ALL {
        let (icon, key) = section.words();
        let chosen = cx.state.settings.section == section;
        if nav_row(ui, icon, cx.texts.get(key), chosen).clicked() && !chosen {
            cx.state.settings.section = section;
            cx.state.settings.measured = false;
            cx.state.settings.looked = false;
        }
    }
}

fn section_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let section = cx.state.settings.section;
    ui.spacing_mut().item_spacing.y = 0.0;
    text(ui, Type::Title, Tokens::of(ui).text, cx.texts.get(section.words().1));
    ui.add_space(size::EDGE);
    banner_ui(ui, cx);
    // What would be refused is not offered.
    ui.add_enabled_ui(cx.model.preferences.unusable().is_none() || section == Section::About, |ui| {
        match section {
            Section::Appearance => appearance::show(ui, cx),
            Section::Uploads => uploads::show(ui, cx),
            Section::Network => network::show(ui, cx),
            Section::Desktop => desktop::show(ui, cx),
            Section::Storage => {}
            Section::About => about_ui(ui, cx),
        }
    });
    if section == Section::Storage {
        storage::show(ui, cx);
    }
}

/// What is wrong in the settings file.
fn banner_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (tokens, texts, preferences) = (Tokens::of(ui), cx.texts, &cx.model.preferences);
    if preferences.warnings.is_empty() {
        return;
    }
    let unusable = preferences.unusable().is_some();
    let (icon, color, ground) = if unusable {
        (icons::WARNING_CIRCLE_FILL, tokens.error_text, tokens.error_ground)
    } else {
        (icons::WARNING_FILL, tokens.warn_text, tokens.warn_ground)
    };
    Frame::NONE.fill(ground).corner_radius(size::CARD_RADIUS).inner_margin(Margin::same(12)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing = eframe::egui::vec2(size::GAP, 2.0);
        ui.horizontal(|ui| {
            icon.show(ui, size::ICON_LARGE, color);
            let title = if unusable { "unusable-title" } else { "warnings-title" };
            text(ui, Type::Strong, tokens.text, texts.get(title));
        });
        for warning in &preferences.warnings {
            text(ui, Type::Small, tokens.text, warning.to_string());
        }
        if unusable {
            text(ui, Type::Small, tokens.text, texts.get("unusable-why"));
        }
        ui.add_space(size::HALF);
        ui.horizontal(|ui| {
            if Button::plain(texts.get("read-again")).small().show(ui).clicked() {
                cx.push(Action::Preferences(preferences::Action::Reload));
            }
            if Button::plain(texts.get("show")).small().show(ui).clicked() {
                let file = cx.model.preferences.places.settings.clone();
                cx.push(Action::Preferences(preferences::Action::Show(file)));
            }
        });
    });
    ui.add_space(size::EDGE);
}

fn about_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    super::overlays::what_it_is(ui, cx);
    ui.add_space(size::EDGE);
    desktop::updates_ui(ui, cx);
    if Button::plain(cx.texts.get("third-party")).show(ui).clicked() {
        cx.state.overlay = Some(super::Overlay::About);
    }
}
