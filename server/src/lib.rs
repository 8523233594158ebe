//! The migasfree server: fleet management for GNU/Linux desktops.
//!
//! The uppermost floor: settings, start-up, what every request passes through, and the embedded admin UI.

pub mod acceptor;
pub mod app;
pub mod commands;
pub mod config;
pub mod messages;
pub mod tls;
pub mod web;
