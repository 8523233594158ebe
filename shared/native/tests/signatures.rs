//! Requests and answers between one computer and one server: what is signed is taken, whatever is changed is not.
#![allow(clippy::unwrap_used)]

use http::{HeaderMap, HeaderValue, Method, Uri};
use migasfree_native::digest::DigestError;
use migasfree_native::freshness::Nonce;
use migasfree_native::key::{KeyPair, Thumbprint};
use migasfree_native::signature::request::{Claim, Signer, Target, read};
use migasfree_native::signature::{Signature, SignatureError, answer, request};
use proptest::prelude::*;

const NOW: i64 = 1_767_225_600;
const TARGET: Target<'static> = Target {
    method: "POST",
    path: "/api/native/1/computer/label/",
    query: None,
};
const REQUEST_INPUT: &str = concat!(
    r#"migasfree=("@method" "@path" "@query" "content-digest" "migasfree-server" "content-type");created=1767225600;"#,
    r#"nonce="AwMDAwMDAwMDAwMDAwMDAw";keyid="UDDReOZl1ipXAfp9wYsm13sDBMK5og--QWdBjzuf6o4";alg="ed25519";"#,
    r#"tag="migasfree-native-1""#
);
const REQUEST_SIGNATURE: &str = "migasfree=:KL70InXAP735J5AqklvxxNjCKcNl5iqU+9qA/R9T5VwsnOV7bS7DITo6OFf8dQJQmVtgXVT32JA4fcy09GpcBQ==:";
const ANSWER_SIGNATURE: &str = "migasfree=:i81gmeXhpJl+mgV7fHaNvT5owwbsuIGJiISSXC/63I6JjjA21YG3j+mFRjb5oVVgaF7Zy9KiyV04o8BSSZb/DQ==:";
const ANSWER: &[u8] = br#"{"uuid":"","name":"pc-7","search":"CID-7","helpdesk":""}"#;

fn key(byte: u8) -> KeyPair {
    KeyPair::generate(|seed| seed.fill(byte))
}

fn computer() -> KeyPair {
    key(1)
}

fn server() -> Thumbprint {
    key(2).public().thumbprint()
}

fn json() -> HeaderMap {
    let json = HeaderValue::from_static("application/json");
    HeaderMap::from_iter([(http::header::CONTENT_TYPE, json)])
}

/// A signed request to the server, with the headers it travels with.
fn sign(target: &Target<'_>, mut headers: HeaderMap, body: &[u8]) -> (HeaderMap, Signature) {
    let signer = Signer {
        key: &computer(),
        server: server(),
        created: NOW,
        nonce: Nonce::generate(|bytes| bytes.fill(3)),
    };
    let signature = request::sign(target, &mut headers, body, &signer).unwrap();
    (headers, signature)
}

fn take(target: &Target<'_>, headers: &HeaderMap, body: &[u8]) -> Result<Claim, SignatureError> {
    let claim = read(target, headers, server())?;
    claim.verify(computer().public(), body)?;
    Ok(claim)
}

/// The headers of a request whose signature says something else of itself. `made` and `read_as` are parts of the header.
fn restated(made: &str, read_as: &str) -> HeaderMap {
    let (mut headers, _) = sign(&TARGET, json(), b"{}");
    let input = headers["signature-input"].to_str().unwrap();
    assert!(input.contains(made), "{input}");
    let input = HeaderValue::from_str(&input.replace(made, read_as)).unwrap();
    headers.insert("signature-input", input);
    headers
}

#[test]
fn a_request_is_signed_as_the_documentation_shows() {
    let (headers, signature) = sign(&TARGET, json(), b"{}");
    assert_eq!(headers["signature-input"], REQUEST_INPUT);
    assert_eq!(headers["signature"], REQUEST_SIGNATURE);
    let claim = take(&TARGET, &headers, b"{}").unwrap();
    assert_eq!(claim.key, computer().public().thumbprint());
    assert_eq!(claim.created, NOW);
    assert_eq!(claim.nonce.to_bytes(), [3; 16]);
    assert_eq!(claim.signature, signature);
}

#[test]
fn an_answer_is_signed_as_the_documentation_shows() {
    let (_, asked) = sign(&TARGET, json(), b"{}");
    let mut headers = json();
    answer::sign(200, &mut headers, ANSWER, &key(2), NOW + 1, &asked).unwrap();
    assert_eq!(headers["signature"], ANSWER_SIGNATURE);
    let created = answer::verify(200, &headers, ANSWER, key(2).public(), &asked);
    assert_eq!(created, Ok(NOW + 1));
}

#[test]
fn a_target_is_what_stands_on_the_first_line() {
    let uri: Uri = "/api/native/1/a%20b/?x=%7e&y".parse().unwrap();
    let target = Target::of(&Method::POST, &uri);
    assert_eq!(target.method, "POST");
    assert_eq!(target.path, "/api/native/1/a%20b/");
    assert_eq!(target.query, Some("x=%7e&y"));
}

#[test]
fn a_request_to_elsewhere_is_refused() {
    let (headers, _) = sign(&TARGET, json(), b"{}");
    for target in [
        Target {
            method: "PUT",
            ..TARGET
        },
        Target {
            path: "/api/native/1/computer/info/",
            ..TARGET
        },
        Target {
            query: Some("x"),
            ..TARGET
        },
    ] {
        let taken = take(&target, &headers, b"{}");
        assert_eq!(taken, Err(SignatureError::Forged), "{target:?}");
    }
    let other = key(3).public().thumbprint();
    let refused = read(&TARGET, &headers, other);
    assert_eq!(refused, Err(SignatureError::OtherServer));
}

#[test]
fn a_changed_body_is_refused_even_with_its_digest() {
    let (mut headers, _) = sign(&TARGET, json(), b"{}");
    let changed = Err(SignatureError::Body(DigestError::OtherBody));
    assert_eq!(take(&TARGET, &headers, b"[]"), changed);
    let digest = migasfree_native::digest::content_digest(b"[]");
    headers.insert("content-digest", HeaderValue::from_str(&digest).unwrap());
    let refused = take(&TARGET, &headers, b"[]");
    assert_eq!(refused, Err(SignatureError::Forged));
}

#[test]
fn another_key_is_refused() {
    let (headers, _) = sign(&TARGET, json(), b"{}");
    let claim = read(&TARGET, &headers, server()).unwrap();
    let refused = claim.verify(key(3).public(), b"{}");
    assert_eq!(refused, Err(SignatureError::OtherKey));
    let other = key(3).public().thumbprint();
    let own = computer().public().thumbprint().to_string();
    let headers = restated(&own, &other.to_string());
    let claim = read(&TARGET, &headers, server()).unwrap();
    let refused = claim.verify(key(3).public(), b"{}");
    assert_eq!(refused, Err(SignatureError::Forged));
}

#[test]
fn what_says_how_a_body_is_read_is_signed_when_it_is_there() {
    let (mut headers, _) = sign(&TARGET, json(), b"{}");
    headers.insert("content-encoding", HeaderValue::from_static("zstd"));
    let added = take(&TARGET, &headers, b"{}");
    assert_eq!(
        added,
        Err(SignatureError::NotCovered("\"content-encoding\""))
    );
    let mut encoded = json();
    encoded.insert("content-encoding", HeaderValue::from_static("zstd"));
    let (mut headers, _) = sign(&TARGET, encoded, b"{}");
    assert!(take(&TARGET, &headers, b"{}").is_ok());
    headers.remove("content-encoding");
    let missing = Err(SignatureError::MissingHeader("content-encoding".to_owned()));
    assert_eq!(take(&TARGET, &headers, b"{}"), missing);
}

#[test]
fn a_header_that_is_there_twice_is_refused() {
    for name in [
        "signature",
        "signature-input",
        "content-digest",
        "content-type",
        "migasfree-server",
    ] {
        let (mut headers, _) = sign(&TARGET, json(), b"{}");
        let value = headers[name].clone();
        headers.append(name, value);
        let refused = take(&TARGET, &headers, b"{}");
        let repeated = SignatureError::RepeatedHeader(name.to_owned());
        assert_eq!(refused, Err(repeated));
    }
}

#[test]
fn a_signature_that_says_too_little_or_too_much_is_refused_and_told_why() {
    let malformed = || SignatureError::MalformedHeader("signature-input".to_owned());
    let nonce = r#";nonce="AwMDAwMDAwMDAwMDAwMDAw""#;
    let cases = [
        (
            r#""@method" "#,
            "",
            SignatureError::NotCovered("\"@method\""),
        ),
        (
            r#" "content-type""#,
            "",
            SignatureError::NotCovered("\"content-type\""),
        ),
        (
            r#" "migasfree-server""#,
            "",
            SignatureError::NotCovered("\"migasfree-server\""),
        ),
        (
            r#""@method""#,
            r#""@method" "@method""#,
            SignatureError::RepeatedComponent("\"@method\"".to_owned()),
        ),
        (
            r#""@method""#,
            r#""@authority" "@method""#,
            SignatureError::UnknownComponent("\"@authority\"".to_owned()),
        ),
        (
            r#""@method""#,
            r#""@method";req"#,
            SignatureError::UnknownComponent("\"@method\";req".to_owned()),
        ),
        (
            ";created=1767225600",
            "",
            SignatureError::MissingParameter("created"),
        ),
        (nonce, "", SignatureError::MissingParameter("nonce")),
        (
            r#";tag="migasfree-native-1""#,
            "",
            SignatureError::MissingParameter("tag"),
        ),
        (
            r#";alg="ed25519""#,
            "",
            SignatureError::MissingParameter("alg"),
        ),
        (
            "ed25519",
            "rsa-pss-sha512",
            SignatureError::WrongParameter("alg"),
        ),
        (
            "native-1",
            "native-answer-1",
            SignatureError::WrongParameter("tag"),
        ),
        ("AwMDAwMD", "AwMD", SignatureError::WrongParameter("nonce")),
        ("UDDR", "UDD", SignatureError::WrongParameter("keyid")),
        (
            "created=1767225600",
            "created=1767225600.5",
            SignatureError::WrongParameter("created"),
        ),
        (
            ";alg",
            ";expires=1767225700;alg",
            SignatureError::UnknownParameter("expires".to_owned()),
        ),
        ("migasfree=(", "other=(", malformed()),
        ("migasfree=(", "other=(), migasfree=(", malformed()),
        ("migasfree=(", "migasfree=(), migasfree=(", malformed()),
        ("created=", "created=1;created=", malformed()),
        (r#""@method" "#, r#""@method"  "#, malformed()),
        ("migasfree=(", r#"migasfree="text", other=("#, malformed()),
    ];
    for (made, read_as, error) in cases {
        let refused = read(&TARGET, &restated(made, read_as), server());
        assert_eq!(refused, Err(error), "{made} -> {read_as}");
    }
}

#[test]
fn a_later_time_and_another_nonce_are_forged() {
    for (made, read_as) in [("1767225600", "1767225601"), ("nonce=\"Aw", "nonce=\"Bw")] {
        let refused = take(&TARGET, &restated(made, read_as), b"{}");
        assert_eq!(refused, Err(SignatureError::Forged), "{read_as}");
    }
}

#[test]
fn a_signature_has_one_spelling() {
    for (made, read_as) in [
        ("==:", ":"),
        ("=:KL70", "=:KL7"),
        ("migasfree=:", "other=:"),
    ] {
        let (mut headers, _) = sign(&TARGET, json(), b"{}");
        let changed = REQUEST_SIGNATURE.replace(made, read_as);
        headers.insert("signature", HeaderValue::from_str(&changed).unwrap());
        let refused = take(&TARGET, &headers, b"{}");
        let malformed = SignatureError::MalformedHeader("signature".to_owned());
        assert_eq!(refused, Err(malformed), "{changed}");
    }
}

#[test]
fn an_answer_belongs_to_one_request_and_one_server() {
    let (_, asked) = sign(&TARGET, json(), b"{}");
    let (_, other) = sign(&TARGET, json(), b"[]");
    let mut headers = json();
    headers.insert("retry-after", HeaderValue::from_static("60"));
    answer::sign(503, &mut headers, b"{}", &key(2), NOW, &asked).unwrap();
    let server = key(2);
    let verify = |status, headers: &HeaderMap, body: &[u8], request: &Signature| {
        answer::verify(status, headers, body, server.public(), request)
    };
    assert_eq!(verify(503, &headers, b"{}", &asked), Ok(NOW));
    let forged = Err(SignatureError::Forged);
    assert_eq!(verify(503, &headers, b"{}", &other), forged);
    assert_eq!(verify(200, &headers, b"{}", &asked), forged);
    let changed = Err(SignatureError::Body(DigestError::OtherBody));
    assert_eq!(verify(503, &headers, b"[]", &asked), changed);
    let by_other = answer::verify(503, &headers, b"{}", key(3).public(), &asked);
    assert_eq!(by_other, Err(SignatureError::OtherKey));
    headers.insert("retry-after", HeaderValue::from_static("6"));
    assert_eq!(verify(503, &headers, b"{}", &asked), forged);
}

#[test]
fn a_request_is_no_answer() {
    let (headers, asked) = sign(&TARGET, json(), b"{}");
    let refused = answer::verify(200, &headers, b"{}", computer().public(), &asked);
    assert!(refused.is_err(), "{refused:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_request_arrives(
        path in "/[a-z0-9/%_.-]{0,40}",
        query in proptest::option::of("[a-z0-9=&%]{0,40}"),
        body in proptest::collection::vec(any::<u8>(), 0..200),
        has_type in any::<bool>(),
    ) {
        let target = Target { method: "POST", path: &path, query: query.as_deref() };
        let headers = if has_type { json() } else { HeaderMap::new() };
        let (headers, signature) = sign(&target, headers, &body);
        let claim = take(&target, &headers, &body);
        prop_assert_eq!(claim.map(|claim| claim.signature), Ok(signature));
    }

    #[test]
    fn a_header_with_one_byte_changed_is_refused(
        name in prop::sample::select(vec!["signature", "signature-input", "content-digest", "content-type", "migasfree-server"]),
        position in any::<prop::sample::Index>(),
        replacement in 0x21_u8..0x7f,
    ) {
        let (mut headers, _) = sign(&TARGET, json(), b"{}");
        let mut value = headers[name].as_bytes().to_vec();
        let position = position.index(value.len());
        prop_assume!(value[position] != replacement);
        value[position] = replacement;
        headers.insert(name, HeaderValue::from_bytes(&value).unwrap());
        let taken = take(&TARGET, &headers, b"{}");
        prop_assert!(taken.is_err());
    }

    #[test]
    fn a_body_with_one_bit_changed_is_refused(
        mut body in proptest::collection::vec(any::<u8>(), 1..200),
        position in any::<prop::sample::Index>(),
        bit in 0_u32..8,
    ) {
        let (headers, _) = sign(&TARGET, json(), &body);
        let position = position.index(body.len());
        body[position] ^= 1 << bit;
        prop_assert!(take(&TARGET, &headers, &body).is_err());
    }
}
