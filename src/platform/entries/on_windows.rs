//! What Windows has in the place of such files: values in the user's part of the registry, and shortcuts.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use windows::Win32::System::Com::{IPersistFile, STGM_READ};
use windows::Win32::UI::Shell::{IShellLinkW, ShellLink};
use windows::core::{HRESULT, HSTRING, Interface as _};
use windows_registry::CURRENT_USER;

use super::{Found, Program};
use crate::platform::com;

/// Where the shell looks for what starts with the session, and where the Task Manager notes what was switched off
/// there.
const RUN: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";
const APPROVED: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run";

/// `ERROR_FILE_NOT_FOUND`: no such key or value.
const ABSENT: HRESULT = HRESULT::from_win32(2);

/// The shell writes no longer texts into a shortcut (`INFOTIPSIZE`), and no longer arguments (`MAX_PATH` in older ones).
const TEXT_MAX: usize = 1024;

impl Program {
    /// For Windows, which hands a program one text that it takes apart by itself: its own file, then
    /// [`Self::arguments_on_windows`].
    fn in_a_command_line(&self) -> String {
        self.words(quote_on_windows).join(" ")
    }

    /// The words behind the program's own.
    fn arguments_on_windows(&self) -> String {
        self.words(quote_on_windows).into_iter().skip(1).collect::<Vec<_>>().join(" ")
    }

    /// Of a text that begins with what [`Self::in_a_command_line`] gives.
    fn in_this_command_line(text: &str) -> Option<Self> {
        let mut words = text.split('"').skip(1).step_by(2);
        let path = words.next()?.to_owned();
        let is_given = words.next() == Some("--home");
        let home = words.next().filter(|_| is_given).map(|home| {
            let (kept, doubled) = home.split_at(home.trim_end_matches('\\').len());
            format!("{kept}{}", "\\".repeat(doubled.len() / 2))
        });
        Some(Self { path, home })
    }
}

/// After the rules of `CommandLineToArgvW`: quotes around it, and backslashes twice where a quote follows. No path has a
/// quote in it there.
fn quote_on_windows(word: &str) -> String {
    let behind = word.len() - word.trim_end_matches('\\').len();
    format!("\"{word}{}\"", "\\".repeat(behind))
}

/// Texts below a key of the user's registry. The first one is the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Values {
    /// Below `HKEY_CURRENT_USER`.
    key: String,
    /// The key as the system's own tools show it.
    shown: PathBuf,
    /// A key below it or none, the value's name, its text.
    values: Vec<(&'static str, &'static str, String)>,
    /// Nobody else has anything below the key.
    whole: bool,
}

impl Values {
    /// A verb of all files. `Player`: it is offered for any number of selected files, and the shell starts the command
    /// once for each ("Verbs and File Associations" in the Windows documentation).
    pub(in super::super) fn verb(id: &str, words: &str, program: &Program) -> Self {
        let command = format!("{} -- \"%1\"", program.in_a_command_line());
        let values = vec![
            ("command", "", command),
            ("", "MUIVerb", words.to_owned()),
            ("", "Icon", program.path().to_owned()),
            ("", "MultiSelectModel", "Player".to_owned()),
        ];
        Self::new(format!(r"Software\Classes\*\shell\{id}"), values, true)
    }

    pub(in super::super) fn autostart(id: &'static str, program: &Program) -> Self {
        let values = vec![("", id, program.in_a_command_line())];
        Self::new(RUN.to_owned(), values, false)
    }

    fn new(key: String, values: Vec<(&'static str, &'static str, String)>, whole: bool) -> Self {
        let shown = PathBuf::from(format!(r"HKEY_CURRENT_USER\{key}"));
        Self { key, shown, values, whole }
    }

    pub(super) fn shown(&self) -> &Path {
        &self.shown
    }

    pub(super) fn found(&self) -> io::Result<Found> {
        let Some((below, name, _)) = self.values.first() else { return Ok(Found::Nothing) };
        let Some(command) = self.read(below, name)? else { return Ok(Found::Nothing) };
        Ok(Program::in_this_command_line(&command).map_or(Found::Foreign, Found::Made))
    }

    fn read(&self, below: &str, name: &str) -> io::Result<Option<String>> {
        match CURRENT_USER.open(self.at(below)).and_then(|key| key.get_string(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.code() == ABSENT => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn put(&self) -> io::Result<()> {
        for (below, name, text) in &self.values {
            CURRENT_USER.create(self.at(below))?.set_string(name, text)?;
        }
        self.approve()
    }

    pub(super) fn remove(&self) -> io::Result<()> {
        if self.whole {
            return absent_is_fine(CURRENT_USER.remove_tree(&self.key));
        }
        for (below, name, _) in &self.values {
            let key = CURRENT_USER.options().write().open(self.at(below));
            absent_is_fine(key.and_then(|key| key.remove_value(name)))?;
        }
        self.approve()
    }

    /// What was switched off before is on again.
    fn approve(&self) -> io::Result<()> {
        let Some(name) = self.started_name() else { return Ok(()) };
        let key = CURRENT_USER.options().write().open(APPROVED);
        absent_is_fine(key.and_then(|key| key.remove_value(name)))
    }

    /// The Task Manager switches off by a value of the same name whose first byte is odd.
    pub(super) fn is_off(&self) -> bool {
        let note = self
            .started_name()
            .and_then(|name| CURRENT_USER.open(APPROVED).and_then(|key| key.get_value(name)).ok());
        note.is_some_and(|note| note.first().is_some_and(|first| first % 2 == 1))
    }

    /// None for what does not start with the session.
    fn started_name(&self) -> Option<&'static str> {
        self.values.first().filter(|_| self.key == RUN).map(|(_, name, _)| *name)
    }

    fn at(&self, below: &str) -> String {
        if below.is_empty() { self.key.clone() } else { format!(r"{}\{below}", self.key) }
    }
}

fn absent_is_fine(done: windows_registry::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.code() != ABSENT => Err(error.into()),
        _ => Ok(()),
    }
}

/// A shortcut: the shell puts the files that are sent to it behind its own arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Shortcut {
    path: PathBuf,
    program: String,
    arguments: String,
    /// Its comment, which says whose it is.
    mark: String,
}

impl Shortcut {
    pub(in super::super) fn new(path: PathBuf, program: &Program) -> Self {
        let arguments = format!("{} --", program.arguments_on_windows()).trim_start().to_owned();
        Self { path, program: program.path().to_owned(), arguments, mark: program.mark() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn found(&self) -> io::Result<Found> {
        match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            other => other?,
        };
        // Some other file, whatever its name says, is no shortcut at all.
        let mark = with_link(|link, file| read(link, file, &self.path)).map(|(mark, _arguments)| mark);
        let program = mark.ok().as_deref().and_then(Program::marked);
        Ok(program.map_or(Found::Foreign, Found::Made))
    }

    pub(super) fn put(&self) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        with_link(|link, file| write(link, file, self))
    }

    pub(super) fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// The shell's own writer and reader of shortcuts, for the length of a call. Blocks; not for the UI thread, which has
/// an apartment of its own kind.
fn with_link<T>(work: impl FnOnce(&IShellLinkW, &IPersistFile) -> windows::core::Result<T>) -> io::Result<T> {
    Ok(com::with(&ShellLink, |link: &IShellLinkW| work(link, &link.cast::<IPersistFile>()?))?)
}

#[expect(unsafe_code, reason = "calls of COM; every text lives until its call is over")]
fn write(link: &IShellLinkW, file: &IPersistFile, shortcut: &Shortcut) -> windows::core::Result<()> {
    unsafe {
        link.SetPath(&HSTRING::from(shortcut.program.as_str()))?;
        link.SetArguments(&HSTRING::from(shortcut.arguments.as_str()))?;
        link.SetDescription(&HSTRING::from(shortcut.mark.as_str()))?;
        file.Save(&HSTRING::from(shortcut.path.as_os_str()), true)
    }
}

#[expect(unsafe_code, reason = "calls of COM, which is told how long the texts' buffers are")]
fn read(link: &IShellLinkW, file: &IPersistFile, path: &Path) -> windows::core::Result<(String, String)> {
    let (mut mark, mut arguments) = ([0; TEXT_MAX], [0; TEXT_MAX]);
    unsafe {
        file.Load(&HSTRING::from(path.as_os_str()), STGM_READ)?;
        link.GetDescription(&mut mark)?;
        link.GetArguments(&mut arguments)?;
    }
    Ok((text(&mark), text(&arguments)))
}

fn text(units: &[u16]) -> String {
    String::from_utf16_lossy(units.split(|unit| *unit == 0).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::{Entry, Standing};
    use super::*;

    /// A path with everything in it that Windows allows and some format gives a meaning to.
    const ODD: &str = r"C:\An 'odd' & (long) $PATH ^x% 文件\affix.exe";

    fn program(path: &str) -> Program {
        Program::at(Path::new(path), Some(Path::new(r"D:\a home\"))).unwrap()
    }

    /// The key of one test, which is taken away with it.
    struct Id(&'static str);

    impl Drop for Id {
        fn drop(&mut self) {
            let _gone_already = CURRENT_USER.remove_tree(format!(r"Software\Classes\*\shell\{}", self.0));
        }
    }

    fn text_at(key: &str, name: &str) -> String {
        CURRENT_USER.open(key).and_then(|key| key.get_string(name)).unwrap()
    }

    #[test]
    fn words_for_windows_are_taken_apart_as_they_were() {
        for home in [None, Some(r"D:\"), Some(r"D:\a home"), Some(r"D:\a\\")] {
            let path = Path::new(r"C:\A b\affix.exe");
            let program = Program::at(path, home.map(Path::new)).unwrap();
            let command = format!("{} -- \"%1\"", program.in_a_command_line());
            assert_eq!(Program::in_this_command_line(&command), Some(program), "{command}");
        }
        let program = Program::at(Path::new(r"C:\A b\affix.exe"), Some(Path::new(r"D:\"))).unwrap();
        assert_eq!(program.in_a_command_line(), r#""C:\A b\affix.exe" "--home" "D:\\""#);
        assert_eq!(program.arguments_on_windows(), r#""--home" "D:\\""#);
        assert_eq!(Program::in_this_command_line("notepad"), None);
    }

    #[test]
    fn a_verb_is_put_told_and_taken_away() {
        let id = Id("app.affix.test-verb");
        let entry = |path| Entry::values(Values::verb(id.0, "Upload", &program(path)), &program(path));
        let here = entry(ODD);
        assert_eq!(here.standing().unwrap(), Standing::Absent);
        here.remove().unwrap();
        here.put().unwrap();
        assert_eq!(here.standing().unwrap(), Standing::Here);
        let key = format!(r"Software\Classes\*\shell\{}", id.0);
        let command = format!(r#""{ODD}" "--home" "D:\a home\\" -- "%1""#);
        assert_eq!(text_at(&format!(r"{key}\command"), ""), command);
        assert_eq!(text_at(&key, "MultiSelectModel"), "Player");
        assert_eq!(text_at(&key, "MUIVerb"), "Upload");

        let moved = entry(r"C:\moved\affix.exe");
        assert_eq!(moved.standing().unwrap(), Standing::Outdated);
        moved.mend().unwrap();
        assert_eq!(moved.standing().unwrap(), Standing::Here);
        let other = std::env::current_exe().unwrap();
        let other = other.to_str().unwrap();
        entry(other).put().unwrap();
        assert_eq!(here.standing().unwrap(), Standing::Elsewhere(format!(r"{other} --home D:\a home\")));
        here.remove().unwrap();
        assert_eq!(here.standing().unwrap(), Standing::Absent);
        assert!(CURRENT_USER.open(&key).is_err(), "the key is left");
    }

    #[test]
    fn what_the_task_manager_switched_off_is_off_until_it_is_put_again() {
        const NAME: &str = "app.affix.test-autostart";
        let entry = Entry::values(Values::autostart(NAME, &program(ODD)), &program(ODD));
        entry.put().unwrap();
        assert_eq!(text_at(RUN, NAME), format!(r#""{ODD}" "--home" "D:\a home\\""#));
        assert_eq!((entry.standing().unwrap(), entry.is_off()), (Standing::Here, false));
        let approved = CURRENT_USER.create(APPROVED).unwrap();
        // As the Task Manager writes it: off, and since when.
        approved
            .set_bytes(NAME, windows_registry::Type::Bytes, &[3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])
            .unwrap();
        assert!(entry.is_off());
        entry.put().unwrap();
        assert!(!entry.is_off());
        approved
            .set_bytes(NAME, windows_registry::Type::Bytes, &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
            .unwrap();
        assert!(!entry.is_off());
        let neighbour = "app.affix.test-neighbour";
        CURRENT_USER.create(RUN).unwrap().set_string(neighbour, "theirs").unwrap();
        entry.remove().unwrap();
        assert_eq!(entry.standing().unwrap(), Standing::Absent);
        assert!(approved.get_value(NAME).is_err(), "the note is left");
        assert_eq!(text_at(RUN, neighbour), "theirs");
        CURRENT_USER.create(RUN).unwrap().remove_value(neighbour).unwrap();
    }

    #[test]
    fn a_shortcut_is_put_told_and_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let entry = |path| Entry::shortcut(folder.path().join(r"Send to 文\Affix.lnk"), &program(path));
        let here = entry(ODD);
        assert_eq!(here.standing().unwrap(), Standing::Absent);
        here.put().unwrap();
        assert_eq!(here.standing().unwrap(), Standing::Here);
        assert_eq!(entry(r"C:\affix.exe").standing().unwrap(), Standing::Outdated);
        let (_mark, arguments) = with_link(|link, file| read(link, file, here.path())).unwrap();
        assert_eq!(arguments, r#""--home" "D:\a home\\" --"#);
        here.remove().unwrap();
        assert_eq!(here.standing().unwrap(), Standing::Absent);

        super::super::files::write_atomically(here.path(), b"somebody's own").unwrap();
        assert_eq!(here.standing().unwrap(), Standing::Foreign);
        assert!(here.put().is_err());
        assert_eq!(fs::read(here.path()).unwrap(), b"somebody's own");
    }
}
