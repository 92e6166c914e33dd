//! History: order, pages, filters, search, and that indexes are used.

use rusqlite::params_from_iter;

use super::*;
use crate::domain::attachment::State;
use crate::store::history::history_sql;

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

/// With a million rows, reading a whole table or sorting it for one page would be felt.
#[tokio::test]
async fn no_query_walks_or_sorts_the_whole_table() {
    let bench = Bench::new();
    bench.add("Bot", &["a"]).await;
    let db = Connection::open(bench.path()).unwrap();
    let states = Some(vec![State::Done, State::Failed]);
    let profile = Some("Bot".to_owned());
    let before = Some(AttachmentId(9));
    let searched = |state: Option<State>, text: &str| Query {
        search: Some(text.to_owned()),
        states: state.map(|state| vec![state]),
        before,
        ..Query::newest(50)
    };
    let cases = [
        (Query::newest(50), "USING INTEGER PRIMARY KEY (rowid<?)"),
        (Query { before, ..Query::newest(50) }, "USING INTEGER PRIMARY KEY (rowid<?)"),
        (Query { states: states.clone(), ..Query::newest(50) }, "attachments_by_state (state=? AND rowid<?)"),
        (
            Query { profile: profile.clone(), ..Query::newest(50) },
            "attachments_by_profile (profile=? AND state=? AND rowid<?)",
        ),
        (
            Query { states, profile, ..Query::newest(50) },
            "attachments_by_profile (profile=? AND state=? AND rowid<?)",
        ),
        (searched(None, "x"), "SEARCH s USING INTEGER PRIMARY KEY (rowid<?)"),
        (searched(None, "xyz"), "SCAN t VIRTUAL TABLE INDEX"),
        (searched(Some(State::Failed), "xyz"), "SEARCH u USING INTEGER PRIMARY KEY (rowid<?)"),
        (searched(Some(State::Queued), "xyz"), "attachments_by_state (state=? AND rowid<?)"),
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
