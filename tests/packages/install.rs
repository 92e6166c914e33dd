//! The archive's install script: what it puts somewhere, what it refuses, and that it can be taken back at any time.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{APP_ID, root};

/// An unpacked archive, with something small in the program's place.
struct Archive(tempfile::TempDir);

impl Archive {
    fn new(version: &str) -> Self {
        let archive = Self(tempfile::tempdir().unwrap());
        let packaging = root().join("packaging/linux");
        let desktop = format!("share/applications/{APP_ID}.desktop");
        archive.put("bin/affix", format!("#!/bin/sh\necho {version}\n").as_bytes());
        archive.put(&desktop, &fs::read(packaging.join(format!("{APP_ID}.desktop"))).unwrap());
        archive.put("share/affix/uninstall.sh", &fs::read(packaging.join("uninstall.sh")).unwrap());
        archive.put("share/man/man1/affix.1", version.as_bytes());
        archive.put("install.sh", &fs::read(packaging.join("install.sh")).unwrap());
        archive
    }

    fn put(&self, name: &str, content: &[u8]) {
        put(&self.0.path().join(name), content);
    }

    fn install(&self, prefix: &Path) -> Output {
        sh(&self.0.path().join("install.sh")).arg("--prefix").arg(prefix).output().unwrap()
    }

    fn installs(&self, prefix: &Path) {
        let told = self.install(prefix);
        assert!(told.status.success(), "{}: {}", prefix.display(), said(&told));
    }

    /// What it says on standard error.
    fn refuses(&self, prefix: &Path) -> String {
        let told = self.install(prefix);
        assert_eq!(told.status.code(), Some(1), "{}", prefix.display());
        said(&told)
    }
}

/// Not started by itself: while another test's thread starts something, a file just written counts as open.
fn sh(script: &Path) -> Command {
    let mut command = Command::new("sh");
    command.arg(script);
    command
}

fn said(told: &Output) -> String {
    String::from_utf8_lossy(&told.stderr).into_owned()
}

/// A program.
fn put(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    affix::platform::files::write_atomically(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn uninstalls(prefix: &Path) {
    let told = sh(&prefix.join("share/affix/uninstall.sh")).output().unwrap();
    assert!(told.status.success(), "{}", said(&told));
}

/// All that is below a folder, by its name there.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            found.push(entry.path().strip_prefix(folder).unwrap().to_owned());
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

fn version(prefix: &Path) -> String {
    let told = sh(&prefix.join("bin/affix")).output().unwrap();
    String::from_utf8_lossy(&told.stdout).trim().to_owned()
}

#[test]
fn a_folder_may_have_any_plain_name() {
    let (archive, folder) = (Archive::new("1"), tempfile::tempdir().unwrap());
    for name in ["R&D", "a|b", "it's here", "two  spaces", "文件", "-p", "a*[b]?;#~"] {
        let prefix = folder.path().join(name);
        archive.installs(&prefix);
        let desktop = prefix.join(format!("share/applications/{APP_ID}.desktop"));
        let judged = Command::new("desktop-file-validate").arg(&desktop).output().unwrap();
        assert!(judged.status.success(), "{name}: {}", String::from_utf8_lossy(&judged.stdout));
        // GLib's reader of such files takes them apart again.
        let read = "import sys\nfrom gi.repository import GLib\nfile = GLib.KeyFile()\n\
                    file.load_from_file(sys.argv[1], GLib.KeyFileFlags.NONE)\n\
                    for group in ('Desktop Entry', 'Desktop Action choose'):\n\
                    \x20   print(*GLib.shell_parse_argv(file.get_string(group, 'Exec'))[1], sep='\\n')\n\
                    print(file.get_string('Desktop Entry', 'TryExec'))";
        let told = Command::new("/usr/bin/python3").args(["-c", read]).arg(&desktop).output().unwrap();
        let program = prefix.join("bin/affix").display().to_string();
        let words = format!("{program}\n%F\n{program}\n--choose\n{program}\n");
        assert_eq!(String::from_utf8_lossy(&told.stdout), words, "{name}: {}", said(&told));
        uninstalls(&prefix);
        assert!(!prefix.exists(), "{name}: {:?}", below(&prefix));
    }
}

#[test]
fn a_name_that_means_something_in_the_desktops_file_is_refused_and_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a\"b", "a`b", "a$b", "a\\b", "100%", "a\nb", "a\n", "a\tb"] {
        let prefix = folder.path().join(name);
        let said = Archive::new("1").refuses(&prefix);
        assert!(said.contains("cannot be installed under a path with"), "{name:?}: {said}");
    }
    assert_eq!(below(folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn somebody_elses_program_is_neither_overwritten_nor_removed() {
    let (archive, folder) = (Archive::new("1"), tempfile::tempdir().unwrap());
    let own = folder.path().join("bin/affix");
    put(&own, b"their own build");
    let said = archive.refuses(folder.path());
    assert!(said.contains("not installed by this script") && said.contains(own.to_str().unwrap()), "{said}");
    assert_eq!(below(folder.path()), [Path::new("bin"), Path::new("bin/affix")]);
    assert_eq!(fs::read(&own).unwrap(), b"their own build");

    // A link that leads nowhere is somebody's, too.
    fs::remove_file(&own).unwrap();
    std::os::unix::fs::symlink("/nowhere/affix", &own).unwrap();
    archive.refuses(folder.path());
    assert_eq!(fs::read_link(&own).unwrap(), Path::new("/nowhere/affix"));
}

#[test]
fn an_upgrade_takes_the_old_ones_files_and_one_that_is_refused_leaves_them() {
    let (old, new) = (Archive::new("1"), Archive::new("2"));
    let folder = tempfile::tempdir().unwrap();
    old.put("share/affix/of the old one", b"");
    new.put("share/doc/of the new one", b"");
    old.installs(folder.path());
    put(&folder.path().join("share/doc/of the new one"), b"theirs");
    let before = below(folder.path());
    new.refuses(folder.path());
    assert_eq!((below(folder.path()), version(folder.path())), (before, "1".to_owned()));

    fs::remove_dir_all(folder.path().join("share/doc")).unwrap();
    new.installs(folder.path());
    assert_eq!(version(folder.path()), "2");
    assert!(!folder.path().join("share/affix/of the old one").exists());
    assert!(folder.path().join("share/doc/of the new one").exists());
    uninstalls(folder.path());
    assert_eq!(below(folder.path()), Vec::<PathBuf>::new());
}

/// Wherever it breaks off, what is there can be removed, and the whole be installed.
#[test]
fn what_broke_off_is_taken_back_or_finished() {
    let (archive, folder) = (Archive::new("1"), tempfile::tempdir().unwrap());
    let places = ["share/applications", "share/man", "share/man/man1"];
    for place in places {
        for removed in [true, false] {
            // A file in the place of a folder stands for any reason to fail there.
            let (prefix, in_the_way) = (folder.path(), folder.path().join(place));
            put(&in_the_way, b"in the way");
            archive.refuses(prefix);
            assert!(prefix.join("bin/affix").exists(), "{place}: it broke off before that");
            if removed {
                uninstalls(prefix);
                let left: Vec<_> =
                    below(prefix).into_iter().filter(|left| !Path::new(place).starts_with(left)).collect();
                assert_eq!(left, Vec::<PathBuf>::new(), "{place}");
            }
            assert_eq!(fs::read(&in_the_way).unwrap(), b"in the way", "{place}");
            fs::remove_file(&in_the_way).unwrap();
            archive.installs(prefix);
            assert_eq!(version(prefix), "1");
            uninstalls(prefix);
            fs::remove_dir_all(prefix).unwrap();
            fs::create_dir(prefix).unwrap();
        }
    }
}
