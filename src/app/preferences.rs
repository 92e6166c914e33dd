//! Reads and changes the settings.

use std::path::{Path, PathBuf};

use eframe::egui::{Context, ThemePreference};

use super::App;
use super::work::Core;
use crate::domain::error::{Failure, Kind};
use crate::domain::file_name;
use crate::model::list::{Filter, Wanted};
use crate::model::preferences::{Action, Places, Update, unusable};
use crate::model::{self, Notice};
use crate::platform::chooser::{self, Choice};
use crate::platform::dirs::Home;
use crate::settings::{File, Loaded, Settings};
use crate::transfer::opening;
use crate::ui::text::{Language, Texts};

/// Changes that go to the file together, with one writing of it.
type Changes = Vec<(&'static str, Option<String>)>;

impl App {
    pub(super) fn preferences_start(&mut self, ctx: &Context, home: &Home, loaded: Loaded) {
        self.model.targets.picked.clone_from(&loaded.settings.default_profile);
        self.model.preferences.places = Places {
            settings: home.settings_file(),
            database: home.database(),
            cache: home.cache_dir().to_owned(),
            sandbox: home.sandbox_dir(),
        };
        if !loaded.warnings.is_empty() {
            let count = loaded.warnings.len();
            let notice = match unusable(&loaded.warnings) {
                Some(_) => Notice::text("settings-unusable"),
                None => Notice::text("settings-warnings").value("count", count),
            };
            self.model.toasts.push(notice, (self.clock)());
        }
        let window = &loaded.settings.window;
        let filter = Filter::ALL.into_iter().find(|filter| filter.code() == window.filter);
        self.model.list.wanted = Wanted { filter: filter.unwrap_or_default(), ..Wanted::default() };
        self.kept.start(&mut self.state, window);
        dress(ctx, &loaded.settings);
        self.network_at_start = Some(loaded.settings.network.clone());
        self.model.settings = loaded.settings;
        self.model.preferences.warnings = loaded.warnings;
    }

    pub(super) fn preferences_action(&mut self, ctx: &Context, core: &Core, action: Action) {
        match action {
            Action::Set(key, value) => self.set(vec![(key, value)]),
            Action::Reload => self.reload(core.file.clone()),
            Action::ChooseCa => {
                let dialog =
                    chooser::pick_file(self.texts.get("extra-ca"), &[("PEM", &["pem", "crt", "cer"])]);
                self.work.spawn(async move {
                    model::Update::Preferences(match dialog.await {
                        Choice::Chosen(path) => Update::Chosen(Some(path)),
                        Choice::Canceled => Update::Chosen(None),
                        Choice::Missing => Update::NoChooser,
                    })
                });
            }
            Action::Measure => {
                let database = self.model.preferences.places.database.clone();
                self.work.spawn(async move {
                    let bytes = tokio::task::spawn_blocking(move || bytes_of(&database)).await;
                    model::Update::Preferences(Update::Measured(bytes.unwrap_or_default()))
                });
            }
            Action::Show(path) => self.show(path),
            Action::ClearHistory => {
                let store = core.store.clone();
                self.work.spawn(async move {
                    model::Update::Preferences(Update::Cleared(store.clear_history().await))
                });
            }
            Action::ExportHistory(what) => self.export_history(core, what),
            // Before there is a core, by `App::act`; there is nothing to try again now.
            Action::TryAgain => ctx.request_repaint(),
        }
    }

    pub(super) fn preferences_update(&mut self, ctx: &Context, update: Update) {
        match update {
            Update::Loaded { settings, warnings } => {
                self.model.preferences.warnings = warnings;
                self.apply(ctx, *settings);
                self.written();
            }
            Update::Refused(keys, failure) => {
                let preferences = &mut self.model.preferences;
                preferences.refused = keys.first().map(|key| (*key, failure.clone()));
                self.tell(Notice::Failure(failure));
                self.limit_engine();
                self.written();
            }
            Update::Chosen(Some(path)) => match as_setting(&path) {
                Ok(text) => self.set(vec![("network.extra_ca", Some(text))]),
                Err(notice) => self.tell(notice),
            },
            Update::Chosen(None) => {}
            Update::NoChooser => self.tell(Notice::text("no-file-chooser")),
            Update::Measured(bytes) => self.model.preferences.database_bytes = bytes,
            Update::Cleared(Ok(count)) => {
                self.tell(Notice::text("history-cleared").value("count", count));
                self.model.list.rows.clear();
                self.list_opened();
                self.actions.push(model::Action::Preferences(Action::Measure));
            }
            Update::Cleared(Err(failure)) => self.tell(Notice::Failure(failure)),
        }
    }

    /// Writes these keys, one writing after the other: a later change of the same key must not be overtaken.
    pub(super) fn set(&mut self, changes: Changes) {
        let preferences = &mut self.model.preferences;
        preferences.refused = None;
        for (key, value) in changes {
            preferences.pending.insert(key, value.clone());
            self.unwritten.insert(key, value);
        }
        self.write();
    }

    fn write(&mut self) {
        if self.writing || self.unwritten.is_empty() {
            return;
        }
        let Some(core) = &self.core else { return };
        self.writing = true;
        let changes: Changes = std::mem::take(&mut self.unwritten).into_iter().collect();
        let file = core.file.clone();
        self.work.spawn(async move {
            let keys: Vec<_> = changes.iter().map(|(key, _)| *key).collect();
            let done =
                tokio::task::spawn_blocking(move || change(&file, &changes).map(|()| file.load())).await;
            let lost = |error| Failure::new(Kind::Storage, "The settings were not written").cause(error);
            model::Update::Preferences(match done.unwrap_or_else(|error| Err(lost(error))) {
                Ok(Loaded { settings, warnings }) => Update::Loaded { settings: settings.into(), warnings },
                Err(failure) => Update::Refused(keys, failure),
            })
        });
    }

    /// A writing has ended, well or not; what came meanwhile is next.
    fn written(&mut self) {
        self.writing = false;
        self.model.preferences.pending.clone_from(&self.unwritten);
        self.write();
    }

    fn reload(&self, file: File) {
        self.work.spawn(async move {
            let loaded = tokio::task::spawn_blocking(move || file.load()).await;
            let Loaded { settings, warnings } =
                loaded.unwrap_or_else(|_lost| Loaded { settings: Settings::default(), warnings: Vec::new() });
            model::Update::Preferences(Update::Loaded { settings: settings.into(), warnings })
        });
    }

    /// Makes the settings count, as far as they count at once.
    fn apply(&mut self, ctx: &Context, settings: Settings) {
        dress(ctx, &settings);
        let language = Language::from_setting(&settings.window.language);
        if language != self.texts.language {
            self.texts = Texts::new(language);
        }
        self.model.preferences.restart = self.network_at_start.as_ref() != Some(&settings.network);
        self.model.settings = settings;
        self.limit_engine();
        self.watch_follow();
    }

    /// Hands the engine what the settings say; also when it was opened.
    pub(super) fn limit_engine(&self) {
        let Some(core) = &self.core else { return };
        let (handle, settings) = (core.handle.clone(), &self.model.settings);
        let (limits, retry) = (opening::limits_of(settings), opening::retry_of(settings));
        let (check, remove) = (settings.uploads.check_links, settings.uploads.remove_location);
        handle.set_bandwidth(opening::bandwidth_of(settings));
        self.work.start(async move {
            // An engine that has ended takes no limits, and says so for every upload.
            let _ended = handle.set_limits(limits).await;
            let _ended = handle.set_retry(retry).await;
            let _ended = handle.set_check_links(check).await;
            let _ended = handle.set_remove_location(remove).await;
        });
    }

    fn show(&self, path: PathBuf) {
        let reporter = self.work.reporter();
        self.work.start(async move {
            let shown = tokio::task::spawn_blocking(move || show_folder(&path)).await;
            if let Ok(Err(failure)) = shown {
                reporter.send(model::Update::Tell(Notice::Failure(failure))).await;
            }
        });
    }
}

/// Writes the changes, unless that would lose a file that cannot be read.
pub(super) fn change(file: &File, changes: &[(&'static str, Option<String>)]) -> Result<(), Failure> {
    if let Some(warning) = unusable(&file.load().warnings) {
        return Err(Failure::new(
            Kind::Settings,
            "The settings file cannot be used, so nothing is changed in it",
        )
        .cause(warning)
        .advice(format!("Correct {} first.", file.path().display())));
    }
    file.set_all(changes)
}

/// Theme and scale.
fn dress(ctx: &Context, settings: &Settings) {
    ctx.set_theme(match settings.window.theme.as_str() {
        "light" => ThemePreference::Light,
        "dark" => ThemePreference::Dark,
        _ => ThemePreference::System,
    });
    // Our own commands do that, and write it down.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    #[expect(clippy::cast_precision_loss, reason = "percents are small")]
    ctx.set_zoom_factor(settings.window.scale_percent as f32 / 100.0);
}

/// The database with its log.
fn bytes_of(database: &Path) -> Option<u64> {
    let main = std::fs::metadata(database).ok()?.len();
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    Some(main + std::fs::metadata(PathBuf::from(log)).map_or(0, |facts| facts.len()))
}

fn show_folder(path: &Path) -> Result<(), Failure> {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    open::that_detached(folder).map_err(|error| {
        Failure::new(Kind::Storage, "The folder could not be opened")
            .cause(error)
            .advice(format!("Open it by hand: {}", folder.display()))
    })
}

/// A file or folder as the settings can keep it: theirs is UTF-8, and a name that is not would become another one.
pub(super) fn as_setting(path: &Path) -> Result<String, Notice> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        let shown = file_name::display(&path.to_string_lossy());
        Notice::text("setting-not-text").value("file", shown)
    })
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    #[test]
    fn a_file_whose_name_is_not_text_is_refused_and_any_other_is_kept_as_it_is() {
        assert_eq!(as_setting(Path::new("/home/anna/最终版 'out'")).unwrap(), "/home/anna/最终版 'out'");
        #[cfg(unix)]
        let odd: OsString = std::os::unix::ffi::OsStringExt::from_vec(b"/home/anna/Gr\xf6".to_vec());
        #[cfg(windows)]
        let odd: OsString = {
            let units = "/home/anna/Gr".encode_utf16().chain([0xd800]);
            std::os::windows::ffi::OsStringExt::from_wide(&units.collect::<Vec<_>>())
        };
        let Err(Notice::Text { key, values }) = as_setting(Path::new(&odd)) else {
            panic!("it is kept as another one")
        };
        assert_eq!(key, "setting-not-text");
        assert_eq!(values, [("file", "/home/anna/Gr\u{fffd}".to_owned())]);
    }
}
