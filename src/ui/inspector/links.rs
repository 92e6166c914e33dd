//! The links of the receipt, each with its own button, and who can use them.

use eframe::egui::{CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use super::{formats, qr};
use crate::domain::describe::Visibility;
use crate::domain::link_check::{LinkCheck, LinkState};
use crate::domain::receipt::{Link, LinkKind, Receipt};
use crate::model::{Action, links as out};
use crate::store::Row;
use crate::ui::Cx;
use crate::ui::icons;
use crate::ui::list::actions::{can_be_checked, check_links};
use crate::ui::text::Texts;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::when;
use crate::ui::widgets::{Button, IconButton, Tone, badge, paint_elided, text};

const BOX: f32 = 34.0;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    let Some(receipt) = row.receipt.as_ref().filter(|receipt| !receipt.links.is_empty()) else { return };
    let several = receipt.links.len() > 1;
    ui.add_space(20.0);
    head_ui(ui, cx, receipt, several);
    ui.add_space(size::GAP);
    for link in &receipt.links {
        if several {
            text(ui, Type::Small, Tokens::of(ui).text_2, cx.texts.get(kind_key(link.kind)));
            ui.add_space(2.0);
        }
        link_ui(ui, cx, row, link);
        ui.add_space(if several { 10.0 } else { 12.0 });
    }
    if can_be_checked(row) {
        check_ui(ui, cx, row);
    }
    formats::show(ui, cx, row);
    for note in &receipt.notes {
        ui.add_space(size::GAP);
        note_ui(ui, note);
    }
}

/// The section's label, and at its right who can use the primary link.
fn head_ui(ui: &mut Ui, cx: &Cx<'_>, receipt: &Receipt, several: bool) {
    ui.horizontal(|ui| {
        let label = cx.texts.get(if several { "section-links" } else { "section-link" });
        crate::ui::widgets::caption(ui, label);
        ui.with_layout(eframe::egui::Layout::right_to_left(eframe::egui::Align::Center), |ui| {
            let (tone, label) = reach(cx.texts, receipt, cx.model.now_ms);
            if let Some(wait) = receipt.expires_at.and_then(|at| when::next_minute(at, cx.model.now_ms)) {
                ui.ctx().request_repaint_after(wait);
            }
            badge(ui, tone, None, &label);
        });
    });
}

/// Who can use the primary link, in a word.
fn reach(texts: &Texts, receipt: &Receipt, now_ms: i64) -> (Tone, String) {
    let word = |tone, key| (tone, texts.get(key).to_owned());
    let left_secs = receipt.expires_at.map(|at| at - now_ms / 1000);
    match receipt.primary().map(|link| (link.visibility, is_local(&link.value))) {
        Some((_, true)) => word(Tone::Neutral, "visible-local"),
        Some((Visibility::Public, _)) => word(Tone::Ok, "visible-public"),
        Some((Visibility::Expiring, _)) => match left_secs {
            Some(..=0) => word(Tone::Error, "visible-expired"),
            Some(left) => {
                let time = texts.duration(left.unsigned_abs());
                (Tone::Warn, texts.with("visible-expires-in", &[("time", time.as_str().into())]))
            }
            None => word(Tone::Warn, "visible-expiring"),
        },
        Some((Visibility::Private, _)) => word(Tone::Neutral, "visible-private"),
        Some((Visibility::None, _)) | None => word(Tone::Neutral, "visible-none"),
    }
}

/// The same in a sentence.
pub(super) fn reach_key(receipt: &Receipt) -> &'static str {
    match receipt.primary().map(|link| (link.visibility, is_local(&link.value))) {
        Some((_, true)) => "reach-local",
        Some((Visibility::Public, _)) => "reach-public",
        Some((Visibility::Expiring, _)) => "reach-expiring",
        Some((Visibility::Private, _)) => "reach-private",
        Some((Visibility::None, _)) | None => "reach-none",
    }
}

/// A web address, which a browser can be handed.
pub(super) fn is_web(link: &str) -> bool {
    url::Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// An address that only programs on this computer reach.
pub(in crate::ui) fn is_local(link: &str) -> bool {
    let Some(host) = url::Url::parse(link).ok().and_then(|url| url.host().map(|host| host.to_owned())) else {
        return false;
    };
    match host {
        url::Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        url::Host::Ipv4(address) => address.is_loopback(),
        url::Host::Ipv6(address) => address.is_loopback(),
    }
}

fn kind_key(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::View => "link-view",
        LinkKind::Thumbnail => "link-thumbnail",
        LinkKind::Preview => "link-preview",
        LinkKind::Id => "link-id",
        LinkKind::Content => "link-content",
    }
}

fn copy_key(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::View => "copy-link-view",
        LinkKind::Thumbnail => "copy-link-thumbnail",
        LinkKind::Preview => "copy-link-preview",
        LinkKind::Id => "copy-link-id",
        LinkKind::Content => "copy-link-content",
    }
}

fn open_key(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Thumbnail => "open-link-thumbnail",
        LinkKind::Preview => "open-link-preview",
        LinkKind::View | LinkKind::Id | LinkKind::Content => "open-link-view",
    }
}

/// One link in a box, with its buttons in it.
fn link_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row, link: &Link) {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), BOX), Sense::hover());
    let edge = Stroke::new(size::LINE, tokens.line_strong);
    ui.painter().rect(rect, CornerRadius::same(size::CONTROL_RADIUS), tokens.bg, edge, StrokeKind::Inside);
    let web = is_web(&link.value);
    let buttons = if web { 3.0 } else { 1.0 };
    let left = rect.right() - 3.0 - buttons * size::SMALL;
    let start = pos2(rect.left() + 10.0, rect.center().y);
    paint_elided(ui.painter(), (start, left - start.x - 4.0), Type::Mono, tokens.text, &link.value);
    response.widget_info(|| eframe::egui::WidgetInfo::labeled(eframe::egui::Role::Label, true, &link.value));
    response.on_hover_text(&link.value);
    let id = ui.scope_id().with(("link", row.id, link.kind));
    let place = |index: f32| {
        let corner = pos2(left + index * size::SMALL, rect.center().y - size::SMALL / 2.0);
        Rect::from_min_size(corner, Vec2::splat(size::SMALL))
    };
    let copy_button = IconButton::new(icons::COPY, cx.texts.get(copy_key(link.kind)));
    if copy_button.show_at(ui, place(0.0), id.with("copy")).clicked() {
        cx.push(Action::Links(out::Action::CopyOne(row.id, link.kind)));
    }
    if !web {
        return;
    }
    let qr_button = IconButton::new(icons::QR_CODE, cx.texts.get("qr-code"));
    if qr_button.show_at(ui, place(1.0), id.with("qr")).clicked() {
        cx.state.inspector.qr = qr::Card::new(&link.value);
    }
    let open_button = IconButton::new(icons::ARROW_SQUARE_OUT, cx.texts.get(open_key(link.kind)));
    if open_button.show_at(ui, place(2.0), id.with("open")).clicked() {
        cx.push(Action::Links(out::Action::OpenOne(row.id, link.kind)));
    }
}

/// How the link was found when it was asked for last, and the way to ask again.
fn check_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    let tokens = Tokens::of(ui);
    let (icon, color, key) = match row.link_check.as_ref().map(|check| check.state) {
        Some(LinkState::Verified) => (icons::SEAL_CHECK, tokens.ok_text, "check-verified"),
        Some(LinkState::NotYet) => (icons::CLOCK, tokens.warn_text, "check-not-yet"),
        Some(LinkState::Broken) => (icons::LINK_BREAK, tokens.error_text, "check-broken"),
        None => (icons::INFO, tokens.text_2, "check-never"),
    };
    let button = Button::quiet(cx.texts.get("check-links")).small();
    ui.horizontal(|ui| {
        ui.set_min_height(size::SMALL);
        ui.spacing_mut().item_spacing.x = 6.0;
        icon.show(ui, size::ICON, color);
        text(ui, Type::SmallStrong, color, cx.texts.get(key));
        // The button ends where the links do.
        ui.add_space((ui.available_width() - button.measure(ui) - 6.0).max(0.0));
        if button.show(ui).clicked() {
            check_links(cx, vec![row.id]);
        }
    });
    if let Some(check) = &row.link_check {
        text(ui, Type::Small, tokens.text_2, checked(ui, cx, check));
        if let Some(why) = check.why.as_ref().filter(|_| check.state != LinkState::Verified) {
            text(ui, Type::Small, tokens.text, why);
        }
    }
    ui.add_space(12.0);
}

/// "Checked 2 min ago · HTTP 200"; drawn again when that is no longer so.
fn checked(ui: &Ui, cx: &Cx<'_>, check: &LinkCheck) -> String {
    let (ago, changes) = when::ago(cx.texts, check.at_ms, cx.model.now_ms);
    if let Some(wait) = changes {
        ui.ctx().request_repaint_after(wait);
    }
    let checked = cx.texts.with("checked", &[("when", (&ago).into())]);
    match check.status {
        Some(status) => {
            let status = status.to_string();
            format!("{checked} · {}", cx.texts.with("failed-status", &[("status", (&status).into())]))
        }
        None => checked,
    }
}

/// What should be known although it went well.
fn note_ui(ui: &mut Ui, note: &str) {
    let tokens = Tokens::of(ui);
    ui.horizontal_top(|ui| {
        icons::INFO.show(ui, size::ICON, tokens.text_2);
        text(ui, Type::Small, tokens.text_2, note);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_this_computer_are_told_from_others() {
        for local in ["http://127.0.0.1:4000/f/1", "http://localhost/x", "http://[::1]:80/"] {
            assert!(is_local(local), "{local}");
        }
        for other in ["https://a.example/", "f3a9", "http://192.168.1.4/x", "https://localhost.example/"] {
            assert!(!is_local(other), "{other}");
        }
    }
}
