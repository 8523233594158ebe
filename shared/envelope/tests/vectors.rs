//! The reference vectors: every stated token, alternative, negative case and recorded exchange.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use migasfree_envelope::{OpenError, PrivateKey, PublicKey, open, seal};
use serde_json::{Value, json};

fn vectors(name: &str) -> Value {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap())
        .join("../../tests/reference/vectors");
    serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

struct Keys(Value);

impl Keys {
    fn load() -> Self {
        Self(vectors("keys.json"))
    }

    fn private(&self, name: &str) -> PrivateKey {
        let name = name.trim_end_matches(".private");
        PrivateKey::from_pem(self.0[name]["private_pem"].as_str().unwrap()).unwrap()
    }

    fn public(&self, name: &str) -> PublicKey {
        let name = name.trim_end_matches(".public");
        PublicKey::from_pem(self.0[name]["public_pem"].as_str().unwrap()).unwrap()
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

#[test]
fn keys_are_read_written_and_named_as_stated() {
    let keys = Keys::load();
    for name in ["server", "project", "packager", "other"] {
        let private = keys.private(name);
        let public = keys.public(name);
        assert_eq!(public.thumbprint(), text(&keys.0[name], "thumbprint"));
        assert_eq!(private.public().thumbprint(), public.thumbprint());
        assert_eq!(private.to_pem(), text(&keys.0[name], "private_pem"));
        assert_eq!(public.to_pem(), text(&keys.0[name], "public_pem"));
        assert_eq!(private.public().to_pem(), public.to_pem());
    }
}

#[test]
fn every_case_opens_to_its_data() {
    let keys = Keys::load();
    for case in vectors("envelope.json")["cases"].as_array().unwrap() {
        let decrypter = keys.private(text(case, "decrypt_key"));
        let verifier = keys.public(text(case, "verify_key"));
        let opened = open(text(case, "msg"), &decrypter, &verifier);
        assert_eq!(
            opened.as_ref(),
            Ok(&case["expect"]["data"]),
            "{}",
            case["name"]
        );
    }
}

/// The layers of an own token, opened far enough to compare their texts with the vectors.
fn header_of(message: &str) -> String {
    let jwe: Value = serde_json::from_str(message).unwrap();
    assert_eq!(jwe.as_object().unwrap().len(), 5);
    String::from_utf8(URL_SAFE_NO_PAD.decode(text(&jwe, "protected")).unwrap()).unwrap()
}

#[test]
fn own_tokens_have_the_stated_header_and_open_again() {
    let keys = Keys::load();
    for case in vectors("envelope.json")["cases"].as_array().unwrap() {
        let signer = keys.private(text(case, "sign_key"));
        let recipient = keys.public(text(case, "encrypt_key"));
        let message = seal(&case["data"], &signer, &recipient);
        assert_eq!(header_of(&message), text(case, "jwe_protected_json"));
        assert_ne!(
            message,
            seal(&case["data"], &signer, &recipient),
            "fresh key and IV"
        );
        let decrypter = keys.private(text(case, "decrypt_key"));
        let opened = open(&message, &decrypter, signer.public());
        assert_eq!(
            opened.as_ref(),
            Ok(&case["expect"]["data"]),
            "{}",
            case["name"]
        );
    }
}

#[test]
fn flattened_alternatives_are_read_and_other_forms_are_refused() {
    let keys = Keys::load();
    let accepted = [
        "jws-flattened-protected-header",
        "jws-unprotected-without-kid",
        "jwe-minimal-header",
    ];
    let envelope = vectors("envelope.json");
    for case in envelope["accepted_alternatives_client_to_server"]
        .as_array()
        .unwrap()
    {
        let opened = open(
            text(case, "msg"),
            &keys.private("server"),
            &keys.public("project"),
        );
        let expected = accepted.contains(&text(case, "name"));
        assert_eq!(opened.is_ok(), expected, "{}: {opened:?}", case["name"]);
        if expected {
            assert_eq!(opened.unwrap(), json!({"id": 1}));
        }
    }
}

#[test]
fn no_negative_case_yields_data() {
    let keys = Keys::load();
    for case in vectors("envelope.json")["negative_client_to_server"]
        .as_array()
        .unwrap()
    {
        let name = text(case, "name");
        let expected = match name {
            "signature-over-different-data" => OpenError::PayloadMismatch,
            "signed-by-other-key" | "sign-missing" | "sign-not-a-jws" | "sign-alg-none" => {
                OpenError::InvalidSignature
            }
            _ => OpenError::Undecipherable,
        };
        let opened = open(
            text(case, "msg"),
            &keys.private("server"),
            &keys.public("project"),
        );
        assert_eq!(opened, Err(expected), "{name}");
    }
}

/// The sealed text in a recorded body, JSON or multipart.
fn sealed_part(body: &Value) -> Option<String> {
    let body = body.as_str()?;
    if body.starts_with("--") {
        let (_, rest) = body.split_once("name=\"msg\"\r\n\r\n")?;
        return Some(rest.split_once("\r\n")?.0.to_owned());
    }
    let body: Value = serde_json::from_str(body).ok()?;
    Some(body.get("msg")?.as_str()?.to_owned())
}

#[test]
fn every_recorded_exchange_opens_to_its_recorded_claims_and_data() {
    let keys = Keys::load();
    let server = keys.private("server");
    let mut opened = 0;
    for exchange in vectors("http_transcript.json")["exchanges"]
        .as_array()
        .unwrap()
    {
        let path = text(&exchange["request"], "path");
        let peer = if path.contains("/packages/") && !path.contains("mandatory") {
            "packager"
        } else {
            "project"
        };
        let peer = keys.private(peer);
        if let Some(message) = sealed_part(&exchange["request"]["body"]) {
            let claims = open(&message, &server, peer.public());
            assert_eq!(
                claims.as_ref(),
                Ok(&exchange["request"]["claims"]),
                "{path}"
            );
            opened += 1;
        }
        if let Some(message) = sealed_part(&exchange["response"]["body"]) {
            let data = open(&message, &peer, server.public());
            assert_eq!(data.as_ref(), Ok(&exchange["response"]["data"]), "{path}");
            opened += 1;
        }
    }
    assert!(opened > 60, "only {opened} messages were found");
}
