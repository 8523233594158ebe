//! Messages, REST shapes and ids of migasfree; pure, also for WebAssembly.

pub mod actions;
pub mod computer;
pub mod events;
pub mod firmware;
pub mod message;
pub mod rest;
pub mod shown;
