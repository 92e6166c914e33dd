//! Files of every kind and age under the store: older and newer formats, other programs' files, broken and
//! protected ones, and what a killed program leaves.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy's exception for tests has no helpers"
)]

use std::path::{Path, PathBuf};

use affix::domain::attachment::{AttachmentId, BatchId, State};
use affix::domain::error::{Failure, Kind, Step};
use affix::domain::receipt::LinkKind;
use affix::store::{NewAttachment, NewBatch, Query, Row, SessionId, Store, VERSION};
use rusqlite::Connection;

/// Each released format with rows in it, as the version that wrote it left it: never edited, only added to.
/// The rows are the same in all of them, as far as the format can hold them.
const FIXTURES: &[(i64, &[&str])] =
    &[(1, &[V1]), (2, &[V1, V2]), (3, &[V1, V2, V3]), (4, &[V1, V2, V3, V4]), (5, &[V1, V2, V3, V4, V5])];

/// What format 2 changed of the same rows.
const V2: &str = "
DROP INDEX attachments_by_batch;
CREATE INDEX attachments_by_batch ON attachments (batch, position, state, size);
PRAGMA user_version = 2;
";

/// What format 3 changed.
const V3: &str = "
ALTER TABLE attachments ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attachments ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attachments ADD COLUMN rank INTEGER;
ALTER TABLE attachments ADD COLUMN whole_at_ms INTEGER;
ALTER TABLE attachments ADD COLUMN content BLOB;
ALTER TABLE attachments ADD COLUMN link_check TEXT;
ALTER TABLE batches ADD COLUMN target TEXT;
CREATE INDEX attachments_by_size ON attachments (profile, size) WHERE state = 'done';
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
PRAGMA user_version = 3;
";

/// What format 4 changed.
const V4: &str = "
ALTER TABLE attachments ADD COLUMN repairs TEXT;
ALTER TABLE attachments ADD COLUMN sent TEXT;
PRAGMA user_version = 4;
";

/// What format 5 changed.
const V5: &str = "
DROP TRIGGER settled_for_search;
CREATE TRIGGER settled_for_search AFTER UPDATE OF state ON attachments
WHEN new.state = 'done' OR new.state = 'failed' OR new.state = 'canceled' OR new.state = 'unsure'
BEGIN
    INSERT OR IGNORE INTO unsearched
    SELECT new.id WHERE NOT EXISTS (SELECT 1 FROM searched WHERE id = new.id);
END;
PRAGMA user_version = 5;
";

const V1: &str = r#"
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

INSERT INTO batches VALUES (3, 'Bot', 'mixin', 1790000000000);
INSERT INTO attachments VALUES (7, 3, 0, X'2F686F6D652F6D652F612E6A7067', 'a.jpg', 5000000000, 'image/jpeg',
    1789999999123456700, 640, 480, NULL, 'Bot', 'mixin', 'done', 'confirm', 2, NULL,
    '{"links":[{"kind":"view","value":"https://files.example/a","visibility":"expiring"}],"size":5000000000,
      "md5":null,"sha256":null,"expires_at":1790086400,"width":null,"height":null,"notes":[],"extra":{"z":1}}',
    NULL, 0, 1790000000000, 1790000001000, 1790000009000, '01998d5c000070008000000000000001',
    'a.jpg' || char(10) || 'bot' || char(10) || 'https://files.example/a');
INSERT INTO attachments VALUES (8, 3, 1, X'2F746D702FFF', 'b', NULL, NULL, NULL, NULL, NULL, NULL, 'Bot', 'mixin',
    'uploading', 'send', 1, NULL, NULL, '{"part":1}', 1, 1790000000000, 1790000002000, NULL,
    '01998d5c000070008000000000000001', 'b' || char(10) || 'bot');
INSERT INTO attempts VALUES (7, 1, 1790000001000, 1790000003000,
    '{"kind":"network","retry":{"safe":{"after":null}},"step":"send","asked":null,
      "broke":"The connection broke","cause":null,"advice":null,"http_status":null}');
INSERT INTO attempts VALUES (7, 2, 1790000004000, 1790000009000, NULL);
INSERT INTO activity VALUES (1, 7, 1, '{"at_ms":1790000001500,"took_ms":7,"step":"ticket","method":"POST",
    "url":"https://api.example/attachments","headers":[],"sent_bytes":2,"status":200,"answer_headers":[],
    "answer":null}');
PRAGMA application_id = 1097229944;
PRAGMA user_version = 1;
"#;

fn database(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("affix.db")
}

fn open(path: &Path) -> Result<Store, Failure> {
    Store::open(path, SessionId::fresh())
}

fn one_file(name: &str) -> (NewBatch, Vec<NewAttachment>) {
    let batch = NewBatch { profile: "Bot".to_owned(), service: "mixin".to_owned() };
    (batch, vec![NewAttachment { path: Path::new("/home/me").join(name), name: name.to_owned() }])
}

/// Writes a file as another program would.
fn put(path: &Path, bytes: impl AsRef<[u8]>) {
    std::io::Write::write_all(&mut std::fs::File::create(path).unwrap(), bytes.as_ref()).unwrap();
}

/// All files of the folder except SQLite's shared index, which holds no data.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.to_string_lossy().ends_with("-shm"))
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    all.sort();
    all
}

/// Tables with their columns, and indexes with theirs, as SQLite understands them.
fn shape(path: &Path) -> Vec<String> {
    let db = Connection::open(path).unwrap();
    let lines = "
        SELECT t.type || ' ' || t.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' '
            || coalesce(c.dflt_value, '') || ' ' || c.pk
        FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c WHERE t.schema = 'main'
        UNION ALL
        SELECT 'index ' || t.name || ' ' || i.name || ' ' || i.\"unique\" || ' ' || coalesce(c.name, 'rowid')
        FROM pragma_table_list AS t, pragma_index_list(t.name) AS i, pragma_index_xinfo(i.name) AS c
        WHERE t.schema = 'main' ORDER BY 1";
    let mut select = db.prepare(lines).unwrap();
    select.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

async fn row(store: &Store, id: i64) -> Row {
    store.attachment(AttachmentId(id)).await.unwrap().unwrap()
}

async fn fixture_rows_are_there(store: &Store) {
    let done = row(store, 7).await;
    assert_eq!((done.batch, done.state, done.step), (BatchId(3), State::Done, Some(Step::Confirm)));
    assert_eq!(done.size, Some(5_000_000_000));
    #[cfg(unix)]
    assert_eq!(done.path, Path::new("/home/me/a.jpg"));
    assert_eq!((done.pixels, done.attempts), (Some((640, 480)), 2));
    assert_eq!(done.receipt.unwrap().link(LinkKind::View), Some("https://files.example/a"));
    let attempts = store.attempts(AttachmentId(7)).await.unwrap();
    assert_eq!(attempts[0].failure.as_ref().unwrap().kind, Kind::Network);
    assert_eq!(attempts[1].ended_at_ms, Some(1_790_000_009_000));
    assert_eq!(store.activity(AttachmentId(7)).await.unwrap()[0].status, Some(200));
    let running = row(store, 8).await;
    assert_eq!((running.state, running.answer_lost), (State::Uploading, true));
    assert_eq!(running.checkpoint.as_deref(), Some("{\"part\":1}"));
    let query = Query { search: Some("FILES.example".to_owned()), ..Query::newest(9) };
    assert_eq!(store.history(query).await.unwrap().len(), 1);
}

#[tokio::test]
async fn every_older_format_is_brought_up_to_date_with_its_rows() {
    let versions: Vec<i64> = FIXTURES.iter().map(|(version, _)| *version).collect();
    assert_eq!(versions, (1..=VERSION).collect::<Vec<_>>(), "a new format needs a fixture here");
    let fresh = tempfile::tempdir().unwrap();
    open(&database(&fresh)).unwrap().close().await;

    for (version, sql) in FIXTURES {
        let folder = tempfile::tempdir().unwrap();
        let path = database(&folder);
        Connection::open(&path).unwrap().execute_batch(&sql.concat()).unwrap();
        let store = open(&path).unwrap();
        fixture_rows_are_there(&store).await;
        // What sent something before that was kept may have sent all of it.
        assert_eq!(row(&store, 8).await.whole_at_ms.is_some(), *version < 3, "format {version}");
        let session = row(&store, 8).await.session;
        assert_eq!(store.interrupt(session).await.unwrap(), 1);
        let (batch, files) = one_file("new");
        let (_, ids) = store.add_batch(batch, files).await.unwrap();
        assert_eq!(ids, [AttachmentId(9)]);

        store.close().await;
        assert_eq!(shape(&path), shape(&database(&fresh)), "format {version}");
        let db = Connection::open(&path).unwrap();
        let now: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(now, VERSION);
    }
}

#[tokio::test]
async fn a_newer_format_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(&folder);
    let store = open(&path).unwrap();
    let (batch, files) = one_file("a");
    store.add_batch(batch, files).await.unwrap();
    store.close().await;
    // The newer program was killed: its last commits are still in the write-ahead log.
    let newer = Connection::open(&path).unwrap();
    newer.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    newer.execute_batch("CREATE TABLE of_tomorrow (id)").unwrap();
    newer.pragma_update(None, "user_version", VERSION + 1).unwrap();
    drop(newer);
    let before = contents(folder.path());
    assert_eq!(before.len(), 2, "the file and its log");

    let failure = open(&path).unwrap_err();
    assert_eq!(contents(folder.path()), before);
    assert_eq!(failure.kind, Kind::Storage);
    let (file, newer) = (path.display(), VERSION + 1);
    assert_eq!(
        failure.to_string(),
        format!(
            "Open the history: The database {file} is of format {newer}, and this version of Affix knows formats \
             up to {VERSION}. Install the newest Affix, or choose another folder with --home. Nothing in it was \
             changed."
        )
    );
}

#[tokio::test]
async fn another_programs_database_is_refused_and_left_as_it_is() {
    for sql in ["CREATE TABLE notes (text)", "PRAGMA user_version = 1", "PRAGMA application_id = 5"] {
        let folder = tempfile::tempdir().unwrap();
        let path = database(&folder);
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let before = contents(folder.path());
        let failure = open(&path).unwrap_err();
        assert_eq!(contents(folder.path()), before, "{sql}");
        let expected = format!("The file {} is a database of another program", path.display());
        assert_eq!((failure.kind, failure.broke), (Kind::Storage, expected), "{sql}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    for text in ["x".to_owned(), "my notes\n".to_owned(), "my notes\n".repeat(5_000)] {
        let folder = tempfile::tempdir().unwrap();
        let path = database(&folder);
        put(&path, &text);
        let failure = open(&path).unwrap_err();
        assert_eq!(contents(folder.path()), [(path.clone(), text.into_bytes())]);
        assert_eq!(failure.kind, Kind::Storage);
        assert_eq!(failure.broke, format!("The file {} is not a database", path.display()));
        assert!(failure.cause.is_some());
        assert!(failure.advice.unwrap().ends_with("Nothing in it was changed."));
    }
}

#[tokio::test]
async fn a_damaged_database_is_a_failure_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(&folder);
    let store = open(&path).unwrap();
    let (batch, files) = one_file("a");
    store.add_batch(batch, files).await.unwrap();
    store.close().await;
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'attachments'";
    let root: i64 = Connection::open(&path).unwrap().query_row(root, [], |row| row.get(0)).unwrap();
    let root = usize::try_from(root).unwrap();
    // The page of the rows; then everything but the first page, which has the header and the begin of the schema.
    for (damaged, opens) in [((root - 1) * 4096..root * 4096, true), (4096..usize::MAX, false)] {
        let mut bytes = std::fs::read(&path).unwrap();
        let end = damaged.end.min(bytes.len());
        bytes[damaged.start..end].fill(0x5a);
        put(&path, bytes);
        let failure = match open(&path) {
            Ok(store) => store.history(Query::newest(9)).await.unwrap_err(),
            Err(failure) => {
                assert!(!opens);
                failure
            }
        };
        assert_eq!(failure.kind, Kind::Storage);
        assert_eq!(failure.broke, format!("The database {} is damaged", path.display()));
    }
}

#[tokio::test]
async fn folders_are_made_and_only_the_user_may_read_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/of/affix.db");
    let store = open(&path).unwrap();
    let (batch, files) = one_file("a");
    store.add_batch(batch, files).await.unwrap();
    #[cfg(unix)]
    for file in [path.clone(), path.with_extension("db-wal")] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    store.close().await;
    assert!(path.exists());
}

#[test]
fn a_place_that_cannot_be_a_file_is_a_failure_in_words() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("file"), "");
    for path in [folder.path().to_owned(), folder.path().join("file/affix.db")] {
        let failure = open(&path).unwrap_err();
        let expected = format!("The database {} cannot be written", path.display());
        assert_eq!((failure.kind, failure.broke), (Kind::Storage, expected));
        assert!(failure.cause.is_some());
    }
}

#[test]
fn many_first_starts_at_once_make_one_database() {
    // Several rounds, because each is a race that a mistake may win.
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let path = database(&folder);
        let start = std::sync::Barrier::new(8);
        let first_start = || {
            start.wait();
            open(&path).map(drop)
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(first_start)).collect();
            for thread in threads {
                assert_eq!(thread.join().unwrap(), Ok(()));
            }
        });
    }
}

#[tokio::test]
async fn what_was_answered_outlives_a_killed_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(&folder);
    let store = open(&path).unwrap();
    let (batch, files) = one_file("a");
    let (_, ids) = store.add_batch(batch, files).await.unwrap();
    store.set_state(ids[0], State::Uploading, Some(Step::Send)).await.unwrap();

    // The files of this moment are what SIGKILL would leave; the store is still open.
    let killed = tempfile::tempdir().unwrap();
    for (file, bytes) in contents(folder.path()) {
        put(&killed.path().join(file.file_name().unwrap()), bytes);
    }
    let next = open(&database(&killed)).unwrap();
    assert_eq!(next.unfinished_sessions().await.unwrap(), [store.session()]);
    assert_eq!(next.interrupt(store.session()).await.unwrap(), 1);
    let row = next.attachment(ids[0]).await.unwrap().unwrap();
    assert_eq!((row.name.as_str(), row.state, row.step), ("a", State::Interrupted, Some(Step::Send)));
}

#[cfg(unix)]
mod protected {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use super::*;

    const PLACE: &str = "AFFIX_TEST_PROTECTED_DATABASE";

    fn allow(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Runs the test below in a process of its own; for root, whom no permission stops, as another user.
    fn refused_in_a_child(outer: &Path, path: &Path) {
        // This link needs no permission for the folders above the program.
        let link = Path::new("/proc/self/exe");
        let program = if link.exists() { link.to_owned() } else { std::env::current_exe().unwrap() };
        let mut child = Command::new(program);
        child.args(["--exact", "protected::open_is_refused", "--ignored", "--nocapture"]).env(PLACE, path);
        let probe = outer.join("probe");
        put(&probe, "");
        allow(&probe, 0o444);
        if std::fs::OpenOptions::new().write(true).open(&probe).is_ok() {
            child.uid(65534).gid(65534).current_dir("/");
        }
        let output = child.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
    }

    #[test]
    #[ignore = "run by read_only_places_are_refused"]
    fn open_is_refused() {
        let Some(place) = std::env::var_os(PLACE) else { return };
        let place = PathBuf::from(place);
        let failure = open(&place).unwrap_err();
        let expected = format!("The database {} cannot be written", place.display());
        assert_eq!((failure.kind, failure.broke), (Kind::Storage, expected));
        let advice = "Allow writing to the file and its folder, or choose another folder with --home.";
        assert_eq!(failure.advice.as_deref(), Some(advice));
    }

    #[tokio::test]
    async fn read_only_places_are_refused() {
        // Permissions of the folder, and of the file where there is one.
        for (folder_mode, file_mode) in [(0o555, None), (0o777, Some(0o444)), (0o555, Some(0o666))] {
            let outer = tempfile::tempdir().unwrap();
            allow(outer.path(), 0o755);
            let folder = outer.path().join("data");
            std::fs::create_dir(&folder).unwrap();
            let path = folder.join("affix.db");
            if let Some(mode) = file_mode {
                open(&path).unwrap().close().await;
                allow(&path, mode);
            }
            allow(&folder, folder_mode);
            let before = contents(&folder);
            refused_in_a_child(outer.path(), &path);
            assert_eq!(contents(&folder), before, "{folder_mode:o} {file_mode:?}");
            allow(&folder, 0o755);
        }
    }
}
