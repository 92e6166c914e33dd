//! What the window shows and what can be asked of it, as plain data: no egui, no disk, no clock.
//!
//! `ui` draws from a [`Model`] and pushes [`Action`]s; `app` carries them out after the frame, off the UI thread,
//! and changes the model with what came back ([`Update`]). One file an area, the same names in all three places:
//!
//! | area | model | drawn in | carried out in |
//! |---|---|---|---|
//! | files coming in | `intake` | `ui/drop`, the bar | `app/intake` |
//! | the list, its filters and totals, what waits | `list`, `queue` | `ui/list`, `ui/status` | `app/list` |
//! | links going out | `links` | list and inspector | `app/links` |
//! | the inspector and previews | `detail`, `looks` | `ui/inspector` | `app/detail` |
//! | targets | `targets` | `ui/targets`, the picker | `app/targets` |
//! | settings | `preferences` | `ui/settings` | `app/preferences` |
//! | menus of file managers, autostart, updates | `desktop` | `ui/settings/desktop` | `app/desktop` |
//! | the watched folder | `watch` | `ui/settings/watch` | `app/watch` |
//! | questions and findings | `questions` | `ui/dialogs` | `app/questions` |
//! | what happened elsewhere | `toasts` | `ui/toasts` | all |

pub mod desktop;
pub mod detail;
pub mod intake;
pub mod links;
pub mod list;
pub mod looks;
pub mod preferences;
pub mod questions;
pub mod queue;
pub mod targets;
pub mod toasts;
pub mod watch;

use crate::domain::attachment::{AttachmentId, BatchId, Priority};
use crate::domain::error::Failure;
use crate::domain::preflight::Repair;
use crate::settings::Settings;
use crate::transfer::{Place, Scope};

/// Everything that the window shows.
#[derive(Debug, Default)]
pub struct Model {
    /// Whether the database and the engine are open; until then what is asked for waits.
    pub ready: bool,
    /// Why they could not be opened.
    pub trouble: Option<Failure>,
    /// Milliseconds since 1970 (UTC), of this frame.
    pub now_ms: i64,
    /// Whether the window can be hidden and brought back here.
    pub hides: bool,
    pub settings: Settings,
    pub list: list::List,
    pub intake: intake::Intake,
    pub desktop: desktop::Desktop,
    pub detail: detail::Detail,
    pub targets: targets::Targets,
    pub preferences: preferences::Preferences,
    pub questions: questions::Questions,
    pub toasts: toasts::Toasts,
    pub watch: watch::Watch,
}

/// What a widget asks for; carried out after the frame.
#[derive(Debug, Clone)]
pub enum Action {
    Intake(intake::Action),
    List(list::Action),
    Transfer(Transfer),
    Links(links::Action),
    Desktop(desktop::Action),
    Detail(detail::Action),
    Targets(targets::Action),
    Preferences(preferences::Action),
    Questions(questions::Action),
    Watch(watch::Action),
    CloseToast(u64),
    /// The pointer came over the toasts, or left them.
    HoldToasts(bool),
}

/// What is asked of the engine.
#[derive(Debug, Clone)]
pub enum Transfer {
    Pause(Scope),
    Resume(Scope),
    Cancel(Scope),
    Retry(Scope),
    /// Take settled attachments out of the list and the history.
    Forget(Vec<AttachmentId>),
    /// The same; and those with work before them are canceled, and stay.
    Remove(Vec<AttachmentId>),
    /// Delete at the service.
    Delete(AttachmentId),
    /// Fresh links from the service.
    Renew(AttachmentId),
    /// Wait no longer for the hosts of a batch's files, or of all.
    TryNow(Option<BatchId>),
    Prioritise(Scope, Priority),
    /// Among what waits.
    Reorder(Scope, Place),
    /// Ask the service for a file whose upload's end is not known.
    Look(AttachmentId),
    /// What is changed in the copy that is sent, in the place of what was chosen before; and try it again.
    Change {
        id: AttachmentId,
        repairs: Vec<Repair>,
        retry: bool,
    },
    /// Ask for the links of these.
    CheckLinks(Vec<AttachmentId>),
}

/// What came back from work off the UI thread.
#[derive(Debug)]
pub enum Update {
    Intake(intake::Update),
    List(list::Update),
    Links(links::Update),
    Desktop(desktop::Update),
    Detail(detail::Update),
    Targets(targets::Update),
    Preferences(preferences::Update),
    Questions(questions::Update),
    Watch(watch::Update),
    /// Something to tell, whatever is on the screen.
    Tell(Notice),
}

/// What a toast says: a text's key with its variables, or a failure.
#[derive(Debug, Clone)]
pub enum Notice {
    /// Nothing needs to be done.
    Text {
        key: &'static str,
        values: Vec<(&'static str, String)>,
    },
    Failure(Failure),
}

impl Notice {
    #[must_use]
    pub fn text(key: &'static str) -> Self {
        Self::Text { key, values: Vec::new() }
    }

    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts are handed over alike")]
    pub fn value(mut self, name: &'static str, value: impl ToString) -> Self {
        if let Self::Text { values, .. } = &mut self {
            values.push((name, value.to_string()));
        }
        self
    }
}
