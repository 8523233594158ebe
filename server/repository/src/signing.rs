//! The key repositories are signed with (OpenPGP, Ed25519).

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use migasfree_server_db::{
    Ts,
    random::{AsRng, Random},
};
use pgp::composed::{
    ArmorOptions, CleartextSignedMessage, Deserializable, DetachedSignature, KeyType,
    SecretKeyParamsBuilder, SignedPublicKey, SignedSecretKey,
};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::types::{KeyDetails, Password, Timestamp};

const SECRET: &str = "repository.sec";
const USER_ID: &str = "migasfree-repository";

/// Why the key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// Its file.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error(
        "{} holds no usable OpenPGP secret key ({reason}): restore it from a backup",
        path.display()
    )]
    Key {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Making a key or a signature failed.
    #[error("signing failed: {0}")]
    Pgp(String),
}

impl From<pgp::errors::Error> for SigningError {
    fn from(error: pgp::errors::Error) -> Self {
        Self::Pgp(error.to_string())
    }
}

/// Signs repositories.
#[derive(Debug)]
pub struct Signer {
    secret: SignedSecretKey,
    verifier: SignedPublicKey,
    public: String,
}

impl Signer {
    /// Reads the key from a folder; the first time, makes it there with mode 0600.
    ///
    /// # Errors
    /// When the file cannot be read, made or understood.
    pub fn open(folder: &Path, now: Ts, random: &dyn Random) -> Result<Self, SigningError> {
        let path = folder.join(SECRET);
        let file_error = |source| SigningError::File {
            path: path.clone(),
            source,
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                create(&path, &generate(now, random)?).map_err(file_error)?;
                std::fs::read_to_string(&path).map_err(file_error)?
            }
            Err(error) => return Err(file_error(error)),
        };
        let key = |reason: String| SigningError::Key {
            path: path.clone(),
            reason,
        };
        let parsed = SignedSecretKey::from_string(&text);
        let (secret, _headers) = parsed.map_err(|error| key(error.to_string()))?;
        // What was cut off behind the key itself is no key for anybody else.
        let mut users = secret.details.users.iter();
        if !users.any(|user| !user.signatures.is_empty()) {
            return Err(key("its end is missing".to_owned()));
        }
        let verifier = SignedPublicKey::from(secret.clone());
        let public = verifier.to_armored_string(ArmorOptions::default());
        let public = public.map_err(|error| key(error.to_string()))?;
        Ok(Self {
            secret,
            verifier,
            public,
        })
    }

    /// The public key, ASCII-armoured, for clients.
    pub fn public_key(&self) -> &str {
        &self.public
    }

    /// The key's fingerprint in hexadecimal.
    pub fn fingerprint(&self) -> String {
        self.secret.fingerprint().to_string()
    }

    /// A text with its signature around it, as `InRelease` is.
    ///
    /// # Errors
    /// When the key refuses.
    pub fn sign_inline(&self, text: &str, now: Ts) -> Result<String, SigningError> {
        // rpgp hashes blanks at the end of lines and the last newline, verifiers do not.
        let lines: Vec<&str> = text
            .lines()
            .map(|line| line.trim_end_matches([' ', '\t']))
            .collect();
        let config = self.config(SignatureType::Text, now)?;
        let text = lines.join("\n");
        let key = &self.secret.primary_key;
        let message = CleartextSignedMessage::new(&text, config, key, &Password::empty())?;
        Ok(message.to_armored_string(ArmorOptions::default())?)
    }

    /// The signature of some bytes on its own, as `Release.gpg` is.
    ///
    /// # Errors
    /// When the key refuses.
    pub fn sign_detached(&self, bytes: &[u8], now: Ts) -> Result<String, SigningError> {
        let config = self.config(SignatureType::Binary, now)?;
        let signature = config.sign(&self.secret.primary_key, &Password::empty(), bytes)?;
        Ok(DetachedSignature::new(signature).to_armored_string(ArmorOptions::default())?)
    }

    /// The text inside an inline signature of this key.
    ///
    /// # Errors
    /// When it is no such signature.
    pub fn verify_inline(&self, signed: &str) -> Result<String, SigningError> {
        let (message, _headers) = CleartextSignedMessage::from_string(signed)?;
        message.verify(&self.verifier)?;
        Ok(message.text().to_owned())
    }

    /// Checks that a detached signature is one of this key over some bytes.
    ///
    /// # Errors
    /// When it is not.
    pub fn verify_detached(&self, bytes: &[u8], signature: &str) -> Result<(), SigningError> {
        let (signature, _headers) = DetachedSignature::from_string(signature)?;
        signature.verify(&self.verifier, bytes)?;
        Ok(())
    }

    fn config(&self, kind: SignatureType, now: Ts) -> Result<SignatureConfig, SigningError> {
        let key = &self.secret.primary_key;
        let mut config = SignatureConfig::v4(kind, key.algorithm(), HashAlgorithm::Sha512);
        config.hashed_subpackets = vec![
            Subpacket::regular(SubpacketData::SignatureCreationTime(timestamp(now)))?,
            Subpacket::regular(SubpacketData::IssuerFingerprint(key.fingerprint()))?,
        ];
        let issuer = SubpacketData::IssuerKeyId(key.legacy_key_id());
        config.unhashed_subpackets = vec![Subpacket::regular(issuer)?];
        Ok(config)
    }
}

fn generate(now: Ts, random: &dyn Random) -> Result<String, SigningError> {
    let params = SecretKeyParamsBuilder::default()
        // The legacy number of the same algorithm: older verifiers know no other.
        .key_type(KeyType::Ed25519Legacy)
        .can_certify(true)
        .can_sign(true)
        .created_at(timestamp(now))
        .primary_user_id(USER_ID.into())
        .build()
        .map_err(|error| SigningError::Pgp(error.to_string()))?;
    let key = params.generate(AsRng(random))?;
    Ok(key.to_armored_string(ArmorOptions::default())?)
}

/// Appears complete or not at all, and never over a key that is there.
fn create(path: &Path, text: &str) -> std::io::Result<()> {
    let temporary = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&temporary, path);
    std::fs::remove_file(&temporary)?;
    match linked {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}

fn timestamp(now: Ts) -> Timestamp {
    Timestamp::from_secs(u32::try_from(now.seconds()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::*;
    use migasfree_server_db::random::SystemRandom;

    const NOW: Ts = Ts::from_seconds(1_700_000_000);

    #[test]
    fn the_key_is_made_once_and_readable_by_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let first = Signer::open(folder.path(), NOW, &SystemRandom).unwrap();
        let second = Signer::open(folder.path(), NOW, &SystemRandom).unwrap();
        assert_eq!(first.public_key(), second.public_key());
        let mode = std::fs::metadata(folder.path().join(SECRET))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_key_is_reported_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(SECRET), "nonsense").unwrap();
        let error = Signer::open(folder.path(), NOW, &SystemRandom).unwrap_err();
        assert!(
            error.to_string().contains("no usable OpenPGP secret key"),
            "{error}"
        );
    }

    #[test]
    fn gpgv_accepts_both_kinds_of_signature_and_no_other_text() {
        let folder = tempfile::tempdir().unwrap();
        let signer = Signer::open(folder.path(), NOW, &SystemRandom).unwrap();
        let path = |name: &str| folder.path().join(name);
        let text = "Origin: migasfree\nMD5Sum:\n aa 12 PKGS/binary-amd64/Packages\n- dash\n";
        std::fs::write(path("key.asc"), signer.public_key()).unwrap();
        std::fs::write(path("text"), text).unwrap();
        std::fs::write(path("other"), text.replace("12", "13")).unwrap();
        std::fs::write(
            path("sig"),
            signer.sign_detached(text.as_bytes(), NOW).unwrap(),
        )
        .unwrap();
        let inline = signer.sign_inline(text, NOW).unwrap();
        std::fs::write(path("inline"), &inline).unwrap();
        std::fs::write(path("changed"), inline.replace("12", "13")).unwrap();
        #[expect(clippy::disallowed_methods, reason = "the test asks somebody else")]
        let gpg = Command::new("gpg")
            .args(["--batch", "--dearmor", "-o"])
            .args([path("key.gpg"), path("key.asc")])
            .status();
        if !gpg.is_ok_and(|status| status.success()) {
            return;
        }
        let verifies = |files: &[&str]| {
            #[expect(clippy::disallowed_methods, reason = "the test asks somebody else")]
            let mut gpgv = Command::new("gpgv");
            gpgv.arg("--keyring").arg(path("key.gpg"));
            gpgv.args(files.iter().map(|name| path(name)));
            gpgv.output().unwrap().status.success()
        };
        assert!(verifies(&["inline"]));
        assert!(verifies(&["sig", "text"]));
        assert!(!verifies(&["changed"]));
        assert!(!verifies(&["sig", "other"]));
    }
}
