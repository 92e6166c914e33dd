//! What can be asked for an attachment.

use crate::domain::attachment::AttachmentId;
use crate::model::{Action, Transfer, detail, links};
use crate::store::Row;
use crate::transfer::Scope;
use crate::ui::Cx;

pub(super) fn cancel(cx: &mut Cx<'_>, id: AttachmentId) {
    cx.push(Action::Transfer(Transfer::Cancel(Scope::One(id))));
}

pub(super) fn pause(cx: &mut Cx<'_>, id: AttachmentId) {
    cx.push(Action::Transfer(Transfer::Pause(Scope::One(id))));
}

pub(super) fn resume(cx: &mut Cx<'_>, id: AttachmentId) {
    cx.push(Action::Transfer(Transfer::Resume(Scope::One(id))));
}

pub(super) fn retry(cx: &mut Cx<'_>, id: AttachmentId) {
    cx.push(Action::Transfer(Transfer::Retry(Scope::One(id))));
}

pub(super) fn copy(cx: &mut Cx<'_>, ids: Vec<AttachmentId>) {
    if !ids.is_empty() {
        cx.push(Action::Links(links::Action::Copy(ids)));
    }
}

/// Opens the link of one that has one.
pub(super) fn open(cx: &mut Cx<'_>, row: &Row) {
    if has_link(row) {
        cx.push(Action::Links(links::Action::Open(row.id)));
    }
}

pub(super) fn has_link(row: &Row) -> bool {
    row.receipt.as_ref().is_some_and(|receipt| receipt.primary().is_some())
}

/// Shows one in the inspector, or all that are selected where those are several.
pub(super) fn inspect(cx: &mut Cx<'_>, id: Option<AttachmentId>) {
    let outline = cx.model.list.outline.as_ref().filter(|_| cx.state.list.selection.is_several());
    if let Some(outline) = outline {
        let ids = cx.state.list.selection.of(&outline.ids);
        cx.push(Action::Detail(detail::Action::InspectMany(ids)));
        return;
    }
    cx.push(Action::Detail(detail::Action::Inspect(id)));
}
