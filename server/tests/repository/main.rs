//! Files, uploads and published repositories, through the server's own boundaries and with the
//! real apt, on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod apt;
mod apt_root;
mod files;
mod postgres;
mod publishing;
mod site;
mod uploads;

/// Defines a test once and runs it on both engines.
macro_rules! on_both_engines {
    ($(#[$meta:meta])* async fn $name:ident($site:ident: Site) $body:block) => {
        mod $name {
            use super::*;

            async fn check($site: Site) $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                check(Site::on_sqlite().await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                check(Site::on_postgres().await).await;
            }
        }
    };
}
pub(crate) use on_both_engines;
