//! The one server of a home: finding it, starting it in the background, ending it.
//!
//! A link that `affix upload` printed must work after the command has ended, so the command leaves a server
//! behind, which ends by itself when nobody asks for anything. `server.json` in the sandbox's folder says where it
//! is; `server.lock` is held by the one that serves; `port` remembers the port, so that old links work again.
//! All but [`serve`] block.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::server::{Config, Server, proof};
use crate::domain::error::{Failure, Kind};
use crate::domain::secret::Secret;
use crate::platform::process;

const FACTS: &str = "server.json";
const LOCK: &str = "server.lock";
const PORT: &str = "port";
const LOG: &str = "background.log";

/// To connect, and to get an answer: the server is on this computer.
const ANSWER_TIME: Duration = Duration::from_secs(2);
/// For a new process until it answers; a first start on a slow disk takes some seconds.
const START_TIME: Duration = Duration::from_secs(20);
/// For an ending server to let go of its lock: it lets running requests end.
const END_TIME: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(20);
/// Bytes of an answer that are read.
const MAX_ANSWER: u64 = 64 * 1024;

/// A server that answers.
#[derive(Debug, Clone)]
pub struct Running {
    /// Such as `http://127.0.0.1:41234`.
    pub origin: String,
    pub pid: u32,
    token: Secret,
}

/// What `server.json` holds; only this user can read it.
#[derive(Debug, Serialize, Deserialize)]
struct Facts {
    origin: String,
    pid: u32,
    token: String,
}

/// How to start a server in the background.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The program itself.
    pub exe: PathBuf,
    /// What `--home` was given, where it was.
    pub home: Option<PathBuf>,
    /// How long it serves after the last request.
    pub keep_serving: Duration,
}

/// The server of this home, which this process runs. Dropped, it stops and takes its `server.json` away.
#[derive(Debug)]
pub struct Serving {
    server: Server,
    facts: PathBuf,
    _lock: File,
}

impl Serving {
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Ends it in order: when this returns the port is free, so that the next server takes the same one.
    pub async fn end(self) {
        self.server.stop().await;
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Left behind, it names a port that does not answer, which is the same as none.
        let _gone_or_stale = fs::remove_file(&self.facts);
    }
}

/// The server of this home, if one answers and proves that it is the one that wrote `server.json`.
#[must_use]
pub fn find(dir: &Path) -> Option<Running> {
    let Facts { origin, pid, token } = serde_json::from_slice(&fs::read(dir.join(FACTS)).ok()?).ok()?;
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let (status, body) = ask(&origin, "GET", &format!("/_sandbox/health?nonce={nonce}"), "").ok()?;
    let answer: serde_json::Value = serde_json::from_slice(&body).ok()?;
    let proven = answer.get("proof")?.as_str()? == proof(&token, &nonce);
    (status == 200 && proven).then(|| Running { origin, pid, token: Secret::new(token) })
}

/// Serves this home in this process, on the port of last time where that is free.
///
/// # Errors
/// `Kind::Refused` when another process serves it, and what [`Server::start`] fails with.
pub async fn serve(config: Config) -> Result<Serving, Failure> {
    let dir = config.dir.clone();
    let locked = tokio::task::spawn_blocking(move || lock(&dir)).await;
    let (lock, last_port) = locked.map_err(|error| unusable(&io::Error::other(error)))??;
    let (dir, token) = (config.dir.clone(), config.admin_token.clone());
    let server = start(config, last_port).await?;
    let facts = Facts { origin: server.origin().to_owned(), pid: std::process::id(), token };
    let address = server.address();
    let serving = Serving { server, facts: dir.join(FACTS), _lock: lock };
    let written = tokio::task::spawn_blocking(move || {
        let json = serde_json::to_vec(&facts)?;
        write(&dir, PORT, address.port().to_string().as_bytes())?;
        write(&dir, FACTS, &json)
    });
    written.await.map_err(io::Error::other).and_then(|done| done).map_err(|error| unusable(&error))?;
    Ok(serving)
}

async fn start(config: Config, last_port: Option<u16>) -> Result<Server, Failure> {
    if let (0, Some(port)) = (config.bind.port(), last_port) {
        let bind = SocketAddr::new(config.bind.ip(), port);
        match Server::start(Config { bind, ..config.clone() }).await {
            Err(failure) if failure.kind == Kind::Network => {}
            other => return other,
        }
    }
    Server::start(config).await
}

/// Takes the lock, waiting for a server that is about to end; answers the port of last time too.
fn lock(dir: &Path) -> Result<(File, Option<u16>), Failure> {
    fs::create_dir_all(dir).map_err(|error| unusable(&error))?;
    let file = open_lock(dir).map_err(|error| unusable(&error))?;
    let deadline = Instant::now() + END_TIME;
    while let Err(problem) = file.try_lock() {
        if let fs::TryLockError::Error(error) = problem {
            return Err(unusable(&error));
        }
        let other = find(dir);
        if other.is_some() || Instant::now() >= deadline {
            let where_it_is = other.map_or_else(String::new, |other| format!(" at {}", other.origin));
            return Err(Failure::new(Kind::Refused, format!("The sandbox runs already{where_it_is}"))
                .advice("Use that one, or end it with `affix sandbox --stop`."));
        }
        std::thread::sleep(POLL);
    }
    let last_port = fs::read_to_string(dir.join(PORT)).ok().and_then(|port| port.trim().parse().ok());
    Ok((file, last_port))
}

fn open_lock(dir: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(dir.join(LOCK))
}

fn is_locked(dir: &Path) -> bool {
    open_lock(dir).is_ok_and(|file| matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)))
}

/// Whole or not at all, and readable by this user only.
fn write(dir: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(content)?;
    file.persist(dir.join(name)).map_err(|error| error.error)?;
    Ok(())
}

/// Asks the server of this home to end, and waits until it has; false when none runs.
///
/// # Errors
/// `Kind::Timeout` when it goes on.
pub fn stop(dir: &Path) -> Result<bool, Failure> {
    let Some(running) = find(dir) else { return Ok(false) };
    // An answer is not needed: whether it ended is seen by the lock.
    let _answer = ask(&running.origin, "POST", "/_sandbox/stop", running.token.expose());
    let deadline = Instant::now() + END_TIME;
    while is_locked(dir) {
        if Instant::now() >= deadline {
            return Err(Failure::new(Kind::Timeout, "The sandbox was asked to end but goes on")
                .advice(format!("End the process {}.", running.pid)));
        }
        std::thread::sleep(POLL);
    }
    Ok(true)
}

/// The server of this home; starts one in the background where none answers.
///
/// # Errors
/// `Kind::Storage` when the program could not be started, `Kind::Timeout` when it did not answer in time,
/// `Kind::Refused` with its own words when it ended at once.
pub fn ensure(dir: &Path, launch: &Launch) -> Result<Running, Failure> {
    if let Some(running) = find(dir) {
        return Ok(running);
    }
    let failed = |error: io::Error| {
        Failure::new(Kind::Storage, "The sandbox could not be started in the background").cause(error)
    };
    fs::create_dir_all(dir).map_err(failed)?;
    let mut child = spawn(dir, launch).map_err(failed)?;
    let deadline = Instant::now() + START_TIME;
    loop {
        let ended = child.try_wait().map_err(failed)?;
        if let Some(running) = find(dir) {
            reap(child);
            return Ok(running);
        }
        // When the lock is held, another process was quicker: its server is about to answer.
        if ended.is_some() && !is_locked(dir) {
            let words = fs::read_to_string(dir.join(LOG)).unwrap_or_default();
            return Err(Failure::new(Kind::Refused, "The sandbox ended as soon as it was started")
                .cause(words.lines().last().unwrap_or("it said nothing")));
        }
        if Instant::now() >= deadline {
            reap(child);
            return Err(Failure::new(Kind::Timeout, "The sandbox was started but does not answer"));
        }
        std::thread::sleep(POLL);
    }
}

/// A process that stays when this one ends.
fn spawn(dir: &Path, launch: &Launch) -> io::Result<Child> {
    let mut command = Command::new(&launch.exe);
    if let Some(home) = &launch.home {
        command.arg("--home").arg(home);
    }
    command.args(["sandbox", "--background", "--idle-exit"]).arg(launch.keep_serving.as_secs().to_string());
    // It serves for hours: it holds no folder that the user may want to remove.
    command.current_dir(dir);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(dir.join(LOG))?);
    process::detach(&mut command);
    command.spawn()
}

/// Waits for the child's end on a thread of its own, so that a long-lived parent keeps no dead process.
fn reap(mut child: Child) {
    let waiting = std::thread::Builder::new().name("sandbox-reaper".to_owned());
    // Without the thread the system clears the child when this program ends.
    let _thread = waiting.spawn(move || {
        let _ended = child.wait();
    });
}

fn unusable(error: &io::Error) -> Failure {
    Failure::new(Kind::Storage, "The sandbox's folder cannot be used")
        .cause(error)
        .advice("Check its permissions and the free disk space.")
}

/// One short request to this computer; answers status and body.
fn ask(origin: &str, method: &str, path: &str, token: &str) -> io::Result<(u16, Vec<u8>)> {
    let address: SocketAddr = origin.trim_start_matches("http://").parse().map_err(io::Error::other)?;
    if !address.ip().is_loopback() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_TIME)?;
    stream.set_read_timeout(Some(ANSWER_TIME))?;
    stream.set_write_timeout(Some(ANSWER_TIME))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or(io::ErrorKind::InvalidData)?;
    let (head, body) = answer.split_at(end + 4);
    let status = String::from_utf8_lossy(head).split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok((status.ok_or(io::ErrorKind::InvalidData)?, body.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::credentials::Credentials;

    fn config(dir: &Path) -> Config {
        Config::new(dir, Credentials::generate())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_server_serves_a_home_and_keeps_its_port() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().to_owned();
        assert!(find(&dir).is_none());
        let serving = serve(config(&dir)).await.unwrap();
        let origin = serving.server().origin().to_owned();
        let found = find(&dir).unwrap();
        assert_eq!((found.origin.as_str(), found.pid), (origin.as_str(), std::process::id()));
        assert!(!format!("{found:?}").contains(found.token.expose()));
        let second = serve(config(&dir)).await.unwrap_err();
        assert!(second.to_string().contains(&origin), "{second}");

        // As `affix sandbox` does: serve until asked to end.
        let ending = tokio::spawn(async move { serving.server().wait().await });
        let stopped = tokio::task::spawn_blocking({
            let dir = dir.clone();
            move || stop(&dir)
        });
        assert_eq!(stopped.await.unwrap(), Ok(true));
        ending.await.unwrap();
        assert!(!dir.join(FACTS).exists());
        assert_eq!(stop(&dir), Ok(false));
        let again = serve(config(&dir)).await.unwrap();
        assert_eq!(again.server().origin(), origin, "links of last time work again");
        again.end().await;
        assert!(find(&dir).is_none());
        let third = serve(config(&dir)).await.unwrap();
        assert_eq!(third.server().origin(), origin);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_stranger_on_the_port_is_not_taken_for_the_server() {
        let home = tempfile::tempdir().unwrap();
        let serving = serve(config(home.path())).await.unwrap();
        let facts = Facts {
            origin: serving.server().origin().to_owned(),
            pid: 1,
            token: "of another home".to_owned(),
        };
        let other = tempfile::tempdir().unwrap();
        write(other.path(), FACTS, &serde_json::to_vec(&facts).unwrap()).unwrap();
        assert!(find(other.path()).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_ends_at_once_is_told_in_its_own_words() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let exe = home.path().join("broken");
        let mut file = File::create(&exe).unwrap();
        file.write_all(b"#!/bin/sh\necho \"no $*\" >&2\nexit 1\n").unwrap();
        file.set_permissions(fs::Permissions::from_mode(0o700)).unwrap();
        drop(file);
        let keep_serving = Duration::from_secs(7);
        let launch = Launch { exe, home: Some(PathBuf::from("/h")), keep_serving };
        let failure = ensure(&home.path().join("sandbox"), &launch).unwrap_err();
        let cause = failure.cause.unwrap();
        assert_eq!(cause, "no --home /h sandbox --background --idle-exit 7");
    }
}
