//! The command line: one file per command. Results go to standard output, everything else to standard error.

mod args;
mod ask;
mod columns;
mod context;
mod history;
mod hold_clipboard;
mod line;
mod profiles;
mod sandbox;
mod say;
mod thumbnail;
mod upload;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use crate::domain::error::{Failure, Kind};
use crate::platform::process;
use crate::transfer::opening;
use crate::transfer::profiles::manage::describe;
use args::{Cli, Command};
use context::Context;

/// All went well.
const DONE: u8 = 0;
/// At least one file was not uploaded, or what was asked for failed.
const FAILED: u8 = 1;
/// Wrong usage or settings; nothing was sent.
const MISUSED: u8 = 2;

/// Runs the command line of this process and answers its exit code.
#[must_use]
pub fn main() -> ExitCode {
    process::keep_own_streams();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => DONE,
                _ => MISUSED,
            };
            // Nobody hears what cannot be printed.
            let _unheard = error.print();
            return ExitCode::from(code);
        }
    };
    ExitCode::from(run(cli).unwrap_or_else(|failure| {
        say::failure(&failure);
        code_of(&failure)
    }))
}

/// Every word of the command line, for what is written of it at the build: man pages, completions.
#[must_use]
pub fn words() -> clap::Command {
    Cli::command()
}

/// The exit code of a command that failed before it sent anything.
fn code_of(failure: &Failure) -> u8 {
    match failure.kind {
        Kind::Settings | Kind::Secret | Kind::NameTaken => MISUSED,
        _ => FAILED,
    }
}

/// A misspelt command looks like a file for the window.
fn not_a_file(files: &[PathBuf]) -> Result<(), Failure> {
    match files.iter().find(|file| !file.exists()) {
        Some(file) if files.len() == 1 => {
            let broke = format!("“{}” is neither a command nor a file", line::shown_path(file));
            Err(Failure::new(Kind::Settings, broke).advice("`affix --help` shows every command."))
        }
        _ => Ok(()),
    }
}

fn run(cli: Cli) -> Result<u8, Failure> {
    let Some(command) = cli.command else {
        not_a_file(&cli.files)?;
        process::leave_own_console();
        let files = cli.files.iter().map(upload::absolute).collect();
        crate::app::run(cli.home, files, cli.choose, describe)?;
        return Ok(DONE);
    };
    if let Command::MediaReader = command {
        // It reads foreign files: nothing of the user's is opened first.
        crate::media::serve(std::io::stdin().lock(), std::io::stdout())?;
        return Ok(DONE);
    }
    if let Command::Thumbnail(thumbnail) = &command {
        return Ok(thumbnail::run(thumbnail));
    }
    if let Command::HoldClipboard(hold) = &command {
        return Ok(hold_clipboard::run(hold));
    }
    let context = Context::open(cli.home)?;
    let runtime = opening::runtime()?;
    let code = runtime.block_on(async {
        match command {
            Command::Upload(upload) => upload::run(&context, upload).await,
            Command::Resume(resume) => upload::resume::run(&context, resume).await,
            Command::Profiles(profiles) => profiles::run(&context, profiles).await,
            Command::History(history) => history::run(&context, history).await,
            Command::Sandbox(sandbox) => sandbox::run(&context, sandbox).await,
            // Carried out above: they want nothing of the user's.
            Command::MediaReader | Command::Thumbnail(_) | Command::HoldClipboard(_) => Ok(DONE),
        }
    });
    // A keyring that waits for a prompt must not hold the end of the program.
    runtime.shutdown_background();
    code
}
