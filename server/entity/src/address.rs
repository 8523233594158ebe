//! Addresses in answers. They come from the settings, never from the request's `Host`.

use crate::services::Services;

/// Path of the token resources.
pub const TOKEN: &str = "/api/v1/token/";

/// The server's address without a slash at its end.
#[must_use]
pub fn base(state: &Services) -> String {
    state.settings.base.clone()
}

/// The address of something below the token resources.
#[must_use]
pub fn of(base: &str, route: &str) -> String {
    format!("{base}{TOKEN}{route}/")
}
