//! A batch's header: how many files, how far they are, what can be done with all of them.

use eframe::egui::{
    Align, Id, Layout, Popup, Pos2, Rect, Response, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2,
};

use super::words::{self, FAILED, HELD, PENDING};
use super::{menu, waits};
use crate::domain::attachment::State;
use crate::model::queue::Waiting;
use crate::model::{Action, Transfer, links};
use crate::store::{BatchTotals, Group};
use crate::transfer::Scope;
use crate::ui::icon::Icon;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, IconButton, menu_of, paint_cut};
use crate::ui::{Cx, icons};

/// Headers narrower than this show their actions as icons.
const NARROW: f32 = 620.0;
/// An icon before its words.
const ICON_ROOM: f32 = 18.0;

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
    let waits = totals.as_ref().and_then(|totals| waits_for(cx, totals));
    let waits = waits.map(|wait| (waits::icon(wait), waits::line(cx.texts, wait, cx.model.now_ms)));
    // A click of the second button alone: the keyboard has the button for it.
    let response = ui.interact(rect, Id::unique(("batch", group.batch.0)), Sense::CLICK);
    let told = waits.as_ref().map(|(_, line)| line.clone());
    let spoken: Vec<String> = [Some(count.clone()), Some(facts.clone()), told]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, spoken.join(", ")));
    let buttons_left = totals.map_or(rect.right(), |totals| buttons_ui(ui, cx, rect, (&totals, &response)));
    let y = rect.center().y;
    let heading = ui.painter().layout_no_wrap(count, Type::Strong.font(), tokens.text);
    let wide = heading.size().x;
    let left = rect.left() + size::EDGE;
    ui.painter().galley(pos2(left, y - heading.size().y / 2.0), heading, tokens.text);
    let facts_left = left + wide + 10.0;
    told_ui(ui, (pos2(facts_left, y), buttons_left - facts_left - size::GAP), &facts, waits);
}

/// What its queued files wait for.
fn waits_for<'a>(cx: &'a Cx<'_>, totals: &BatchTotals) -> Option<&'a Waiting> {
    let queued = words::count_in(&totals.by_state, &[State::Queued]) > 0;
    cx.model.list.hosts.of(&totals.profile).filter(|_| queued)
}

/// How far it is; what it waits for comes first where both have no room.
fn told_ui(ui: &Ui, (at, room): (Pos2, f32), facts: &str, waits: Option<(Icon, String)>) {
    const LEAST: f32 = 24.0;
    let tokens = Tokens::of(ui);
    let Some((icon, line)) = waits else {
        if room > LEAST {
            paint_cut(ui.painter(), (at, room), Type::Small, tokens.text_2, facts);
        }
        return;
    };
    let wide = |words: &str, style: Type| {
        ui.painter().layout_no_wrap(words.to_owned(), style.font(), tokens.text).size().x
    };
    let needed = wide(&line, Type::SmallStrong) + ICON_ROOM;
    let short = facts.split(" · ").next().unwrap_or_default();
    let shown =
        [facts, short, ""].into_iter().find(|facts| wide(facts, Type::Small) + size::EDGE + needed <= room);
    let shown = shown.unwrap_or_default();
    let mut x = at.x;
    if !shown.is_empty() {
        paint_cut(ui.painter(), (at, room), Type::Small, tokens.text_2, shown);
        x += wide(shown, Type::Small) + 12.0;
    }
    let left = at.x + room - x - ICON_ROOM;
    if left > LEAST {
        icon.paint(ui.painter(), pos2(x + 7.0, at.y), size::ICON_SMALL, tokens.warn_text);
        paint_cut(
            ui.painter(),
            (pos2(x + ICON_ROOM, at.y), left),
            Type::SmallStrong,
            tokens.warn_text,
            &line,
        );
    }
}

/// A button of the header.
struct Offer {
    key: &'static str,
    icon: Icon,
    /// With an edge.
    loud: bool,
    asks: Action,
}

impl Offer {
    fn new(key: &'static str, icon: Icon, loud: bool, asks: Transfer) -> Self {
        Self { key, icon, loud, asks: Action::Transfer(asks) }
    }

    fn wide(&self, ui: &Ui, cx: &Cx<'_>, narrow: bool) -> f32 {
        if narrow { size::SMALL } else { self.button(cx.texts.get(self.key)).measure(ui) }
    }

    fn button<'a>(&self, label: &'a str) -> Button<'a> {
        let button = if self.loud { Button::plain(label) } else { Button::quiet(label) };
        button.icon(self.icon).small()
    }

    fn show(&self, ui: &mut Ui, cx: &Cx<'_>, narrow: bool) -> Response {
        let label = cx.texts.get(self.key);
        if narrow { IconButton::new(self.icon, label).small().show(ui) } else { self.button(label).show(ui) }
    }
}

/// What can be done with the batch as it is now, from left to right.
fn offers(cx: &Cx<'_>, totals: &BatchTotals) -> Vec<Offer> {
    let count = |states| words::count_in(&totals.by_state, states);
    let (pending, held, failed, done) = (count(PENDING), count(HELD), count(FAILED), count(&[State::Done]));
    let batch = || Scope::Batch(totals.batch);
    let mut offers = Vec::new();
    if waits_for(cx, totals).is_some_and(waits::can_be_tried) {
        let try_now = Transfer::TryNow(Some(totals.batch));
        offers.push(Offer::new("try-now", icons::PLAY, true, try_now));
    }
    if failed > 0 {
        offers.push(Offer::new(
            "retry-failed",
            icons::ARROW_CLOCKWISE,
            pending == 0,
            Transfer::Retry(batch()),
        ));
    }
    if done > 0 {
        let asks = Action::Links(links::Action::CopyBatch(totals.batch));
        offers.push(Offer { key: "copy-all-links", icon: icons::COPY, loud: pending > 0, asks });
    }
    if pending > 0 {
        offers.push(Offer::new("pause", icons::PAUSE, false, Transfer::Pause(batch())));
    } else if held > 0 {
        // Nothing of it was begun: it was handed over to be looked over first.
        let all: u64 = totals.by_state.iter().map(|(_, count)| count).sum();
        let fresh = held == all && cx.model.settings.uploads.look_over;
        let (key, icon) = if fresh { ("send", icons::PAPER_PLANE_TILT) } else { ("resume", icons::PLAY) };
        offers.push(Offer::new(key, icon, fresh, Transfer::Resume(batch())));
    }
    if pending + held > 0 {
        offers.push(Offer::new("cancel", icons::X, false, Transfer::Cancel(batch())));
    }
    offers
}

/// Up to the right edge, begun at the left so that Tab walks them as one reads; answers where they begin.
fn buttons_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, (totals, header): (&BatchTotals, &Response)) -> f32 {
    let place = rect.with_max_x(rect.right() - size::EDGE);
    let builder = UiBuilder::new()
        .id_salt(("batch-buttons", totals.batch.0))
        .max_rect(place)
        .layout(Layout::left_to_right(Align::Center))
        .accessibility_parent(header.id);
    let mut ui = ui.new_child(builder);
    ui.spacing_mut().item_spacing.x = size::HALF;
    let (offers, narrow) = (offers(cx, totals), rect.width() < NARROW);
    let waits = words::count_in(&totals.by_state, menu::MOVABLE) > 0;
    let more = if waits { size::SMALL + size::HALF } else { 0.0 };
    let wide: f32 = offers.iter().map(|offer| offer.wide(&ui, cx, narrow) + size::HALF).sum();
    // The gap behind the last one is none.
    let left = place.right() - (wide + more - size::HALF).max(0.0);
    ui.add_space(left - place.left() - size::HALF);
    for offer in offers {
        if offer.show(&mut ui, cx, narrow).clicked() {
            cx.push(offer.asks);
        }
    }
    if waits {
        let more = IconButton::new(icons::DOTS_THREE, cx.texts.get("more")).small().show(&mut ui);
        menu_of(&more, |ui| menu::queue_of(ui, cx, &Scope::Batch(totals.batch)));
        Popup::context_menu(header).show(|ui| menu::queue_of(ui, cx, &Scope::Batch(totals.batch)));
    }
    left
}
