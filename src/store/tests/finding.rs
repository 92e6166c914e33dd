//! History: order, pages, filters, search, and that indexes are used.

use rusqlite::params_from_iter;

use super::*;
use crate::domain::attachment::State;
use crate::store::history::history_sql;

fn search(text: &str) -> Query {
    Query { search: Some(text.to_owned()), ..Query::newest(10) }
}

#[tokio::test]
async fn history_is_newest_first_in_pages() {
    let bench = Bench::new();
    bench.add("Bot", &["1", "2", "3"]).await;
    bench.add("Bot", &["4", "5"]).await;
    let first = bench.store.history(Query::newest(2)).await.unwrap();
    assert_eq!(first.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["5", "4"]);
    let before = Some(first[1].id);
    assert_eq!(bench.names(Query { before, ..Query::newest(2) }).await, ["3", "2"]);
    assert_eq!(bench.names(Query { before, ..Query::newest(usize::MAX) }).await, ["3", "2", "1"]);
}

#[tokio::test]
async fn history_is_filtered_by_state_and_profile() {
    let bench = Bench::new();
    let (_, bot) = bench.add("Bot", &["bot done", "bot failed", "bot queued"]).await;
    let (_, table) = bench.add("Table", &["table done", "table failed"]).await;
    for id in [bot[0], table[0]] {
        bench.store.finish(id, State::Done, Outcome::default()).await.unwrap();
    }
    for id in [bot[1], table[1]] {
        bench.store.finish(id, State::Failed, Outcome::default()).await.unwrap();
    }
    let query = |profile: Option<&str>, states: Option<&[State]>| Query {
        profile: profile.map(str::to_owned),
        states: states.map(<[State]>::to_vec),
        ..Query::newest(10)
    };
    let states = [State::Done, State::Failed];
    let cases: [(Query, &[&str]); 7] = [
        (query(Some("Bot"), None), &["bot queued", "bot failed", "bot done"]),
        (query(None, Some(&states)), &["table failed", "table done", "bot failed", "bot done"]),
        (query(None, Some(&[State::Failed])), &["table failed", "bot failed"]),
        (query(Some("Table"), Some(&[State::Failed, State::Queued])), &["table failed"]),
        (query(Some("Nobody"), None), &[]),
        (query(None, Some(&[])), &[]),
        (Query { limit: 3, ..query(None, Some(&states)) }, &["table failed", "table done", "bot failed"]),
    ];
    for (query, names) in cases {
        assert_eq!(bench.names(query.clone()).await, names, "{query:?}");
    }
    let counts = bench.store.count_by_state().await.unwrap();
    assert_eq!(counts.len(), State::ALL.len());
    let counts: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(counts, [(State::Queued, 1), (State::Done, 2), (State::Failed, 2)]);
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
    let facts = crate::domain::attachment::FileFacts {
        path: "/home/me/old.jpg".into(),
        name: "new.jpg".to_owned(),
        size: 1,
        mime: "image/jpeg".to_owned(),
        modified: None,
        pixels: None,
        duration_secs: None,
    };
    bench.store.set_facts(ids[0], &facts).await.unwrap();
    let outcome = Outcome { receipt: Some(receipt("https://first")), failure: None };
    bench.store.finish(ids[0], State::Done, outcome).await.unwrap();
    bench.store.replace_receipt(ids[0], receipt("https://second")).await.unwrap();

    assert_eq!(bench.row(ids[0]).await.receipt, Some(receipt("https://second")));
    assert_eq!(bench.names(search("old")).await, [""; 0]);
    assert_eq!(bench.names(search("first")).await, [""; 0]);
    assert_eq!(bench.names(search("new")).await, ["new.jpg"]);
    assert_eq!(bench.names(search("second")).await, ["new.jpg"]);
}

/// With a million rows, reading a whole table or sorting it for one page would be felt.
#[tokio::test]
async fn no_query_walks_or_sorts_the_whole_table() {
    let bench = Bench::new();
    bench.add("Bot", &["a"]).await;
    let db = Connection::open(bench.path()).unwrap();
    let states = Some(vec![State::Done, State::Failed]);
    let profile = Some("Bot".to_owned());
    let before = Some(AttachmentId(9));
    let cases = [
        (Query::newest(50), "USING INTEGER PRIMARY KEY (rowid<?)"),
        (Query { before, ..Query::newest(50) }, "USING INTEGER PRIMARY KEY (rowid<?)"),
        (Query { states: states.clone(), ..Query::newest(50) }, "attachments_by_state (state=? AND rowid<?)"),
        (
            Query { profile: profile.clone(), ..Query::newest(50) },
            "attachments_by_profile (profile=? AND state=? AND rowid<?)",
        ),
        (
            Query { profile, states, search: Some("x".to_owned()), ..Query::newest(50) },
            "attachments_by_profile (profile=? AND state=? AND rowid<?)",
        ),
    ];
    for (query, expected) in cases {
        let (sql, values) = history_sql(&query);
        let mut explain = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let plan: Vec<String> = explain
            .query_map(params_from_iter(values), |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let plan = plan.join("\n");
        assert!(plan.contains(expected), "{query:?}\n{plan}");
        assert!(!plan.contains("SCAN attachments"), "{query:?}\n{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{query:?}\n{plan}");
    }
}

#[tokio::test]
async fn a_record_that_cannot_be_read_does_not_hide_the_others() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["broken receipt", "broken failure", "sound"]).await;
    let outcome = Outcome { receipt: Some(receipt("https://x")), failure: None };
    for id in &ids {
        bench.store.finish(*id, State::Done, outcome.clone()).await.unwrap();
    }
    let db = Connection::open(bench.path()).unwrap();
    db.execute("UPDATE attachments SET receipt = '{\"links\": 3}' WHERE id = ?", [ids[0].0]).unwrap();
    db.execute("UPDATE attachments SET failure = 'text' WHERE id = ?", [ids[1].0]).unwrap();

    let rows = bench.store.history(Query::newest(10)).await.unwrap();
    assert_eq!((&rows[0].receipt, &rows[0].failure), (&outcome.receipt, &None));
    for (row, receipt) in [(&rows[1], &outcome.receipt), (&rows[2], &None)] {
        assert_eq!(&row.receipt, receipt);
        assert_eq!(row.failure.as_ref().unwrap().broke, "A record of the history cannot be read");
    }
}
