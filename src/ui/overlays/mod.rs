//! What lies over the screen: all commands, the page of shortcuts, about; and the keyboard beside the widgets.

mod about;
mod palette;
mod paste;
mod shortcuts;

pub(super) use about::what_it_is;

use eframe::egui::{Context, Key, Modifiers};

use super::{Cx, Overlay, Screen, commands, dialogs};

#[derive(Debug, Default)]
pub struct State {
    /// The search field should take the keyboard; whoever draws it takes this back.
    pub search: bool,
    /// What was on top in the last frame.
    shown: Option<Overlay>,
    palette: palette::State,
    about: about::State,
    paste: paste::State,
}

pub(super) fn show(ctx: &Context, cx: &mut Cx<'_>) {
    if dialogs::is_open(cx.model) {
        return;
    }
    let overlay = cx.state.overlay;
    let new = cx.state.overlays.shown != overlay;
    cx.state.overlays.shown = overlay;
    let closed = match overlay {
        None => false,
        Some(Overlay::Palette) => palette::show(ctx, cx, new),
        Some(Overlay::Shortcuts) => shortcuts::show(ctx, cx),
        Some(Overlay::About) => about::show(ctx, cx, new),
    };
    // A command of the palette may have put something else on top.
    if closed && cx.state.overlay == overlay {
        cx.state.overlay = None;
    }
}

/// Carries out what the keyboard asks for.
pub(super) fn shortcuts(ctx: &Context, cx: &mut Cx<'_>) {
    if dialogs::is_open(cx.model) {
        return;
    }
    commands::listen(ctx, cx);
    if cx.state.overlay.is_some() {
        return;
    }
    paste::listen(ctx, cx);
    // Esc leaves a field first, then the screen. A drop-down list that is open takes it before both.
    let free = ctx.memory(|memory| memory.focused().is_none()) && !eframe::egui::Popup::is_any_open(ctx);
    if cx.state.screen != Screen::Uploads
        && free
        && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
    {
        cx.state.screen = Screen::Uploads;
    }
}
