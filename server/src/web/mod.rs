//! The admin UI, embedded in the program with the feature `embed-ui`.

mod assets;
mod respond;

use axum::Router;

use crate::app::AppState;

pub(crate) use respond::is_console;

/// Whatever no other route answers: the files of the admin UI, and its page for every address of its own.
pub fn router() -> Router<AppState> {
    Router::new().fallback(respond::answer)
}
