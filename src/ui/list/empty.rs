//! Before the first upload the list is the place to drop files on.

use eframe::egui::{
    Color32, CornerRadius, Link, Painter, Pos2, Rect, RichText, Shape, Stroke, Ui, UiBuilder, pos2, vec2,
};

use crate::domain::describe::Visibility;
use crate::domain::profile::SANDBOX_SERVICE;
use crate::model::{Action, intake, targets};
use crate::ui::icon::of_service;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, text};
use crate::ui::{Cx, Screen, icons};

const BADGE: f32 = 72.0;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let tokens = Tokens::of(ui);
    let zone = ui.available_rect_before_wrap().shrink(24.0);
    dashed(ui.painter(), zone, tokens.line_strong);
    let tall = 260.0;
    let top = (zone.center().y - tall / 2.0).max(zone.top() + size::EDGE);
    let place = Rect::from_min_max(pos2(zone.left() + size::EDGE, top), zone.max - vec2(size::EDGE, 0.0));
    let mut ui = ui.new_child(UiBuilder::new().max_rect(place));
    ui.vertical_centered(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let (badge, _) = ui.allocate_exact_size(vec2(BADGE, BADGE), eframe::egui::Sense::hover());
        ui.painter().rect_filled(badge, CornerRadius::same(18), tokens.accent_ground);
        icons::PAPERCLIP.paint(ui.painter(), badge.center(), 36.0, tokens.accent_text);
        ui.add_space(18.0);
        text(ui, Type::Hero, tokens.text, cx.texts.get(drops(cx, ["drop-here", "paste-here"])));
        ui.add_space(size::GAP);
        ways_ui(ui, cx);
        ui.add_space(36.0);
        where_ui(ui, cx);
        if cx.model.settings.uploads.look_over {
            ui.add_space(size::HALF);
            text(ui, Type::Small, tokens.text_2, cx.texts.get("looked-over-first"));
        }
        ui.add_space(18.0);
        if Button::plain(cx.texts.get("new-target")).icon(icons::PLUS).show(ui).clicked() {
            cx.state.targets.open_gallery();
            cx.state.screen = Screen::Targets;
        }
    });
}

/// The first of the words where files can be dropped, else the second: nothing is promised that does not work.
fn drops(cx: &Cx<'_>, [with, without]: [&'static str; 2]) -> &'static str {
    if cx.model.preferences.display.takes_drops() { with } else { without }
}

/// "or paste, or choose files — you get a link for each one", the middle of it a link.
fn ways_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let tokens = Tokens::of(ui);
    let (before, link, after) = (
        cx.texts.get(drops(cx, ["ways-before", "ways-before-no-drop"])),
        cx.texts.get("choose-files"),
        cx.texts.get("ways-after"),
    );
    let font = Type::Body.font();
    let wide =
        |words: &str| ui.painter().layout_no_wrap(words.to_owned(), font.clone(), tokens.text).size().x;
    let gap = 4.0;
    let whole = wide(before) + wide(link) + wide(after) + 2.0 * gap;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        ui.add_space(((ui.available_width() - whole) / 2.0).max(0.0));
        text(ui, Type::Body, tokens.text_2, before);
        let words = RichText::new(link).font(font.clone()).color(tokens.text).underline();
        if ui.add(Link::new(words)).clicked() {
            cx.push(Action::Intake(intake::Action::ChooseFiles));
        }
        text(ui, Type::Body, tokens.text_2, after);
    });
}

/// Where files go, and who will see them.
fn where_ui(ui: &mut Ui, cx: &Cx<'_>) {
    let tokens = Tokens::of(ui);
    let (icon, line) = destination(cx);
    let font = Type::Small.font();
    let wide = ui.painter().layout_no_wrap(line.clone(), font, tokens.text_2).size().x + 20.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.add_space(((ui.available_width() - wide) / 2.0).max(0.0));
        icon.show(ui, 14.0, tokens.text_2);
        text(ui, Type::Small, tokens.text_2, line);
    });
}

fn destination(cx: &Cx<'_>) -> (crate::ui::icon::Icon, String) {
    let Some(target) = cx.model.targets.picked() else {
        return (icons::FLASK, cx.texts.get("go-to-sandbox").to_owned());
    };
    let name = &target.profile.name;
    let line = match (target.profile.is_local(), target.visibility()) {
        (true, _) if target.profile.service != SANDBOX_SERVICE => {
            cx.texts.with("go-to-demo", &[("target", name.into())])
        }
        (true, _) => cx.texts.get("go-to-sandbox").to_owned(),
        (false, visibility) => said(cx, target, visibility),
    };
    (of_service(&target.profile.service), line)
}

fn said(cx: &Cx<'_>, target: &targets::Target, visibility: Option<Visibility>) -> String {
    let key = match visibility {
        Some(Visibility::Public) => "go-to-public",
        Some(Visibility::Expiring) => "go-to-expiring",
        _ => "go-to-private",
    };
    let host = target.host.as_deref().filter(|host| !host.is_empty()).unwrap_or(&target.profile.service);
    cx.texts.with(key, &[("target", (&target.profile.name).into()), ("host", host.into())])
}

/// A rounded rectangle of dashes.
fn dashed(painter: &Painter, rect: Rect, color: Color32) {
    const RADIUS: f32 = 16.0;
    const STEPS: u8 = 8;
    let mut path: Vec<Pos2> = Vec::new();
    let corners = [
        (pos2(rect.right() - RADIUS, rect.top() + RADIUS), -90.0_f32),
        (pos2(rect.right() - RADIUS, rect.bottom() - RADIUS), 0.0),
        (pos2(rect.left() + RADIUS, rect.bottom() - RADIUS), 90.0),
        (pos2(rect.left() + RADIUS, rect.top() + RADIUS), 180.0),
    ];
    for (center, from) in corners {
        for step in 0..=STEPS {
            let angle = (from + 90.0 * f32::from(step) / f32::from(STEPS)).to_radians();
            path.push(center + RADIUS * vec2(angle.cos(), angle.sin()));
        }
    }
    path.extend(path.first().copied());
    painter.extend(Shape::dashed_line(&path, Stroke::new(1.5, color), 6.0, 5.0));
}
