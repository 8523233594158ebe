//! The catalogue: applications, categories and policies.

use axum::Router;

use crate::app::AppState;

/// Routes of this domain.
pub fn router() -> Router<AppState> {
    Router::new()
}
