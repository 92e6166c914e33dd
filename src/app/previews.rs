//! Makes previews on threads of its own.

use std::path::Path;

use super::pool::{Pool, Wanted, Wish};
use super::work::Reporter;
use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::media::{self, Readers};
use crate::model::detail::{Picture, PreviewSize, Update};
use crate::model::{self};

const THREADS: usize = 2;

pub(super) type Key = (AttachmentId, PreviewSize);

impl Wanted for Key {
    fn alone(&self) -> bool {
        self.1 != PreviewSize::Small
    }
}

pub(super) fn start(reporter: &Reporter, readers: &Readers) -> Pool<Key> {
    let readers = readers.clone();
    Pool::start("preview", THREADS, reporter, move |Wish { key: (id, size), path }: Wish<Key>| {
        model::Update::Detail(Update::Preview(id, size, look(&readers, &path, size)))
    })
}

fn look(readers: &Readers, path: &Path, size: PreviewSize) -> Result<Picture, Failure> {
    let made = match size {
        PreviewSize::Small => readers.small(path),
        PreviewSize::Large => readers.still(path, size.pixels()),
    };
    made.map(picture)
}

pub(super) fn picture(rgba: media::Rgba) -> Picture {
    let media::Rgba { width, height, pixels } = rgba;
    Picture { width: width as usize, height: height as usize, rgba: pixels }
}
