//! Grants as they are given and taken.
#![allow(clippy::unwrap_used)]

use migasfree_grant::{
    Consent, Grant, GrantError, Mode, OperatorIdentity, Recording, Service, Strength, Switches,
    hello, sign, verify,
};
use migasfree_native::key::KeyPair;
use proptest::prelude::*;

const NOW: i64 = 1_767_225_600;

fn key(byte: u8) -> KeyPair {
    KeyPair::generate(|seed| seed.fill(byte))
}

fn grant() -> Grant {
    Grant {
        session: "4c9f3a5e-0000-4000-8000-000000000001".to_owned(),
        issued: NOW,
        expires: NOW + 60,
        ends: NOW + 3600,
        operator: OperatorIdentity {
            id: 3,
            name: "Ana".to_owned(),
            strength: Strength::SecondFactor,
        },
        computer: 7,
        key: key(1).public().thumbprint().to_string(),
        service: Service::Terminal,
        mode: Mode::User,
        user: Some("pilar".to_owned()),
        port: None,
        switches: Switches::default(),
        consent: Consent::Ask { seconds: 30 },
        recording: Recording::Strict,
        reason: "printer".to_owned(),
        ticket: "T-1".to_owned(),
    }
}

#[test]
fn a_grant_is_written_the_same_everywhere() {
    let vector = include_str!("../../../fuzz/corpus/grant_verify/good");
    assert_eq!(sign(&grant(), &key(2)), vector);
    assert_eq!(verify(vector, key(2).public(), NOW), Ok(grant()));
}

#[test]
fn a_grant_is_good_for_a_minute_and_clocks_may_be_apart_for_another() {
    let text = sign(&grant(), &key(2));
    let at = |now| verify(&text, key(2).public(), now).map(|_| ());
    assert_eq!(at(NOW - 61), Err(GrantError::Future));
    assert_eq!(at(NOW - 60), Ok(()));
    assert_eq!(at(NOW + 60), Ok(()));
    assert_eq!(at(NOW + 61), Err(GrantError::Expired));
}

#[test]
fn times_that_contradict_each_other_are_refused_although_they_are_signed() {
    let with = |issued, expires, ends| {
        let grant = Grant {
            issued,
            expires,
            ends,
            ..grant()
        };
        verify(&sign(&grant, &key(2)), key(2).public(), NOW)
    };
    assert_eq!(with(NOW, NOW + 61, NOW + 90), Err(GrantError::Times));
    assert_eq!(with(NOW, NOW - 1, NOW + 90), Err(GrantError::Times));
    assert_eq!(with(NOW, NOW + 60, NOW), Err(GrantError::Times));
    assert_eq!(with(i64::MIN, i64::MAX, NOW), Err(GrantError::Times));
    assert_eq!(with(NOW - 30, NOW + 30, NOW), Err(GrantError::Expired));
}

#[test]
fn only_the_servers_grants_are_taken() {
    let text = sign(&grant(), &key(2));
    let refused = verify(&text, key(3).public(), NOW);
    assert_eq!(refused, Err(GrantError::Signature));
    let long = format!("{text}{}", "A".repeat(8192));
    assert_eq!(
        verify(&long, key(2).public(), NOW),
        Err(GrantError::TooLong)
    );
    for text in [
        "",
        ".",
        "e30",
        "e30.",
        &text.replace('.', ""),
        &format!("{text}."),
    ] {
        assert!(verify(text, key(2).public(), NOW).is_err(), "{text}");
    }
}

#[test]
fn a_hello_is_good_for_one_computer_one_challenge_and_one_server() {
    let (computer, server) = (key(1), key(2).public().thumbprint());
    let other = key(3).public().thumbprint();
    let signature = hello::sign(&computer, 7, "nonce", server, NOW);
    let public = computer.public();
    let verify =
        |id, nonce, server, made| hello::verify(&signature, public, id, nonce, server, made);
    assert!(verify(7, "nonce", server, NOW));
    assert!(!verify(8, "nonce", server, NOW));
    assert!(!verify(7, "nonces", server, NOW));
    assert!(!verify(7, "nonce", other, NOW));
    assert!(!verify(7, "nonce", server, NOW + 1));
    assert!(!hello::verify(
        &signature,
        key(3).public(),
        7,
        "nonce",
        server,
        NOW
    ));
    assert!(!hello::verify("", public, 7, "nonce", server, NOW));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_grant_says_is_read_as_it_was_signed(
        reason in any::<String>(),
        name in any::<String>(),
        user in any::<Option<String>>(),
        computer: i64,
        files_in: bool,
    ) {
        let mut grant = grant();
        grant.reason = reason;
        grant.operator.name = name;
        grant.user = user;
        grant.computer = computer;
        grant.switches.files_in = files_in;
        let text = sign(&grant, &key(2));
        prop_assert_eq!(verify(&text, key(2).public(), NOW), Ok(grant));
    }

    #[test]
    fn a_grant_with_another_character_is_no_grant(place: prop::sample::Index, character in "[A-Za-z0-9._-]") {
        let text = sign(&grant(), &key(2));
        let at = place.index(text.len());
        let other = format!("{}{character}{}", &text[..at], &text[at + 1..]);
        prop_assume!(other != text);
        prop_assert!(verify(&other, key(2).public(), NOW).is_err());
    }
}
