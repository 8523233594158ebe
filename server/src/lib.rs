//! The migasfree server: fleet management for GNU/Linux desktops.
//!
//! One folder per domain; `app` puts them together.

pub mod app;
pub mod app_catalog;
pub mod audit;
pub mod auth;
pub mod body;
pub mod clock;
pub mod computers;
pub mod config;
pub mod core;
pub mod db;
pub mod events;
pub mod files;
pub mod hardware;
pub mod jobs;
pub mod public;
pub mod random;
pub mod repository;
pub mod rest;
pub mod retention;
pub mod safe;
pub mod stats;
pub mod web;
pub mod zone;
