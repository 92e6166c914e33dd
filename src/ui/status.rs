//! The status bar: what all running uploads come to.

use eframe::egui::{Align, Id, Layout, Rect, Sense, Ui, pos2, vec2};

use super::list::waits;
use super::list::words::{self, HELD, PENDING, count_in};
use super::tokens::{Tokens, Type, size};
use super::widgets::{Button, progress, text};
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
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(size::EDGE);
        if let Some(scan) = cx.model.intake.scan.clone() {
            scan_ui(ui, cx, scan.files);
        } else if pending > 0 {
            busy_ui(ui, cx);
        } else {
            idle_ui(ui, cx);
        }
        right_ui(ui, cx, (pending, held));
    });
}

/// What can be done, up to the right edge; begun at the left, so that Tab walks it as one reads.
fn right_ui(ui: &mut Ui, cx: &mut Cx<'_>, (pending, held): (u64, u64)) {
    let all = match (pending, held) {
        (0, 0) => None,
        (0, _) => Some(("resume-all", icons::PLAY, Transfer::Resume(Scope::All))),
        _ => Some(("pause-all", icons::PAUSE, Transfer::Pause(Scope::All))),
    };
    let queued = count_in(&cx.model.list.overall.by_state, &[State::Queued]) > 0;
    let tried = queued && cx.model.list.hosts.all().into_iter().any(waits::can_be_tried);
    let tried = tried.then_some(("try-now", icons::ARROW_CLOCKWISE, Transfer::TryNow(None)));
    let gap = size::HALF;
    let button = |label, icon| Button::quiet(label).icon(icon).small();
    let wide: f32 = [&tried, &all]
        .into_iter()
        .flatten()
        .map(|(key, icon, _)| button(cx.texts.get(key), *icon).measure(ui) + gap)
        .sum();
    let whole = wide + bandwidth::measure(ui, cx);
    ui.spacing_mut().item_spacing.x = gap;
    ui.add_space((ui.available_width() - whole - size::EDGE - gap).max(0.0));
    if let Some((key, icon, asks)) = tried
        && button(cx.texts.get(key), icon).show(ui).clicked()
    {
        cx.push(Action::Transfer(asks));
    }
    bandwidth::show(ui, cx);
    if let Some((key, icon, asks)) = all
        && button(cx.texts.get(key), icon).show(ui).clicked()
    {
        cx.push(Action::Transfer(asks));
    }
}

fn busy_ui(ui: &mut Ui, cx: &Cx<'_>) {
    let flow = &cx.model.list.moving.overall;
    if ui.available_width() > WITH_BAR {
        let (rect, _) = ui.allocate_exact_size(vec2(BAR, size::FOOT), Sense::hover());
        let bar = Rect::from_min_size(pos2(rect.left(), rect.center().y - 2.0), vec2(BAR, 4.0));
        progress(ui, Id::unique("overall-bar"), bar, flow.fraction(), cx.texts.get("overall-progress"));
        ui.add_space(size::HALF);
    }
    let mut facts = words::flow_facts(cx.texts, flow);
    facts.push(words::working(cx.texts, &cx.model.list));
    facts_ui(ui, &facts);
    waits_ui(ui, cx);
}

/// What is waited for, said once.
fn waits_ui(ui: &mut Ui, cx: &Cx<'_>) {
    let queued = count_in(&cx.model.list.overall.by_state, &[State::Queued]) > 0;
    let Some((icon, line)) = waits::all(cx).filter(|_| queued) else { return };
    let tokens = Tokens::of(ui);
    ui.add_space(size::HALF);
    icon.show(ui, size::ICON_SMALL, tokens.warn_text);
    text(ui, Type::SmallStrong, tokens.warn_text, line);
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
