//! What starts this program from elsewhere: from the menus of file managers, at the start of a session. On most systems
//! these are small files; Windows has shortcuts and values in its registry. Each says for which program and which home it
//! was made, so that one of a moved program is known, and nobody else's is touched.

#[cfg(windows)]
pub(super) mod on_windows;

use std::fs;
use std::io;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::dirs::Home;
use super::files;
use crate::domain::error::{Failure, Kind};

/// Stands in a line of each file, with the program's path behind it, and after [`HOME`] the home that it was given.
const MARK: &str = "Made by Affix for: ";

/// No path that is written into such a file has a tab in it.
const HOME: char = '\t';

/// This program, as others start it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    path: String,
    /// The folder that was given with `--home`.
    home: Option<String>,
}

impl Program {
    /// # Errors
    /// The system does not tell where the program is, or it is somewhere that no such file can say.
    pub fn here(home: &Home) -> Result<Self, Failure> {
        // The program inside an AppImage is gone with its end; the image tells where it is itself.
        let image = std::env::var_os("APPIMAGE").map(PathBuf::from).filter(|image| image.is_file());
        let path = image.map_or_else(std::env::current_exe, Ok).map_err(|error| {
            Failure::new(Kind::Storage, "The system does not tell where this program is").cause(error)
        })?;
        Self::at(&path, home.given())
    }

    fn at(path: &Path, home: Option<&Path>) -> Result<Self, Failure> {
        let text = |path: &Path| {
            let text = path.to_str().filter(|text| !text.chars().any(char::is_control));
            text.map(str::to_owned).ok_or_else(|| {
                let broke = format!("The path {} cannot be written into a menu", path.display());
                Failure::new(Kind::Storage, broke).advice("Move it to a folder with a plain name.")
            })
        };
        // What the system says of a program that was replaced while it ran.
        let shown = text(path)?;
        let path = shown.strip_suffix(" (deleted)").unwrap_or(&shown).to_owned();
        Ok(Self { path, home: home.map(text).transpose()? })
    }

    /// The words that start it, each made fit by `quote`.
    fn words(&self, quote: impl Fn(&str) -> String) -> Vec<String> {
        let home = self.home.iter().flat_map(|home| ["--home", home]);
        [self.path.as_str()].into_iter().chain(home).map(quote).collect()
    }

    /// For a shell.
    pub(super) fn in_a_shell(&self) -> String {
        self.words(|word| format!("'{}'", word.replace('\'', r"'\''"))).join(" ")
    }

    /// For `Exec` in a desktop entry: quoted after the Desktop Entry Specification, section "The Exec key", then
    /// escaped as its strings are.
    pub(super) fn in_an_entry(&self) -> String {
        let quote = |word: &str| {
            let mut quoted = String::from("\"");
            for letter in word.chars() {
                match letter {
                    '"' | '`' | '$' => quoted.push_str(r"\\"),
                    '\\' => quoted.push_str(r"\\\"),
                    '%' => quoted.push('%'),
                    _ => {}
                }
                quoted.push(letter);
            }
            quoted + "\""
        };
        self.words(quote).join(" ")
    }

    /// Each word as a `<string>` of a property list.
    pub(super) fn in_a_plist(&self) -> String {
        self.words(|word| format!("<string>{}</string>", escape_xml(word))).concat()
    }

    /// The line that says whose file it is.
    pub(super) fn mark(&self) -> String {
        let home = self.home.as_ref().map(|home| format!("{HOME}{home}"));
        format!("{MARK}{}{}", self.path, home.unwrap_or_default())
    }

    /// What a file's mark says.
    fn marked(text: &str) -> Option<Self> {
        let (_, mark) = text.lines().find_map(|line| line.split_once(MARK))?;
        // In a property list the line is a value.
        let unescape = |text: &str| text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let mark = mark.strip_suffix("</string>").map_or_else(|| mark.to_owned(), unescape);
        let (path, home) = match mark.split_once(HOME) {
            Some((path, home)) => (path, Some(home.to_owned())),
            None => (mark.as_str(), None),
        };
        Some(Self { path: path.to_owned(), home })
    }

    /// As somebody would start it by hand, to be read.
    fn shown(&self) -> String {
        let home = self.home.as_ref().map(|home| format!(" --home {home}"));
        format!("{}{}", self.path, home.unwrap_or_default())
    }

    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

pub(super) fn escape_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What stands in a file's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Absent,
    /// It starts this program with this home, perhaps with what its user added to it.
    Here,
    /// It starts another Affix, or this one with another home: how.
    Elsewhere(String),
    /// It would start an Affix that is no longer there.
    Outdated,
    /// Somebody else's file.
    Foreign,
}

/// What was found in an entry's place.
#[derive(Debug)]
enum Found {
    Nothing,
    /// It starts this one.
    Made(Program),
    /// Somebody else's.
    Foreign,
}

/// One such entry as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    place: Place,
    program: Program,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    File {
        path: PathBuf,
        /// Has the program's mark in a line.
        text: String,
        executable: bool,
    },
    #[cfg(windows)]
    Shortcut(on_windows::Shortcut),
    #[cfg(windows)]
    Values(on_windows::Values),
}

impl Entry {
    pub(super) fn new(path: PathBuf, program: &Program, text: String, executable: bool) -> Self {
        Self { place: Place::File { path, text, executable }, program: program.clone() }
    }

    #[cfg(windows)]
    pub(super) fn shortcut(path: PathBuf, program: &Program) -> Self {
        let shortcut = on_windows::Shortcut::new(path, program);
        Self { place: Place::Shortcut(shortcut), program: program.clone() }
    }

    #[cfg(windows)]
    pub(super) fn values(values: on_windows::Values, program: &Program) -> Self {
        Self { place: Place::Values(values), program: program.clone() }
    }

    /// Where it stands, as the system's own tools show it.
    #[must_use]
    pub fn path(&self) -> &Path {
        match &self.place {
            Place::File { path, .. } => path,
            #[cfg(windows)]
            Place::Shortcut(shortcut) => shortcut.path(),
            #[cfg(windows)]
            Place::Values(values) => values.shown(),
        }
    }

    /// # Errors
    /// It cannot be read.
    pub fn standing(&self) -> Result<Standing, Failure> {
        Ok(match self.found()? {
            Found::Nothing => Standing::Absent,
            Found::Foreign => Standing::Foreign,
            Found::Made(program) if program == self.program => Standing::Here,
            Found::Made(program) if Path::new(&program.path).exists() => Standing::Elsewhere(program.shown()),
            Found::Made(_) => Standing::Outdated,
        })
    }

    fn found(&self) -> Result<Found, Failure> {
        let found = match &self.place {
            Place::File { path, .. } => find_file(path),
            #[cfg(windows)]
            Place::Shortcut(shortcut) => shortcut.found(),
            #[cfg(windows)]
            Place::Values(values) => values.found(),
        };
        found.map_err(|error| self.failure("read", &error))
    }

    /// Somebody switched it off and left it there: it must not be mended into being on.
    pub(super) fn is_off(&self) -> bool {
        match &self.place {
            Place::File { path, .. } => {
                let text = fs::read_to_string(path).unwrap_or_default();
                let mut lines = text.lines().map(|line| line.replace(' ', ""));
                lines.any(|line| OFF.contains(&line.as_str()))
            }
            #[cfg(windows)]
            Place::Shortcut(_) => false,
            #[cfg(windows)]
            Place::Values(values) => values.is_off(),
        }
    }

    /// Writes it, also in the place of one that starts another Affix.
    ///
    /// # Errors
    /// Somebody else's stands there, or it cannot be written.
    pub fn put(&self) -> Result<(), Failure> {
        self.refuse_foreign()?;
        match &self.place {
            Place::File { path, text, executable } => self.put_file(path, text, *executable),
            #[cfg(windows)]
            Place::Shortcut(shortcut) => shortcut.put().map_err(|error| self.failure("written", &error)),
            #[cfg(windows)]
            Place::Values(values) => values.put().map_err(|error| self.failure("written", &error)),
        }
    }

    fn put_file(&self, path: &Path, text: &str, executable: bool) -> Result<(), Failure> {
        if let Some(folder) = path.parent() {
            let failure = |error| files::disk_failure(format!("{} cannot be made", folder.display()), &error);
            fs::create_dir_all(folder).map_err(failure)?;
        }
        files::write_atomically(path, text.as_bytes())?;
        if executable {
            make_executable(path).map_err(|error| self.failure("made a program", &error))?;
        }
        Ok(())
    }

    /// Takes it away; others beside it stay.
    ///
    /// # Errors
    /// Somebody else's stands there, or it cannot be removed.
    pub fn remove(&self) -> Result<(), Failure> {
        self.refuse_foreign()?;
        let removed = match &self.place {
            Place::File { path, .. } => fs::remove_file(path),
            #[cfg(windows)]
            Place::Shortcut(shortcut) => shortcut.remove(),
            #[cfg(windows)]
            Place::Values(values) => values.remove(),
        };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.failure("removed", &error)),
            _ => Ok(()),
        }
    }

    /// Writes it anew where it is outdated: the program was moved. One of another home stays: what is handed to it
    /// must not go to this one's targets.
    ///
    /// # Errors
    /// As [`Self::standing`] and [`Self::put`].
    pub fn mend(&self) -> Result<(), Failure> {
        let is_this_homes =
            matches!(self.found()?, Found::Made(program) if program.home == self.program.home);
        if is_this_homes && self.standing()? == Standing::Outdated { self.put() } else { Ok(()) }
    }

    fn refuse_foreign(&self) -> Result<(), Failure> {
        if self.standing()? != Standing::Foreign {
            return Ok(());
        }
        let broke = format!("{} is there already and was not made by Affix", self.path().display());
        Err(Failure::new(Kind::NameTaken, broke).advice("Move or rename that file first."))
    }

    fn failure(&self, done: &str, error: &io::Error) -> Failure {
        files::disk_failure(format!("{} cannot be {done}", self.path().display()), error)
    }
}

/// Lines by which other programs switch a desktop entry off: the Desktop Application Autostart Specification's, and
/// GNOME's own.
const OFF: [&str; 2] = ["Hidden=true", "X-GNOME-Autostart-enabled=false"];

fn find_file(path: &Path) -> io::Result<Found> {
    match fs::read(path) {
        Ok(bytes) => {
            Ok(Program::marked(&String::from_utf8_lossy(&bytes)).map_or(Found::Foreign, Found::Made))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Found::Nothing),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

/// No such mark.
#[cfg(not(unix))]
fn make_executable(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A path with everything in it that some format gives a meaning to.
    pub(in super::super) const ODD: &str = r#"/opt/An 'odd' & "long" $PATH `x` 100% \ <ä> 文/affix"#;

    pub(in super::super) fn program(path: &str) -> Program {
        Program::at(Path::new(path), None).unwrap()
    }

    fn entry(folder: &Path, path: &str) -> Entry {
        entry_of(folder, &program(path))
    }

    fn entry_of(folder: &Path, program: &Program) -> Entry {
        let text = format!("#!/bin/sh\n# {}\nexec {} -- \"$@\"\n", program.mark(), program.in_a_shell());
        Entry::new(folder.join("sub/entry"), program, text, true)
    }

    #[test]
    fn it_is_put_told_and_taken_away_and_its_neighbours_stay() {
        let folder = tempfile::tempdir().unwrap();
        let entry = entry(folder.path(), ODD);
        assert_eq!(entry.standing().unwrap(), Standing::Absent);
        entry.remove().unwrap();
        entry.put().unwrap();
        assert_eq!(entry.standing().unwrap(), Standing::Here);
        let neighbour = folder.path().join("sub/neighbour");
        files::write_atomically(&neighbour, b"mine").unwrap();
        entry.remove().unwrap();
        assert_eq!(entry.standing().unwrap(), Standing::Absent);
        assert_eq!(fs::read(neighbour).unwrap(), b"mine");
    }

    #[test]
    fn one_of_a_moved_program_is_mended_and_one_of_another_program_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("other affix");
        files::write_atomically(&other, b"").unwrap();
        let here = entry(folder.path(), "/opt/affix");
        entry(folder.path(), "/gone/affix").put().unwrap();
        assert_eq!(here.standing().unwrap(), Standing::Outdated);
        here.mend().unwrap();
        assert_eq!(here.standing().unwrap(), Standing::Here);

        entry(folder.path(), other.to_str().unwrap()).put().unwrap();
        here.mend().unwrap();
        assert_eq!(here.standing().unwrap(), Standing::Elsewhere(other.to_str().unwrap().to_owned()));
        here.put().unwrap();
        assert_eq!(here.standing().unwrap(), Standing::Here);
    }

    #[test]
    fn one_of_another_home_is_never_turned_to_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("affix");
        files::write_atomically(&there, b"").unwrap();
        let gone = Path::new("/gone/affix");
        for path in [there.as_path(), gone] {
            let of = |home: Option<&str>| {
                entry_of(folder.path(), &Program::at(path, home.map(Path::new)).unwrap())
            };
            for (first, second) in
                [(Some("/a b"), None), (None, Some("/a b")), (Some("/a b"), Some("/a b/c"))]
            {
                of(first).put().unwrap();
                assert_eq!(of(first).standing().unwrap(), Standing::Here);
                let seen = of(second).standing().unwrap();
                let shown = format!("{}{}", path.display(), first.map_or("", |_| " --home /a b"));
                let expected = if path == gone { Standing::Outdated } else { Standing::Elsewhere(shown) };
                assert_eq!(seen, expected, "{first:?} {second:?}");
                of(second).mend().unwrap();
                assert_eq!(of(first).standing().unwrap(), Standing::Here, "{first:?} {second:?}");
            }
        }
    }

    #[test]
    fn what_its_user_added_stays() {
        let folder = tempfile::tempdir().unwrap();
        for home in [None, Some(Path::new("/a b"))] {
            let program = Program::at(Path::new("/gone/affix"), home).unwrap();
            let entry = entry_of(folder.path(), &program);
            entry.put().unwrap();
            let edited = fs::read_to_string(entry.path()).unwrap() + "# X-GNOME-Autostart-Delay=10\n";
            files::write_atomically(entry.path(), edited.as_bytes()).unwrap();
            assert_eq!(entry.standing().unwrap(), Standing::Here);
            entry.mend().unwrap();
            assert_eq!(fs::read_to_string(entry.path()).unwrap(), edited);
        }
    }

    #[test]
    fn somebody_elses_file_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let entry = entry(folder.path(), "/opt/affix");
        fs::create_dir(entry.path().parent().unwrap()).unwrap();
        files::write_atomically(entry.path(), b"mine").unwrap();
        assert_eq!(entry.standing().unwrap(), Standing::Foreign);
        assert_eq!(entry.put().unwrap_err().kind, Kind::NameTaken);
        assert_eq!(entry.remove().unwrap_err().kind, Kind::NameTaken);
        entry.mend().unwrap();
        assert_eq!(fs::read(entry.path()).unwrap(), b"mine");
    }

    #[test]
    fn a_path_that_no_line_can_hold_is_refused_and_a_replaced_program_has_its_name() {
        for odd in ["/a\nb/affix", "/a\tb/affix"] {
            assert!(Program::at(Path::new(odd), None).is_err());
            assert!(Program::at(Path::new("/opt/affix"), Some(Path::new(odd))).is_err());
        }
        assert_eq!(program("/opt/affix (deleted)").path(), "/opt/affix");
    }

    #[test]
    fn a_given_home_goes_along() {
        let program = Program::at(Path::new("/opt/affix"), Some(Path::new("/a b"))).unwrap();
        assert_eq!(program.in_a_shell(), "'/opt/affix' '--home' '/a b'");
        assert_eq!(program.in_an_entry(), r#""/opt/affix" "--home" "/a b""#);
        let plist = "<string>/opt/affix</string><string>--home</string><string>/a b</string>";
        assert_eq!(program.in_a_plist(), plist);
        for text in [program.mark(), format!("<string>{}</string>\n", escape_xml(&program.mark()))] {
            assert_eq!(Program::marked(&text), Some(program.clone()), "{text}");
        }
    }
}
