//! The certificate of this computer, where it shows one: the key is the daemon's, which proves with it that it is ours.

use std::sync::Arc;
use std::time::Duration;

use migasfree_dbus::RemoteProxy;
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use tokio::time::timeout;
use tokio_rustls::rustls::client::ResolvesClientCert;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::sign::{CertifiedKey, Signer, SigningKey};
use tokio_rustls::rustls::{Error, SignatureAlgorithm, SignatureScheme};

/// How long the daemon has for a proof.
const PATIENCE: Duration = Duration::from_secs(10);

/// Shows the certificate to whoever asks for one.
#[derive(Debug)]
pub(super) struct Shown(Arc<CertifiedKey>);

impl Shown {
    /// That of this PEM text, if there is one.
    pub(super) fn new(daemon: &RemoteProxy<'static>, pem: &str) -> Option<Self> {
        let chain = CertificateDer::pem_slice_iter(pem.as_bytes());
        let chain: Vec<CertificateDer<'static>> = chain.filter_map(Result::ok).collect();
        let key = Arc::new(Kept(daemon.clone()));
        (!chain.is_empty()).then(|| Self(Arc::new(CertifiedKey::new(chain, key))))
    }
}

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let taken = schemes.contains(&SignatureScheme::ED25519);
        taken.then(|| Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// A key that the daemon keeps. It is of Ed25519, as all that this client makes.
#[derive(Debug, Clone)]
struct Kept(RemoteProxy<'static>);

impl SigningKey for Kept {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let taken = offered.contains(&SignatureScheme::ED25519);
        taken.then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ED25519
    }
}

impl Signer for Kept {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let proved = timeout(PATIENCE, self.0.prove(message));
        // The handshake does not wait by itself; the connection to the bus is served by another thread meanwhile.
        let proved = block_in_place(|| Handle::current().block_on(proved));
        match proved {
            Ok(Ok(signature)) => Ok(signature),
            Ok(Err(error)) => Err(Error::General(error.to_string())),
            Err(_) => Err(Error::General("the daemon proves nothing".to_owned())),
        }
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}
