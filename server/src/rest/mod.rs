//! The entity machinery: from one declaration to SQL, routes, OpenAPI, CSV and audit.

use axum::Router;

use crate::app::AppState;

/// Routes of this domain.
pub fn router() -> Router<AppState> {
    Router::new()
}
