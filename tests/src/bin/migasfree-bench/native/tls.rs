//! Connections under TLS with a certificate of the server's own authority.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use migasfree_tests::fleet::Pace;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Believes the authority of the server with this data folder, and takes up no session again.
pub fn believing(data: &Path) -> Result<ClientConfig> {
    let chain = CertificateDer::pem_file_iter(data.join("tls/internal.pem"))?;
    let chain = chain.collect::<Result<Vec<CertificateDer<'static>>, _>>()?;
    let mut roots = RootCertStore::empty();
    roots.add(chain.last().context("no certificate")?.clone())?;
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// Makes so many connections, some at a time, and leaves each as soon as it stands.
pub async fn handshakes(
    config: &ClientConfig,
    address: &str,
    times: usize,
    lanes: usize,
) -> Result<Pace> {
    let connector = TlsConnector::from(Arc::new(config.clone()));
    let name = ServerName::try_from("127.0.0.1")?;
    let started = Instant::now();
    stream::iter(0..times)
        .map(|_| handshake(&connector, name.clone(), address))
        .buffer_unordered(lanes)
        .try_collect::<()>()
        .await?;
    Ok(Pace {
        count: times,
        elapsed: started.elapsed(),
    })
}

async fn handshake(
    connector: &TlsConnector,
    name: ServerName<'static>,
    address: &str,
) -> Result<()> {
    let stream = TcpStream::connect(address).await?;
    connector.connect(name, stream).await?;
    Ok(())
}
