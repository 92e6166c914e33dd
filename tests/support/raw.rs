//! A server that does exactly what a test says with each connection, down to the byte.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// One request as it came over the wire.
#[derive(Debug, Clone)]
pub struct Request {
    pub head: String,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<String> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    }
}

/// Serves each connection with `serve`, in turn, on loopback.
pub async fn serve<F, R>(serve: F) -> SocketAddr
where
    F: Fn(Wire) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            serve(Wire { stream, ahead: Vec::new() }).await;
        }
    });
    address
}

/// One connection.
pub struct Wire {
    pub stream: TcpStream,
    ahead: Vec<u8>,
}

impl Wire {
    /// Reads one request's head; what came of its body stays for [`Wire::body`].
    pub async fn head(&mut self) -> String {
        loop {
            if let Some(end) = self.ahead.windows(4).position(|four| four == b"\r\n\r\n") {
                let rest = self.ahead.split_off(end + 4);
                let head = std::mem::replace(&mut self.ahead, rest);
                return String::from_utf8(head).unwrap();
            }
            let mut block = [0; 4096];
            let got = self.stream.read(&mut block).await.unwrap_or(0);
            assert!(got > 0, "the connection ended inside the head");
            self.ahead.extend_from_slice(&block[..got]);
        }
    }

    /// Bytes that came behind the head that was read.
    pub fn ahead(&self) -> usize {
        self.ahead.len()
    }

    /// Reads the body that this head announces.
    pub async fn body(&mut self, head: &str) -> Vec<u8> {
        let request = Request { head: head.to_owned(), body: Vec::new() };
        let length: usize = request.header("content-length").map_or(0, |length| length.parse().unwrap());
        while self.ahead.len() < length {
            let mut block = vec![0; 65536];
            let got = self.stream.read(&mut block).await.unwrap_or(0);
            assert!(got > 0, "the connection ended inside the body");
            self.ahead.extend_from_slice(&block[..got]);
        }
        self.ahead.drain(..length).collect()
    }

    /// Reads one whole request.
    pub async fn request(&mut self) -> Request {
        let head = self.head().await;
        let body = self.body(&head).await;
        Request { head, body }
    }

    /// Answers and closes the connection.
    pub async fn answer(mut self, status: &str, headers: &[&str], body: &str) {
        let headers: String = headers.iter().flat_map(|header| [*header, "\r\n"]).collect();
        let length = body.len();
        let text = format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        // A client that has gone meanwhile is the test's business.
        let _gone = self.stream.write_all(text.as_bytes()).await;
        let _gone = self.stream.shutdown().await;
    }
}
