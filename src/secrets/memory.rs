//! A keeper for tests: forgets everything at the end, and is as narrow as Windows.

use std::collections::BTreeMap;

use super::keeper::{Keeper, State, Trouble};
use super::split::{MAX_UNITS, units};
use crate::domain::secret::Secret;

#[derive(Debug, Default)]
pub struct Memory {
    entries: BTreeMap<String, Secret>,
}

impl Keeper for Memory {
    fn get(&mut self, entry: &str) -> Result<Option<Secret>, Trouble> {
        Ok(self.entries.get(entry).cloned())
    }

    fn set(&mut self, entry: &str, content: &Secret) -> Result<(), Trouble> {
        if units(content.expose()) > MAX_UNITS {
            return Err(Trouble::new(State::Broken, "the entry's content is too long"));
        }
        self.entries.insert(entry.to_owned(), content.clone());
        Ok(())
    }

    fn delete(&mut self, entry: &str) -> Result<bool, Trouble> {
        Ok(self.entries.remove(entry).is_some())
    }
}
