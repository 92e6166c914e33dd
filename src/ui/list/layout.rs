//! Where each batch and each attachment is in a list of any length. Heights are constant, so that only what is
//! visible has to be known; positions are `f64`, because a million rows are more points than an `f32` can tell apart.

use std::ops::Range;
use std::sync::Arc;

use crate::store::Outline;
use crate::ui::tokens::size;

/// How attachments are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Rows,
    Grid { columns: usize },
}

impl Kind {
    pub(super) fn columns(self) -> usize {
        match self {
            Self::Rows => 1,
            Self::Grid { columns } => columns.max(1),
        }
    }

    /// The height of one line of attachments.
    pub(super) fn line(self) -> f64 {
        match self {
            Self::Rows => f64::from(size::ROW),
            Self::Grid { .. } => f64::from(size::CELL_HEIGHT),
        }
    }
}

/// Room under the last line of a batch.
const BELOW: f64 = size::HALF as f64;

#[derive(Debug)]
pub(super) struct Layout {
    pub outline: Arc<Outline>,
    pub kind: Kind,
    /// The top of each batch's header, and the end of all.
    tops: Vec<f64>,
}

impl Layout {
    #[expect(clippy::cast_precision_loss, reason = "no list has 2^52 rows")]
    pub(super) fn new(outline: Arc<Outline>, kind: Kind) -> Self {
        let mut tops = Vec::with_capacity(outline.groups.len() + 1);
        let mut top = 0.0;
        for group in &outline.groups {
            tops.push(top);
            let lines = group.count.div_ceil(kind.columns());
            top += f64::from(size::BATCH) + lines as f64 * kind.line() + BELOW;
        }
        tops.push(top);
        Self { outline, kind, tops }
    }

    pub(super) fn is_for(&self, outline: &Arc<Outline>, kind: Kind) -> bool {
        Arc::ptr_eq(&self.outline, outline) && self.kind == kind
    }

    pub(super) fn height(&self) -> f64 {
        self.tops.last().copied().unwrap_or_default()
    }

    pub(super) fn top(&self, group: usize) -> f64 {
        self.tops.get(group).copied().unwrap_or_else(|| self.height())
    }

    /// The batches that have something between two heights.
    pub(super) fn groups(&self, from: f64, to: f64) -> Range<usize> {
        let groups = self.outline.groups.len();
        let first = self.tops.partition_point(|top| *top <= from).saturating_sub(1);
        let end = self.tops.partition_point(|top| *top < to);
        first.min(groups)..end.min(groups)
    }

    /// The attachments of a batch that have something between two heights, as places in the batch.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a negative one is 0; no list has 2^52 rows"
    )]
    pub(super) fn members(&self, group: usize, from: f64, to: f64) -> Range<usize> {
        let Some(found) = self.outline.groups.get(group) else { return 0..0 };
        let (start, line, columns) =
            (self.top(group) + f64::from(size::BATCH), self.kind.line(), self.kind.columns());
        let first = ((from - start) / line).floor().max(0.0) as usize * columns;
        let end = ((to - start) / line).ceil().max(0.0) as usize * columns;
        first.min(found.count)..end.min(found.count)
    }

    /// The top of a batch's member.
    #[expect(clippy::cast_precision_loss, reason = "no list has 2^52 rows")]
    pub(super) fn member_top(&self, group: usize, member: usize) -> f64 {
        let line = (member / self.kind.columns()) as f64;
        self.top(group) + f64::from(size::BATCH) + line * self.kind.line()
    }

    /// The batch of an attachment and its place in it, by its index among all.
    pub(super) fn place(&self, index: usize) -> Option<(usize, usize)> {
        let group = self.outline.groups.partition_point(|group| group.first <= index).checked_sub(1)?;
        let found = self.outline.groups.get(group)?;
        let member = index - found.first;
        (member < found.count).then_some((group, member))
    }

    /// The index of the attachment above or below, by whole lines, across batches.
    pub(super) fn line_from(&self, index: usize, down: bool) -> Option<usize> {
        let columns = self.kind.columns();
        let (group, member) = self.place(index)?;
        let found = self.outline.groups.get(group)?;
        let column = member % columns;
        if down {
            if member / columns < (found.count - 1) / columns {
                return Some(found.first + (member + columns).min(found.count - 1));
            }
            let next = self.outline.groups.get(group + 1)?;
            return Some(next.first + column.min(next.count.checked_sub(1)?));
        }
        if member >= columns {
            return Some(index - columns);
        }
        let before = self.outline.groups.get(group.checked_sub(1)?)?;
        let last_line = before.count.checked_sub(1)? / columns * columns;
        Some(before.first + (last_line + column).min(before.count - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attachment::{AttachmentId, BatchId};
    use crate::store::Group;

    fn outline(counts: &[usize]) -> Arc<Outline> {
        let mut outline = Outline::default();
        for (batch, count) in counts.iter().enumerate() {
            let first = outline.ids.len();
            outline.groups.push(Group {
                batch: BatchId(i64::try_from(batch).unwrap()),
                first,
                count: *count,
            });
            outline.ids.extend((first..first + count).map(|id| AttachmentId(i64::try_from(id).unwrap())));
        }
        Arc::new(outline)
    }

    #[test]
    fn what_is_between_two_heights_is_found() {
        let layout = Layout::new(outline(&[2, 1]), Kind::Rows);
        assert!((layout.height() - (2.0 * 44.0 + 3.0 * 56.0 + 2.0 * 4.0)).abs() < 1e-9);
        assert_eq!(layout.groups(0.0, 10.0), 0..1);
        assert_eq!(layout.groups(0.0, 10_000.0), 0..2);
        assert_eq!(layout.groups(161.0, 200.0), 1..2);
        assert_eq!(layout.members(0, 0.0, 44.0), 0..0);
        assert_eq!(layout.members(0, 0.0, 45.0), 0..1);
        assert_eq!(layout.members(0, 100.0, 200.0), 1..2);
        assert_eq!(layout.members(0, 99.0, 200.0), 0..2);
    }

    #[test]
    fn the_last_row_of_a_million_is_where_it_is() {
        let layout = Layout::new(outline(&[1_000_000]), Kind::Rows);
        let top = layout.member_top(0, 999_999);
        assert!((top - (44.0 + 999_999.0 * 56.0)).abs() < 1e-9);
        assert_eq!(layout.members(0, top + 55.0, layout.height()), 999_999..1_000_000);
        assert_eq!(layout.members(0, top - 1.0, top), 999_998..999_999);
    }

    #[test]
    fn an_index_has_its_place() {
        let layout = Layout::new(outline(&[2, 3]), Kind::Rows);
        assert_eq!(
            [0, 1, 2, 4, 5].map(|index| layout.place(index)),
            [Some((0, 0)), Some((0, 1)), Some((1, 0)), Some((1, 2)), None]
        );
    }

    #[test]
    fn lines_are_walked_across_batches() {
        let layout = Layout::new(outline(&[5, 2]), Kind::Grid { columns: 3 });
        // 0 1 2 / 3 4 // 5 6
        let down: Vec<_> = (0..7).map(|index| layout.line_from(index, true)).collect();
        assert_eq!(down, [Some(3), Some(4), Some(4), Some(5), Some(6), None, None]);
        let up: Vec<_> = (0..7).map(|index| layout.line_from(index, false)).collect();
        assert_eq!(up, [None, None, None, Some(0), Some(1), Some(3), Some(4)]);
    }
}
