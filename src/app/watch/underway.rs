//! Which files of the watched folder are on their way, so that none of them is handed over a second time meanwhile.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use crate::domain::attachment::AttachmentId;

/// Ends that are remembered while files are being handed over. Beyond these, the later versions of a file whose end was
/// missed wait for the next start of the program.
const EARLY: usize = 65_536;

#[derive(Debug, Default)]
pub(super) struct Underway {
    /// How many hand-overs have not been answered, and their files.
    asked: usize,
    asking: HashSet<PathBuf>,
    /// What ended while a hand-over was not answered. It may be one of its files: the engine's events and the answer
    /// come by two ways, and either may be the faster.
    early: HashSet<AttachmentId>,
    running: HashMap<AttachmentId, PathBuf>,
    paths: HashSet<PathBuf>,
    /// Changed while an upload of theirs was on its way: whether it is another content is known at its end.
    changed: BTreeSet<PathBuf>,
}

impl Underway {
    /// Those of these complete files that are handed over now. To be answered by [`Self::handed_over`].
    pub(super) fn begin(&mut self, files: Vec<PathBuf>) -> Vec<PathBuf> {
        let is_underway = |path: &PathBuf| self.paths.contains(path) || self.asking.contains(path);
        let (changed, files): (Vec<_>, Vec<_>) = files.into_iter().partition(is_underway);
        self.changed.extend(changed);
        if !files.is_empty() {
            self.asked += 1;
            self.asking.extend(files.iter().cloned());
        }
        files
    }

    /// The files of one hand-over that the engine took, and those that it did not get: which of them are to be handed
    /// over once more, because they have changed and nothing of theirs is on its way any more.
    pub(super) fn handed_over(
        &mut self,
        taken: Vec<(PathBuf, AttachmentId)>,
        not_taken: &[PathBuf],
    ) -> Vec<PathBuf> {
        let mut again: Vec<PathBuf> = Vec::new();
        for path in not_taken {
            self.asking.remove(path);
            again.extend(self.changed.take(path));
        }
        for (path, id) in taken {
            self.asking.remove(&path);
            if self.early.remove(&id) {
                again.extend(self.changed.take(&path));
            } else {
                self.paths.insert(path.clone());
                self.running.insert(id, path);
            }
        }
        self.asked = self.asked.saturating_sub(1);
        if self.asked == 0 {
            self.early.clear();
        }
        again
    }

    /// An upload has ended: its file, if that has changed meanwhile.
    pub(super) fn ended(&mut self, id: AttachmentId) -> Option<PathBuf> {
        if let Some(path) = self.running.remove(&id) {
            self.paths.remove(&path);
            return self.changed.take(&path);
        }
        if self.asked > 0 && self.early.len() < EARLY {
            self.early.insert(id);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const NONE: [PathBuf; 0] = [];

    fn paths<const N: usize>(names: [&str; N]) -> Vec<PathBuf> {
        names.map(PathBuf::from).to_vec()
    }

    fn taken(path: &str, id: i64) -> Vec<(PathBuf, AttachmentId)> {
        vec![(PathBuf::from(path), AttachmentId(id))]
    }

    #[test]
    fn a_changed_file_waits_for_the_end_of_its_upload() {
        let mut underway = Underway::default();
        assert_eq!(underway.begin(paths(["a", "b"])), paths(["a", "b"]));
        assert_eq!(underway.begin(paths(["a", "c"])), paths(["c"]), "a is being handed over");
        let both = [taken("a", 1), taken("b", 2)].concat();
        assert_eq!(underway.handed_over(both, &[]), NONE);
        assert_eq!(underway.handed_over(taken("c", 3), &[]), NONE);
        assert_eq!(underway.begin(paths(["b"])), NONE, "it is on its way");
        for (id, again) in [(1, Some("a")), (2, Some("b")), (3, None), (4, None)] {
            assert_eq!(underway.ended(AttachmentId(id)), again.map(PathBuf::from), "{id}");
        }
        assert_eq!(underway.begin(paths(["a", "b", "c"])), paths(["a", "b", "c"]), "nothing is on its way");
    }

    #[test]
    fn an_end_that_is_told_before_the_hand_over_counts() {
        let mut underway = Underway::default();
        assert_eq!(underway.begin(paths(["a", "b"])), paths(["a", "b"]));
        assert_eq!(underway.begin(paths(["b"])), NONE);
        for id in [1, 2, 70] {
            assert_eq!(underway.ended(AttachmentId(id)), None);
        }
        let both = [taken("a", 1), taken("b", 2)].concat();
        assert_eq!(underway.handed_over(both, &[]), paths(["b"]), "it changed meanwhile");
        assert_eq!(underway.begin(paths(["a", "b"])), paths(["a", "b"]), "nothing is on its way");
        // Numbers of others are not kept for ever.
        underway.handed_over(taken("a", 3), &paths(["b"]));
        assert!(underway.early.is_empty());
        underway.ended(AttachmentId(71));
        assert!(underway.early.is_empty());
    }

    #[test]
    fn what_was_not_taken_is_not_on_its_way() {
        let mut underway = Underway::default();
        underway.begin(paths(["a", "b"]));
        underway.begin(paths(["b"]));
        assert_eq!(underway.handed_over(Vec::new(), &paths(["a", "b"])), paths(["b"]), "another content");
        assert_eq!(underway.begin(paths(["a", "b"])), paths(["a", "b"]));
    }

    #[test]
    fn ten_thousand_files_are_each_handed_over_once() {
        let mut underway = Underway::default();
        let files: Vec<PathBuf> =
            (0..10_000).map(|number| Path::new("/in").join(number.to_string())).collect();
        assert_eq!(underway.begin(files.clone()), files);
        assert_eq!(underway.begin(files.clone()), NONE);
        let ids = (0..).map(AttachmentId);
        // Half of them have ended before.
        for id in 0..5_000 {
            assert_eq!(underway.ended(AttachmentId(id)), None);
        }
        let taken = files.iter().cloned().zip(ids).collect();
        assert_eq!(underway.handed_over(taken, &[]), files[..5_000]);
        let mut again = Vec::new();
        for id in 5_000..10_000 {
            again.extend(underway.ended(AttachmentId(id)));
        }
        assert_eq!(again, files[5_000..]);
    }
}
