//! A device that keeps a passkey, and its browser: what WebAuthn has them say, byte by byte.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Somebody was there, and showed a finger or a PIN.
const VERIFIED: u8 = 0x05;
/// A new key follows.
const WITH_KEY: u8 = 0x40;

pub struct Device {
    /// The page the browser shows.
    pub origin: String,
    key: EcdsaKeyPair,
    id: [u8; 16],
    user_handle: Value,
    counter: u32,
}

impl Device {
    /// With a key of its own; no two have the same number.
    pub fn new(origin: &str, number: u8) -> Self {
        Self {
            origin: origin.to_owned(),
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            id: [number; 16],
            user_handle: Value::Null,
            counter: 0,
        }
    }

    /// What `navigator.credentials.create` answers.
    pub fn create(&mut self, options: &Value) -> Value {
        let asked = &options["publicKey"];
        self.user_handle = asked["user"]["id"].clone();
        let mut data = self.data(asked["rp"]["id"].as_str().unwrap(), VERIFIED | WITH_KEY);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.id);
        data.extend(self.cose_key());
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        let client = self.client("webauthn.create", &asked["challenge"]);
        self.credential(json!({
            "attestationObject": encoded(&object),
            "clientDataJSON": encoded(client.as_bytes()),
        }))
    }

    /// What `navigator.credentials.get` answers.
    pub fn get(&mut self, options: &Value) -> Value {
        let asked = &options["publicKey"];
        self.counter += 1;
        let data = self.data(asked["rpId"].as_str().unwrap(), VERIFIED);
        let client = self.client("webauthn.get", &asked["challenge"]);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client));
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        self.credential(json!({
            "authenticatorData": encoded(&data),
            "clientDataJSON": encoded(client.as_bytes()),
            "signature": encoded(signature.as_ref()),
            "userHandle": self.user_handle,
        }))
    }

    fn data(&self, site: &str, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(site).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// The public key: a map of two coordinates on P-256.
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let mut key = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".to_vec();
        key.extend(&point[1..33]);
        key.extend(b"\x22\x58\x20");
        key.extend(&point[33..65]);
        key
    }

    fn client(&self, kind: &str, challenge: &Value) -> String {
        let origin = &self.origin;
        json!({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false})
            .to_string()
    }

    fn credential(&self, response: Value) -> Value {
        let id = encoded(&self.id);
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        })
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
