//! Opens sealed messages. The first byte of an input chooses how deep it starts:
//! `m` the sealed text, `p` the decrypted plaintext, `c` claims, a line end and a signed payload.

use std::sync::LazyLock;

use migasfree_envelope::{PrivateKey, open, unsealed};
use serde_json::Value;

struct Keys {
    server: PrivateKey,
    project: PrivateKey,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let text = include_str!("../../tests/reference/vectors/keys.json");
    let keys: Value = serde_json::from_str(text).expect("the vectors are JSON");
    let key = |name: &str| {
        let pem = keys[name]["private_pem"]
            .as_str()
            .expect("the vectors name the key");
        PrivateKey::from_pem(pem).expect("the vectors hold good keys")
    };
    Keys {
        server: key("server"),
        project: key("project"),
    }
});

/// Runs one input.
pub fn run(input: &[u8]) {
    let Some((mode, rest)) = input.split_first() else {
        return;
    };
    match mode {
        b'm' => {
            let text = String::from_utf8_lossy(rest);
            _ = open(&text, &KEYS.server, KEYS.project.public());
        }
        b'p' => _ = unsealed::verify_plaintext(rest, KEYS.project.public()),
        b'c' => {
            let end = rest
                .iter()
                .position(|byte| *byte == b'\n')
                .unwrap_or(rest.len());
            let (data, payload) = rest.split_at(end);
            if let Ok(data) = serde_json::from_slice::<Value>(data) {
                let payload = payload.get(1..).unwrap_or_default();
                if let Ok(confirmed) = unsealed::confirm(data.clone(), payload) {
                    assert!(confirmed == data || confirmed.is_null());
                }
            }
        }
        _ => {}
    }
}
