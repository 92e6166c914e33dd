//! Taking a request's body, as every emulated service does it.

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use super::files::{Files, Incoming, KeepError};

/// A refused upload is read on up to this many bytes, so that a client which sends before it reads still gets the
/// refusal instead of a broken connection.
const DRAIN_LIMIT_BYTES: usize = 16 * 1024 * 1024;

/// Why a body could not be taken.
#[derive(Debug)]
pub(super) enum IntakeError {
    /// Longer than the limit, in bytes.
    TooLong {
        limit: u64,
    },
    /// The connection broke before the body's end.
    Cut,
    Disk(std::io::Error),
}

impl From<KeepError> for IntakeError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::TooLarge { limit } => Self::TooLong { limit },
            KeepError::Disk(cause) => Self::Disk(cause),
        }
    }
}

/// Reads on what is left of a body; false when more than the drain limit was left, or the connection broke.
pub(super) async fn drain<E>(body: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin)) -> bool {
    let mut drained = 0_usize;
    while let Some(chunk) = body.next().await {
        let Ok(chunk) = chunk else { return false };
        drained = drained.saturating_add(chunk.len());
        if drained > DRAIN_LIMIT_BYTES {
            return false;
        }
    }
    true
}

/// Streams a whole body to disk.
pub(super) async fn take(files: &Files, body: Body) -> Result<Incoming, IntakeError> {
    let mut incoming = files.begin().await?;
    receive(&mut body.into_data_stream(), &mut incoming).await?;
    Ok(incoming)
}

/// Streams a whole body into a file that is being received.
pub(super) async fn receive(body: &mut BodyDataStream, into: &mut Incoming) -> Result<(), IntakeError> {
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_broken| IntakeError::Cut)?;
        into.write(&chunk).await?;
    }
    Ok(())
}

/// Holds a whole body of at most `limit` bytes in memory.
pub(super) async fn collect(body: &mut BodyDataStream, limit: usize) -> Result<Vec<u8>, IntakeError> {
    let mut whole = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_broken| IntakeError::Cut)?;
        if whole.len().saturating_add(chunk.len()) > limit {
            return Err(IntakeError::TooLong { limit: u64::try_from(limit).unwrap_or(u64::MAX) });
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use crate::sandbox::credentials::Credentials;
    use crate::sandbox::server::{Config, Server};

    /// Without draining, the connection breaks while such a client still sends.
    #[tokio::test]
    async fn a_client_that_sends_everything_first_still_reads_the_refusal() {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(Config::new(dir.path(), Credentials::generate())).await.unwrap();
        let body = vec![0_u8; 12 * 1024 * 1024];
        for (path, status, said) in [
            ("/cosmos/dbs/a/colls/b/docs/c/attachments", "400 Bad Request", "Invalid API version"),
            ("/cronofy/v1/attachments", "401 Unauthorized", "invalid_token"),
            ("/forum/openapi/forum/upload/attachment", "200 OK", "Api-Key is missing"),
        ] {
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                server.address(),
                body.len()
            );
            let mut socket = TcpStream::connect(server.address()).await.unwrap();
            socket.write_all(head.as_bytes()).await.unwrap();
            socket.write_all(&body).await.unwrap();
            let mut answer = String::new();
            socket.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(said), "{answer}");
        }
    }
}
