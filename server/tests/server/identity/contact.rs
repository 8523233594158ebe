//! When a key was used last.

use std::sync::Arc;

use migasfree_server_auth::Late as _;
use migasfree_server_db::args;
use migasfree_server_domain::{identity::contact::Contacts, services::OfDomain as _};

use super::{Fleet, OTHER_UUID, UUID, key, machine};
use crate::on_both_engines;

on_both_engines! {
    async fn the_contacts_of_many_are_written_in_one_statement(fleet: Fleet) {
        let one = fleet.enrolled(&key('a'), machine(UUID, "pc1")).await;
        let other = fleet.enrolled(&key('b'), machine(OTHER_UUID, "pc2")).await;
        let db = &fleet.server.state().db;
        let now = fleet.server.clock_now();
        // Nobody comes by to write these before they are looked at.
        let contacts = Arc::<Contacts>::default();
        let mut least = u64::MAX;
        for _ in 0..4 {
            for enrolled in [&one, &other] {
                contacts.note(db, enrolled.key, "10.1.2.3".to_owned(), now);
            }
            let before = db.statements();
            contacts.write(db).await.unwrap();
            least = least.min(db.statements() - before);
        }
        assert_eq!(least, 1);
        let written = fleet.count("SELECT count(*) FROM client_computerkey WHERE last_address = '10.1.2.3' AND last_used_at IS NOT NULL").await;
        assert_eq!(written, 2);
    }

    async fn what_waits_is_written_when_the_server_stops(fleet: Fleet) {
        let one = fleet.enrolled(&key('a'), machine(UUID, "pc1")).await;
        let state = fleet.server.state();
        state.domain().contacts.note(&state.db, one.key, "10.9.9.9".to_owned(), fleet.server.clock_now());
        let server = fleet.server.restarted().await;
        let sql = "SELECT last_address FROM client_computerkey WHERE id = $1";
        let (address,): (String,) = server.state().db.one(sql, args![one.key]).await.unwrap();
        assert_eq!(address, "10.9.9.9");
    }
}
