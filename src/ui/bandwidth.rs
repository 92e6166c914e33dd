//! The limit of all uploads together: a small menu at the window's foot.

use eframe::egui::{Id, Key, Popup, PopupCloseBehavior, Ui};

use super::text::Texts;
use super::tokens::{Tokens, Type, size};
use super::widgets::{Button, Field, IconButton, caption, choice, menu_line, popup, text};
use super::{Cx, icons};
use crate::model::{Action, preferences};

const KEY: &str = "uploads.bandwidth_kib";
const WIDTH: f32 = 220.0;

/// KiB a second: none, then 256 kB/s, 1 MB/s, 5 MB/s, 10 MB/s.
pub(super) const OFFERED: [u64; 5] = [0, 250, 977, 4_883, 9_766];

/// As the settings file has it.
const MOST_KIB: u64 = 1_048_576;

/// The limit as it will be when everything is written, in KiB a second; 0: none.
pub(super) fn now(cx: &Cx<'_>) -> u64 {
    let coming = cx.model.preferences.coming(KEY).and_then(|text| text.parse().ok());
    coming.unwrap_or(cx.model.settings.uploads.bandwidth_kib)
}

/// "1 MB/s"; "No limit".
pub(super) fn words(texts: &Texts, kib: u64) -> String {
    if kib == 0 {
        return texts.get("no-limit").to_owned();
    }
    let bytes = texts.bytes(kib * 1024);
    let shown = match bytes.split_once(' ') {
        Some((number, unit)) => format!("{} {unit}", number.trim_end_matches(".0")),
        None => bytes,
    };
    texts.with("speed", &[("bytes", (&shown).into())])
}

pub(super) fn set(cx: &mut Cx<'_>, kib: u64) {
    let set = preferences::Action::Set(KEY, Some(kib.to_string()));
    cx.push(Action::Preferences(set));
}

/// The width of the control, to begin a row that ends with it.
pub(super) fn measure(ui: &Ui, cx: &Cx<'_>) -> f32 {
    match now(cx) {
        0 => size::SMALL,
        kib => button(&words(cx.texts, kib), "").measure(ui),
    }
}

fn button<'a>(shown: &'a str, name: &'a str) -> Button<'a> {
    Button::quiet(shown).name(name).icon(icons::GAUGE).small()
}

/// The control: an icon without a limit, the limit itself where there is one.
pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let kib = now(cx);
    let label = cx.texts.get("bandwidth");
    let shown = words(cx.texts, kib);
    let opener = if kib == 0 {
        IconButton::new(icons::GAUGE, label).small().show(ui)
    } else {
        let name = format!("{label}: {shown}");
        button(&shown, &name).show(ui).on_hover_text(label)
    };
    let menu = Popup::menu(&opener).width(WIDTH).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup(menu, &opener, |ui| menu_ui(ui, cx, kib));
}

fn menu_ui(ui: &mut Ui, cx: &mut Cx<'_>, kib: u64) {
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.horizontal(|ui| {
        ui.add_space(10.0);
        caption(ui, cx.texts.get("bandwidth"));
    });
    ui.add_space(size::HALF);
    for offered in OFFERED {
        if choice(ui, &words(cx.texts, offered), offered == kib).clicked() {
            set(cx, offered);
        }
    }
    menu_line(ui);
    ui.horizontal(|ui| {
        ui.add_space(10.0);
        text(ui, Type::Small, Tokens::of(ui).text_2, cx.texts.get("bandwidth-own"));
    });
    ui.add_space(size::HALF);
    own_ui(ui, cx, kib);
    ui.add_space(size::HALF);
}

/// A number of one's own, in MB/s.
fn own_ui(ui: &mut Ui, cx: &mut Cx<'_>, kib: u64) {
    let id = Id::unique("bandwidth-own");
    let mut draft = cx.state.bandwidth.take().unwrap_or_else(|| own(kib));
    let wrong = !draft.trim().is_empty() && parse(&draft).is_none();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = size::GAP;
        ui.add_space(2.0);
        let label = cx.texts.get("bandwidth-own");
        let apply = Button::plain(cx.texts.get("set"));
        let room = ui.available_width() - apply.measure(ui) - size::GAP - 2.0;
        let field = Field::new(label).id(id).width(room).wrong(wrong).show(ui, &mut draft);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let value = parse(&draft);
        let apply = Button::plain(cx.texts.get("set")).enabled(value.is_some()).show(ui);
        if let Some(kib) = value.filter(|_| entered || apply.clicked()) {
            set(cx, kib);
            ui.close();
        }
        let edited = field.has_focus() || apply.has_focus() || wrong;
        cx.state.bandwidth = (edited && !ui.should_close()).then_some(draft);
    });
}

/// What the field begins with: the limit that is none of those offered.
#[expect(clippy::cast_precision_loss, reason = "a limit has few digits")]
fn own(kib: u64) -> String {
    if OFFERED.contains(&kib) {
        return String::new();
    }
    let megabytes = (kib * 1024) as f64 / 1e6;
    format!("{megabytes:.2}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// MB/s as KiB a second; a comma is a point.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "within its bounds"
)]
fn parse(text: &str) -> Option<u64> {
    let megabytes: f64 = text.trim().replace(',', ".").parse().ok()?;
    let kib = (megabytes * 1e6 / 1024.0).round();
    (kib >= 1.0 && kib <= MOST_KIB as f64).then_some(kib as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::Language;

    #[test]
    fn what_is_offered_is_said_in_whole_numbers() {
        let texts = Texts::new(Language::English);
        let said = OFFERED.map(|kib| words(&texts, kib));
        assert_eq!(said, ["No limit", "256 kB/s", "1 MB/s", "5 MB/s", "10 MB/s"]);
        assert_eq!(words(&texts, 2_441), "2.5 MB/s");
    }

    #[test]
    fn a_number_of_ones_own_is_read_and_written_back() {
        assert_eq!([parse("2.5"), parse(" 0,5 "), parse("1")], [Some(2_441), Some(488), Some(977)]);
        assert_eq!([parse("0"), parse("-1"), parse("fast"), parse(""), parse("99999")], [None; 5]);
        assert_eq!([own(2_441), own(488), own(0), own(977)], ["2.5", "0.5", "", ""]);
        assert_eq!(parse("NaN"), None);
    }
}
