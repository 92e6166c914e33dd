//! What can be done with the attachment. Only what its service can do is shown.

use eframe::egui::{Align, Layout, Ui, vec2};

use super::links;
use crate::domain::attachment::State;
use crate::domain::describe::Capability;
use crate::model::questions::{self, Confirm, Question};
use crate::model::{Action, Transfer, links as out};
use crate::store::Row;
use crate::ui::Cx;
use crate::ui::dialogs::changes;
use crate::ui::icons;
use crate::ui::list::actions::{capability, is_over};
use crate::ui::tokens::size;
use crate::ui::widgets::{Button, IconButton};

/// Where the buttons have no room for their labels.
const NARROW: f32 = 270.0;

/// Whether it is at the service, as far as is known.
fn is_there(row: &Row) -> bool {
    row.state == State::Done && row.receipt.as_ref().is_some_and(|receipt| receipt.deleted_at.is_none())
}

fn opens(row: &Row) -> bool {
    row.receipt.as_ref().and_then(|receipt| receipt.primary()).is_some_and(|link| links::is_web(&link.value))
}

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    let there = capability(cx, row).filter(|_| is_there(row));
    ui.spacing_mut().item_spacing = vec2(size::HALF, size::HALF);
    if changes::can_be_changed(row) {
        let label = cx.texts.get("change-before-sending");
        if Button::plain(label).icon(icons::SLIDERS_HORIZONTAL).small().show(ui).clicked() {
            changes::open(cx, row.id);
        }
    }
    ui.horizontal(|ui| {
        file_ui(ui, cx, row);
        if there.is_some_and(|capability| capability.deletes) {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| delete_ui(ui, cx, row));
        }
    });
    if let Some(capability) = there.filter(|capability| capability.saves || capability.renews) {
        ui.horizontal(|ui| service_ui(ui, cx, row, capability));
    }
}

fn file_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    let narrow = ui.available_width() < NARROW;
    let show = Button::plain(cx.texts.get("show-in-folder")).icon(icons::FOLDER_OPEN).small();
    if show.show(ui).clicked() {
        cx.push(Action::Links(out::Action::ShowInFolder(row.id)));
    }
    if !opens(row) {
        return;
    }
    let (icon, label) = (icons::ARROW_SQUARE_OUT, cx.texts.get("open-link"));
    let open = if narrow {
        IconButton::new(icon, label).small().show(ui)
    } else {
        Button::quiet(label).icon(icon).small().show(ui)
    };
    if open.clicked() {
        cx.push(Action::Links(out::Action::Open(row.id)));
    }
}

fn service_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row, capability: &Capability) {
    if capability.saves {
        let save = Button::quiet(cx.texts.get("save-as")).icon(icons::DOWNLOAD_SIMPLE).small();
        if save.show(ui).clicked() {
            cx.push(Action::Links(out::Action::Save(row.id)));
        }
    }
    if capability.renews {
        let label = cx.texts.get("renew-link");
        // Where nothing else helps any more.
        let renew = if is_over(cx, row) { Button::plain(label) } else { Button::quiet(label) };
        if renew.icon(icons::ARROWS_CLOCKWISE).small().show(ui).clicked() {
            cx.push(Action::Transfer(Transfer::Renew(row.id)));
        }
    }
}

/// Asked once more before it is done.
fn delete_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    if IconButton::new(icons::TRASH, cx.texts.get("delete-at-service")).small().show(ui).clicked() {
        let question = Question::Confirm(Confirm::Delete(row.id, row.name.clone()));
        cx.push(Action::Questions(questions::Action::Ask(question)));
    }
}
