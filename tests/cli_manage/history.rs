//! `affix history`, and what it says of runs that died and of runs that live.

use affix::domain::attachment::State;
use affix::store::{NewAttachment, NewBatch, SessionId, Store};

use crate::home::{Home, keys, objects, signal, stdout, wait_for};

#[test]
fn it_lists_newest_first_and_finds_by_name_link_and_profile() {
    let home = Home::new();
    home.file("alpha.txt", b"a");
    home.file("beta.txt", b"bb");
    let link = home.ok(&["upload", "alpha.txt"]);
    home.ok(&["upload", "beta.txt"]);
    let name_of = |args: &[&str]| -> Vec<String> {
        let rows = objects(&home.ok(&[&["history", "--json"], args].concat()));
        rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(name_of(&[]), ["beta.txt", "alpha.txt"]);
    assert_eq!(name_of(&["--limit", "1"]), ["beta.txt"]);
    assert_eq!(name_of(&["--limit", "0"]), [""; 0]);
    assert_eq!(name_of(&["--search", "ALPHA"]), ["alpha.txt"]);
    assert_eq!(name_of(&["--search", link.trim()]), ["alpha.txt"]);
    assert_eq!(name_of(&["--search", "sandbox"]), ["beta.txt", "alpha.txt"]);
    assert_eq!(name_of(&["--search", "100%_"]), [""; 0], "no wildcards");
}

#[test]
fn a_row_is_the_receipt_with_its_times_and_the_words_have_the_whole_link() {
    let home = Home::new();
    home.file("报告.txt", b"hello");
    let receipt = home.ok(&["upload", "--format", "json", "报告.txt"]);
    let receipt = &objects(&receipt)[0];
    let row = &home.history()[0];
    let mut expected = keys(receipt);
    expected.extend(["added_at", "finished_at"]);
    expected.sort_unstable();
    assert_eq!(keys(row), expected);
    for key in keys(receipt) {
        assert_eq!(row[key], receipt[key], "{key}");
    }
    let time = |key: &str| row[key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let age = jiff::Timestamp::now().duration_since(time("added_at"));
    assert!(time("added_at") <= time("finished_at") && age.as_secs() < 60, "{row}");

    let words = home.ok(&["history"]);
    let link = receipt["view_url"].as_str().unwrap();
    assert!(words.trim_end().ends_with(&format!("done  5 B  报告.txt  Sandbox  {link}")), "{words}");
}

#[test]
fn a_killed_upload_is_interrupted_and_a_living_one_is_left_alone() {
    let home = Home::new().with_sandbox();
    home.fault("stall", None);
    home.file("slow.txt", b"never sent");
    let mut child = home.start(&["upload", "slow.txt"]);
    // Each look at the history is another process, which must not touch the rows of the one that lives.
    wait_for("the upload to run", || home.state_of("slow.txt").filter(|state| state == "uploading"));
    assert_eq!(home.state_of("slow.txt").as_deref(), Some("uploading"), "its process lives");

    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(home.state_of("slow.txt").as_deref(), Some("interrupted"));
    let words = home.ok(&["history", "--search", "slow"]);
    assert!(words.contains("interrupted"), "{words}");
    assert_eq!(home.state_of("first.txt").as_deref(), Some("done"));
}

#[test]
fn a_reader_that_goes_early_is_no_failure() {
    let home = Home::new().with_sandbox();
    let mut child = home.start(&["history"]);
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn two_uploads_to_a_fresh_home_at_the_same_time_both_end_well() {
    let home = Home::new();
    for name in ["a1", "a2", "b1", "b2"] {
        home.file(name, name.as_bytes());
    }
    let uploads = [home.start(&["upload", "a1", "a2"]), home.start(&["upload", "b1", "b2"])];
    for (child, names) in uploads.into_iter().zip([["a1", "a2"], ["b1", "b2"]]) {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        for (link, name) in stdout(&output).lines().zip(names) {
            assert_eq!(crate::home::get(link), (200, name.as_bytes().to_vec()));
        }
        assert_eq!(stdout(&output).lines().count(), 2);
    }
    assert_eq!(home.history().iter().filter(|row| row["status"] == "done").count(), 4);
}

#[test]
fn a_terminated_upload_is_interrupted_too() {
    let home = Home::new().with_sandbox();
    home.fault("stall", None);
    home.file("slow.txt", b"never sent");
    let mut child = home.start(&["upload", "slow.txt"]);
    wait_for("the upload to run", || home.state_of("slow.txt").filter(|state| state == "uploading"));
    signal(&child, "TERM");
    child.wait().unwrap();
    assert_eq!(home.state_of("slow.txt").as_deref(), Some("interrupted"));
}

#[test]
fn a_long_history_is_printed_whole_and_as_a_table_for_spreadsheets() {
    let home = Home::new();
    home.ok(&["history"]);
    let path = home.path().join("home/data/affix.db");
    let path = if path.exists() { path } else { home.path().join("home/affix.db") };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&path, SessionId::fresh()).unwrap();
        let files = (0..1201).map(|number| {
            let name = if number == 1200 { "=1+1,最终.txt".to_owned() } else { format!("{number}.txt") };
            NewAttachment { path: name.clone().into(), name }
        });
        let batch = NewBatch { profile: "Sandbox".to_owned(), service: "sandbox".to_owned() };
        let (_, ids) = store.add_batch(batch, files.collect()).await.unwrap();
        store.settle_many(ids, State::Done).await.unwrap();
        store.close().await;
    });
    for (limit, expected) in
        [("1201", 1201), ("9999", 1201), ("1000", 1000), ("500", 500), ("1", 1), ("0", 0)]
    {
        let csv = home.ok(&["history", "--csv", "--limit", limit]);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        assert_eq!(&reader.headers().unwrap()[1], "name");
        let names: Vec<String> = reader.records().map(|record| record.unwrap()[1].to_owned()).collect();
        let rows = objects(&home.ok(&["history", "--json", "--limit", limit]));
        assert_eq!((names.len(), rows.len()), (expected, expected));
        for (number, (name, row)) in names.iter().zip(&rows).enumerate() {
            let plain =
                if number == 0 { "=1+1,最终.txt".to_owned() } else { format!("{}.txt", 1200 - number) };
            assert_eq!(row["name"], plain);
            assert_eq!(name.trim_start_matches('\''), plain);
        }
    }
    let found = home.ok(&["history", "--csv", "--search", "1+1"]);
    assert!(found.contains(",\"'=1+1,最终.txt\","), "{found}");
    assert!(home.refused(&["history", "--csv", "--json"], "", 2).contains("--json"));
}
