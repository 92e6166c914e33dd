//! The index behind the search: which rows hold a text.
//!
//! Searching looks for a text anywhere in a name, a target's name or a link, exactly as `instr` does. With a million
//! rows that has to be an index, and it must cost the queue nothing, so it is filled while nobody asks for anything
//! (see `upkeep`). Every settled attachment is in one of two tables, which triggers keep so:
//!
//! | table | what is there |
//! |---|---|
//! | `searched` | the texts of rows that are in the index, narrow enough to be looked through as a whole |
//! | `trigrams` | FTS5: which of them have three letters one behind the other |
//! | `unsearched` | rows that are not in the index yet; they are looked at one by one |
//! | `unerased` | ids whose letters still have to leave the index, and 0 while it has to be written anew |
//!
//! What is not settled is never in the index unless it was settled before: its text still changes.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::domain::attachment::State;
use crate::store::trouble::Trouble;

/// The states of attachments that have something before them: they keep their batch at the top of the list, and are
/// looked at one by one.
pub(super) const UNSETTLED: [State; 6] =
    [State::Queued, State::Preparing, State::Uploading, State::Finishing, State::Paused, State::Interrupted];

/// Candidates that are looked up one by one; with more it is quicker to look through all texts.
const LOOKED_UP_MAX: usize = 20_000;

/// Trigrams that a query has at most: each makes it slower, and what they find is compared anyway.
const TRIGRAMS_MAX: usize = 12;

/// Texts of one part of the filling, in bytes.
const PART_BYTES: usize = 64 * 1024;

/// Pages of the index that one part of its writing anew works on.
const PART_PAGES: i64 = 64;

/// What else is asked of the rows that a search finds.
#[derive(Debug, Default)]
pub(super) struct Narrowed<'a> {
    pub(super) states: Option<&'a [State]>,
    pub(super) profile: Option<&'a str>,
    pub(super) before: Option<i64>,
}

/// Sorted ids of all rows with the needle in their text.
pub(super) fn ids_with(db: &Connection, needle: &str) -> Result<Vec<i64>, Trouble> {
    let mut ids = match matched(needle) {
        Some(query) => looked_up(db, &query, needle)?,
        None => None,
    };
    if ids.is_none() {
        let mut select = db.prepare_cached("SELECT id FROM searched WHERE instr(text, ?) > 0")?;
        ids = Some(select.query_map([needle], |row| row.get(0))?.collect::<Result<_, _>>()?);
    }
    let mut ids = ids.unwrap_or_default();
    let (sql, values) = one_by_one(needle, &Narrowed::default(), None);
    let mut select = db.prepare_cached(&sql.join(" UNION ALL "))?;
    for id in select.query_map(params_from_iter(values), |row| row.get(0))? {
        ids.push(id?);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// None where there are too many candidates.
fn looked_up(db: &Connection, query: &str, needle: &str) -> Result<Option<Vec<i64>>, Trouble> {
    let mut select = db.prepare_cached("SELECT rowid FROM trigrams WHERE trigrams MATCH ? LIMIT ?")?;
    let most = i64::try_from(LOOKED_UP_MAX + 1).unwrap_or(i64::MAX);
    let candidates: Vec<i64> =
        select.query_map((query, most), |row| row.get(0))?.collect::<Result<_, _>>()?;
    if candidates.len() > LOOKED_UP_MAX {
        return Ok(None);
    }
    let mut has = db.prepare_cached("SELECT 1 FROM searched WHERE id = ? AND instr(text, ?) > 0")?;
    let mut ids = Vec::new();
    for id in candidates {
        if has.exists((id, needle))? {
            ids.push(id);
        }
    }
    Ok(Some(ids))
}

/// Statements that each find ids, the newest first and not more than the limit, and their values; one row may be found
/// by two of them.
pub(super) fn newest_with(needle: &str, narrowed: &Narrowed<'_>, limit: i64) -> (Vec<String>, Vec<Value>) {
    let mut values: Vec<Value> = Vec::new();
    let mut sql = match matched(needle) {
        Some(query) => {
            values.push(query.into());
            String::from(
                "SELECT a.id FROM trigrams t CROSS JOIN searched s ON s.id = t.rowid CROSS JOIN attachments a ON a.id = t.rowid
                 WHERE t.trigrams MATCH ? AND instr(s.text, ?) > 0",
            )
        }
        None => String::from(
            "SELECT a.id FROM searched s CROSS JOIN attachments a ON a.id = s.id WHERE instr(s.text, ?) > 0",
        ),
    };
    let by = if values.is_empty() { "s.id" } else { "t.rowid" };
    values.push(needle.to_owned().into());
    narrow(&mut sql, &mut values, narrowed, by);
    if let Some(states) = narrowed.states {
        sql.extend([" AND a.state IN (", &vec!["?"; states.len()].join(", "), ")"]);
        values.extend(states.iter().map(|state| Value::from(state.as_str().to_owned())));
    }
    end(&mut sql, &mut values, by, Some(limit));
    let (rest, more) = one_by_one(needle, narrowed, Some(limit));
    values.extend(more);
    (std::iter::once(sql).chain(rest).map(|sql| format!("SELECT id FROM ({sql})")).collect(), values)
}

/// What finds rows that are not in the index.
fn one_by_one(needle: &str, narrowed: &Narrowed<'_>, limit: Option<i64>) -> (Vec<String>, Vec<Value>) {
    let mut values: Vec<Value> = Vec::new();
    let wanted = |state: &State| narrowed.states.is_none_or(|states| states.contains(state));
    let mut parts = Vec::new();
    let mut part = |from: &str, by: &str, state: Option<State>| {
        let mut sql = format!("SELECT a.id FROM {from} WHERE instr(a.search, ?) > 0");
        values.push(needle.to_owned().into());
        if let Some(state) = state {
            sql.push_str(" AND a.state = ?");
            values.push(state.as_str().to_owned().into());
        }
        narrow(&mut sql, &mut values, narrowed, by);
        end(&mut sql, &mut values, by, limit);
        parts.push(sql);
    };
    let settled = "unsearched u CROSS JOIN attachments a ON a.id = u.id";
    match narrowed.states {
        None => part(settled, "u.id", None),
        Some(states) => {
            for state in states.iter().filter(|state| state.is_settled()) {
                part(settled, "u.id", Some(*state));
            }
        }
    }
    for state in UNSETTLED.into_iter().filter(wanted) {
        part("attachments a", "a.id", Some(state));
    }
    if parts.is_empty() {
        parts.push("SELECT NULL AS id".to_owned());
    }
    (parts, values)
}

fn narrow(sql: &mut String, values: &mut Vec<Value>, narrowed: &Narrowed<'_>, by: &str) {
    if let Some(before) = narrowed.before {
        sql.extend([" AND ", by, " < ?"]);
        values.push(before.into());
    }
    if let Some(profile) = narrowed.profile {
        sql.push_str(" AND a.profile = ?");
        values.push(profile.to_owned().into());
    }
}

fn end(sql: &mut String, values: &mut Vec<Value>, by: &str, limit: Option<i64>) {
    if let Some(limit) = limit {
        sql.extend([" ORDER BY ", by, " DESC LIMIT ?"]);
        values.push(limit.into());
    }
}

/// The query that has every row with the needle among its candidates; none for a needle too short for one.
fn matched(needle: &str) -> Option<String> {
    // The tokenizer passes over this one letter, which no other text may have in its place.
    let letters: Vec<char> = needle.chars().filter(|letter| *letter != '\0').collect();
    let mut trigrams: Vec<&[char]> = letters.windows(3).collect();
    if trigrams.is_empty() {
        return None;
    }
    let apart = trigrams.len().div_ceil(TRIGRAMS_MAX);
    trigrams = trigrams.into_iter().step_by(apart).collect();
    trigrams.sort_unstable();
    trigrams.dedup();
    let quoted =
        |trigram: &&[char]| format!("\"{}\"", trigram.iter().collect::<String>().replace('"', "\"\""));
    Some(trigrams.iter().map(quoted).collect::<Vec<_>>().join(" AND "))
}

/// Whether there is something to be done for the index.
pub(super) fn is_behind(db: &Connection) -> Result<bool, Trouble> {
    let mut any = db.prepare_cached("SELECT 1 FROM unsearched UNION ALL SELECT 1 FROM unerased LIMIT 1")?;
    Ok(any.exists([])?)
}

/// What one part of the work on the index did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// There may be more.
    Worked,
    /// Nothing of what was forgotten is in the index any more; it may still be in the write-ahead log.
    Erased,
    Nothing,
}

/// Does one part: as many rows, or a few pages of the index.
pub(super) fn keep_up(db: &Connection, rows: usize) -> Result<Part, Trouble> {
    if fill(db, rows)? > 0 || cut(db, rows)? > 0 {
        return Ok(Part::Worked);
    }
    if !db.prepare_cached("SELECT 1 FROM unerased")?.exists([])? {
        return Ok(Part::Nothing);
    }
    if write_anew(db)? {
        return Ok(Part::Worked);
    }
    db.execute("DELETE FROM unerased WHERE id = 0", [])?;
    Ok(Part::Erased)
}

/// Takes the next rows into the index; answers how many.
fn fill(db: &Connection, rows: usize) -> Result<usize, Trouble> {
    let mut select = db.prepare_cached(
        "SELECT u.id, a.search FROM unsearched u CROSS JOIN attachments a ON a.id = u.id ORDER BY u.id LIMIT ?",
    )?;
    let mut keep = db.prepare_cached("INSERT OR REPLACE INTO searched (id, text) VALUES (?, ?)")?;
    let mut index = db.prepare_cached("INSERT INTO trigrams (rowid, text) VALUES (?, ?)")?;
    let mut done = db.prepare_cached("DELETE FROM unsearched WHERE id = ?")?;
    let limit = i64::try_from(rows).unwrap_or(i64::MAX);
    let mut found = select.query([limit])?;
    let mut texts: Vec<(i64, String)> = Vec::new();
    let mut bytes = 0;
    while bytes < PART_BYTES
        && let Some(row) = found.next()?
    {
        let (id, text): (i64, String) = (row.get(0)?, row.get(1)?);
        bytes += text.len();
        texts.push((id, text));
    }
    drop(found);
    for (id, text) in &texts {
        keep.execute((id, text))?;
        index.execute((id, text))?;
        done.execute([id])?;
    }
    Ok(texts.len())
}

/// Takes the letters of the next forgotten rows out of the index, as far as searches go; they leave the file when it
/// is written anew. Answers how many.
fn cut(db: &Connection, rows: usize) -> Result<usize, Trouble> {
    let mut select = db.prepare_cached("SELECT id FROM unerased WHERE id > 0 ORDER BY id LIMIT ?")?;
    let limit = i64::try_from(rows).unwrap_or(i64::MAX);
    let ids: Vec<i64> = select.query_map([limit], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if ids.is_empty() {
        return Ok(0);
    }
    let mut delete = db.prepare_cached("DELETE FROM trigrams WHERE rowid = ?")?;
    let mut done = db.prepare_cached("DELETE FROM unerased WHERE id = ?")?;
    for id in &ids {
        delete.execute([id])?;
        done.execute([id])?;
    }
    db.execute("INSERT OR IGNORE INTO unerased VALUES (0)", [])?;
    Ok(ids.len())
}

/// Empties the index where less is left to be searched than was forgotten: what is left is taken in again.
pub(super) fn start_anew(db: &Connection, forgotten: usize) -> Result<(), Trouble> {
    let most = i64::try_from(forgotten).unwrap_or(i64::MAX);
    let left: i64 =
        db.query_one("SELECT count(*) FROM (SELECT 1 FROM searched LIMIT ?)", [most], |row| row.get(0))?;
    if left < most {
        db.execute_batch(
            "INSERT INTO trigrams (trigrams) VALUES ('delete-all');
             INSERT OR IGNORE INTO unsearched SELECT id FROM searched;
             DELETE FROM searched;
             DELETE FROM unerased;",
        )?;
    }
    Ok(())
}

/// Works on writing the index anew, into one segment without what was cut; answers whether there was anything to do.
/// <https://www.sqlite.org/fts5.html#the_merge_command>
fn write_anew(db: &Connection) -> Result<bool, Trouble> {
    let before = db.total_changes();
    db.prepare_cached("INSERT INTO trigrams (trigrams, rank) VALUES ('merge', ?)")?.execute([-PART_PAGES])?;
    Ok(db.total_changes() - before >= 2)
}
