//! Whole secrets of any length over a keeper of short entries.

use super::keeper::{Keeper, State, Trouble};
use super::split::{self, Head, Header, MAX_PARTS, Set};
use crate::domain::secret::Secret;

/// The entry of a profile's secret. Profile names are unique without regard to case, and so is this; a key has no
/// slash, so the two cannot run into each other.
pub(super) fn entry(profile: &str, key: &str) -> String {
    format!("{}/{key}", profile.to_lowercase())
}

pub(super) fn get(keeper: &mut dyn Keeper, entry: &str) -> Result<Option<Secret>, Trouble> {
    let Some(content) = keeper.get(entry)? else { return Ok(None) };
    match split::head(content) {
        Head::Whole(value) => Ok(Some(value)),
        Head::Damaged => Err(torn()),
        Head::Parts(header) => {
            let mut parts = Vec::with_capacity(header.count);
            for number in 1..=header.count {
                parts.push(keeper.get(&header.set.part(entry, number))?.ok_or_else(torn)?);
            }
            split::join(&header, &parts).map(Some).ok_or_else(torn)
        }
    }
}

fn torn() -> Trouble {
    Trouble::new(State::Torn, "the parts of the entry do not belong together")
}

/// Stores the value. Until the one write that makes it count, the old value is whole; whatever is left of the old
/// one is removed afterwards.
pub(super) fn set(keeper: &mut dyn Keeper, entry: &str, value: &Secret) -> Result<(), Trouble> {
    let Some(parts) = split::split(value) else {
        keeper.set(entry, value)?;
        return Set::BOTH.into_iter().try_for_each(|set| clear(keeper, entry, set, 0));
    };
    if parts.len() > MAX_PARTS {
        return Err(Trouble::new(State::Broken, "the value is too long for the keyring"));
    }
    let set = match keeper.get(entry)?.map(split::head) {
        Some(Head::Parts(old)) => old.set.other(),
        _ => Set::A,
    };
    for (number, part) in (1..).zip(&parts) {
        keeper.set(&set.part(entry, number), part)?;
    }
    let header = Header::new(set, parts.len(), value);
    keeper.set(entry, &Secret::new(header.to_text()))?;
    clear(keeper, entry, set, parts.len())?;
    clear(keeper, entry, set.other(), 0)
}

/// Removes the value, whole or torn; `false` where there was none.
pub(super) fn forget(keeper: &mut dyn Keeper, entry: &str) -> Result<bool, Trouble> {
    let was_there = keeper.delete(entry)?;
    Set::BOTH.into_iter().try_for_each(|set| clear(keeper, entry, set, 0))?;
    Ok(was_there)
}

/// Removes the set's parts behind the first `keep`. The last goes first, so that a cut leaves no gap behind which
/// parts would be overlooked.
fn clear(keeper: &mut dyn Keeper, entry: &str, set: Set, keep: usize) -> Result<(), Trouble> {
    let mut last = keep;
    while last < MAX_PARTS && keeper.get(&set.part(entry, last + 1))?.is_some() {
        last += 1;
    }
    for number in (keep + 1..=last).rev() {
        keeper.delete(&set.part(entry, number))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Fails from its n-th writing call on, as a crash or a keyring that is locked in between would.
    #[derive(Default)]
    struct Crashing {
        entries: BTreeMap<String, Secret>,
        writes_left: usize,
    }

    impl Crashing {
        fn write(&mut self) -> Result<(), Trouble> {
            self.writes_left =
                self.writes_left.checked_sub(1).ok_or_else(|| Trouble::new(State::Broken, "crashed"))?;
            Ok(())
        }
    }

    impl Keeper for Crashing {
        fn get(&mut self, entry: &str) -> Result<Option<Secret>, Trouble> {
            Ok(self.entries.get(entry).cloned())
        }

        fn set(&mut self, entry: &str, content: &Secret) -> Result<(), Trouble> {
            self.write()?;
            self.entries.insert(entry.to_owned(), content.clone());
            Ok(())
        }

        fn delete(&mut self, entry: &str) -> Result<bool, Trouble> {
            self.write()?;
            Ok(self.entries.remove(entry).is_some())
        }
    }

    fn value(letter: &str, length: usize) -> Secret {
        Secret::new(letter.repeat(length))
    }

    #[test]
    fn a_crash_at_any_write_leaves_the_old_value_or_the_new_one() {
        let lengths = [10, 1280, 1281, 3000, 5000];
        for (old, new) in
            lengths.into_iter().flat_map(|old| lengths.map(|new| (value("o", old), value("n", new))))
        {
            let mut writes = 0;
            loop {
                let mut keeper = Crashing { writes_left: 100, ..Crashing::default() };
                set(&mut keeper, "e", &old).unwrap();
                keeper.writes_left = writes;
                let done = set(&mut keeper, "e", &new).is_ok();
                let found = get(&mut keeper, "e").unwrap().unwrap();
                assert!(found == new || (!done && found == old), "after {writes} writes");

                keeper.writes_left = 100;
                set(&mut keeper, "e", &value("x", 1300)).unwrap();
                assert_eq!(keeper.entries.len(), 3, "what the crash left is cleared by the next value");
                if done {
                    break;
                }
                writes += 1;
            }
        }
    }

    #[test]
    fn forgetting_removes_whatever_is_there() {
        for writes in 0..8 {
            let mut keeper = Crashing { writes_left: 100, ..Crashing::default() };
            set(&mut keeper, "e", &value("o", 3000)).unwrap();
            keeper.writes_left = writes;
            let _crashed_or_not = set(&mut keeper, "e", &value("n", 5000));
            keeper.writes_left = 100;
            assert_eq!(forget(&mut keeper, "e"), Ok(true));
            assert_eq!(keeper.entries, BTreeMap::new());
            assert_eq!(forget(&mut keeper, "e"), Ok(false));
        }
    }

    #[test]
    fn a_missing_or_foreign_part_is_noticed() {
        let mut keeper = Crashing { writes_left: 100, ..Crashing::default() };
        set(&mut keeper, "e", &value("o", 3000)).unwrap();
        let whole = keeper.entries.clone();
        for part in ["e#a1", "e#a2", "e#a3"] {
            keeper.entries.clone_from(&whole);
            keeper.entries.remove(part);
            assert_eq!(get(&mut keeper, "e").unwrap_err().state, State::Torn);
            keeper.entries.insert(part.to_owned(), value("x", 440));
            assert_eq!(get(&mut keeper, "e").unwrap_err().state, State::Torn);
        }
    }

    #[test]
    fn a_value_beyond_every_measure_is_refused_before_anything_is_written() {
        let mut keeper = Crashing { writes_left: 100, ..Crashing::default() };
        set(&mut keeper, "e", &value("x", 1280 * MAX_PARTS)).unwrap();
        let trouble = set(&mut keeper, "e", &value("y", 1280 * MAX_PARTS + 1)).unwrap_err();
        assert_eq!(trouble.state, State::Broken);
        assert_eq!(get(&mut keeper, "e").unwrap().unwrap(), value("x", 1280 * MAX_PARTS));
    }

    #[test]
    fn entries_are_the_same_in_any_case_of_the_profile() {
        assert_eq!(entry("My Bot", "keystore"), "my bot/keystore");
        assert_eq!(entry("MY BOT", "keystore"), entry("my bot", "keystore"));
    }
}
