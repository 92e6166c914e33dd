//! Looks at and changes what the desktop around the window knows of this program, and asks for newer versions.

use std::path::{Path, PathBuf};

use super::App;
use super::work::Core;
use crate::domain::error::Failure;
use crate::model::desktop::{Action, Entry, Found, Newest, Standing, Update};
use crate::model::{self, Notice};
use crate::platform::dirs::Home;
use crate::platform::entries::{self, Program};
use crate::platform::{autostart, menus};
use crate::services::updates;

impl App {
    pub(super) fn desktop_action(&mut self, core: &Core, action: Action) {
        match action {
            Action::Look => self.desktop_work(core, |_| Ok(())),
            Action::Menu(id, on) => self.desktop_work(core, move |program| {
                match menus::found(program).iter().find(|menu| menu.id == id) {
                    Some(menu) => switch(&menu.entry, on),
                    None => Ok(()),
                }
            }),
            Action::Autostart(on) => self.desktop_work(core, move |program| {
                autostart::entry(program).map_or(Ok(()), |entry| switch(&entry, on))
            }),
            Action::AskForUpdates => self.ask_for_updates(core),
        }
    }

    pub(super) fn desktop_update(&mut self, update: Update) {
        match update {
            Update::Found(found) => self.model.desktop.found = found,
            Update::Newest(newest) => self.model.desktop.newest = newest,
        }
    }

    /// Entries of a program that was moved start it again. Not with a home of its own: a trial changes nothing of the
    /// desktop unasked.
    pub(super) fn desktop_mend(&self, core: &Core) {
        if core.home.given().is_none() {
            self.desktop_work(core, |program| {
                menus::found(program).iter().try_for_each(|menu| menu.entry.mend())?;
                let autostart = autostart::entry(program).filter(|entry| !autostart::is_off(entry));
                autostart.map_or(Ok(()), |entry| entry.mend())
            });
        }
    }

    /// Does something off the UI thread, and looks what is there afterwards.
    fn desktop_work(&self, core: &Core, work: impl FnOnce(&Program) -> Result<(), Failure> + Send + 'static) {
        let (home, reporter) = (core.home.clone(), self.work.reporter());
        self.work.start(async move {
            let done = tokio::task::spawn_blocking(move || done_and_found(&home, work)).await;
            let Ok((found, failures)) = done else { return };
            reporter.send(model::Update::Desktop(Update::Found(found))).await;
            for failure in failures {
                reporter.send(model::Update::Tell(Notice::Failure(failure))).await;
            }
        });
    }

    fn ask_for_updates(&mut self, core: &Core) {
        let Some(address) = self.model.settings.updates.url.clone() else { return };
        self.model.desktop.newest = Newest::Asking;
        let (http, clock) = (core.http.clone(), self.clock);
        self.work.spawn(async move {
            model::Update::Desktop(Update::Newest(match updates::newest(&address, http, clock).await {
                Ok(newest) if updates::is_newer(&newest, env!("CARGO_PKG_VERSION")) => Newest::Newer(newest),
                Ok(_) => Newest::Same,
                Err(failure) => Newest::Failed(failure),
            }))
        });
    }
}

fn switch(entry: &entries::Entry, on: bool) -> Result<(), Failure> {
    if on { entry.put() } else { entry.remove() }
}

fn done_and_found(home: &Home, work: impl FnOnce(&Program) -> Result<(), Failure>) -> (Found, Vec<Failure>) {
    let program = match Program::here(home) {
        Ok(program) => program,
        Err(failure) => return (Found::default(), vec![failure]),
    };
    let mut failures = Vec::new();
    failures.extend(work(&program).err());
    let mut look = |id, name, entry: &entries::Entry| {
        let standing = entry.standing().map_err(|failure| failures.push(failure)).ok()?;
        Some(Entry { id, name, path: entry.path().to_owned(), standing: standing_of(standing) })
    };
    let menus = menus::found(&program);
    let menus = menus.iter().filter_map(|menu| look(menu.id, menu.name, &menu.entry)).collect();
    let autostart = autostart::entry(&program).and_then(|entry| {
        let mut seen = look("autostart", "", &entry)?;
        if autostart::is_off(&entry) && seen.standing != Standing::Foreign {
            seen.standing = Standing::Absent;
        }
        Some(seen)
    });
    let program = PathBuf::from(program.path());
    let packaged = is_packaged(&program);
    (Found { menus, autostart, packaged, program: Some(program) }, failures)
}

/// One that is outdated starts nothing.
fn standing_of(standing: entries::Standing) -> Standing {
    match standing {
        entries::Standing::Absent | entries::Standing::Outdated => Standing::Absent,
        entries::Standing::Here => Standing::Here,
        entries::Standing::Elsewhere(how) => Standing::Elsewhere(how),
        entries::Standing::Foreign => Standing::Foreign,
    }
}

/// Package managers own `/usr` but not what is below `/usr/local` (Filesystem Hierarchy Standard 3.0, 4.1 and 4.9).
fn is_packaged(program: &Path) -> bool {
    cfg!(unix) && program.starts_with("/usr") && !program.starts_with("/usr/local")
}
