//! The keyboard in the list: moving, selecting, removing, copying, opening.

use eframe::egui::{Event, FocusDirection, Key, Memory, Modifiers, Popup, Rect, Ui};

use super::actions;
use super::layout::{Kind, Layout};
use super::pick::row_id;
use crate::domain::attachment::{AttachmentId, State};
use crate::model::{Action, Transfer};
use crate::ui::commands::{self, By, COMMANDS};
use crate::ui::tokens::size;
use crate::ui::{Cx, large};

/// Takes the keys that are the list's, before egui makes clicks of them.
pub(super) fn take(ui: &Ui, cx: &mut Cx<'_>, layout: &Layout, view: Rect) {
    // The large preview goes to the neighbours: the selection goes with it.
    if let Some(id) = cx.state.large.of().filter(|id| cx.state.list.selection.cursor != Some(*id)) {
        cx.state.list.selection.only(id);
        if let Some(index) = layout.outline.ids.iter().position(|shown| *shown == id) {
            reveal(cx, (layout, view), index);
        }
    }
    let elsewhere = cx.state.overlay.is_some()
        || cx.state.covers()
        || !cx.model.questions.waiting.is_empty()
        || Popup::is_any_open(ui.ctx())
        || ui.ctx().text_edit_focused();
    // Finding the cursor in a hundred thousand rows is for frames that have a key.
    let keys = ui.input(|input| {
        input.events.iter().any(|event| matches!(event, Event::Key { pressed: true, .. } | Event::Copy))
    });
    if !keys || elsewhere || layout.outline.ids.is_empty() {
        return;
    }
    whole(ui, cx, layout);
    let cursor = cx.state.list.selection.cursor;
    let focused = ui.memory(Memory::focused);
    if focused.is_some_and(|id| cursor.is_none_or(|cursor| row_id(cursor) != id)) {
        return;
    }
    moves(ui, cx, layout, view);
    opens(ui, cx);
}

fn pressed(ui: &Ui, modifiers: Modifiers, key: Key) -> bool {
    ui.input_mut(|input| input.consume_key(modifiers, key))
}

/// What concerns the whole selection.
fn whole(ui: &Ui, cx: &mut Cx<'_>, layout: &Layout) {
    let ids = &layout.outline.ids;
    if pressed(ui, Modifiers::COMMAND, Key::A) {
        cx.state.list.selection.all(ids);
        actions::inspect(cx, cx.state.list.selection.cursor);
    }

    if cx.state.list.selection.is_empty() {
        return;
    }
    places(ui, cx);
    let copies = ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy)));
    if copies {
        let selected = cx.state.list.selection.of(ids);
        actions::copy(cx, selected);
    }
    if pressed(ui, Modifiers::NONE, Key::Delete) {
        remove(cx, ids);
    }
    if pressed(ui, Modifiers::NONE, Key::Escape) {
        cx.state.list.selection.clear();
        actions::inspect(cx, None);
    }
}

/// Alt with an arrow moves what waits; without anything to move it does nothing, not what the arrow alone does.
fn places(ui: &Ui, cx: &mut Cx<'_>) {
    let keys = COMMANDS.iter().filter(|entry| entry.by == By::Selection);
    for (shortcut, command) in keys.filter_map(|entry| Some((entry.shortcut?, entry.command))) {
        let asked = ui.input_mut(|input| input.consume_shortcut(&shortcut));
        if asked && commands::is_enabled(cx, command) {
            commands::run(cx, command);
        }
    }
}

/// Takes the selection out of the list. One that was alone leaves the place to its neighbour.
fn remove(cx: &mut Cx<'_>, ids: &[AttachmentId]) {
    let selected = cx.state.list.selection.of(ids);
    let alone = match selected.as_slice() {
        [one] => cx.model.list.rows.get(*one).filter(|row| row.state.is_settled()).map(|_| *one),
        _ => None,
    };
    cx.state.list.selection.clear();
    if let Some(index) = alone.and_then(|one| ids.iter().position(|id| *id == one)) {
        let next = ids.get(index + 1).or_else(|| ids.get(index.checked_sub(1)?)).copied();
        if let Some(next) = next {
            cx.state.list.selection.only(next);
        }
        actions::inspect(cx, next);
    } else {
        actions::inspect(cx, None);
    }
    cx.push(Action::Transfer(Transfer::Remove(selected)));
}

fn moves(ui: &Ui, cx: &mut Cx<'_>, layout: &Layout, view: Rect) {
    let ids = &layout.outline.ids;
    let extend = ui.input(|input| input.modifiers.shift);
    let at = cx.state.list.selection.cursor.and_then(|cursor| ids.iter().position(|id| *id == cursor));
    let key = |key| pressed(ui, Modifiers::NONE, key);
    let start = at.unwrap_or_default();
    let line = |down| at.map_or(Some(0), |at| layout.line_from(at, down));
    let grid = matches!(layout.kind, Kind::Grid { .. });
    let to = if key(Key::ArrowDown) {
        line(true)
    } else if key(Key::ArrowUp) {
        line(false)
    } else if grid && key(Key::ArrowRight) {
        Some(start + 1)
    } else if grid && key(Key::ArrowLeft) {
        start.checked_sub(1)
    } else if key(Key::Home) {
        Some(0)
    } else if key(Key::End) {
        ids.len().checked_sub(1)
    } else if key(Key::PageDown) {
        Some(page(layout, view, start, true))
    } else if key(Key::PageUp) {
        Some(page(layout, view, start, false))
    } else {
        None
    };
    if let Some((index, id)) = to.and_then(|to| Some((to, *ids.get(to)?))) {
        go(ui, cx, (layout, view), (index, id), extend);
    }
}

fn page(layout: &Layout, view: Rect, from: usize, down: bool) -> usize {
    let lines = f64::from((view.height() - size::BATCH).max(0.0)) / layout.kind.line();
    let mut at = from;
    let mut done = 1.0;
    while done <= lines.max(1.0) {
        match layout.line_from(at, down) {
            Some(next) => at = next,
            None => break,
        }
        done += 1.0;
    }
    at
}

fn go(
    ui: &Ui,
    cx: &mut Cx<'_>,
    (layout, view): (&Layout, Rect),
    (index, id): (usize, AttachmentId),
    extend: bool,
) {
    let list = &mut cx.state.list;
    if extend {
        list.selection.range(&layout.outline.ids, id);
    } else {
        list.selection.only(id);
    }
    reveal(cx, (layout, view), index);
    ui.memory_mut(|memory| {
        memory.request_focus(row_id(id));
        // The arrow has done its work: egui would go on from here to the widget below.
        memory.move_focus(FocusDirection::None);
    });
    actions::inspect(cx, Some(id));
}

/// Scrolls no further than it takes to show it.
fn reveal(cx: &mut Cx<'_>, (layout, view): (&Layout, Rect), index: usize) {
    if let Some((group, member)) = layout.place(index) {
        let top = layout.member_top(group, member);
        cx.state.list.scroll.reveal(view, (top, top + layout.kind.line()), f64::from(size::BATCH));
    }
}

fn opens(ui: &Ui, cx: &mut Cx<'_>) {
    let Some(id) = cx.state.list.selection.cursor else { return };
    if pressed(ui, Modifiers::NONE, Key::Space) {
        cx.state.list.selection.only(id);
        large::open(cx, id);
    }
    if pressed(ui, Modifiers::NONE, Key::Enter) {
        let row = cx.model.list.rows.get(id).cloned();
        if let Some(row) = row.filter(|row| row.state == State::Done && cx.state.inspector.open) {
            actions::open(cx, &row);
        } else {
            cx.state.inspector.open = true;
            actions::inspect(cx, Some(id));
        }
    }
}
