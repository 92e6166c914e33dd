//! What is known of the kept files, in memory: by id, and by the fields that the services ask for.

use std::collections::HashMap;

use serde_json::Value;

use super::Kept;

/// A field of [`Kept::extra`] that files are found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    AttachmentId,
    IdempotencyKey,
    Token,
}

impl By {
    const ALL: [Self; 3] = [Self::AttachmentId, Self::IdempotencyKey, Self::Token];

    /// Its name in the facts.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::AttachmentId => "attachment_id",
            Self::IdempotencyKey => "idempotency_key",
            Self::Token => "token",
        }
    }
}

/// Service, field, value.
type Key = (String, By, String);

#[derive(Debug, Default)]
pub(super) struct Index {
    next: u64,
    /// With the order in which they came, because seconds are too coarse to sort by.
    kept: HashMap<String, (u64, Kept)>,
    /// Looking through all of them at each upload would make ten thousand files a matter of minutes.
    found: HashMap<Key, Vec<String>>,
}

impl Index {
    pub(super) fn insert(&mut self, kept: Kept) {
        self.next += 1;
        self.note(&kept);
        self.kept.insert(kept.id.clone(), (self.next, kept));
    }

    pub(super) fn get(&self, id: &str) -> Option<&Kept> {
        self.kept.get(id).map(|(_, kept)| kept)
    }

    /// The first one of those that have this value.
    pub(super) fn find(&self, service: &str, by: By, value: &str) -> Option<&Kept> {
        let ids = self.found.get(&(service.to_owned(), by, value.to_owned()))?;
        self.get(ids.first()?)
    }

    /// All of one service, oldest first.
    pub(super) fn list(&self, service: &str) -> Vec<Kept> {
        let mut all: Vec<_> = self.kept.values().filter(|(_, kept)| kept.service == service).collect();
        all.sort_by_key(|(order, _)| *order);
        all.into_iter().map(|(_, kept)| kept.clone()).collect()
    }

    /// Puts new facts in the place of those with the same id, where there are any.
    pub(super) fn update(&mut self, kept: &Kept) {
        let Some((order, _)) = self.kept.get(&kept.id) else { return };
        let order = *order;
        self.remove(&kept.id);
        self.note(kept);
        self.kept.insert(kept.id.clone(), (order, kept.clone()));
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Kept> {
        let (_, kept) = self.kept.remove(id)?;
        for key in keys(&kept) {
            if let Some(ids) = self.found.get_mut(&key) {
                ids.retain(|one| one != id);
                if ids.is_empty() {
                    self.found.remove(&key);
                }
            }
        }
        Some(kept)
    }

    fn note(&mut self, kept: &Kept) {
        for key in keys(kept) {
            self.found.entry(key).or_default().push(kept.id.clone());
        }
    }
}

fn keys(kept: &Kept) -> impl Iterator<Item = Key> {
    By::ALL.into_iter().filter_map(|by| {
        let value = kept.extra.get(by.field()).and_then(Value::as_str)?;
        Some((kept.service.clone(), by, value.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept(id: &str, service: &str, field: &str, value: &str) -> Kept {
        serde_json::from_value(json!({
            "id": id, "service": service, "name": id, "mime": "", "size": 0, "md5": "", "sha256": "",
            "created_at": 0, "extra": { field: value, "other": 1 },
        }))
        .unwrap()
    }

    fn found(index: &Index, service: &str, by: By, value: &str) -> Option<String> {
        index.find(service, by, value).map(|kept| kept.id.clone())
    }

    #[test]
    fn files_are_found_by_service_field_and_value() {
        let mut index = Index::default();
        for by in By::ALL {
            index.insert(kept(by.field(), "a", by.field(), "v"));
        }
        for by in By::ALL {
            assert_eq!(found(&index, "a", by, "v").as_deref(), Some(by.field()));
            assert_eq!(found(&index, "b", by, "v"), None);
            assert_eq!(found(&index, "a", by, ""), None);
        }
    }

    #[test]
    fn of_two_the_first_is_found_and_after_it_the_second() {
        let mut index = Index::default();
        index.insert(kept("1", "a", "token", "v"));
        index.insert(kept("2", "a", "token", "v"));
        assert_eq!(found(&index, "a", By::Token, "v").as_deref(), Some("1"));
        index.remove("1").unwrap();
        assert_eq!(found(&index, "a", By::Token, "v").as_deref(), Some("2"));
        index.remove("2").unwrap();
        assert_eq!(found(&index, "a", By::Token, "v"), None);
        assert!(index.found.is_empty() && index.remove("2").is_none());
    }

    #[test]
    fn new_facts_are_found_by_their_new_values_in_the_old_place() {
        let mut index = Index::default();
        index.insert(kept("1", "a", "token", "old"));
        index.insert(kept("2", "a", "token", "v"));
        index.update(&kept("1", "a", "token", "new"));
        index.update(&kept("3", "a", "token", "unknown"));
        assert_eq!(found(&index, "a", By::Token, "old"), None);
        assert_eq!(found(&index, "a", By::Token, "new").as_deref(), Some("1"));
        assert_eq!(found(&index, "a", By::Token, "unknown"), None);
        let ids: Vec<_> = index.list("a").into_iter().map(|kept| kept.id).collect();
        assert_eq!(ids, ["1", "2"]);
    }
}
