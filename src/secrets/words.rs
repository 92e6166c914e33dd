//! What is the matter with a keyring, in words.

use super::environment::variable;
use super::keeper::{State, Trouble};
use crate::domain::error::{Failure, Kind};

/// What was to be done with a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    Read,
    Store,
    Forget,
}

pub(super) fn failure(trouble: Trouble, doing: Doing, profile: &str, key: &str) -> Failure {
    let what = format!("the secret “{key}” of “{profile}”");
    let done = match doing {
        Doing::Read => format!("{what} could not be read"),
        Doing::Store => format!("{what} was not stored"),
        Doing::Forget => format!("{what} was not removed"),
    };
    let matter = match trouble.state {
        State::Absent => "No keyring was found",
        State::Locked => "The keyring is locked and could not ask for its password",
        State::Refused => {
            "The keyring refused: its prompt was cancelled or could not be shown, or access was denied"
        }
        State::Homeless => "The keyring has no default collection to keep secrets in",
        State::Silent => "The keyring did not answer in time; it probably waits for its password",
        State::Torn => "What the keyring holds is damaged",
        State::Broken => "The keyring failed",
    };
    let remedy = remedy(trouble.state);
    let variable = variable(profile, key);
    let advice = match doing {
        Doing::Read => format!("{remedy} Or set the environment variable {variable}."),
        Doing::Store => format!(
            "{remedy} Affix never writes a secret to a file. Without a keyring it reads the environment variable \
             {variable}."
        ),
        Doing::Forget => remedy.to_owned(),
    };
    Failure::new(Kind::Secret, format!("{matter}, so {done}")).cause(trouble.cause).advice(advice)
}

/// What mends it; one or two sentences.
fn remedy(state: State) -> &'static str {
    match state {
        State::Absent if cfg!(all(unix, not(target_os = "macos"))) => {
            "Install and start a keyring, such as gnome-keyring or KWallet, and run Affix inside the desktop session."
        }
        State::Absent => "Log in to the desktop and try again.",
        State::Locked => "Unlock it, by logging in to the desktop or in its password manager, and try again.",
        State::Refused => {
            "Try again, and type the keyring's password or allow the access when the system asks."
        }
        State::Homeless => {
            "Open the desktop's password manager, create a keyring and make it the default; then try again."
        }
        State::Silent => "Look for its password prompt, answer it and try again.",
        State::Torn => "Store the secret again.",
        State::Broken => "Try again; if it stays so, restart the keyring or log in anew.",
    }
}

pub(super) fn missing(profile: &str, keys: &[&str]) -> Failure {
    let names: Vec<_> = keys.iter().map(|key| format!("“{key}”")).collect();
    let flags: Vec<_> = keys.iter().map(|key| format!("--secret {key}")).collect();
    let variables: Vec<_> = keys.iter().map(|key| variable(profile, key)).collect();
    let is = if keys.len() == 1 { "the secret" } else { "the secrets" };
    Failure::new(
        Kind::Secret,
        format!("“{profile}” needs {is} {}, and nothing is stored", names.join(" and ")),
    )
    .advice(format!(
        "Store it with `affix profiles edit \"{profile}\" {}`, or set {}.",
        flags.join(" "),
        variables.join(" and ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [State; 7] = [
        State::Absent,
        State::Locked,
        State::Refused,
        State::Homeless,
        State::Silent,
        State::Torn,
        State::Broken,
    ];

    #[test]
    fn each_state_is_told_in_words_of_its_own() {
        let told = |state, doing| failure(Trouble::new(state, "raw"), doing, "Bot", "token");
        for doing in [Doing::Read, Doing::Store, Doing::Forget] {
            let mut texts: Vec<_> = STATES.map(|state| told(state, doing)).into_iter().collect();
            for text in &texts {
                assert_eq!((text.kind, text.cause.as_deref()), (Kind::Secret, Some("raw")));
                let names_the_variable = text.advice.as_deref().unwrap().contains("AFFIX_SECRET_BOT_TOKEN");
                assert_eq!(names_the_variable, doing != Doing::Forget, "{text}");
            }
            texts.sort_by(|one, other| one.broke.cmp(&other.broke));
            texts.dedup_by(|one, other| one.broke == other.broke || one.advice == other.advice);
            assert_eq!(texts.len(), STATES.len());
        }
    }

    #[test]
    fn the_whole_sentence_reads_well() {
        let failure =
            failure(Trouble::new(State::Locked, "SS error: prompt dismissed"), Doing::Read, "My bot", "key");
        assert_eq!(
            failure.to_string(),
            "The keyring is locked and could not ask for its password, so the secret “key” of “My bot” could not be \
             read (SS error: prompt dismissed). Unlock it, by logging in to the desktop or in its password manager, \
             and try again. Or set the environment variable AFFIX_SECRET_MY_BOT_KEY."
        );
        assert_eq!(
            missing("My bot", &["id", "secret"]).to_string(),
            "“My bot” needs the secrets “id” and “secret”, and nothing is stored. Store it with \
             `affix profiles edit \"My bot\" --secret id --secret secret`, or set AFFIX_SECRET_MY_BOT_ID and \
             AFFIX_SECRET_MY_BOT_SECRET."
        );
    }
}
