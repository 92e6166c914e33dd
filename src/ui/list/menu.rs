//! Everything that can be done with an attachment, as a menu.

use eframe::egui::Ui;

use super::words::{HELD, PENDING};
use super::{actions, waits};
use crate::domain::attachment::{AttachmentId, Priority, State};
use crate::model::{Action, Transfer, links, preferences, questions};
use crate::store::Row;
use crate::transfer::export::What;
use crate::transfer::{Place, Scope};
use crate::ui::icon::Icon;
use crate::ui::widgets::{menu_choice, menu_danger, menu_item, menu_line};
use crate::ui::{Cx, icons};

/// Wide enough for the longest action.
const WIDTH: f32 = 220.0;

/// What is sent again with others: not what may have arrived.
const RETRIED: &[State] = &[State::Failed, State::Canceled, State::Interrupted];
const GOING: &[State] =
    &[State::Queued, State::Preparing, State::Uploading, State::Finishing, State::Paused, State::Interrupted];
const OVER: &[State] = &[State::Done, State::Failed, State::Canceled, State::Unsure, State::Interrupted];

/// What has a place in the queue, or will have it again.
pub(super) const MOVABLE: &[State] = &[State::Queued, State::Paused];

/// Its icon, its word, what it can be done with, what it asks for.
type Wish = fn(Scope) -> Transfer;
type Offer = (Icon, &'static str, &'static [State], Wish);

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 0.0;
    if row.state == State::Done {
        links_ui(ui, cx, row);
    }
    if menu_item(ui, icons::FOLDER_OPEN, cx.texts.get("show-in-folder")).clicked() {
        cx.push(Action::Links(links::Action::ShowInFolder(row.id)));
    }
    menu_line(ui);
    transfers_ui(ui, cx, row);
    if MOVABLE.contains(&row.state) {
        menu_line(ui);
        queue_ui(ui, cx, &Scope::One(row.id), Some(row.priority));
    }
    if row.state == State::Done && row.receipt.is_some() {
        at_service_ui(ui, cx, row);
    }
    if (row.state.is_settled() || row.state == State::Interrupted)
        && menu_item(ui, icons::X, cx.texts.get("remove-from-list")).clicked()
    {
        cx.push(Action::Transfer(Transfer::Forget(vec![row.id])));
    }
}

/// The same for all that are selected; each takes from it those that it can be done with.
pub(super) fn selection_ui(ui: &mut Ui, cx: &mut Cx<'_>, shown: &[AttachmentId]) {
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 0.0;
    let ids = cx.state.list.selection.of(shown);
    // What is not read may be in any state.
    let any = |cx: &Cx<'_>, states: &[State]| {
        ids.iter().any(|id| cx.model.list.rows.get(*id).is_none_or(|row| states.contains(&row.state)))
    };
    if any(cx, &[State::Done]) && menu_item(ui, icons::LINK_SIMPLE, cx.texts.get("copy-links")).clicked() {
        actions::copy(cx, ids.clone());
    }
    let transfers: [Offer; 4] = [
        (icons::PAUSE, "pause", PENDING, Transfer::Pause),
        (icons::PLAY, "resume", HELD, Transfer::Resume),
        (icons::ARROW_CLOCKWISE, "retry", RETRIED, Transfer::Retry),
        (icons::X, "cancel", GOING, Transfer::Cancel),
    ];
    for (icon, key, states, transfer) in transfers {
        if any(cx, states) && menu_item(ui, icon, cx.texts.get(key)).clicked() {
            cx.push(Action::Transfer(transfer(Scope::Some(ids.clone()))));
        }
    }
    if any(cx, &[State::Done]) && menu_item(ui, icons::SEAL_CHECK, cx.texts.get("check-links")).clicked() {
        actions::check_links(cx, ids.clone());
    }
    if menu_item(ui, icons::EXPORT, cx.texts.get("export-selected")).clicked() {
        cx.push(Action::Preferences(preferences::Action::ExportHistory(What::Chosen(ids.clone()))));
    }
    if any(cx, MOVABLE) {
        menu_line(ui);
        queue_ui(ui, cx, &Scope::Some(ids.clone()), None);
        menu_line(ui);
    }
    if any(cx, OVER) && menu_item(ui, icons::X, cx.texts.get("remove-from-list")).clicked() {
        cx.state.list.selection.clear();
        actions::inspect(cx, None);
        cx.push(Action::Transfer(Transfer::Forget(ids)));
    }
}

/// The places and priorities of a whole batch.
pub(super) fn queue_of(ui: &mut Ui, cx: &mut Cx<'_>, scope: &Scope) {
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 0.0;
    queue_ui(ui, cx, scope, None);
}

/// Everything that waits for a target, and what runs to it.
pub(in crate::ui) fn target_ui(ui: &mut Ui, cx: &mut Cx<'_>, target: &str) {
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 0.0;
    let scope = || Scope::Profile(target.to_owned());
    let transfers: [(Icon, &str, Wish); 4] = [
        (icons::PAUSE, "pause", Transfer::Pause),
        (icons::PLAY, "resume", Transfer::Resume),
        (icons::ARROW_CLOCKWISE, "retry-failed", Transfer::Retry),
        (icons::X, "cancel", Transfer::Cancel),
    ];
    for (icon, key, transfer) in transfers {
        if menu_item(ui, icon, cx.texts.get(key)).clicked() {
            cx.push(Action::Transfer(transfer(scope())));
        }
    }
    menu_line(ui);
    priorities_ui(ui, cx, &scope(), None);
}

/// Where it stands among what waits.
fn queue_ui(ui: &mut Ui, cx: &mut Cx<'_>, scope: &Scope, priority: Option<Priority>) {
    let first = matches!(scope, Scope::One(id) if cx.model.list.order.before(*id) == Some(0));
    for (icon, key, place) in PLACES {
        let there = first && matches!(place, Place::First | Place::Earlier);
        let item = ui.add_enabled_ui(!there, |ui| menu_item(ui, icon, cx.texts.get(key))).inner;
        if item.clicked() {
            cx.push(Action::Transfer(Transfer::Reorder(scope.clone(), place)));
        }
    }
    menu_line(ui);
    priorities_ui(ui, cx, scope, priority);
}

fn priorities_ui(ui: &mut Ui, cx: &mut Cx<'_>, scope: &Scope, chosen: Option<Priority>) {
    for (icon, key, priority) in PRIORITIES {
        if menu_choice(ui, icon, cx.texts.get(key), chosen == Some(priority)).clicked() {
            cx.push(Action::Transfer(Transfer::Prioritise(scope.clone(), priority)));
        }
    }
}

/// Their icons, their words, what they ask for.
const PLACES: [(Icon, &str, Place); 4] = [
    (icons::ARROW_LINE_UP, "upload-first", Place::First),
    (icons::ARROW_UP, "move-up", Place::Earlier),
    (icons::ARROW_DOWN, "move-down", Place::Later),
    (icons::ARROW_LINE_DOWN, "upload-last", Place::Last),
];
const PRIORITIES: [(Icon, &str, Priority); 3] = [
    (icons::CARET_DOUBLE_UP, "set-priority-high", Priority::High),
    (icons::MINUS, "set-priority-normal", Priority::Normal),
    (icons::CARET_DOUBLE_DOWN, "set-priority-low", Priority::Low),
];

fn links_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    if !actions::has_link(row) {
        return;
    }
    if menu_item(ui, icons::LINK_SIMPLE, cx.texts.get("copy-link")).clicked() {
        actions::copy(cx, vec![row.id]);
    }
    if menu_item(ui, icons::ARROW_SQUARE_OUT, cx.texts.get("open-link")).clicked() {
        actions::open(cx, row);
    }
    if actions::can_be_checked(row) && menu_item(ui, icons::SEAL_CHECK, cx.texts.get("check-links")).clicked()
    {
        actions::check_links(cx, vec![row.id]);
    }
}

fn transfers_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    let waits = waits::of_row(cx, row).is_some_and(waits::can_be_tried);
    if waits && menu_item(ui, icons::PLAY, cx.texts.get("try-now")).clicked() {
        actions::resume(cx, row.id);
    }
    match row.state {
        State::Queued | State::Preparing | State::Uploading | State::Finishing => {
            if menu_item(ui, icons::PAUSE, cx.texts.get("pause")).clicked() {
                actions::pause(cx, row.id);
            }
        }
        State::Paused => {
            if menu_item(ui, icons::PLAY, cx.texts.get("resume")).clicked() {
                actions::resume(cx, row.id);
            }
        }
        State::Failed | State::Canceled | State::Interrupted => {
            if menu_item(ui, icons::ARROW_CLOCKWISE, cx.texts.get("retry")).clicked() {
                actions::retry(cx, row.id);
            }
        }
        State::Unsure => {
            if menu_item(ui, icons::ARROW_CLOCKWISE, cx.texts.get("retry")).clicked() {
                actions::ask_to_send_again(cx, row);
            }
        }
        State::Done => {}
    }
    let looks = actions::can_be_looked_for(cx, row);
    if looks && menu_item(ui, icons::MAGNIFYING_GLASS, cx.texts.get("look-at-service")).clicked() {
        actions::look(cx, row.id);
    }
    if !row.state.is_settled() && menu_item(ui, icons::X, cx.texts.get("cancel")).clicked() {
        actions::cancel(cx, row.id);
    }
}

/// What the service can do with it afterwards, as far as it says so.
fn at_service_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    let target = cx.model.targets.all.iter().find(|target| target.profile.name == row.profile);
    let Some(service) = target.and_then(|target| target.service) else { return };
    if service.capability.saves && menu_item(ui, icons::DOWNLOAD_SIMPLE, cx.texts.get("save-as")).clicked() {
        cx.push(Action::Links(links::Action::Save(row.id)));
    }
    if service.capability.renews
        && menu_item(ui, icons::ARROWS_CLOCKWISE, cx.texts.get("renew-link")).clicked()
    {
        cx.push(Action::Transfer(Transfer::Renew(row.id)));
    }
    if service.capability.deletes && menu_danger(ui, icons::TRASH, cx.texts.get("delete-file")).clicked() {
        let confirm = questions::Confirm::Delete(row.id, row.name.clone());
        cx.push(Action::Questions(questions::Action::Ask(questions::Question::Confirm(confirm))));
    }
}
