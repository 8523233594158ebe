//! End to end, with the real programs.

#![allow(clippy::disallowed_methods, reason = "it works with the real system")]
#![allow(clippy::unwrap_used)]

mod admin_ui;
mod admin_ui_accounts;
mod admin_ui_care;
mod admin_ui_finding;
mod admin_ui_forms;
mod admin_ui_identity;
mod admin_ui_lists;
mod admin_ui_offers;
mod admin_ui_pages;
mod admin_ui_rail;
mod admin_ui_reading;
mod admin_ui_refusals;
mod admin_ui_security;
mod admin_ui_together;
mod booted;
mod dev;
mod identity;
mod oidc;
mod packages;
mod path;
mod person;
mod play;
mod proxies;
mod remote;
mod server_crashes;
