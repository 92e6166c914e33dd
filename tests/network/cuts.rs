//! Connections that are cut: for a while, by a reset, before the answer.

use std::time::Duration;

use crate::cli::until;
use crate::namespace::{Rule, alone};
use crate::stage::Stage;

/// More than the buffers of both sides take, so that the connection is cut while the body is on its way.
const LARGE: u64 = 24_000_000;
/// Until both have begun and a cut has come and gone.
const SLOW: &str = "slow=6000000";

/// Short of patience: a request that does not move for 5 seconds is over.
const IMPATIENT: &str =
    "[uploads]\nretries = 6\n[network]\nidle_timeout_secs = 5\nconnect_timeout_secs = 2\n";
const PATIENT: &str = "[uploads]\nretries = 6\n";

fn wait(secs: u64) {
    std::thread::sleep(Duration::from_secs(secs));
}

/// One that can be repeated, and one that cannot: both are in the middle of their bodies.
fn in_mid_body(stage: &mut Stage) -> [(&'static str, std::path::PathBuf, crate::stage::Run); 2] {
    let runs = ["sandbox", "forum"].map(|service| {
        stage.fault(service, "upload", SLOW);
        let file = stage.file(LARGE);
        let run = stage.upload(service, std::slice::from_ref(&file));
        (service, file, run)
    });
    until("bytes of both come in", || {
        let bodies = stage.coming_in();
        bodies.len() == runs.len() && bodies.iter().all(|bytes| *bytes > 1_000_000)
    });
    runs
}

#[test]
fn packets_that_vanish_for_seconds_are_only_a_delay() {
    alone("cuts::packets_that_vanish_for_seconds_are_only_a_delay", || {
        let mut stage = Stage::new(PATIENT);
        let runs = in_mid_body(&mut stage);
        let rules = Rule::drop_all(stage.port);
        wait(3);
        drop(rules);
        for (service, file, run) in runs {
            let (code, told) = run.end();
            assert_eq!(code, 0, "{service}: {told}");
            stage.assert_once(service, &[file]);
            assert_eq!(stage.rows(service, "done")[0]["attempts"], 1, "{service}: {told}");
        }
    });
}

#[test]
fn packets_that_vanish_for_longer_are_a_new_try() {
    alone("cuts::packets_that_vanish_for_longer_are_a_new_try", || {
        let mut stage = Stage::new(IMPATIENT);
        let runs = in_mid_body(&mut stage);
        let rules = Rule::drop_all(stage.port);
        wait(8);
        drop(rules);
        for (service, file, run) in runs {
            let (code, told) = run.end();
            assert_eq!(code, 0, "{service}: {told}");
            stage.assert_once(service, &[file]);
            assert!(stage.rows(service, "done")[0]["attempts"].as_u64() > Some(1), "{service}: {told}");
        }
    });
}

#[test]
fn a_reset_in_mid_body_is_a_new_try() {
    alone("cuts::a_reset_in_mid_body_is_a_new_try", || {
        let mut stage = Stage::new(PATIENT);
        let runs = in_mid_body(&mut stage);
        let rule = Rule::reset(stage.port);
        until("both have noticed", || runs.iter().all(|(_, _, run)| run.told().contains("Next try")));
        drop(rule);
        for (service, file, run) in runs {
            let (code, told) = run.end();
            assert_eq!(code, 0, "{service}: {told}");
            assert!(told.contains("The connection broke"), "{told}");
            stage.assert_once(service, &[file]);
        }
    });
}

#[test]
fn an_answer_that_is_cut_off_is_looked_up_or_left_open() {
    alone("cuts::an_answer_that_is_cut_off_is_looked_up_or_left_open", || {
        let mut stage = Stage::new(IMPATIENT);
        let all = [("sandbox", "done"), ("cosmos", "done"), ("cronofy", "unsure"), ("forum", "unsure")];
        let runs = all.map(|(service, ends)| {
            stage.fault(service, "upload", "late-answer=3000");
            let file = stage.file(40_000);
            (service, ends, stage.upload(service, std::slice::from_ref(&file)), file)
        });
        until("all have arrived", || all.iter().all(|(service, _)| stage.kept(service) == 1));
        let rule = Rule::drop_answers(stage.port);
        wait(7);
        drop(rule);
        stage.home.no_faults();
        for (service, ends, run, file) in runs {
            let (code, told) = run.end();
            assert_eq!(code, i32::from(ends != "done"), "{service}: {told}");
            assert!(ends == "done" || told.contains("Look at the service before you retry"), "{told}");
            stage.rows(service, ends);
            stage.assert_once(service, &[file]);
        }
    });
}

/// Nobody listens for a while: what waits is told once, and nothing fails.
#[test]
fn a_port_that_nobody_listens_at_is_waited_for() {
    alone("cuts::a_port_that_nobody_listens_at_is_waited_for", || {
        let mut stage = Stage::new("[uploads]\nretries = 1\n");
        let rule = Rule::reset(stage.port);
        let runs = ["cronofy", "forum"].map(|service| {
            let files = stage.files(40, 3_000);
            (service, stage.upload(service, &files), files)
        });
        let words = "cannot be reached: waiting";
        until("both say that they wait", || runs.iter().all(|(_, run, _)| run.told().contains(words)));
        drop(rule);
        for (service, run, files) in runs {
            let (code, told) = run.end();
            assert_eq!(code, 0, "{service}: {told}");
            stage.assert_once(service, &files);
            stage.rows(service, "done");
            assert_eq!(told.matches("waiting").count(), 1, "{service}: {told}");
        }
    });
}

/// Who wants no repeats wants no waiting: each file says what was tried, what broke and what to do.
#[test]
fn a_port_that_nobody_listens_at_is_told_where_nobody_waits() {
    alone("cuts::a_port_that_nobody_listens_at_is_told_where_nobody_waits", || {
        let mut stage = Stage::new("[uploads]\nretries = 0\n");
        let files = stage.files(12, 3_000);
        let rule = Rule::reset(stage.port);
        let (code, told) = stage.upload("forum", &files).end();
        drop(rule);
        assert_eq!(code, 1, "{told}");
        for words in ["Upload picture-", "No connection to", "refused", "Check the network and the address"] {
            assert!(told.contains(words), "no {words:?} in {told}");
        }
        stage.rows("forum", "failed");
        assert_eq!(stage.kept("forum"), 0);
    });
}
