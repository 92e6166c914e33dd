//! "Before sending": what is changed in the copy of a file that is sent. Everything can be taken back until it is.

mod controls;
mod draft;
mod frames;

use std::sync::Arc;

use eframe::egui::{Align, Context, Layout, ScrollArea, Ui, vec2};

use self::draft::Draft;
use super::copy::{self, Settling};
use super::is_pressed;
use crate::domain::attachment::{AttachmentId, State as Stage};
use crate::model::detail::Action as Detail;
use crate::model::{Action, Transfer};
use crate::store::Row;
use crate::ui::Cx;
use crate::ui::icons;
use crate::ui::kind::Kind;
use crate::ui::seen::Seen;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, Sheet, elided, sheet_buttons, text};

const WIDTH: f32 = 744.0;
/// The column of what will be sent.
const LOOK: f32 = 288.0;
/// Where two columns have no room.
const NARROW: f32 = 620.0;
/// The sheet's heading, buttons and edges.
const AROUND: f32 = 190.0;
const RESULT: f32 = 56.0;

#[derive(Debug)]
pub struct State {
    id: AttachmentId,
    /// None until the row is here.
    draft: Option<Draft>,
    settling: Settling,
    /// Drawn before.
    shown: bool,
}

/// What is changed before it is sent: nothing of it is on its way.
pub(in crate::ui) fn can_be_changed(row: &Row) -> bool {
    matches!(row.state, Stage::Queued | Stage::Paused | Stage::Failed | Stage::Canceled | Stage::Interrupted)
}

pub(in crate::ui) fn open(cx: &mut Cx<'_>, id: AttachmentId) {
    // The file may be another one since it was looked at last.
    cx.state.looks.forget_trials(id);
    cx.push(Action::Detail(Detail::Inspect(Some(id))));
    cx.state.changes = Some(State { id, draft: None, settling: Settling::default(), shown: false });
}

pub(super) fn show(ctx: &Context, cx: &mut Cx<'_>) {
    let Some(mut state) = cx.state.changes.take() else { return };
    let loaded = cx.model.detail.loaded.as_ref().map(|loaded| &loaded.row).filter(|row| row.id == state.id);
    let Some(row) = cx.model.list.rows.get(state.id).or(loaded).cloned() else {
        cx.state.changes = Some(state).filter(|_| cx.model.detail.loaded.is_none());
        return;
    };
    let new = !std::mem::replace(&mut state.shown, true);
    let seen = Seen::of(cx, &row);
    let mut draft = state.draft.take().unwrap_or_else(|| Draft::of(&row.name, &row.repairs));
    let mut done = false;
    let title = cx.texts.get("changes-title");
    let closed = Sheet::new("changes", title).width(WIDTH).show(ctx, |ui| {
        elided(ui, Type::Small, Tokens::of(ui).text_2, &row.name);
        ui.add_space(size::HALF);
        let room = (ctx.content_rect().height() - AROUND).max(160.0);
        ScrollArea::vertical().max_height(room).auto_shrink([false, true]).show(ui, |ui| {
            body_ui(ui, cx, (&row, &seen), (&mut draft, &mut state.settling));
        });
        done = buttons_ui(ui, cx, &row, (&mut draft, new));
    });
    if closed || done {
        return;
    }
    state.draft = Some(draft);
    cx.state.changes = Some(state);
}

fn body_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (row, seen): (&Arc<Row>, &Seen),
    (draft, settling): (&mut Draft, &mut Settling),
) {
    // Beside the scroll bar.
    let width = ui.available_width() - size::HALF;
    let narrow = width < NARROW;
    let look = |ui: &mut Ui, cx: &mut Cx<'_>, draft: &Draft, settling: &mut Settling| {
        let remove = cx.model.settings.uploads.remove_location;
        let wish = if seen.kind == Kind::Picture { draft.wish(remove) } else { None };
        let outcome = copy::outcome(ui, cx, row, (wish, settling));
        let shape = copy::shape(ui.available_width());
        copy::picture_ui(ui, cx, (row, seen), (&outcome, shape));
        ui.add_space(size::GAP);
        copy::result_ui(ui, cx, seen, (&outcome, RESULT));
    };
    let column = |ui: &mut Ui, wide: f32, add: &mut dyn FnMut(&mut Ui)| {
        ui.allocate_ui_with_layout(vec2(wide, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(wide);
            ui.spacing_mut().item_spacing = vec2(size::GAP, 0.0);
            add(ui);
        });
    };
    if narrow {
        column(ui, width, &mut |ui| controls::show(ui, cx, (row, seen), draft));
        column(ui, LOOK, &mut |ui| look(ui, cx, draft, settling));
        return;
    }
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        column(ui, LOOK, &mut |ui| look(ui, cx, draft, settling));
        ui.add_space(24.0);
        column(ui, width - LOOK - 24.0, &mut |ui| controls::show(ui, cx, (row, seen), draft));
    });
}

/// Answers whether the sheet is done with.
fn buttons_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row, (draft, new): (&mut Draft, bool)) -> bool {
    let (texts, mut done) = (cx.texts, false);
    let in_time = can_be_changed(row);
    if !in_time {
        ui.horizontal(|ui| {
            icons::WARNING_FILL.show(ui, size::ICON, Tokens::of(ui).warn_text);
            text(ui, Type::Small, Tokens::of(ui).warn_text, texts.get("changes-too-late"));
        });
    }
    let repairs = draft.repairs(&row.name).filter(|_| in_time);
    // Nothing of these goes on by itself.
    let over = matches!(row.state, Stage::Failed | Stage::Canceled | Stage::Interrupted);
    sheet_buttons(ui, |ui| {
        let key = if over { "changes-save-and-upload" } else { "save" };
        let save = Button::primary(texts.get(key)).enabled(repairs.is_some()).show(ui);
        let pressed = is_pressed(ui.ctx(), &save, new);
        if let Some(repairs) = repairs.filter(|_| pressed) {
            cx.push(Action::Transfer(Transfer::Change { id: row.id, repairs, retry: over }));
            done = true;
        }
        done |= Button::plain(texts.get("cancel")).show(ui).clicked();
        let plain = Draft::plain(&row.name);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let back = Button::quiet(texts.get("changes-back")).icon(icons::ARROW_COUNTER_CLOCKWISE);
            if back.enabled(*draft != plain).show(ui).clicked() {
                *draft = plain;
            }
        });
    });
    done
}

/// What is wrong with a name, as the text that says so.
pub(super) fn bad_name(name: &str) -> Option<&'static str> {
    Draft::plain(name).bad_name().map(draft::BadName::key)
}
