//! A sheet in the middle, over a scrim: the keyboard stays in it.

use eframe::egui::{
    Align, Align2, Context, CornerRadius, Frame, Id, Key, Layout, Margin, Modal, Modifiers, Role, Stroke, Ui,
    vec2,
};

use super::label::text;
use crate::ui::tokens::{Tokens, Type, size};

/// The frame of a sheet; its contents are the caller's.
#[derive(Debug)]
#[must_use = "a sheet is drawn by `show`"]
pub struct Sheet<'a> {
    id: &'static str,
    title: &'a str,
    width: f32,
    bare: bool,
}

impl<'a> Sheet<'a> {
    /// `title` is its heading and its accessible name.
    pub fn new(id: &'static str, title: &'a str) -> Self {
        Self { id, title, width: size::SHEET, bare: false }
    }

    pub fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// Without a heading and with little room around: a list to choose from.
    pub fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// Draws it; whether it was closed with Esc, or by a click beside it.
    pub fn show(self, ctx: &Context, contents: impl FnOnce(&mut Ui)) -> bool {
        let tokens = Tokens::in_context(ctx);
        let margin = if self.bare { Margin::same(8) } else { Margin::same(24) };
        let frame = Frame::NONE
            .fill(tokens.bg)
            .stroke(Stroke::new(size::LINE, tokens.line))
            .corner_radius(CornerRadius::same(12))
            .shadow(ctx.global_style().visuals.window_shadow)
            .inner_margin(margin);
        let room = ctx.content_rect().width() - 2.0 * size::EDGE;
        let width = self.width.min(room) - margin.sum().x;
        // Before the sheet's own fields see it: Esc leaves the sheet, not one of its fields.
        let escaped = ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        let mut modal = Modal::new(Id::unique(self.id));
        if self.bare {
            // Its list grows and shrinks while it is typed into; its field stays where it is.
            modal.area = modal.area.anchor(Align2::CENTER_TOP, vec2(0.0, 2.0 * size::BAR));
        }
        let shown = modal.frame(frame).backdrop_color(tokens.scrim).show(ctx, |ui| {
            ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
                node.set_role(Role::Dialog);
                node.set_modal();
                node.set_label(self.title);
            });
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = size::GAP;
            if !self.bare {
                text(ui, Type::Title, tokens.text, self.title);
            }
            contents(ui);
        });
        let beside = shown.backdrop_response.clicked();
        escaped || beside
    }
}

/// The row of buttons at a sheet's foot, the default one at the right.
pub fn sheet_buttons(ui: &mut Ui, buttons: impl FnOnce(&mut Ui)) {
    ui.add_space(size::GAP);
    let height = size::CONTROL;
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), height),
        Layout::right_to_left(Align::Center),
        buttons,
    );
}
