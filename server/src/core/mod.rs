//! Platforms, projects, packages, deployments, properties and attributes.

pub mod rules;

use axum::Router;

use crate::app::AppState;

/// Routes of this domain.
pub fn router() -> Router<AppState> {
    Router::new()
}
