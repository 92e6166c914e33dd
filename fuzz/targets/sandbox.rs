#![no_main]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::LazyLock;
use std::time::Duration;

use affix::sandbox::credentials::Credentials;
use affix::sandbox::server::{Config, Server};
use tokio::runtime::{Builder, Runtime};

/// Written into the requests, so that more than their refusal is reached.
const SECRETS: &[(&str, fn(&Credentials) -> &str)] = &[
    ("{plain}", |known| &known.plain_token),
    ("{teable}", |known| &known.teable_token),
    ("{cronofy}", |known| &known.cronofy_api_key),
    ("{forum}", |known| &known.forum_api_key),
];

struct Place {
    address: SocketAddr,
    credentials: Credentials,
    _folder: tempfile::TempDir,
    _server: Server,
    _runtime: Runtime,
}

static PLACE: LazyLock<Place> = LazyLock::new(|| {
    let folder = tempfile::tempdir_in("/dev/shm").expect("memory for a folder");
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let credentials = Credentials::generate();
    let config = Config {
        max_file_bytes: 1 << 16,
        max_total_bytes: 1 << 22,
        ..Config::new(folder.path(), credentials.clone())
    };
    let server = runtime.block_on(Server::start(config)).expect("a server");
    Place { address: server.address(), credentials, _folder: folder, _server: server, _runtime: runtime }
});

// Requests as any program of this computer may send them: each is answered, and never with a failure of the server.
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let place = &*PLACE;
    let mut text = String::from_utf8_lossy(input).replace("{host}", &place.address.to_string());
    for (mark, secret) in SECRETS {
        text = text.replace(mark, secret(&place.credentials));
    }
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    // Where it ends is said here: what is never whole is only waited for.
    let is_kept = |line: &&str| {
        !["content-length", "transfer-encoding", "connection", "expect"]
            .iter()
            .any(|own| line.to_ascii_lowercase().starts_with(own))
    };
    let head: Vec<&str> = head.lines().filter(is_kept).collect();
    let ending = format!("connection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let request = format!("{}\r\n{ending}", head.join("\r\n"));
    let mut stream = TcpStream::connect(place.address).expect("the server lives");
    stream.set_read_timeout(Some(Duration::from_secs(1))).expect("a time");
    let mut answer = Vec::new();
    let _ended_early =
        stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_end(&mut answer).map(drop));
    assert!(!answer.starts_with(b"HTTP/1.1 500"), "{}", String::from_utf8_lossy(&answer));
});
