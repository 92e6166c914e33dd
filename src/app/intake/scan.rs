//! Looks through folders. Blocks: never on the UI thread.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{self, AtomicBool};
use std::time::{Duration, Instant};

use crate::model::intake::{Scan, Scanned};

/// How often the count is told.
const EVERY: Duration = Duration::from_millis(100);

/// Every file of the list, folders looked through: the list's order stays, a folder's files come by name. A symbolic
/// link is followed, a folder is entered once.
pub(super) fn look_through(
    paths: &[PathBuf],
    number: u64,
    stop: &AtomicBool,
    tell: impl Fn(Scan),
) -> Scanned {
    let mut look = Look {
        found: Scanned::default(),
        seen: HashSet::new(),
        scan: Scan { number, ..Scan::default() },
        told: Instant::now(),
        stop,
        tell,
    };
    for path in paths {
        match fs::metadata(path) {
            Ok(facts) if facts.is_dir() => look.folder(path),
            Ok(facts) => look.file(path.clone(), facts.len()),
            // A file that is there and cannot be read is the upload's to tell.
            Err(_) if path.symlink_metadata().is_ok() => look.file(path.clone(), 0),
            Err(_) => look.found.missing.push(path.clone()),
        }
    }
    look.found.stopped = stop.load(atomic::Ordering::Relaxed);
    look.found
}

struct Look<'a, T> {
    found: Scanned,
    /// Folders entered, by their real paths: links may lead in a circle.
    seen: HashSet<PathBuf>,
    scan: Scan,
    told: Instant,
    stop: &'a AtomicBool,
    tell: T,
}

impl<T: Fn(Scan)> Look<'_, T> {
    fn file(&mut self, path: PathBuf, bytes: u64) {
        self.found.files.push(path);
        self.scan.files += 1;
        self.scan.bytes += bytes;
        self.tell_now_and_then();
    }

    fn tell_now_and_then(&mut self) {
        if self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            (self.tell)(self.scan.clone());
        }
    }

    /// Folders within folders wait on a stack of their own: depth costs no thread's stack.
    fn folder(&mut self, path: &Path) {
        let mut waiting = vec![path.to_owned()];
        while let Some(path) = waiting.pop() {
            if self.stop.load(atomic::Ordering::Relaxed) {
                return;
            }
            let Ok(facts) = fs::metadata(&path) else { continue };
            if facts.is_dir() {
                let inside = self.enter(&path);
                // The last one comes off the stack first.
                waiting.extend(inside.into_iter().rev());
            } else if facts.is_file() {
                self.file(path, facts.len());
            }
        }
    }

    /// What a folder holds, in the order of names; nothing where it was entered before.
    fn enter(&mut self, folder: &Path) -> Vec<PathBuf> {
        self.tell_now_and_then();
        let real = fs::canonicalize(folder).unwrap_or_else(|_unreadable| folder.to_owned());
        if !self.seen.insert(real) {
            return Vec::new();
        }
        let Ok(entries) = fs::read_dir(folder) else {
            self.found.unreadable.push(folder.to_owned());
            return Vec::new();
        };
        let mut names = Vec::new();
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                self.found.hidden += 1;
            } else {
                names.push((name, entry.path()));
            }
        }
        names.sort_by(|(a, _), (b, _)| by_name(a, b));
        names.into_iter().map(|(_, path)| path).collect()
    }
}

/// As people sort: `photo 2` before `photo 10`, capitals beside small letters.
fn by_name(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (parts(a), parts(b));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return a.cmp(b),
            (Some(Part::Number(a)), Some(Part::Number(b))) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Some(Part::Letter(a)), Some(Part::Letter(b))) => a.cmp(&b),
            // The end comes before all, digits before letters.
            (None, Some(_)) | (Some(Part::Number(_)), Some(Part::Letter(_))) => Ordering::Less,
            (Some(_), None) | (Some(Part::Letter(_)), Some(Part::Number(_))) => Ordering::Greater,
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

enum Part<'a> {
    /// Digits without leading noughts: the longer one is the larger number.
    Number(&'a str),
    Letter(char),
}

fn parts(name: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if digits > 0 {
            let (number, after) = rest.split_at(digits);
            rest = after;
            return Some(Part::Number(number.trim_start_matches('0')));
        }
        let letter = rest.chars().next()?;
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        Some(Part::Letter(letter.to_lowercase().next().unwrap_or(letter)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::File::create(path).unwrap();
        }
        folder
    }

    fn look(paths: &[PathBuf]) -> Scanned {
        look_through(paths, 1, &AtomicBool::new(false), |_| {})
    }

    fn names(found: &Scanned, folder: &Path) -> Vec<String> {
        let name = |path: &PathBuf| {
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            name.replace(std::path::MAIN_SEPARATOR, "/")
        };
        found.files.iter().map(name).collect()
    }

    #[test]
    fn the_list_keeps_its_order_and_folders_are_sorted_as_people_sort() {
        let folder =
            folder(&["z.txt", "f/photo 10.jpg", "f/Photo 2.jpg", "f/b/1", "f/a.txt", "f/007", "f/8"]);
        let path = |name: &str| folder.path().join(name);
        let found = look(&[path("z.txt"), path("f"), path("gone"), path("f/a.txt")]);
        assert_eq!(
            names(&found, folder.path()),
            ["z.txt", "f/007", "f/8", "f/a.txt", "f/b/1", "f/Photo 2.jpg", "f/photo 10.jpg", "f/a.txt"]
        );
        assert_eq!(found.missing, [path("gone")]);
        assert!(found.unreadable.is_empty() && !found.stopped && found.hidden == 0);
    }

    #[test]
    fn what_begins_with_a_dot_is_counted_inside_folders_and_taken_where_it_was_handed_over() {
        let folder = folder(&[".git/config", ".env", "a"]);
        let found = look(&[folder.path().to_owned(), folder.path().join(".env")]);
        assert_eq!(names(&found, folder.path()), ["a", ".env"]);
        assert_eq!(found.hidden, 2);
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_circle_end_and_a_dead_link_inside_is_passed_over() {
        use std::os::unix::fs::symlink;
        let folder = folder(&["a/b/file"]);
        symlink(folder.path(), folder.path().join("a/b/up")).unwrap();
        symlink(folder.path().join("gone"), folder.path().join("a/dead")).unwrap();
        let found = look(&[folder.path().to_owned()]);
        assert_eq!(names(&found, folder.path()), ["a/b/file"]);
    }

    #[test]
    fn a_very_deep_folder_costs_no_stack() {
        let folder = tempfile::tempdir().unwrap();
        let mut deep = folder.path().to_owned();
        (0..800).for_each(|_| deep.push("d"));
        fs::create_dir_all(&deep).unwrap();
        fs::File::create(deep.join("end")).unwrap();
        assert_eq!(look(&[folder.path().to_owned()]).files, [deep.join("end")]);
    }

    #[test]
    fn a_stop_is_obeyed_and_said() {
        let folder = folder(&["a", "b"]);
        let found = look_through(&[folder.path().to_owned()], 1, &AtomicBool::new(true), |_| {});
        assert!(found.stopped && found.files.is_empty());
    }
}
