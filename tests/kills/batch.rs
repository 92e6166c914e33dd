//! What is handed over: files of all sizes, each with bytes that no other has.

use std::path::PathBuf;

use fastrand::Rng;
use sha2::{Digest as _, Sha256};

use crate::cli::{Home, PNG, filled};

/// A service with the routes of its upload, and how often it is chosen: most of all those that do not know a repeat.
pub(crate) struct Way {
    pub(crate) service: &'static str,
    pub(crate) profile: &'static str,
    pub(crate) routes: &'static [&'static str],
    /// A lost answer leaves it open whether the file has arrived.
    pub(crate) ambiguous: bool,
    /// A repeat after a lost answer begins anew, and what was sent before stays behind without a link.
    pub(crate) leaves_orphans: bool,
    /// Below the limit of the service, with room for what a picture has besides.
    largest: usize,
    weight: usize,
}

const MB: usize = 1_000_000;

pub(crate) const WAYS: [Way; 6] = [
    way("cronofy", "Cronofy demo", &["upload"], 4).ambiguous().at_most(MB + MB / 3),
    way("forum", "Forum demo", &["servers", "upload"], 4).ambiguous(),
    way("teable", "Teable demo", &["ticket", "bytes", "confirm"], 2).with_orphans(),
    way("mixin", "Mixin demo", &["ticket", "bytes", "confirm"], 2),
    way("cosmos", "Azure Cosmos DB demo", &["upload"], 2),
    way("sandbox", "Sandbox", &["upload"], 1),
];

const fn way(
    service: &'static str,
    profile: &'static str,
    routes: &'static [&'static str],
    weight: usize,
) -> Way {
    Way { service, profile, routes, ambiguous: false, leaves_orphans: false, largest: 5 * MB, weight }
}

impl Way {
    const fn ambiguous(self) -> Self {
        Self { ambiguous: true, ..self }
    }

    const fn with_orphans(self) -> Self {
        Self { leaves_orphans: true, ..self }
    }

    const fn at_most(self, largest: usize) -> Self {
        Self { largest, ..self }
    }

    pub(crate) fn choose(rng: &mut Rng) -> &'static Self {
        let all: Vec<_> = WAYS.iter().flat_map(|way| std::iter::repeat_n(way, way.weight)).collect();
        all[rng.usize(..all.len())]
    }
}

/// One file.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
}

/// Files that are handed over together.
pub(crate) struct Batch {
    pub(crate) way: &'static Way,
    pub(crate) files: Vec<Made>,
}

impl Batch {
    /// `number` makes the names differ from those of every other batch.
    pub(crate) fn make(home: &Home, number: usize, way: &'static Way, rng: &mut Rng) -> Self {
        let count = rng.usize(2..12);
        let files = (0..count).map(|position| {
            let name = format!("b{number:03}-{position:02}.png");
            let bytes = content(size(way, rng), rng);
            let sha256 = hex::encode(Sha256::digest(&bytes));
            Made { path: home.file(&name, bytes), name, sha256 }
        });
        Self { way, files: files.collect() }
    }
}

fn size(way: &Way, rng: &mut Rng) -> usize {
    let size = match rng.u8(..10) {
        0..7 => rng.usize(200..40_000),
        7..9 => rng.usize(40_000..MB),
        _ => rng.usize(MB..5 * MB),
    };
    size.min(way.largest)
}

/// A picture, filled up.
fn content(size: usize, rng: &mut Rng) -> Vec<u8> {
    let mut filler = vec![0; size];
    rng.fill(&mut filler);
    filled(PNG, &filler)
}
