//! Tests a connection and tells each request while it runs.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::super::App;
use super::super::work::{Core, Reporter};
use super::update;
use crate::domain::attachment::Activity;
use crate::domain::error::{Failure, Step};
use crate::model::targets::{Entry, Trial, TrialState, Update};
use crate::services::body::Gauge;
use crate::services::http::Observer;
use crate::transfer::profiles::trial::Tester;

/// Steps that wait for a window that is busy; a test has a few.
const STEPS: usize = 64;

/// Passes on what was asked and answered.
#[derive(Debug)]
struct Watcher(mpsc::Sender<Activity>);

impl Observer for Watcher {
    fn step(&self, _: Step) {}

    fn sending(&self, _: Arc<Gauge>) {}

    fn activity(&self, activity: Activity) {
        // A test that nobody waits for any more needs no steps.
        let _gone = self.0.try_send(activity);
    }

    fn checkpoint(&self, _: Option<String>) {}
}

impl App {
    pub(super) fn test(&mut self, core: &Core, entry: Entry) {
        self.targets.testing.cancel();
        self.targets.tests += 1;
        let cancel = CancellationToken::new();
        self.targets.testing = cancel.clone();
        let number = self.targets.tests;
        let (subject, state) = (entry.subject.clone(), TrialState::Preparing);
        self.model.targets.trial = Some(Trial { number, subject, steps: Vec::new(), state });
        let (core, clock, reporter) = (core.clone(), self.clock, self.work.reporter());
        self.work.start(async move {
            let done = tokio::select! {
                biased;
                () = cancel.cancelled() => return,
                done = run(&core, (number, entry), clock, cancel.clone(), &reporter) => done,
            };
            reporter.send(update(Update::Tested(number, done))).await;
        });
    }

    pub(super) fn stop_test(&mut self) {
        self.targets.testing.cancel();
        if let Some(trial) = &mut self.model.targets.trial {
            trial.state = TrialState::Stopped;
        }
    }

    pub(super) fn test_update(&mut self, update: Update) {
        let Some(trial) = &mut self.model.targets.trial else { return };
        // The user stopped it; the answer that came meanwhile changes nothing.
        if matches!(trial.state, TrialState::Stopped) {
            return;
        }
        match update {
            Update::Asking(number) if number == trial.number => trial.state = TrialState::Asking,
            Update::Step(number, step) if number == trial.number => trial.steps.push(step),
            Update::Tested(number, Ok(sentence)) if number == trial.number => {
                trial.state = TrialState::Passed(sentence);
            }
            Update::Tested(number, Err(failure)) if number == trial.number => {
                trial.state = TrialState::Failed(failure);
            }
            _ => {}
        }
    }
}

async fn run(
    core: &Core,
    (number, entry): (u64, Entry),
    clock: fn() -> i64,
    cancel: CancellationToken,
    reporter: &Reporter,
) -> Result<String, Failure> {
    let resolved = core.targets.draft(&entry.profile, &entry.secrets).await?;
    reporter.send(update(Update::Asking(number))).await;
    let (sender, mut steps) = mpsc::channel(STEPS);
    let observer = Arc::new(Watcher(sender));
    let tester = Tester { http: core.http.clone(), observer, cancel, clock };
    let test = tester.run(&resolved);
    tokio::pin!(test);
    let done = loop {
        tokio::select! {
            biased;
            Some(step) = steps.recv() => reporter.send(update(Update::Step(number, step))).await,
            done = &mut test => break done,
        }
    };
    while let Ok(step) = steps.try_recv() {
        reporter.send(update(Update::Step(number, step))).await;
    }
    done
}
