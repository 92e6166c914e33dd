//! What is selected, by ids: it outlives every change of the list. All of a hundred thousand is one number.

use std::collections::HashSet;

use crate::domain::attachment::AttachmentId;

#[derive(Debug, Default)]
pub(super) struct Selection {
    /// Everything up to this id; ids grow, so that what is added later is not in it.
    all_to: Option<AttachmentId>,
    /// With `all_to`: those left out. Otherwise: those selected.
    ids: HashSet<AttachmentId>,
    /// Where a range begins.
    pub anchor: Option<AttachmentId>,
    /// What the keyboard moves.
    pub cursor: Option<AttachmentId>,
}

impl Selection {
    pub(super) fn has(&self, id: AttachmentId) -> bool {
        match self.all_to {
            Some(newest) => id <= newest && !self.ids.contains(&id),
            None => self.ids.contains(&id),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all_to.is_none() && self.ids.is_empty()
    }

    pub(super) fn is_several(&self) -> bool {
        self.all_to.is_some() || self.ids.len() > 1
    }

    /// This one and no other.
    pub(super) fn only(&mut self, id: AttachmentId) {
        self.all_to = None;
        self.ids.clear();
        self.ids.insert(id);
        (self.anchor, self.cursor) = (Some(id), Some(id));
    }

    pub(super) fn toggle(&mut self, id: AttachmentId) {
        if !self.ids.remove(&id) {
            self.ids.insert(id);
        }
        (self.anchor, self.cursor) = (Some(id), Some(id));
    }

    /// From the anchor to this one, of the ids in the order shown.
    pub(super) fn range(&mut self, ids: &[AttachmentId], to: AttachmentId) {
        let place = |wanted: AttachmentId| ids.iter().position(|id| *id == wanted);
        let (Some(a), Some(b)) = (self.anchor.and_then(place), place(to)) else { return self.only(to) };
        self.all_to = None;
        self.ids = ids.get(a.min(b)..=a.max(b)).unwrap_or_default().iter().copied().collect();
        self.cursor = Some(to);
    }

    pub(super) fn all(&mut self, ids: &[AttachmentId]) {
        self.ids.clear();
        self.all_to = ids.iter().max().copied();
        self.cursor = self.cursor.or(ids.first().copied());
    }

    pub(super) fn clear(&mut self) {
        self.all_to = None;
        self.ids.clear();
    }

    /// What is selected, in the order shown.
    pub(super) fn of(&self, ids: &[AttachmentId]) -> Vec<AttachmentId> {
        ids.iter().copied().filter(|id| self.has(*id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: &[i64]) -> Vec<AttachmentId> {
        numbers.iter().copied().map(AttachmentId).collect()
    }

    #[test]
    fn all_is_what_was_there_less_what_was_left_out() {
        let mut selection = Selection::default();
        selection.all(&ids(&[7, 8, 2]));
        selection.toggle(AttachmentId(2));
        assert_eq!(selection.of(&ids(&[9, 7, 8, 2])), ids(&[7, 8]), "9 was added later");
        selection.toggle(AttachmentId(2));
        assert!(selection.has(AttachmentId(2)));
        selection.only(AttachmentId(8));
        assert_eq!(selection.of(&ids(&[7, 8, 2])), ids(&[8]));
    }

    #[test]
    fn a_range_goes_both_ways_and_keeps_its_anchor() {
        let shown = ids(&[5, 6, 7, 1, 2]);
        let mut selection = Selection::default();
        selection.only(AttachmentId(7));
        selection.range(&shown, AttachmentId(2));
        assert_eq!(selection.of(&shown), ids(&[7, 1, 2]));
        selection.range(&shown, AttachmentId(5));
        assert_eq!(selection.of(&shown), ids(&[5, 6, 7]));
        assert_eq!((selection.anchor, selection.cursor), (Some(AttachmentId(7)), Some(AttachmentId(5))));
    }
}
