//! The program as `migasfree-session` starts it, on an X server without a monitor.
#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_methods, reason = "it works with the real system")]

mod clipboard;
mod desk;
mod ends;
mod keyboard;
mod monitors;
mod pictures;
mod pointer;
mod viewer;
