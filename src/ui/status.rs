//! The status bar: what all running uploads come to.

use eframe::egui::{Align, Id, Layout, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::icon::Icon;
use super::list::waits;
use super::list::words::{self, HELD, PENDING, count_in};
use super::tokens::{Tokens, Type, size};
use super::widgets::{Button, paint_cut, progress, text, wide};
use super::{Cx, bandwidth, icons};
use crate::domain::attachment::State;
use crate::model::list::Filter;
use crate::model::{Action, Transfer, intake};
use crate::transfer::Scope;

const BAR: f32 = 160.0;

/// Narrower status bars leave the bar out.
const WITH_BAR: f32 = 640.0;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let by_state = &cx.model.list.overall.by_state;
    let (pending, held) = (count_in(by_state, PENDING), count_in(by_state, HELD));
    let right = Right::of(ui, cx, (pending, held));
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(size::EDGE);
        if let Some(scan) = cx.model.intake.scan.clone() {
            scan_ui(ui, cx, scan.files);
        } else if pending > 0 {
            let room = ui.available_width() - right.wide - size::EDGE;
            busy_ui(ui, cx, room);
        } else {
            idle_ui(ui, cx);
        }
        right.show(ui, cx);
    });
}

/// A button: its text's key, its icon, what it asks for.
type Offer = (&'static str, Icon, Transfer);

/// What can be done, up to the right edge; begun at the left, so that Tab walks it as one reads.
struct Right {
    tried: Option<Offer>,
    all: Option<Offer>,
    /// With the window's edge.
    wide: f32,
}

impl Right {
    const GAP: f32 = size::HALF;

    fn of(ui: &Ui, cx: &Cx<'_>, (pending, held): (u64, u64)) -> Self {
        let all = match (pending, held) {
            (0, 0) => None,
            (0, _) => Some(("resume-all", icons::PLAY, Transfer::Resume(Scope::All))),
            _ => Some(("pause-all", icons::PAUSE, Transfer::Pause(Scope::All))),
        };
        let tried = is_queued(cx) && cx.model.list.hosts.all().into_iter().any(waits::can_be_tried);
        let tried = tried.then_some(("try-now", icons::PLAY, Transfer::TryNow(None)));
        let buttons = [&tried, &all].into_iter().flatten();
        let buttons: f32 = buttons.map(|(key, icon, _)| button(cx, key, *icon).measure(ui) + Self::GAP).sum();
        Self { tried, all, wide: buttons + bandwidth::measure(ui, cx) + size::EDGE }
    }

    fn show(self, ui: &mut Ui, cx: &mut Cx<'_>) {
        ui.spacing_mut().item_spacing.x = Self::GAP;
        ui.add_space((ui.available_width() - self.wide).max(0.0));
        offer_ui(ui, cx, self.tried);
        bandwidth::show(ui, cx);
        offer_ui(ui, cx, self.all);
    }
}

fn offer_ui(ui: &mut Ui, cx: &mut Cx<'_>, offer: Option<Offer>) {
    if let Some((key, icon, asks)) = offer
        && button(cx, key, icon).show(ui).clicked()
    {
        cx.push(Action::Transfer(asks));
    }
}

fn button<'a>(cx: &Cx<'a>, key: &'a str, icon: Icon) -> Button<'a> {
    Button::quiet(cx.texts.get(key)).icon(icon).small()
}

fn is_queued(cx: &Cx<'_>) -> bool {
    count_in(&cx.model.list.overall.by_state, &[State::Queued]) > 0
}

/// The bar, the numbers, what is waited for. What has no room is left out, the numbers first.
fn busy_ui(ui: &mut Ui, cx: &Cx<'_>, mut room: f32) {
    let flow = &cx.model.list.moving.overall;
    let waits = waits::all(cx).filter(|_| is_queued(cx));
    let needed = waits.as_ref().map_or(0.0, |(_, line)| wide(ui, Type::SmallStrong, line) + WAIT_ICON);
    ui.spacing_mut().item_spacing.x = size::GAP;
    if ui.available_width() > WITH_BAR && room - needed > BAR + size::EDGE {
        let (rect, _) = ui.allocate_exact_size(vec2(BAR, size::FOOT), Sense::hover());
        let bar = Rect::from_min_size(pos2(rect.left(), rect.center().y - 2.0), vec2(BAR, 4.0));
        progress(ui, Id::unique("overall-bar"), bar, flow.fraction(), cx.texts.get("overall-progress"));
        ui.add_space(size::HALF);
        room -= BAR + BETWEEN;
    }
    let mut facts = words::flow_facts(cx.texts, flow);
    facts.push(words::working(cx.texts, &cx.model.list));
    let mut used: f32 = facts.iter().map(|fact| wide(ui, Type::Small, fact) + BETWEEN).sum();
    while used + needed > room && !facts.is_empty() {
        used -= wide(ui, Type::Small, &facts.remove(0)) + BETWEEN;
    }
    facts_ui(ui, &facts);
    if let Some((icon, line)) = waits {
        wait_ui(ui, icon, &line, (room - used).min(needed));
    }
}

/// Between two facts.
const BETWEEN: f32 = size::GAP + size::HALF;
/// An icon before what is waited for.
const WAIT_ICON: f32 = 20.0;

/// In one line, cut where it has no room.
fn wait_ui(ui: &mut Ui, icon: Icon, line: &str, room: f32) {
    let color = Tokens::of(ui).warn_text;
    let (rect, response) = ui.allocate_exact_size(vec2(room.max(0.0), size::SMALL), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, line));
    icon.paint(ui.painter(), pos2(rect.left() + 7.0, rect.center().y), size::ICON_SMALL, color);
    let place = (pos2(rect.left() + WAIT_ICON, rect.center().y), rect.width() - WAIT_ICON);
    paint_cut(ui.painter(), place, Type::SmallStrong, color, line);
    response.on_hover_text(line);
}

/// Each in a place that grows but does not shrink while its digits change.
fn facts_ui(ui: &mut Ui, facts: &[String]) {
    let tokens = Tokens::of(ui);
    for fact in facts.iter().filter(|fact| !fact.is_empty()) {
        text(ui, Type::Small, tokens.text_2, fact);
        ui.add_space(size::HALF);
    }
}

fn idle_ui(ui: &mut Ui, cx: &Cx<'_>) {
    let list = &cx.model.list;
    if list.count(Filter::All) == 0 {
        facts_ui(ui, &[cx.texts.get("no-uploads-yet").to_owned()]);
        return;
    }
    let counted = |key, states: &[State]| {
        let count = count_in(&list.counts, states);
        (count > 0).then(|| cx.texts.count(key, count))
    };
    let facts = [
        counted("count-uploaded", &[State::Done]),
        counted("count-failed", &[State::Failed]),
        counted("count-unsure", &[State::Unsure]),
        counted("count-canceled", &[State::Canceled]),
        counted("count-paused", &[State::Paused]),
        counted("count-interrupted", &[State::Interrupted]),
    ];
    facts_ui(ui, &[facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")]);
}

/// Folders are looked through.
fn scan_ui(ui: &mut Ui, cx: &mut Cx<'_>, files: u64) {
    facts_ui(ui, &[cx.texts.count("scanning", files)]);
    if Button::quiet(cx.texts.get("stop")).icon(icons::X).small().show(ui).clicked() {
        cx.push(Action::Intake(intake::Action::StopScan));
    }
}
