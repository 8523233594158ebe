//! The authority in the data folder. Its keys are read by the server alone; the root's can be taken elsewhere, and what the
//! root signed stands in for it then.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use migasfree_server_db::{Ts, random::Random};
use migasfree_server_files::write_private;

use crate::{Authority, AuthorityError, StoreError, authority, read};

const FOLDER: &str = "keys/authority";
const ROOT: &str = "root.crt";
const ROOT_KEY: &str = "root.key";
/// Key and certificates of an authority below a root, in one file: they are exchanged together.
const ISSUER: &str = "issuer.pem";
/// Key of the authority that was asked for.
const REQUESTED_KEY: &str = "requested.key";

/// Where the authority is kept.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// In a data folder.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self {
            folder: data.join(FOLDER),
        }
    }

    /// The authority that signs, if there is one.
    ///
    /// # Errors
    /// When its files cannot be used, or nothing stands in for a root whose key is elsewhere.
    pub fn load(&self) -> Result<Option<Authority>, StoreError> {
        if let Some(issuer) = self.read(ISSUER)? {
            return Authority::from_pem(&issuer, &issuer)
                .map(Some)
                .map_err(|source| self.content(ISSUER, source));
        }
        let Some(root) = self.read(ROOT)? else {
            return Ok(None);
        };
        let Some(key) = self.read(ROOT_KEY)? else {
            return Err(StoreError::KeyAway(self.folder.clone()));
        };
        Authority::from_pem(&root, &key)
            .map(Some)
            .map_err(|source| self.content(ROOT, source))
    }

    /// What others have to trust, whether the key is here or not.
    ///
    /// # Errors
    /// When a file cannot be read, or holds something else.
    pub fn chain_pem(&self) -> Result<Option<String>, StoreError> {
        for name in [ISSUER, ROOT] {
            if let Some(text) = self.read(name)? {
                let chain = read::chain(&text).map_err(|source| self.content(name, source))?;
                return Ok(Some(read::certificates_of(&chain)));
            }
        }
        Ok(None)
    }

    /// Makes a root.
    ///
    /// # Errors
    /// When there is an authority, or it cannot be written.
    pub fn create(
        &self,
        name: &str,
        lifetime: Duration,
        now: Ts,
        random: &dyn Random,
    ) -> Result<Authority, StoreError> {
        if self.chain_pem()?.is_some() {
            return Err(StoreError::Exists(self.folder.clone()));
        }
        let authority = Authority::create(name, lifetime, now, random)?;
        self.write(ROOT_KEY, &authority.key_pem())?;
        self.write(ROOT, &authority.chain_pem())?;
        Ok(authority)
    }

    /// The root's private key, to be kept elsewhere.
    ///
    /// # Errors
    /// When it is not here.
    pub fn root_key(&self) -> Result<String, StoreError> {
        self.read(ROOT_KEY)?
            .ok_or_else(|| StoreError::Missing(self.folder.clone()))
    }

    /// Removes the root's private key: it is elsewhere now.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn forget_root_key(&self) -> Result<(), StoreError> {
        let path = self.folder.join(ROOT_KEY);
        fs::remove_file(&path).map_err(|source| StoreError::File { path, source })
    }

    /// Makes a key here, and a request in PEM that a root elsewhere signs.
    ///
    /// # Errors
    /// When the key cannot be written.
    pub fn request(&self, name: &str) -> Result<String, StoreError> {
        let (key, request) = authority::request_authority(name)?;
        self.write(REQUESTED_KEY, &key)?;
        Ok(request)
    }

    /// Takes what a root signed: the certificate, followed by those above it. The root's own may be missing where it is the
    /// one made here.
    ///
    /// # Errors
    /// When nothing was asked for, or the certificates are not of an authority with the key made here, do not lead to a
    /// root, or are not valid now.
    pub fn import(&self, certificates: &str, now: Ts) -> Result<Authority, StoreError> {
        let key = self
            .read(REQUESTED_KEY)?
            .ok_or_else(|| StoreError::NotRequested(self.folder.clone()))?;
        let chain = self.completed(certificates)?;
        for der in &chain {
            let facts = read::told(&read::certificate(der)?, der);
            if now < facts.not_before || facts.not_after <= now {
                return Err(AuthorityError::NotValidNow {
                    from: facts.not_before.plain(),
                    until: facts.not_after.plain(),
                }
                .into());
            }
        }
        let chain = read::certificates_of(&chain);
        let authority = Authority::from_pem(&chain, &key)?;
        self.write(ISSUER, &format!("{key}{chain}"))?;
        let path = self.folder.join(REQUESTED_KEY);
        fs::remove_file(&path).map_err(|source| StoreError::File { path, source })?;
        Ok(authority)
    }

    /// The certificates with our own root behind them, where that is what they lead to.
    fn completed(&self, certificates: &str) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut chain = read::chain(certificates)?;
        let Some(root) = self.read(ROOT)? else {
            return Ok(chain);
        };
        let root = read::chain(&root).map_err(|source| self.content(ROOT, source))?;
        let leads_to_it = {
            let last = read::certificate(&chain[chain.len() - 1])?;
            let root = read::certificate(&root[0])?;
            last.issuer().as_raw() == root.subject().as_raw()
                && last.subject().as_raw() != root.subject().as_raw()
        };
        if leads_to_it {
            chain.extend(root);
        }
        Ok(chain)
    }

    fn read(&self, name: &str) -> Result<Option<String>, StoreError> {
        let path = self.folder.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StoreError::File { path, source }),
        }
    }

    fn write(&self, name: &str, text: &str) -> Result<(), StoreError> {
        let path = self.folder.join(name);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .and_then(|()| write_private(&path, text.as_bytes()))
            .map_err(|source| StoreError::File { path, source })
    }

    fn content(&self, name: &str, source: AuthorityError) -> StoreError {
        StoreError::Content {
            path: self.folder.join(name),
            source,
        }
    }
}
