//! The words of the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  affix                               open the window
  affix upload photo.jpg              print a link to a copy kept on this computer, no account needed
  affix profiles services             see which services there are and what each needs
  affix upload -p 'My bot' photo.jpg  upload to a profile of yours";

const UPLOAD_EXAMPLES: &str = "\
Examples:
  affix upload a.jpg b.jpg
  affix upload --profile 'My bot' --format markdown photo.jpg

Standard output has one line for each file, in the order given; a file that was not uploaded has an empty one.
Exit code: 0 all uploaded, 1 at least one was not, 2 wrong usage or settings and nothing was sent.";

const RESUME_EXAMPLES: &str = "\
Uploads are unfinished when the program was ended while they ran: closed, killed, or by a loss of power. What was
paused goes on too. What was sent without its answer, where a repeat might make a second one, is not sent again:
it is told with what is known of it.

Standard output has one line for each file, in the order handed over; a file that was not uploaded has an empty one.
Exit code: 0 all uploaded or nothing was left, 1 at least one was not, 2 wrong usage or settings.";

/// Drop a file, get its link.
#[derive(Debug, Parser)]
#[command(
    name = "affix",
    version,
    about,
    disable_help_subcommand = true,
    override_usage = "affix [--home DIR] [FILE…]\n       affix [--home DIR] COMMAND",
    after_help = EXAMPLES
)]
pub(super) struct Cli {
    /// Keep settings, history, cache and sandbox files under this folder
    #[arg(long, global = true, value_name = "DIR", env = crate::platform::dirs::HOME_VARIABLE)]
    pub home: Option<PathBuf>,

    /// Open the window and ask at once which files to upload
    #[arg(long)]
    pub choose: bool,

    #[command(subcommand)]
    pub command: Option<Command>,

    /// Open the window, with these files on their way to the default target
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Upload files and print their links, one line each
    Upload(Upload),
    /// Go on with the uploads that an earlier run left unfinished
    Resume(Resume),
    /// List, add and change targets
    #[command(subcommand)]
    Profiles(Profiles),
    /// Show what was uploaded, newest first
    History(History),
    /// Run the sandbox: a server on this computer to try everything without an account
    Sandbox(Sandbox),
    /// Read files for another Affix, on standard input and output
    #[command(hide = true)]
    MediaReader,
    /// Write the small picture of each file as a PNG; used to measure
    #[command(hide = true)]
    Thumbnail(Thumbnail),
    /// Have the text of standard input on the clipboard until something else is copied, for an hour at most
    #[command(hide = true)]
    HoldClipboard(HoldClipboard),
}

#[derive(Debug, Args)]
#[command(after_help = UPLOAD_EXAMPLES)]
pub(super) struct Upload {
    /// The profile to upload to; the default profile without it
    #[arg(long, short, value_name = "NAME")]
    pub profile: Option<String>,
    /// Send photos as they are: with the place they were taken at and all other metadata
    #[arg(long)]
    pub keep_metadata: bool,
    #[command(flatten)]
    pub how: How,
    /// The files to upload
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = RESUME_EXAMPLES)]
pub(super) struct Resume {
    #[command(flatten)]
    pub how: How,
}

/// How uploads run and what is told of them.
#[derive(Debug, Args)]
pub(super) struct How {
    /// url, markdown, html, bbcode, json, or a template such as '{name}: {url}'
    #[arg(long, short, value_name = "FORMAT")]
    pub format: Option<String>,
    /// How many uploads run at once
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: Option<u16>,
    /// No progress and no warnings; errors are still told
    #[arg(long, short)]
    pub quiet: bool,
    /// Do not ask: the first upload to a profile goes on; what needs a repair is not uploaded
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Profiles {
    /// List the profiles
    List(Json),
    /// List the services with their settings and secrets
    Services(Json),
    /// Show one profile
    Show {
        name: String,
        #[command(flatten)]
        json: Json,
    },
    /// Make a profile the default
    Default { name: String },
    /// Remove a profile and its secrets
    Remove { name: String },
    /// Check a profile's address and credential without uploading
    Test { name: String },
    /// Add a profile; each secret is one line of standard input, or asked for without echo
    Add {
        name: String,
        /// The service's id, see `affix profiles services`
        #[arg(long, value_name = "ID")]
        service: String,
        #[command(flatten)]
        values: Values,
    },
    /// Change a profile
    Edit {
        name: String,
        #[command(flatten)]
        values: Values,
    },
    /// Write a profile without its secrets to a file
    Export { name: String, file: PathBuf },
    /// Add a profile from such a file
    Import { file: PathBuf },
}

#[derive(Debug, Args)]
pub(super) struct Values {
    /// A setting; an empty value takes it back to its default
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// A secret to enter
    #[arg(long = "secret", value_name = "KEY")]
    pub secrets: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Json {
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(super) struct History {
    /// Only what has this text in its name, link or profile
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// At most that many
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    #[command(flatten)]
    pub json: Json,
    /// As a table for spreadsheets: CSV, with a head
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

#[derive(Debug, Args)]
pub(super) struct Sandbox {
    /// The address to listen on, of this computer only; the same as last time without it
    #[arg(long, value_name = "ADDRESS")]
    pub bind: Option<SocketAddr>,
    /// Add a demo profile of each service
    #[arg(long)]
    pub add_profiles: bool,
    /// End the sandbox that runs for this home
    #[arg(long, conflicts_with_all = ["bind", "add_profiles"])]
    pub stop: bool,
    /// Say nothing; used when another command starts the sandbox
    #[arg(long, hide = true)]
    pub background: bool,
    /// End after that many seconds without a request
    #[arg(long, hide = true, value_name = "SECONDS")]
    pub idle_exit: Option<u64>,
}

#[derive(Debug, Args)]
pub(super) struct HoldClipboard {
    /// Ask histories of the clipboard not to keep it
    #[arg(long)]
    pub secret: bool,
}

#[derive(Debug, Args)]
pub(super) struct Thumbnail {
    /// Pixels at the longer side
    #[arg(long, short, value_name = "PIXELS", default_value_t = 256)]
    pub size: u32,
    /// The files, and at last the picture to write, or the folder for the pictures of several
    #[arg(required = true, num_args = 2.., value_name = "FILE")]
    pub files: Vec<PathBuf>,
}
