//! Files over the window and files let go: the window becomes the target.

use std::collections::BTreeSet;

use eframe::egui::{
    Align2, Area, Context, CornerRadius, HoveredFile, Id, Order, Rect, Shadow, Stroke, StrokeKind, pos2, vec2,
};

use super::Cx;
use super::icons;
use super::text::Value;
use super::tokens::{Tokens, Type, size};
use crate::domain::profile::SANDBOX_PROFILE;
use crate::model::{Action, intake};

#[derive(Debug, Default)]
pub struct State {}

pub(super) fn hover_ui(ctx: &Context, cx: &mut Cx<'_>) {
    let dropped = ctx.input(|input| {
        let files = &input.raw.dropped_files;
        files.iter().map(|file| file.path().to_owned()).collect::<Vec<_>>()
    });
    if !dropped.is_empty() {
        cx.push(Action::Intake(intake::Action::Add(dropped)));
    }
    let hovered = ctx.input(|input| count(&input.raw.hovered_files));
    if hovered > 0 {
        over_ui(ctx, cx, hovered as u64);
    }
}

/// On X11 a pointer that moves fast is told of the same files several times.
fn count(hovered: &[HoveredFile]) -> usize {
    let paths: BTreeSet<_> = hovered.iter().filter_map(|file| file.path.as_deref()).collect();
    paths.len() + hovered.iter().filter(|file| file.path.is_none()).count()
}

/// An edge around the whole window, because the pointer's place is not known while files hover.
fn over_ui(ctx: &Context, cx: &Cx<'_>, files: u64) {
    let tokens = Tokens::in_context(ctx);
    let target = cx.model.targets.picked().map_or(SANDBOX_PROFILE, |target| &target.profile.name);
    let values = [("count", Value::from(files)), ("target", target.into())];
    let line = cx.texts.with("drop-over", &values);
    Area::new(Id::unique("drop-over"))
        .order(Order::Foreground)
        .interactable(false)
        .fixed_pos(pos2(0.0, 0.0))
        .show(ctx, |ui| {
            let window = ctx.content_rect();
            let painter = ui.painter();
            painter.rect_filled(window, 0, tokens.accent_ground.gamma_multiply(0.6));
            let edge = Stroke::new(size::FOCUS_RING, tokens.accent);
            painter.rect_stroke(window, 0, edge, StrokeKind::Inside);
            let galley = painter.layout_no_wrap(line.clone(), Type::Title.font(), tokens.text);
            let card = Rect::from_center_size(window.center(), vec2(galley.size().x + 112.0, 88.0));
            let radius = CornerRadius::same(size::CARD_RADIUS + 2);
            let shadow = Shadow { offset: [0, 8], blur: 24, spread: 0, color: tokens.shadow };
            painter.add(shadow.as_shape(card, radius));
            painter.rect(card, radius, tokens.bg, Stroke::new(size::LINE, tokens.line), StrokeKind::Inside);
            let icon = pos2(card.left() + 44.0, card.center().y);
            icons::UPLOAD_SIMPLE.paint(painter, icon, 28.0, tokens.accent_text);
            let at = Align2::LEFT_CENTER.anchor_size(pos2(icon.x + 28.0, icon.y), galley.size()).min;
            painter.galley(at, galley, tokens.text);
            let spoken = ui.interact(card, Id::unique("drop-over-line"), eframe::egui::Sense::hover());
            spoken.widget_info(|| eframe::egui::WidgetInfo::labeled(eframe::egui::Role::Label, true, &line));
        });
}
