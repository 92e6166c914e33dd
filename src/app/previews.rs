//! Makes previews on threads of its own: what is looked at alone before the list's, the newest wish first, wishes that
//! scrolled away dropped.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::work::Reporter;
use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::media::{self, Readers};
use crate::model::detail::{Picture, PreviewSize, Update};
use crate::model::{self};

const THREADS: usize = 2;

pub(super) type Key = (AttachmentId, PreviewSize);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    pub key: Key,
    pub path: PathBuf,
}

/// The threads and what waits for them. Dropped, they end with what they are at.
#[derive(Debug)]
pub(super) struct Pool {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    /// The first is next.
    waiting: VecDeque<Wish>,
    closed: bool,
}

impl Queue {
    /// Puts the wishes before all others, in their order.
    fn push(&mut self, wishes: Vec<Wish>) {
        for wish in wishes.into_iter().rev() {
            self.waiting.retain(|waiting| waiting.key != wish.key);
            self.waiting.push_front(wish);
        }
    }

    /// The one that is looked at alone goes before a screenful of small ones.
    fn pop(&mut self) -> Option<Wish> {
        let alone = self.waiting.iter().position(|wish| wish.key.1 != PreviewSize::Small);
        self.waiting.remove(alone.unwrap_or_default())
    }

    fn forget(&mut self, keys: &[Key]) {
        self.waiting.retain(|wish| !keys.contains(&wish.key));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // A thread that panicked left the queue whole: it is changed by single calls only.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next wish, waited for; none at the end.
    fn next(&self) -> Option<Wish> {
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

impl Pool {
    pub(super) fn start(reporter: &Reporter, readers: &Readers) -> Self {
        let shared = Arc::new(Shared::default());
        for number in 1..=THREADS {
            let (shared, reporter, readers) = (shared.clone(), reporter.clone(), readers.clone());
            let work = move || {
                while let Some(Wish { key: (id, size), path }) = shared.next() {
                    let result = look(&readers, &path, size);
                    reporter.send_blocking(model::Update::Detail(Update::Preview(id, size, result)));
                }
            };
            // Without threads there are no pictures, and all else goes on.
            let _started = thread::Builder::new().name(format!("affix-preview-{number}")).spawn(work);
        }
        Self { shared }
    }

    /// Asks for these next.
    pub(super) fn want(&self, wishes: Vec<Wish>) {
        self.shared.lock().push(wishes);
        self.shared.changed.notify_all();
    }

    /// These are no longer waited for.
    pub(super) fn forget(&self, keys: &[Key]) {
        self.shared.lock().forget(keys);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        queue.closed = true;
        queue.waiting.clear();
        drop(queue);
        self.shared.changed.notify_all();
    }
}

fn look(readers: &Readers, path: &Path, size: PreviewSize) -> Result<Picture, Failure> {
    let made = match size {
        PreviewSize::Small => readers.small(path),
        PreviewSize::Large => readers.still(path, size.pixels()),
    };
    made.map(picture)
}

fn picture(rgba: media::Rgba) -> Picture {
    let media::Rgba { width, height, pixels } = rgba;
    Picture { width: width as usize, height: height as usize, rgba: pixels }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(id: i64) -> Wish {
        Wish { key: (AttachmentId(id), PreviewSize::Small), path: PathBuf::from(format!("{id}.png")) }
    }

    fn waiting(queue: &Queue) -> Vec<i64> {
        queue.waiting.iter().map(|wish| wish.key.0.0).collect()
    }

    #[test]
    fn the_newest_wishes_come_first_in_their_order_and_none_twice() {
        let mut queue = Queue::default();
        queue.push(vec![wish(1), wish(2), wish(3)]);
        queue.push(vec![wish(4), wish(2)]);
        assert_eq!(waiting(&queue), [4, 2, 1, 3]);
    }

    #[test]
    fn what_is_looked_at_alone_goes_first() {
        let mut queue = Queue::default();
        let large = Wish { key: (AttachmentId(7), PreviewSize::Large), ..wish(7) };
        queue.push(vec![wish(1), large]);
        queue.push(vec![wish(2), wish(3)]);
        let order = std::iter::from_fn(|| queue.pop()).map(|wish| wish.key.0.0);
        assert_eq!(order.collect::<Vec<_>>(), [7, 2, 3, 1]);
    }

    #[test]
    fn what_scrolled_away_is_not_made() {
        let mut queue = Queue::default();
        queue.push(vec![wish(1), wish(2), wish(3)]);
        queue.forget(&[wish(2).key, wish(9).key]);
        assert_eq!(waiting(&queue), [1, 3]);
    }
}
