//! Orders as they are given and taken.
#![allow(clippy::unwrap_used)]

use migasfree_grant::order::{LONGEST, Order, Verb, sign, verify};
use migasfree_grant::{GrantError, OperatorIdentity, Strength};
use migasfree_native::key::KeyPair;
use proptest::prelude::*;

const NOW: i64 = 1_767_225_600;

fn key(byte: u8) -> KeyPair {
    KeyPair::generate(|seed| seed.fill(byte))
}

fn order(verb: Verb) -> Order {
    Order {
        execution: "4c9f3a5e-0000-4000-8000-000000000001".to_owned(),
        verb,
        computer: 7,
        key: key(1).public().thumbprint().to_string(),
        issued: NOW,
        expires: NOW + 3600,
        operator: OperatorIdentity {
            id: 3,
            name: "Ana".to_owned(),
            strength: Strength::SecondFactor,
        },
        reason: "printer".to_owned(),
    }
}

#[test]
fn an_order_is_good_until_it_expires_and_clocks_may_be_a_minute_apart() {
    let text = sign(&order(Verb::Sync {}), &key(2));
    let at = |now| verify(&text, key(2).public(), now).map(|_| ());
    assert_eq!(at(NOW - 61), Err(GrantError::Future));
    assert_eq!(at(NOW - 60), Ok(()));
    assert_eq!(at(NOW + 3600), Ok(()));
    assert_eq!(at(NOW + 3601), Err(GrantError::Expired));
}

#[test]
fn times_that_contradict_each_other_are_refused_although_they_are_signed() {
    let with = |issued, expires| {
        let order = Order {
            issued,
            expires,
            ..order(Verb::Lock {})
        };
        verify(&sign(&order, &key(2)), key(2).public(), NOW).map(|_| ())
    };
    assert_eq!(with(NOW, NOW + LONGEST), Ok(()));
    assert_eq!(with(NOW, NOW + LONGEST + 1), Err(GrantError::Times));
    assert_eq!(with(NOW, NOW - 1), Err(GrantError::Times));
    assert_eq!(with(i64::MIN, i64::MAX), Err(GrantError::Times));
}

#[test]
fn only_the_servers_orders_are_taken() {
    let text = sign(&order(Verb::Sync {}), &key(2));
    let refused = verify(&text, key(3).public(), NOW);
    assert_eq!(refused, Err(GrantError::Signature));
    let long = format!("{text}{}", "A".repeat(8192));
    assert_eq!(
        verify(&long, key(2).public(), NOW),
        Err(GrantError::TooLong)
    );
}

#[test]
fn a_grant_is_no_order_and_an_order_no_grant() {
    let text = sign(&order(Verb::Sync {}), &key(2));
    let refused = migasfree_grant::verify(&text, key(2).public(), NOW);
    assert_eq!(refused, Err(GrantError::Signature));
    let grant = include_str!("../../../fuzz/corpus/grant_verify/good");
    let refused = verify(grant, key(2).public(), NOW);
    assert_eq!(refused, Err(GrantError::Signature));
}

#[test]
fn verbs_are_written_by_their_names_and_take_nothing_else() {
    let written = |verb: &Verb| serde_json::to_value(verb).unwrap();
    assert_eq!(written(&Verb::Sync {}), serde_json::json!({"name": "sync"}));
    let reboot = Verb::Reboot {
        delay_minutes: 5,
        text: "kernel".to_owned(),
    };
    let json = serde_json::json!({"name": "reboot", "delay_minutes": 5, "text": "kernel"});
    assert_eq!(written(&reboot), json);
    for wrong in [
        serde_json::json!({"name": "sync", "force": true}),
        serde_json::json!({"name": "erase"}),
        serde_json::json!({"name": "reboot", "delay_minutes": -1, "text": ""}),
        serde_json::json!({"name": "wake", "mac": "52:54:00:00:00:01"}),
    ] {
        assert!(
            serde_json::from_value::<Verb>(wrong.clone()).is_err(),
            "{wrong}"
        );
    }
}

fn verbs() -> impl Strategy<Value = Verb> {
    prop_oneof![
        Just(Verb::Sync {}),
        Just(Verb::Inventory {}),
        Just(Verb::Lock {}),
        any::<(String, String)>().prop_map(|(title, text)| Verb::Message { title, text }),
        any::<(u32, String)>().prop_map(|(delay_minutes, text)| Verb::Reboot {
            delay_minutes,
            text
        }),
        any::<(u32, String)>().prop_map(|(delay_minutes, text)| Verb::Shutdown {
            delay_minutes,
            text
        }),
        any::<(String, String)>().prop_map(|(mac, broadcast)| Verb::Wake { mac, broadcast }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_an_order_says_is_read_as_it_was_signed(
        verb in verbs(),
        reason in any::<String>(),
        name in any::<String>(),
        computer: i64,
    ) {
        let mut order = order(verb);
        order.reason = reason;
        order.operator.name = name;
        order.computer = computer;
        let name = order.verb.name();
        let told = serde_json::to_value(&order.verb).unwrap();
        prop_assert_eq!(told["name"].as_str(), Some(name));
        let text = sign(&order, &key(2));
        prop_assert_eq!(verify(&text, key(2).public(), NOW), Ok(order));
    }

    #[test]
    fn an_order_with_another_character_is_no_order(place: prop::sample::Index, character in "[A-Za-z0-9._-]") {
        let text = sign(&order(Verb::Sync {}), &key(2));
        let at = place.index(text.len());
        let other = format!("{}{character}{}", &text[..at], &text[at + 1..]);
        prop_assume!(other != text);
        prop_assert!(verify(&other, key(2).public(), NOW).is_err());
    }
}
