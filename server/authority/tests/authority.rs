//! What the authority gives, refuses, and takes back.
#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use migasfree_server_authority::{
    Authority, AuthorityError, LONGEST_REQUEST, Name, Profile, Reason, Request, RequestError,
    Revoked, Store, StoreError, Subject, Usage, facts, list_der, renewal_at, renewal_due,
    serial_of,
};
use migasfree_server_db::{
    Ts,
    random::{SeededRandom, SystemRandom},
};
use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use proptest::prelude::*;
use rcgen::{
    CertificateParams, CertificateSigningRequestParams, Issuer, KeyPair, PKCS_ECDSA_P384_SHA384,
    PKCS_ECDSA_P521_SHA512, PKCS_ED25519, PublicKeyData as _, RsaKeySize, SignatureAlgorithm,
};
use x509_parser::parse_x509_certificate;
use x509_parser::prelude::FromDer as _;
use x509_parser::revocation_list::CertificateRevocationList;

const NOW: Ts = Ts::from_seconds(1_800_000_000);
const A_DAY: Duration = Duration::from_secs(86_400);
const AN_HOUR: Duration = Duration::from_secs(3_600);

static AUTHORITY: LazyLock<Authority> =
    LazyLock::new(|| Authority::create("Test", A_DAY * 3_650, NOW, &SystemRandom).unwrap());

fn profile(common_name: &str) -> Profile {
    Profile {
        subject: Subject {
            organization: "example.org".to_owned(),
            unit: "COMPUTERS".to_owned(),
            common_name: common_name.to_owned(),
        },
        names: vec![Name::Uri("urn:uuid:0".to_owned())],
        usage: Usage::Client,
        lifetime: A_DAY * 90,
        revocation_list: Some("http://example.org/crl".to_owned()),
    }
}

fn request_of(key: &KeyPair) -> String {
    let params = CertificateParams::new(vec!["evil.example".to_owned()]).unwrap();
    params.serialize_request(key).unwrap().pem().unwrap()
}

fn der(pem: &str) -> Vec<u8> {
    pem::parse(pem).unwrap().into_contents()
}

#[test]
fn a_certificate_says_what_the_authority_was_told_and_nothing_that_was_requested() {
    let key = KeyPair::generate().unwrap();
    let issued = AUTHORITY
        .sign_request(&request_of(&key), &profile("c_1"), NOW)
        .unwrap();
    let der = der(&issued.certificate_pem);
    let (_, certificate) = parse_x509_certificate(&der).unwrap();
    assert_eq!(
        certificate.subject().to_string(),
        "O=example.org, OU=COMPUTERS, CN=c_1"
    );
    assert_eq!(certificate.public_key().raw, key.subject_public_key_info());
    let names = certificate.subject_alternative_name().unwrap().unwrap();
    assert_eq!(names.value.general_names.len(), 1);
    let usage = certificate.extended_key_usage().unwrap().unwrap().value;
    assert!(usage.client_auth && !usage.server_auth);
    assert!(!certificate.is_ca());
    assert_eq!(
        (issued.not_before, issued.not_after),
        (NOW - AN_HOUR, NOW + A_DAY * 90)
    );
    assert_eq!(serial_of(&der), Some(issued.serial.clone()));
    assert!(issued.key_pem.is_none());
    let root = self::der(&issued.chain_pem);
    let (_, root) = parse_x509_certificate(&root).unwrap();
    certificate
        .verify_signature(Some(root.public_key()))
        .unwrap();
}

#[test]
fn the_same_randomness_gives_the_same_numbers_and_no_number_twice() {
    let issue = |seed| {
        let authority = Authority::from_pem(&AUTHORITY.chain_pem(), &AUTHORITY.key_pem()).unwrap();
        let authority = authority.with_random(Arc::new(SeededRandom::new(seed)));
        [1, 2].map(|_| authority.issue(&profile("c_1"), NOW).unwrap().serial)
    };
    assert_eq!(issue(7), issue(7));
    let [first, second] = issue(7);
    assert_ne!(first, second);
    assert_ne!(first, issue(8)[0]);
    assert_eq!(first.len(), 32);
}

#[test]
fn keys_of_the_usual_kinds_are_taken_and_others_are_not() {
    let of = |algorithm: &'static SignatureAlgorithm| {
        request_of(&KeyPair::generate_for(algorithm).unwrap())
    };
    let rsa = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    for request in [
        of(&PKCS_ECDSA_P384_SHA384),
        of(&PKCS_ED25519),
        request_of(&rsa),
    ] {
        AUTHORITY
            .sign_request(&request, &profile("c_1"), NOW)
            .unwrap();
    }
    let refused = Request::read(&of(&PKCS_ECDSA_P521_SHA512)).unwrap_err();
    assert!(matches!(refused, RequestError::KeyKind), "{refused}");
    let short = include_str!("../../../fuzz/corpus/certificate_request/rsa-1024");
    let refused = Request::read(short).unwrap_err();
    assert!(matches!(refused, RequestError::KeyKind), "{refused}");
}

#[test]
fn a_request_that_its_key_did_not_sign_is_refused() {
    let mut der = der(&request_of(&KeyPair::generate_for(&PKCS_ED25519).unwrap()));
    *der.last_mut().unwrap() ^= 1;
    let request = pem::encode(&pem::Pem::new("CERTIFICATE REQUEST", der));
    let refused = Request::read(&request).unwrap_err();
    assert!(matches!(refused, RequestError::Signature), "{refused}");
}

#[test]
fn what_is_not_exactly_one_request_is_refused() {
    let request = request_of(&KeyPair::generate().unwrap());
    for other in [
        String::new(),
        AUTHORITY.chain_pem(),
        format!("{request}{request}"),
    ] {
        let refused = Request::read(&other).unwrap_err();
        assert!(matches!(refused, RequestError::Unreadable(_)), "{refused}");
    }
    let long = "x".repeat(LONGEST_REQUEST + 1);
    let refused = Request::read(&long).unwrap_err();
    assert!(matches!(refused, RequestError::TooLong { .. }), "{refused}");
}

#[test]
fn names_that_cannot_stand_in_a_certificate_are_refused() {
    let long = profile(&"n".repeat(65));
    let broken = profile("a\nb");
    let mut foreign = profile("c_1");
    foreign.names = vec![Name::Host("müller.example".to_owned())];
    for profile in [long, broken, foreign] {
        let refused = AUTHORITY.issue(&profile, NOW).unwrap_err();
        assert!(matches!(refused, AuthorityError::Name(_)), "{refused}");
    }
}

#[test]
fn a_server_gets_its_names_and_addresses() {
    let names = ["Server.example", "127.0.0.1", "[::1]"].map(str::to_owned);
    let issued = AUTHORITY.issue_server(&names, NOW).unwrap();
    let der = der(&issued.certificate_pem);
    let (_, certificate) = parse_x509_certificate(&der).unwrap();
    let told = certificate.subject_alternative_name().unwrap().unwrap();
    let told: Vec<String> = told
        .value
        .general_names
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(told.len(), 3);
    assert!(told[0].contains("server.example"), "{told:?}");
    KeyPair::from_pem(&issued.key_pem.unwrap()).unwrap();
}

#[test]
fn nothing_outlives_the_authority() {
    let short = Authority::create("Short", A_DAY, NOW, &SystemRandom).unwrap();
    let issued = short.issue(&profile("c_1"), NOW).unwrap();
    assert_eq!(issued.not_after, NOW + A_DAY);
    let late = short.issue(&profile("c_1"), NOW + A_DAY).unwrap_err();
    assert!(matches!(late, AuthorityError::NotValidNow { .. }), "{late}");
}

#[test]
fn a_list_is_signed_and_has_its_number_and_what_was_taken_back() {
    let serial = AUTHORITY.issue(&profile("c_1"), NOW).unwrap().serial;
    let revoked = [Revoked {
        serial: serial.clone(),
        at: NOW,
        reason: Reason::KeyCompromise,
    }];
    let list = AUTHORITY.revocation_list(&revoked, 7, NOW).unwrap();
    assert!(list.next_update > NOW);
    assert_eq!(der(&list.pem), list.der);
    assert_eq!(list_der(&list.pem), Some(list.der.clone()));
    assert_eq!(list_der(&AUTHORITY.chain_pem()), None);
    let (_, read) = CertificateRevocationList::from_der(&list.der).unwrap();
    let root = der(&AUTHORITY.chain_pem());
    let (_, root) = parse_x509_certificate(&root).unwrap();
    read.verify_signature(root.public_key()).unwrap();
    assert_eq!(read.crl_number().unwrap().to_string(), "7");
    let serials: Vec<String> = read
        .iter_revoked_certificates()
        .map(|one| hex::encode(one.raw_serial()))
        .collect();
    assert_eq!(serials, [serial]);
}

#[test]
fn a_certificate_in_one_file_with_its_key_opens_with_the_password_alone() {
    let issued = AUTHORITY.issue(&profile("c_1"), NOW).unwrap();
    let file = issued.p12("c_1", "secret").unwrap();
    let opened = KeyStore::from_pkcs12(&file, "secret", Pkcs12ImportPolicy::Strict).unwrap();
    let (name, chain) = opened.private_key_chain().unwrap();
    assert_eq!(name, "c_1");
    assert_eq!(chain.certs().len(), 2);
    assert_eq!(chain.certs()[0].as_der(), der(&issued.certificate_pem));
    assert!(KeyStore::from_pkcs12(&file, "other", Pkcs12ImportPolicy::Strict).is_err());
    let requested = AUTHORITY
        .sign_request(
            &request_of(&KeyPair::generate().unwrap()),
            &profile("c_1"),
            NOW,
        )
        .unwrap();
    assert!(requested.p12("c_1", "secret").is_err());
}

/// A root in a folder, and its own key as somebody keeps it elsewhere.
struct Elsewhere {
    folder: tempfile::TempDir,
    store: Store,
    root: String,
    key: String,
}

impl Elsewhere {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::of(folder.path());
        let life = A_DAY * 3_650;
        let root = store.create("Root", life, NOW, &SystemRandom).unwrap();
        let key = store.root_key().unwrap();
        Self {
            folder,
            store,
            root: root.chain_pem(),
            key,
        }
    }

    fn sign(&self, request: &str) -> String {
        let key = KeyPair::from_pem(&self.key).unwrap();
        let issuer = Issuer::from_ca_cert_pem(&self.root, key).unwrap();
        let mut request = CertificateSigningRequestParams::from_pem(request).unwrap();
        request.params.not_before = NOW.datetime();
        request.params.not_after = (NOW + A_DAY * 365).datetime();
        request.signed_by(&issuer).unwrap().pem()
    }
}

#[test]
fn keys_in_the_folder_are_the_owners_alone_and_a_root_is_made_once() {
    let elsewhere = Elsewhere::new();
    let key = elsewhere.folder.path().join("keys/authority/root.key");
    let mode = std::fs::metadata(key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = elsewhere.store.create("Root", A_DAY, NOW, &SystemRandom);
    assert!(matches!(again.unwrap_err(), StoreError::Exists(_)));
    let loaded = elsewhere.store.load().unwrap().unwrap();
    assert_eq!(loaded.chain_pem(), elsewhere.root);
}

#[test]
fn what_a_root_elsewhere_signed_stands_in_for_it() {
    let elsewhere = Elsewhere::new();
    let store = &elsewhere.store;
    store.forget_root_key().unwrap();
    assert!(matches!(store.load().unwrap_err(), StoreError::KeyAway(_)));
    let certificate = elsewhere.sign(&store.request("Issuer").unwrap());
    let imported = store.import(&certificate, NOW).unwrap();
    assert_eq!(imported.facts().subject, "CN=Issuer");
    let loaded = store.load().unwrap().unwrap();
    let issued = loaded.issue(&profile("c_1"), NOW).unwrap();
    assert_eq!(facts(&issued.certificate_pem).unwrap().issuer, "CN=Issuer");
    assert!(issued.chain_pem.ends_with(&elsewhere.root));
    assert_eq!(store.chain_pem().unwrap().unwrap(), issued.chain_pem);
}

#[test]
fn what_is_imported_has_to_be_of_an_authority_with_the_key_made_here() {
    let elsewhere = Elsewhere::new();
    let store = &elsewhere.store;
    let refused = |pem: &str, now| store.import(pem, now).unwrap_err();
    assert!(matches!(
        refused(&elsewhere.root, NOW),
        StoreError::NotRequested(_)
    ));
    let other = elsewhere.sign(&store.request("Issuer").unwrap());
    let right = elsewhere.sign(&store.request("Issuer").unwrap());
    assert!(matches!(
        refused(&other, NOW),
        StoreError::Authority(AuthorityError::OtherKey)
    ));
    let late = refused(&right, NOW + A_DAY * 400);
    assert!(matches!(
        late,
        StoreError::Authority(AuthorityError::NotValidNow { .. })
    ));
    let leaf = AUTHORITY.issue(&profile("c_1"), NOW).unwrap();
    let leaf = format!("{}{}", leaf.certificate_pem, leaf.chain_pem);
    assert!(matches!(
        refused(&leaf, NOW),
        StoreError::Authority(AuthorityError::NotAnAuthority)
    ));
    let stranger = Elsewhere::new();
    let unrooted = stranger.sign(&store.request("Issuer").unwrap());
    assert!(matches!(
        refused(&unrooted, NOW),
        StoreError::Authority(AuthorityError::Chain(_))
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_request_never_brings_another_key(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        static REQUEST: LazyLock<Vec<u8>> =
            LazyLock::new(|| der(&request_of(&KeyPair::generate().unwrap())));
        let read = |der: Vec<u8>| {
            Request::read(&pem::encode(&pem::Pem::new("CERTIFICATE REQUEST", der)))
        };
        let own = read(REQUEST.clone()).unwrap().public_key();
        let mut damaged = REQUEST.clone();
        let at = at.index(damaged.len());
        damaged[at] ^= 1 << bit;
        if let Ok(request) = read(damaged) {
            prop_assert_eq!(request.public_key(), own);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        prop_assert!(Request::read(&text).is_err());
        prop_assert!(facts(&text).is_err());
    }

    #[test]
    fn a_certificate_is_renewed_within_its_life_and_stays_due(
        from in 0..4_000_000_000_i64,
        life in 1..400_000_000_i64,
        passed in 0..1_000_000_000_i64,
    ) {
        let (from, until) = (Ts::from_seconds(from), Ts::from_seconds(from + life * 3));
        let at = renewal_at(from, until);
        prop_assert!(from < at && at < until);
        prop_assert_eq!((at.0 - from.0) / 2, until.0 - at.0);
        let now = Ts(from.0 + passed * 1_000_000);
        prop_assert_eq!(renewal_due(from, until, now), now >= at);
    }
}
