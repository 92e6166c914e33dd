//! The one task that owns the queue: gives ids, stores rows, starts jobs as limits allow, settles what ended.

mod repairing;
mod steering;
mod taking_up;
mod turns;
mod waiting;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use super::board::Board;
use super::handed::{Destination, Handed};
use super::job::{self, Ended, Job, Outcome};
use super::links::Links;
use super::order::Order;
use super::queue::Queue;
use super::stop::Wish;
use super::{Command, Config, Event, Finished, HandOver, Repairs, Scope, Submitted};
use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::domain::error::{Failure, Kind, Retry, Step};
use crate::domain::receipt::Receipt;
use crate::store::{Begin, NewAttachment, NewBatch, Outcome as Kept};
use waiting::{Told, asks_all_to_wait, cancelled_by, has_reached, is_unreachable};

/// Redraws that running uploads ask for, a second.
const TICKS_PER_SECOND: u64 = 10;

/// Endings that wait for the actor.
const ENDINGS_WAITING: usize = 64;

/// Runs until every handle is gone; then cancels what runs and settles it.
pub(super) async fn run(
    config: Config,
    mut inbox: mpsc::Receiver<Command>,
    events: mpsc::Sender<Event>,
    (board, order, links, has_route): (Board, Order, Links, fn() -> bool),
) {
    let (endings, mut ended) = mpsc::channel(ENDINGS_WAITING);
    let queue = Queue::new(config.limits);
    let (asked, batches, outbox) = (HashMap::new(), HashMap::new(), VecDeque::new());
    let paused = BTreeMap::new();
    // Ends with this: looking at links keeps nobody waiting.
    let mut looking = JoinSet::new();
    looking.spawn(links.clone().run(config.clone(), events.clone()));
    let mut actor = Actor {
        config,
        events: events.clone(),
        board,
        links,
        order,
        order_told: None,
        has_route,
        endings,
        queue,
        asked,
        paused,
        batches,
        outbox,
        told: Told::default(),
    };
    let mut tick = tokio::time::interval(Duration::from_millis(1000 / TICKS_PER_SECOND));
    // Ticks that nobody waited for are not made up for.
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut open = true;
    while open || !actor.batches.is_empty() || !actor.outbox.is_empty() {
        let wake = actor.turn().await;
        tokio::select! {
            place = events.reserve(), if !actor.outbox.is_empty() => actor.tell(place.ok()),
            command = inbox.recv(), if open => if let Some(command) = command {
                actor.command(command).await;
            } else {
                open = false;
                actor.leave_paused();
                actor.cancel(&Scope::All).await;
            },
            Some(news) = ended.recv() => match news {
                News::Uploaded(id) => actor.queue.uploaded(id),
                News::Ended(job, outcome) => actor.ended(*job, *outcome).await,
            },
            () = tokio::time::sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
            _ = tick.tick(), if actor.queue.is_running() => {
                actor.look_at_probes();
                (actor.config.waker)();
            }
        }
    }
}

/// What a job tells.
enum News {
    /// Its service has everything; what is left is to write that down.
    Uploaded(AttachmentId),
    Ended(Box<Job>, Box<Outcome>),
}

struct Actor {
    config: Config,
    events: mpsc::Sender<Event>,
    board: Board,
    /// Of what was uploaded.
    links: Links,
    order: Order,
    order_told: Option<Instant>,
    /// Whether this computer has a network.
    has_route: fn() -> bool,
    endings: mpsc::Sender<News>,
    queue: Queue,
    /// Attachments whose findings wait for an answer.
    asked: HashMap<AttachmentId, Job>,
    /// Attachments that the user paused, in the order handed over.
    paused: BTreeMap<AttachmentId, Job>,
    /// Batches that are not over, with the number of their unsettled attachments.
    batches: HashMap<BatchId, usize>,
    /// Events that the front has no room for yet. The actor never waits for the front, because the front may be
    /// waiting for the actor; nothing new is started meanwhile, so this does not grow with a front that sleeps.
    outbox: VecDeque<Event>,
    /// What was told of the hosts that wait.
    told: Told,
}

impl Actor {
    /// What is to be done whenever something has happened; answers when it has to be done again by time alone.
    async fn turn(&mut self) -> Option<Instant> {
        // Before anything is looked at: what becomes due meanwhile must not be slept through.
        let begun = Instant::now();
        self.look_at_waits().await;
        self.start_jobs();
        self.tell_waits();
        self.tell_order().into_iter().chain(self.queue.next_wake(begun)).min()
    }

    async fn command(&mut self, command: Command) {
        match command {
            Command::Submit { paths, profile, how, answer } => {
                let submitted = self.submit(paths, profile, how).await;
                // A front that has gone meanwhile still has its files in the queue.
                let _gone = answer.send(submitted);
            }
            Command::Decline { paths, profile, answer } => {
                let submitted = self.submit(paths, profile, Repairs::Refuse.into()).await;
                if let Ok((batch, _)) = &submitted {
                    // Before any job can start: what was declined never leaves this computer.
                    self.cancel(&Scope::Batch(*batch)).await;
                }
                // The front that declined may be gone.
                let _gone = answer.send(submitted);
            }
            Command::Cancel(scope) => self.cancel(&scope).await,
            Command::Pause(scope) => self.pause(&scope).await,
            Command::Resume(scope) => {
                self.resume(&scope).await;
                self.try_now(&scope);
            }
            Command::Retry { scope, answer } => {
                let retried = self.retry(&scope).await;
                self.try_now(&scope);
                // A front that has gone meanwhile still has its files in the queue.
                let _gone = answer.send(retried);
            }
            Command::TakeUp { go_on, answer } => {
                let taken = self.take_up(go_on).await;
                // A front that has gone meanwhile still has its files in the queue.
                let _gone = answer.send(taken);
            }
            Command::Rename { old, new, answer } => {
                let renamed = self.rename(&old, &new).await;
                // Whoever asked may have gone; it is done all the same.
                let _gone = answer.send(renamed);
            }
            Command::Prioritise(scope, priority) => self.prioritise(&scope, priority).await,
            Command::Reorder(scope, place) => self.reorder(&scope, place).await,
            Command::SetLimits(limits) => self.queue.set_limits(limits),
            Command::SetRetry(policy) => self.config.retry = policy,
            Command::SetRemoveLocation(remove) => self.config.remove_location = remove,
            Command::SetRepairs { id, repairs, answer } => {
                let taken = self.set_repairs(id, repairs).await;
                // Whoever asked may have gone; it is done all the same.
                let _gone = answer.send(taken);
            }
            Command::Answer { id, answer } => self.answer(id, answer).await,
        }
    }

    async fn submit(&mut self, paths: Vec<PathBuf>, profile: String, how: HandOver) -> Submitted {
        let HandOver { policy, held, repairs } = how;
        let service = self.config.targets.service_of(&profile)?;
        let files = paths.iter().map(|path| NewAttachment { path: path.clone(), name: name_of(path) });
        let new = NewBatch { profile: profile.clone(), service: service.to_owned() };
        let target = self.config.targets.destination(&profile);
        let kept = target.as_ref().and_then(Destination::to_json);
        let begin = Begin { target: kept, held, repairs: repairs.clone() };
        let (batch, ids) = self.config.store.add_batch_for(new, files.collect(), begin).await?;
        let handed = Handed::over_for(target);
        let cache = Arc::default();
        self.batches.insert(batch, ids.len());
        let ranks = self.rank_last(&profile, &ids).await;
        for (id, path) in ids.iter().copied().zip(paths) {
            let job = Job::new((id, batch), path, profile.clone(), policy);
            let rank = ranks.get(&id).copied().unwrap_or(job.rank);
            let (cache, handed, decided) = (Arc::clone(&cache), handed.clone(), repairs.clone());
            let job = Job { decided, cache, handed, rank, ..job };
            if held {
                self.paused.insert(id, job);
            } else {
                self.queue.push(job);
            }
        }
        if ids.is_empty() {
            self.batch_settled(batch);
        }
        Ok((batch, ids))
    }

    /// Starts what may start; nothing while the front is behind. So a job's own events come after everything that
    /// was told of it before.
    fn start_jobs(&mut self) {
        if !self.outbox.is_empty() {
            return;
        }
        self.queue.look_at(&*self.config.targets);
        while let Some(job) = self.queue.start_next() {
            let (config, events, board) = (self.config.clone(), self.events.clone(), self.board.clone());
            let endings = self.endings.clone();
            tokio::spawn(async move {
                let uploaded = || endings.send(News::Uploaded(job.id)).map(drop);
                // In its own place from the begin: it is large, and would be copied wherever it is handed to.
                let run = Box::pin(job::run(job.clone(), config, (events, board.clone()), uploaded));
                let run = AssertUnwindSafe(run);
                // A bug in a service ends one upload, not the engine.
                let outcome = run.catch_unwind().await.unwrap_or_else(|_reported| {
                    board.remove(job.id);
                    Outcome::broken(&job)
                });
                // The actor outlives its jobs.
                let _gone = endings.send(News::Ended(Box::new(job), Box::new(outcome))).await;
            });
        }
    }

    async fn ended(&mut self, mut job: Job, outcome: Outcome) {
        let renamed = self.queue.ended(&mut job, outcome.host);
        if !is_unreachable(&outcome.ended) {
            self.queue.has_connected(&job, has_reached(&outcome.ended));
        }
        (job.checkpoint, job.seen, job.sent) = (outcome.checkpoint, outcome.seen, outcome.sent);
        match outcome.ended {
            Ended::Done(receipt) => {
                if outcome.recorded.is_ok() {
                    self.links.uploaded(job.id);
                }
                let failure = outcome.recorded.err().map(|failure| not_recorded(failure).asked(job.asked()));
                self.settled(&job, State::Done, Some(receipt), failure);
            }
            // Cancelled while the question was on its way: nobody is going to answer it.
            Ended::Asked(_) if job.stop.wish() == Wish::Cancel => {
                self.settle(&job, State::Canceled, Failure::cancelled().asked(job.asked())).await;
            }
            Ended::Asked(findings) => {
                let kept = self.config.store.set_state(job.id, State::Paused, Some(Step::Preflight)).await;
                self.keep(kept);
                let id = job.id;
                self.asked.insert(id, job);
                self.emit(Event::Asked { id, findings });
            }
            Ended::Paused(step) => {
                self.answer_may_be_lost(&mut job, outcome.may_stand).await;
                self.stopped(job, step).await;
            }
            // Its profile got another name before it was looked for.
            Ended::Failed(failure) if renamed && failure.kind == Kind::Settings => self.queue.push_front(job),
            Ended::Failed(failure) => self.failed(job, failure, outcome.may_stand).await,
        }
    }

    async fn failed(&mut self, mut job: Job, failure: Failure, may_stand: bool) {
        self.answer_may_be_lost(&mut job, may_stand).await;
        if failure.kind == Kind::Unreachable {
            return self.unreachable(job, failure).await;
        }
        job.tries += 1;
        let Some(after) = self.config.retry.wait(&failure, job.tries, fastrand::f64()) else {
            let failure = self.config.retry.given_up(failure);
            return self.settle(&job, settled_as(&failure), failure).await;
        };
        match job.stop.wish() {
            Wish::GoOn | Wish::Resume => {}
            Wish::Pause => return self.stopped(job, failure.step).await,
            Wish::Cancel => return self.settle(&job, State::Canceled, cancelled_by(&failure)).await,
        }
        match failure.retry {
            Retry::Safe { after: Some(asked) } => {
                self.queue.pause_host(&job.profile, failure.clone(), asked);
            }
            _ if asks_all_to_wait(&failure) => self.queue.pause_host(&job.profile, failure.clone(), after),
            _ => {}
        }
        let step = failure.step;
        let kept = self.config.store.set_state(job.id, State::Queued, step).await;
        self.keep(kept);
        let id = job.id;
        self.queue.push_delayed(job, after);
        self.emit(Event::State { id, state: State::Queued, step });
        self.emit(Event::WillRetry { id, failure, after });
    }

    async fn answer_may_be_lost(&mut self, job: &mut Job, may_stand: bool) {
        if may_stand && !job.answer_lost {
            job.answer_lost = true;
            let kept = self.config.store.set_answer_lost(job.id, true).await;
            self.keep(kept);
        }
    }

    /// The last front has gone: what is paused stays so in the database, for the next start to take up.
    fn leave_paused(&mut self) {
        for job in std::mem::take(&mut self.paused).into_values() {
            self.batch_settled(job.batch);
        }
    }

    /// The end of an attachment that was not uploaded: recorded first, told then.
    async fn settle(&mut self, job: &Job, state: State, failure: Failure) {
        let kept = Kept { receipt: None, failure: Some(failure.clone()) };
        let recorded = self.config.store.finish(job.id, state, kept).await;
        self.keep(recorded);
        self.settled(job, state, None, Some(failure));
    }

    fn settled(&mut self, job: &Job, state: State, receipt: Option<Receipt>, failure: Option<Failure>) {
        let finished = Finished { id: job.id, batch: job.batch, state, receipt, failure };
        self.emit(Event::Finished(Box::new(finished)));
        self.batch_settled(job.batch);
    }

    fn batch_settled(&mut self, id: BatchId) {
        let Some(left) = self.batches.get_mut(&id) else { return };
        *left = left.saturating_sub(1);
        if *left == 0 {
            self.batches.remove(&id);
            self.emit(Event::BatchDone(id));
        }
    }

    fn keep(&mut self, result: Result<(), Failure>) {
        if let Err(failure) = result {
            self.emit(Event::Trouble(failure));
        }
    }

    fn emit(&mut self, event: Event) {
        self.outbox.push_back(event);
    }

    /// Tells the front as much as it has room for; `None`: the front has gone and needs no events.
    fn tell(&mut self, place: Option<mpsc::Permit<'_, Event>>) {
        let Some(place) = place else { return self.outbox.clear() };
        if let Some(event) = self.outbox.pop_front() {
            place.send(event);
        }
        while let Ok(place) = self.events.try_reserve() {
            let Some(event) = self.outbox.pop_front() else { break };
            place.send(event);
        }
        (self.config.waker)();
    }
}

/// How a failure that is not tried again leaves its attachment.
fn settled_as(failure: &Failure) -> State {
    match (failure.kind, failure.retry) {
        (_, Retry::Ambiguous) => State::Unsure,
        (Kind::Cancelled, _) => State::Canceled,
        _ => State::Failed,
    }
}

/// The upload went well, only its record did not: the receipt is told all the same.
fn not_recorded(failure: Failure) -> Failure {
    Failure { broke: format!("Uploaded, but not kept in the history: {}", failure.broke), ..failure }
        .at(Step::Record)
        .advice("Copy the link now: it is not in the history.")
}

fn name_of(path: &std::path::Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
