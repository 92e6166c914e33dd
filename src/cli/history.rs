//! `affix history`: what was uploaded, newest first.

use super::args::History;
use super::columns::{Column, Table};
use super::context::Context;
use super::line::{Line, local_time};
use super::{DONE, say};
use crate::domain::error::Failure;
use crate::domain::file_name;
use crate::domain::progress::human_bytes;
use crate::store::{Query, Row};

/// Time, state, size, name, profile, and the link or what broke. On a narrow terminal the name gives way first: the
/// link is what people are here for.
const COLUMNS: [Column; 6] = [
    Column::whole(),
    Column::whole(),
    Column::whole().to_the_right(),
    Column::at_least(16),
    Column::at_least(8),
    Column::at_least(16),
];

pub(super) async fn run(context: &Context, args: History) -> Result<u8, Failure> {
    let keeping = context.keeping().await?;
    let query = Query { search: args.search, ..Query::newest(args.limit) };
    let rows = keeping.store.history(query).await?;
    let lines = if args.json.json {
        rows.into_iter().map(|row| Line::of_history(row).to_json()).collect()
    } else {
        let mut table = Table::new(&COLUMNS);
        for row in &rows {
            table.push(cells(row));
        }
        table.lines()
    };
    // A reader that has gone, such as `head`, has read enough.
    let _gone = lines.iter().try_for_each(|line| say::result(line));
    keeping.store.close().await;
    Ok(DONE)
}

fn cells(row: &Row) -> Vec<String> {
    let link = row.receipt.as_ref().and_then(|receipt| receipt.primary()).map(|link| link.value.as_str());
    let broke = row.failure.as_ref().map(|failure| failure.broke.as_str());
    vec![
        local_time(row.added_at_ms),
        row.state.as_str().to_owned(),
        row.size.map(human_bytes).unwrap_or_default(),
        file_name::display(&row.name),
        row.profile.clone(),
        file_name::display(link.or(broke).unwrap_or_default()),
    ]
}
