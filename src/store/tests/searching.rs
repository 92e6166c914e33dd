//! Searching: what is found, whether or not the index has it yet, and what is left of what was forgotten.

use std::time::{Duration, Instant};

use super::*;
use crate::domain::attachment::State;
use crate::store::search::{self, Part};

/// Names that are hard to find.
const TEXTS: &[&str] = &[
    "Holiday 2026.jpg",
    "holiday.jpg",
    "最终版本.txt",
    "最终",
    "a\"b\"c OR d NOT e.md",
    "NEAR(a b)*^:-{}.txt",
    "100%_ready.txt",
    "İstanbul ẞtraße.png",
    "\u{1f600}\u{1f600}\u{1f600}.gif",
    "e\u{301}e\u{301}e\u{301}",
    "x",
    "",
];

const NEEDLES: &[&str] = &[
    "holiday",
    "HOLIDAY",
    "holiday.",
    "2026",
    "ol",
    "最终",
    "最终版",
    "终版本",
    "版本.txt",
    "本",
    "\"b\"",
    "\"",
    " or d",
    "a\"b\"c or d not",
    "near(a b)*^:-{}",
    "*",
    "100%",
    "%_r",
    "i\u{307}stan",
    "ẞtra",
    "ßtraße",
    "\u{1f600}\u{1f600}",
    "\u{1f600}\u{1f600}\u{1f600}",
    "e\u{301}e",
    "x",
    "bot",
    "\nbot",
    "x\nbot",
    "absent",
    "hol\0iday",
    "\0",
    "a\0b\0c",
    "holidayholidayholiday",
    "'; DROP TABLE searched; --",
];

fn search(text: &str) -> Query {
    Query { search: Some(text.to_owned()), ..Query::newest(10) }
}

impl Bench {
    /// Does what the worker does while it is quiet.
    async fn keep_up(&self) {
        let work = |db: &Connection| {
            while search::keep_up(db, 2)? != Part::Nothing {}
            Ok(())
        };
        self.store.write(work).await.unwrap();
    }

    async fn finish(&self, id: AttachmentId, url: &str) {
        let outcome = Outcome { receipt: Some(receipt(url)), failure: None };
        self.store.finish(id, State::Done, outcome).await.unwrap();
    }

    /// In the order of the ids; the list and the command line find the same.
    async fn found(&self, text: &str) -> Vec<AttachmentId> {
        let query = ListQuery { search: Some(text.to_owned()), ..ListQuery::default() };
        let mut listed = self.store.outline(query).await.unwrap().ids;
        listed.sort_unstable();
        let all = Query { limit: usize::MAX, ..search(text) };
        let mut told: Vec<_> = self.store.history(all).await.unwrap().iter().map(|row| row.id).collect();
        told.reverse();
        assert_eq!(listed, told, "{text:?}");
        listed
    }

    async fn count(&self, table: &'static str) -> i64 {
        let count = move |db: &Connection| {
            Ok(db.query_one(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?)
        };
        self.store.look(count).await.unwrap()
    }

    /// What stands in the index, as far as it can be read out of it.
    async fn trigrams(&self) -> Vec<String> {
        let vocabulary = |db: &Connection| {
            db.execute_batch(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab (main, trigrams, row)",
            )?;
            let mut select = db.prepare("SELECT term FROM vocabulary")?;
            let terms = select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            Ok(terms)
        };
        self.store.write(vocabulary).await.unwrap()
    }
}
#[tokio::test]
async fn search_looks_at_name_profile_and_links() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Büro", &["ÜBERSICHT.pdf", "photo.jpg"]).await;
    bench.add("Table", &["中文.txt"]).await;
    let outcome = Outcome { receipt: Some(receipt("https://files.example/AbC?sig=1")), failure: None };
    bench.store.finish(ids[1], State::Done, outcome).await.unwrap();
    let cases: [(&str, &[&str]); 9] = [
        ("übersicht", &["ÜBERSICHT.pdf"]),
        ("  Übersicht ", &["ÜBERSICHT.pdf"]),
        ("BÜRO", &["photo.jpg", "ÜBERSICHT.pdf"]),
        ("example/abc?", &["photo.jpg"]),
        ("4F0C-id", &["photo.jpg"]),
        ("文", &["中文.txt"]),
        ("", &["中文.txt", "photo.jpg", "ÜBERSICHT.pdf"]),
        ("d41d8", &[]),
        ("'; --", &[]),
    ];
    for (text, names) in cases {
        assert_eq!(bench.names(search(text)).await, names, "{text:?}");
    }
}

#[tokio::test]
async fn search_has_no_wildcards() {
    let bench = Bench::new();
    bench.add("Bot", &["100%.txt", "1000.txt", "a_b.txt", "axb.txt", "c\\d.txt", "[x]*.txt"]).await;
    let cases: [(&str, &[&str]); 6] = [
        ("100%", &["100%.txt"]),
        ("%", &["100%.txt"]),
        ("a_b", &["a_b.txt"]),
        ("\\", &["c\\d.txt"]),
        ("*", &["[x]*.txt"]),
        ("?", &[]),
    ];
    for (text, names) in cases {
        assert_eq!(bench.names(search(text)).await, names, "{text:?}");
    }
    assert_eq!(bench.names(search(&"x".repeat(200_000))).await, [""; 0]);
}

#[tokio::test]
async fn search_follows_a_new_name_and_renewed_links() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["old.jpg"]).await;
    let facts = facts("new.jpg");
    bench.store.set_facts(ids[0], &facts).await.kept().await.unwrap();
    let outcome = Outcome { receipt: Some(receipt("https://first")), failure: None };
    bench.store.finish(ids[0], State::Done, outcome).await.unwrap();
    bench.store.replace_receipt(ids[0], receipt("https://second")).await.unwrap();

    assert_eq!(bench.row(ids[0]).await.receipt, Some(receipt("https://second")));
    assert_eq!(bench.names(search("old")).await, [""; 0]);
    assert_eq!(bench.names(search("first")).await, [""; 0]);
    assert_eq!(bench.names(search("new")).await, ["new.jpg"]);
    assert_eq!(bench.names(search("second")).await, ["new.jpg"]);
}

/// Every needle against every text, with each row in each of the places where it may be: queued, settled and not in
/// the index yet, in the index, in the index and queued again.
#[tokio::test]
async fn what_is_found_is_what_instr_finds_wherever_the_row_is() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for place in 0..4 {
        let (_, added) = bench.add("Bot", TEXTS).await;
        if place == 1 || place == 2 {
            bench.store.settle_many(added.clone(), State::Failed).await.unwrap();
        }
        if place < 3 {
            ids.push(added);
        }
        if place == 2 {
            bench.keep_up().await;
        }
    }
    // The first batch was queued all the time, the third is in the index; of the second some are tried again.
    assert_eq!(bench.count("searched").await, 24);
    bench.store.claim(ids[1][..6].to_vec(), Vec::new()).await.unwrap();
    let (_, late) = bench.add("Bot", TEXTS).await;
    bench.store.settle_many(late, State::Done).await.unwrap();
    assert_eq!(bench.count("unsearched").await, 12);

    let all = bench.store.history(Query::newest(usize::MAX)).await.unwrap();
    let haystack = |row: &Row| format!("{}\nbot", row.name.to_lowercase());
    for needle in NEEDLES {
        let wanted = needle.trim().to_lowercase();
        let mut expected: Vec<_> =
            all.iter().filter(|row| haystack(row).contains(&wanted)).map(|row| row.id).collect();
        expected.sort_unstable();
        assert_eq!(bench.found(needle).await, expected, "{needle:?}");
    }
    for long in ["x".repeat(100_000), "最终版本".repeat(30_000), TEXTS.concat().repeat(500)] {
        assert_eq!(bench.found(&long).await, []);
    }
}

#[tokio::test]
async fn pages_and_filters_of_a_search_are_the_same_with_and_without_the_index() {
    let bench = Bench::new();
    for number in 0..6 {
        let profile = if number % 2 == 0 { "Bot" } else { "Table" };
        let (_, ids) = bench.add(profile, &["cat one", "dog", "cat two"]).await;
        bench.finish(ids[0], "https://x").await;
        bench.store.settle_many(vec![ids[2]], State::Failed).await.unwrap();
    }
    let query = |text: &str, states: Option<&[State]>, profile: Option<&str>, before| Query {
        states: states.map(<[State]>::to_vec),
        profile: profile.map(str::to_owned),
        before,
        limit: 4,
        search: Some(text.to_owned()),
    };
    let ids = async |query| {
        bench.store.history(query).await.unwrap().iter().map(|row| row.id.0).collect::<Vec<_>>()
    };
    let cases: [(Query, &[i64]); 7] = [
        (query("cat", None, None, None), &[18, 16, 15, 13]),
        (query("cat", None, None, Some(AttachmentId(13))), &[12, 10, 9, 7]),
        (query("at", Some(&[State::Done]), None, None), &[16, 13, 10, 7]),
        (query("cat", Some(&[State::Done, State::Queued]), Some("Table"), None), &[16, 10, 4]),
        (query("dog", Some(&[State::Queued]), Some("Bot"), None), &[14, 8, 2]),
        (query("dog", Some(&[State::Done]), None, None), &[]),
        (query("cat", Some(&[]), None, None), &[]),
    ];
    for indexed in [false, true] {
        for (query, expected) in &cases {
            assert_eq!(ids(query.clone()).await, *expected, "indexed: {indexed}, {query:?}");
        }
        bench.keep_up().await;
        assert_eq!(bench.count("searched").await, 12);
    }
}

#[tokio::test]
async fn a_changed_text_is_found_at_once_and_the_old_one_is_not() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["a.jpg", "b.jpg"]).await;
    bench.finish(ids[0], "https://files.example/first").await;
    bench.finish(ids[1], "https://files.example/other").await;
    bench.keep_up().await;
    assert_eq!(bench.found("first").await, [ids[0]]);
    for renewed in ["https://files.example/second", "https://files.example/latest"] {
        bench.store.replace_receipt(ids[0], receipt(renewed)).await.unwrap();
        for _ in 0..2 {
            assert_eq!(bench.found("first").await, []);
            assert_eq!(bench.found(&renewed[22..]).await, [ids[0]]);
            assert_eq!(bench.found("files.example").await, ids);
            bench.keep_up().await;
        }
    }
    assert_eq!((bench.count("searched").await, bench.count("unsearched").await), (2, 0));
    let left = bench.trigrams().await;
    assert!(left.contains(&"ate".to_owned()));
    for gone in ["fir", "rst", "sec", "eco"] {
        assert!(!left.contains(&gone.to_owned()), "{gone} of a link that was replaced");
    }
}

#[tokio::test]
async fn nothing_of_what_is_forgotten_stays_in_the_index() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["a", "b", "c"]).await;
    for (id, link) in
        ids.iter().zip(["https://keep.example/1", "https://zq.example/jxw", "https://keep.example/2"])
    {
        bench.finish(*id, link).await;
    }
    bench.keep_up().await;
    assert!(bench.trigrams().await.contains(&"jxw".to_owned()));
    bench.store.forget(vec![ids[1]]).await.unwrap();
    assert_eq!(bench.found("jxw").await, []);
    assert_eq!(bench.found("keep").await, [ids[0], ids[2]]);
    bench.keep_up().await;
    let left = bench.trigrams().await;
    assert!(left.contains(&"kee".to_owned()));
    for gone in ["jxw", "/jx", "zq."] {
        assert!(!left.contains(&gone.to_owned()), "{gone} of a link that was forgotten");
    }
    assert_eq!(bench.found("keep").await, [ids[0], ids[2]]);

    bench.store.clear_history().await.unwrap();
    bench.keep_up().await;
    assert_eq!(bench.trigrams().await, [""; 0]);
    for table in ["searched", "unsearched", "unerased"] {
        assert_eq!(bench.count(table).await, 0, "{table}");
    }
    let (_, ids) = bench.add("Bot", &["after all"]).await;
    bench.store.settle_many(ids.clone(), State::Canceled).await.unwrap();
    bench.keep_up().await;
    assert_eq!(bench.found("after").await, ids);
}

/// Of a long history the index is emptied as a whole; what is left is found all the same.
#[tokio::test]
async fn a_cleared_history_leaves_no_letters_at_once() {
    let bench = Bench::new();
    let names: Vec<String> = (0..1500).map(|number| format!("qxz {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (_, ids) = bench.add("Bot", &names).await;
    bench.store.settle_many(ids.clone(), State::Failed).await.unwrap();
    bench.keep_up().await;
    bench.store.claim(ids[..2].to_vec(), Vec::new()).await.unwrap();
    bench.store.clear_history().await.unwrap();
    assert_eq!(bench.trigrams().await, [""; 0]);
    assert_eq!(bench.found("qxz").await, ids[..2]);
    assert_eq!((bench.count("searched").await, bench.count("unerased").await), (0, 0));
    bench.keep_up().await;
    assert_eq!(bench.found("qxz").await, ids[..2]);
    assert_eq!(bench.count("searched").await, 2);
}

/// Nobody asks for it; and a store that was closed before goes on where it was.
#[tokio::test]
async fn the_index_is_filled_while_nobody_asks_for_anything() {
    let Bench { folder, store } = Bench::new();
    let path = folder.path().join("affix.db");
    let names: Vec<String> = (0..1200).map(|number| format!("picture {number}.jpg")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (_, ids) = store.add_batch(new_batch("Bot"), files(&names)).await.unwrap();
    store.settle_many(ids, State::Done).await.unwrap();
    store.close().await;

    let store = Store::open(&path, SessionId::fresh()).unwrap();
    let eye = Connection::open(&path).unwrap();
    let count = |table: &str| -> i64 {
        eye.query_one(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    let deadline = Instant::now() + Duration::from_secs(20);
    while count("unsearched") > 0 {
        assert!(Instant::now() < deadline, "nobody fills the index");
        // Requests in between are answered, and do not stop it.
        store.count_by_state().await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(count("searched"), 1200);
    let found = store.history(search("picture 77")).await.unwrap();
    assert_eq!(found.len(), 10);
    drop(store);
}

#[tokio::test]
async fn a_new_name_of_a_file_that_waits_is_found() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["old.jpg"]).await;
    bench.keep_up().await;
    let facts = facts("new.jpg");
    bench.store.set_facts(ids[0], &facts).await.kept().await.unwrap();
    assert_eq!((bench.found("old").await, bench.found("new").await), (vec![], ids));
    assert_eq!(bench.count("unsearched").await, 0, "what is not settled is not worth the index");
}
