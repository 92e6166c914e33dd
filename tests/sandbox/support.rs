//! A running sandbox and a client that sends exactly what a test says.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use affix::sandbox::credentials::Credentials;
use affix::sandbox::server::{Config, Server};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(crate) struct Sandbox {
    pub(crate) server: Server,
    pub(crate) credentials: Credentials,
    pub(crate) dir: TempDir,
    runtime: Runtime,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Sandbox {
    pub(crate) fn start() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let dir = TempDir::new().unwrap();
        let credentials = Credentials::generate();
        let mut config = Config::new(dir.path(), credentials.clone());
        "admin".clone_into(&mut config.admin_token);
        change(&mut config);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let server = runtime.block_on(Server::start(config)).unwrap();
        Self { server, credentials, dir, runtime }
    }

    /// Ends the server and starts it again on the same folder and port.
    pub(crate) fn restart(mut self) -> Self {
        self.runtime.block_on(self.server.stop());
        let mut config = Config::new(self.dir.path(), self.credentials.clone());
        config.bind = self.server.address();
        self.server = self.runtime.block_on(Server::start(config)).unwrap();
        self
    }

    pub(crate) fn stop(&self) {
        self.runtime.block_on(self.server.stop());
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Sends a request; `headers` are whole lines. Host, length and `Connection: close` are added.
    /// `None`: the connection was closed without a whole answer.
    pub(crate) fn try_ask(&self, method: &str, url: &str, headers: &[&str], body: &[u8]) -> Option<Answer> {
        let path = url.strip_prefix(self.server.origin()).unwrap_or(url);
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.server.address());
        for line in headers {
            head.push_str(line);
            head.push_str("\r\n");
        }
        if !headers.iter().any(|line| line.to_lowercase().starts_with("transfer-encoding")) {
            let _infallible = write!(head, "Content-Length: {}\r\n", body.len());
        }
        head.push_str("Connection: close\r\n\r\n");
        self.raw(&[head.as_bytes(), body].concat())
    }

    pub(crate) fn ask(&self, method: &str, url: &str, headers: &[&str], body: &[u8]) -> Answer {
        self.try_ask(method, url, headers, body).expect("an answer")
    }

    pub(crate) fn get(&self, url: &str) -> Answer {
        self.ask("GET", url, &[], b"")
    }

    /// Sends these bytes and reads until the connection closes.
    pub(crate) fn raw(&self, request: &[u8]) -> Option<Answer> {
        let mut stream = self.connect();
        // A server that answers early closes its side before all is sent.
        let _sent = stream.write_all(request);
        read(&mut stream)
    }

    pub(crate) fn bearer(token: &str) -> String {
        format!("Authorization: Bearer {token}")
    }

    /// Uploads to the plain service; answers its JSON.
    pub(crate) fn keep(&self, name: &str, mime: &str, bytes: &[u8]) -> Value {
        let token = Self::bearer(&self.credentials.plain_token);
        let (name, mime) = (format!("X-File-Name: {name}"), format!("Content-Type: {mime}"));
        let answer = self.ask("POST", "/plain/files", &[&token, &name, &mime], bytes);
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }
}

pub(crate) fn read(stream: &mut TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    let whole = stream.read_to_end(&mut bytes).is_ok();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let body = bytes[end + 4..].to_vec();
    let announced = headers.iter().find(|(name, _)| name == "content-length");
    let answer = Answer { status, body, headers: headers.clone() };
    let complete = announced.is_none_or(|(_, length)| length.parse() == Ok(answer.body.len()));
    (whole && (complete || answer.body.is_empty())).then_some(answer)
}

pub(crate) fn text(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{pointer} in {value}"))
        .to_owned()
}
