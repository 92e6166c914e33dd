//! Looks after each upload whether its link gives the file: beside the uploads, a few at a time, and only as long as
//! the engine lives.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Config, Event};
use crate::domain::attachment::AttachmentId;
use crate::domain::error::Step;
use crate::domain::link_check::{LinkCheck, LinkState};
use crate::domain::receipt::LinkKind;
use crate::services::http::{Context, Exchange, Redactor, Unobserved};
use crate::services::links::{self, Sent};
use crate::store::Row;

/// Links that are asked for at once.
const AT_ONCE: usize = 4;

/// One that does not give the file yet is asked for again after these waits, and then left alone.
const AGAIN: [Duration; 2] = [Duration::from_secs(10), Duration::from_mins(1)];

/// As long after its upload a service may still be at work on a file.
const FRESH_MS: i64 = 10 * 60 * 1000;

/// The links that are to be asked for; shared by whoever wishes it and the task that does it.
#[derive(Debug, Clone, Default)]
pub(super) struct Links(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    inside: Mutex<Inside>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Inside {
    /// After each upload, without being asked.
    by_itself: bool,
    waiting: BTreeSet<(Instant, AttachmentId, Turn)>,
}

/// Why and how often a link is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// After its upload, that often before.
    Own(usize),
    /// Because the user wants to know.
    Wanted,
}

impl Links {
    pub(super) fn set_by_itself(&self, by_itself: bool) {
        let mut inside = self.lock();
        inside.by_itself = by_itself;
        if !by_itself {
            inside.waiting.retain(|(_, _, turn)| *turn == Turn::Wanted);
        }
    }

    /// An upload is done and recorded.
    pub(super) fn uploaded(&self, id: AttachmentId) {
        if self.lock().by_itself {
            self.put(id, Turn::Own(0), Duration::ZERO);
        }
    }

    pub(super) fn want(&self, ids: &[AttachmentId]) {
        for id in ids {
            self.put(*id, Turn::Wanted, Duration::ZERO);
        }
    }

    fn put(&self, id: AttachmentId, turn: Turn, wait: Duration) {
        self.lock().waiting.insert((Instant::now() + wait, id, turn));
        self.0.news.notify_one();
    }

    /// What may be asked for now.
    fn take(&self) -> Option<(AttachmentId, Turn)> {
        let mut inside = self.lock();
        let (at, ..) = *inside.waiting.first()?;
        if at > Instant::now() {
            return None;
        }
        inside.waiting.pop_first().map(|(_, id, turn)| (id, turn))
    }

    fn next(&self) -> Option<Instant> {
        self.lock().waiting.first().map(|(at, ..)| *at)
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for what is wished, for ever: whoever starts it ends it.
    pub(super) async fn run(self, config: Config, events: mpsc::Sender<Event>) {
        let mut running = JoinSet::new();
        loop {
            while running.len() < AT_ONCE {
                let Some((id, turn)) = self.take() else { break };
                let (config, events) = (config.clone(), events.clone());
                running.spawn(async move { (id, turn, check(&config, &events, id).await) });
            }
            let next = self.next().filter(|_| running.len() < AT_ONCE);
            tokio::select! {
                Some(ended) = running.join_next() => {
                    if let Ok((id, Turn::Own(times), Some(LinkState::NotYet))) = ended
                        && let Some(wait) = AGAIN.get(times)
                        && self.lock().by_itself
                    {
                        self.put(id, Turn::Own(times + 1), *wait);
                    }
                }
                () = self.0.news.notified() => {}
                () = tokio::time::sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
            }
        }
    }
}

/// Asks for one link, keeps and tells the answer; none where there is nothing to ask for, or the link is another one
/// by now.
async fn check(config: &Config, events: &mpsc::Sender<Event>, id: AttachmentId) -> Option<LinkState> {
    let row = config.store.rows(vec![id]).await.ok()?.pop()?;
    let link = row.receipt.as_ref()?.primary()?;
    let url = links::address_of(link)?;
    let now_ms = (config.clock)();
    let found = links::ask(&url, sent(&row, link.kind, now_ms), &mut exchange(config)).await;
    let check =
        LinkCheck { state: found.state, at_ms: (config.clock)(), status: found.status, why: found.why };
    let kept = config.store.set_link_check(id, link.value.clone(), &check).await;
    match kept {
        Ok(false) => return None,
        Ok(true) => {}
        Err(failure) => drop(events.send(Event::Trouble(failure)).await),
    }
    // A front that has gone needs no events.
    drop(events.send(Event::Checked { id, check }).await);
    (config.waker)();
    Some(found.state)
}

fn sent(row: &Row, kind: LinkKind, now_ms: i64) -> Sent<'_> {
    let receipt = row.receipt.as_ref();
    let size = receipt.and_then(|receipt| receipt.size).or(row.size);
    Sent {
        // A thumbnail or a preview is not the file.
        size: size.filter(|_| kind == LinkKind::View),
        mime: row.mime.as_deref().unwrap_or_default(),
        is_fresh: row.finished_at_ms.is_some_and(|at| now_ms.saturating_sub(at) < FRESH_MS),
        is_expired: receipt.is_some_and(|receipt| receipt.has_expired(now_ms.div_euclid(1000))),
    }
}

/// Without any credential. What is asked is not written down: who has a link can open the file, and one that was
/// replaced or deleted must not stand anywhere.
fn exchange(config: &Config) -> Exchange {
    let mut exchange = Exchange::new(Context {
        http: config.http.clone(),
        observer: Arc::new(Unobserved),
        cancel: CancellationToken::new(),
        redactor: Redactor::default(),
        checkpoint: None,
        cache: Arc::default(),
        clock: config.clock,
    });
    exchange.step(Step::Verify);
    exchange
}
