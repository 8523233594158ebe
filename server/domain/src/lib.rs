//! The domain: what is declared, the rules, and the one answer to each question.

pub mod actions;
pub mod app_catalog;
pub mod audience;
pub mod audit;
pub mod carried;
pub mod certificates;
pub mod client;
pub mod computers;
pub mod core;
pub mod declared;
pub mod hardware;
pub mod identity;
pub mod ids;
pub mod messages;
pub mod remote;
pub mod repository;
pub mod retention;
pub mod schema;
pub mod services;
pub mod settings;
pub mod sight;
pub mod stats;
