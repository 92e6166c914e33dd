//! What was said to the service and what it answered.

use eframe::egui::{Align2, CornerRadius, Frame, Margin, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use url::Url;

use super::parts;
use crate::domain::attachment::Activity;
use crate::domain::curl;
use crate::domain::file_name;
use crate::model::detail::Loaded;
use crate::model::{Action, links as out};
use crate::ui::Cx;
use crate::ui::icons;
use crate::ui::text::Texts;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, caption, focus_ring, paint_elided, text};

const ROW: f32 = 24.0;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, loaded: &Loaded) {
    if loaded.activity.is_empty() {
        return;
    }
    parts::section(ui, cx.texts.get("section-activity"));
    for (index, activity) in loaded.activity.iter().enumerate() {
        let open = cx.state.inspector.opened.1.contains(&index);
        if row_ui(ui, cx.texts, activity, open).clicked() {
            let opened = &mut cx.state.inspector.opened.1;
            if !opened.remove(&index) {
                opened.insert(index);
            }
        }
        if open {
            exchange_ui(ui, cx, activity);
        }
    }
}

/// The method and where it went: the path, and the host after it.
fn place(activity: &Activity) -> (String, String) {
    match Url::parse(&activity.url) {
        Ok(url) => {
            let path = file_name::display(url.path());
            (format!("{} {path}", activity.method), url.host_str().unwrap_or_default().to_owned())
        }
        Err(_) => (format!("{} {}", activity.method, file_name::display(&activity.url)), String::new()),
    }
}

pub(super) fn outcome(texts: &Texts, activity: &Activity) -> String {
    let status = activity.status.map(|status| status.to_string());
    let status = status.unwrap_or_else(|| texts.get("activity-no-answer").to_owned());
    format!("{status} · {}", took(texts, activity.took_ms))
}

fn took(texts: &Texts, took_ms: u64) -> String {
    match took_ms {
        0..1000 => texts.with("activity-milliseconds", &[("count", took_ms.into())]),
        1000..60_000 => format!("{}.{} s", took_ms / 1000, took_ms % 1000 / 100),
        _ => texts.duration(took_ms / 1000),
    }
}

fn row_ui(ui: &mut Ui, texts: &Texts, activity: &Activity, open: bool) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let ((line, host), outcome) = (place(activity), outcome(texts, activity));
    let name = format!("{line}, {outcome}");
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, open, &name));
    let painter = ui.painter();
    if response.hovered() {
        painter.rect_filled(
            rect.expand2(vec2(6.0, 0.0)),
            CornerRadius::same(size::SMALL_RADIUS),
            tokens.hover,
        );
    }
    let well = activity.status.is_some_and(|status| status < 400);
    let (icon, color) = if well { (icons::CHECK, tokens.ok_text) } else { (icons::X, tokens.error_text) };
    icon.paint(painter, pos2(rect.left() + 7.0, rect.center().y), 14.0, color);
    let right = painter.text(
        rect.right_center(),
        Align2::RIGHT_CENTER,
        outcome,
        Type::Small.font(),
        if well { tokens.text_2 } else { color },
    );
    let start = pos2(rect.left() + 24.0, rect.center().y);
    let room = right.left() - start.x - 12.0;
    paint_elided(painter, (start, room), Type::Small, tokens.text, &line);
    let used = painter.layout_no_wrap(line, Type::Small.font(), tokens.text).size().x;
    let host_room = room - used - size::GAP;
    if host_room > 48.0 {
        let at = pos2(start.x + used + size::GAP, start.y);
        paint_elided(painter, (at, host_room), Type::Small, tokens.text_3, &host);
    }
    focus_ring(ui, &response, rect, size::SMALL_RADIUS);
    response
}

/// Headers, sizes and the answer of one request.
fn exchange_ui(ui: &mut Ui, cx: &mut Cx<'_>, activity: &Activity) {
    let tokens = Tokens::of(ui);
    let frame = Frame::NONE
        .fill(tokens.hover)
        .corner_radius(CornerRadius::same(size::CONTROL_RADIUS))
        .inner_margin(Margin::same(10));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = size::HALF;
        text(ui, Type::Mono, tokens.text, format!("{} {}", activity.method, activity.url));
        if activity.sent_bytes > 0 {
            let size = cx.texts.bytes(activity.sent_bytes);
            let sent = cx.texts.with("activity-sent", &[("size", size.as_str().into())]);
            text(ui, Type::Small, tokens.text_2, sent);
        }
        headers_ui(ui, cx.texts.get("activity-request"), &activity.headers);
        headers_ui(ui, cx.texts.get("activity-answer"), &activity.answer_headers);
        if let Some(answer) = activity.answer.as_ref().filter(|answer| !answer.is_empty()) {
            if activity.answer_headers.is_empty() {
                ui.add_space(size::HALF);
                caption(ui, cx.texts.get("activity-answer"));
            }
            text(ui, Type::Mono, tokens.text, answer);
        }
        ui.add_space(size::HALF);
        let copy = Button::plain(cx.texts.get("copy-as-curl")).icon(icons::TERMINAL_WINDOW).small();
        if copy.show(ui).clicked() {
            let (text, told) = (curl::command(activity), "curl-copied");
            cx.push(Action::Links(out::Action::CopyText { text, secret: false, told }));
        }
    });
    ui.add_space(size::HALF);
}

fn headers_ui(ui: &mut Ui, label: &str, headers: &[(String, String)]) {
    if headers.is_empty() {
        return;
    }
    let tokens = Tokens::of(ui);
    ui.add_space(size::HALF);
    caption(ui, label);
    for (name, value) in headers {
        text(ui, Type::Mono, tokens.text_2, format!("{name}: {value}"));
    }
}
