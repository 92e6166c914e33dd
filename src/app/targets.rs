//! Reads and changes the targets.

use std::collections::BTreeMap;

use super::App;
use super::work::Core;
use crate::domain::profile::{Profile, Target as Ready};
use crate::model::targets::{Action, Read, Target, Update};
use crate::model::{self, Notice};
use crate::services;
use crate::settings::File;

impl App {
    pub(super) fn targets_opened(&mut self) {
        self.targets_reload();
    }

    pub(super) fn targets_action(&mut self, core: &Core, action: Action) {
        match action {
            Action::Reload => self.targets_reload(),
            Action::Pick(name) => self.pick(core, name),
            Action::Remove(_) => {}
        }
    }

    pub(super) fn targets_update(&mut self, update: Update) {
        match update {
            Update::Loaded(read) => {
                let Read { all, default, profiles } = *read;
                self.model.settings.default_profile.clone_from(&default);
                self.model.settings.profiles = profiles;
                let targets = &mut self.model.targets;
                targets.all = all;
                if targets.picked().is_none() {
                    targets.picked = default;
                }
            }
        }
    }

    /// Reads the targets again; after every change of the settings file.
    pub(super) fn targets_reload(&self) {
        let Some(core) = &self.core else { return };
        let file = core.file.clone();
        self.work.spawn(async move { loaded(&file).await });
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
}

/// The targets as the settings file has them now.
async fn loaded(file: &File) -> model::Update {
    let file = file.clone();
    let settings = tokio::task::spawn_blocking(move || file.load().settings).await.unwrap_or_default();
    let all = settings.profiles.iter().map(described).collect();
    let read = Read { all, default: settings.default_profile, profiles: settings.profiles };
    model::Update::Targets(Update::Loaded(Box::new(read)))
}

fn described(profile: &Profile) -> Target {
    let service = services::find(&profile.service);
    let host = service.filter(|_| !profile.is_local()).map(|service| {
        let target = Ready::new(profile, service.description(), BTreeMap::new());
        service.host(&target)
    });
    Target { profile: profile.clone(), service: service.map(|service| service.description()), host }
}
