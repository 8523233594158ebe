//! Own messages: any claims round trip, any damage is refused.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use migasfree_envelope::unsealed::seal_rendered;
use migasfree_envelope::{
    KeyError, MAX_MESSAGE_LEN, OpenError, PrivateKey, PublicKey, SignatureCache, open, seal,
    seal_cached,
};
use proptest::prelude::*;
use serde_json::{Value, json};

static SERVER: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().unwrap());
static PROJECT: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().unwrap());

fn any_claims() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|quarters| Value::from(f64::from(quarters) / 4.0)),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".{0,12}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_claims_arrive_unchanged(claims in any_claims()) {
        let message = seal(&claims, &PROJECT, SERVER.public());
        let expected = if claims == json!("") { Value::Null } else { claims };
        prop_assert_eq!(open(&message, &SERVER, PROJECT.public()), Ok(expected));
    }

    #[test]
    fn a_message_with_one_character_changed_is_refused(
        position in any::<prop::sample::Index>(),
        replacement in "[A-Za-z0-9_-]",
    ) {
        let message = seal(&json!({"id": 1}), &PROJECT, SERVER.public());
        let position = position.index(message.len());
        let mut changed = message.clone();
        changed.replace_range(position..=position, &replacement);
        // The base64 of an altered last character may still stand for the same bytes.
        if changed != message {
            let opened = open(&changed, &SERVER, PROJECT.public());
            prop_assert!(opened.is_err(), "{} at {}", replacement, position);
        }
    }

    #[test]
    fn garbage_is_refused(garbage in ".{0,400}") {
        let opened = open(&garbage, &SERVER, PROJECT.public());
        prop_assert_eq!(opened, Err(OpenError::Undecipherable));
    }
}

#[test]
fn wrong_keys_and_cut_or_oversized_messages_are_refused() {
    let other = PrivateKey::generate().unwrap();
    let message = seal(&json!({"id": 1}), &PROJECT, SERVER.public());
    assert_eq!(
        open(&message, &other, PROJECT.public()),
        Err(OpenError::Undecipherable)
    );
    assert_eq!(
        open(&message, &SERVER, other.public()),
        Err(OpenError::InvalidSignature)
    );
    for length in (0..message.len()).step_by(97) {
        let opened = open(&message[..length], &SERVER, PROJECT.public());
        assert_eq!(opened, Err(OpenError::Undecipherable), "cut at {length}");
    }
    let padded = format!("{message}{}", " ".repeat(MAX_MESSAGE_LEN));
    assert_eq!(
        open(&padded, &SERVER, PROJECT.public()),
        Err(OpenError::Undecipherable)
    );
}

#[test]
fn half_a_surrogate_pair_is_read_as_a_replacement_character() {
    for (text, name) in [
        (r#"{"name": "Jos\udce9 \ud83d\ude00"}"#, "Jos\u{fffd} 😀"),
        (
            r#"{"name": "\ud83d\ud83d\uDE00\\udce9"}"#,
            "\u{fffd}😀\\udce9",
        ),
    ] {
        let message = seal_rendered(text, text, &PROJECT, SERVER.public(), None);
        let opened = open(&message, &SERVER, PROJECT.public());
        assert_eq!(opened, Ok(json!({ "name": name })));
    }
}

#[test]
fn a_cached_signature_seals_the_same_claims_again() {
    let cache = SignatureCache::new(8);
    for _ in 0..3 {
        let message = seal_cached(&json!("Data received"), &SERVER, PROJECT.public(), &cache);
        assert_eq!(
            open(&message, &PROJECT, SERVER.public()),
            Ok(json!("Data received"))
        );
    }
    let message = seal_cached(&json!("Data received"), &PROJECT, SERVER.public(), &cache);
    assert_eq!(
        open(&message, &SERVER, PROJECT.public()),
        Ok(json!("Data received"))
    );
}

#[test]
fn keys_survive_pem_and_what_is_no_key_is_refused() {
    let again = PrivateKey::from_pem(&SERVER.to_pem()).unwrap();
    assert_eq!(again.public().thumbprint(), SERVER.public().thumbprint());
    let surrounded = format!("text before\n{}\ntext after", SERVER.public().to_pem());
    let public = PublicKey::from_pem(&surrounded.replace('\n', "\r\n")).unwrap();
    assert_eq!(public.thumbprint(), SERVER.public().thumbprint());

    assert!(matches!(PrivateKey::from_pem(""), Err(KeyError::NotPem)));
    let encrypted = SERVER
        .to_pem()
        .replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    assert!(matches!(
        PrivateKey::from_pem(&encrypted),
        Err(KeyError::UnsupportedLabel(_))
    ));
    let public_as_private = SERVER
        .public()
        .to_pem()
        .replace("PUBLIC KEY", "PRIVATE KEY");
    assert!(matches!(
        PrivateKey::from_pem(&public_as_private),
        Err(KeyError::Rejected)
    ));
    let private_as_public = SERVER.to_pem().replace("PRIVATE KEY", "PUBLIC KEY");
    assert!(matches!(
        PublicKey::from_pem(&private_as_public),
        Err(KeyError::Rejected)
    ));
}
