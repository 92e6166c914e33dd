//! A few pictures, in both themes: what a query by name cannot see, such as colours, places and what overlaps.
//!
//! After a change that is meant: `UPDATE_SNAPSHOTS=1 cargo nextest run --test ui pictures`, and look at what git shows.
use std::path::Path;

use crate::stage::{self, HOST, NOW_MS, Stage};
use crate::window::{Preparing, Window};
use affix::domain::attachment::{AttachmentId, BatchId, Priority, State};
use affix::domain::describe::Visibility;
use affix::domain::error::{Failure, Kind, Step};
use affix::domain::link_check::LinkState;
use affix::domain::receipt::{LinkKind, Receipt};
use affix::model::Model;
use affix::store::{NewAttachment, NewBatch, Outcome, Row, SessionId, Store};
use affix::transfer::WaitReason;
use affix::ui::text::Language;
use eframe::egui::{Rect, Theme, pos2};
use egui_kittest::{SnapshotOptions, SnapshotResults};

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
        Some(Rect::from_min_max(pos2(330.0, 118.0), pos2(414.0, 144.0)))
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

/// A row of every state in which something is waited for, or not known.
fn states() -> Model {
    let of = |batch: i64, profile: &str, row: Row| Row {
        batch: BatchId(batch),
        profile: profile.to_owned(),
        ..row
    };
    let bot = |row: Row| of(1, stage::PROFILE, row);
    let table = |row: Row| of(2, "Team table", row);
    let rows = vec![
        bot(stage::row(1, "launch teaser v3.mp4", State::Queued)),
        bot(Row { priority: Priority::High, ..stage::row(2, "orders-2026-11.csv", State::Queued) }),
        bot(stage::row(3, "IMG_4021 sunrise over the harbour.jpg", State::Paused)),
        bot(stage::unsure(4, "release-1.4.0-linux-x86_64.tar.zst")),
        bot(Row { step: Some(Step::Send), ..stage::row(5, "Quarterly report.pdf", State::Interrupted) }),
        table(Row { priority: Priority::Low, ..stage::row(6, "Budget 2027.xlsx", State::Queued) }),
        table(stage::row(7, "Statement of work.docx", State::Queued)),
        of(3, "Community", stage::done(8, "logo.png", Some(LinkState::Verified))),
        of(3, "Community", stage::done(9, "banner.png", Some(LinkState::Broken))),
    ];
    let unsure = rows[3].clone();
    let mut model = stage::model(rows);
    model.list.hosts.wait(stage::waits(HOST, WaitReason::Asked, 24), NOW_MS);
    model.list.order.take([7, 6, 1, 2].map(AttachmentId).into());
    model.detail.id = Some(unsure.id);
    let (activity, attempts) = (Vec::new(), Vec::new());
    model.detail.loaded = Some(affix::model::detail::Loaded { row: unsure.into(), activity, attempts });
    model
}

#[test]
fn what_waits_and_what_is_not_known() {
    let mut results = SnapshotResults::new();
    let options = SnapshotOptions::new().max_failed_pixels(FAILED_PIXELS);
    let mut stage = Stage::new(states());
    for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        stage.theme(theme);
        stage.mask_times();
        stage.harness.snapshot_options(format!("states-{name}"), &options);
        stage.click("Bandwidth limit");
        stage.mask_times();
        stage.harness.snapshot_options(format!("bandwidth-{name}"), &options);
        stage.press(eframe::egui::Modifiers::NONE, eframe::egui::Key::Escape);
    }
    results.extend_harness(&mut stage.harness);
}

/// Every text stays in its place in the smallest window.
#[test]
fn what_waits_in_the_smallest_window() {
    let mut results = SnapshotResults::new();
    let options = SnapshotOptions::new().max_failed_pixels(FAILED_PIXELS);
    let mut model = states();
    model.list.hosts.wait(stage::waits(HOST, WaitReason::Unreachable, 8), NOW_MS);
    model.settings.uploads.bandwidth_kib = 977;
    let mut stage = Stage::of_size(model, Language::English, (720.0, 480.0));
    stage.theme(Theme::Light);
    stage.harness.snapshot_options("states-small", &options);
    results.extend_harness(&mut stage.harness);
}
