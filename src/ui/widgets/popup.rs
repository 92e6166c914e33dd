//! Menus under a control: when one closes, the keyboard is back at what opened it.

use eframe::egui::{Id, Memory, Popup, Response, Ui};

/// A menu that a click on the control opens.
pub fn menu_of(opener: &Response, contents: impl FnOnce(&mut Ui)) {
    show(Popup::menu(opener), opener, contents);
}

/// The same with a popup of one's own making.
pub fn show(popup: Popup<'_>, opener: &Response, contents: impl FnOnce(&mut Ui)) {
    popup.show(contents);
    give_back(opener);
}

/// After the popup of a control was drawn: gives the keyboard back where it has just closed, unless something else
/// has got it meanwhile.
pub fn give_back(opener: &Response) {
    let ctx = &opener.ctx;
    let popup = Popup::default_response_id(opener);
    let open = Popup::is_id_open(ctx, popup);
    let key = Id::unique(("open", popup));
    let was_open = ctx.data(|data| data.get_temp::<bool>(key)).unwrap_or(false);
    if open != was_open {
        ctx.data_mut(|data| data.insert_temp(key, open));
    }
    if !was_open || open {
        return;
    }
    let focused = ctx.memory(Memory::focused);
    let in_popup = |id: Id| ctx.read_response(id).is_none_or(|response| response.layer_id.id == popup);
    if focused.is_none_or(in_popup) {
        opener.request_focus();
    }
}
