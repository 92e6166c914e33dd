//! Questions on a terminal. Without one, a question counts as "no", and says so.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use zeroize::Zeroizing;

use super::say;
use crate::domain::describe::SecretSpec;
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
    match typed(text, choices).as_str() {
        "y" | "yes" => Reply::Yes,
        "a" | "always" if with_always => Reply::Always,
        _ => Reply::No,
    }
}

/// What is to be done about content that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Twice {
    /// `always`: and the next time without a question.
    Upload {
        always: bool,
    },
    /// Its links are taken.
    Existing {
        always: bool,
    },
    No,
}

/// As [`question`]; `existing`: there are links to take.
pub(super) fn twice(text: &str, existing: bool) -> Twice {
    let more = if existing { " / [e]xisting link / e[x]isting always" } else { "" };
    match typed(text, &format!("[y]es / [a]lways{more} / [N]o")).as_str() {
        "y" | "yes" => Twice::Upload { always: false },
        "a" | "always" => Twice::Upload { always: true },
        "e" | "existing" if existing => Twice::Existing { always: false },
        "x" if existing => Twice::Existing { always: true },
        _ => Twice::No,
    }
}

/// What was typed, in lower case; nothing where there is nobody to type.
fn typed(text: &str, choices: &str) -> String {
    if !is_interactive() {
        say::note(&format!("{text} No: there is no terminal to ask on. Use --yes to go on."));
        return String::new();
    }
    // Not locked while it waits for the answer: others have something to say meanwhile.
    let _unheard = write!(io::stderr(), "{text} {choices} ");
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line).is_err() {
        return String::new();
    }
    line.trim().to_lowercase()
}

/// Somebody can read a question and type an answer.
pub(super) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Reads one secret: without echo from a terminal, else the next line of standard input. A secret that may have
/// several lines (a JSON keystore, a PEM key) is read to its end. Blocks.
pub(super) fn secret(spec: &SecretSpec) -> Result<Secret, Failure> {
    let label = spec.label;
    let unread = |error: io::Error| {
        Failure::new(Kind::Secret, format!("The secret “{label}” could not be read")).cause(error)
    };
    let mut text = Zeroizing::new(next_line(&format!("{label}: ")).map_err(unread)?.unwrap_or_default());
    while spec.multiline && goes_on(&text) {
        let Some(line) = next_line("").map_err(unread)? else { break };
        text.push_str(&line);
    }
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::new(Kind::Secret, format!("The secret “{label}” is empty"))
            .advice("Give each secret as one line of standard input, in the order of --secret."));
    }
    Ok(Secret::new(text))
}

/// The next line with its end; none at the end of the input.
fn next_line(prompt: &str) -> io::Result<Option<String>> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password(prompt).map(|line| Some(line + "\n"));
    }
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line)?;
    Ok((read > 0).then_some(line))
}

/// A JSON object or a PEM block that has begun and is not at its end.
fn goes_on(text: &str) -> bool {
    let text = text.trim();
    let open_json = text.starts_with('{')
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_err_and(|error| error.is_eof());
    open_json || (text.starts_with("-----BEGIN") && !text.contains("-----END"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_or_pem_secret_goes_on_to_its_end() {
        for (text, on) in [
            ("{\n", true),
            ("{\"a\": 1,\n", true),
            ("{\"a\": 1}\n", false),
            ("{broken}\n", false),
            ("-----BEGIN X-----\nabc\n", true),
            ("-----BEGIN X-----\nabc\n-----END X-----\n", false),
            ("plain\n", false),
        ] {
            assert_eq!(goes_on(text), on, "{text}");
        }
    }
}
