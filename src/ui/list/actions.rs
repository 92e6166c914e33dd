//! What can be asked for an attachment.

use super::words;
use crate::domain::attachment::{AttachmentId, State};
use crate::domain::describe::{Capability, Visibility};
use crate::domain::receipt::Link;
use crate::model::{Action, Transfer, detail, links, questions};
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

pub(super) fn renew(cx: &mut Cx<'_>, id: AttachmentId) {
    cx.push(Action::Transfer(Transfer::Renew(id)));
}

pub(in crate::ui) fn look(cx: &mut Cx<'_>, id: AttachmentId) {
    cx.push(Action::Transfer(Transfer::Look(id)));
}

/// Whether its end is not known and the service can be asked for it.
pub(in crate::ui) fn can_be_looked_for(cx: &Cx<'_>, row: &Row) -> bool {
    let open = matches!(row.state, State::Unsure | State::Interrupted);
    open && capability(cx, row).is_some_and(|capability| capability.looks)
}

pub(in crate::ui) fn check_links(cx: &mut Cx<'_>, ids: Vec<AttachmentId>) {
    if !ids.is_empty() {
        cx.push(Action::Transfer(Transfer::CheckLinks(ids)));
    }
}

/// One that may have arrived is sent again only when it is meant.
pub(in crate::ui) fn ask_to_send_again(cx: &mut Cx<'_>, row: &Row) {
    let confirm = questions::Confirm::SendAgain(row.id, row.name.clone());
    cx.push(Action::Questions(questions::Action::Ask(questions::Question::Confirm(confirm))));
}

/// Whether its link has expired and can be made fresh.
pub(in crate::ui) fn is_over(cx: &Cx<'_>, row: &Row) -> bool {
    let over = words::expiry(cx.texts, row, cx.model.now_ms).is_some_and(|expiry| expiry.over);
    over && capability(cx, row).is_some_and(|capability| capability.renews)
}

/// What the target's service can do; nothing of it for a target that is gone.
pub(in crate::ui) fn capability(cx: &Cx<'_>, row: &Row) -> Option<&'static Capability> {
    let target = cx.model.targets.find(&row.profile)?;
    target.service.filter(|service| service.id == row.service).map(|service| &service.capability)
}

/// Whether its link can be asked for by everybody, and so by us.
pub(in crate::ui) fn can_be_checked(row: &Row) -> bool {
    let open = |link: &Link| matches!(link.visibility, Visibility::Public | Visibility::Expiring);
    row.state == State::Done && row.receipt.as_ref().and_then(|receipt| receipt.primary()).is_some_and(open)
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
