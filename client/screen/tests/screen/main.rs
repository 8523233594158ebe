//! The program as `migasfree-session` starts it, on an X server without a monitor.
#![allow(clippy::unwrap_used)]

mod clipboard;
mod desk;
mod ends;
mod keyboard;
mod monitors;
mod pictures;
mod pointer;
mod viewer;
