//! The looks of what is drawn by its description: vector pictures, documents, texts, fonts.

mod expand;
mod fonts;
mod page;
mod pdf;
mod text;
mod vector;
mod weigh;

pub(super) use page::{font, page};
pub(super) use pdf::pdf;
pub use text::excerpt;
pub(super) use vector::{svg, svg_pixels};
