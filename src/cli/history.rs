//! `affix history`: what was uploaded, newest first.

use super::args::History;
use super::context::Context;
use super::line::{Line, local_time};
use super::{DONE, say};
use crate::domain::error::Failure;
use crate::domain::file_name;
use crate::domain::progress::human_bytes;
use crate::store::{Query, Row};

pub(super) async fn run(context: &Context, args: History) -> Result<u8, Failure> {
    let keeping = context.keeping().await?;
    let query = Query { search: args.search, ..Query::newest(args.limit) };
    for row in keeping.store.history(query).await? {
        let text = if args.json.json { Line::of_history(row).to_json() } else { in_words(&row) };
        if say::result(&text).is_err() {
            break;
        }
    }
    keeping.store.close().await;
    Ok(DONE)
}

/// Time, state, size, name, profile and the link or what broke, in fixed columns.
fn in_words(row: &Row) -> String {
    let size = row.size.map(human_bytes).unwrap_or_default();
    let link = row.receipt.as_ref().and_then(|receipt| receipt.primary()).map(|link| link.value.as_str());
    let broke = row.failure.as_ref().map(|failure| failure.broke.as_str());
    format!(
        "{}  {:<11}  {:>8}  {}  {}  {}",
        local_time(row.added_at_ms),
        row.state.as_str(),
        size,
        file_name::display(&row.name),
        row.profile,
        link.or(broke).unwrap_or_default(),
    )
}
