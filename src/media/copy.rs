//! The copy of a picture that is sent in its place.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::metadata::{Plan, plan_of};
use super::{Copied, inspect, shrink};
use crate::domain::attachment::FileFacts;
use crate::domain::changes::{CopyWish, Removed};
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::file_name;

/// The longest extension that a copy's own file gets.
const EXTENSION_MAX: usize = 10;

/// Writes the copy that is wished for into the folder `into`, under a name of its own; none where the file itself is
/// as wished. The same file and the same wish give the same bytes. The file itself is never touched.
///
/// What only lacks metadata is not encoded anew: the picture's own bytes, its colours and how it is turned stay. A
/// smaller copy, or one of another type, has no metadata but its colours, also where the wish would keep it.
///
/// # Errors
/// - [`Kind::Unreadable`]: it cannot be read, or is broken.
/// - [`Kind::WrongType`], [`Kind::TooLarge`]: no such copy can be made of it.
/// - [`Kind::Refused`]: it says where it was taken, and that cannot be taken out.
/// - [`Kind::Storage`]: the copy cannot be written.
pub fn copy(path: &Path, wish: CopyWish, into: &Path) -> Result<Option<Copied>, Failure> {
    let facts = inspect(path)?;
    let is_type = wish.to.is_none_or(|to| to.mime() == facts.mime);
    let fits = |len: u64| wish.max_bytes.is_none_or(|max| len <= max);
    let encodes = !is_type || !fits(facts.size);
    if !wish.without_metadata && !encodes {
        return Ok(None);
    }
    let plan = match plan_of(path) {
        // Its pixels may be readable all the same.
        Err(_broken) if encodes => Plan::default(),
        plan => plan?,
    };
    let removed = removed(&plan);
    if is_type && wish.without_metadata && !plan.stays && fits(plan_len(&plan, facts.size)) {
        if plan.is_clean() {
            return Ok(None);
        }
        return Ok(Some(Copied { facts: strip(&plan, &facts, into)?, removed }));
    }
    if encodes {
        let facts = shrink::encode(path, wish, into)?;
        return Ok(Some(Copied { facts, removed }));
    }
    Err(stays(&facts.name))
}

fn plan_len(plan: &Plan, size: u64) -> u64 {
    if plan.is_clean() { size } else { plan.len() }
}

fn removed(plan: &Plan) -> Option<Removed> {
    match (plan.told.has_location, plan.told.bytes) {
        (true, _) => Some(Removed::Location),
        (false, 0) => None,
        (false, _) => Some(Removed::Metadata),
    }
}

fn strip(plan: &Plan, original: &FileFacts, into: &Path) -> Result<FileFacts, Failure> {
    let (mut from, now) = inspect::open(&original.path)?;
    if now.len() != original.size || now.modified().ok() != original.modified {
        return Err(Failure::new(Kind::ChangedOnDisk, "The file changed while a copy of it was made").safe());
    }
    let extension = file_name::extension(&original.name);
    let is_plain = extension.len() <= EXTENSION_MAX && extension.chars().all(|c| c.is_ascii_alphanumeric());
    let suffix = if is_plain && !extension.is_empty() { format!(".{extension}") } else { String::new() };
    let copy = tempfile::Builder::new().prefix("without-").suffix(&suffix).tempfile_in(into);
    let mut copy = copy.map_err(|error| unwritten(&error))?;
    let written = write(plan, &mut from, copy.as_file_mut());
    written.map_err(|error| unwritten(&error))?;
    let (_, path) = copy.keep().map_err(|error| unwritten(&error))?;
    let checked = check(&path, original);
    if checked.is_err() {
        // The folder goes with the upload; what cannot be removed now goes then.
        let _later = std::fs::remove_file(&path);
    }
    checked
}

fn write(plan: &Plan, from: &mut File, copy: &mut File) -> std::io::Result<()> {
    let mut to = BufWriter::with_capacity(1 << 20, copy);
    plan.write(from, &mut to)?;
    to.flush()
}

/// Believes nothing: the copy is read like any other file, and must have nothing to take out any more.
fn check(copy: &Path, original: &FileFacts) -> Result<FileFacts, Failure> {
    let plan = plan_of(copy)?;
    let facts = inspect(copy)?;
    let same = (facts.pixels, &facts.mime) == (original.pixels, &original.mime);
    if !plan.is_clean() || plan.told.has_location || !same {
        return Err(stays(&original.name));
    }
    Ok(FileFacts { name: original.name.clone(), ..facts })
}

fn stays(name: &str) -> Failure {
    let shown = file_name::display(name);
    let broke = format!("“{shown}” says where it was taken, and that cannot be removed here");
    Failure::new(Kind::Refused, broke)
        .at(Step::Prepare)
        .advice("Save it anew with another program, or send it with its metadata.")
}

fn unwritten(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Kind::Storage, "The copy without metadata could not be written")
        .at(Step::Prepare)
        .cause(error)
        .advice("Check that the disk has room, then try again.")
}
