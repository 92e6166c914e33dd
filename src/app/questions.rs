//! Asks and carries the answers out.

use std::path::PathBuf;

use super::App;
use super::intake::Agreed;
use super::work::Core;
use crate::domain::attachment::AttachmentId;
use crate::domain::preflight::Finding;
use crate::model::links;
use crate::model::questions::{Action, Answer, Confirm, Question, Update};
use crate::model::{self, Notice, Transfer, preferences, targets};
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
        }
    }

    pub(super) fn questions_update(&mut self, update: Update) {
        match update {
            Update::Ask(question) => self.ask(*question),
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
                let about = |question: &Question| matches!(question, Question::Findings { id, .. } if *id == finished.id);
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
        let store = core.store.clone();
        self.work.spawn(async move {
            let rows = store.rows(vec![id]).await.unwrap_or_default();
            let name = rows.into_iter().next().map(|row| row.name).unwrap_or_default();
            model::Update::Questions(Update::Ask(Box::new(Question::Findings { id, name, findings })))
        });
    }

    fn answered(&mut self, core: &Core, question: Question, answer: Answer) {
        let declined = matches!(answer, Answer::No | Answer::Never);
        match question {
            Question::Findings { id, findings, .. } => self.findings_answered(core, (id, findings), answer),
            _ if declined => {}
            Question::FirstUpload { first, files } => {
                if answer == Answer::Always {
                    self.confirm_target(core, first.profile.clone());
                }
                self.hand_over(first.profile, files, Agreed::ToTheTarget);
            }
            Question::Again { target, files, before } => {
                let files =
                    if answer == Answer::Existing { self.copy_existing(files, before) } else { files };
                if !files.is_empty() {
                    self.hand_over(target, files, Agreed::ToAll);
                }
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

    /// Do not ask again about this target; uploading goes on even where that cannot be written down.
    fn confirm_target(&self, core: &Core, name: String) {
        let (file, reporter) = (core.file.clone(), self.work.reporter());
        self.work.start(async move {
            let written = tokio::task::spawn_blocking(move || file.set_confirmed(&name)).await;
            if let Ok(Err(failure)) = written {
                reporter.send(model::Update::Tell(Notice::Failure(failure))).await;
            }
        });
    }

    /// Copies the links of what is there; answers what is not.
    fn copy_existing(&mut self, mut files: Vec<PathBuf>, before: Vec<Before>) -> Vec<PathBuf> {
        files.retain(|path| before.iter().all(|before| before.path != *path));
        let ids = before.into_iter().map(|before| before.row.id).collect();
        self.actions.push(model::Action::Links(links::Action::Copy(ids)));
        files
    }

    fn findings_answered(&mut self, core: &Core, first: (AttachmentId, Vec<Finding>), answer: Answer) {
        let mut answered = vec![first];
        if matches!(answer, Answer::Always | Answer::Never) {
            self.model.questions.waiting.retain(|question| match question {
                Question::Findings { id, findings, .. } => {
                    answered.push((*id, findings.clone()));
                    false
                }
                _ => true,
            });
        }
        let (handle, reporter) = (core.handle.clone(), self.work.reporter());
        let mend = matches!(answer, Answer::Yes | Answer::Always);
        self.work.start(async move {
            for (id, findings) in answered {
                let answer = if mend {
                    transfer::Answer::Repair(
                        findings.into_iter().filter_map(|finding| finding.repair).collect(),
                    )
                } else {
                    transfer::Answer::Refuse
                };
                if let Err(failure) = handle.answer(id, answer).await {
                    reporter.send(model::Update::Tell(Notice::Failure(failure))).await;
                }
            }
        });
    }
}
