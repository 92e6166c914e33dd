use std::path::PathBuf;

use super::*;
use crate::domain::attachment::{BatchId, Priority};
use crate::transfer::Repairs;

fn job(id: i64) -> Job {
    Job::new((AttachmentId(id), BatchId(1)), PathBuf::new(), "a".to_owned(), Repairs::Refuse)
}

fn drain(queue: &mut Queue) -> Vec<i64> {
    let mut ids = Vec::new();
    while let Some(mut job) = queue.start_next() {
        queue.ended(&mut job, None);
        ids.push(job.id.0);
    }
    ids
}

#[test]
fn taking_the_next_job_costs_nothing_that_grows() {
    const MANY: i64 = 100_000;
    let mut queue = Queue::new(Limits::default());
    for id in 0..MANY {
        // Each second one was moved to the front, one by one.
        let rank = if id % 2 == 0 { id } else { -id };
        queue.push(Job { rank, ..job(id) });
    }
    let began = std::time::Instant::now();
    for _ in 0..100 {
        assert_eq!(queue.order(1_000).len(), 1_000);
    }
    let order = queue.order(1_000);
    let ids = drain(&mut queue);
    // A sort for each job would take an hour.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!((ids.len(), ids[0], ids[50_000]), (100_000, MANY - 1, 0));
    assert_eq!(order.iter().map(|id| id.0).collect::<Vec<_>>(), ids[..1_000]);
}

#[test]
fn what_was_begun_goes_before_what_is_urgent() {
    let mut queue = Queue::new(Limits::default());
    queue.push(job(1));
    queue.push(Job { priority: Priority::High, ..job(2) });
    queue.push_front(Job { priority: Priority::Low, ..job(3) });
    queue.push_front(job(4));
    assert_eq!(drain(&mut queue), [4, 3, 2, 1]);
}

#[test]
fn a_wish_for_a_running_job_counts_when_it_comes_back() {
    let mut queue = Queue::new(Limits::default());
    queue.push(job(1));
    let mut running = queue.start_next().unwrap();
    queue.change(|job| {
        (job.priority, job.rank) = (Priority::High, -7);
        true
    });
    queue.ended(&mut running, None);
    assert_eq!((running.priority, running.rank), (Priority::High, -7));
}

#[tokio::test(start_paused = true)]
async fn what_becomes_due_while_the_queue_is_looked_at_is_not_slept_through() {
    let mut queue = Queue::new(Limits::default());
    queue.push_delayed(job(1), Duration::from_millis(2));
    let looked = Instant::now();
    assert!(queue.start_next().is_none());
    tokio::time::advance(Duration::from_millis(3)).await;
    assert_eq!(queue.next_wake(looked), Some(looked + Duration::from_millis(2)));
    // What is due and may not start is waited for by the end of what runs.
    assert_eq!(queue.next_wake(Instant::now()), None);
}
