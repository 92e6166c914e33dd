//! Ctrl+V outside of text fields.
//!
//! egui takes the key press away and gives an event with what it read; where it reads nothing, as for files that a
//! file manager copied, there is no event at all. What is left is the release of a key whose press was never seen.

use eframe::egui::{Context, Event, Key};

use crate::model::{Action, intake};
use crate::ui::Cx;

/// A key that is held repeats; one press adds once.
const REPEAT_SECS: f64 = 0.7;

#[derive(Debug, Default)]
pub(super) struct State {
    /// A press of V that was no paste.
    typed: bool,
    /// The press that is held was answered already.
    answered: bool,
    /// When the last paste came, in egui's time.
    at_secs: Option<f64>,
}

/// A paste of a text that egui has read, or of whatever the clipboard holds.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Text(String),
    Clipboard,
}

impl State {
    /// What these events ask for.
    fn read(&mut self, events: &[Event], now_secs: f64) -> Option<Asked> {
        let mut asked = None;
        for event in events {
            match event {
                Event::Paste(text) => asked = self.once(now_secs, Asked::Text(text.clone())).or(asked),
                Event::PasteImage(_) => asked = self.once(now_secs, Asked::Clipboard).or(asked),
                Event::Key { key: Key::V, pressed: true, .. } => self.typed = true,
                Event::Key { key: Key::V, pressed: false, .. } => {
                    if !self.typed && !self.answered {
                        asked = self.once(now_secs, Asked::Clipboard).or(asked);
                    }
                    (self.typed, self.answered) = (false, false);
                }
                _ => {}
            }
        }
        asked
    }

    fn once(&mut self, now_secs: f64, asked: Asked) -> Option<Asked> {
        let repeats = self.answered && self.at_secs.is_some_and(|at| now_secs - at < REPEAT_SECS);
        self.at_secs = Some(now_secs);
        self.answered = true;
        (!repeats).then_some(asked)
    }
}

pub(super) fn listen(ctx: &Context, cx: &mut Cx<'_>) {
    let (events, now_secs) = ctx.input(|input| (input.events.clone(), input.time));
    let asked = cx.state.overlays.paste.read(&events, now_secs);
    if let Some(asked) = asked
        && !ctx.text_edit_focused()
    {
        let text = match asked {
            Asked::Text(text) => Some(text),
            Asked::Clipboard => None,
        };
        cx.push(Action::Intake(intake::Action::Paste(text)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::Modifiers;

    fn v(pressed: bool) -> Event {
        Event::Key { key: Key::V, physical_key: None, pressed, repeat: false, modifiers: Modifiers::NONE }
    }

    #[test]
    fn a_text_is_pasted_once_however_long_the_key_is_held() {
        let mut state = State::default();
        let paste = || Event::Paste("a".to_owned());
        assert_eq!(state.read(&[paste()], 0.0), Some(Asked::Text("a".to_owned())));
        assert_eq!(state.read(&[paste()], 0.5), None);
        assert_eq!(state.read(&[paste(), paste()], 1.0), None);
        assert_eq!(state.read(&[v(false)], 1.1), None, "its release is no paste of its own");
        assert_eq!(state.read(&[paste()], 1.2), Some(Asked::Text("a".to_owned())), "pressed anew");
    }

    #[test]
    fn a_release_whose_press_was_taken_away_is_a_paste() {
        let mut state = State::default();
        assert_eq!(state.read(&[v(false)], 0.0), Some(Asked::Clipboard));
        assert_eq!(state.read(&[v(true), v(false)], 1.0), None, "a letter");
        assert_eq!(state.read(&[v(false)], 2.0), Some(Asked::Clipboard));
    }
}
