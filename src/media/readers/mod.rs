//! The one door to everything that reads foreign files: in processes of their own, which may break, or in this one.

mod carry;
mod child;
#[cfg(fuzzing)]
pub mod fuzzing;
mod pool;
mod serve;
#[cfg(target_os = "linux")]
mod watch;
pub(in crate::media) mod wire;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::domain::attachment::FileFacts;
use crate::domain::changes::{CopyWish, Metadata, Removed};
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::file_name;
use crate::media::{Area, Cache, Excerpt, Frame, Moment, Rgba, Thumb, inspect, metadata};
use crate::platform::process;
use child::Lost;
use pool::{Lane, Outcome, Pool};
pub use serve::serve;
use wire::{Answer, Call, Request, WirePath};

/// A copy that was made to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Of the copy; its name is the file's own, with another extension where the type is another.
    pub facts: FileFacts,
    pub removed: Option<Removed>,
}

/// The longer side of a picture for a list, in pixels.
pub(in crate::media) const SMALL_PX: u32 = 256;

/// How long is waited for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For any call, where its own deadline is not shorter.
    pub call: Duration,
    /// For the next call, before a process that has no work ends.
    pub idle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { call: Duration::MAX, idle: Duration::from_secs(20) }
    }
}

/// Reads foreign files. Cheap to clone; every call blocks, so make it off the async threads.
#[derive(Debug, Clone, Default)]
pub struct Readers {
    pool: Option<Arc<Pool>>,
    cache: Option<Arc<Cache>>,
}

impl Readers {
    /// Reads in this very process.
    #[must_use]
    pub fn here() -> Self {
        Self::default()
    }

    /// Reads in at most two processes of `program`, which is Affix: started when they are needed, ended when they have
    /// no work, and when this process ends. Where none can be started, it reads in this process.
    #[must_use]
    pub fn processes(program: PathBuf) -> Self {
        Self::patient(program, Patience::default())
    }

    /// The same with a patience of one's own.
    #[must_use]
    pub fn patient(program: PathBuf, patience: Patience) -> Self {
        Self { pool: Some(Arc::new(Pool::new(program, patience))), cache: None }
    }

    /// Reads in processes of the program that runs, also when an upgrade has replaced its file.
    #[must_use]
    pub fn of_this_program() -> Self {
        process::this_program().map_or_else(|_unknown| Self::here(), Self::processes)
    }

    /// Keeps the pictures of lists.
    #[must_use]
    pub fn caching(self, cache: Cache) -> Self {
        Self { cache: Some(Arc::new(cache)), ..self }
    }

    /// See [`media::inspect`](crate::media::inspect()).
    pub fn inspect(&self, path: &Path) -> Result<FileFacts, Failure> {
        match self.call(path, Call::Facts)? {
            Answer::Facts(facts) => Ok(FileFacts { path: path.to_owned(), ..facts }),
            _ => Err(broken(path, Lane::Look)),
        }
    }

    /// See [`media::preview`](crate::media::preview()).
    pub fn still(&self, path: &Path, max_px: u32) -> Result<Rgba, Failure> {
        self.picture(path, Call::Still { max_px })
    }

    /// A picture for a list, 256 pixels at most: the desktop's own, where it has one.
    pub fn small(&self, path: &Path) -> Result<Rgba, Failure> {
        self.picture(path, Call::Small { cache: self.cache.as_deref().cloned() })
    }

    /// See [`media::part`](crate::media::part()).
    pub fn part(&self, path: &Path, area: Area, max_px: u32) -> Result<Rgba, Failure> {
        self.picture(path, Call::Part { area, max_px })
    }

    /// See [`media::frames`](crate::media::frames()).
    pub fn frames(&self, path: &Path, max_px: u32) -> Result<Vec<Frame>, Failure> {
        let frame = |(picture, delay)| Frame { picture, delay_ms: u32::try_from(delay).unwrap_or(u32::MAX) };
        let pictures = self.pictures(path, Call::Frames { max_px })?;
        Ok(pictures.into_iter().map(frame).collect())
    }

    /// See [`media::excerpt`](crate::media::excerpt()).
    pub fn excerpt(&self, path: &Path) -> Result<Excerpt, Failure> {
        match self.call(path, Call::Excerpt)? {
            Answer::Excerpt(excerpt) => Ok(excerpt),
            _ => Err(broken(path, Lane::Look)),
        }
    }

    /// See [`media::moments`](crate::media::moments()).
    pub fn moments(&self, path: &Path, count: usize, max_px: u32) -> Result<Vec<Moment>, Failure> {
        let pictures = self.pictures(path, Call::Moments { count, max_px })?;
        Ok(pictures.into_iter().map(|(picture, at_ms)| Moment { at_ms, picture }).collect())
    }

    /// See [`media::thumbnail`](crate::media::thumbnail()).
    pub fn thumbnail(&self, path: &Path, at_ms: Option<u64>) -> Result<Thumb, Failure> {
        match self.call(path, Call::Thumbnail { at_ms })? {
            Answer::Thumb(thumb) => Ok(thumb),
            _ => Err(broken(path, Lane::Send)),
        }
    }

    /// See [`media::metadata`](crate::media::metadata()).
    pub fn metadata(&self, path: &Path) -> Result<Metadata, Failure> {
        match self.call(path, Call::Metadata)? {
            Answer::Metadata(metadata) => Ok(metadata),
            _ => Err(broken(path, Lane::Send)),
        }
    }

    /// That a short picture, read already, has nothing to be taken out before it is sent. Looked at here and at once: that
    /// takes less than asking a process. Where it does not tell, [`Self::metadata`] does.
    #[must_use]
    pub fn tells_nothing(picture: &[u8]) -> bool {
        guarded(|| Ok(metadata::tells_nothing(picture))).unwrap_or(false)
    }

    /// See [`media::copy`](crate::media::copy()).
    pub fn copy(&self, path: &Path, wish: CopyWish, into: &Path) -> Result<Option<Copied>, Failure> {
        match self.call(path, Call::Copy { wish, into: WirePath::absolute(into) })? {
            Answer::Copied(copied) => Ok(copied),
            _ => Err(broken(path, Lane::Send)),
        }
    }

    fn picture(&self, path: &Path, call: Call) -> Result<Rgba, Failure> {
        let (picture, _) = self.pictures(path, call)?.pop().ok_or_else(|| broken(path, Lane::Look))?;
        Ok(picture)
    }

    fn pictures(&self, path: &Path, call: Call) -> Result<Vec<(Rgba, u64)>, Failure> {
        match self.call(path, call)? {
            Answer::Pictures(pictures) => Ok(pictures),
            _ => Err(broken(path, Lane::Look)),
        }
    }

    fn call(&self, path: &Path, call: Call) -> Result<Answer, Failure> {
        let request = Request { path: WirePath::absolute(path), call };
        let Some(pool) = &self.pool else { return guarded(|| carry::out(&request)) };
        let lane = request.call.lane();
        match pool.ask(lane, &request, || guarded(|| carry::out(&request))) {
            Outcome::Answered(result) => result,
            Outcome::Lost(Lost::Late) => Err(late(path, lane)),
            Outcome::Lost(Lost::Broken) => Err(broken(path, lane)),
        }
    }
}

/// A file from anywhere may bring a decoder to panic; that costs this one answer.
fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_panic| Err(Failure::new(Kind::Unreadable, "The file could not be decoded")))
}

fn late(path: &Path, lane: Lane) -> Failure {
    let name = file_name::display(&inspect::name(path));
    let failure = match lane {
        Lane::Look => format!("It took too long to read “{name}”, so there is no preview"),
        Lane::Send => format!("It took too long to read “{name}”"),
    };
    Failure::new(Kind::Unreadable, failure).at(lane.step())
}

/// What a reader says of itself before it ends.
#[cfg(target_os = "linux")]
fn heavy(path: &Path, lane: Lane) -> Failure {
    let name = file_name::display(&inspect::name(path));
    let failure = match lane {
        Lane::Look => format!("“{name}” needs more memory than a preview may take"),
        Lane::Send => format!("“{name}” needs more memory to be read than a file may take"),
    };
    Failure::new(Kind::TooLarge, failure).at(lane.step())
}

fn broken(path: &Path, lane: Lane) -> Failure {
    let name = file_name::display(&inspect::name(path));
    let failure = match lane {
        Lane::Look => format!("“{name}” broke the program that reads it, so there is no preview"),
        Lane::Send => format!("“{name}” broke the program that reads it"),
    };
    Failure::new(Kind::Unreadable, failure).at(lane.step())
}

impl Lane {
    fn step(self) -> Step {
        match self {
            Self::Look => Step::Inspect,
            Self::Send => Step::Prepare,
        }
    }
}

impl Call {
    /// What is looked at, or what an upload waits for.
    fn lane(&self) -> Lane {
        match self {
            Self::Facts
            | Self::Still { .. }
            | Self::Small { .. }
            | Self::Part { .. }
            | Self::Frames { .. }
            | Self::Excerpt
            | Self::Moments { .. } => Lane::Look,
            Self::Thumbnail { .. } | Self::Metadata | Self::Copy { .. } => Lane::Send,
        }
    }

    /// How long the work may take.
    fn deadline(&self) -> Duration {
        Duration::from_secs(match self {
            Self::Excerpt => 5,
            Self::Facts
            | Self::Still { .. }
            | Self::Small { .. }
            | Self::Part { .. }
            | Self::Frames { .. }
            | Self::Metadata => 10,
            // ffmpeg alone may take half a minute.
            Self::Moments { .. } | Self::Thumbnail { .. } => 40,
            Self::Copy { .. } => 60,
        })
    }
}
