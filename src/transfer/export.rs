//! The history as a file: in parts, so that a million rows need no more memory than a few, and in the target's place
//! only when it is whole.

mod record;
mod table;

use std::io::{self, BufWriter};
use std::path::Path;

use tokio::runtime::Handle;

use super::part;
use crate::domain::attachment::AttachmentId;
use crate::domain::error::{Failure, Kind};
use crate::store::{ListQuery, Row, Store};

pub use record::Record;
pub use table::{Form, Table};

/// Rows that are read together.
const AT_ONCE: usize = 500;

/// What is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    All,
    /// What a list shows.
    Found(ListQuery),
    /// These, in this order.
    Chosen(Vec<AttachmentId>),
}

/// Writes it to the file, in the form that the file's name asks for, in the order of the list; answers how many rows.
/// What stands there is replaced once everything is written, and stays as it is when something breaks. Rows that are
/// forgotten meanwhile are left out.
pub async fn export(store: &Store, what: What, to: &Path) -> Result<usize, Failure> {
    let ids = match what {
        What::All => store.outline(ListQuery::default()).await?.ids,
        What::Found(query) => store.outline(query).await?.ids,
        What::Chosen(ids) => ids,
    };
    let (store, to, handle) = (store.clone(), to.to_owned(), Handle::current());
    let written = tokio::task::spawn_blocking(move || {
        let read = |ids: &[AttachmentId]| handle.block_on(store.rows(ids.to_vec()));
        write(&ids, read, &to)
    });
    written
        .await
        .unwrap_or_else(|error| Err(Failure::new(Kind::Storage, "The history was not exported").cause(error)))
}

fn write(
    ids: &[AttachmentId],
    read: impl Fn(&[AttachmentId]) -> Result<Vec<Row>, Failure>,
    to: &Path,
) -> Result<usize, Failure> {
    let not_written = |error: io::Error| part::not_written(to, &error);
    let mut file = part::beside(to).map_err(not_written)?;
    let mut table = Table::new(Form::of(to), BufWriter::new(&mut file)).map_err(not_written)?;
    let mut count = 0;
    for ids in ids.chunks(AT_ONCE) {
        for row in read(ids)? {
            table.push(&Record::of_history(row)).map_err(not_written)?;
            count += 1;
        }
    }
    table.flush().map_err(not_written)?;
    drop(table);
    part::keep(file, to).map_err(not_written)?;
    Ok(count)
}

#[cfg(test)]
mod tests;
