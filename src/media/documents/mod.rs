//! The looks of what is drawn by its description: vector pictures, documents, texts, fonts.

use std::path::Path;

use crate::domain::error::{Failure, Kind};
use crate::media::opened::Opened;
use crate::media::{Excerpt, Rgba};

pub(super) fn svg(opened: &mut Opened, _max_px: u32) -> Result<Rgba, Failure> {
    Err(opened.broken())
}
pub(super) fn pdf(opened: &mut Opened, _max_px: u32) -> Result<Rgba, Failure> {
    Err(opened.broken())
}
pub(super) fn font(opened: &mut Opened, _max_px: u32) -> Result<Rgba, Failure> {
    Err(opened.broken())
}
pub(super) fn page(opened: &mut Opened, _max_px: u32) -> Result<Rgba, Failure> {
    Err(opened.failure(Kind::WrongType, "is a text"))
}
pub fn excerpt(path: &Path) -> Result<Excerpt, Failure> {
    Err(Opened::open(path)?.broken())
}
