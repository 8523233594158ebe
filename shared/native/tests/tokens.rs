//! Enrolment tokens as people copy them.
#![allow(clippy::unwrap_used)]

use migasfree_native::key::KeyPair;
use migasfree_native::token::{EnrolmentToken, NoToken, TokenSecret};
use proptest::prelude::*;

fn token(secret: u8) -> EnrolmentToken {
    EnrolmentToken {
        secret: TokenSecret::generate(|bytes| bytes.fill(secret)),
        server: KeyPair::generate(|seed| seed.fill(2)).public().thumbprint(),
    }
}

const TEXT: &str = concat!(
    "mfe_BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ.",
    "aVBtapLd11SUVKIMGJfPzOEDuN0sXcmzJQNVT-_sKEU"
);

#[test]
fn a_token_is_one_word() {
    assert_eq!(token(4).to_string(), TEXT);
    assert_eq!(TEXT.parse::<EnrolmentToken>(), Ok(token(4)));
    assert_eq!(format!(" {TEXT}\n").parse::<EnrolmentToken>(), Ok(token(4)));
    assert_eq!(TEXT.len(), 91);
    assert_ne!(token(4), token(5));
}

#[test]
fn what_is_shown_of_a_token_lets_nobody_in() {
    let shown = format!("{:?}", token(4));
    assert!(!shown.contains("BAQE"), "{shown}");
    assert!(!NoToken.to_string().contains("BAQE"));
}

#[test]
fn what_is_no_token_is_refused() {
    let (secret, server) = TEXT.split_once('.').unwrap();
    for text in [
        "",
        "mfe_",
        "mfe_.",
        secret,
        server,
        &TEXT[4..],
        &TEXT[..90],
        &format!("{TEXT}A"),
        &format!("{TEXT}."),
        &format!("{secret}.{secret}"),
        &TEXT.replace("mfe_", "MFE_"),
        &TEXT.replace('.', " ."),
    ] {
        assert_eq!(text.parse::<EnrolmentToken>(), Err(NoToken), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_token_is_read_as_it_is_written(secret: [u8; 32], seed: [u8; 32]) {
        let token = EnrolmentToken {
            secret: TokenSecret::generate(|bytes| bytes.copy_from_slice(&secret)),
            server: KeyPair::generate(|bytes| bytes.copy_from_slice(&seed)).public().thumbprint(),
        };
        let text = token.to_string();
        prop_assert_eq!(text.parse::<EnrolmentToken>(), Ok(token.clone()));
        let json = serde_json::to_string(&token).unwrap();
        prop_assert_eq!(serde_json::from_str::<EnrolmentToken>(&json).unwrap(), token);
    }

    #[test]
    fn a_text_that_is_read_as_a_token_is_its_one_spelling(text in "mfe_[A-Za-z0-9_-]{43}\\.[A-Za-z0-9_-]{43}") {
        if let Ok(token) = text.parse::<EnrolmentToken>() {
            prop_assert_eq!(token.to_string(), text);
        }
    }
}
