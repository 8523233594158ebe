//! The server through its own boundaries, on SQLite and on PostgreSQL.
//!
//! One program for all of it: one link, one PostgreSQL cluster.

#![allow(clippy::disallowed_methods, reason = "it works with the real system")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod harness;

mod acme;
mod api_keys;
mod audit;
mod audit_export;
mod auth;
mod certificates;
mod commands;
mod connections;
mod database;
mod declarations;
mod device_code;
mod events;
mod formulas;
mod https;
mod identity;
mod jobs;
mod mail;
mod messages;
mod native;
mod passkeys;
mod password_reset;
#[path = "../../../tests/src/peer/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the fleet simulator uses the rest of it"
)]
mod peer;
mod providers;
mod relay;
mod remote;
mod repository;
mod rest;
mod retention;
mod safe;
mod second_factors;
mod second_step;
mod sessions;
mod start;
mod stats;
mod step_up;
mod tls;

/// Defines a test once and runs it on both engines, each time with a server of its own:
/// a type with `on_sqlite()` and `on_postgres()`.
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($server:ident: $type:ty) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn check($server: $type) $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                check(<$type>::on_sqlite().await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                check(<$type>::on_postgres().await).await;
            }
        }
    )+};
}
pub(crate) use on_both_engines;
