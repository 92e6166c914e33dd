//! A home with a sandbox that serves all the time, and what can be seen of both from outside.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use affix::sandbox::files::Kept;
use rusqlite::Connection;
use serde_json::Value;

use crate::batch::Batch;
use crate::cli::{Home, until};

/// More than every process here takes; less than the runner gives a test.
const PATIENCE: Duration = Duration::from_mins(1);

/// The repeats are enough to outlast every fault that is met a few times.
const SETTINGS: &str = "[uploads]\nretries = 4\n[network]\nidle_timeout_secs = 10\n";

pub(crate) struct Bench {
    pub(crate) home: Home,
    sandbox: Child,
}

/// A row as it stands in the database.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) step: Option<String>,
    pub(crate) failure: Option<String>,
    pub(crate) receipt: Option<String>,
    /// When a request was about to be whole whose repeat might make a second object.
    pub(crate) whole_at_ms: Option<i64>,
}

/// A run of the program, with what it prints.
pub(crate) struct Run {
    pub(crate) process: Child,
    printed: PathBuf,
}

impl Run {
    /// The links that were printed so far, one line a file.
    pub(crate) fn printed(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.printed).unwrap();
        // A line that the kill cut off was not told.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(str::to_owned).collect()
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Waits for its end; answers how long that took.
    pub(crate) fn end(&mut self) -> Duration {
        let begun = Instant::now();
        while self.process.try_wait().unwrap().is_none() {
            if begun.elapsed() > PATIENCE {
                self.kill();
                panic!("it did not end in time: {}", std::fs::read_to_string(self.words()).unwrap());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        begun.elapsed()
    }

    fn words(&self) -> PathBuf {
        self.printed.with_extension("err")
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        let home = Home::new();
        home.settings(SETTINGS);
        let serve = ["sandbox", "--bind", "127.0.0.1:0", "--add-profiles"];
        let log = File::create(home.files().join("sandbox.log")).unwrap();
        let sandbox = home.command(&serve).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let facts = home.path().join("sandbox/server.json");
        until("the sandbox serves", || facts.exists());
        Self { home, sandbox }
    }

    /// `affix` with these words, from now on.
    pub(crate) fn start(&self, name: &str, args: &[&std::ffi::OsStr]) -> Run {
        let printed = self.home.files().join(format!("{name}.out"));
        let out = File::create(&printed).unwrap();
        let err = File::create(printed.with_extension("err")).unwrap();
        Run { process: self.home.command(args).stdout(out).stderr(err).spawn().unwrap(), printed }
    }

    pub(crate) fn upload(&self, batch: &Batch) -> Run {
        self.upload_as("upload", batch)
    }

    /// In another process, while one runs.
    pub(crate) fn upload_beside(&self, batch: &Batch) -> Run {
        self.upload_as("beside", batch)
    }

    fn upload_as(&self, name: &str, batch: &Batch) -> Run {
        let mut args = vec!["upload", "--yes", "--quiet", "--profile", batch.way.profile];
        args.extend(batch.files.iter().map(|file| file.path.to_str().unwrap()));
        let args: Vec<_> = args.into_iter().map(std::ffi::OsStr::new).collect();
        self.start(name, &args)
    }

    pub(crate) fn resume(&self) -> Run {
        self.start("resume", &["resume".as_ref(), "--quiet".as_ref()])
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.home.path().join("affix.db")
    }

    /// Where the sandbox keeps its files.
    pub(crate) fn kept_files(&self) -> PathBuf {
        self.home.path().join("sandbox/files")
    }

    /// Every object that a service has; what belongs to another object does not count.
    pub(crate) fn kept(&self) -> Vec<Kept> {
        let facts = std::fs::read_dir(self.kept_files()).unwrap().map(|entry| entry.unwrap().path());
        let facts = facts.filter(|path| path.extension().is_some());
        let kept = facts.map(|path| serde_json::from_slice::<Kept>(&std::fs::read(path).unwrap()).unwrap());
        kept.filter(|kept| !kept.extra.contains_key("belongs_to")).collect()
    }

    /// The rows of one batch, in the order handed over; none where the batch was not handed over yet. Reads a copy:
    /// the program alone brings its file in order.
    pub(crate) fn rows(&self, batch: &Batch) -> Vec<Row> {
        let Some(copy) = Copy::of(&self.database()) else { return Vec::new() };
        copy.check();
        let first = batch.files[0].name.split('-').next().unwrap();
        copy.rows(first)
    }

    /// Waits until the sandbox works on nothing: a request outlives the process that sent it.
    pub(crate) fn quiet(&self) {
        let port = self.home.origin().rsplit(':').next().unwrap().parse::<u16>().unwrap();
        until("the sandbox has nothing to do", || connections(port) == 0);
    }

    /// The end of a link: the bytes, where everybody can ask for them.
    pub(crate) fn bytes_at(url: &str) -> Vec<u8> {
        crate::cli::get(url)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // Also where a test has failed: nothing of it stays behind.
        let _gone = self.sandbox.kill();
        let _ended = self.sandbox.wait();
    }
}

/// Connections of a port that are open on the server's side.
fn connections(port: u16) -> usize {
    const LISTENING: &str = "0A";
    const OVER: &str = "06";
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let local = format!(":{port:04X}");
    let of_the_port = table.lines().skip(1).filter_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let (address, _peer, state) = (words.next()?, words.next()?, words.next()?);
        (address.ends_with(&local) && state != LISTENING && state != OVER).then_some(())
    });
    of_the_port.count()
}

/// A database as a crash has left it, opened beside the original.
struct Copy {
    db: Connection,
    _folder: tempfile::TempDir,
}

impl Copy {
    fn of(database: &Path) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("affix.db");
        std::fs::copy(database, &to).ok()?;
        // Without one, everything is in the file itself.
        let _absent = std::fs::copy(database.with_extension("db-wal"), to.with_extension("db-wal"));
        let _absent = std::fs::copy(database.with_extension("db-journal"), to.with_extension("db-journal"));
        Some(Self { db: Connection::open(to).unwrap(), _folder: folder })
    }

    /// Nothing in it is damaged.
    fn check(&self) {
        let whole: String = self.db.query_one("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(whole, "ok");
        let mut broken = self.db.prepare("PRAGMA foreign_key_check").unwrap();
        assert!(!broken.exists([]).unwrap(), "a row points nowhere");
    }

    fn rows(&self, first: &str) -> Vec<Row> {
        let select = "SELECT name, state, step, failure, receipt, whole_at_ms FROM attachments
             WHERE name LIKE ? || '-%' ORDER BY position";
        // A kill before the first migration leaves a file without tables.
        let Ok(mut select) = self.db.prepare(select) else { return Vec::new() };
        let rows = select.query_map([first], |row| {
            let [name, state] = [row.get(0)?, row.get(1)?];
            let [step, failure, receipt] = [row.get(2)?, row.get(3)?, row.get(4)?];
            Ok(Row { name, state, step, failure, receipt, whole_at_ms: row.get(5)? })
        });
        rows.unwrap().map(Result::unwrap).collect()
    }
}

impl Row {
    pub(crate) fn links(&self) -> Vec<(String, String)> {
        let receipt: Value =
            self.receipt.as_deref().map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
        let text = |link: &Value, key: &str| link[key].as_str().unwrap().to_owned();
        let links = receipt["links"].as_array().into_iter().flatten();
        links.map(|link| (text(link, "kind"), text(link, "value"))).collect()
    }
}
