//! A relay in a process of its own, and the ways to it.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use migasfree_tests::process::Process;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::serve::CERTIFICATE;

const PATIENCE: Duration = Duration::from_secs(60);

/// Where a relay is, and how it is spoken to.
#[derive(Clone)]
pub struct At {
    pub address: String,
    pub tls: Option<Arc<ClientConfig>>,
}

impl At {
    pub fn plain(address: String) -> Self {
        Self { address, tls: None }
    }

    /// As a WebSocket names it; its certificate is for this machine by name.
    pub fn url(&self) -> String {
        match (&self.tls, self.address.rsplit_once(':')) {
            (Some(_), Some((_, port))) => format!("wss://localhost:{port}"),
            _ => format!("ws://{}", self.address),
        }
    }
}

/// A running relay.
pub struct Served {
    pub process: Process,
    /// Where bytes are copied.
    pub copier: String,
    pub plain: At,
    pub tls: At,
}

impl Served {
    /// One on this machine.
    pub fn start(folder: &Path) -> Result<Self> {
        let command = Command::new(std::env::current_exe()?);
        Self::by(command, folder, "127.0.0.1")
    }

    /// One that `command`, which is this program, starts at an address.
    pub fn by(mut command: Command, folder: &Path, address: &str) -> Result<Self> {
        std::fs::create_dir_all(folder.join("keys"))?;
        command.arg("--relay-serve").arg(folder);
        command.args(["--relay-address", address]);
        let log = folder.join("relay.log");
        let mut process = Process::start("relay", &mut command, &log)?;
        let copier = process.wait_for_line("copying on ", PATIENCE)?;
        let tls = process.wait_for_line("relaying over TLS on ", PATIENCE)?;
        let plain = process.wait_for_line("relaying on ", PATIENCE)?;
        let tls = At {
            address: tls,
            tls: Some(trusting(&folder.join(CERTIFICATE))?),
        };
        Ok(Self {
            process,
            copier,
            plain: At::plain(plain),
            tls,
        })
    }
}

/// Trusts one certificate, and shakes hands in full each time.
fn trusting(certificate: &Path) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate)?)?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}
