//! Redirects to another host: no credential gets there, and no upload is lost to it.

use std::sync::{Arc, Mutex};

use affix::sandbox::faults::Action;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::bench::{Case, profiles, routes};
use crate::expected::{Nature, expected};
use crate::live::Live;

type Heads = Arc<Mutex<Vec<String>>>;

/// Another server, which takes everything with 200 and remembers how it was asked.
async fn other_host() -> (String, Heads) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let heads = Heads::default();
    let seen = heads.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(take(socket, seen.clone()));
        }
    });
    (origin, heads)
}

async fn take(mut socket: TcpStream, heads: Heads) {
    let (mut request, mut block) = (Vec::new(), vec![0; 64 * 1024]);
    let end = loop {
        match socket.read(&mut block).await {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&block[..read]),
        }
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    heads.lock().unwrap().push(head);
    let mut left = length - (request.len() - end);
    while left > 0 {
        let Ok(read @ 1..) = socket.read(&mut block).await else { return };
        left -= read;
    }
    let _gone = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_credential_follows_a_redirect() {
    let mut live = Live::start().await;
    let (other, heads) = other_host().await;
    for profile in profiles() {
        for route in &routes(&mut live, profile, 3_000).await {
            let action = Action::Redirect(format!("{other}/elsewhere"));
            let case = Case { route, action, nature: Nature::Elsewhere, size: 3_000 };
            case.once(&mut live, expected(route, Nature::Elsewhere)).await;
            case.always(&mut live, expected(route, Nature::Elsewhere)).await;
            let seen = std::mem::take(&mut *heads.lock().unwrap());
            assert!(seen.is_empty() || route.name == "bytes", "{route}: {seen:?}");
            for head in seen {
                for name in ["authorization", "api-key", "signature"] {
                    assert!(!head.contains(name), "{route}: {head}");
                }
            }
        }
    }
}
