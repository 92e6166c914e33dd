//! When a process is killed.

use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use fastrand::Rng;

/// A moment in the life of a process.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    After(Duration),
    /// So long after the service has got so many more objects: when a receipt is on its way.
    Arrived {
        objects: usize,
        then: Duration,
    },
}

impl Moment {
    /// `usual` is how long such a process lives when nobody kills it.
    pub(crate) fn choose(rng: &mut Rng, usual: Duration, files: usize) -> Self {
        let part = |rng: &mut Rng, of: Duration| of.mul_f64(rng.f64());
        match rng.u8(..20) {
            0..3 => Self::After(part(rng, Duration::from_millis(50))),
            3..10 => Self::After(part(rng, usual)),
            _ => {
                let then = if rng.bool() { Duration::ZERO } else { part(rng, Duration::from_millis(12)) };
                Self::Arrived { objects: rng.usize(1..=files.div_ceil(2)), then }
            }
        }
    }

    /// Waits for it; false when the process ended before.
    pub(crate) fn comes(self, process: &mut Child, kept: &Path) -> bool {
        match self {
            Self::After(time) => lives_for(process, time),
            Self::Arrived { objects, then } => {
                let wanted = count(kept) + objects;
                while count(kept) < wanted {
                    if has_ended(process) {
                        return false;
                    }
                    std::thread::sleep(Duration::from_micros(200));
                }
                lives_for(process, then)
            }
        }
    }
}

/// What the sandbox keeps by now.
fn count(kept: &Path) -> usize {
    std::fs::read_dir(kept).map_or(0, |all| {
        all.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().extension().is_some())).count()
    })
}

fn lives_for(process: &mut Child, time: Duration) -> bool {
    let end = Instant::now() + time;
    while Instant::now() < end {
        if has_ended(process) {
            return false;
        }
        std::thread::sleep((end - Instant::now()).min(Duration::from_millis(1)));
    }
    !has_ended(process)
}

fn has_ended(process: &mut Child) -> bool {
    process.try_wait().unwrap().is_some()
}
