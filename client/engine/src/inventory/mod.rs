//! What is on this computer: packages and hardware.

pub mod hardware;
mod lenient;
pub mod software;
