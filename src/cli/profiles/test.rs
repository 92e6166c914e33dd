//! `affix profiles test`: a harmless authorised call, each step with its answer in words.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::cli::context::Context;
use crate::cli::{DONE, say};
use crate::domain::attachment::Activity;
use crate::domain::error::{Failure, Step};
use crate::services::body::Gauge;
use crate::services::http::Observer;
use crate::store::system_clock;
use crate::transfer::Targets as _;
use crate::transfer::profiles::trial::Tester;

/// Says each request as it happens.
#[derive(Debug)]
struct Speaker;

impl Observer for Speaker {
    fn step(&self, _: Step) {}

    fn sending(&self, _: Arc<Gauge>) {}

    fn activity(&self, activity: Activity) {
        let answer = match activity.status {
            Some(status) => format!("HTTP {status}"),
            None => activity.answer.unwrap_or_default(),
        };
        say::note(&format!("{} {} → {answer} ({} ms)", activity.method, activity.url, activity.took_ms));
    }

    fn checkpoint(&self, _: Option<String>) {}
}

pub(super) async fn run(context: &Context, name: &str) -> Result<u8, Failure> {
    let (profile, _) = context.profile(Some(name))?;
    let resolved = context
        .targets
        .resolve(&profile.name)
        .await
        .map_err(|failure| failure.asked(format!("Test {}", profile.name)))?;
    let cancel = CancellationToken::new();
    let tester = Tester {
        http: context.http()?,
        observer: Arc::new(Speaker),
        cancel: cancel.clone(),
        clock: system_clock,
    };
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            cancel.cancel();
        }
    });
    let sentence = tester.run(&resolved).await?;
    // A reader that has gone needs no sentence.
    let _gone = say::result(&sentence);
    Ok(DONE)
}
