//! What the command line says: results on standard output, the rest on standard error.

use std::io::{self, Write as _};

use crate::domain::error::Failure;
use crate::domain::file_name::is_invisible;

/// One line of results. A reader that has gone ends the program quietly, as other tools do.
pub(super) fn result(line: &str) -> io::Result<()> {
    results(&format!("{line}\n"))
}

/// Lines of results, each with its end.
pub(super) fn results(lines: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(lines.as_bytes())?;
    out.flush()
}

/// A line for the person at the terminal. One who does not listen any more must not end the uploads.
pub(super) fn note(line: &str) {
    let _unheard = writeln!(io::stderr().lock(), "{line}");
}

/// A failure in its layers, each on a line of its own.
pub(super) fn failure(failure: &Failure) {
    note(&layers(failure));
}

fn layers(failure: &Failure) -> String {
    let mut text = match &failure.asked {
        Some(asked) => format!("{asked}: {}", tame(&failure.broke)),
        None => tame(&failure.broke),
    };
    if let Some(cause) = &failure.cause {
        text.push_str("\n  Cause: ");
        text.push_str(&tame(cause));
    }
    if let Some(advice) = &failure.advice {
        text.push_str("\n  ");
        text.push_str(&tame(advice));
    }
    text
}

/// A service's words must not drive the terminal; their further lines stand under the first.
fn tame(text: &str) -> String {
    let mut tamed = String::with_capacity(text.len());
    for c in text.trim_end().chars() {
        match c {
            '\n' => tamed.push_str("\n    "),
            c if is_invisible(c) => tamed.extend(c.escape_default()),
            c => tamed.push(c),
        }
    }
    tamed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Kind;

    #[test]
    fn a_failure_is_told_in_its_layers() {
        let failure = Failure::new(Kind::Refused, "The service said no")
            .cause("line one\nline two \u{1b}[31mred")
            .advice("Ask again.")
            .asked("Upload a.txt to Bot");
        assert_eq!(
            layers(&failure),
            "Upload a.txt to Bot: The service said no\n  Cause: line one\n    line two \\u{1b}[31mred\n  Ask again."
        );
    }
}
