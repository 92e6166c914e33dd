//! How services are reached.

use eframe::egui::Ui;

use super::rows::{Steps, above, below, card, field, line, number};
use crate::model::{Action, preferences};
use crate::ui::Cx;
use crate::ui::icons;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, text};

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (texts, network) = (cx.texts, &cx.model.settings.network);
    if cx.model.preferences.restart {
        let tokens = Tokens::of(ui);
        ui.horizontal(|ui| {
            icons::INFO.show(ui, size::ICON, tokens.accent_text);
            text(ui, Type::Body, tokens.text, texts.get("restart-needed"));
        });
        ui.add_space(size::GAP);
    }
    card(ui, |ui| {
        above(ui, texts.get("proxy"));
        let proxy = network.proxy.as_deref().unwrap_or_default();
        field(ui, cx, ("network.proxy", texts.get("proxy")), proxy, false);
        below(ui, texts.get("proxy-help"));
        line(ui);
        above(ui, texts.get("extra-ca"));
        let file = network.extra_ca.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        field(ui, cx, ("network.extra_ca", texts.get("extra-ca")), &file, false);
        ui.add_space(size::GAP);
        if Button::plain(texts.get("choose")).small().show(ui).clicked() {
            cx.push(Action::Preferences(preferences::Action::ChooseCa));
        }
        ui.add_space(size::HALF);
        below(ui, texts.get("extra-ca-help"));
    });
    card(ui, |ui| {
        let steps = Steps { now: network.connect_timeout_secs, step: 5, min: 1, max: 300 };
        let words = (texts.get("connect-timeout"), None);
        number(ui, cx, ("network.connect_timeout_secs", words), steps, Some("seconds"));
        line(ui);
        let steps = Steps { now: network.idle_timeout_secs, step: 15, min: 5, max: 3600 };
        let words = (texts.get("idle-timeout"), None);
        number(ui, cx, ("network.idle_timeout_secs", words), steps, Some("seconds"));
    });
}
