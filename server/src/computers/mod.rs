//! Computers and what happens on them.

use axum::Router;

use crate::app::AppState;

/// Routes of this domain.
pub fn router() -> Router<AppState> {
    Router::new()
}
