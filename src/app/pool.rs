//! Threads that read files for the screen: what is looked at alone before the rest, the newest wish first, wishes that
//! scrolled away dropped.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::work::Reporter;
use crate::model::Update;

/// What a wish is told from others by.
pub(super) trait Wanted: PartialEq {
    /// Somebody looks at it alone: it goes before the others.
    fn alone(&self) -> bool;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish<K> {
    pub key: K,
    pub path: PathBuf,
}

/// The threads and what waits for them. Dropped, they end with what they are at.
#[derive(Debug)]
pub(super) struct Pool<K> {
    shared: Arc<Shared<K>>,
}

#[derive(Debug)]
struct Shared<K> {
    queue: Mutex<Queue<K>>,
    changed: Condvar,
}

#[derive(Debug)]
struct Queue<K> {
    /// The first is next.
    waiting: VecDeque<Wish<K>>,
    closed: bool,
}

impl<K: Wanted> Queue<K> {
    fn new() -> Self {
        Self { waiting: VecDeque::new(), closed: false }
    }

    /// Puts the wishes before all others, in their order.
    fn push(&mut self, wishes: Vec<Wish<K>>) {
        for wish in wishes.into_iter().rev() {
            self.waiting.retain(|waiting| waiting.key != wish.key);
            self.waiting.push_front(wish);
        }
    }

    fn pop(&mut self) -> Option<Wish<K>> {
        let alone = self.waiting.iter().position(|wish| wish.key.alone());
        self.waiting.remove(alone.unwrap_or_default())
    }

    fn forget(&mut self, keys: &[K]) {
        self.waiting.retain(|wish| !keys.contains(&wish.key));
    }
}

impl<K: Wanted> Shared<K> {
    fn lock(&self) -> MutexGuard<'_, Queue<K>> {
        // A thread that panicked left the queue whole: it is changed by single calls only.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next wish, waited for; none at the end.
    fn next(&self) -> Option<Wish<K>> {
        let mut queue = self.lock();
        loop {
            if queue.closed {
                return None;
            }
            if let Some(wish) = queue.pop() {
                return Some(wish);
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<K: Wanted + Send + 'static> Pool<K> {
    /// So many threads of this name, each of which answers one wish at a time.
    pub(super) fn start<F>(name: &str, threads: usize, reporter: &Reporter, answer: F) -> Self
    where
        F: Fn(Wish<K>) -> Update + Clone + Send + 'static,
    {
        let shared = Arc::new(Shared { queue: Mutex::new(Queue::new()), changed: Condvar::new() });
        for number in 1..=threads {
            let (shared, reporter, answer) = (shared.clone(), reporter.clone(), answer.clone());
            let work = move || {
                while let Some(wish) = shared.next() {
                    reporter.send_blocking(answer(wish));
                }
            };
            // Without threads there are no pictures, and all else goes on.
            let _started = thread::Builder::new().name(format!("affix-{name}-{number}")).spawn(work);
        }
        Self { shared }
    }

    /// Asks for these next.
    pub(super) fn want(&self, wishes: Vec<Wish<K>>) {
        self.shared.lock().push(wishes);
        self.shared.changed.notify_all();
    }

    /// These are no longer waited for.
    pub(super) fn forget(&self, keys: &[K]) {
        self.shared.lock().forget(keys);
    }
}

impl<K> Drop for Pool<K> {
    fn drop(&mut self) {
        let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.closed = true;
        queue.waiting.clear();
        drop(queue);
        self.shared.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Negative ones are looked at alone.
    impl Wanted for i64 {
        fn alone(&self) -> bool {
            *self < 0
        }
    }

    fn wish(key: i64) -> Wish<i64> {
        Wish { key, path: PathBuf::from(format!("{key}.png")) }
    }

    fn waiting(queue: &Queue<i64>) -> Vec<i64> {
        queue.waiting.iter().map(|wish| wish.key).collect()
    }

    #[test]
    fn the_newest_wishes_come_first_in_their_order_and_none_twice() {
        let mut queue = Queue::new();
        queue.push(vec![wish(1), wish(2), wish(3)]);
        queue.push(vec![wish(4), wish(2)]);
        assert_eq!(waiting(&queue), [4, 2, 1, 3]);
    }

    #[test]
    fn what_is_looked_at_alone_goes_first() {
        let mut queue = Queue::new();
        queue.push(vec![wish(1), wish(-7)]);
        queue.push(vec![wish(2), wish(3)]);
        let order = std::iter::from_fn(|| queue.pop()).map(|wish| wish.key);
        assert_eq!(order.collect::<Vec<_>>(), [-7, 2, 3, 1]);
    }

    #[test]
    fn what_scrolled_away_is_not_made() {
        let mut queue = Queue::new();
        queue.push(vec![wish(1), wish(2), wish(3)]);
        queue.forget(&[2, 9]);
        assert_eq!(waiting(&queue), [1, 3]);
    }
}
