//! A signed apt repository in memory.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use migasfree_deb::{Builder, Digests, Paragraph};
use pgp::composed::{
    ArmorOptions, CleartextSignedMessage, KeyType, SecretKeyParamsBuilder, SignedPublicKey,
    SignedSecretKey,
};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::types::{KeyDetails, Password, Timestamp};

/// The key of a repository.
pub struct Signer(SignedSecretKey);

impl Signer {
    pub fn generate() -> Self {
        let params = SecretKeyParamsBuilder::default()
            .key_type(KeyType::Ed25519Legacy)
            .can_certify(true)
            .can_sign(true)
            .created_at(now())
            .primary_user_id("tests".into())
            .build()
            .unwrap();
        Self(params.generate(rand::rngs::OsRng).unwrap())
    }

    pub fn public_key(&self) -> String {
        let public = SignedPublicKey::from(self.0.clone());
        public.to_armored_string(ArmorOptions::default()).unwrap()
    }

    fn sign(&self, text: &str) -> String {
        let key = &self.0.primary_key;
        let mut config =
            SignatureConfig::v4(SignatureType::Text, key.algorithm(), HashAlgorithm::Sha512);
        config.hashed_subpackets = vec![
            Subpacket::regular(SubpacketData::SignatureCreationTime(now())).unwrap(),
            Subpacket::regular(SubpacketData::IssuerFingerprint(key.fingerprint())).unwrap(),
        ];
        let issuer = SubpacketData::IssuerKeyId(key.legacy_key_id());
        config.unhashed_subpackets = vec![Subpacket::regular(issuer).unwrap()];
        let message =
            CleartextSignedMessage::new(text.trim_end(), config, key, &Password::empty()).unwrap();
        message.to_armored_string(ArmorOptions::default()).unwrap()
    }
}

fn now() -> Timestamp {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    Timestamp::from_secs(u32::try_from(seconds).unwrap())
}

/// The files of a repository with one suite, by path below `repos/`.
pub fn files(suite: &str, packages: Vec<Builder>, signer: &Signer) -> BTreeMap<String, Vec<u8>> {
    let folder = format!("dists/{suite}/PKGS");
    let mut files = BTreeMap::new();
    let mut index = String::new();
    for package in packages {
        let path = format!("{folder}/{}", package.file_name());
        let content = package.build().unwrap();
        let mut stanza = control(&content);
        let digests = Digests::of(&content);
        stanza.set("Filename", &path);
        stanza.set("Size", &content.len().to_string());
        stanza.set("SHA256", &digests.sha256);
        index.push_str(&format!("{stanza}\n"));
        files.insert(path, content);
    }
    let index_name = "PKGS/binary-amd64/Packages";
    let release = format!(
        "Origin: migasfree\nSuite: {suite}\nCodename: {suite}\nDate: {}\nArchitectures: amd64 all\n\
         Components: PKGS\nSHA256:\n {} {} {index_name}\n",
        date(),
        Digests::of(index.as_bytes()).sha256,
        index.len(),
    );
    files.insert(
        format!("dists/{suite}/InRelease"),
        signer.sign(&release).into_bytes(),
    );
    files.insert(format!("dists/{suite}/{index_name}"), index.into_bytes());
    files
}

fn control(package: &[u8]) -> Paragraph {
    migasfree_deb::read(package, &migasfree_deb::Limits::default())
        .unwrap()
        .control()
        .clone()
}

fn date() -> String {
    let output = std::process::Command::new("date")
        .args(["-u", "-R"])
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
