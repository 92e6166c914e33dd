//! Ctrl-C, and readers that go.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Child;
use std::time::{Duration, Instant};

use crate::home::{Home, objects, signal, wait_for};

/// A cancel takes a second at most; a machine that runs many tests takes a little longer to say so.
const SOON: Duration = Duration::from_secs(3);

/// Three files, one at a time: the first is done, the second does not move, the third waits.
fn stuck_at_the_second(home: &Home) -> (Child, BufReader<std::process::ChildStdout>, String) {
    // The first upload meets the first fault, a delay of a millisecond; the others meet the second.
    home.fault("delay=1", Some(1));
    home.fault("stall", None);
    for name in ["a.txt", "b.txt", "c.txt"] {
        home.file(name, name.as_bytes());
    }
    let args = ["upload", "--jobs", "1", "--format", "json", "a.txt", "b.txt", "c.txt"];
    let mut child = home.start(&args);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    wait_for("the second upload to run", || home.state_of("b.txt").filter(|state| state == "uploading"));
    (child, out, first)
}

#[test]
fn the_first_ctrl_c_cancels_cleanly_and_keeps_what_was_done() {
    let home = Home::new().with_sandbox();
    let (mut child, mut out, first) = stuck_at_the_second(&home);
    let pressed = Instant::now();
    signal(&child, "INT");
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let took = pressed.elapsed();
    assert!(took < SOON, "it took {took:?}");

    let printed = objects(&(first + &rest));
    let told: Vec<_> = printed.iter().map(|line| (line["name"].as_str(), line["status"].as_str())).collect();
    let expected =
        [("a.txt", "done"), ("b.txt", "canceled"), ("c.txt", "canceled")].map(|(a, b)| (Some(a), Some(b)));
    assert_eq!(told, expected);
    for (name, state) in [("a.txt", "done"), ("b.txt", "canceled"), ("c.txt", "canceled")] {
        assert_eq!(home.state_of(name).as_deref(), Some(state), "{name}");
    }
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(told.contains("Cancelling. 1 of 3 uploaded"), "{told}");
}

#[test]
fn the_second_ctrl_c_stops_at_once() {
    let home = Home::new().with_sandbox();
    let (mut child, _out, _) = stuck_at_the_second(&home);
    // Somebody else writes to the database, so the cancel cannot be recorded for some seconds.
    let db = rusqlite::Connection::open(database(&home)).unwrap();
    db.execute_batch("BEGIN IMMEDIATE").unwrap();
    signal(&child, "INT");
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    while !told.contains("Press Ctrl-C again") {
        assert!(err.read_line(&mut told).unwrap() > 0, "{told}");
    }
    assert!(child.try_wait().unwrap().is_none(), "the first one waits for the database");
    let pressed = Instant::now();
    signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let took = pressed.elapsed();
    assert!(took < SOON, "it took {took:?}");
    db.execute_batch("ROLLBACK").unwrap();
    err.read_to_string(&mut told).unwrap();
    assert!(told.contains("Stopped at once"), "{told}");
    assert_eq!(home.state_of("a.txt").as_deref(), Some("done"));
    assert_eq!(home.state_of("b.txt").as_deref(), Some("interrupted"), "nothing is lost");
}

fn database(home: &Home) -> std::path::PathBuf {
    let entries = std::fs::read_dir(home.path().join("home")).unwrap().map(|entry| entry.unwrap().path());
    let mut found = entries.filter(|path| path.extension().is_some_and(|ext| ext == "db" || ext == "sqlite"));
    found.next().expect("a database")
}

#[test]
fn readers_that_go_early_lose_no_upload() {
    let home = Home::new().with_sandbox();
    let names: Vec<_> = (0..8).map(|n| format!("{n}.txt")).collect();
    for name in &names {
        home.file(name, name.as_bytes());
    }
    let mut args = vec!["upload", "--jobs", "1", "absent.txt"];
    args.extend(names.iter().map(String::as_str));
    // As in `affix upload … 2>&1 | head -1`.
    home.fault("delay=50", None);
    let mut child = home.start(&args);
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(1), "one file is not there");
    let done = home.history().iter().filter(|row| row["status"] == "done").count();
    assert_eq!(done, 1 + names.len());
}
