//! Words that do not belong: prints outside the command line, promises without an issue, paths in the documents
//! that lead nowhere.

use std::path::Path;

use super::paths::{macros, named};
use super::{Breach, Tree};

/// Macros that print past the command line's own writers.
const PRINTS: &[&str] = &["dbg", "eprint", "eprintln", "print", "println"];

/// Written apart, so that this file does not name what it forbids.
const PROMISES: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME")];

fn may_print(path: &str) -> bool {
    path == "src/main.rs" || path.starts_with("src/cli/")
}

/// Prints, and grips on the standard streams, outside the command line: results and words have one way out.
pub(crate) fn prints(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for file in tree.program().filter(|file| !may_print(&file.path)) {
        let calls = macros(file).into_iter().filter(|(name, _)| PRINTS.contains(&name.as_str()));
        breaches.extend(calls.map(|(name, line)| file.breach(line, format!("`{name}!` outside src/cli"))));
        let streams = named(file)
            .into_iter()
            .filter(|name| name.ends_with("io::stdout") || name.ends_with("io::stderr"));
        breaches
            .extend(streams.map(|name| file.breach(name.line, format!("`{}` outside src/cli", name.text()))));
    }
    breaches
}

/// A promise to do something later, without the number of the issue that holds it.
pub(crate) fn promises(path: &str, text: &str) -> Vec<Breach> {
    let numbered = text.lines().zip(1..);
    let open =
        numbered.filter(|(line, _)| PROMISES.iter().any(|word| has_word(line, word)) && !names_issue(line));
    open.map(|(line, number)| Breach {
        path: path.to_owned(),
        line: number,
        what: format!("no issue number: {}", line.trim()),
    })
    .collect()
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|part| part == word)
}

fn names_issue(line: &str) -> bool {
    line.split('#').skip(1).any(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// Paths of this package that a document names in backquotes and that do not exist.
pub(crate) fn dead_paths(root: &Path, document: &str, text: &str) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        for quoted in line.split('`').skip(1).step_by(2) {
            let path = quoted.split([' ', ':']).next().unwrap_or_default();
            let ours =
                ["src/", "tests/", "scripts/", ".ci/", "assets/"].iter().any(|start| path.starts_with(start));
            if ours && !path.contains(['*', '<', '…']) && !root.join(path).exists() {
                let what = format!("`{path}` does not exist");
                breaches.push(Breach { path: document.to_owned(), line: number, what });
            }
        }
    }
    breaches
}
