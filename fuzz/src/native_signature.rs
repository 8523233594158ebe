//! Reads signed requests and answers: an input is lines of `name: value`, an empty line, and the body. What is confirmed is
//! what its signer meant.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use migasfree_native::key::KeyPair;
use migasfree_native::signature::answer;
use migasfree_native::signature::request::{self, Target};

struct Keys {
    computer: KeyPair,
    server: KeyPair,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    computer: KeyPair::generate(|seed| seed.fill(1)),
    server: KeyPair::generate(|seed| seed.fill(2)),
});

const TARGET: Target<'static> = Target {
    method: "POST",
    path: "/api/native/1/computer/label/",
    query: None,
};

/// Runs one input.
pub fn run(input: &[u8]) {
    let (headers, body) = message(input);
    let server = KEYS.server.public();
    let Ok(claim) = request::read(&TARGET, &headers, server.thumbprint()) else {
        return;
    };
    if claim.verify(KEYS.computer.public(), body).is_ok() {
        assert_eq!(body, b"{}", "the only body that was ever signed");
        assert_eq!(claim.created, 1_767_225_600);
    }
    let taken = answer::verify(200, &headers, body, server, &claim.signature);
    assert!(taken.is_err(), "a request is no answer");
}

fn message(input: &[u8]) -> (HeaderMap, &[u8]) {
    let mut headers = HeaderMap::new();
    let mut rest = input;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = &rest[..end];
        rest = &rest[end + 1..];
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = header(line) {
            headers.append(name, value);
        }
    }
    (headers, rest)
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::from_bytes(&line[..colon]).ok()?;
    let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
    Some((name, value))
}
