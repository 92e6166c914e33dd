//! Opening the file: is it ours, may it be written, and how the connection is set up.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags};

use crate::store::migrations;
use crate::store::trouble::Trouble;

/// How long a request waits for another process that writes.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// Bytes of the smallest database: one page of the smallest size.
/// <https://www.sqlite.org/fileformat2.html#pages>
const SMALLEST: u64 = 512;

/// Different statements in use; each is parsed once.
const STATEMENTS: usize = 64;

/// Opens, checks and migrates. A file that is refused stays as it was, byte for byte.
pub(super) fn open(path: &Path) -> Result<Connection, Trouble> {
    make(path).map_err(Trouble::Make)?;
    // SQLite takes a file of one byte for an empty one and writes over it. Asked by name: opening and closing
    // the file here would release the locks that another connection of this process has on it.
    // https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
    let length = fs::metadata(path).map_err(Trouble::Make)?.len();
    if (1..SMALLEST).contains(&length) {
        return Err(Trouble::TooShort);
    }
    let mut db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    // Until the file is known to be ours, closing it must not move a write-ahead log into it.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // SQLite opens a protected file for reading instead of failing.
    if db.is_readonly(MAIN_DB)? {
        return Err(Trouble::ReadOnly);
    }
    // In one transaction, so that another process's first start is seen whole or not at all.
    migrations::check(&*db.transaction()?)?;
    write_ahead(&db)?;
    // The worker chooses anew for each commit; the migrations are worth the wait.
    db.pragma_update(None, "synchronous", "FULL")?;
    // A migration may rebuild a table, which foreign keys would forbid.
    db.pragma_update(None, "foreign_keys", false)?;
    migrations::migrate(&mut db)?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    // What is forgotten, and a link that was replaced, is overwritten: who has a link can open the file behind it.
    // https://www.sqlite.org/pragma.html#pragma_secure_delete
    db.pragma_update(None, "secure_delete", true)?;
    Ok(db)
}

/// A second connection to a file that [`open()`] has opened, which reads beside the writer and never writes.
pub(super) fn open_for_reading(path: &Path) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(db)
}

/// Makes the folder and an empty file where there are none. Only this user may read the file: links in it
/// open files to everybody who has them.
fn make(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Switches to write-ahead logging. SQLite does not wait for other processes here, whatever the busy
/// time-out, so two first starts at once would fail without the loop.
fn write_ahead(db: &Connection) -> Result<(), Trouble> {
    let deadline = Instant::now() + BUSY;
    loop {
        match db.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < deadline =>
            {
                std::thread::sleep(Duration::from_millis(20));
            }
            result => return Ok(result?),
        }
    }
}
