//! The real program, run in a home of its own: what the tests of the command line share.
#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    missing_debug_implementations,
    unreachable_pub,
    reason = "tests may panic; every test file uses another part"
)]

use std::ffi::{OsStr, OsString};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A demo profile of each service, as `affix sandbox --add-profiles` names them, and the built-in one.
pub const DEMOS: [(&str, &str); 6] = [
    ("sandbox", "Sandbox"),
    ("mixin", "mixin demo"),
    ("teable", "teable demo"),
    ("cosmos", "cosmos demo"),
    ("cronofy", "cronofy demo"),
    ("forum", "forum demo"),
];

/// A PNG of one pixel, which every service takes.
pub const PNG: &[u8] = include_bytes!("one-pixel.png");

/// A picture with `filler` in a chunk of its own (hIST, which every reader may skip): behind its end it would be taken
/// out of what is sent.
pub fn filled(picture: &[u8], filler: &[u8]) -> Vec<u8> {
    let (shown, end) = picture.split_at(picture.len() - 12);
    let length = u32::try_from(filler.len()).unwrap().to_be_bytes();
    [shown, &length, b"hIST", filler, &[0; 4], end].concat()
}

/// A home that nothing else uses. Dropped, it ends the sandbox that a command left behind.
pub struct Home {
    dir: TempDir,
    /// Where the tests' own files are: beside the home, so that what is in the home is Affix's.
    files: TempDir,
    env: Vec<(OsString, OsString)>,
}

impl Home {
    pub fn new() -> Self {
        let home = Self { dir: TempDir::new().unwrap(), files: TempDir::new().unwrap(), env: Vec::new() };
        // A retry waits a second and longer; the tests of retries ask for them.
        home.settings("[uploads]\nretries = 0\n");
        home
    }

    /// With a demo profile of each service.
    pub fn with_demos() -> Self {
        let home = Self::new();
        for (service, name) in DEMOS.iter().skip(1) {
            home.profile(name, &format!("service = \"{service}\"\ndemo = true"));
        }
        home
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Replaces the settings file.
    pub fn settings(&self, text: &str) {
        put(&self.path().join("settings.toml"), text.as_bytes());
    }

    /// Adds a profile; `lines` are those of its table and of its settings after `[profiles.settings]`.
    pub fn profile(&self, name: &str, lines: &str) {
        let file = self.path().join("settings.toml");
        let before = std::fs::read_to_string(&file).unwrap();
        self.settings(&format!("{before}\n[[profiles]]\nname = \"{name}\"\n{lines}\n"));
    }

    /// A profile as of a user's own account, not a demo: Teable at an address, already confirmed or not.
    pub fn account(&self, name: &str, address: &str, confirmed: bool) {
        let lines = format!(
            "service = \"teable\"\nconfirmed = {confirmed}\n[profiles.settings]\nbase_url = \"{address}\""
        );
        self.profile(name, &lines);
    }

    /// Sets a variable for every command from now on.
    pub fn env(&mut self, name: &str, value: impl AsRef<OsStr>) {
        self.env.push((name.into(), value.as_ref().to_owned()));
    }

    /// A file to upload, beside the home.
    pub fn file(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.files.path().join(name);
        put(&path, content.as_ref());
        path
    }

    /// The folder of the files to upload.
    pub fn files(&self) -> &Path {
        self.files.path()
    }

    /// The program in this home: no terminal, no keyring, no proxy.
    pub fn command(&self, args: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_affix"));
        command.arg("--home").arg(self.path()).args(args).stdin(Stdio::null());
        for name in ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY", "http_proxy", "https_proxy"] {
            command.env_remove(name);
        }
        command.env("NO_PROXY", "*").envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs it to its end.
    pub fn affix(&self, args: &[impl AsRef<OsStr>]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    /// `affix upload` with these options and files.
    pub fn upload(&self, options: &[&str], files: &[&Path]) -> Ran {
        let options = options.iter().map(OsString::from);
        let args: Vec<_> = [OsString::from("upload")]
            .into_iter()
            .chain(options)
            .chain(files.iter().map(OsString::from))
            .collect();
        self.affix(&args)
    }

    /// The history, newest first.
    pub fn history(&self) -> Vec<Value> {
        let ran = self.affix(&["history", "--json", "--limit", "1000"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.json()
    }

    /// Makes the sandbox run, in the background as an upload leaves it.
    pub fn start_sandbox(&self) {
        let file = self.file("starts-the-sandbox.txt", "start");
        let ran = self.upload(&["-q"], &[&file]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }

    /// Tells the sandbox to do something wrong: `{fault, service, step, times}`.
    pub fn fault(&self, fault: &Value) {
        assert_eq!(self.sandbox("POST", "/_sandbox/faults", &fault.to_string()).0, 201, "{fault}");
    }

    /// Adds a fault for the next request to a service's step.
    pub fn once(&self, service: &str, step: &str, fault: &str) {
        self.fault(&json!({ "fault": fault, "service": service, "step": step, "times": 1 }));
    }

    /// From now on the sandbox does everything right.
    pub fn no_faults(&self) {
        assert_eq!(self.sandbox("DELETE", "/_sandbox/faults", "").0, 204);
    }

    /// Every request that the sandbox had, oldest first.
    pub fn requests(&self) -> Vec<Value> {
        serde_json::from_slice(&self.sandbox("GET", "/_sandbox/log", "").1).unwrap()
    }

    /// The sandbox's address, such as `http://127.0.0.1:4000`.
    pub fn origin(&self) -> String {
        self.server()["origin"].as_str().unwrap().to_owned()
    }

    /// One credential of the sandbox, such as `teable_token`.
    pub fn credential(&self, key: &str) -> String {
        let text = std::fs::read(self.path().join("sandbox/credentials.json")).unwrap();
        serde_json::from_slice::<Value>(&text).unwrap()[key].as_str().unwrap().to_owned()
    }

    fn server(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.path().join("sandbox/server.json")).unwrap()).unwrap()
    }

    fn sandbox(&self, method: &str, path: &str, body: &str) -> (u16, Vec<u8>) {
        let token = self.server()["token"].as_str().unwrap().to_owned();
        http(method, &format!("{}{path}", self.origin()), &format!("Authorization: Bearer {token}\r\n"), body)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ended = self.command(&["sandbox", "--stop"]).output();
    }
}

/// How a command ended.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    pub fn lines(&self) -> Vec<&str> {
        self.out.lines().collect()
    }

    /// Each line of standard output as JSON.
    pub fn json(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Ended with `code`, and standard error has every one of `words`.
    #[track_caller]
    pub fn says(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in {}", self.err);
        }
    }
}

/// The bytes behind a link of the sandbox.
pub fn get(url: &str) -> Vec<u8> {
    let (status, body) = http("GET", url, "", "");
    assert_eq!(status, 200, "{url}: {}", String::from_utf8_lossy(&body));
    body
}

/// Waits until something is so; a test that waits in vain is ended from outside.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not within a minute");
        std::thread::yield_now();
    }
}

/// One request to the sandbox on this computer, and the answer's status and body.
pub fn http(method: &str, url: &str, headers: &str, body: &str) -> (u16, Vec<u8>) {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    assert!(!head.to_lowercase().contains("transfer-encoding"), "{head}");
    (head.split(' ').nth(1).unwrap().parse().unwrap(), answer.split_off(end + 4))
}

fn put(path: &Path, content: &[u8]) {
    std::fs::File::create(path).unwrap().write_all(content).unwrap();
}
