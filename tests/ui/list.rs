//! The list in the real window: files dropped, filters, search, keys, a long list, nothing at all.

use std::time::{Duration, Instant};

use crate::desk::{Desk, Window};
use affix::domain::attachment::{AttachmentId, State};
use affix::domain::describe::Visibility;
use affix::domain::error::{Failure, Kind};
use affix::domain::receipt::{LinkKind, Receipt};
use affix::sandbox::faults::Fault;
use affix::store::{NewAttachment, NewBatch, Outcome, Store};
use eframe::egui::{Event, HoveredFile, Key, Modifiers, OutputCommand};

/// A batch of files in the history.
async fn batch(store: &Store, profile: &str, names: Vec<String>) -> Vec<AttachmentId> {
    let batch = NewBatch { profile: profile.to_owned(), service: "sandbox".to_owned() };
    let files = names.into_iter().map(|name| NewAttachment { path: format!("/files/{name}").into(), name });
    store.add_batch(batch, files.collect()).await.unwrap().1
}

async fn done(store: &Store, id: AttachmentId) {
    let mut receipt = Receipt::default();
    receipt.push(LinkKind::View, format!("http://127.0.0.1/{}", id.0), Visibility::Public);
    store.finish(id, State::Done, Outcome { receipt: Some(receipt), failure: None }).await.unwrap();
}

async fn failed(store: &Store, id: AttachmentId, broke: &str) {
    let failure = Failure::new(Kind::Unauthorized, broke).advice("Renew it in Targets, then retry.");
    store.finish(id, State::Failed, Outcome { receipt: None, failure: Some(failure) }).await.unwrap();
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Two batches: three files done, and one done and one failed.
fn two_batches(desk: &Desk) {
    let store = desk.store();
    desk.runtime.block_on(async {
        for id in batch(&store, "Sandbox", names(&["one.txt", "two.txt", "three.txt"])).await {
            done(&store, id).await;
        }
        let ids = batch(&store, "Team table", names(&["work.docx", "budget.xlsx"])).await;
        done(&store, ids[0]).await;
        failed(&store, ids[1], "Token expired").await;
    });
}

fn opened(desk: &Desk) -> Window {
    let mut window = desk.open();
    window.until("rows are drawn", |window| !window.rows().is_empty());
    window
}

#[test]
fn dropped_files_become_rows_that_are_done() {
    let desk = Desk::with_sandbox();
    let files = ["a.txt", "b.txt", "c.txt"].map(|name| desk.file(name, name.as_bytes()));
    let mut window = desk.open();
    window.until("the window is empty", |window| window.reads("Drop files here"));
    window.drop_files(&files);
    let rows = ["a.txt, Done", "b.txt, Done", "c.txt, Done"];
    window.until("all are done", |window| window.rows() == rows);
    assert_eq!(window.count("Copy link"), 3);
    window.until("the batch is told", |window| window.has("Copy all links"));
}

#[test]
fn filters_show_their_counts_and_their_rows() {
    let desk = Desk::new();
    two_batches(&desk);
    let mut window = opened(&desk);
    window.until("all are drawn, the newest batch first", |window| {
        window.rows()
            == ["work.docx, Done", "budget.xlsx, Failed", "one.txt, Done", "two.txt, Done", "three.txt, Done"]
    });
    window.click("Failed");
    window.until("only what failed", |window| window.rows() == ["budget.xlsx, Failed"]);
    assert!(window.has("Retry failed"), "{:?}", window.names());
    window.click("Active");
    window.until("nothing is active, in words", |window| window.reads("Nothing is being uploaded"));
    window.click("Show all uploads");
    window.until("all again", |window| window.rows().len() == 5);
}

#[test]
fn a_search_finds_names_and_esc_ends_it() {
    let desk = Desk::new();
    two_batches(&desk);
    let mut window = opened(&desk);
    window.search("BUDG");
    window.until("what was searched for", |window| window.rows() == ["budget.xlsx, Failed"]);
    window.press(Modifiers::NONE, Key::Escape);
    window.until("all again", |window| window.rows().len() == 5);
    window.search("no such thing");
    window.until("nothing, in words", |window| window.reads("Nothing found for “no such thing”"));
}

#[test]
fn rows_are_selected_by_keys_and_by_the_mouse() {
    let desk = Desk::new();
    two_batches(&desk);
    let mut window = opened(&desk);
    window.until("all are drawn", |window| window.rows().len() == 5);
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(window.selected(), ["work.docx, Done"]);
    window.press(Modifiers::NONE, Key::ArrowDown);
    window.press(Modifiers::SHIFT, Key::ArrowDown);
    assert_eq!(window.selected(), ["budget.xlsx, Failed", "one.txt, Done"]);
    window.press(Modifiers::NONE, Key::End);
    assert_eq!(window.selected(), ["three.txt, Done"]);
    window.press(Modifiers::COMMAND, Key::A);
    assert_eq!(window.selected().len(), 5);
    window.click_with("one.txt, Done", Modifiers::COMMAND);
    assert_eq!(window.selected().len(), 4);
    window.click("work.docx, Done");
    window.click_with("one.txt, Done", Modifiers::SHIFT);
    assert_eq!(window.selected(), ["work.docx, Done", "budget.xlsx, Failed", "one.txt, Done"]);
}

#[test]
fn delete_takes_what_is_settled_out_of_the_list() {
    let desk = Desk::new();
    two_batches(&desk);
    let mut window = opened(&desk);
    window.until("all are drawn", |window| window.rows().len() == 5);
    window.click("one.txt, Done");
    window.press(Modifiers::NONE, Key::Delete);
    window.until("it is gone", |window| window.rows().len() == 4 && !window.has("one.txt, Done"));
    assert_eq!(window.selected(), ["two.txt, Done"], "its neighbour takes its place");
    window.press(Modifiers::COMMAND, Key::A);
    window.press(Modifiers::NONE, Key::Delete);
    window.until("the list is empty", |window| window.reads("Drop files here"));
}

#[test]
fn a_menu_is_of_the_whole_selection_or_of_its_row() {
    let desk = Desk::new();
    two_batches(&desk);
    let mut window = opened(&desk);
    window.until("all are drawn", |window| window.rows().len() == 5);
    window.click("one.txt, Done");
    window.click_with("two.txt, Done", Modifiers::COMMAND);
    window.click_secondary("two.txt, Done");
    window.until("the menu is open", |window| window.has("Copy links"));
    assert!(!window.has("Show in folder"), "it is not that of one: {:?}", window.names());
    window.click("Remove from list");
    window.until("both are gone", |window| window.rows().len() == 3 && !window.has("two.txt, Done"));

    window.press(Modifiers::COMMAND, Key::A);
    window.click_with("three.txt, Done", Modifiers::COMMAND);
    window.click_secondary("three.txt, Done");
    window.until("the menu is that of the row", |window| window.has("Remove from list"));
    assert!(!window.has("Copy links"), "it is not that of several: {:?}", window.names());
    assert_eq!(window.selected(), ["three.txt, Done"]);
    window.press(Modifiers::NONE, Key::Escape);
    window.until("it is closed", |window| !window.has("Remove from list"));
    window.click("work.docx, Done");
    window.press(Modifiers::SHIFT, Key::F10);
    window.until("a key opens it", |window| window.has("Remove from list"));
}

/// The header's button is the first of its name, the row's the second.
#[test]
fn a_row_and_a_batch_are_paused_and_go_on() {
    let desk = Desk::with_sandbox();
    let mut window = desk.open();
    window.until("the window is empty", |window| window.reads("Drop files here"));
    for (nth, name) in ["header.bin", "row.bin"].into_iter().enumerate() {
        desk.faults().add(Fault::parse("slow=1000").unwrap().times(1000));
        window.drop_files(&[desk.file(name, &vec![7; 2_000_000])]);
        window.until("it moves", |window| {
            window.rows().iter().any(|row| row.starts_with(&format!("{name}, Uploading")))
        });
        window.until("both have the button", |window| window.count("Pause") == 2);
        window.click_nth("Pause", nth);
        window.until("it is paused", |window| window.rows().contains(&format!("{name}, Paused")));
        desk.faults().clear();
        window.until("both have the button", |window| window.count("Resume") == 2);
        window.click_nth("Resume", nth);
        window.until("it is done", |window| window.rows().contains(&format!("{name}, Done")));
    }
}

#[test]
fn what_failed_is_retried_and_its_link_copied_by_key() {
    let desk = Desk::with_sandbox();
    let mut window = desk.open();
    window.until("the window is empty", |window| window.reads("Drop files here"));
    for (button, name) in [("Retry failed", "header.txt"), ("Retry", "row.txt")] {
        desk.faults().add(Fault::parse("status=400").unwrap().times(1000));
        window.drop_files(&[desk.file(name, name.as_bytes())]);
        window.until("it failed", |window| window.rows().contains(&format!("{name}, Failed")));
        desk.faults().clear();
        window.until("it can be retried", |window| window.has(button));
        window.click_nth(button, 0);
        window.until("it is done", |window| window.rows().contains(&format!("{name}, Done")));
    }
    window.click("row.txt, Done");
    window.harness.event(Event::Copy);
    window.until("its link is copied", |window| {
        let commands = &window.harness.output().platform_output.commands;
        commands
            .iter()
            .any(|command| matches!(command, OutputCommand::CopyText(text) if text.starts_with("http")))
    });
}

#[test]
fn a_filter_by_key_is_one_by_click() {
    let desk = Desk::new();
    two_batches(&desk);
    let mut window = opened(&desk);
    window.click("work.docx, Done");
    window.press(Modifiers::COMMAND, Key::Num3);
    window.until("only what is done", |window| window.rows().len() == 4);
    assert!(window.selected().is_empty(), "{:?}", window.selected());
}

#[test]
fn of_a_long_list_only_what_is_visible_is_drawn() {
    const COUNT: usize = 10_000;
    let desk = Desk::new();
    let store = desk.store();
    desk.runtime.block_on(async {
        let files = (0..COUNT).map(|number| format!("file-{number:05}.txt")).collect();
        let ids = batch(&store, "Sandbox", files).await;
        store.settle_many(ids, State::Canceled).await.unwrap();
    });
    let mut window = opened(&desk);
    window.until("the first are read", |window| window.has("file-00000.txt, Canceled"));
    assert!(window.rows().len() < 15, "{}", window.rows().len());
    window.press(Modifiers::NONE, Key::ArrowDown);
    window.press(Modifiers::NONE, Key::End);
    window.until("the last is there", |window| window.has("file-09999.txt, Canceled"));
    assert!(window.rows().len() < 15, "{}", window.rows().len());
    let last = window.rect("file-09999.txt, Canceled");
    let foot = window.rect_of_text("10,000 canceled");
    assert!(last.bottom() <= foot.top(), "the last row is whole: {last} above {foot}");
}

#[test]
fn nothing_is_drawn_while_nothing_happens() {
    let desk = Desk::new();
    two_batches(&desk);
    let mut window = opened(&desk);
    window.until("all are drawn", |window| window.rows().len() == 5);
    window.until("it sleeps", |window| window.sleeps() > Duration::from_hours(1));
}

#[test]
fn while_files_hover_the_window_says_where_they_go() {
    let desk = Desk::new();
    let mut window = desk.open();
    window.until("the window is empty", |window| window.reads("Drop files here"));
    let over =
        |number| HoveredFile { path: Some(format!("/files/{number}").into()), ..HoveredFile::default() };
    // X11 may tell them twice.
    window.harness.input_mut().hovered_files = (0..12).chain(0..12).map(over).collect();
    window.until("it says so", |window| window.reads("Upload 12 files to Sandbox"));
    window.harness.input_mut().hovered_files.clear();
    window.until("it has ended", |window| !window.reads("Upload 12 files to Sandbox"));
}

/// A window that is at the end of so many rows, all of them selected.
fn at_the_end_of(count: usize) -> (Desk, Window) {
    let desk = Desk::new();
    let store = desk.store();
    desk.runtime.block_on(async {
        let files = (0..count).map(|number| format!("file-{number:06}.txt")).collect();
        let ids = batch(&store, "Sandbox", files).await;
        store.settle_many(ids, State::Canceled).await.unwrap();
    });
    let mut window = opened(&desk);
    window.press(Modifiers::NONE, Key::End);
    window.press(Modifiers::COMMAND, Key::A);
    let last = format!("file-{:06}.txt, Canceled", count - 1);
    window.until("the last is there", |window| window.selected().contains(&last));
    (desk, window)
}

#[test]
fn a_hundred_thousand_rows_cost_a_frame_what_a_hundred_cost() {
    let (mut few, mut many) = (at_the_end_of(100), at_the_end_of(100_000));
    let frame = |window: &mut Window| {
        let began = Instant::now();
        window.harness.step();
        began.elapsed()
    };
    // In turns, and the quickest of each: what else the machine does slows both, and makes neither quicker.
    let costs: Vec<_> = (0..100).map(|_| (frame(&mut few.1), frame(&mut many.1))).collect();
    let least = |cost: fn(&(Duration, Duration)) -> Duration| costs.iter().map(cost).min().unwrap();
    let (few, many) = (least(|cost| cost.0), least(|cost| cost.1));
    eprintln!("a frame of 100 rows: {few:.1?}, of 100,000: {many:.1?}");
    assert!(many < few * 2, "{many:?} beside {few:?}");
}
