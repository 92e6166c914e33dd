//! Tests a profile: a harmless authorised call, each request told as it is answered.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::manage::Entered;
use super::{ProfileTargets, checked};
use crate::domain::describe::Description;
use crate::domain::error::Failure;
use crate::domain::profile::{Profile, Target};
use crate::domain::secret::Secret;
use crate::services;
use crate::services::http::{self, Exchange, Http, Observer};
use crate::transfer::Resolved;

/// What a test works with.
#[derive(Debug, Clone)]
pub struct Tester {
    pub http: Http,
    /// Told of each request.
    pub observer: Arc<dyn Observer>,
    pub cancel: CancellationToken,
    /// Milliseconds since 1970 (UTC).
    pub clock: fn() -> i64,
}

impl Tester {
    /// Answers one sentence of what was tried and what came back.
    ///
    /// # Errors
    /// What the service or the network failed with.
    pub async fn run(self, resolved: &Resolved) -> Result<String, Failure> {
        let asked = format!("Test {}", resolved.target.profile);
        let mut exchange = Exchange::new(http::Context {
            http: self.http,
            observer: self.observer,
            cancel: self.cancel,
            redactor: resolved.redactor(),
            checkpoint: None,
            cache: Arc::default(),
            clock: self.clock,
        });
        match resolved.service.test(&resolved.target, &mut exchange).await {
            Ok(sentence) => Ok(exchange.clean(&sentence)),
            Err(failure) => Err(exchange.finish(failure).asked(asked)),
        }
    }
}

impl ProfileTargets {
    /// A target as a form has it, saved or not: what was entered counts instead of what is kept.
    ///
    /// # Errors
    /// An unknown service, a missing setting or secret, a keyring that does not answer.
    pub async fn draft(&self, profile: &Profile, entered: &Entered) -> Result<Resolved, Failure> {
        let service = services::find(&profile.service).ok_or_else(|| super::no_service(&profile.service))?;
        let description = service.description();
        let target = if profile.is_local() {
            self.demo(profile, service).await?
        } else {
            let mut secrets = self.entered_or_kept(profile, description, entered).await?;
            for (key, secret) in &mut secrets {
                *secret = service.accept_secret(key, secret.clone())?;
            }
            Target::new(profile, description, secrets)
        };
        checked(service, target)
    }

    async fn entered_or_kept(
        &self,
        profile: &Profile,
        description: &'static Description,
        entered: &Entered,
    ) -> Result<BTreeMap<String, Secret>, Failure> {
        let mut secrets: BTreeMap<String, Secret> =
            entered.iter().map(|(key, secret)| ((*key).to_owned(), secret.clone())).collect();
        if is_complete(description, &secrets) {
            return Ok(secrets);
        }
        for spec in description.secrets.iter().filter(|spec| !entered.contains_key(spec.key)) {
            if let Ok(Some((secret, _))) = self.secrets.get(&profile.name, spec.key).await {
                secrets.insert(spec.key.to_owned(), secret);
            }
        }
        if !is_complete(description, &secrets) {
            // Says what is missing, or what is the matter with the keyring.
            secrets.extend(self.secrets.collect(&profile.name, description).await?);
        }
        Ok(secrets)
    }
}

fn is_complete(description: &Description, secrets: &BTreeMap<String, Secret>) -> bool {
    let sets = description.credentials;
    sets.is_empty() || sets.iter().any(|set| set.iter().all(|key| secrets.contains_key(*key)))
}
