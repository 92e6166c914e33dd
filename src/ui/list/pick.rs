//! Selecting with the mouse: a row or a cell that is clicked, ctrl-clicked, shift-clicked, opened, asked for its menu.

use std::sync::Arc;

use eframe::egui::{
    CornerRadius, EventFilter, Id, Key, Modifiers, Popup, Rect, Response, Role, Sense, Ui, WidgetInfo, vec2,
};

use super::{actions, menu, words};
use crate::domain::attachment::AttachmentId;
use crate::store::Row;
use crate::ui::Cx;
use crate::ui::tokens::{Tokens, size};
use crate::ui::widgets::give_back;

/// A row or a cell on the screen.
pub(super) struct Spot<'a> {
    pub rect: Rect,
    pub row: &'a Arc<Row>,
    /// Its accessible name.
    pub spoken: String,
}

pub(super) fn row_id(id: AttachmentId) -> Id {
    Id::unique(("attachment", id.0))
}

/// Takes what the mouse does to it, and paints its ground.
pub(super) fn respond(ui: &Ui, cx: &mut Cx<'_>, spot: Spot<'_>) -> Response {
    let Spot { rect, row, spoken } = spot;
    let id = row.id;
    let response = ui.interact(rect, row_id(id), Sense::click());
    if response.has_focus() {
        let arrows = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    }
    if response.gained_focus() {
        cx.state.list.selection.cursor = Some(id);
    }
    if response.clicked() {
        clicked(ui, cx, id);
        response.request_focus();
    }
    let by_key = response.has_focus() && menu_key(ui);
    if by_key {
        Popup::open_id(ui.ctx(), Popup::default_response_id(&response));
    }
    if (by_key || response.secondary_clicked()) && !cx.state.list.selection.has(id) {
        cx.state.list.selection.only(id);
        actions::inspect(cx, Some(id));
    }
    if response.double_clicked() {
        actions::open(cx, row);
    }
    let selected = cx.state.list.selection.has(id);
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &spoken));
    let described = words::described(cx, row);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_selected(selected);
        if let Some(described) = described {
            node.set_description(described);
        }
    });
    let tokens = Tokens::of(ui);
    // Only one of two that touch.
    let above_the_edge = ui.input(|input| input.pointer.hover_pos().is_some_and(|at| at.y < rect.bottom()));
    let hovered = above_the_edge && ui.rect_contains_pointer(rect);
    let ground = if selected { Some(tokens.selected) } else { hovered.then_some(tokens.hover) };
    if let Some(ground) = ground {
        ui.painter().rect_filled(rect, CornerRadius::same(size::CONTROL_RADIUS), ground);
    }
    let several = selected && cx.state.list.selection.is_several();
    let mut popup = Popup::context_menu(&response);
    let at_pointer = Popup::position_of_id(ui.ctx(), Popup::default_response_id(&response)).is_some();
    if !at_pointer && !response.secondary_clicked() {
        popup = popup.at_position(rect.left_center() + vec2(size::EDGE, 0.0));
    }
    popup.show(|ui| match cx.model.list.outline.clone() {
        Some(outline) if several => menu::selection_ui(ui, cx, &outline.ids),
        _ => menu::show(ui, cx, row),
    });
    give_back(&response);
    response
}

fn menu_key(ui: &Ui) -> bool {
    ui.input_mut(|input| {
        input.consume_key(Modifiers::SHIFT, Key::F10) || input.consume_key(Modifiers::NONE, Key::Menu)
    })
}

fn clicked(ui: &Ui, cx: &mut Cx<'_>, id: AttachmentId) {
    let modifiers = ui.input(|input| input.modifiers);
    let selection = &mut cx.state.list.selection;
    match &cx.model.list.outline {
        Some(outline) if modifiers.shift => selection.range(&outline.ids, id),
        _ if modifiers.command => selection.toggle(id),
        _ => selection.only(id),
    }
    actions::inspect(cx, Some(id));
}
