//! A few pictures, in both themes: what a query by name cannot see, such as colours, places and what overlaps.
//!
//! After a change that is meant: `UPDATE_SNAPSHOTS=1 cargo nextest run --test ui_pictures`, and look at what git shows.
#![cfg(test)]
#[path = "support/window.rs"]
mod window;

use std::path::Path;

use affix::domain::attachment::State;
use affix::domain::describe::Visibility;
use affix::domain::error::{Failure, Kind};
use affix::domain::receipt::{LinkKind, Receipt};
use affix::store::{NewAttachment, NewBatch, Outcome, SessionId, Store};
use eframe::egui::{Rect, pos2};
use egui_kittest::{SnapshotOptions, SnapshotResults};
use window::{Preparing, Window};

/// Drawn by whatever Vulkan there is; the edges of letters differ a little between them.
const FAILED_PIXELS: usize = 200;

fn prepared(theme: &str) -> Preparing {
    Preparing::with_settings(&format!(
        "[window]\ntheme = \"{theme}\"\nlanguage = \"en\"\ninspector = false\n[uploads]\nauto_copy = false\n"
    ))
}

/// `masked`: what is another one each time.
fn picture(window: &mut Window, name: &str, masked: Option<Rect>) {
    let options = SnapshotOptions::new().max_failed_pixels(FAILED_PIXELS);
    for _ in 0..20 {
        window.step();
    }
    // Counts for the next picture alone.
    if let Some(place) = masked {
        window.harness.mask(place);
    }
    window.harness.snapshot_options(name, &options);
}

fn both(name: &str, prepare: impl Fn(&Path), show: impl Fn(&mut Window) -> Option<Rect>) {
    // Fails at its end, with every picture that differs.
    let mut results = SnapshotResults::new();
    for theme in ["light", "dark"] {
        let preparing = prepared(theme);
        prepare(preparing.home());
        let mut window = preparing.open();
        let masked = show(&mut window);
        picture(&mut window, &format!("{name}-{theme}"), masked);
        results.extend_harness(&mut window.harness);
    }
}

/// One row of each end that an upload can come to.
fn ended(home: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&home.join("affix.db"), SessionId::fresh()).unwrap();
        let new = NewBatch { profile: "Sandbox".to_owned(), service: "sandbox".to_owned() };
        let names = [
            "photo.jpg",
            "report.pdf",
            "film.mp4",
            "Quarterly figures with a name that is far too long for its place, last version.xlsx",
        ];
        let files = names
            .map(|name| NewAttachment { path: Path::new("/home/anna").join(name), name: name.to_owned() });
        let (_, ids) = store.add_batch(new, files.to_vec()).await.unwrap();
        let mut receipt = Receipt::default();
        receipt.push(LinkKind::View, "https://example.com/photo.jpg", Visibility::Public);
        let failure = Failure::new(Kind::Unauthorized, "The service did not accept the token")
            .advice("Renew it in Targets, then retry.");
        let outcomes = [
            (State::Done, Some(receipt), None),
            (State::Failed, None, Some(failure)),
            (State::Unsure, None, Some(Failure::new(Kind::Network, "The answer was lost"))),
            (State::Canceled, None, Some(Failure::cancelled())),
        ];
        for (id, (state, receipt, failure)) in ids.into_iter().zip(outcomes) {
            store.finish(id, state, Outcome { receipt, failure }).await.unwrap();
        }
        store.close().await;
    });
}

#[test]
fn nothing_uploaded_yet() {
    both(
        "empty",
        |_| {},
        |window| {
            window.wait_for("Drop files here");
            None
        },
    );
}

#[test]
fn how_uploads_end() {
    both("ended", ended, |window| {
        window.wait_for("photo.jpg, Done");
        // The batch's time is today's.
        Some(Rect::from_min_max(pos2(66.0, 118.0), pos2(152.0, 144.0)))
    });
}

#[test]
fn settings() {
    both(
        "settings",
        |_| {},
        |window| {
            window.wait_for("Drop files here");
            window.click("Settings");
            window.wait_for("Theme");
            None
        },
    );
}
