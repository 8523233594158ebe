//! Operators: passwords, tokens, sessions, permissions and what each may see.

use axum::Router;

use crate::app::AppState;

/// Routes of this domain.
pub fn router() -> Router<AppState> {
    Router::new()
}
