//! Asks and carries the answers out.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::App;
use super::intake::Agreed;
use super::work::Core;
use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::domain::preflight::{Finding, Repair};
use crate::domain::profile::Again;
use crate::model::links;
use crate::model::questions::{Action, Answer, Confirm, Question, Update};
use crate::model::{self, Notice, Transfer, preferences, targets};
use crate::settings::File;
use crate::transfer::again::Before;
use crate::transfer::{self, Event, Scope};

impl App {
    pub(super) fn questions_action(&mut self, core: &Core, action: Action) {
        match action {
            Action::Ask(question) => self.ask(question),
            Action::Answer(answer) => {
                if let Some(question) = self.model.questions.waiting.pop_front() {
                    self.answered(core, question, answer);
                }
            }
            Action::Repair { repairs, all } => match self.model.questions.waiting.pop_front() {
                Some(Question::Findings { row, .. }) => {
                    self.findings_answered(core, (row.id, Some(repairs)), all);
                }
                Some(other) => self.model.questions.waiting.push_front(other),
                None => {}
            },
        }
    }

    pub(super) fn questions_update(&mut self, update: Update) {
        match update {
            Update::Ask(question) => self.ask(*question),
            Update::UnderWay(found) => self.under_way(found),
            Update::Existing { target, files, before } => {
                self.tell(Notice::text("existing-taken").value("count", before.len()));
                let rest = self.copy_existing(files, before);
                self.hand_over_rest(target, rest);
            }
        }
    }

    /// Findings that a repair would mend wait for an answer.
    pub(super) fn questions_event(&mut self, event: &Event) {
        match event {
            Event::Asked { id, findings } => self.ask_about(*id, findings.clone()),
            Event::Warned { id, findings } => {
                // One is told, so that a hundred files make no hundred toasts; each row keeps its own.
                if let (Some(finding), true) = (findings.first(), self.model.questions.warned.is_empty()) {
                    self.tell(Notice::text("warned").value("message", &finding.message));
                }
                self.model.questions.warned.insert(*id, findings.clone());
            }
            Event::Finished(finished) => {
                let about = |question: &Question| matches!(question, Question::Findings { row, .. } if row.id == finished.id);
                self.model.questions.waiting.retain(|question| !about(question));
            }
            _ => {}
        }
    }

    fn ask(&mut self, question: Question) {
        let twice = |waiting: &Question| match (waiting, &question) {
            (Question::Confirm(waiting), Question::Confirm(new)) => waiting == new,
            _ => false,
        };
        if !self.model.questions.waiting.iter().any(twice) {
            self.model.questions.waiting.push_back(question);
        }
    }

    fn ask_about(&mut self, id: AttachmentId, findings: Vec<Finding>) {
        let Some(core) = &self.core else { return };
        let (store, handle, reporter) = (core.store.clone(), core.handle.clone(), self.work.reporter());
        self.work.start(async move {
            let failure = match store.rows(vec![id]).await {
                Ok(mut rows) if !rows.is_empty() => {
                    let row = Arc::new(rows.swap_remove(0));
                    let question = Box::new(Question::Findings { row, findings });
                    return reporter.send(model::Update::Questions(Update::Ask(question))).await;
                }
                Ok(_forgotten) => None,
                Err(failure) => Some(failure),
            };
            // What cannot be asked is answered "no": the upload must not wait for ever.
            let answered = handle.answer(id, transfer::Answer::Refuse).await;
            for failure in failure.into_iter().chain(answered.err()) {
                reporter.send(model::Update::Tell(Notice::Failure(failure))).await;
            }
        });
    }

    fn answered(&mut self, core: &Core, question: Question, answer: Answer) {
        let declined = matches!(answer, Answer::No | Answer::Never);
        match question {
            Question::Findings { row, findings } => {
                let mend = matches!(answer, Answer::Yes | Answer::Always);
                let repairs = mend.then(|| repairs_of(findings));
                let all = matches!(answer, Answer::Always | Answer::Never);
                self.findings_answered(core, (row.id, repairs), all);
            }
            Question::Closing { .. } => self.closing_answered(answer),
            _ if declined => {}
            Question::FirstUpload { first, files } => {
                if answer == Answer::Always {
                    let name = first.profile.clone();
                    self.write_down(core, move |file| file.set_confirmed(&name));
                }
                self.hand_over(first.profile, files, Agreed::ToTheTarget);
            }
            Question::Again { target, files, before } => {
                let remembered = match answer {
                    Answer::Always => Some(Again::Upload),
                    Answer::AlwaysExisting => Some(Again::Existing),
                    _ => None,
                };
                if let Some(again) = remembered {
                    let name = target.clone();
                    self.write_down(core, move |file| file.set_again(&name, again));
                }
                let rest = match answer {
                    Answer::Existing | Answer::AlwaysExisting => self.copy_existing(files, before),
                    Answer::Renew => self.renew_existing(files, before),
                    _ => files,
                };
                self.hand_over_rest(target, rest);
            }
            Question::Confirm(confirm) => self.actions.push(match confirm {
                Confirm::RemoveTarget(name) => model::Action::Targets(targets::Action::Remove(name)),
                Confirm::ClearHistory => model::Action::Preferences(preferences::Action::ClearHistory),
                Confirm::Delete(id, _) => model::Action::Transfer(Transfer::Delete(id)),
                Confirm::SendAgain(id, _) => model::Action::Transfer(Transfer::Retry(Scope::One(id))),
                Confirm::CancelAll(_) => model::Action::Transfer(Transfer::Cancel(Scope::All)),
            }),
        }
    }

    fn closing_answered(&mut self, answer: Answer) {
        match answer {
            Answer::Close(how) => self.close_with(how),
            Answer::AlwaysClose(how) => {
                self.set(vec![("window.on_close", Some(how.code().to_owned()))]);
                self.close_with(how);
            }
            _ => self.close_not(),
        }
    }

    /// What was answered for good; uploading goes on even where that cannot be written down.
    fn write_down(&self, core: &Core, change: impl FnOnce(&File) -> Result<(), Failure> + Send + 'static) {
        let (file, reporter) = (core.file.clone(), self.work.reporter());
        self.work.start(async move {
            let written = tokio::task::spawn_blocking(move || change(&file)).await;
            if let Ok(Err(failure)) = written {
                reporter.send(model::Update::Tell(Notice::Failure(failure))).await;
            }
        });
    }

    fn hand_over_rest(&mut self, target: String, files: Vec<PathBuf>) {
        if !files.is_empty() {
            self.hand_over(target, files, Agreed::ToAll);
        }
    }

    /// Copies the links that work; answers the files that have none.
    fn copy_existing(&mut self, mut files: Vec<PathBuf>, mut before: Vec<Before>) -> Vec<PathBuf> {
        before.retain(Before::is_usable);
        let taken: HashSet<&PathBuf> = before.iter().map(|before| &before.path).collect();
        files.retain(|path| !taken.contains(path));
        if !before.is_empty() {
            let ids = before.iter().map(|before| before.row.id).collect();
            self.actions.push(model::Action::Links(links::Action::Copy(ids)));
        }
        files
    }

    /// Makes links that do not work any more fresh and copies the others; answers the files that are not there.
    fn renew_existing(&mut self, mut files: Vec<PathBuf>, before: Vec<Before>) -> Vec<PathBuf> {
        let there: HashSet<&PathBuf> = before.iter().map(|before| &before.path).collect();
        files.retain(|path| !there.contains(path));
        let stale: BTreeSet<AttachmentId> =
            before.iter().filter(|before| !before.is_usable()).map(|before| before.row.id).collect();
        self.actions.extend(stale.into_iter().map(|id| model::Action::Transfer(Transfer::Renew(id))));
        self.copy_existing(files, before)
    }

    /// The repairs of the one that was shown, none where it is not to be sent; of the others their own.
    fn findings_answered(&mut self, core: &Core, first: (AttachmentId, Option<Vec<Repair>>), all: bool) {
        let mend = first.1.is_some();
        let mut answered = vec![first];
        if all {
            self.model.questions.waiting.retain(|question| match question {
                Question::Findings { row, findings } => {
                    answered.push((row.id, mend.then(|| repairs_of(findings.clone()))));
                    false
                }
                _ => true,
            });
        }
        let (handle, reporter) = (core.handle.clone(), self.work.reporter());
        self.work.start(async move {
            for (id, repairs) in answered {
                let answer = repairs.map_or(transfer::Answer::Refuse, transfer::Answer::Repair);
                if let Err(failure) = handle.answer(id, answer).await {
                    reporter.send(model::Update::Tell(Notice::Failure(failure))).await;
                }
            }
        });
    }
}

fn repairs_of(findings: Vec<Finding>) -> Vec<Repair> {
    findings.into_iter().filter_map(|finding| finding.repair).collect()
}
