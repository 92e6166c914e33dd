//! Opens the window of this process.

use std::path::PathBuf;

use eframe::egui::{ViewportBuilder, vec2};
use eframe::{NativeOptions, Renderer};

use super::{App, Start};
use crate::domain::error::{Failure, Kind};
use crate::platform::dirs::Home;
use crate::secrets::Secrets;
use crate::settings::{Describe, File};
use crate::store::system_clock;

/// The app's name for the desktop: the window's class, the `.desktop` file.
const APP_ID: &str = "affix";

/// Runs the window until it is closed.
///
/// # Errors
/// No display, no graphics, a folder that cannot be used.
pub fn run(home: Option<PathBuf>, files: Vec<PathBuf>, describe: Describe) -> Result<(), Failure> {
    let home = Home::resolve(home)?;
    home.create()?;
    let loaded = File::new(home.settings_file(), describe).load();
    let secrets = Secrets::system(&home);
    let start = Start { home, secrets, loaded, files, clock: system_clock };
    let options = NativeOptions {
        viewport: ViewportBuilder::default()
            .with_app_id(APP_ID)
            .with_title("Affix")
            .with_inner_size(vec2(1100.0, 720.0))
            .with_min_inner_size(vec2(720.0, 480.0))
            .with_drag_and_drop(true),
        renderer: Renderer::Glow,
        persist_window: false,
        ..NativeOptions::default()
    };
    let create = move |cc: &eframe::CreationContext<'_>| {
        App::new(&cc.egui_ctx, start).map(|app| Box::new(app) as Box<dyn eframe::App>).map_err(Into::into)
    };
    eframe::run_native("Affix", options, Box::new(create)).map_err(|error| no_window(&error))
}

fn no_window(error: &eframe::Error) -> Failure {
    Failure::new(Kind::Settings, "The window could not be opened")
        .cause(error)
        .advice("Without a desktop, upload with `affix upload FILE…`.")
}
