//! Starts the window with the user's session: a file in the place where the desktop looks for such, or a value in the
//! registry. It is the setting itself, because desktops let their users take it away, too.

use directories::BaseDirs;

use super::desktop::APP_ID;
use super::entries::{Entry, Program, escape_xml};

/// The file; none on a system whose way is not known.
#[must_use]
pub fn entry(program: &Program) -> Option<Entry> {
    let dirs = BaseDirs::new()?;
    if cfg!(target_os = "macos") {
        let path = dirs.home_dir().join("Library/LaunchAgents").join(format!("{APP_ID}.plist"));
        return Some(Entry::new(path, program, agent(program), false));
    }
    if cfg!(unix) {
        let path = dirs.config_dir().join("autostart").join(format!("{APP_ID}.desktop"));
        return Some(Entry::new(path, program, desktop(program), false));
    }
    on_windows(program)
}

#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "as on other systems")]
fn on_windows(program: &Program) -> Option<Entry> {
    let values = super::entries::on_windows::Values::autostart(APP_ID, program);
    Some(Entry::values(values, program))
}

#[cfg(not(windows))]
fn on_windows(_program: &Program) -> Option<Entry> {
    None
}

/// After the Desktop Application Autostart Specification.
fn desktop(program: &Program) -> String {
    format!(
        "# {}\n[Desktop Entry]\nType=Application\nVersion=1.0\nName=Affix\nIcon={APP_ID}\nExec={}\nTerminal=false\n\
         X-GNOME-Autostart-enabled=true\n",
        program.mark(),
        program.in_an_entry()
    )
}

/// After launchd.plist(5).
fn agent(program: &Program) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\"><dict>\n<key>Label</key><string>{APP_ID}</string>\n\
         <key>ProgramArguments</key><array>{}</array>\n<key>RunAtLoad</key><true/>\n\
         <key>AffixNote</key>\n<string>{}</string>\n</dict></plist>\n",
        program.in_a_plist(),
        escape_xml(&program.mark())
    )
}

/// Somebody switched the entry off and left it there: it must not be mended into being on.
#[must_use]
pub fn is_off(entry: &Entry) -> bool {
    entry.is_off()
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::process::Command;

    use super::super::entries::Standing;
    use super::super::entries::tests::{ODD, program};
    use super::*;

    #[test]
    fn the_desktops_validator_has_no_complaint() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["/usr/bin/affix", ODD] {
            let program = program(path);
            let entry = Entry::new(folder.path().join("affix.desktop"), &program, desktop(&program), false);
            entry.put().unwrap();
            let judged = Command::new("desktop-file-validate").arg(entry.path()).output().unwrap();
            assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stdout));
            assert_eq!(entry.standing().unwrap(), Standing::Here);
            assert!(!is_off(&entry));
        }
    }

    #[test]
    fn one_that_another_program_switched_off_is_off() {
        let folder = tempfile::tempdir().unwrap();
        let program = program("/usr/bin/affix");
        for off in ["Hidden=true\n", "X-GNOME-Autostart-enabled = false\n"] {
            let text = desktop(&program) + off;
            let entry = Entry::new(folder.path().join("affix.desktop"), &program, text, false);
            entry.put().unwrap();
            assert!(is_off(&entry), "{off}");
        }
    }

    #[test]
    fn a_launch_agent_is_a_property_list_that_says_whose_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let program = program(ODD);
        let entry = Entry::new(folder.path().join("a.plist"), &program, agent(&program), false);
        entry.put().unwrap();
        assert_eq!(entry.standing().unwrap(), Standing::Here);
        let read =
            "import plistlib, sys\nprint(plistlib.load(open(sys.argv[1], 'rb'))['ProgramArguments'][0])";
        let told = Command::new("/usr/bin/python3").args(["-c", read]).arg(entry.path()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&told.stdout), format!("{ODD}\n"));
    }
}
