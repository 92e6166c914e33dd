//! `affix thumbnail`: what the list shows of files, as pictures. For `scripts/bench`, which compares whole programs:
//! it opens neither settings nor database.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::args::Thumbnail;
use super::{DONE, FAILED, MISUSED, line, say};
use crate::domain::error::Failure;
use crate::media::{Readers, png_of_look};
use crate::platform::files::disk_failure;

pub(super) fn run(args: &Thumbnail) -> u8 {
    let Some((output, inputs)) = args.files.split_last().filter(|(_, inputs)| !inputs.is_empty()) else {
        say::note("A file and the picture to write are needed.");
        return MISUSED;
    };
    let mut code = DONE;
    for input in inputs {
        let into = if output.is_dir() { place(input, output) } else { output.clone() };
        if let Err(failure) = write(input, &into, args.size) {
            say::failure(&failure);
            code = FAILED;
        }
    }
    code
}

fn place(input: &Path, folder: &Path) -> PathBuf {
    folder.join(input.file_name().unwrap_or_default()).with_extension("png")
}

fn write(input: &Path, into: &Path, size: u32) -> Result<(), Failure> {
    let png = png_of_look(&Readers::here().still(input, size)?)?;
    // As the others write it: without waiting for the disk.
    File::create(into)
        .and_then(|mut file| file.write_all(&png))
        .map_err(|error| disk_failure(format!("{} cannot be written", line::shown_path(into)), &error))
}
