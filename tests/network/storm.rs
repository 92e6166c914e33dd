//! All of it at once, at random, for as long as is wanted: `AFFIX_STORM_SECS`.

use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::namespace::{Rule, alone, bring_up, shell, take_down};
use crate::stage::{SERVICES, Stage};

/// The storm of every day.
const SHORT: u64 = 8;

/// Repeats enough to outlast it; impatient, so that also what hangs is met.
const SETTINGS: &str =
    "[uploads]\nretries = 20\n[network]\nidle_timeout_secs = 5\nconnect_timeout_secs = 2\n";

fn number(variable: &str) -> Option<u64> {
    Some(std::env::var(variable).ok()?.parse().unwrap_or_else(|_| panic!("{variable} is no number")))
}

/// One thing that goes wrong for a while.
fn squall(rng: &mut Rng, port: u16) {
    let hold = |rng: &mut Rng, longest: f64| {
        std::thread::sleep(Duration::from_secs_f64(0.1 + rng.f64() * longest));
    };
    match rng.u8(..8) {
        0 => {
            let _rules = Rule::drop_all(port);
            hold(rng, 3.0);
        }
        1 => {
            // Now and then for longer than anybody waits for an answer.
            let _rule = Rule::drop_answers(port);
            hold(rng, 6.0);
        }
        2 => {
            let _rule = Rule::drop_requests(port);
            hold(rng, 3.0);
        }
        3 | 4 => {
            let _rule = Rule::reset(port);
            hold(rng, 0.5);
        }
        5 => {
            let _rule = Rule::new("-p tcp -m statistic --mode random --probability 0.2", "-j DROP");
            hold(rng, 3.0);
        }
        6 => {
            shell("tc qdisc add dev lo root tbf rate 1mbit burst 16kb latency 600ms");
            hold(rng, 2.0);
            shell("tc qdisc del dev lo root");
        }
        _ => {
            take_down();
            hold(rng, 2.0);
            bring_up();
        }
    }
}

#[test]
fn a_storm_loses_nothing_and_doubles_nothing() {
    alone("storm::a_storm_loses_nothing_and_doubles_nothing", || {
        let secs = number("AFFIX_STORM_SECS").unwrap_or(SHORT);
        let seed = number("AFFIX_SEED").unwrap_or_else(|| fastrand::u64(..1_000_000));
        let mut rng = Rng::with_seed(seed);
        let (mut done, mut unsure, mut squalls, mut more) = (0, 0, 0, 0);
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(secs) {
            let mut stage = Stage::new(SETTINGS);
            let runs = SERVICES.map(|service| {
                let mut files = stage.files(8, 10_000);
                files.push(stage.file(1_000_000));
                // So that each is under way for a while.
                stage.fault(
                    service,
                    if matches!(service, "mixin" | "teable") { "bytes" } else { "upload" },
                    "slow=400000",
                );
                (stage.upload(service, &files), files)
            });
            shell("ip link set lo mtu 1500");
            for _ in 0..secs.clamp(4, 8) {
                squall(&mut rng, stage.port);
                squalls += 1;
                std::thread::sleep(Duration::from_secs_f64(rng.f64()));
            }
            for (service, (run, files)) in SERVICES.into_iter().zip(runs) {
                let (code, told) = run.end();
                let ended = stage.ended(service, &files);
                assert!(code == i32::from(ended.unsure > 0), "AFFIX_SEED={seed} {service}: {told}");
                (done, unsure, more) = (done + ended.done, unsure + ended.unsure, more + ended.more);
            }
        }
        eprintln!(
            "storm of {:.0} s, AFFIX_SEED={seed}: {squalls} squalls, {done} done, {unsure} unsure, {more} orphans, \
             0 lost, 0 doubled",
            begun.elapsed().as_secs_f64()
        );
    });
}
