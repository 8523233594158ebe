//! Certificates that computers ask for themselves.

use std::time::Duration;

use migasfree_native::certificates::{CertificateGiven, CertificateWanted, certificate_request};
use migasfree_native::key::KeyPair;
use migasfree_native::requests::{CERTIFICATE, PLAN};
use migasfree_native::synchronization::{
    AttributeReport, Edition, Known, PlanAnswer, PlanRequest, Report,
};
use migasfree_server_authority::{Store, facts};
use migasfree_server_db::clock::Clock as _;
use migasfree_server_db::random::{Random as _, SystemRandom};
use migasfree_server_domain::services::OfDomain as _;

use super::enrolment::{OTHER_UUID, PROJECT, UUID, decide, enrolled, refused};
use super::peer::Computer;
use crate::identity::Fleet;
use crate::on_both_engines;

const A_DAY: Duration = Duration::from_secs(86_400);

fn create_authority(fleet: &Fleet) {
    let store = Store::of(&fleet.server.state().settings.data);
    let now = fleet.server.clock.now();
    store
        .create("Test CA", A_DAY * 3_650, now, &SystemRandom)
        .unwrap();
}

fn new_key() -> KeyPair {
    KeyPair::generate(|seed: &mut [u8]| SystemRandom.fill(seed))
}

fn wanted(key: &KeyPair) -> CertificateWanted {
    CertificateWanted {
        certificate_request: certificate_request(key),
    }
}

async fn given(computer: &Computer) -> CertificateGiven {
    computer.get(&CERTIFICATE, &wanted(&new_key())).await
}

/// Asks for what the authority is checked by.
fn plan(known: Edition) -> PlanRequest {
    PlanRequest {
        features: migasfree_native::features::Features::all(),
        client: "tests".to_owned(),
        attributes: AttributeReport::default().hash(),
        software: None,
        known: Known {
            authorities: Some(known),
            ..Known::default()
        },
        turn: None,
        synchronization: None,
        report: Report::default(),
    }
}

on_both_engines! {
    async fn a_computer_gets_one_for_a_key_of_its_own_and_another_one_later(fleet: Fleet) {
        create_authority(&fleet);
        let computer = enrolled(&fleet, UUID, "pc1").await;
        let first = given(&computer).await;
        let told = facts(&first.certificate).unwrap();
        assert!(told.subject.contains(&format!("OU=COMPUTERS, CN={UUID}_{}", fleet.project)), "{}", told.subject);
        let days = (first.not_after - fleet.server.clock.now().seconds()) / 86_400;
        assert!((89..=90).contains(&days), "{days}");
        assert!(first.chain.contains("BEGIN CERTIFICATE"));
        fleet.server.clock.advance(A_DAY * 60);
        let next = given(&computer).await;
        assert!(next.not_after > first.not_after);
        let renewed = fleet.count("SELECT count(*) FROM certificate WHERE renewed_at IS NOT NULL").await;
        assert_eq!(renewed, 1);
    }

    async fn nobody_gets_one_without_an_authority_or_for_the_key_it_is_known_by(fleet: Fleet) {
        let computer = enrolled(&fleet, UUID, "pc1").await;
        let none = computer.ask(&CERTIFICATE, &wanted(&new_key())).await;
        assert_eq!(refused(&none), (409, "certificate_authority_missing", true));
        create_authority(&fleet);
        let same = computer.ask(&CERTIFICATE, &wanted(&computer.key)).await;
        assert_eq!(refused(&same), (400, "certificate_key_known", true));
        let nonsense = CertificateWanted { certificate_request: "nonsense".to_owned() };
        let unreadable = computer.ask(&CERTIFICATE, &nonsense).await;
        assert_eq!(refused(&unreadable), (400, "certificate_request_unreadable", true));
    }

    async fn who_waits_or_is_revoked_gets_none(fleet: Fleet) {
        create_authority(&fleet);
        let waiting = Computer::new(&fleet.server, OTHER_UUID, "pc2");
        assert_eq!(waiting.enrol(&waiting.enrolment(PROJECT)).await.status, 202);
        let pending = waiting.ask(&CERTIFICATE, &wanted(&new_key())).await;
        assert_eq!(refused(&pending), (403, "key_pending", true));
        decide(&fleet, "approve").await;
        given(&waiting).await;
        decide(&fleet, "revoke").await;
        let revoked = waiting.ask(&CERTIFICATE, &wanted(&new_key())).await;
        assert_eq!(refused(&revoked), (403, "key_revoked", true));
    }

    async fn certificates_go_with_the_key_of_their_computer(fleet: Fleet) {
        create_authority(&fleet);
        let computer = enrolled(&fleet, UUID, "pc1").await;
        let serial = facts(&given(&computer).await.certificate).unwrap().serial;
        let certificates = &fleet.server.state().domain().certificates;
        assert!(!certificates.revoked(&serial));
        decide(&fleet, "revoke").await;
        assert!(certificates.revoked(&serial));
        let row = fleet.count("SELECT count(*) FROM certificate WHERE reason = 'privilege_withdrawn'").await;
        assert_eq!(row, 1);
    }

    async fn who_asks_again_and_again_is_sent_away_for_a_while(fleet: Fleet) {
        create_authority(&fleet);
        let computer = enrolled(&fleet, UUID, "pc1").await;
        for _ in 0..5 {
            given(&computer).await;
        }
        let often = computer.ask(&CERTIFICATE, &wanted(&new_key())).await;
        assert_eq!(refused(&often), (429, "certificate_too_often", true));
        assert!(often.headers.contains_key("retry-after"));
        fleet.server.clock.advance(A_DAY * 2);
        given(&computer).await;
    }

    async fn the_plan_brings_what_the_authority_is_checked_by_once(fleet: Fleet) {
        create_authority(&fleet);
        let computer = enrolled(&fleet, UUID, "pc1").await;
        let answer: PlanAnswer = computer.get(&PLAN, &plan(Edition::default())).await;
        let authorities = answer.definitions.authorities.unwrap();
        let public = fleet.server.anonymous().get("/manager/v1/public/ca").await.text;
        assert_eq!(authorities.value.trim(), public.trim());
        let again: PlanAnswer = computer.get(&PLAN, &plan(authorities.edition)).await;
        assert_eq!(again.definitions.authorities, None);
    }
}
