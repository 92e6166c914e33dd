//! Theme, language, scale, and on Wayland what the window is shown through.

use eframe::egui::Ui;

use super::rows::{below, card, choice, line, one_of, set, stepper};
use crate::model::preferences::Display;
use crate::ui::Cx;
use crate::ui::commands::{next_scale, scale_now};
use crate::ui::text::Language;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (texts, window) = (cx.texts, &cx.model.settings.window);
    card(ui, |ui| {
        let themes = [
            ("system", texts.get("theme-system")),
            ("light", texts.get("theme-light")),
            ("dark", texts.get("theme-dark")),
        ];
        one_of(ui, cx, ("window.theme", texts.get("theme")), &themes, &window.theme);
        line(ui);
        language_ui(ui, cx);
        line(ui);
        scale_ui(ui, cx);
    });
    if cx.model.preferences.display != Display::Only {
        card(ui, |ui| backend_ui(ui, cx));
    }
}

/// What a Wayland session shows the window through, and what that means.
fn backend_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    const KEY: &str = "window.backend";
    let (texts, preferences) = (cx.texts, &cx.model.preferences);
    let choices =
        [("auto", texts.get("backend-auto")), ("wayland", "Wayland"), ("x11", texts.get("backend-x11"))];
    let now = &cx.model.settings.window.backend;
    let shown = match preferences.display {
        Display::XWayland => "backend-is-x11",
        Display::Wayland | Display::Only => "backend-is-wayland",
    };
    let waits = preferences.coming(KEY).unwrap_or(now) != preferences.backend_at_start;
    one_of(ui, cx, (KEY, texts.get("backend")), &choices, now);
    below(ui, texts.get(shown));
    below(ui, texts.get("backend-help"));
    if waits {
        below(ui, texts.get("restart-needed"));
    }
}

fn language_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let texts = cx.texts;
    let mut codes = vec!["system"];
    let mut labels = vec![texts.get("language-system")];
    for language in Language::ALL {
        codes.push(language.code());
        labels.push(language.name());
    }
    let now = &cx.model.settings.window.language;
    let chosen = codes.iter().position(|code| code == now).unwrap_or_default();
    let picked = choice(ui, (texts.get("language"), None), &labels, chosen);
    if let Some(code) = picked.and_then(|index| codes.get(index)) {
        set(cx, "window.language", Some((*code).to_owned()));
    }
}

fn scale_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let texts = cx.texts;
    let around = (next_scale(cx, false).map(u64::from), next_scale(cx, true).map(u64::from));
    let shown = format!("{} %", scale_now(cx));
    let words = (texts.get("scale"), Some(texts.get("scale-help")));
    if let Some(percent) = stepper(ui, cx, words, &shown, around) {
        set(cx, "window.scale_percent", Some(percent.to_string()));
    }
}
