//! What waits, what is unsure, how links are: shown as it is, and each thing that can be asked for asks for it.

use crate::stage::{self, HOST, NOW_MS, Stage, done, model, row, unsure, waits};
use affix::domain::attachment::{AttachmentId, Priority, State};
use affix::domain::error::Step;
use affix::domain::link_check::LinkState;
use affix::model::questions::{Action, Question};
use affix::model::{self, Model};
use affix::store::Row;
use affix::transfer::WaitReason;
use affix::ui::text::Language;
use eframe::egui::{Key, Modifiers};

/// Three files that are queued for the same target.
fn queued() -> Model {
    let rows = ["a.txt", "b.txt", "c.txt"].into_iter().zip(1..);
    let mut model = model(rows.map(|(name, id)| row(id, name, State::Queued)).collect());
    model.list.order.take([2, 1, 3].map(AttachmentId).into());
    model
}

fn waiting(reason: WaitReason, secs: u64) -> Stage {
    let mut model = queued();
    model.list.hosts.wait(waits(HOST, reason, secs), NOW_MS);
    Stage::new(model)
}

#[test]
fn every_queued_row_of_a_host_that_waits_counts_down_and_so_do_header_and_foot() {
    let mut stage = waiting(WaitReason::Asked, 12);
    for name in ["a.txt", "b.txt", "c.txt"] {
        let told = format!("{name}, Queued, Waiting for {HOST}, 12 s");
        assert!(stage.has(&told), "{:#?}", stage.words());
    }
    let once = |stage: &Stage, told: &str| {
        let others = |words: &&String| words.contains(told) && !words.contains(".txt, ");
        stage.words().iter().filter(others).count()
    };
    let told = format!("Waiting for {HOST}, 12 s");
    assert_eq!(once(&stage, &told), 2, "the header and the foot: {:#?}", stage.words());
    assert!(!stage.has("Try now"), "what the service asked for is waited out");
    stage.change(|model| model.now_ms += 4_001);
    assert!(stage.has(&format!("a.txt, Queued, Waiting for {HOST}, 8 s")));
    stage.change(|model| model.list.hosts.go_on(HOST));
    assert!(stage.has("a.txt, Queued") && !stage.says("Waiting for"));
}

#[test]
fn only_the_rows_of_its_target_wait_and_only_those_that_are_queued() {
    let mut rows = vec![row(1, "a.txt", State::Queued), row(2, "b.txt", State::Paused)];
    rows.push(Row { profile: "Team table".to_owned(), ..row(3, "c.txt", State::Queued) });
    let mut model = model(rows);
    model.list.hosts.wait(waits(HOST, WaitReason::Asked, 5), NOW_MS);
    let stage = Stage::new(model);
    assert!(stage.has(&format!("a.txt, Queued, Waiting for {HOST}, 5 s")));
    assert!(stage.has("b.txt, Paused") && stage.has("c.txt, Queued"), "{:#?}", stage.words());
}

#[test]
fn a_host_out_of_reach_and_no_network_can_be_tried_now() {
    let mut stage = waiting(WaitReason::Unreachable, 8);
    assert!(stage.has(&format!("a.txt, Queued, {HOST} cannot be reached, trying again in 8 s")));
    stage.nth("Try now", 0);
    stage.nth("Try now", 1);
    let asked = stage.asked();
    assert!(asked.iter().any(|asked| asked.contains("TryNow(None)")), "the foot's: {asked:?}");
    assert!(asked.iter().any(|asked| asked.contains("TryNow(Some(BatchId(1)))")), "the header's: {asked:?}");

    let mut stage = waiting(WaitReason::Offline, 8);
    assert!(stage.has("a.txt, Queued, Offline, goes on when the network is back"));
    stage.click_secondary("a.txt, Queued, Offline, goes on when the network is back");
    stage.nth("Try now", 2);
    assert!(stage.asked().iter().any(|asked| asked.contains("Resume(One(AttachmentId(1)))")));
}

#[test]
fn a_queued_row_tells_its_place_and_its_priority() {
    let mut model = queued();
    model.list.rows.change(AttachmentId(1), |row| row.priority = Priority::High);
    let mut stage = Stage::new(model);
    assert_eq!(stage.described("a.txt, Queued"), "Queued, 1 before it, High");
    assert_eq!(stage.described("b.txt, Queued"), "Queued, next");
    assert_eq!(stage.described("c.txt, Queued"), "Queued, 2 before it");
    stage.change(|model| model.list.order.take([3].map(AttachmentId).into()));
    assert_eq!(stage.described("c.txt, Queued"), "Queued, next");
    assert_eq!(stage.described("b.txt, Queued"), "");
}

#[test]
fn the_menu_of_what_waits_moves_it_and_sets_its_priority() {
    let mut stage = Stage::new(queued());
    for (item, asked) in [
        ("Upload first", "Reorder(One(AttachmentId(1)), First)"),
        ("Upload last", "Reorder(One(AttachmentId(1)), Last)"),
        ("Move up", "Reorder(One(AttachmentId(1)), Earlier)"),
        ("Move down", "Reorder(One(AttachmentId(1)), Later)"),
        ("Priority: High", "Prioritise(One(AttachmentId(1)), High)"),
        ("Priority: Low", "Prioritise(One(AttachmentId(1)), Low)"),
    ] {
        stage.click_secondary("a.txt, Queued");
        stage.click(item);
        let told = stage.asked();
        assert!(told.iter().any(|told| told.contains(asked)), "{item}: {told:?}");
    }
    stage.click_secondary("b.txt, Queued");
    assert!(!stage.is_enabled("Move up") && stage.is_enabled("Move down"), "it is the next already");
    stage.press(Modifiers::NONE, Key::Escape);
    // The header's menu comes first.
    stage.nth("More actions", 0);
    stage.click("Upload first");
    assert!(stage.asked().iter().any(|told| told.contains("Reorder(Batch(BatchId(1)), First)")));
}

#[test]
fn a_target_is_paused_and_comes_first_as_a_whole() {
    let mut model = queued();
    model.list.wanted.target = Some(stage::PROFILE.to_owned());
    let mut stage = Stage::new(model);
    for (item, asked) in
        [("Priority: High", "Prioritise(Profile(\"Product bot\"), High)"), ("Resume", "Resume(Profile")]
    {
        stage.click("More actions: Product bot");
        stage.click(item);
        let told = stage.asked();
        assert!(told.iter().any(|told| told.contains(asked)), "{item}: {told:?}");
    }
}

#[test]
fn alt_with_an_arrow_moves_the_selection_where_something_waits() {
    let mut stage = Stage::new(queued());
    stage.press(Modifiers::ALT, Key::ArrowUp);
    assert!(stage.asked().is_empty(), "nothing is selected");
    stage.click("b.txt, Queued");
    for (key, place) in
        [(Key::ArrowUp, "Earlier"), (Key::ArrowDown, "Later"), (Key::Home, "First"), (Key::End, "Last")]
    {
        stage.press(Modifiers::ALT, key);
        let told = stage.asked();
        assert!(
            told.iter().any(|told| told.contains(&format!("Reorder(Some([AttachmentId(2)]), {place})"))),
            "{place}: {told:?}"
        );
    }
    let mut settled = Stage::new(model(vec![row(1, "a.txt", State::Failed), row(2, "b.txt", State::Failed)]));
    settled.click("a.txt, Failed");
    settled.press(Modifiers::ALT, Key::ArrowDown);
    assert!(settled.asked().is_empty(), "nothing waits");
}

#[test]
fn the_palette_moves_the_selection_and_knows_when_it_cannot() {
    let mut stage = Stage::new(queued());
    let find = |stage: &mut Stage, words: &str| {
        stage.press(Modifiers::COMMAND, Key::K);
        stage.harness.event(eframe::egui::Event::Text(words.to_owned()));
        stage.draw();
    };
    find(&mut stage, "upload first");
    assert!(!stage.has("Upload first"), "nothing is selected: {:#?}", stage.words());
    stage.press(Modifiers::NONE, Key::Escape);
    stage.click("c.txt, Queued");
    find(&mut stage, "upload first");
    stage.press(Modifiers::NONE, Key::Enter);
    assert!(stage.asked().iter().any(|told| told.contains("Reorder(Some([AttachmentId(3)]), First)")));
}

#[test]
fn the_palette_in_chinese_finds_english_words_too() {
    let mut stage = Stage::in_language(queued(), Language::Chinese);
    stage.press(Modifiers::COMMAND, Key::K);
    stage.harness.event(eframe::egui::Event::Text("pause all".to_owned()));
    stage.draw();
    stage.press(Modifiers::NONE, Key::Enter);
    assert!(stage.asked().iter().any(|told| told.contains("Pause(All)")), "{:#?}", stage.words());
}

#[test]
fn what_is_unsure_says_what_is_known_and_is_sent_again_only_when_it_is_meant() {
    let row = unsure(1, "film.mp4");
    let mut stage = Stage::new(model(vec![row.clone()]));
    stage.inspect(row);
    for told in [
        "It was sent, but the answer was lost.",
        "The file may be at the service already. Sent again, it may be there twice.",
        "sending the file",
        "all of it, ",
        "connection reset by peer",
    ] {
        assert!(stage.says(told), "{told}: {:#?}", stage.words());
    }
    // The row's, then the inspector's.
    for nth in 0..stage.count("Retry") {
        stage.nth("Retry", nth);
        let asks = std::mem::take(&mut stage.harness.state_mut().actions).into_iter().any(|action| {
            matches!(action, model::Action::Questions(Action::Ask(Question::Confirm(confirm)))
                if format!("{confirm:?}").contains("SendAgain(AttachmentId(1)"))
        });
        assert!(asks, "the {nth}th");
    }
    stage.click("Remove");
    assert!(stage.asked().iter().any(|told| told.contains("Forget([AttachmentId(1)])")));
}

#[test]
fn what_was_interrupted_says_where_and_is_retried() {
    let row = Row { step: Some(Step::Send), ..row(1, "film.mp4", State::Interrupted) };
    let mut stage = Stage::new(model(vec![row.clone()]));
    stage.inspect(row);
    assert!(stage.says("Affix ended while sending the file."), "{:#?}", stage.words());
    assert!(stage.says("A retry sends it again from its beginning."));
    stage.nth("Retry", 1);
    assert!(stage.asked().iter().any(|told| told.contains("Retry(One(AttachmentId(1)))")));
}

#[test]
fn the_service_is_asked_only_where_it_can_be() {
    let mut stage = Stage::new(model(vec![unsure(1, "film.mp4")]));
    for service in affix::services::ALL {
        let description = service.description();
        let row = Row { service: description.id.to_owned(), ..unsure(1, "film.mp4") };
        stage.model().targets.all[1].service = Some(description);
        stage.inspect(row);
        let looks = description.capability.looks;
        assert_eq!(stage.has("Look at the service"), looks, "{}", description.id);
        if looks {
            stage.click("Look at the service");
            assert!(stage.asked().iter().any(|told| told.contains("Look(AttachmentId(1))")));
        }
    }
}

#[test]
fn a_done_row_tells_how_its_link_was_found() {
    let rows = [
        done(1, "a.txt", Some(LinkState::Verified)),
        done(2, "b.txt", Some(LinkState::NotYet)),
        done(3, "c.txt", Some(LinkState::Broken)),
        done(4, "d.txt", None),
    ];
    let mut stage = Stage::new(model(rows.to_vec()));
    let told = ["link verified", "link not ready yet", "Done · link broken", ""];
    for (name, told) in ["a.txt, Done", "b.txt, Done", "c.txt, Done", "d.txt, Done"].into_iter().zip(told) {
        assert_eq!(stage.described(name), told);
    }
    for (row, told) in rows.into_iter().zip([
        "The link works",
        "The link is not ready yet",
        "The link does not work",
        "not checked",
    ]) {
        let id = row.id;
        let checked = row.link_check.is_some();
        stage.inspect(row);
        assert!(stage.says(told), "{told}: {:#?}", stage.words());
        assert_eq!(stage.says("Checked 2 min ago"), checked, "{:#?}", stage.words());
        stage.click("Check links");
        let asked = stage.asked();
        assert!(asked.iter().any(|asked| asked.contains(&format!("CheckLinks([{id:?}])"))), "{asked:?}");
    }
}

#[test]
fn a_private_link_is_not_spoken_of() {
    let mut row = done(1, "a.txt", None);
    let receipt = row.receipt.as_mut().unwrap();
    receipt.links[0].visibility = affix::domain::describe::Visibility::Private;
    let mut stage = Stage::new(model(vec![row.clone()]));
    stage.inspect(row);
    assert!(!stage.has("Check links") && !stage.says("not checked"), "{:#?}", stage.words());
}

#[test]
fn an_expired_link_offers_to_be_renewed() {
    let mut row = done(1, "a.txt", None);
    row.receipt.as_mut().unwrap().expires_at = Some(NOW_MS / 1000 + 90);
    let mut stage = Stage::new(model(vec![row]));
    assert_eq!(stage.described("a.txt, Done"), "1 minute left");
    assert!(stage.sleeps() <= std::time::Duration::from_secs(31), "{:?}", stage.sleeps());
    assert!(stage.has("Copy link"));
    stage.change(|model| model.now_ms += 91_000);
    assert_eq!(stage.described("a.txt, Done"), "Link expired");
    stage.click("Renew link");
    assert!(stage.asked().iter().any(|told| told.contains("Renew(AttachmentId(1))")));
}

#[test]
fn a_batch_that_failed_in_part_says_so() {
    let mut rows: Vec<Row> = (1..=5).map(|id| done(id, &format!("{id}.txt"), None)).collect();
    rows.push(row(6, "6.txt", State::Failed));
    let mut stage = Stage::new(model(rows));
    assert!(stage.says("6 files, 5 of 6 done · 1 failed · "), "{:#?}", stage.words());
    stage.click("Retry failed");
    assert!(stage.asked().iter().any(|told| told.contains("Retry(Batch(BatchId(1)))")));
}

#[test]
fn the_bandwidth_is_limited_from_the_foot() {
    let mut stage = Stage::new(queued());
    stage.click("Bandwidth limit");
    for offered in ["No limit", "256 kB/s", "1 MB/s", "5 MB/s", "10 MB/s"] {
        assert!(stage.has(offered), "{offered}: {:#?}", stage.words());
    }
    stage.click("5 MB/s");
    assert!(stage.asked().iter().any(|told| told.contains("\"uploads.bandwidth_kib\", Some(\"4883\")")));
    stage.change(|model| model.settings.uploads.bandwidth_kib = 4_883);
    stage.click("Bandwidth limit: 5 MB/s");
    stage.type_into("Own limit, MB/s", "2,5");
    stage.press(Modifiers::NONE, Key::Enter);
    assert!(stage.asked().iter().any(|told| told.contains("Some(\"2441\")")), "{:#?}", stage.words());
    assert!(!stage.has("Own limit, MB/s"), "the menu is closed");
}

#[test]
fn when_a_menu_closes_the_keyboard_is_back_at_what_opened_it() {
    let mut stage = Stage::new(queued());
    for opener in ["Upload to", "All targets", "Bandwidth limit", "a.txt, Queued"] {
        stage.focus(opener);
        let (modifiers, key) = if opener.ends_with("Queued") {
            (Modifiers::SHIFT, Key::F10)
        } else {
            (Modifiers::NONE, Key::Enter)
        };
        stage.press(modifiers, key);
        // The first line of a menu may be called as what opened it.
        stage.press(Modifiers::NONE, Key::Tab);
        stage.press(Modifiers::NONE, Key::Tab);
        assert_ne!(stage.focused().as_deref(), Some(opener), "the keyboard is in the menu");
        stage.press(Modifiers::NONE, Key::Escape);
        assert_eq!(stage.focused().as_deref(), Some(opener));
    }
}

#[test]
fn when_a_sheet_closes_the_keyboard_is_back_where_it_was() {
    let mut stage = Stage::new(queued());
    stage.focus("Targets");
    for (modifiers, key) in [(Modifiers::COMMAND, Key::K), (Modifiers::NONE, Key::F1)] {
        stage.press(modifiers, key);
        stage.press(Modifiers::NONE, Key::Tab);
        assert_ne!(stage.focused().as_deref(), Some("Targets"));
        stage.press(Modifiers::NONE, Key::Escape);
        assert_eq!(stage.focused().as_deref(), Some("Targets"), "{key:?}");
    }
}

#[test]
fn tab_walks_the_tabs_and_the_actions_of_a_row_as_one_reads() {
    let mut stage = Stage::new(queued());
    let mut walk = |from: &str, to: usize| {
        stage.focus(from);
        let mut names = Vec::new();
        for _ in 0..to {
            stage.press(Modifiers::NONE, Key::Tab);
            names.push(stage.focused().unwrap_or_default());
        }
        names
    };
    assert_eq!(walk("Failed", 4), ["All targets", "List", "Grid", "Inspector"]);
    assert_eq!(walk("a.txt, Queued", 3), ["Pause", "Cancel", "More actions"]);
}
