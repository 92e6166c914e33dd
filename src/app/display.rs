//! What the window is shown through. On Wayland winit 0.30 takes no drops (rust-windowing/winit#1881), so there the
//! window goes through `XWayland` where that answers.

use std::env;

use eframe::EventLoopBuilderHook;

use crate::model::preferences::Display;

/// What a session has, and what the user wants of it.
struct Session<'a> {
    /// `window.backend`.
    wanted: &'a str,
    wayland: bool,
    x11: bool,
}

/// What the settings ask for, as far as this session has it.
pub(super) fn choose(wanted: &str) -> Display {
    let has =
        |names: &[&str]| names.iter().any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()));
    let wayland = has(&["WAYLAND_DISPLAY", "WAYLAND_SOCKET"]);
    let session = Session { wanted, wayland: wayland && cfg!(target_os = "linux"), x11: has(&["DISPLAY"]) };
    of(&session, answers)
}

fn of(session: &Session<'_>, answers: impl FnOnce() -> bool) -> Display {
    match session.wanted {
        _ if !session.wayland => Display::Only,
        "wayland" => Display::Wayland,
        // Asked for by name it is tried, and what breaks is told.
        "x11" if session.x11 => Display::XWayland,
        _ if session.x11 && answers() => Display::XWayland,
        _ => Display::Wayland,
    }
}

#[cfg(target_os = "linux")]
fn answers() -> bool {
    crate::platform::x11::answers()
}

#[cfg(not(target_os = "linux"))]
fn answers() -> bool {
    false
}

/// Makes winit take it.
#[cfg(target_os = "linux")]
pub(super) fn hook(display: Display) -> Option<EventLoopBuilderHook> {
    use winit::platform::wayland::EventLoopBuilderExtWayland as _;
    use winit::platform::x11::EventLoopBuilderExtX11 as _;
    match display {
        Display::Only => None,
        Display::XWayland => Some(Box::new(|builder| {
            builder.with_x11();
        })),
        Display::Wayland => Some(Box::new(|builder| {
            builder.with_wayland();
        })),
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn hook(_display: Display) -> Option<EventLoopBuilderHook> {
    None
}

/// Brings the window to the front with what a launcher gave: see [`crate::platform::x11::activate`]. Waits for the X
/// server.
#[cfg(target_os = "linux")]
pub(super) fn activate(window: u32, token: &str) {
    crate::platform::x11::activate(window, token);
}

/// There are no such tokens.
#[cfg(not(target_os = "linux"))]
pub(super) fn activate(_window: u32, _token: &str) {}

/// Starts the program once more without the X server, in place of this one: winit makes one attempt a process. Comes
/// back only when that does not work either, or was not called for.
#[cfg(target_os = "linux")]
pub(super) fn without_x11(wanted: &str, display: Display) {
    use std::os::unix::process::CommandExt as _;
    if display == Display::XWayland
        && wanted == "auto"
        && let Ok(exe) = env::current_exe()
    {
        let _not_replaced =
            std::process::Command::new(exe).args(env::args_os().skip(1)).env_remove("DISPLAY").exec();
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn without_x11(_wanted: &str, _display: Display) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_wayland_the_window_goes_through_x11_where_that_answers() {
        let chosen = |wanted, wayland, x11, answers| of(&Session { wanted, wayland, x11 }, || answers);
        for (wanted, x11, answers, display) in [
            ("auto", true, true, Display::XWayland),
            ("auto", true, false, Display::Wayland),
            ("auto", false, true, Display::Wayland),
            ("wayland", true, true, Display::Wayland),
            ("x11", true, false, Display::XWayland),
            ("x11", false, false, Display::Wayland),
        ] {
            assert_eq!(chosen(wanted, true, x11, answers), display, "{wanted} {x11} {answers}");
            assert_eq!(chosen(wanted, false, x11, answers), Display::Only, "no choice: {wanted}");
        }
    }

    #[test]
    fn only_wayland_takes_no_drops() {
        let takes = [Display::Only, Display::XWayland, Display::Wayland].map(Display::takes_drops);
        assert_eq!(takes, [true, true, false]);
    }
}
