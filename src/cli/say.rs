//! What the command line says: results on standard output, the rest on standard error.

use std::io::{self, Write as _};

use crate::domain::error::Failure;

/// One line of results. A reader that has gone ends the program quietly, as other tools do.
pub(super) fn result(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
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
        Some(asked) => format!("{asked}: {}", failure.broke),
        None => failure.broke.clone(),
    };
    if let Some(cause) = &failure.cause {
        text.push_str("\n  Cause: ");
        text.push_str(cause);
    }
    if let Some(advice) = &failure.advice {
        text.push_str("\n  ");
        text.push_str(advice);
    }
    text
}
