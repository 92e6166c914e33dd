//! What was made for the screen and is kept: what was drawn last stays, within a budget of bytes; what failed is
//! remembered. What is drawn and not here yet is wanted by that alone, once.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;

use crate::domain::error::Failure;

/// Failures that are remembered; more are forgotten all at once and tried again when they are drawn.
const FAILURES_MAX: usize = 10_000;

pub(super) struct Shelf<K, V> {
    kept: HashMap<K, Kept<V>>,
    bytes: usize,
    budget_bytes: usize,
    failed: HashMap<K, Failure>,
    /// On their way, with the frame that drew them last.
    asked: HashMap<K, u64>,
    /// Drawn in this frame and neither here nor on their way, in the order drawn.
    wanted: Vec<K>,
    frame: u64,
}

struct Kept<V> {
    value: V,
    bytes: usize,
    /// The frame that drew it last.
    drawn: u64,
}

impl<K, V> fmt::Debug for Shelf<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kept, bytes, failed, asked, .. } = self;
        let (kept, failed, asked) = (kept.len(), failed.len(), asked.len());
        write!(f, "Shelf {{ kept: {kept}, bytes: {bytes}, failed: {failed}, asked: {asked} }}")
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Shelf<K, V> {
    pub(super) fn new(budget_bytes: usize) -> Self {
        Self {
            kept: HashMap::new(),
            bytes: 0,
            budget_bytes,
            failed: HashMap::new(),
            asked: HashMap::new(),
            wanted: Vec::new(),
            frame: 0,
        }
    }

    /// It, if it is here; else it comes if there is one.
    pub(super) fn get(&mut self, key: K) -> Option<V> {
        let value = self.touch(key);
        if value.is_none() && !self.failed.contains_key(&key) && self.asked.insert(key, self.frame).is_none()
        {
            self.wanted.push(key);
        }
        value
    }

    /// It, if it is here.
    pub(super) fn touch(&mut self, key: K) -> Option<V> {
        let kept = self.kept.get_mut(&key)?;
        kept.drawn = self.frame;
        Some(kept.value.clone())
    }

    /// Why there is none.
    pub(super) fn failure(&self, key: K) -> Option<&Failure> {
        self.failed.get(&key)
    }

    /// Whether it is here, or known not to be had.
    pub(super) fn settled(&self, key: K) -> bool {
        self.kept.contains_key(&key) || self.failed.contains_key(&key)
    }

    /// At the end of a frame: what was asked for and drawn no more before it came, and what this frame wants.
    pub(super) fn turn(&mut self) -> (Vec<K>, Vec<K>) {
        let frame = self.frame;
        let gone = self.asked.extract_if(|_, drawn| *drawn < frame).map(|(key, _)| key).collect();
        self.frame += 1;
        (gone, std::mem::take(&mut self.wanted))
    }

    /// Takes in what came with its size, and lets go of what was not drawn for longest where the budget asks for it.
    pub(super) fn put(&mut self, key: K, result: Result<(V, usize), Failure>) {
        self.asked.remove(&key);
        match result {
            Ok((value, bytes)) => {
                self.bytes += bytes;
                if let Some(before) = self.kept.insert(key, Kept { value, bytes, drawn: self.frame }) {
                    self.bytes -= before.bytes;
                }
                self.shrink();
            }
            Err(failure) => {
                if self.failed.len() >= FAILURES_MAX {
                    self.failed.clear();
                }
                self.failed.insert(key, failure);
            }
        }
    }

    /// It was asked for and will not come: it is asked for again when it is drawn again.
    pub(super) fn dropped(&mut self, key: K) {
        self.asked.remove(&key);
    }

    /// Lets go of these, and of why others of them are not here: they are asked for anew.
    pub(super) fn forget(&mut self, is_meant: impl Fn(&K) -> bool) {
        for (_, gone) in self.kept.extract_if(|key, _| is_meant(key)) {
            self.bytes -= gone.bytes;
        }
        self.failed.retain(|key, _| !is_meant(key));
    }

    fn shrink(&mut self) {
        while self.bytes > self.budget_bytes {
            // What the last frame drew is on the screen: letting go of it would only bring it back.
            let idle = self.kept.iter().filter(|(_, kept)| kept.drawn + 1 < self.frame);
            let Some(oldest) = idle.min_by_key(|(_, kept)| kept.drawn).map(|(key, _)| *key) else { break };
            if let Some(gone) = self.kept.remove(&oldest) {
                self.bytes -= gone.bytes;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Kind;

    fn shelf() -> Shelf<u32, &'static str> {
        Shelf::new(160)
    }

    #[test]
    fn what_is_missing_is_asked_for_once_and_again_only_when_it_was_dropped() {
        let mut shelf = shelf();
        assert!(shelf.get(1).is_none() && shelf.get(1).is_none());
        assert_eq!(shelf.turn(), (vec![], vec![1]));
        assert!(shelf.get(1).is_none());
        assert_eq!(shelf.turn(), (vec![], vec![]));
        shelf.dropped(1);
        assert!(shelf.get(1).is_none());
        assert_eq!(shelf.turn(), (vec![], vec![1]));
    }

    #[test]
    fn what_scrolled_away_before_it_came_is_not_needed() {
        let mut shelf = shelf();
        shelf.get(1);
        assert_eq!(shelf.turn(), (vec![], vec![1]));
        assert_eq!(shelf.turn(), (vec![1], vec![]));
        assert_eq!(shelf.turn(), (vec![], vec![]));
    }

    #[test]
    fn a_failure_is_remembered_until_it_is_forgotten() {
        let mut shelf = shelf();
        shelf.put(1, Err(Failure::new(Kind::TooLarge, "Too many pixels")));
        assert!(shelf.get(1).is_none());
        assert_eq!(shelf.turn(), (vec![], vec![]));
        assert_eq!(shelf.failure(1).unwrap().broke, "Too many pixels");
        shelf.forget(|key| *key == 1);
        assert!(shelf.get(1).is_none());
        assert_eq!(shelf.turn(), (vec![], vec![1]));
    }

    #[test]
    fn the_longest_undrawn_gives_way_and_what_is_on_the_screen_stays() {
        let mut shelf = shelf();
        for key in 0..16 {
            shelf.put(key, Ok(("it", 10)));
        }
        assert_eq!(shelf.bytes, 160);
        // All but the first are drawn from now on.
        for _ in 0..3 {
            assert!((1..16).all(|key| shelf.get(key).is_some()));
            assert_eq!(shelf.turn(), (vec![], vec![]));
        }
        shelf.put(16, Ok(("it", 10)));
        assert!(shelf.get(0).is_none(), "the one that was not drawn goes");
        assert!((1..=16).all(|key| shelf.get(key).is_some()));
        assert_eq!(shelf.turn().1, [0], "it is wanted again");
        shelf.put(17, Ok(("it", 10)));
        assert!(shelf.bytes > 160, "nothing on the screen goes");
    }
}
