//! The window goes on with what an earlier run left, unless the settings say otherwise, and says so.

use crate::desk::Desk;
use affix::domain::attachment::State;
use affix::domain::error::Step;
use affix::store::{NewAttachment, NewBatch};

/// Three files in a run that died: one on its way, one waiting, one paused.
fn left(desk: &Desk) {
    let files = ["a.txt", "b.txt", "c.txt"].map(|name| (desk.file(name, name.as_bytes()), name));
    let files = files.map(|(path, name)| NewAttachment { path, name: name.to_owned() });
    desk.runtime.block_on(async {
        let store = desk.store();
        let new = NewBatch { profile: "Sandbox".to_owned(), service: "sandbox".to_owned() };
        let (_, ids) = store.add_batch(new, files.to_vec()).await.unwrap();
        store.set_state(ids[0], State::Uploading, Some(Step::Send)).await.unwrap();
        store.set_state(ids[2], State::Paused, None).await.unwrap();
        store.close().await;
    });
}

#[test]
fn what_an_earlier_run_left_goes_on_and_is_told() {
    let desk = Desk::with_sandbox();
    left(&desk);
    let mut window = desk.open();
    window.until("it is told", |window| window.reads("2 unfinished uploads go on"));
    window.until("two are done", |window| {
        let rows = window.rows();
        ["a.txt, Done", "b.txt, Done", "c.txt, Paused"].iter().all(|row| rows.iter().any(|is| is == row))
    });
    window.click_nth("Resume", 0);
    window.until("all are done", |window| window.rows().iter().any(|row| row == "c.txt, Done"));
}

#[test]
fn where_the_settings_say_so_it_waits_for_the_user() {
    let desk = Desk::with_sandbox();
    desk.settings("[window]\nlanguage = \"en\"\n[uploads]\nnotify = false\nresume = false\n");
    left(&desk);
    let mut window = desk.open();
    window.until("the pause is taken up", |window| window.rows().iter().any(|row| row == "c.txt, Paused"));
    let interrupted = window.rows().iter().filter(|row| row.ends_with(", Interrupted")).count();
    assert_eq!(interrupted, 2, "{:?}", window.rows());
    assert!(!window.names().iter().any(|name| name.contains("unfinished")));
}
