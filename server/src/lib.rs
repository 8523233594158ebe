//! The migasfree server: fleet management for GNU/Linux desktops.
//!
//! One folder per domain; `app` puts them together.

pub mod accounts;
pub mod app;
pub mod app_catalog;
pub mod computers;
pub mod config;
pub mod core;
pub mod events;
pub mod hardware;
pub mod ids;
pub mod public;
pub mod repository;
pub mod rest;
pub mod retention;
pub mod safe;
pub mod schema;
pub mod stats;
pub mod web;
