//! Settings and profiles: a TOML file that people may edit.
//!
//! Reading never fails: what is broken is warned about and its default is used, the rest counts. Writing changes
//! one thing in the user's own document, so comments, order and unknown keys stay.
//!
//! Every value is optional:
//! ```toml
//! default_profile = "Sandbox"
//!
//! [uploads]
//! parallel_per_profile = 3
//! parallel = 6
//! retries = 4
//! format = "url"
//! ask_first = true
//! auto_copy = true
//! notify = true
//! own_format = "{name}: {url}"
//! bandwidth_kib = 0
//! check_links = true
//! resume = true
//! remove_location = true
//! look_over = false
//!
//! [network]
//! proxy = "http://proxy.example:3128"
//! extra_ca = "/etc/ssl/company.pem"
//! connect_timeout_secs = 10
//! idle_timeout_secs = 60
//!
//! [sandbox]
//! keep_serving_secs = 3600
//!
//! # Where the newest version stands: a JSON text with "version", or the version alone. Unset: nothing is asked.
//! [updates]
//! url = "https://example.org/affix.json"
//!
//! # New files of this folder are uploaded while the window is open; unset: nothing is watched. Without a profile they
//! # go to the default one.
//! [watch]
//! folder = "/home/anna/Outbox"
//! profile = "My bot"
//!
//! [window]
//! width = 1100
//! height = 720
//! scale_percent = 100
//! theme = "system"
//! language = "system"
//! backend = "auto"
//! filter = "all"
//! view = "list"
//! on_close = "ask"
//! inspector = true
//! inspector_width = 320
//!
//! [[profiles]]
//! name = "My bot"
//! service = "mixin"
//!
//! # Of this profile: uploads at once, requests a minute, and what is done with content that it has already:
//! # "ask", "upload" or "existing".
//! parallel = 2
//! requests_per_minute = 60
//! again = "ask"
//!
//! [profiles.settings]
//! app_id = "…"
//! ```
//! Profiles are a list with a name in each, not tables named after the profile: the name then needs no quoting,
//! and a name given twice is a warning instead of a file that does not parse.

mod edit;
pub mod export;
mod file;
mod keys;
mod profiles;
mod read;
mod warning;

use std::path::PathBuf;

use crate::domain::describe::Description;
use crate::domain::profile::{Profile, SANDBOX_PROFILE};

pub use file::File;
pub use keys::{KEYS, Key, Rule};
pub use profiles::{PARALLEL, REQUESTS_PER_MINUTE, check_name, problems, same_name};
pub use warning::{Problem, Warning};

/// Looks a service up by its id; settings know no service themselves.
pub type Describe = fn(&str) -> Option<&'static Description>;

/// What a file held, and what was wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    pub settings: Settings,
    pub warnings: Vec<Warning>,
}

/// All settings, defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The name of a profile that exists.
    pub default_profile: String,
    pub uploads: Uploads,
    pub network: Network,
    pub sandbox: Sandbox,
    pub updates: Updates,
    pub watch: Watch,
    pub window: Window,
    /// The built-in `Sandbox` first, then the user's in the file's order. Names are unique without regard to case.
    pub profiles: Vec<Profile>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, none excludes another")]
pub struct Uploads {
    /// Uploads that run at once to one profile, 1 to 64.
    pub parallel_per_profile: u32,
    /// Uploads that run at once in all, 1 to 64.
    pub parallel: u32,
    /// Further tries after a failure that a repeat may mend, 0 to 20.
    pub retries: u32,
    /// How links are printed: a format's name or a template.
    pub format: String,
    /// Ask before the first upload to a profile.
    pub ask_first: bool,
    /// Put a batch's links on the clipboard when it ends.
    pub auto_copy: bool,
    /// Tell the end of a batch through the desktop while the window is not in front.
    pub notify: bool,
    /// The template of the window's own format.
    pub own_format: String,
    /// KiB a second of all uploads together; 0: no limit.
    pub bandwidth_kib: u64,
    /// Ask each link once after its upload whether it gives the file.
    pub check_links: bool,
    /// What an earlier run left and can safely go on does so by itself when the window opens.
    pub resume: bool,
    /// Photos are sent as copies without the place they were taken at and other metadata.
    pub remove_location: bool,
    /// Files are handed over paused, so that they can be looked over and changed before they are sent.
    pub look_over: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// An `http://` or `https://` address without user name and password; none: the system's proxy.
    pub proxy: Option<String>,
    /// A PEM file of certificates that are trusted besides the system's.
    pub extra_ca: Option<PathBuf>,
    /// 1 to 300 seconds.
    pub connect_timeout_secs: u64,
    /// How long nothing may move, 5 to 3,600 seconds.
    pub idle_timeout_secs: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sandbox {
    /// How long the links of uploads to the sandbox stay served after the last upload, 0 to 604,800 seconds.
    pub keep_serving_secs: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Updates {
    /// An `https://` address that tells the newest version; none: there is nothing to ask.
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Watch {
    /// An absolute path; none: nothing is watched.
    pub folder: Option<PathBuf>,
    /// The profile that its files go to, whether there is one of this name or not; none: the default one.
    pub profile: Option<String>,
}

/// How the window looks, kept from run to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Points, 720 and more.
    pub width: u32,
    /// Points, 480 and more.
    pub height: u32,
    /// 50 to 300, on top of the system's scale.
    pub scale_percent: u32,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// `system`, `en` or `zh-CN`.
    pub language: String,
    /// What a Wayland session shows the window through: `auto`, `wayland` or `x11`.
    pub backend: String,
    /// `all`, `active`, `done` or `failed`.
    pub filter: String,
    /// `list` or `grid`.
    pub view: String,
    /// What becomes of what is under way when the window closes: `ask`, `background`, `pause` or `stop`.
    pub on_close: String,
    pub inspector: bool,
    /// Points, 240 to 480.
    pub inspector_width: u32,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            width: 1100,
            height: 720,
            scale_percent: 100,
            theme: "system".to_owned(),
            language: "system".to_owned(),
            backend: "auto".to_owned(),
            filter: "all".to_owned(),
            view: "list".to_owned(),
            on_close: "ask".to_owned(),
            inspector: true,
            inspector_width: 320,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            default_profile: SANDBOX_PROFILE.to_owned(),
            uploads: Uploads::default(),
            network: Network::default(),
            sandbox: Sandbox::default(),
            updates: Updates::default(),
            watch: Watch::default(),
            window: Window::default(),
            profiles: vec![profiles::built_in()],
        }
    }
}

impl Default for Uploads {
    fn default() -> Self {
        Self {
            parallel_per_profile: 3,
            parallel: 6,
            retries: 4,
            format: "url".to_owned(),
            ask_first: true,
            auto_copy: true,
            notify: true,
            own_format: "{name}: {url}".to_owned(),
            bandwidth_kib: 0,
            check_links: true,
            resume: true,
            remove_location: true,
            look_over: false,
        }
    }
}

impl Default for Network {
    fn default() -> Self {
        Self { proxy: None, extra_ca: None, connect_timeout_secs: 10, idle_timeout_secs: 60 }
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self { keep_serving_secs: 3600 }
    }
}

impl Settings {
    /// The profile of this name, without regard to case.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| same_name(&profile.name, name))
    }
}
