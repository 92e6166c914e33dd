//! Reads more of what files look like, and makes copies on trial, on threads of its own: a copy of a large photo takes
//! seconds, and the list's pictures do not wait for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::App;
use super::pool::{self, Pool, Wanted};
use super::previews::picture;
use super::work::Reporter;
use crate::domain::attachment::{AttachmentId, FileFacts};
use crate::domain::changes::CopyWish;
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::preflight::Repair;
use crate::domain::profile::Target;
use crate::media::{self, Area, Readers};
use crate::model::detail::{PreviewSize, Update};
use crate::model::looks::{Facts, Frame, Key, Lines, Look, Moment, Part, Trial, Wish};
use crate::model::{self};
use crate::platform::dirs::Home;
use crate::services;

const THREADS: usize = 2;
/// Frames of a video to choose from, and their longer side.
const MOMENTS: usize = 8;
const MOMENT_PX: u32 = 256;

/// A wish, and what a service would say to the file.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    key: Key,
    /// A service's id and the target's settings.
    target: Option<Arc<(String, Target)>>,
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Wanted for Asked {
    fn alone(&self) -> bool {
        !matches!(self.key.1, Wish::Trial(_))
    }
}

/// Where the copies on trial are for the moment that they are looked at.
#[derive(Debug, Clone)]
struct Maker {
    readers: Readers,
    folder: PathBuf,
}

pub(super) fn start(reporter: &Reporter, readers: &Readers, home: &Home) -> Pool<Asked> {
    let maker = Maker { readers: readers.clone(), folder: home.cache_dir().join("trials") };
    Pool::start("look", THREADS, reporter, move |wish: pool::Wish<Asked>| {
        let Asked { key, target } = wish.key;
        let result = maker.look(&wish.path, key.1, target.as_deref());
        model::Update::Detail(Update::Look(key, result))
    })
}

impl App {
    pub(super) fn want_looks(&mut self, wanted: Vec<Key>) {
        let mut wishes = Vec::with_capacity(wanted.len());
        for key in wanted {
            match self.path_of(key.0) {
                Some(path) if !self.state.looks.settled(key) => {
                    let target = (key.1 == Wish::Facts).then(|| self.target_of(key.0)).flatten();
                    wishes.push(pool::Wish { key: Asked { key, target }, path });
                }
                // The row will be here in a later frame, which asks again.
                _ => self.state.looks.dropped(key),
            }
        }
        self.looks.want(wishes);
    }

    pub(super) fn forget_looks(&self, gone: &[Key]) {
        let gone: Vec<_> = gone.iter().map(|key| Asked { key: *key, target: None }).collect();
        self.looks.forget(&gone);
    }

    /// Without its secrets: no check before sending needs one.
    fn target_of(&self, id: AttachmentId) -> Option<Arc<(String, Target)>> {
        let row = self.row_of(id)?;
        let target = self.model.targets.find(&row.profile)?;
        let description = target.service?;
        let made = Target::new(&target.profile, description, std::collections::BTreeMap::new());
        Some(Arc::new((description.id.to_owned(), made)))
    }
}

impl Maker {
    fn look(&self, path: &Path, wish: Wish, target: Option<&(String, Target)>) -> Result<Look, Failure> {
        let readers = &self.readers;
        Ok(match wish {
            Wish::Facts => Look::Facts(facts(readers.inspect(path)?, target)),
            Wish::Part(part) => Look::Part(picture(readers.part(path, area(part), part.max_px)?)),
            Wish::Frames(max_px) => {
                let frames = readers.frames(path, max_px)?.into_iter();
                let frames =
                    frames.map(|frame| Frame { delay_ms: frame.delay_ms, picture: picture(frame.picture) });
                Look::Frames(frames.collect())
            }
            Wish::Lines => Look::Lines(lines(readers.excerpt(path)?)),
            Wish::Moments => {
                let moments = readers.moments(path, MOMENTS, MOMENT_PX)?.into_iter();
                let moments =
                    moments.map(|moment| Moment { at_ms: moment.at_ms, picture: picture(moment.picture) });
                Look::Moments(moments.collect())
            }
            Wish::Metadata => Look::Metadata(readers.metadata(path)?),
            Wish::Trial(wish) => Look::Trial(self.trial(path, wish)?),
        })
    }

    /// Makes the copy, looks at it, and takes it away again.
    fn trial(&self, path: &Path, wish: CopyWish) -> Result<Option<Trial>, Failure> {
        let no_room = |error: std::io::Error| {
            Failure::new(Kind::Storage, "There is no place for the copy").cause(error).at(Step::Prepare)
        };
        std::fs::create_dir_all(&self.folder).map_err(no_room)?;
        let folder = tempfile::tempdir_in(&self.folder).map_err(no_room)?;
        let Some(copied) = self.readers.copy(path, wish, folder.path())? else { return Ok(None) };
        let facts = copied.facts;
        let still = self.readers.still(&facts.path, PreviewSize::Large.pixels());
        Ok(Some(Trial {
            name: facts.name,
            size: facts.size,
            pixels: facts.pixels,
            removed: copied.removed,
            picture: still.ok().map(picture),
        }))
    }
}

fn facts(file: FileFacts, target: Option<&(String, Target)>) -> Facts {
    let said = target.and_then(|(service, target)| Some(services::find(service)?.preflight(&file, target)));
    let offers = said.unwrap_or_default().into_iter().filter_map(|finding| finding.repair);
    let offers = offers.filter(|repair| matches!(repair, Repair::Rename { .. } | Repair::ShrinkImage { .. }));
    Facts {
        size: file.size,
        mime: file.mime,
        pixels: file.pixels,
        duration_secs: file.duration_secs,
        offers: offers.collect(),
    }
}

fn area(part: Part) -> Area {
    let Part { x, y, width, height, max_px: _of_the_answer, crisp: _is_of_the_screen } = part;
    Area { x, y, width, height }
}

fn lines(excerpt: media::Excerpt) -> Lines {
    let media::Excerpt { text, is_whole, encoding } = excerpt;
    Lines { lines: text.lines().map(str::to_owned).collect(), is_whole, encoding }
}
