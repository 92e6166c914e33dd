//! “Upload with Affix” in the menus of file managers, each in the way that it offers to its user.
//!
//! | file manager | file below the user's data folder | where it is seen |
//! |---|---|---|
//! | Nautilus (Files) | `nautilus/scripts/Upload with Affix` | the menu's Scripts |
//! | Nemo | `nemo/actions/affix.nemo_action` | the menu |
//! | Dolphin | `kio/servicemenus/affix.desktop`, executable since KDE Frameworks 5.85 | the menu, or its Actions where there are many |
//! | Thunar | `Thunar/sendto/affix.desktop` | the menu's Send To |
//!
//! | Explorer | `Microsoft\Windows\SendTo\Affix.lnk` | the menu's Send to |
//! | Explorer | a verb in the registry, for all files | the menu; in Windows 11 behind “Show more options” |
//!
//! Nautilus shows a script's file name and Explorer the verb's text, so these have no other language. macOS has none
//! yet.

use std::path::Path;

use directories::BaseDirs;

use super::desktop::APP_ID;
#[cfg(windows)]
use super::entries::on_windows::Values;
use super::entries::{Entry, Program};

/// A file manager that is on this computer, or has the entry still.
#[derive(Debug)]
pub struct Menu {
    /// The program's name.
    pub id: &'static str,
    /// As its users know it.
    pub name: &'static str,
    pub entry: Entry,
}

/// Looks for programs on the disk.
#[must_use]
pub fn found(program: &Program) -> Vec<Menu> {
    let Some(dirs) = BaseDirs::new() else { return Vec::new() };
    if cfg!(not(all(unix, not(target_os = "macos")))) {
        return explorer(dirs.config_dir(), program);
    }
    let mut menus = all(dirs.data_dir(), program);
    menus.retain(|menu| is_installed(menu.id) || menu.entry.path().exists());
    menus
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn all(data: &Path, program: &Program) -> Vec<Menu> {
    let entry =
        |place: &str, text: String, executable| Entry::new(data.join(place), program, text, executable);
    vec![
        Menu {
            id: "nautilus",
            name: "Nautilus",
            entry: entry("nautilus/scripts/Upload with Affix", script(program), true),
        },
        Menu {
            id: "nemo",
            name: "Nemo",
            entry: entry("nemo/actions/affix.nemo_action", action(program), false),
        },
        Menu {
            id: "dolphin",
            name: "Dolphin",
            entry: entry("kio/servicemenus/affix.desktop", service_menu(program), true),
        },
        Menu {
            id: "thunar",
            name: "Thunar",
            entry: entry("Thunar/sendto/affix.desktop", send_to(program), false),
        },
    ]
}

/// Sent to, the program gets all selected files at once; the verb starts it once for each.
#[cfg(windows)]
fn explorer(config: &Path, program: &Program) -> Vec<Menu> {
    let verb = Values::verb(APP_ID, "Upload with Affix", program);
    vec![
        Menu {
            id: "send-to",
            name: "Explorer: Send to",
            entry: Entry::shortcut(config.join(r"Microsoft\Windows\SendTo\Affix.lnk"), program),
        },
        Menu { id: "explorer", name: "Explorer", entry: Entry::values(verb, program) },
    ]
}

#[cfg(not(windows))]
fn explorer(_config: &Path, _program: &Program) -> Vec<Menu> {
    Vec::new()
}

const NAMES: &str = "Name=Upload with Affix\nName[zh_CN]=用 Affix 上传\n";

/// Nautilus starts it in the folder that it shows, with names: one of them may look like a command or an option. What
/// follows a `%` in a name is lost on the way, for Nautilus 43 has `GLib` read the names as the words of a menu's entry
/// (`nautilus_launch_application_from_command_array`). It tells the paths a second time, whole, one a line: these are
/// taken, but where a name has several lines.
fn script(program: &Program) -> String {
    format!(
        "#!/bin/sh\n# {}\nset -f\nIFS='\n'\n\
         count() {{ echo $#; }}\n\
         if [ \"$(count $NAUTILUS_SCRIPT_SELECTED_FILE_PATHS)\" -eq $# ]; then\n    \
         set -- $NAUTILUS_SCRIPT_SELECTED_FILE_PATHS\nfi\n\
         exec {} -- \"$@\"\n",
        program.mark(),
        program.in_a_shell()
    )
}

/// Nemo escapes what it puts into double quotes, and starts the words without a shell.
fn action(program: &Program) -> String {
    format!(
        "# {}\n[Nemo Action]\n{NAMES}Exec={} %F\nIcon-Name={APP_ID}\nSelection=notnone\nExtensions=any;\nQuote=double\n",
        program.mark(),
        in_an_action(program)
    )
}

/// Nemo knows no `%%`, and reads no further than to the first `%` that is none of its own: the files behind it would
/// not be put in (`find_token_type` in its `libnemo-private/nemo-action.c`). So a shell writes that sign.
fn in_an_action(program: &Program) -> String {
    let words = program.in_a_shell();
    if !words.contains('%') {
        return program.in_an_entry();
    }
    let script = format!("percent=$(printf '\\045'); exec {} \"$@\"", words.replace('%', r#"'"$percent"'"#));
    let quoted = format!("sh -c '{}' affix", script.replace('\'', r"'\''"));
    // As strings of a key file are escaped.
    quoted.replace('\\', r"\\")
}

/// Every type of file descends from `application/octet-stream` (shared-mime-info), folders have one of their own.
fn service_menu(program: &Program) -> String {
    format!(
        "# {}\n[Desktop Entry]\nType=Service\n{NAMES}MimeType=application/octet-stream;inode/directory;\nActions=upload;\n\
         \n[Desktop Action upload]\n{NAMES}Icon={APP_ID}\nExec={} %F\n",
        program.mark(),
        program.in_an_entry()
    )
}

/// Without types it takes all.
fn send_to(program: &Program) -> String {
    format!(
        "# {}\n[Desktop Entry]\nType=Application\nVersion=1.0\n{NAMES}Icon={APP_ID}\nExec={} %F\nTerminal=false\n",
        program.mark(),
        program.in_an_entry()
    )
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::process::Command;

    use super::super::entries::Standing;
    use super::super::entries::tests::{ODD, program};
    use super::*;

    fn menus(data: &Path, path: &str) -> BTreeMap<&'static str, Entry> {
        all(data, &program(path)).into_iter().map(|menu| (menu.id, menu.entry)).collect()
    }

    /// Nothing where the desktop's own validator has no complaint.
    fn complaints(path: &Path) -> String {
        let judged = Command::new("desktop-file-validate").arg("--no-hints").arg(path).output().unwrap();
        String::from_utf8_lossy(&judged.stdout).into_owned()
    }

    #[test]
    fn what_was_there_before_is_there_afterwards() {
        let data = tempfile::tempdir().unwrap();
        for (id, entry) in menus(data.path(), "/opt/affix") {
            let theirs = entry.path().with_file_name("theirs.desktop");
            fs::create_dir_all(entry.path().parent().unwrap()).unwrap();
            super::super::files::write_atomically(&theirs, b"theirs").unwrap();
            entry.put().unwrap();
            assert_eq!(entry.standing().unwrap(), Standing::Here, "{id}");
            entry.remove().unwrap();
            let left: Vec<_> = fs::read_dir(entry.path().parent().unwrap()).unwrap().flatten().collect();
            assert_eq!(left.len(), 1, "{id}: {left:?}");
            assert_eq!(fs::read(theirs).unwrap(), b"theirs", "{id}");
        }
    }

    #[test]
    fn desktop_entries_are_valid_with_any_path() {
        let data = tempfile::tempdir().unwrap();
        for path in ["/usr/bin/affix", ODD] {
            let menus = menus(data.path(), path);
            for id in ["thunar", "dolphin"] {
                let entry = &menus[id];
                entry.put().unwrap();
                let said = complaints(entry.path());
                // A service menu is KDE's own kind of entry.
                let about: Vec<_> = said
                    .lines()
                    .filter(|line| !line.contains("Service") && !line.contains("reserved"))
                    .collect();
                assert!(about.is_empty(), "{id}: {said}");
            }
        }
    }

    #[test]
    fn scripts_and_service_menus_are_programs_and_the_others_are_not() {
        let data = tempfile::tempdir().unwrap();
        for (id, entry) in menus(data.path(), "/opt/affix") {
            entry.put().unwrap();
            let mode = entry.path().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o111 != 0, ["nautilus", "dolphin"].contains(&id), "{id}: {mode:o}");
        }
    }

    /// Starts what an entry says as its file manager does, with these files, and tells its name. `GLib` reads keys and
    /// words for Nemo and Thunar, and KDE's way is the same. Nemo puts the files in first, and before a `%` that it does
    /// not know it gives up; the others read the words first.
    const START: &str = r#"
import subprocess, sys
from gi.repository import GLib
path, group, *files = sys.argv[1:]
file = GLib.KeyFile()
file.load_from_file(path, GLib.KeyFileFlags.KEEP_TRANSLATIONS)
line = file.get_string(group, "Exec")
if group == "Nemo Action":
    before, sign, after = line.partition("%")
    if sign and after.startswith("F"):
        line = before + " ".join(f'"{file}"' for file in files) + after[1:]
    words = GLib.shell_parse_argv(line)[1]
else:
    words = [word for part in GLib.shell_parse_argv(line)[1]
             for word in (files if part == "%F" else [part.replace("%%", "%")])]
subprocess.run(words, check=True)
print(file.get_locale_string(group, "Name", "zh_CN"))
"#;

    #[test]
    fn the_files_arrive_at_a_program_with_an_odd_path() {
        let data = tempfile::tempdir().unwrap();
        for path in [ODD.to_owned(), ODD.replace('%', "")] {
            let odd = data.path().join(path.trim_start_matches('/'));
            fs::create_dir_all(odd.parent().unwrap()).unwrap();
            super::super::files::write_atomically(&odd, b"#!/bin/sh\nprintf '%s\\n' \"$@\"\n").unwrap();
            fs::set_permissions(&odd, fs::Permissions::from_mode(0o755)).unwrap();
            let menus = menus(data.path(), odd.to_str().unwrap());

            let script = &menus["nautilus"];
            script.put().unwrap();
            // The names as they arrive, the paths, and what is to be uploaded.
            for (names, paths, right) in [
                (&["upload", "--help", "a b"][..], None, "upload\n--help\na b\n"),
                (&["500 off", "a  *"], Some("/f/50%20 off\n/f/a  *\n"), "/f/50%20 off\n/f/a  *\n"),
                (&["two\nlines", "b"], Some("/f/two\nlines\n/f/b\n"), "two\nlines\nb\n"),
            ] {
                let mut start = Command::new(script.path());
                start.args(names).env_remove("NAUTILUS_SCRIPT_SELECTED_FILE_PATHS");
                start.envs(paths.map(|paths| ("NAUTILUS_SCRIPT_SELECTED_FILE_PATHS", paths)));
                let told = start.output().unwrap();
                assert_eq!(String::from_utf8_lossy(&told.stdout), format!("--\n{right}"));
            }

            for (id, group) in
                [("thunar", "Desktop Entry"), ("dolphin", "Desktop Action upload"), ("nemo", "Nemo Action")]
            {
                let entry = &menus[id];
                entry.put().unwrap();
                let mut start = Command::new("/usr/bin/python3");
                let told =
                    start.args(["-c", START]).arg(entry.path()).args([group, "/tmp/a b", "/tmp/100%Fä"]);
                let told = told.output().unwrap();
                assert_eq!(
                    String::from_utf8_lossy(&told.stdout),
                    "/tmp/a b\n/tmp/100%Fä\n用 Affix 上传\n",
                    "{id}: {}",
                    String::from_utf8_lossy(&told.stderr)
                );
            }
        }
    }
}
