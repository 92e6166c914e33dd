//! What is known of the file and of its upload.

use eframe::egui::Ui;

use super::{links, parts};
use crate::domain::attachment::State;
use crate::domain::file_name;
use crate::domain::preflight::Repair;
use crate::domain::receipt::Receipt;
use crate::model::detail::Loaded;
use crate::model::{Action, links as out};
use crate::store::Row;
use crate::ui::Cx;
use crate::ui::list::words;
use crate::ui::seen::Seen;
use crate::ui::text::grouped;
use crate::ui::tokens::{Tokens, Type};
use crate::ui::when::when;
use crate::ui::widgets::{elided, text};

/// A service's own fields that are shown; a text of them.
const EXTRA_MAX: usize = 24;
const EXTRA_CHARS: usize = 200;

/// The name, and what kind of file it is.
pub(super) fn heading_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    let tokens = Tokens::of(ui);
    elided(ui, Type::Heading, tokens.text, &row.name);
    let seen = Seen::of(cx, row);
    let pixels = seen.pixels.map(|(width, height)| format!("{width} × {height}"));
    let kind = seen.mime.as_deref().and_then(|mime| kind(mime, &row.name));
    let parts = [pixels, kind, seen.size.map(|bytes| cx.texts.bytes(bytes))];
    let line: Vec<String> = parts.into_iter().flatten().collect();
    if !line.is_empty() {
        text(ui, Type::Small, tokens.text_2, line.join(" · "));
    }
}

/// A word for the type: what stands behind the slash, or the extension where that says nothing.
fn kind(mime: &str, name: &str) -> Option<String> {
    let word = mime.split('/').nth(1).unwrap_or_default();
    let plain = word.len() <= 5 && word.chars().all(|letter| letter.is_ascii_alphanumeric());
    let extension = file_name::extension(name);
    let word = if plain && word != "plain" { word.to_owned() } else { extension };
    (!word.is_empty()).then(|| word.to_uppercase())
}

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, loaded: &Loaded) {
    let row = &*loaded.row;
    parts::section(ui, cx.texts.get("section-facts"));
    times_ui(ui, cx, row);
    file_ui(ui, cx, row);
    changed_ui(ui, cx, row);
    if let Some(receipt) = &row.receipt {
        checksum_ui(ui, cx, "MD5", receipt.md5.as_deref());
        checksum_ui(ui, cx, "SHA-256", receipt.sha256.as_deref());
    }
    parts::fact_text(ui, cx.texts.get("fact-target"), &row.profile);
    path_ui(ui, cx, row);
    if let Some(receipt) = &row.receipt {
        extra_ui(ui, receipt);
    }
}

fn times_ui(ui: &mut Ui, cx: &Cx<'_>, row: &Row) {
    let when = |ms| when(cx.texts, ms, cx.model.now_ms);
    if let Some(receipt) = row.receipt.as_ref().filter(|receipt| !receipt.links.is_empty()) {
        parts::fact_text(ui, cx.texts.get("fact-visible"), cx.texts.get(links::reach_key(receipt)));
    }
    let (key, at_ms) = match row.finished_at_ms.filter(|_| row.state == State::Done) {
        Some(finished_ms) => ("fact-uploaded", finished_ms),
        None => ("fact-added", row.added_at_ms),
    };
    let mut line = when(at_ms);
    if row.attempts > 0 {
        let attempts = cx.texts.count("fact-attempts", row.attempts.into());
        line = format!("{line}, {attempts}");
    }
    parts::fact_text(ui, cx.texts.get(key), line);
    let receipt = row.receipt.as_ref();
    if let Some(at) = receipt.and_then(|receipt| receipt.expires_at) {
        parts::fact_text(ui, cx.texts.get("fact-expires"), when(at.saturating_mul(1000)));
    }
    if let Some(at) = receipt.and_then(|receipt| receipt.deleted_at) {
        parts::fact_text(ui, cx.texts.get("fact-deleted"), when(at.saturating_mul(1000)));
    }
}

fn file_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    let seen = Seen::of(cx, row);
    if let Some(bytes) = seen.size {
        let (size, exact) = (cx.texts.bytes(bytes), grouped(bytes));
        let values = [("size", size.as_str().into()), ("bytes", exact.as_str().into())];
        let line = if bytes < 1000 { size.clone() } else { cx.texts.with("fact-size-exact", &values) };
        parts::fact_text(ui, cx.texts.get("fact-size"), line);
    }
    if let Some(mime) = &seen.mime {
        parts::fact_text(ui, cx.texts.get("fact-type"), mime);
    }
    if let Some((width, height)) = seen.pixels {
        parts::fact_text(ui, cx.texts.get("fact-pixels"), format!("{width} × {height}"));
    }
    if let Some(secs) = seen.duration_secs {
        parts::fact_text(ui, cx.texts.get("fact-duration"), cx.texts.duration(secs));
    }
}

/// What is changed in the copy that is sent, or was.
fn changed_ui(ui: &mut Ui, cx: &Cx<'_>, row: &Row) {
    let color = Tokens::of(ui).text;
    let sent = words::sent(cx.texts, row);
    let renamed = row.sent.as_ref().filter(|sent| sent.name != row.name && row.state == State::Done);
    let told = if sent.is_empty() { chosen(cx, row) } else { sent.join(", ") };
    if !told.is_empty() {
        parts::fact(ui, cx.texts.get("fact-changed"), |ui| {
            text(ui, Type::Small, color, told).on_hover_text(cx.texts.get("file-untouched"));
        });
    }
    if let Some(sent) = renamed {
        parts::fact(ui, cx.texts.get("fact-sent-as"), |ui| {
            elided(ui, Type::Small, color, &sent.name);
        });
    }
}

/// What will be changed: "another name, at most 2.0 MB, as PNG".
fn chosen(cx: &Cx<'_>, row: &Row) -> String {
    let texts = cx.texts;
    let word = |repair: &Repair| match repair {
        Repair::Rename { name } => {
            Some(texts.with("chosen-name", &[("name", (&file_name::display(name)).into())]))
        }
        Repair::ShrinkImage { max_bytes } => {
            Some(texts.with("chosen-size", &[("size", (&texts.bytes(*max_bytes)).into())]))
        }
        Repair::ConvertImage { to } => {
            let kind = to.extension().to_uppercase();
            Some(texts.with("chosen-type", &[("type", (&kind).into())]))
        }
        Repair::KeepMetadata => Some(texts.get("chosen-metadata").to_owned()),
        Repair::VideoFrame { .. } => Some(texts.get("chosen-frame").to_owned()),
        Repair::UseChangedTarget => None,
    };
    let waits = row.state != State::Done;
    row.repairs.iter().filter(|_| waits).filter_map(word).collect::<Vec<_>>().join(", ")
}

/// Its first eight and last four digits; a click copies all.
fn checksum_ui(ui: &mut Ui, cx: &mut Cx<'_>, name: &str, sum: Option<&str>) {
    let Some(sum) = sum.filter(|sum| !sum.is_empty()) else { return };
    let part = |range: std::ops::Range<usize>| sum.get(range).unwrap_or_default();
    let shown = match sum.len() {
        13.. => format!("{} {} … {}", part(0..4), part(4..8), part(sum.len() - 4..sum.len())),
        _ => sum.to_owned(),
    };
    let label = cx.texts.with("fact-copy", &[("name", name.into())]);
    let mut clicked = false;
    parts::fact(ui, name, |ui| clicked = parts::copyable(ui, &label, &shown, Type::Mono).clicked());
    if clicked {
        cx.push(Action::Links(out::Action::CopyText {
            text: sum.to_owned(),
            secret: false,
            told: "text-copied",
        }));
    }
}

fn path_ui(ui: &mut Ui, cx: &Cx<'_>, row: &Row) {
    let color = Tokens::of(ui).text;
    parts::fact(ui, cx.texts.get("fact-path"), |ui| {
        elided(ui, Type::Small, color, &row.path.to_string_lossy());
    });
}

/// The service's own fields.
fn extra_ui(ui: &mut Ui, receipt: &Receipt) {
    for (name, value) in receipt.extra.iter().take(EXTRA_MAX) {
        let whole = match value {
            serde_json::Value::Null => continue,
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let shown: String = file_name::display(&whole).chars().take(EXTRA_CHARS).collect();
        let color = Tokens::of(ui).text;
        parts::fact(ui, name, |ui| {
            elided(ui, Type::Mono, color, &shown);
        });
    }
}
