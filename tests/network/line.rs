//! A line that loses packets, is narrow, or is not there at all.

use std::time::Duration;

use crate::cli::until;
use crate::namespace::{Rule, alone, bring_up, shell, take_down};
use crate::stage::{SERVICES, Stage};

#[test]
fn lost_packets_cost_time_only() {
    alone("line::lost_packets_cost_time_only", || {
        let mut stage = Stage::new("[uploads]\nretries = 0\n");
        let loss = Rule::new("-p tcp -m statistic --mode random --probability 0.1", "-j DROP");
        let runs = SERVICES.map(|service| {
            let mut files = stage.files(6, 20_000);
            files.push(stage.file(700_000));
            (service, stage.upload(service, &files), files)
        });
        for (service, run, files) in runs {
            let (code, told) = run.end();
            assert_eq!(code, 0, "{service}: {told}");
            stage.assert_once(service, &files);
        }
        drop(loss);
        for service in SERVICES {
            assert!(stage.rows(service, "done").iter().all(|row| row["attempts"] == 1), "{service}");
        }
    });
}

#[test]
fn a_narrow_line_is_used_and_waited_for() {
    alone("line::a_narrow_line_is_used_and_waited_for", || {
        // Shorter than the upload takes: what moves is not given up.
        let mut stage = Stage::new("[uploads]\nretries = 0\n[network]\nidle_timeout_secs = 5\n");
        // Packets of a size that a line has, not those of 64 KiB inside a computer.
        shell("ip link set lo mtu 1500");
        shell("tc qdisc add dev lo root tbf rate 1mbit burst 16kb latency 600ms");
        let runs = ["cronofy", "forum", "mixin"].map(|service| {
            let files = stage.files(1, 300_000);
            (service, stage.upload(service, &files), files)
        });
        for (service, run, files) in runs {
            let begun = run.begun;
            let (code, told) = run.end();
            assert_eq!(code, 0, "{service}: {told}");
            // 300 kB and more of 125 kB a second, shared by three.
            eprintln!("{service}: {:?}", begun.elapsed());
            stage.assert_once(service, &files);
        }
        shell("tc qdisc del dev lo root");
        for service in ["cronofy", "forum", "mixin"] {
            assert_eq!(stage.rows(service, "done")[0]["attempts"], 1, "{service}");
        }
    });
}

/// Without the network nothing fails: it is waited for, however many files there are.
#[test]
fn an_interface_that_goes_away_and_comes_back_fails_nothing() {
    alone("line::an_interface_that_goes_away_and_comes_back_fails_nothing", || {
        let mut stage = Stage::new("[uploads]\nretries = 1\n[network]\nconnect_timeout_secs = 2\n");
        let (begun, later) = (stage.files(100, 2_000), stage.files(500, 2_000));
        stage.fault("forum", "upload", "delay=15");
        let mut runs = vec![("forum", stage.upload("forum", &begun), begun)];
        until("some are there", || stage.kept("forum") > 20);
        take_down();
        let before = stage.kept("forum");
        // These find no network at all.
        runs.push(("cronofy", stage.upload("cronofy", &later), later));
        std::thread::sleep(Duration::from_secs(4));
        assert!(stage.kept("forum") <= before + 6, "what was under way, and no more");
        assert_eq!(stage.kept("cronofy"), 0);
        bring_up();
        for (service, run, files) in runs {
            let (code, told) = run.end();
            assert_eq!(code, 0, "{service}: {told}");
            stage.assert_once(service, &files);
            stage.rows(service, "done");
            assert!(told.matches("waiting").count() < 4, "it is not said for each file: {told}");
        }
    });
}
