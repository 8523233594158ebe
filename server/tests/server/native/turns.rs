//! Copies that have the same key, and computers that were restored.

use migasfree_native::features::Features;
use migasfree_native::freshness::Nonce;
use migasfree_native::requests::PLAN;
use migasfree_native::synchronization::{AttributeReport, Known, PlanRequest, Report, Turn};
use migasfree_server_auth::Late as _;
use migasfree_server_domain::services::OfDomain as _;

use super::enrolment::{UUID, enrolled};
use super::peer::Computer;
use crate::identity::Fleet;
use crate::on_both_engines;

const CONTESTED: &str =
    "SELECT count(*) FROM client_computerkey WHERE state = 'active' AND contested_at IS NOT NULL";
const TOLD: &str =
    "SELECT count(*) FROM client_notification WHERE message LIKE '%two machines use it%'";

/// Whether a computer is told that it is behind when it says that it has this turn.
async fn is_behind(fleet: &Fleet, computer: &Computer, (line, number): (u8, u64)) -> bool {
    let line = Nonce::generate(|bytes: &mut [u8]| bytes.fill(line));
    let asked = PlanRequest {
        features: Features::all(),
        client: "tests".to_owned(),
        attributes: AttributeReport::default().hash(),
        software: None,
        known: Known::default(),
        turn: Some(Turn { line, number }),
        synchronization: None,
        report: Report::default(),
    };
    let plan = computer.get(&PLAN, &asked).await;
    let state = fleet.server.state();
    state.domain().contacts.write(&state.db).await.unwrap();
    plan.is_behind
}

on_both_engines! {
    async fn a_computer_that_was_restored_is_told_so_and_alarms_nobody(fleet: Fleet) {
        let computer = enrolled(&fleet, UUID, "pc1").await;
        // Of the third, no answer came.
        for number in [1, 2, 4, 5] {
            assert!(!is_behind(&fleet, &computer, (1, number)).await, "{number}");
        }
        for line in 2..=4 {
            assert!(is_behind(&fleet, &computer, (1, 3)).await);
            assert!(!is_behind(&fleet, &computer, (line, 1)).await);
            assert!(!is_behind(&fleet, &computer, (line, 2)).await);
        }
        assert_eq!((fleet.count(CONTESTED).await, fleet.count(TOLD).await), (0, 0));
    }

    async fn a_copy_with_the_same_key_is_told_to_administrators_once(fleet: Fleet) {
        let computer = enrolled(&fleet, UUID, "pc1").await;
        assert!(!is_behind(&fleet, &computer, (1, 1)).await);
        assert!(!is_behind(&fleet, &computer, (1, 2)).await, "the one");
        assert!(is_behind(&fleet, &computer, (1, 2)).await, "the other one");
        assert!(!is_behind(&fleet, &computer, (2, 1)).await, "the other one");
        assert_eq!(fleet.count(CONTESTED).await, 0);
        for number in 2..=4 {
            assert!(!is_behind(&fleet, &computer, (1, number + 1)).await, "the one");
            assert!(!is_behind(&fleet, &computer, (2, number)).await, "the other one");
        }
        assert_eq!((fleet.count(CONTESTED).await, fleet.count(TOLD).await), (1, 1));
    }
}
