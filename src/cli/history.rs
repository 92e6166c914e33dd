//! `affix history`: what was uploaded, newest first.

use std::io::{self, BufWriter};

use super::args::History;
use super::columns::{Column, Table};
use super::context::Context;
use super::line::local_time;
use super::{DONE, say};
use crate::domain::error::Failure;
use crate::domain::file_name;
use crate::domain::progress::human_bytes;
use crate::store::{Query, Row, Store};
use crate::transfer::export::{self, Form, Record};

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

/// Rows that are read together where all of them need not be known before the first is printed.
const AT_ONCE: usize = 500;

pub(super) async fn run(context: &Context, args: History) -> Result<u8, Failure> {
    let keeping = context.keeping().await?;
    let query = Query { search: args.search, ..Query::newest(args.limit) };
    match (args.csv, args.json.json) {
        (true, _) => print(&keeping.store, query, Form::Csv).await?,
        (_, true) => print(&keeping.store, query, Form::Json).await?,
        _ => show(&keeping.store, query).await?,
    }
    keeping.store.close().await;
    Ok(DONE)
}

async fn show(store: &Store, query: Query) -> Result<(), Failure> {
    let mut table = Table::new(&COLUMNS);
    for row in &store.history(query).await? {
        table.push(cells(row));
    }
    // A reader that has gone, such as `head`, has read enough.
    let _gone = table.lines().iter().try_for_each(|line| say::result(line));
    Ok(())
}

/// Page by page: a whole history does not have to fit in the memory.
async fn print(store: &Store, mut query: Query, form: Form) -> Result<(), Failure> {
    let mut left = query.limit;
    let Ok(mut table) = export::Table::new(form, BufWriter::new(io::stdout())) else { return Ok(()) };
    loop {
        query.limit = left.min(AT_ONCE);
        let rows = store.history(query.clone()).await?;
        query.before = rows.last().map(|row| row.id);
        left -= rows.len();
        let last = rows.len() < AT_ONCE || left == 0;
        let pushed = rows.into_iter().try_for_each(|row| table.push(&Record::of_history(row)));
        // A reader that has gone, such as `head`, has read enough.
        if pushed.and_then(|()| table.flush()).is_err() || last {
            return Ok(());
        }
    }
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
