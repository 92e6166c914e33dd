//! Texts in columns of a terminal: widths as they are seen (Chinese, Japanese and Korean signs take two columns).

use console::{Term, measure_text_width};

use crate::domain::file_name::elide_middle;

/// Between two columns.
const GAP: &str = "  ";

/// How one column behaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// Where there is not enough room it may shrink to this width; none: it stays whole.
    shrinks_to: Option<usize>,
    to_the_right: bool,
}

impl Column {
    /// One whose texts are never shortened.
    pub(super) const fn whole() -> Self {
        Self { shrinks_to: None, to_the_right: false }
    }

    /// One whose texts may be shortened, but not below this width.
    pub(super) const fn at_least(columns: usize) -> Self {
        Self { shrinks_to: Some(columns), to_the_right: false }
    }

    pub(super) const fn to_the_right(self) -> Self {
        Self { to_the_right: true, ..self }
    }
}

/// Rows of cells, each column as wide as its widest cell.
#[derive(Debug)]
pub(super) struct Table {
    columns: &'static [Column],
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(columns: &'static [Column]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Takes a row of one cell for each column.
    pub(super) fn push(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The rows as lines; not wider than the terminal where standard output is one.
    pub(super) fn lines(&self) -> Vec<String> {
        let term = Term::stdout();
        let room = if term.is_term() { term.size_checked().map(|(_, columns)| columns.into()) } else { None };
        self.within(room.unwrap_or(usize::MAX))
    }

    fn within(&self, room: usize) -> Vec<String> {
        let mut widths = self.widths();
        let mut excess =
            (widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1)).saturating_sub(room);
        for (width, column) in widths.iter_mut().zip(self.columns) {
            let give = column.shrinks_to.map_or(0, |least| width.saturating_sub(least)).min(excess);
            *width -= give;
            excess -= give;
        }
        self.rows.iter().map(|row| self.line(row, &widths)).collect()
    }

    fn widths(&self) -> Vec<usize> {
        let widest =
            |index: usize| self.rows.iter().filter_map(|row| row.get(index)).map(|cell| width(cell)).max();
        (0..self.columns.len()).map(|index| widest(index).unwrap_or(0)).collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let cells = row.iter().zip(widths).zip(self.columns);
        let fitted = cells.map(
            |((cell, &width), column)| {
                if column.to_the_right { pad_left(cell, width) } else { fit(cell, width) }
            },
        );
        fitted.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    }
}

/// Columns that the text takes on a terminal.
pub(super) fn width(text: &str) -> usize {
    measure_text_width(text)
}

/// The text in exactly so many columns: shortened in its middle, or padded.
pub(super) fn fit(text: &str, columns: usize) -> String {
    let text = elide(text, columns);
    let missing = columns.saturating_sub(width(&text));
    text + &" ".repeat(missing)
}

/// The text at the right end of so many columns.
pub(super) fn pad_left(text: &str, columns: usize) -> String {
    let text = elide(text, columns);
    " ".repeat(columns.saturating_sub(width(&text))) + &text
}

/// The text in so many columns at most.
fn elide(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    // At most one column for each character that stays, so the first candidates that may fit are tried first.
    (0..=columns)
        .rev()
        .map(|chars| elide_middle(text, chars))
        .find(|text| width(text) <= columns)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [Column::at_least(4), Column::whole().to_the_right(), Column::at_least(6)];

    fn table() -> Table {
        let mut table = Table::new(&COLUMNS);
        table.push(vec!["照片照片照片.jpg".to_owned(), "1 B".to_owned(), "http://127.0.0.1/a".to_owned()]);
        table.push(vec!["a.txt".to_owned(), "999.9 MB".to_owned(), String::new()]);
        table
    }

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        assert_eq!(
            table().within(usize::MAX),
            ["照片照片照片.jpg       1 B  http://127.0.0.1/a", "a.txt             999.9 MB"]
        );
    }

    #[test]
    fn a_narrow_terminal_takes_from_the_first_that_may_shrink_and_never_below_its_least() {
        for (room, widest) in [(100, 46), (46, 46), (45, 45), (40, 40), (34, 34), (23, 23), (22, 22), (5, 22)]
        {
            let lines = table().within(room);
            let seen = lines.iter().map(|line| width(line)).max().unwrap();
            assert!(seen <= widest, "{room}: {seen} columns\n{}", lines.join("\n"));
            assert!(lines.iter().any(|line| line.contains("999.9 MB")), "{room}");
        }
        assert!(table().within(40).iter().any(|line| line.contains("http://127.0.0.1/a")));
    }

    #[test]
    fn a_text_fits_exactly_whatever_its_signs_are_wide() {
        for text in [
            "",
            "a.txt",
            "照片",
            "年度报告最终版本第三次修改.docx",
            "👨‍👩‍👧‍👦.png",
            "a-very-long-name-of-a-file.tar.gz",
        ] {
            for columns in 0..40 {
                assert_eq!(width(&fit(text, columns)), columns, "{text} in {columns}");
                assert_eq!(width(&pad_left(text, columns)), columns, "{text} in {columns}");
            }
        }
        assert_eq!(fit("年度报告最终版本第三次修改.docx", 24), "年度报告最终…次修改.docx");
    }
}
