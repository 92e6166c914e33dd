//! The page of shortcuts, F1.

use eframe::egui::{
    Context, CornerRadius, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use crate::ui::Cx;
use crate::ui::commands::{self, COMMANDS, Section};
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, Sheet, caption, paint_elided, sheet_buttons};

const WIDTH: f32 = 560.0;
const LINE: f32 = 28.0;

pub(super) fn show(ctx: &Context, cx: &mut Cx<'_>) -> bool {
    let texts = cx.texts;
    let mut close = false;
    let closed = Sheet::new("shortcuts", texts.get("keyboard-shortcuts")).width(WIDTH).show(ctx, |ui| {
        let room = (ctx.content_rect().height() - 200.0).max(200.0);
        ScrollArea::vertical().max_height(room).auto_shrink([false, true]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            // Beside the scroll bar.
            ui.set_width(ui.available_width() - 14.0);
            for section in Section::ALL {
                section_ui(ui, cx, section);
            }
        });
        sheet_buttons(ui, |ui| close = Button::plain(texts.get("close")).show(ui).clicked());
    });
    closed || close
}

fn section_ui(ui: &mut Ui, cx: &Cx<'_>, section: Section) {
    ui.add_space(size::GAP);
    caption(ui, cx.texts.get(section.key()));
    ui.add_space(size::HALF);
    for entry in COMMANDS.iter().filter(|entry| entry.section == section) {
        if let Some(shortcut) = &entry.shortcut {
            let keys = commands::written(ui.ctx(), shortcut);
            line_ui(ui, cx.texts.get(entry.key), &keys);
        }
    }
}

/// What it does, and its keys on a key cap.
fn line_ui(ui: &mut Ui, words: &str, keys: &str) {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{words}, {keys}")));
    let place = (pos2(rect.left(), rect.center().y), rect.width() - 140.0);
    paint_elided(ui.painter(), place, Type::Body, tokens.text, words);
    let galley = ui.painter().layout_no_wrap(keys.to_owned(), Type::SmallStrong.font(), tokens.text_2);
    let cap = vec2(galley.size().x + 12.0, 20.0);
    let center = pos2(rect.right() - cap.x / 2.0, rect.center().y);
    let cap = eframe::egui::Rect::from_center_size(center, cap);
    let edge = Stroke::new(size::LINE, tokens.line_strong);
    ui.painter().rect(cap, CornerRadius::same(4), tokens.panel, edge, StrokeKind::Inside);
    ui.painter().galley(cap.center() - galley.size() / 2.0, galley, tokens.text_2);
}
