//! A home folder for the real program, and what a test does with it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a condition is waited for; many tests share few cores.
const PATIENCE: Duration = Duration::from_secs(30);

/// A home folder; its background sandbox ends with it.
pub(crate) struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The program with this home, without a keyring and without the user's own environment.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_affix"));
        command.arg("--home").arg(self.path().join("home")).args(args).current_dir(self.path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AFFIX_") {
                command.env_remove(name);
            }
        }
        // The bus of the session is found through either.
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("XDG_RUNTIME_DIR").env("TZ", "UTC");
        // No window opens, wherever the tests run.
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
        command
    }

    /// Runs it with this text on standard input.
    pub(crate) fn affix(&self, args: &[&str], stdin: &str) -> Output {
        output(self.command(args), stdin)
    }

    /// Runs it; it must succeed. Its standard output.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.affix(args, "");
        assert!(output.status.success(), "{args:?}: {}", stderr(&output));
        stdout(&output)
    }

    /// Runs it; it must end with this code and without results. Its standard error.
    #[track_caller]
    pub(crate) fn refused(&self, args: &[&str], stdin: &str, code: i32) -> String {
        let output = self.affix(args, stdin);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{args:?}");
        stderr(&output)
    }

    /// Starts it with pipes on all three.
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn settings_file(&self) -> PathBuf {
        self.path().join("home/settings.toml")
    }

    pub(crate) fn settings(&self) -> String {
        fs::read_to_string(self.settings_file()).unwrap_or_default()
    }

    pub(crate) fn set_settings(&self, text: &str) {
        fs::create_dir_all(self.path().join("home")).unwrap();
        fs::write(self.settings_file(), text).unwrap();
    }

    /// The history, newest first.
    pub(crate) fn history(&self) -> Vec<Value> {
        objects(&self.ok(&["history", "--json"]))
    }

    /// The state of the newest attachment of this name.
    pub(crate) fn state_of(&self, name: &str) -> Option<String> {
        let row = self.history().into_iter().find(|row| row["name"] == name)?;
        row["status"].as_str().map(str::to_owned)
    }

    /// What `server.json` says; none while no sandbox runs.
    pub(crate) fn server(&self) -> Option<Value> {
        let text = fs::read(self.path().join("home/sandbox/server.json")).ok()?;
        serde_json::from_slice(&text).ok()
    }

    pub(crate) fn origin(&self) -> String {
        self.server().expect("a sandbox runs")["origin"].as_str().unwrap().to_owned()
    }

    pub(crate) fn credentials(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path().join("home/sandbox/credentials.json")).unwrap()).unwrap()
    }

    /// Starts the background sandbox with a first upload.
    pub(crate) fn with_sandbox(self) -> Self {
        self.file("first.txt", b"first");
        self.ok(&["upload", "first.txt"]);
        self
    }

    /// Makes the sandbox misbehave for uploads to its plain service, `times` of them.
    pub(crate) fn fault(&self, fault: &str, times: Option<u32>) {
        let server = self.server().expect("a sandbox runs");
        let body =
            serde_json::json!({"fault": fault, "service": "sandbox", "step": "upload", "times": times});
        let (status, _) = http(
            server["origin"].as_str().unwrap(),
            "POST /_sandbox/faults",
            server["token"].as_str().unwrap(),
            &body.to_string(),
        );
        assert_eq!(status, 201);
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ended = self.command(&["sandbox", "--stop"]).output();
    }
}

/// Runs a command with this text on standard input.
pub(crate) fn output(mut command: Command, stdin: &str) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that needs no input closes it.
    let _unread = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// One JSON object a line.
pub(crate) fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The names of an object's fields, sorted.
pub(crate) fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// Waits until something is there.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Sends a signal by its name, such as `INT`.
pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", child.id())).status().unwrap();
    assert!(sent.success());
}

/// One request to the sandbox: method and path, bearer token, body → status and body.
pub(crate) fn http(origin: &str, request: &str, token: &str, body: &str) -> (u16, Vec<u8>) {
    let address = origin.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..end]);
    (head.split(' ').nth(1).unwrap().parse().unwrap(), answer[end + 4..].to_vec())
}

/// The bytes behind a link of the sandbox.
pub(crate) fn get(link: &str) -> (u16, Vec<u8>) {
    let rest = link.trim().strip_prefix("http://").unwrap();
    let (address, path) = rest.split_once('/').unwrap();
    http(&format!("http://{address}"), &format!("GET /{path}"), "", "")
}
