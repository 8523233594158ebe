//! A certificate with what belongs to it.

use migasfree_server_db::Ts;
use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};

use crate::{AuthorityError, read};

/// What makes guessing a password slow.
const ITERATIONS: u32 = 100_000;

/// A certificate that was given.
#[derive(Clone)]
pub struct Issued {
    /// The certificate alone.
    pub certificate_pem: String,
    /// Those above it, its issuer first, the root last.
    pub chain_pem: String,
    /// Its private key, where that was made here.
    pub key_pem: Option<String>,
    /// Its number, in hexadecimal.
    pub serial: String,
    /// Whose it is.
    pub subject: String,
    /// SHA-256 of it, in hexadecimal.
    pub fingerprint: String,
    /// From when on it is valid.
    pub not_before: Ts,
    /// Until when it is.
    pub not_after: Ts,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued")
            .field("serial", &self.serial)
            .field("subject", &self.subject)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

impl Issued {
    /// Certificate, those above it, and its key as one file (PKCS #12), which opens with the password.
    ///
    /// # Errors
    /// When the key is not here, or the file cannot be made.
    pub fn p12(&self, name: &str, password: &str) -> Result<Vec<u8>, AuthorityError> {
        let no_key = || AuthorityError::Packing("the key was not made here".to_owned());
        let key = pem::parse(self.key_pem.as_ref().ok_or_else(no_key)?).map_err(packing)?;
        let key = PrivateKey::from_der(key.contents()).map_err(packing)?;
        let above = read::chain(&self.chain_pem)?;
        let chain = read::chain(&self.certificate_pem)?.into_iter().chain(above);
        let chain: Vec<Certificate> = chain
            .map(|der| Certificate::from_der(&der).map_err(packing))
            .collect::<Result<_, _>>()?;
        let chain = PrivateKeyChain::new(self.serial.as_str(), key, chain);
        let mut file = KeyStore::new();
        file.add_entry(name, KeyStoreEntry::PrivateKeyChain(chain));
        let writer = file.writer(password);
        writer
            .encryption_iterations(ITERATIONS)
            .mac_iterations(ITERATIONS)
            .write()
            .map_err(packing)
    }
}

fn packing(reason: impl std::fmt::Display) -> AuthorityError {
    AuthorityError::Packing(reason.to_string())
}
