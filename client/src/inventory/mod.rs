//! What is on this computer: packages and hardware.

pub mod hardware;
pub mod software;
