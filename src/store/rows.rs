//! What goes into the store and comes out of it.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::domain::attachment::{AttachmentId, BatchId, Priority, State};
use crate::domain::changes::Sent;
use crate::domain::error::{Failure, Step};
use crate::domain::link::LinkFacts;
use crate::domain::link_check::LinkCheck;
use crate::domain::preflight::Repair;
use crate::domain::receipt::{LinkKind, Receipt};
use crate::store::SessionId;

/// The attachments of one hand-over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBatch {
    /// The profile's name.
    pub profile: String,
    /// The service's id.
    pub service: String,
}

/// How a batch begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Begin {
    /// What it is handed over for, as JSON.
    pub target: Option<String>,
    /// Its files are paused from the first moment on.
    pub held: bool,
    /// Of each file.
    pub repairs: Vec<Repair>,
}

/// One file that is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttachment {
    /// Kept as the system has it, also where it is not UTF-8.
    pub path: PathBuf,
    /// The name to show and to send.
    pub name: String,
}

/// Everything that is kept of one attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub id: AttachmentId,
    pub batch: BatchId,
    /// Its place in the batch, in the order handed over, from 0.
    pub position: u32,
    /// The file that was handed over.
    pub path: PathBuf,
    pub name: String,
    /// Bytes; none until the file was inspected.
    pub size: Option<u64>,
    /// None until the file was inspected.
    pub mime: Option<String>,
    /// The file's last modification when it was inspected, to the nanosecond.
    pub modified: Option<SystemTime>,
    /// Width and height in pixels, of an image or a video.
    pub pixels: Option<(u32, u32)>,
    /// Whole seconds, of a video.
    pub duration_secs: Option<u64>,
    pub profile: String,
    pub service: String,
    pub state: State,
    /// The step that runs, or the one that it stopped at.
    pub step: Option<Step>,
    /// Attempts begun.
    pub attempts: u32,
    pub failure: Option<Failure>,
    pub receipt: Option<Receipt>,
    /// The service's own note of how far it came.
    pub checkpoint: Option<String>,
    /// A try was sent whole and its answer was lost.
    pub answer_lost: bool,
    /// Milliseconds since 1970 (UTC), as all times here.
    pub added_at_ms: i64,
    /// When the first attempt began.
    pub started_at_ms: Option<i64>,
    /// When it came to its end; none while it has not.
    pub finished_at_ms: Option<i64>,
    /// The run of the program that works, or worked, on it.
    pub session: SessionId,
    /// It was paused when its run died.
    pub held: bool,
    pub priority: Priority,
    /// Its place among what waits for the same profile: lower goes first; the id where it was never moved.
    pub rank: i64,
    /// When the last bytes of a request that must not be repeated were let go; none where they were not.
    pub whole_at_ms: Option<i64>,
    /// The content's BLAKE3, of what was read from the file that was handed over.
    pub content: Option<[u8; 32]>,
    /// How its link was found when it was asked for last.
    pub link_check: Option<LinkCheck>,
    /// What the user wants changed in the copy that is sent.
    pub repairs: Vec<Repair>,
    /// What the last try sent, or sends, in the file's place; none where that is the file as it is.
    pub sent: Option<Sent>,
}

impl Row {
    /// What its link is written from; none without a receipt, and without an address where that has no link.
    #[must_use]
    pub fn link_facts(&self) -> Option<LinkFacts> {
        let receipt = self.receipt.as_ref()?;
        let link = |kind| receipt.link(kind).map(str::to_owned);
        Some(LinkFacts {
            url: receipt.primary().map(|link| link.value.clone()).unwrap_or_default(),
            name: self.name.clone(),
            size: self.size.unwrap_or_default(),
            mime: self.mime.clone().unwrap_or_default(),
            id: link(LinkKind::Id),
            thumb: link(LinkKind::Thumbnail),
            preview: link(LinkKind::Preview),
            width: receipt.width,
            height: receipt.height,
            profile: self.profile.clone(),
        })
    }
}

/// Where an attachment stands among what waits for its profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub id: AttachmentId,
    pub batch: BatchId,
    pub profile: String,
    pub priority: Priority,
    /// As in [`Row::rank`].
    pub rank: i64,
}

/// One attempt at an attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// Milliseconds since 1970 (UTC).
    pub started_at_ms: i64,
    /// None while it runs, and for good when the program ended during it.
    pub ended_at_ms: Option<i64>,
    pub failure: Option<Failure>,
}

/// How an attachment ended: what the service gave back, or what broke.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    pub receipt: Option<Receipt>,
    pub failure: Option<Failure>,
}

/// Which attachments a history shows. All that is set must be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Occurs in the name, in a link or in the profile's name, without regard to case; no wildcards.
    pub search: Option<String>,
    pub states: Option<Vec<State>>,
    /// The profile's name.
    pub profile: Option<String>,
    /// At most that many.
    pub limit: usize,
    /// Only those handed over before this one: the next page.
    pub before: Option<AttachmentId>,
}

impl Query {
    /// The newest `limit` attachments of all kinds.
    #[must_use]
    pub fn newest(limit: usize) -> Self {
        Self { search: None, states: None, profile: None, limit, before: None }
    }
}

/// What a search looks for: trimmed and in lower case, as the searched text is kept; none for an empty one.
pub(super) fn needle(search: Option<&str>) -> Option<String> {
    search.map(str::trim).filter(|text| !text.is_empty()).map(str::to_lowercase)
}

/// Which attachments are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    Ids(Vec<AttachmentId>),
    Batch(BatchId),
    /// The profile's name.
    Profile(String),
    All,
}

/// When a request was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum During {
    /// In the attempt that began last.
    LastAttempt,
    /// Outside of one, such as a renewal.
    Aftercare,
}

/// What becomes of an attachment that a dead run left interrupted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    pub id: AttachmentId,
    /// The run that left it: whoever was faster has put their own in its place.
    pub left_by: SessionId,
    pub becomes: Becomes,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Becomes {
    /// It goes on.
    Queued,
    /// It was paused, and is again.
    Paused,
    /// It may have arrived, and a repeat might duplicate: settled, with these facts.
    Unsure(Failure),
}

/// What a list shows. All that is set must be met; a search as in [`Query`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListQuery {
    pub states: Option<Vec<State>>,
    pub search: Option<String>,
    /// The profile's name.
    pub profile: Option<String>,
}

/// The ids of everything that a query finds, in the order shown: batches that have unsettled work first, then the
/// newest batch first; inside a batch in the order handed over. A batch of which nothing is found has no group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    pub groups: Vec<Group>,
    pub ids: Vec<AttachmentId>,
}

/// What an outline shows of one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    pub batch: BatchId,
    /// Of its ids among [`Outline::ids`].
    pub first: usize,
    pub count: usize,
}

/// A batch in numbers, whatever of it a query finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchTotals {
    pub batch: BatchId,
    pub profile: String,
    pub service: String,
    /// Milliseconds since 1970 (UTC).
    pub added_at_ms: i64,
    /// Only states that some attachment is in, in the order of [`State::ALL`].
    pub by_state: Vec<(State, u64)>,
    /// Of all files whose size is known, but for those that failed or were canceled: these do not come any more.
    pub bytes: u64,
    /// Of the files that are done.
    pub done_bytes: u64,
}

/// All batches in which work goes on or is paused, together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overall {
    /// Of all files whose size is known, but for those that failed or were canceled: these do not come any more.
    pub total_bytes: u64,
    /// Of the files that are done.
    pub done_bytes: u64,
    /// Only states that some attachment is in, in the order of [`State::ALL`].
    pub by_state: Vec<(State, u64)>,
}

/// Numbers of one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    pub overall: Overall,
    pub batches: Vec<BatchTotals>,
    /// Those of the asked ones that had ended at that moment: as far as they are done, the numbers count them.
    pub ended: Vec<AttachmentId>,
}
