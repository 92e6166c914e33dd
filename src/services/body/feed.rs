use super::Piece;
use crate::domain::error::Failure;
#[derive(Debug)]
pub struct Feed;
pub(super) async fn read_through<S>(p: Vec<Piece>, s: S) -> Result<S, Failure>
where
    S: FnMut(&[u8]) + Send + 'static,
{
    let _ = p;
    Ok(s)
}
