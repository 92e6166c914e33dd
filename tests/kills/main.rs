//! The real program, killed at random moments and started again, until everything that was handed over has ended.
//!
//! `AFFIX_KILLS` is how many processes are killed (a few without it), `AFFIX_SEED` repeats the choices of an earlier
//! run. `scripts/kill-test` runs the full form.
#![cfg(target_os = "linux")]
#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test ends where something is not as it says, also in its helpers"
)]

mod batch;
mod bench;
mod campaign;
#[path = "../support/cli.rs"]
mod cli;
#[path = "../support/leaks.rs"]
mod leaks;
mod moment;
mod power;
mod proof;

use std::time::Instant;

use campaign::{Campaign, Loss};
use proof::Tally;

/// Kills in the run of every day.
const SHORT: u32 = 14;

/// Kills of one home: beyond it, looking through everything after each kill would take the most time.
const OF_ONE_HOME: u32 = 20;

fn number(variable: &str) -> Option<u64> {
    Some(std::env::var(variable).ok()?.parse().unwrap_or_else(|_| panic!("{variable} is no number")))
}

/// Kills so many processes, in homes of their own, and tells what came of it.
fn run(loss: Loss) {
    let wanted = number("AFFIX_KILLS").map_or(SHORT, |kills| u32::try_from(kills).unwrap());
    let seed = number("AFFIX_SEED").unwrap_or_else(|| fastrand::u64(..1_000_000));
    eprintln!("{loss:?}: {wanted} kills, AFFIX_SEED={seed}");
    let begun = Instant::now();
    let mut tally = Tally::default();
    let mut homes = 0;
    while tally.kills < wanted {
        let kills = (wanted - tally.kills).min(OF_ONE_HOME);
        let campaign = Campaign::new(loss, seed.wrapping_add(homes));
        tally.add(&campaign.run(kills));
        homes += 1;
        eprintln!("{loss:?}, {:.0} s: {tally}", begun.elapsed().as_secs_f64());
    }
    assert_eq!((tally.lost, tally.doubled), (0, 0));
}

/// Whatever a process had written is there after it, as after `kill -9`.
#[test]
fn kills_lose_nothing_and_double_nothing() {
    run(Loss::Process);
}

/// Only what was asked to be on the disk is there after it.
#[test]
fn losses_of_power_lose_nothing_and_double_nothing() {
    run(Loss::Power);
}
