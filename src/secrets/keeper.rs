//! What keeps entries: the system's keyring, or memory in tests.

use crate::domain::secret::Secret;

/// Keeps short texts under names. Calls may block without limit, on a prompt of the system.
pub trait Keeper: Send {
    /// The entry's content; `None` where there is no such entry.
    fn get(&mut self, entry: &str) -> Result<Option<Secret>, Trouble>;

    /// Makes or replaces the entry. Contents have at most 1,280 UTF-16 units.
    fn set(&mut self, entry: &str, content: &Secret) -> Result<(), Trouble>;

    /// Removes the entry; `false` where there was none.
    fn delete(&mut self, entry: &str) -> Result<bool, Trouble>;
}

/// Why a keeper could not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub state: State,
    /// The system's own words.
    pub cause: String,
}

/// What is the matter with the keyring; each is told in other words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// There is none: no session bus, no service behind it.
    Absent,
    /// It is locked and nobody could be asked for its password.
    Locked,
    /// It is there and said no: the prompt was cancelled, access was denied.
    Refused,
    /// It is there and has no collection to put secrets into.
    Homeless,
    /// It did not answer in the time that the caller had, most likely because its prompt waits for somebody.
    Silent,
    /// What was found is not what was stored: a write was cut off, or another program changed it.
    Torn,
    /// Anything else.
    Broken,
}

impl Trouble {
    pub fn new(state: State, cause: impl std::fmt::Display) -> Self {
        Self { state, cause: cause.to_string() }
    }
}
