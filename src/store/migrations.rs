//! The formats of the database, numbered by `PRAGMA user_version`.
//!
//! A migration that has been released is never edited: a change is a new one at the end of the list, together
//! with a fixture of the format before it in `tests/store_migrations.rs`.

use rusqlite::{Connection, TransactionBehavior};

use crate::store::trouble::Trouble;

/// `PRAGMA application_id` of our files: "Affx" in ASCII.
/// <https://www.sqlite.org/pragma.html#pragma_application_id>
const APPLICATION_ID: i64 = 0x4166_6678;

/// Migration n (from 1) makes format n out of format n − 1; format 0 is an empty file.
const MIGRATIONS: &[&str] = &[V1, V2, V3, V4, V5];

/// The format that this program writes.
#[expect(clippy::cast_possible_wrap, reason = "the list is short, and a const cannot call try_from")]
pub const VERSION: i64 = MIGRATIONS.len() as i64;

/// Every index ends with the row's id of itself, so `(state)` gives one state newest first.
const V1: &str = "
CREATE TABLE batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    profile TEXT NOT NULL,
    service TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE attachments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch INTEGER NOT NULL REFERENCES batches (id),
    position INTEGER NOT NULL,
    path BLOB NOT NULL,
    name TEXT NOT NULL,
    size INTEGER,
    mime TEXT,
    modified_ns INTEGER,
    width INTEGER,
    height INTEGER,
    duration_secs INTEGER,
    profile TEXT NOT NULL,
    service TEXT NOT NULL,
    state TEXT NOT NULL,
    step TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    failure TEXT,
    receipt TEXT,
    checkpoint TEXT,
    answer_lost INTEGER NOT NULL DEFAULT 0,
    added_at_ms INTEGER NOT NULL,
    started_at_ms INTEGER,
    finished_at_ms INTEGER,
    session TEXT NOT NULL,
    search TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX attachments_by_batch ON attachments (batch, position);
CREATE INDEX attachments_by_state ON attachments (state);
CREATE INDEX attachments_by_profile ON attachments (profile, state);

CREATE TABLE attempts (
    attachment INTEGER NOT NULL REFERENCES attachments (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    started_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER,
    failure TEXT,
    PRIMARY KEY (attachment, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE activity (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    attachment INTEGER NOT NULL REFERENCES attachments (id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    entry TEXT NOT NULL
) STRICT;
CREATE INDEX activity_by_attachment ON activity (attachment);
";

/// The index by batch has what outlines and totals need, so that they do not read the rows: with a million of
/// them that is 30 MB instead of 700.
const V2: &str = "
DROP INDEX attachments_by_batch;
CREATE INDEX attachments_by_batch ON attachments (batch, position, state, size);
";

/// What a queue needs that survives anything: pauses, order, what was sent, what was sent to; the content's BLAKE3 to
/// know it again; and how a link was found. The rest is for searching, see `search`. Until now nobody kept whether a
/// request had left whole, so what was under way counts as if it had.
const V3: &str = "
ALTER TABLE attachments ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attachments ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attachments ADD COLUMN rank INTEGER;
ALTER TABLE attachments ADD COLUMN whole_at_ms INTEGER;
ALTER TABLE attachments ADD COLUMN content BLOB;
ALTER TABLE attachments ADD COLUMN link_check TEXT;
ALTER TABLE batches ADD COLUMN target TEXT;
CREATE INDEX attachments_by_size ON attachments (profile, size) WHERE state = 'done';
UPDATE attachments SET whole_at_ms = coalesce(started_at_ms, added_at_ms)
    WHERE step IN ('send', 'confirm', 'verify', 'record')
        AND state IN ('preparing', 'uploading', 'finishing', 'interrupted');

CREATE TABLE searched (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE trigrams USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);
CREATE TABLE unsearched (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE unerased (id INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER settled_for_search AFTER UPDATE OF state ON attachments
WHEN new.state IN ('done', 'failed', 'canceled', 'unsure')
BEGIN
    INSERT OR IGNORE INTO unsearched
    SELECT new.id WHERE NOT EXISTS (SELECT 1 FROM searched WHERE id = new.id);
END;
CREATE TRIGGER changed_for_search AFTER UPDATE OF search ON attachments
WHEN EXISTS (SELECT 1 FROM searched WHERE id = new.id AND text <> new.search)
BEGIN
    DELETE FROM searched WHERE id = new.id;
    DELETE FROM trigrams WHERE rowid = new.id;
    INSERT OR IGNORE INTO unerased VALUES (0);
    INSERT OR IGNORE INTO unsearched VALUES (new.id);
END;
CREATE TRIGGER gone_for_search AFTER DELETE ON attachments
BEGIN
    INSERT OR IGNORE INTO unerased SELECT id FROM searched WHERE id = old.id;
    DELETE FROM searched WHERE id = old.id;
    DELETE FROM unsearched WHERE id = old.id;
END;
INSERT INTO unsearched
SELECT id FROM attachments WHERE state IN ('done', 'failed', 'canceled', 'unsure') ORDER BY id;
";

/// What the user wants changed in the copy that is sent, and what the last try sent in the file's place.
const V4: &str = "
ALTER TABLE attachments ADD COLUMN repairs TEXT;
ALTER TABLE attachments ADD COLUMN sent TEXT;
";

/// The same without `IN`: SQLite makes a table of such a list for every row that is written, which costs more than to write
/// the row.
const V5: &str = "
DROP TRIGGER settled_for_search;
CREATE TRIGGER settled_for_search AFTER UPDATE OF state ON attachments
WHEN new.state = 'done' OR new.state = 'failed' OR new.state = 'canceled' OR new.state = 'unsure'
BEGIN
    INSERT OR IGNORE INTO unsearched
    SELECT new.id WHERE NOT EXISTS (SELECT 1 FROM searched WHERE id = new.id);
END;
";

/// Refuses a file that is no database, of another program or of a newer format. Writes nothing.
pub(super) fn check(db: &Connection) -> Result<(), Trouble> {
    let version = number(db, "user_version")?;
    let application = number(db, "application_id")?;
    let objects: i64 = db.query_one("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let empty = version == 0 && application == 0 && objects == 0;
    if !empty && application != APPLICATION_ID {
        return Err(Trouble::Foreign);
    }
    if version > VERSION {
        return Err(Trouble::Newer(version));
    }
    Ok(())
}

/// Brings the file to [`VERSION`], in one transaction: a migration that breaks leaves the old format.
pub(super) fn migrate(db: &mut Connection) -> Result<(), Trouble> {
    if number(db, "user_version")? == VERSION {
        return Ok(());
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Read again under the lock: another process may have migrated meanwhile, perhaps a newer one.
    check(&transaction)?;
    let version = number(&transaction, "user_version")?;
    let done = usize::try_from(version).unwrap_or_default();
    for migration in MIGRATIONS.iter().skip(done) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(())
}

fn number(db: &Connection, pragma: &str) -> Result<i64, Trouble> {
    Ok(db.pragma_query_value(None, pragma, |row| row.get(0))?)
}
