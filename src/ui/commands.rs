//! Every command of the window in one table: its words, its keys, what it does. The keyboard, the palette, the page of
//! shortcuts and the tooltips read it.

use eframe::egui::{Context, Key, KeyboardShortcut, Modifiers};

use super::dialogs::changes;
use super::list::{self, want};
use super::{Cx, Overlay, Screen};
use crate::domain::attachment::Priority;
use crate::model::list::Filter;
use crate::model::questions::{self, Confirm, Question};
use crate::model::{Action, Transfer, intake, preferences};
use crate::transfer::export::What;
use crate::transfer::{Place, Scope};

/// Percents that the window is shown at.
pub const SCALES: [u32; 11] = [75, 80, 90, 100, 110, 125, 150, 175, 200, 225, 250];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Files,
    List,
    Window,
}

impl Section {
    pub const ALL: [Self; 3] = [Self::Files, Self::List, Self::Window];

    /// The text of its heading.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Files => "section-files",
            Self::List => "section-list",
            Self::Window => "section-window",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    AddFiles,
    AddFolder,
    Paste,
    PauseAll,
    ResumeAll,
    CancelAll,
    ExportHistory,
    ExportShown,
    ClearHistory,
    CopyLinks,
    SelectAll,
    Remove,
    Preview,
    Move,
    /// The selection among what waits.
    Reorder(Place),
    Prioritise(Priority),
    CheckLinks,
    Change,
    Search,
    Show(Filter),
    Inspector,
    AllCommands,
    Uploads,
    Targets,
    Settings,
    Shortcuts,
    About,
    ZoomIn,
    ZoomOut,
    ZoomReset,
    Close,
}

/// A command with everything that is known of it.
#[derive(Debug)]
pub struct Entry {
    pub command: Command,
    /// Its text.
    pub key: &'static str,
    pub section: Section,
    pub shortcut: Option<KeyboardShortcut>,
    /// Who watches its keys.
    pub by: By,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// `listen`.
    Here,
    /// The list, for its selection.
    List,
    /// The same; the palette has it, too.
    Selection,
    /// The clipboard's events, or whatever lies on top: the keys are shown, not watched by `listen`.
    Other,
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn entry(
    command: Command,
    key: &'static str,
    section: Section,
    (shortcut, by): (Option<KeyboardShortcut>, By),
) -> Entry {
    Entry { command, key, section, shortcut, by }
}

const fn alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::ALT, key)
}

const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
const FOLDER: Option<KeyboardShortcut> = Some(KeyboardShortcut::new(CTRL_SHIFT, Key::O));

/// All of them, in the order shown.
pub const COMMANDS: &[Entry] = &[
    entry(Command::AddFiles, "add-files", Section::Files, (Some(ctrl(Key::O)), By::Here)),
    entry(Command::AddFolder, "add-folder", Section::Files, (FOLDER, By::Here)),
    entry(Command::Paste, "command-paste", Section::Files, (Some(ctrl(Key::V)), By::Other)),
    entry(Command::PauseAll, "command-pause-all", Section::Files, (None, By::Here)),
    entry(Command::ResumeAll, "command-resume-all", Section::Files, (None, By::Here)),
    entry(Command::CancelAll, "command-cancel-all", Section::Files, (None, By::Here)),
    entry(Command::ExportHistory, "export-history", Section::Files, (None, By::Here)),
    entry(Command::ExportShown, "command-export-shown", Section::Files, (None, By::Here)),
    entry(Command::ClearHistory, "clear-history", Section::Files, (None, By::Here)),
    entry(Command::Search, "command-search", Section::List, (Some(ctrl(Key::F)), By::Here)),
    entry(Command::Show(Filter::All), "command-filter-all", Section::List, (Some(ctrl(Key::Num1)), By::Here)),
    entry(
        Command::Show(Filter::Active),
        "command-filter-active",
        Section::List,
        (Some(ctrl(Key::Num2)), By::Here),
    ),
    entry(
        Command::Show(Filter::Done),
        "command-filter-done",
        Section::List,
        (Some(ctrl(Key::Num3)), By::Here),
    ),
    entry(
        Command::Show(Filter::Failed),
        "command-filter-failed",
        Section::List,
        (Some(ctrl(Key::Num4)), By::Here),
    ),
    entry(Command::Move, "command-move", Section::List, (Some(plain(Key::ArrowDown)), By::List)),
    entry(Command::SelectAll, "command-select-all", Section::List, (Some(ctrl(Key::A)), By::List)),
    entry(Command::CopyLinks, "command-copy-links", Section::List, (Some(ctrl(Key::C)), By::List)),
    entry(Command::Preview, "command-preview", Section::List, (Some(plain(Key::Space)), By::List)),
    entry(Command::Remove, "command-remove", Section::List, (Some(plain(Key::Delete)), By::List)),
    entry(
        Command::Reorder(Place::First),
        "upload-first",
        Section::List,
        (Some(alt(Key::Home)), By::Selection),
    ),
    entry(
        Command::Reorder(Place::Earlier),
        "move-up",
        Section::List,
        (Some(alt(Key::ArrowUp)), By::Selection),
    ),
    entry(
        Command::Reorder(Place::Later),
        "move-down",
        Section::List,
        (Some(alt(Key::ArrowDown)), By::Selection),
    ),
    entry(Command::Reorder(Place::Last), "upload-last", Section::List, (Some(alt(Key::End)), By::Selection)),
    entry(Command::Prioritise(Priority::High), "set-priority-high", Section::List, (None, By::Selection)),
    entry(Command::Prioritise(Priority::Normal), "set-priority-normal", Section::List, (None, By::Selection)),
    entry(Command::Prioritise(Priority::Low), "set-priority-low", Section::List, (None, By::Selection)),
    entry(Command::Change, "change-before-sending", Section::List, (None, By::Selection)),
    entry(Command::CheckLinks, "check-links", Section::List, (None, By::Selection)),
    entry(Command::Inspector, "command-inspector", Section::Window, (Some(ctrl(Key::I)), By::Here)),
    entry(Command::AllCommands, "all-commands", Section::Window, (Some(ctrl(Key::K)), By::Here)),
    entry(Command::Uploads, "command-uploads", Section::Window, (None, By::Here)),
    entry(Command::Targets, "command-targets", Section::Window, (Some(ctrl(Key::T)), By::Here)),
    entry(Command::Settings, "command-settings", Section::Window, (Some(ctrl(Key::Comma)), By::Here)),
    entry(Command::Shortcuts, "keyboard-shortcuts", Section::Window, (Some(plain(Key::F1)), By::Here)),
    entry(Command::About, "about", Section::Window, (None, By::Here)),
    entry(Command::ZoomIn, "command-zoom-in", Section::Window, (Some(ctrl(Key::Plus)), By::Here)),
    entry(Command::ZoomOut, "command-zoom-out", Section::Window, (Some(ctrl(Key::Minus)), By::Here)),
    entry(Command::ZoomReset, "command-zoom-reset", Section::Window, (Some(ctrl(Key::Num0)), By::Here)),
    entry(Command::Close, "command-close", Section::Window, (Some(plain(Key::Escape)), By::Other)),
];

/// The keys of a command as this computer writes them: `Ctrl+O`, `⌘O`.
#[must_use]
pub fn keys_of(ctx: &Context, command: Command) -> Option<String> {
    let entry = COMMANDS.iter().find(|entry| entry.command == command)?;
    entry.shortcut.as_ref().map(|shortcut| written(ctx, shortcut))
}

/// A shortcut as this computer writes it.
#[must_use]
pub fn written(ctx: &Context, shortcut: &KeyboardShortcut) -> String {
    match shortcut.logical_key {
        Key::ArrowDown if shortcut.modifiers.is_none() => "↑ ↓".to_owned(),
        Key::ArrowUp | Key::ArrowDown => {
            let whole = ctx.format_shortcut(shortcut);
            let start = whole.rfind('+').map_or("", |at| whole.get(..=at).unwrap_or_default());
            let sign = if shortcut.logical_key == Key::ArrowUp { "↑" } else { "↓" };
            let start =
                if start.is_empty() { whole.get(..'⌥'.len_utf8()).unwrap_or_default() } else { start };
            format!("{start}{sign}")
        }
        Key::Escape => "Esc".to_owned(),
        Key::Comma | Key::Plus | Key::Minus => {
            let whole = ctx.format_shortcut(shortcut);
            let (name, sign) = (shortcut.logical_key.name(), shortcut.logical_key.symbol_or_name());
            whole.strip_suffix(name).map_or(whole.clone(), |start| format!("{start}{sign}"))
        }
        _ => ctx.format_shortcut(shortcut),
    }
}

/// Carries out what the keyboard asks for, besides what belongs to the list or to what lies on top.
pub(super) fn listen(ctx: &Context, cx: &mut Cx<'_>) {
    let mut entries: Vec<&Entry> = COMMANDS.iter().filter(|entry| entry.by == By::Here).collect();
    // The one with more keys first: Ctrl+Shift+O would be taken for Ctrl+O.
    entries.sort_by_key(|entry| !entry.shortcut.is_some_and(|shortcut| shortcut.modifiers.shift));
    for entry in entries {
        if let Some(shortcut) = &entry.shortcut
            && is_enabled(cx, entry.command)
            && ctx.input_mut(|input| input.consume_shortcut(shortcut))
        {
            run(cx, entry.command);
        }
    }
}

/// Whether it would do something now.
#[must_use]
pub fn is_enabled(cx: &Cx<'_>, command: Command) -> bool {
    let list = &cx.model.list;
    match command {
        Command::PauseAll | Command::CancelAll | Command::ResumeAll => list.count(Filter::Active) > 0,
        Command::ExportShown => {
            list.wanted.narrows() && list.outline.as_ref().is_some_and(|found| !found.ids.is_empty())
        }
        Command::ClearHistory => list.count(Filter::All) > list.count(Filter::Active),
        Command::ExportHistory | Command::Inspector => list.count(Filter::All) > 0,
        Command::Reorder(_) | Command::Prioritise(_) => list::selection_waits(cx),
        Command::Change => list::one_to_change(cx).is_some(),
        Command::CheckLinks => list::selection_has_links(cx),
        Command::Uploads => cx.state.screen != Screen::Uploads,
        Command::Targets => cx.state.screen != Screen::Targets,
        Command::Settings => cx.state.screen != Screen::Settings,
        Command::ZoomIn => next_scale(cx, true).is_some(),
        Command::ZoomOut => next_scale(cx, false).is_some(),
        _ => true,
    }
}

/// Does it.
pub fn run(cx: &mut Cx<'_>, command: Command) {
    match command {
        Command::AddFiles => cx.push(Action::Intake(intake::Action::ChooseFiles)),
        Command::AddFolder => cx.push(Action::Intake(intake::Action::ChooseFolder)),
        Command::Paste => cx.push(Action::Intake(intake::Action::Paste(None))),
        Command::PauseAll => cx.push(Action::Transfer(Transfer::Pause(Scope::All))),
        Command::ResumeAll => cx.push(Action::Transfer(Transfer::Resume(Scope::All))),
        Command::CancelAll => ask(cx, Confirm::CancelAll(cx.model.list.count(Filter::Active))),
        Command::ExportHistory => export(cx, What::All),
        Command::ExportShown => export(cx, What::Found(cx.model.list.wanted.query())),
        Command::ClearHistory => ask(cx, Confirm::ClearHistory),
        Command::Search => {
            cx.state.screen = Screen::Uploads;
            cx.state.overlays.search = true;
        }
        Command::Show(filter) => {
            cx.state.screen = Screen::Uploads;
            want(cx, |wanted| wanted.filter = filter);
        }
        Command::Reorder(place) => {
            let scope = Scope::Some(list::selected(cx));
            cx.push(Action::Transfer(Transfer::Reorder(scope, place)));
        }
        Command::Prioritise(priority) => {
            let scope = Scope::Some(list::selected(cx));
            cx.push(Action::Transfer(Transfer::Prioritise(scope, priority)));
        }
        Command::CheckLinks => cx.push(Action::Transfer(Transfer::CheckLinks(list::selected(cx)))),
        Command::Change => {
            if let Some(id) = list::one_to_change(cx) {
                changes::open(cx, id);
            }
        }
        Command::Inspector => {
            cx.state.screen = Screen::Uploads;
            cx.state.inspector.open = !cx.state.inspector.open;
        }
        Command::AllCommands => cx.state.overlay = Some(Overlay::Palette),
        Command::Uploads => cx.state.screen = Screen::Uploads,
        Command::Targets => cx.state.screen = Screen::Targets,
        Command::Settings => cx.state.screen = Screen::Settings,
        Command::Shortcuts => cx.state.overlay = Some(Overlay::Shortcuts),
        Command::About => cx.state.overlay = Some(Overlay::About),
        Command::ZoomIn => scale(cx, next_scale(cx, true)),
        Command::ZoomOut => scale(cx, next_scale(cx, false)),
        Command::ZoomReset => scale(cx, Some(100)),
        Command::Close => cx.state.overlay = None,
        // The list's own: it knows what is selected.
        Command::CopyLinks | Command::SelectAll | Command::Remove | Command::Preview | Command::Move => {}
    }
}

fn ask(cx: &mut Cx<'_>, confirm: Confirm) {
    cx.push(Action::Questions(questions::Action::Ask(Question::Confirm(confirm))));
}

fn export(cx: &mut Cx<'_>, what: What) {
    cx.push(Action::Preferences(preferences::Action::ExportHistory(what)));
}

/// The percents as they will be when everything is written.
pub(super) fn scale_now(cx: &Cx<'_>) -> u32 {
    let coming = cx.model.preferences.coming("window.scale_percent").and_then(|text| text.parse().ok());
    coming.unwrap_or(cx.model.settings.window.scale_percent)
}

/// The next larger or smaller one.
pub(super) fn next_scale(cx: &Cx<'_>, larger: bool) -> Option<u32> {
    let now = scale_now(cx);
    if larger {
        SCALES.into_iter().find(|scale| *scale > now)
    } else {
        SCALES.into_iter().rev().find(|scale| *scale < now)
    }
}

fn scale(cx: &mut Cx<'_>, percent: Option<u32>) {
    if let Some(percent) = percent {
        let set = preferences::Action::Set("window.scale_percent", Some(percent.to_string()));
        cx.push(Action::Preferences(set));
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::RawInput;

    use super::*;
    use crate::ui::text::{Language, Texts};

    #[test]
    fn no_two_commands_have_the_same_keys() {
        for (index, one) in COMMANDS.iter().enumerate() {
            for other in COMMANDS.iter().skip(index + 1) {
                assert_ne!(one.command, other.command);
                assert_ne!(one.key, other.key, "the palette would show the same words twice");
                assert!(
                    one.shortcut.is_none() || one.shortcut != other.shortcut,
                    "{:?} and {:?} clash",
                    one.command,
                    other.command
                );
            }
        }
    }

    #[test]
    fn no_shortcut_is_taken_for_another_with_fewer_keys() {
        let ctx = Context::default();
        for entry in COMMANDS {
            let Some(shortcut) = entry.shortcut else { continue };
            for other in COMMANDS {
                let Some(fewer) = other.shortcut.filter(|fewer| *fewer != shortcut) else { continue };
                let taken = fewer.logical_key == shortcut.logical_key
                    && shortcut.modifiers.matches_logically(fewer.modifiers);
                // `listen` looks at those with Shift first, the list at those for its selection.
                let shift = shortcut.modifiers.shift && !fewer.modifiers.shift;
                let selection = (entry.by, other.by) == (By::Selection, By::List);
                assert!(!taken || shift || selection, "{entry:?}");
            }
            assert!(!written(&ctx, &shortcut).is_empty());
        }
    }

    #[test]
    fn every_command_has_words_in_every_language() {
        for language in Language::ALL {
            let texts = Texts::new(language);
            let keys = COMMANDS.iter().map(|entry| entry.key).chain(Section::ALL.map(Section::key));
            for key in keys {
                assert!(texts.find(key).is_some(), "{key} in {language:?}");
            }
        }
    }

    #[test]
    fn a_mac_has_its_own_signs() {
        let ctx = Context::default();
        // The signs are written out where no font has them.
        crate::ui::install(&ctx);
        ctx.run_ui(RawInput::default(), |_| {}).drop_without_applying_deltas();
        ctx.set_os(eframe::egui::os::OperatingSystem::Mac);
        assert_eq!(keys_of(&ctx, Command::AddFiles).unwrap(), "⌘O");
        assert_eq!(keys_of(&ctx, Command::Settings).unwrap(), "⌘,");
        ctx.set_os(eframe::egui::os::OperatingSystem::Nix);
        assert_eq!(keys_of(&ctx, Command::AddFolder).unwrap(), "Ctrl+Shift+O");
        assert_eq!(keys_of(&ctx, Command::ZoomIn).unwrap(), "Ctrl++");
        assert_eq!(keys_of(&ctx, Command::Settings).unwrap(), "Ctrl+,");
    }
}
