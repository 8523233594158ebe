//! What each fuzz target does with one input. The tests of the crates run the same functions over
//! the corpus.

pub mod certificate_request;
pub mod deb_read;
pub mod envelope_open;
pub mod grant_verify;
pub mod hardware_describe;
pub mod native_difference;
pub mod native_signature;
pub mod native_token;
pub mod tunnel_frame;
pub mod tunnel_message;
pub mod tunnel_screen;
