//! One suite for all services, chosen by what each declares: whoever adds a service to `services::ALL` has it run here.
//! Everything goes through the real engine, the real store and the sandbox.
#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where something is not as it says, also in its helpers"
)]

mod aftercare;
mod afterwards;
mod cancelling;
mod credentials;
mod descriptions;
mod files;
#[path = "../support/live.rs"]
mod live;
mod looking;
mod pausing;
mod refusals;
#[path = "../support/secrets.rs"]
mod secrets;
mod settings;
mod video;

use affix::domain::attachment::State;
use affix::domain::describe::{Capability, Description, Visibility};
use affix::domain::receipt::{LinkKind, Receipt};
use affix::services::{self, Service};

/// Every service with its description's two usual parts.
fn all() -> impl Iterator<Item = (&'static Description, &'static Capability, &'static dyn Service)> {
    services::ALL.iter().map(|service| {
        let description = service.description();
        (description, &description.capability, *service)
    })
}

/// The routes that an upload of this service takes for a picture of so many bytes, in their order, each once.
async fn routes(live: &mut live::Live, id: &str, bytes: usize) -> Vec<String> {
    let path = live.picture(bytes);
    assert_eq!(live.upload(id, &path).await.state, State::Done);
    let mut routes: Vec<String> = Vec::new();
    for entry in live.asked(id) {
        if !routes.contains(&entry.step) {
            routes.push(entry.step);
        }
    }
    live.reset().await;
    routes
}

/// The bytes that stand behind a receipt, reached in the way that its visibility promises.
async fn reach(live: &live::Live, profile: &str, receipt: &Receipt) -> Vec<u8> {
    let (service, stored) = live.stored(profile, receipt);
    match receipt.primary().unwrap().visibility {
        Visibility::Public | Visibility::Expiring => {
            let (status, bytes) = live::plain("GET", receipt.link(LinkKind::View).unwrap()).await;
            assert_eq!(status, 200, "{profile}: {receipt:?}");
            bytes
        }
        Visibility::Private => {
            let mut bytes = Vec::new();
            let written = service.save(&stored, &mut bytes, &mut live.exchange(profile)).await.unwrap();
            assert_eq!(written, bytes.len() as u64);
            bytes
        }
        Visibility::None => {
            let kept = live.kept(service.description().id).await;
            let id = receipt.link(LinkKind::Id).unwrap();
            let own = kept.iter().find(|kept| kept.extra.values().any(|value| value == id)).unwrap();
            live.bytes_of(own).await
        }
    }
}
