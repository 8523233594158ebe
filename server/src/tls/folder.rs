//! What is kept in the data folder, for the server's eyes alone.

use std::fmt;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use tokio::fs;
use tokio::io::AsyncWriteExt as _;

use super::certificate::{Certificate, CertificateError};

/// A certificate that was issued, as PEM.
#[derive(Clone)]
pub(super) struct IssuedPem {
    /// The certificate, and those that lead from it to an authority.
    pub(super) chain: String,
    /// Its key.
    pub(super) key: String,
}

impl fmt::Debug for IssuedPem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedPem")
            .field("chain", &self.chain)
            .finish_non_exhaustive()
    }
}

/// The folder `tls` of the data folder.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn open(data: &Path) -> Result<Self, CertificateError> {
        let path = data.join("tls");
        let made = std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path);
        made.map_err(CertificateError::file(&path))?;
        Ok(Self(path))
    }

    /// What a file holds, if it is there.
    pub(super) async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, CertificateError> {
        let path = self.0.join(name);
        match fs::read(&path).await {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(CertificateError::file(&path)(error)),
        }
    }

    /// Puts a file in the place of the one of this name, whole or not at all.
    pub(super) async fn write(&self, name: &str, content: &[u8]) -> Result<(), CertificateError> {
        let path = self.0.join(name);
        let written = self.replace(&path, content).await;
        written.map_err(CertificateError::file(&path))
    }

    async fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let new = path.with_extension("new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&new).await?;
        file.write_all(content).await?;
        file.sync_all().await?;
        fs::rename(&new, path).await
    }

    /// The certificate that is kept under a name, with its key.
    pub(super) async fn certificate(
        &self,
        name: &str,
    ) -> Result<Option<Certificate>, CertificateError> {
        let kept = self.read(name).await?;
        kept.map(|both| Certificate::from_pem(&both, &both))
            .transpose()
    }

    /// Keeps a certificate and its key under a name.
    pub(super) async fn keep(
        &self,
        name: &str,
        issued: &IssuedPem,
    ) -> Result<Certificate, CertificateError> {
        let certificate = Certificate::from_pem(issued.chain.as_bytes(), issued.key.as_bytes())?;
        let both = format!("{}\n{}", issued.chain.trim_end(), issued.key);
        self.write(name, both.as_bytes()).await?;
        Ok(certificate)
    }
}
