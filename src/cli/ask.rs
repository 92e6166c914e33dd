//! Questions on a terminal. Without one, a question counts as "no", and says so.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::domain::error::{Failure, Kind};
use crate::domain::secret::Secret;

/// An answer to a yes-or-no question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    Yes,
    /// Yes, and do not ask this again.
    Always,
    No,
}

/// Asks on standard error, reads from standard input. Blocks.
pub(super) fn question(text: &str, with_always: bool) -> Reply {
    let choices = if with_always { "[y]es / [a]lways / [N]o" } else { "[y]es / [N]o" };
    let mut err = io::stderr().lock();
    if !is_interactive() {
        let _unheard = writeln!(err, "{text} No: there is no terminal to ask on. Use --yes to go on.");
        return Reply::No;
    }
    let _unheard = write!(err, "{text} {choices} ");
    let _unheard = err.flush();
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line).is_err() {
        return Reply::No;
    }
    match line.trim().to_lowercase().as_str() {
        "y" | "yes" => Reply::Yes,
        "a" | "always" if with_always => Reply::Always,
        _ => Reply::No,
    }
}

/// Somebody can read a question and type an answer.
pub(super) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Reads one secret: without echo from a terminal, else the next line of standard input. Blocks.
pub(super) fn secret(label: &str) -> Result<Secret, Failure> {
    let unread = |error: io::Error| {
        Failure::new(Kind::Secret, format!("The secret “{label}” could not be read")).cause(error)
    };
    let text = if io::stdin().is_terminal() {
        rpassword::prompt_password(format!("{label}: ")).map_err(unread)?
    } else {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(unread)?;
        line
    };
    let text = text.trim_end_matches(['\n', '\r']);
    if text.is_empty() {
        return Err(Failure::new(Kind::Secret, format!("The secret “{label}” is empty"))
            .advice("Give each secret as one line of standard input, in the order of --secret."));
    }
    Ok(Secret::new(text))
}
