//! The sealed client protocol: open, dispatch, seal.

pub mod keys;
pub mod settings;

use axum::Router;

use crate::app::AppState;

/// Routes of this domain.
pub fn router() -> Router<AppState> {
    Router::new()
}
