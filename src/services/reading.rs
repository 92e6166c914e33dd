//! Reading a body once before or after it is sent, for checksums and signatures.

use std::sync::{Arc, Mutex, PoisonError};

use super::body::Body;
use crate::domain::error::{Failure, Kind};

/// Gives every block of `body` to `add`, in order, and answers what it made of them.
///
/// # Errors
/// The file's own: gone, unreadable, changed.
pub(super) async fn fold<T: Send + 'static>(
    body: &Body,
    state: T,
    add: fn(&mut T, &[u8]),
) -> Result<T, Failure> {
    // The reader's thread owns the sink, so the state is shared with it and taken back when it has ended.
    let shared = Arc::new(Mutex::new(state));
    let sink = {
        let shared = Arc::clone(&shared);
        move |block: &[u8]| add(&mut shared.lock().unwrap_or_else(PoisonError::into_inner), block)
    };
    drop(body.read_through(sink).await?);
    Arc::into_inner(shared)
        .map(|state| state.into_inner().unwrap_or_else(PoisonError::into_inner))
        .ok_or_else(|| Failure::new(Kind::Storage, "Reading the file broke off"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::body::Piece;

    #[tokio::test]
    async fn blocks_come_in_their_order() {
        let pieces = ["a", "", "bc", "d"].map(|part| Piece::Bytes(part.into()));
        let body = Body::pieces(pieces.to_vec());
        let whole = fold(&body, Vec::new(), Vec::extend_from_slice);
        assert_eq!(whole.await.unwrap(), b"abcd");
    }
}
