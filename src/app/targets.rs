//! Reads and changes the targets, off the UI thread: a keyring may wait for its password without limit.

mod files;
mod trial;

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use super::App;
use super::work::Core;
use crate::domain::error::Failure;
use crate::domain::profile::{Profile, Target as Ready};
use crate::model::targets::{Action, Entry, Places, Read, Subject, Target, Update};
use crate::model::{self, Notice};
use crate::secrets::Forgotten;
use crate::services::{self, Service};
use crate::settings::File;

/// What can be cancelled.
#[derive(Debug, Default)]
pub(super) struct Running {
    saving: CancellationToken,
    testing: CancellationToken,
    tests: u64,
}

impl App {
    pub(super) fn targets_opened(&mut self) {
        self.targets_reload();
    }

    pub(super) fn targets_action(&mut self, core: &Core, action: Action) {
        match action {
            Action::Reload => self.targets_reload(),
            Action::Pick(name) => self.pick(core, name),
            Action::Look(name) => self.find_places(core, name),
            Action::Save(entry) => self.save(core, *entry),
            Action::CancelSave => {
                self.targets.saving.cancel();
                self.model.targets.saving = None;
            }
            Action::Forget { target, key } => self.forget(core, target, key),
            Action::Test(entry) => self.test(core, *entry),
            Action::StopTest => self.stop_test(),
            Action::Duplicate(name) => self.duplicate(core, &name),
            Action::Demo(id) => self.demo(core, id),
            Action::Export(name) => self.ask_where_to_export(name),
            Action::ExportTo(name, path) => self.export(core, &name, path),
            Action::Import => self.ask_what_to_import(),
            Action::ImportFrom(path) => self.import(core, path),
            Action::Remove(name) => self.remove(core, &name),
        }
    }

    pub(super) fn targets_update(&mut self, update: Update) {
        let targets = &mut self.model.targets;
        match update {
            Update::Loaded(read) => self.take_over(*read),
            Update::Places(name, places) => {
                targets.places.insert(name, Places::Known(places));
            }
            Update::Saved(subject, result) => self.saved(&subject, result),
            Update::Added(name, notice) => {
                self.state.targets.show_target(name);
                self.tell(notice);
                self.targets_reload();
            }
            Update::Removed(name, notice) => {
                targets.places.remove(&name);
                self.state.targets.removed(&name);
                self.tell(notice);
                self.targets_reload();
            }
            Update::Failed(failure) => self.tell(Notice::Failure(failure)),
            Update::Chosen(action) => self.actions.push(model::Action::Targets(*action)),
            Update::Asking(_) | Update::Step(..) | Update::Tested(..) => self.test_update(update),
        }
    }

    /// Reads the targets again; after every change of the settings file.
    pub(super) fn targets_reload(&self) {
        let Some(core) = &self.core else { return };
        let (file, targets) = (core.file.clone(), core.targets.clone());
        self.work.spawn(async move {
            targets.look_again().await;
            loaded(&file).await
        });
    }

    fn take_over(&mut self, read: Read) {
        let Read { all, default, profiles } = read;
        self.model.settings.default_profile.clone_from(&default);
        self.model.settings.profiles = profiles;
        let targets = &mut self.model.targets;
        (targets.all, targets.loaded) = (all, true);
        if targets.picked().is_none() {
            targets.picked = default;
        }
        // A target may have limits of its own.
        self.limit_engine();
    }

    /// Files go there from now on, also after a restart.
    fn pick(&mut self, core: &Core, name: String) {
        self.model.targets.picked.clone_from(&name);
        let (file, reporter) = (core.file.clone(), self.work.reporter());
        self.work.start(async move {
            let writing = file.clone();
            let written = tokio::task::spawn_blocking(move || writing.set_default(&name)).await;
            // A panic inside would have been told already; what counts is the file as it is now.
            if let Ok(Err(failure)) = written {
                reporter.send(model::Update::Tell(Notice::Failure(failure))).await;
            }
            reporter.send(loaded(&file).await).await;
        });
    }

    fn find_places(&mut self, core: &Core, name: String) {
        let Some(description) = self.model.targets.find(&name).and_then(|target| target.service) else {
            return;
        };
        self.model.targets.places.insert(name.clone(), Places::Asked);
        let manager = core.manager();
        self.work.spawn(async move {
            let places = manager.places(&name, description).await;
            update(Update::Places(name, places))
        });
    }

    fn save(&mut self, core: &Core, entry: Entry) {
        let Entry { subject, profile, secrets } = entry;
        self.model.targets.saving = Some(subject.clone());
        let cancel = CancellationToken::new();
        self.targets.saving = cancel.clone();
        let (manager, handle, reporter) = (core.manager(), core.handle.clone(), self.work.reporter());
        self.work.spawn(async move {
            let kept = match &subject {
                Subject::New(_) => manager.add(&profile, &secrets, &cancel).await,
                Subject::Target(old) => manager.change(old, &profile, &secrets, &cancel).await,
            };
            if let (Subject::Target(old), Ok(())) = (&subject, &kept)
                && *old != profile.name
                // The target works under its new name, whatever becomes of the list.
                && let Err(failure) = handle.rename_profile(old, &profile.name).await
            {
                reporter.send(model::Update::Tell(Notice::Failure(failure))).await;
            }
            update(Update::Saved(subject, kept.map(|()| profile.name)))
        });
    }

    fn saved(&mut self, subject: &Subject, result: Result<String, Failure>) {
        if self.model.targets.saving.as_ref() == Some(subject) {
            self.model.targets.saving = None;
        }
        match result {
            Ok(name) => {
                self.model.targets.places.remove(&name);
                self.renamed(subject, &name);
                self.tell(Notice::text("target-saved").value("name", &name));
                self.state.targets.saved(subject, name);
                self.targets_reload();
            }
            // What came of a save that nobody waits for any more was undone.
            Err(failure) if failure.kind == crate::domain::error::Kind::Cancelled => {}
            Err(failure) => self.state.targets.not_saved(subject, failure),
        }
    }

    /// Files go on to go to a target that has another name now.
    fn renamed(&mut self, subject: &Subject, name: &str) {
        let Subject::Target(old) = subject else { return };
        if old != name {
            self.model.targets.places.remove(old);
            if self.model.targets.picked == *old {
                name.clone_into(&mut self.model.targets.picked);
            }
            let list = &mut self.model.list;
            for target in list.wanted.target.iter_mut().filter(|target| *target == old) {
                name.clone_into(target);
            }
            // What was handed over for it has the new name, too.
            list.rows.clear();
            self.list_opened();
        }
    }

    fn forget(&mut self, core: &Core, name: String, key: &'static str) {
        let Some(description) = self.model.targets.find(&name).and_then(|target| target.service) else {
            return;
        };
        self.model.targets.places.insert(name.clone(), Places::Asked);
        let (manager, targets, reporter) = (core.manager(), core.targets.clone(), self.work.reporter());
        self.work.start(async move {
            let told = match manager.forget(&name, key).await {
                Ok(Forgotten::NoKeyring) => Notice::text("secret-no-keyring"),
                Ok(Forgotten::Removed | Forgotten::WasMissing) => {
                    Notice::text("secret-forgotten").value("name", &name)
                }
                Err(failure) => Notice::Failure(failure),
            };
            targets.look_again().await;
            reporter.send(model::Update::Tell(told)).await;
            let places = manager.places(&name, description).await;
            reporter.send(update(Update::Places(name, places))).await;
        });
    }

    fn duplicate(&mut self, core: &Core, name: &str) {
        let Some(target) = self.model.targets.find(name) else { return };
        let (manager, profile) = (core.manager(), target.profile.clone());
        self.work.spawn(async move {
            match manager.duplicate(&profile, &CancellationToken::new()).await {
                Ok(copy) => added(copy, "target-copied"),
                Err(failure) => update(Update::Failed(failure)),
            }
        });
    }

    fn demo(&mut self, core: &Core, id: &str) {
        let Some(description) = services::find(id).map(Service::description) else { return };
        let manager = core.manager();
        self.work.spawn(async move {
            match manager.demo(description) {
                Ok((name, true)) => added(name, "target-demo-added"),
                Ok((name, false)) => added(name, "target-demo-there"),
                Err(failure) => update(Update::Failed(failure)),
            }
        });
    }

    fn remove(&mut self, core: &Core, name: &str) {
        let Some(target) = self.model.targets.find(name) else { return };
        let (manager, profile) = (core.manager(), target.profile.clone());
        self.work.spawn(async move {
            let name = profile.name.clone();
            let key = match manager.remove(&profile).await {
                Ok(Forgotten::NoKeyring) => "target-removed-no-keyring",
                Ok(_) => "target-removed",
                Err(failure) => return update(Update::Failed(failure)),
            };
            let notice = Notice::text(key).value("name", &name);
            update(Update::Removed(name, notice))
        });
    }
}

fn update(update: Update) -> model::Update {
    model::Update::Targets(update)
}

fn added(name: String, key: &'static str) -> model::Update {
    let notice = Notice::text(key).value("name", &name);
    update(Update::Added(name, notice))
}

/// The targets as the settings file has them now.
async fn loaded(file: &File) -> model::Update {
    let file = file.clone();
    let settings = tokio::task::spawn_blocking(move || file.load().settings).await.unwrap_or_default();
    let all = settings.profiles.iter().map(described).collect();
    let read = Read { all, default: settings.default_profile, profiles: settings.profiles };
    update(Update::Loaded(Box::new(read)))
}

fn described(profile: &Profile) -> Target {
    let service = services::find(&profile.service);
    let host = service.filter(|_| !profile.is_local()).map(|service| {
        let target = Ready::new(profile, service.description(), BTreeMap::new());
        service.host(&target)
    });
    Target { profile: profile.clone(), service: service.map(Service::description), host }
}
