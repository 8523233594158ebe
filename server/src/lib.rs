//! The migasfree server: fleet management for GNU/Linux desktops.
//!
//! One folder per domain; `app` puts them together.

pub mod accounts;
pub mod app;
pub mod config;
pub mod events;
pub mod openapi;
pub mod public;
pub mod safe;
pub mod stats;
pub mod web;
