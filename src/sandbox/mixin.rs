//! (being written)

/// The routes, below the service's own prefix.
pub fn router() -> axum::Router<super::State> {
    axum::Router::new()
}
