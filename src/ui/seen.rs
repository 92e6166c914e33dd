//! What is known of a file on the screen: from its row, or, of one that no upload has looked at, from a look of its own.

use crate::domain::attachment::State;
use crate::store::Row;
use crate::ui::Cx;
use crate::ui::kind::Kind;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    pub mime: Option<String>,
    /// Width and height as shown.
    pub pixels: Option<(u32, u32)>,
    pub duration_secs: Option<u64>,
    /// In bytes.
    pub size: Option<u64>,
    pub kind: Kind,
}

impl Seen {
    pub(super) fn of(cx: &mut Cx<'_>, row: &Row) -> Self {
        // One that failed before it was looked at cannot be read.
        let waits = row.mime.is_none() && row.state != State::Failed;
        let facts = if waits { cx.state.looks.facts(row.id) } else { None };
        let Some(facts) = facts else {
            let Row { mime, pixels, duration_secs, size, .. } = row;
            let (mime, kind) = (mime.clone(), Kind::of(row));
            return Self { mime, pixels: *pixels, duration_secs: *duration_secs, size: *size, kind };
        };
        Self {
            kind: Kind::by(&row.name, Some(&facts.mime)),
            mime: Some(facts.mime.clone()),
            pixels: facts.pixels,
            duration_secs: facts.duration_secs,
            size: Some(facts.size),
        }
    }

    fn is(&self, types: &[&str]) -> bool {
        self.mime.as_deref().is_some_and(|mime| types.contains(&mime))
    }

    /// A type that can be animated; whether it is, its frames tell.
    pub(super) fn may_move(&self) -> bool {
        self.is(&["image/gif", "image/webp", "image/png", "image/apng", "image/avif"])
    }

    /// Nothing shows through it.
    pub(super) fn is_opaque(&self) -> bool {
        self.is(&["image/jpeg"]) || matches!(self.kind, Kind::Video | Kind::Page | Kind::Audio)
    }

    /// Parts of it can be had sharper than the whole.
    pub(super) fn has_parts(&self) -> bool {
        self.kind == Kind::Picture && self.pixels.is_some()
    }

    /// Its sides' ratio, height by width.
    #[expect(clippy::cast_possible_truncation, reason = "a ratio for a layout")]
    pub(super) fn ratio(&self) -> Option<f32> {
        let (width, height) = self.pixels.filter(|(width, _)| *width > 0)?;
        Some((f64::from(height) / f64::from(width)) as f32)
    }
}
