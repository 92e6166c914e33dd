//! A batch's header: how many files, how far they are, what can be done with all of them.

use eframe::egui::{Align, Id, Layout, Rect, Response, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2};

use super::words::{self, FAILED, HELD, PENDING};
use crate::domain::attachment::{BatchId, State};
use crate::model::{Action, Transfer, links};
use crate::store::{BatchTotals, Group};
use crate::transfer::Scope;
use crate::ui::icon::Icon;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, IconButton, paint_cut};
use crate::ui::{Cx, icons};

/// Headers narrower than this show their actions as icons.
const NARROW: f32 = 620.0;

/// Draws it. `line`: a separator above, for all but the first.
pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, group: Group, line: bool) {
    let tokens = Tokens::of(ui);
    ui.painter().rect_filled(rect, 0, tokens.bg);
    if line {
        let span = rect.shrink2((size::GAP, 0.0).into()).x_range();
        ui.painter().hline(span, rect.top(), (size::LINE, tokens.line));
    }
    let totals = cx.model.list.batches.get(&group.batch).cloned();
    let all: u64 =
        totals.as_ref().map_or(group.count as u64, |totals| totals.by_state.iter().map(|(_, n)| n).sum());
    let count = cx.texts.count("files", all);
    let facts = totals.as_ref().map(|totals| words::batch_facts(cx, totals)).unwrap_or_default();
    let response = ui.interact(rect, Id::unique(("batch", group.batch.0)), Sense::HOVER);
    let spoken = if facts.is_empty() { count.clone() } else { format!("{count}, {facts}") };
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &spoken));
    let buttons_left = totals.map_or(rect.right(), |totals| buttons_ui(ui, cx, rect, (&totals, &response)));
    let y = rect.center().y;
    let heading = ui.painter().layout_no_wrap(count, Type::Strong.font(), tokens.text);
    let wide = heading.size().x;
    let left = rect.left() + size::EDGE;
    ui.painter().galley(pos2(left, y - heading.size().y / 2.0), heading, tokens.text);
    let facts_left = left + wide + 10.0;
    let room = buttons_left - facts_left - size::GAP;
    if room > 24.0 {
        paint_cut(ui.painter(), (pos2(facts_left, y), room), Type::Small, tokens.text_2, &facts);
    }
}

/// From the right edge; answers where they begin.
fn buttons_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, (totals, header): (&BatchTotals, &Response)) -> f32 {
    let place = rect.with_max_x(rect.right() - size::EDGE);
    let builder = UiBuilder::new()
        .id_salt(("batch-buttons", totals.batch.0))
        .max_rect(place)
        .layout(Layout::right_to_left(Align::Center))
        .accessibility_parent(header.id);
    let mut ui = ui.new_child(builder);
    ui.spacing_mut().item_spacing.x = size::HALF;
    let narrow = rect.width() < NARROW;
    let count = |states| words::count_in(&totals.by_state, states);
    let (pending, held, failed, done) = (count(PENDING), count(HELD), count(FAILED), count(&[State::Done]));
    let batch = || Scope::Batch(totals.batch);
    if pending + held > 0 && button(&mut ui, cx.texts.get("cancel"), icons::X, (false, narrow)).clicked() {
        cx.push(Action::Transfer(Transfer::Cancel(batch())));
    }
    if pending > 0 {
        if button(&mut ui, cx.texts.get("pause"), icons::PAUSE, (false, narrow)).clicked() {
            cx.push(Action::Transfer(Transfer::Pause(batch())));
        }
    } else if held > 0 && button(&mut ui, cx.texts.get("resume"), icons::PLAY, (false, narrow)).clicked() {
        cx.push(Action::Transfer(Transfer::Resume(batch())));
    }
    let loud = pending > 0 || failed == 0;
    if done > 0
        && button(&mut ui, cx.texts.get("copy-all-links"), icons::COPY, (loud && pending > 0, narrow))
            .clicked()
    {
        copy_all(cx, totals.batch);
    }
    if failed > 0
        && button(&mut ui, cx.texts.get("retry-failed"), icons::ARROW_CLOCKWISE, (pending == 0, narrow))
            .clicked()
    {
        cx.push(Action::Transfer(Transfer::Retry(batch())));
    }
    ui.min_rect().left()
}

fn copy_all(cx: &mut Cx<'_>, batch: BatchId) {
    cx.push(Action::Links(links::Action::CopyBatch(batch)));
}

fn button(ui: &mut Ui, label: &str, icon: Icon, (plain, narrow): (bool, bool)) -> Response {
    if narrow {
        return IconButton::new(icon, label).small().show(ui);
    }
    let button = if plain { Button::plain(label) } else { Button::quiet(label) };
    button.icon(icon).small().show(ui)
}
