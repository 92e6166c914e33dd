//! What can go wrong with the database, and its words.

use std::io;
use std::path::Path;

use rusqlite::ErrorCode;

use crate::domain::attachment::AttachmentId;
use crate::domain::error::{Failure, Kind};
use crate::store::migrations::VERSION;

/// What went wrong, before it is known which file it was.
#[derive(Debug)]
pub(super) enum Trouble {
    Sqlite(rusqlite::Error),
    /// The file or its folder could not be made.
    Make(io::Error),
    /// What was written did not reach the disk.
    Disk(io::Error),
    /// The system starts no further thread.
    Thread(io::Error),
    /// SQLite could open the file for reading only.
    ReadOnly,
    /// Neither empty nor long enough for a database.
    TooShort,
    /// The file is of this format, which only a newer program knows.
    Newer(i64),
    /// A database, but not one of ours.
    Foreign,
    /// No attachment has this id.
    Missing(AttachmentId),
    /// An attachment has no attempt of this number.
    MissingAttempt(AttachmentId),
    /// A record is not the JSON that it should be.
    Unreadable(serde_json::Error),
    /// The worker had nothing to answer.
    NotRun,
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

const KEPT: &str = "Nothing in it was changed.";

impl Trouble {
    /// The failure to show, with the file's path.
    pub(super) fn at(&self, place: &Path) -> Failure {
        let file = place.display();
        let say = |broke: String| Failure::new(Kind::Storage, broke);
        match self {
            Self::Sqlite(error) => sqlite(error, place),
            Self::Make(error) => unwritable(place).cause(error),
            Self::Disk(error) => disk(place).cause(error),
            Self::ReadOnly => unwritable(place),
            Self::Thread(error) => say("The system starts no further thread for the history".to_owned())
                .cause(error)
                .advice("Close other programs and try again."),
            Self::TooShort => not_a_database(place).cause("a database has at least 512 bytes"),
            Self::Newer(found) => say(format!(
                "The database {file} is of format {found}, and this version of Affix knows formats up to {VERSION}"
            ))
            .advice(format!("Install the newest Affix, or choose another folder with --home. {KEPT}")),
            Self::Foreign => say(format!("The file {file} is a database of another program"))
                .advice(format!("Move it away, or choose another folder with --home. {KEPT}")),
            Self::Missing(id) => say(format!("The history has no attachment {}", id.0)),
            Self::MissingAttempt(id) => say(format!("The history has no attempt of attachment {}", id.0)),
            Self::Unreadable(error) => say("A record of the history cannot be read".to_owned()).cause(error),
            Self::NotRun => say("The history did not carry the request out".to_owned())
                .advice("Start Affix again."),
        }
    }
}

fn not_a_database(place: &Path) -> Failure {
    Failure::new(Kind::Storage, format!("The file {} is not a database", place.display()))
        .advice(format!("Move it away and start Affix again, or choose another folder with --home. {KEPT}"))
}

fn unwritable(place: &Path) -> Failure {
    Failure::new(Kind::Storage, format!("The database {} cannot be written", place.display()))
        .advice("Allow writing to the file and its folder, or choose another folder with --home.")
}

fn disk(place: &Path) -> Failure {
    let broke = format!("The disk failed while the database {} was read or written", place.display());
    Failure::new(Kind::Storage, broke).advice("Check that the disk is connected and sound, and try again.")
}

fn sqlite(error: &rusqlite::Error, place: &Path) -> Failure {
    let file = place.display();
    let say = |broke: String, advice: &str| Failure::new(Kind::Storage, broke).advice(advice);
    let failure = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => not_a_database(place),
        Some(ErrorCode::DatabaseCorrupt) => say(
            format!("The database {file} is damaged"),
            "Move it away, together with the files beside it that begin with its name, and start Affix again: a new history begins.",
        ),
        Some(ErrorCode::DiskFull) => say(
            format!("The disk is full, so the history {file} could not be written"),
            "Free some space and try again.",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            say(format!("Another program holds the database {file} for too long"), "Try again in a moment.")
                .safe()
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => unwritable(place),
        Some(ErrorCode::SystemIoFailure) => disk(place),
        _ => say(
            format!("The database {file} did not take the request"),
            "Start Affix again. If it comes back, report it with this text.",
        ),
    };
    failure.cause(error)
}
