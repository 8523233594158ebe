//! Why there is no certificate.

use std::io;
use std::path::PathBuf;

/// Why the authority does not give one.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// What should be certificates is something else.
    #[error("the certificate cannot be read: {0}")]
    Certificate(String),
    /// What should be a private key is something else.
    #[error("the private key cannot be read: {0}")]
    Key(String),
    /// The certificate may not sign others.
    #[error(
        "the certificate is not one of an authority that may sign certificates and revocation lists"
    )]
    NotAnAuthority,
    /// Certificate and key are not of each other.
    #[error("the certificate is of another key")]
    OtherKey,
    /// The certificates do not lead to a root.
    #[error("the certificates do not lead from one to the next up to a root: {0}")]
    Chain(&'static str),
    /// The authority's own certificate is not valid now.
    #[error("the certificate of the authority is not valid now: it is from {from} until {until}")]
    NotValidNow {
        /// From when on it is.
        from: String,
        /// Until when it is.
        until: String,
    },
    /// A name that cannot stand in a certificate.
    #[error("{0:?} cannot stand in a certificate")]
    Name(String),
    /// Making it failed.
    #[error("the certificate cannot be made: {0}")]
    Making(#[from] rcgen::Error),
    /// Packing it with its key failed.
    #[error("certificate and key cannot be packed: {0}")]
    Packing(String),
}

/// Why a request gets no certificate.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// No request is that long.
    #[error("the request is longer than {limit} bytes")]
    TooLong {
        /// As many are read.
        limit: usize,
    },
    /// It is no request.
    #[error("this is not one certificate request in PEM: {0}")]
    Unreadable(String),
    /// A key that is too weak, or of a kind that not everybody knows.
    #[error("the key has to be of P-256, P-384, Ed25519, or RSA with 2048 to 8192 bits")]
    KeyKind,
    /// Not made by who holds the key.
    #[error("the request is not signed by its own key")]
    Signature,
    /// The authority does not sign it.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
}

/// Why the authority's folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// One of its files.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// One of its files holds something else.
    #[error("{}: {source}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: AuthorityError,
    },
    /// There is an authority already.
    #[error("there is an authority in {} already", .0.display())]
    Exists(PathBuf),
    /// There is none.
    #[error("there is no authority in {}: create one", .0.display())]
    Missing(PathBuf),
    /// The root's key is elsewhere, and nothing stands in for it.
    #[error("the key of the root is not in {}: import a certificate that it signed", .0.display())]
    KeyAway(PathBuf),
    /// Nothing was asked to be signed.
    #[error("no request for a certificate was made in {}: make one first", .0.display())]
    NotRequested(PathBuf),
    /// What was given cannot be used.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
}
