//! What files were handed over for, compared with what their target is when they are sent: nothing goes elsewhere
//! without a word.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::job::Job;
use super::{Config, Resolved};
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::preflight::{Finding, Repair};
use crate::services;

/// Where a profile's files go, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The service's id.
    pub service: String,
    /// Empty where the settings do not say, as for the sandbox.
    pub host: String,
    /// With the service's defaults.
    pub settings: BTreeMap<String, String>,
}

impl Destination {
    /// As the database keeps it.
    #[must_use]
    pub fn to_json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    fn words(&self) -> String {
        let service = services::find(&self.service).map_or(&*self.service, |known| known.description().name);
        match self.host.as_str() {
            "" => service.to_owned(),
            host => format!("{service} at {host}"),
        }
    }
}

/// What a batch was found to be for; shared by its jobs, so that not each of them asks the database.
#[derive(Debug, Clone, Default)]
pub(super) struct Handed(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    destination: Option<Destination>,
    /// How often the target has moved since these jobs were put into the queue.
    moves: u32,
}

impl Handed {
    pub(super) fn over_for(destination: Option<Destination>) -> Self {
        Self(Arc::new(Mutex::new(Inside { destination, moves: 0 })))
    }

    fn is(&self, now: &Destination) -> bool {
        self.lock().destination.as_ref() == Some(now)
    }

    fn set(&self, destination: Destination) {
        self.lock().destination = Some(destination);
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A target that is not what it was when the file was handed over.
#[derive(Debug)]
pub(super) struct Changed {
    then: Destination,
    now: Destination,
}

/// Compares the job's target with what its batch was handed over for; none where it is the same, or was not noted.
pub(super) async fn look(
    job: &Job,
    resolved: &Resolved,
    config: &Config,
) -> Result<Option<Changed>, Failure> {
    let Some(now) = resolved.destination.clone() else { return Ok(None) };
    if job.handed.is(&now) {
        return Ok(None);
    }
    let kept = config.store.batch_target(job.batch).await.map_err(|failure| failure.at(Step::Record))?;
    match kept.and_then(|json| serde_json::from_str::<Destination>(&json).ok()) {
        Some(then) if then != now => Ok(Some(Changed { then, now })),
        _ => {
            job.handed.set(now);
            Ok(None)
        }
    }
}

impl Changed {
    /// The file would go to another place than it was meant for.
    fn is_elsewhere(&self) -> bool {
        self.then.service != self.now.service || self.then.host != self.now.host
    }

    pub(super) fn finding(&self) -> Finding {
        if self.is_elsewhere() {
            let (then, now) = (self.then.words(), self.now.words());
            let message = format!(
                "The target has changed since this file was handed over: files went to {then}, now to {now}"
            );
            return Finding::error(Kind::Settings, message).repair(Repair::UseChangedTarget);
        }
        let message = format!(
            "The target’s settings have changed since this file was handed over; it goes where they say now: {}",
            self.settings()
        );
        Finding::warning(Kind::Settings, message)
    }

    /// Each setting that differs: old and new value.
    fn settings(&self) -> String {
        let (then, now) = (&self.then.settings, &self.now.settings);
        let keys: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
        let description = services::find(&self.now.service).map(services::Service::description);
        let changes = keys.into_iter().filter_map(|key| {
            let (old, new) = (then.get(key).map_or("", |it| it), now.get(key).map_or("", |it| it));
            let label = description.and_then(|known| known.setting(key)).map_or(&**key, |spec| spec.label);
            let shown = |value: &str| if value.is_empty() { "nothing".to_owned() } else { value.to_owned() };
            (old != new).then(|| format!("{label}: {} → {}", shown(old), shown(new)))
        });
        changes.collect::<Vec<_>>().join(", ")
    }

    /// The user wants the files of this batch to go there: it is not asked about again.
    async fn accept(self, job: &Job, config: &Config) -> Result<(), Failure> {
        if let Some(json) = self.now.to_json() {
            config.store.accept_target(job.batch, json, self.now.service.clone()).await?;
        }
        // What was cached for the batch is the old target's.
        job.cache.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let mut handed = job.handed.lock();
        handed.moves += 1;
        handed.destination = Some(self.now);
        Ok(())
    }
}

/// Goes on with the target as it is now; answers whether it has moved since the job's last try: what that one has
/// begun, or may have left, is elsewhere then.
pub(super) async fn goes_elsewhere(
    changed: Option<Changed>,
    job: &Job,
    config: &Config,
) -> Result<bool, Failure> {
    if let Some(changed) = changed.filter(Changed::is_elsewhere) {
        changed.accept(job, config).await.map_err(|failure| failure.at(Step::Record))?;
    }
    Ok(has_moved(job))
}

fn has_moved(job: &Job) -> bool {
    let moves = job.handed.lock().moves;
    job.moves.swap(moves, Ordering::Relaxed) < moves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn destination(service: &str, host: &str, settings: &[(&str, &str)]) -> Destination {
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Destination { service: service.to_owned(), host: host.to_owned(), settings: settings.collect() }
    }

    #[test]
    fn another_host_or_service_is_asked_about_with_both_named() {
        let then = destination("teable", "app.teable.ai", &[]);
        for (now, words) in [
            (
                destination("teable", "tables.example", &[]),
                "files went to Teable at app.teable.ai, now to Teable at tables.example",
            ),
            (destination("mixin", "api.mixin.one", &[]), "now to Mixin at api.mixin.one"),
            (destination("strange", "", &[]), "now to strange"),
        ] {
            let finding = Changed { then: then.clone(), now }.finding();
            assert!(finding.is_error() && finding.message.ends_with(words), "{finding:?}");
            assert_eq!(finding.repair, Some(Repair::UseChangedTarget));
        }
    }

    #[test]
    fn another_setting_is_a_warning_that_names_it() {
        let then = destination("teable", "x", &[("table_id", "tbl1"), ("base_url", "a"), ("odd", "1")]);
        let now = destination("teable", "x", &[("table_id", "tbl2"), ("base_url", "a")]);
        let finding = Changed { then, now }.finding();
        assert!(!finding.is_error() && finding.repair.is_none());
        let label = services::find("teable").unwrap().description().setting("table_id").unwrap().label;
        let words = format!("{label}: tbl1 → tbl2");
        assert!(
            finding.message.contains(&words) && finding.message.contains("odd: 1 → nothing"),
            "{finding:?}"
        );
        assert!(!finding.message.contains("base_url"));
    }
}
