//! What every format of packages has to do, written once: each passes the same suite, by itself and through the server.
//!
//! A new format adds a file like [`apt`]: what the suite has to know of it, and one line that runs the suite.

mod apt;
mod asked;
mod sample;
mod suite;
mod toy;

use migasfree_server_repository::system::Systems;

use super::site::Site;
use sample::Sample;

/// Runs the suite with a [`Sample`].
macro_rules! contract {
    ($sample:expr) => {
        #[test]
        fn a_good_file_tells_what_is_in_it_and_a_bad_one_is_refused() {
            super::suite::examines(&$sample);
        }

        #[test]
        fn versions_have_one_order() {
            super::suite::orders_versions(&$sample);
        }

        #[test]
        fn what_was_built_is_read_back_and_nothing_else_is() {
            super::suite::reads_back(&$sample);
        }

        #[test]
        fn only_the_right_key_signs() {
            super::suite::trusts_one_key(&$sample);
        }

        #[test]
        fn a_package_is_listed_under_the_name_it_is_given() {
            super::suite::renames(&$sample);
        }

        #[test]
        fn every_file_is_found_where_it_lies_and_by_its_digest() {
            super::suite::lays_out(&$sample);
        }

        crate::on_both_engines! {
            async fn a_package_is_uploaded_published_and_fetched(server: crate::repository::contract::Server) {
                crate::repository::contract::suite::serves(&server.0, &$sample).await;
            }
        }
    };
}
use contract;

/// A server that knows the toy format beside the real ones.
pub struct Server(Site);

impl Server {
    pub async fn on_sqlite() -> Self {
        Self(Site::on_sqlite_with(systems()).await)
    }

    pub async fn on_postgres() -> Self {
        Self(Site::on_postgres_with(systems()).await)
    }
}

fn systems() -> Systems {
    Systems::default().with(std::sync::Arc::new(toy::Toy))
}
