//! How many at once, what is asked, what is copied.

use eframe::egui::{Frame, Margin, Ui};

use super::rows::{Steps, above, below, card, choice, field, flag, line, number, set};
use crate::domain::link::{Format, LinkFacts};
use crate::model::questions::OnClose;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::text;
use crate::ui::{Cx, bandwidth};

/// The named formats in the order shown; the user's own comes last.
const NAMED: [(&str, &str); 5] = [
    ("url", "format-url"),
    ("markdown", "format-markdown"),
    ("html", "format-html"),
    ("bbcode", "format-bbcode"),
    ("json", "format-json"),
];

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (texts, uploads) = (cx.texts, &cx.model.settings.uploads);
    let steps = |now: u32, min, max| Steps { now: now.into(), step: 1, min, max };
    card(ui, |ui| {
        let words = (texts.get("parallel-per-target"), None);
        let limits = steps(uploads.parallel_per_profile, 1, 64);
        number(ui, cx, ("uploads.parallel_per_profile", words), limits, None);
        line(ui);
        let words = (texts.get("parallel"), None);
        number(ui, cx, ("uploads.parallel", words), steps(uploads.parallel, 1, 64), None);
        line(ui);
        let words = (texts.get("retries"), Some(texts.get("retries-help")));
        number(ui, cx, ("uploads.retries", words), steps(uploads.retries, 0, 20), None);
        line(ui);
        bandwidth_ui(ui, cx);
    });
    card(ui, |ui| {
        let words = (texts.get("resume-at-start"), Some(texts.get("resume-at-start-help")));
        flag(ui, cx, "uploads.resume", words, uploads.resume);
        line(ui);
        let words = (texts.get("check-after"), Some(texts.get("check-after-help")));
        flag(ui, cx, "uploads.check_links", words, uploads.check_links);
        line(ui);
        flag(ui, cx, "uploads.auto_copy", (texts.get("auto-copy"), None), uploads.auto_copy);
        line(ui);
        flag(ui, cx, "uploads.ask_first", (texts.get("ask-first"), None), uploads.ask_first);
        line(ui);
        let words = (texts.get("notify"), Some(texts.get("notify-help")));
        flag(ui, cx, "uploads.notify", words, uploads.notify);
        line(ui);
        on_close_ui(ui, cx);
    });
    card(ui, |ui| {
        let words = (texts.get("remove-location-photos"), Some(texts.get("remove-location-help")));
        flag(ui, cx, "uploads.remove_location", words, uploads.remove_location);
        line(ui);
        let words = (texts.get("look-over"), Some(texts.get("look-over-help")));
        flag(ui, cx, "uploads.look_over", words, uploads.look_over);
    });
    card(ui, |ui| {
        format_ui(ui, cx);
        line(ui);
        own_ui(ui, cx);
    });
}

/// What becomes of uploads when the window closes; what cannot be done here is not offered.
fn on_close_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    const KEY: &str = "window.on_close";
    let texts = cx.texts;
    let ways: Vec<OnClose> =
        OnClose::ALL.into_iter().filter(|how| cx.model.hides || *how != OnClose::Background).collect();
    let labels: Vec<&str> = std::iter::once("on-close-ask")
        .chain(ways.iter().map(|how| match how {
            OnClose::Background => "on-close-background",
            OnClose::Pause => "on-close-pause",
            OnClose::Stop => "on-close-stop",
        }))
        .map(|key| texts.get(key))
        .collect();
    let now = cx.model.preferences.coming(KEY).unwrap_or(&cx.model.settings.window.on_close);
    let chosen = ways.iter().position(|how| how.code() == now).map_or(0, |place| place + 1);
    let picked = choice(ui, (texts.get("on-close"), Some(texts.get("on-close-help"))), &labels, chosen);
    if let Some(index) = picked {
        let code = index.checked_sub(1).and_then(|place| ways.get(place)).map_or("ask", |how| how.code());
        set(cx, KEY, Some(code.to_owned()));
    }
}

/// Those that the window's foot offers, and the one that counts where it is none of them.
fn bandwidth_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let now = bandwidth::now(cx);
    let mut offered = bandwidth::OFFERED.to_vec();
    if !offered.contains(&now) {
        offered.push(now);
    }
    let said: Vec<String> = offered.iter().map(|kib| bandwidth::words(cx.texts, *kib)).collect();
    let labels: Vec<&str> = said.iter().map(String::as_str).collect();
    let chosen = offered.iter().position(|kib| *kib == now).unwrap_or_default();
    let words = (cx.texts.get("bandwidth"), Some(cx.texts.get("bandwidth-help")));
    let picked = choice(ui, words, &labels, chosen);
    if let Some(kib) = picked.and_then(|index| offered.get(index)) {
        bandwidth::set(cx, *kib);
    }
}

fn format_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (texts, uploads) = (cx.texts, &cx.model.settings.uploads);
    let labels: Vec<&str> =
        NAMED.iter().map(|(_, key)| texts.get(key)).chain([texts.get("format-own")]).collect();
    let chosen = NAMED.iter().position(|(format, _)| *format == uploads.format).unwrap_or(NAMED.len());
    let picked = choice(ui, (texts.get("link-format"), None), &labels, chosen);
    if let Some(index) = picked {
        let format = NAMED.get(index).map_or(uploads.own_format.as_str(), |(format, _)| format);
        set(cx, "uploads.format", Some(format.to_owned()));
    }
}

/// The user's own template, what it gives, and what is wrong with it.
fn own_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    const KEY: &str = "uploads.own_format";
    let (tokens, texts, uploads) = (Tokens::of(ui), cx.texts, &cx.model.settings.uploads);
    let draft = cx.state.settings.drafts.get(KEY).unwrap_or(&uploads.own_format).clone();
    let parsed = if draft.trim().is_empty() { Ok(Format::Url) } else { parse(draft.trim()) };
    above(ui, texts.get("own-format"));
    let left = field(ui, cx, (KEY, texts.get("own-format")), &uploads.own_format, parsed.is_err());
    let is_chosen = uploads.format == uploads.own_format;
    if left.lost_focus() && is_chosen && parsed.is_ok() && !draft.trim().is_empty() {
        // The chosen format is the template itself, for the command line as well.
        set(cx, "uploads.format", Some(draft.trim().to_owned()));
    }
    ui.add_space(size::GAP);
    match parsed {
        Ok(format) => {
            let ground = Frame::NONE
                .fill(tokens.hover)
                .corner_radius(size::SMALL_RADIUS)
                .inner_margin(Margin::symmetric(10, 6));
            ground.show(ui, |ui| {
                ui.set_width(ui.available_width());
                text(ui, Type::Mono, tokens.text, format.render(&sample()));
            });
        }
        Err(reason) => {
            text(ui, Type::Small, tokens.error_text, reason);
        }
    }
    below(ui, texts.get("own-format-help"));
}

/// A template, not the name of a format.
fn parse(draft: &str) -> Result<Format, String> {
    if NAMED.iter().any(|(format, _)| *format == draft) {
        return Err(format!(
            "“{draft}” is a format of its own. A template has a placeholder, such as {{url}}."
        ));
    }
    Format::parse(draft)
}

/// What the preview shows.
fn sample() -> LinkFacts {
    LinkFacts {
        url: "https://example.com/f/sunrise.jpg".to_owned(),
        name: "sunrise.jpg".to_owned(),
        size: 8_400_000,
        mime: "image/jpeg".to_owned(),
        id: Some("4f1c".to_owned()),
        thumb: Some("https://example.com/t/sunrise.jpg".to_owned()),
        preview: Some("https://example.com/p/sunrise.jpg".to_owned()),
        width: Some(4032),
        height: Some(3024),
        profile: "Sandbox".to_owned(),
    }
}
