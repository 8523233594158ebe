//! Live events for the views.

use axum::Router;

use crate::app::AppState;

/// Carries events to everybody who listens.
#[derive(Debug, Clone, Default)]
pub struct Bus {}

/// Routes of this domain.
pub fn router() -> Router<AppState> {
    Router::new()
}
