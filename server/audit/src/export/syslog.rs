//! Syslog: RFC 5424 over TCP (RFC 6587, counted) or TLS (RFC 5425).

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::{ExportError, Record};

/// Facility 13 (audit), severity 5 (notice) and 4 (warning).
const NOTICE: u8 = 13 * 8 + 5;
const WARNING: u8 = 13 * 8 + 4;
/// What somebody was refused.
const REFUSALS: [&str; 4] = [
    "login_failed",
    "step_failed",
    "provider_refused",
    "lock_out",
];
const TCP_PORT: u16 = 601;
const TLS_PORT: u16 = 6514;
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the receiver gets to close, which tells that it had everything.
const FAREWELL: Duration = Duration::from_secs(2);

/// Somebody who speaks it.
#[derive(Debug)]
pub(super) struct Syslog {
    host: String,
    port: u16,
    tls: Option<Tls>,
    own_name: String,
}

#[derive(Debug)]
struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Syslog {
    pub fn new(
        url: &Url,
        own_name: &str,
        authorities: &[CertificateDer<'static>],
    ) -> Result<Self, ExportError> {
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_matches(['[', ']']).to_owned();
        let (tls, port) = if url.scheme() == "tls" {
            let name = ServerName::try_from(host.clone())
                .map_err(|_| ExportError::Unusable(format!("audit.syslog: {host} is no host")))?;
            let config = Arc::new(config(authorities)?);
            (Some(Tls { config, name }), TLS_PORT)
        } else {
            (None, TCP_PORT)
        };
        Ok(Self {
            host,
            port: url.port().unwrap_or(port),
            tls,
            own_name: word(own_name, 255),
        })
    }

    pub async fn send(&self, records: &[Record]) -> Result<(), String> {
        let frames: String = records.iter().map(|record| self.frame(record)).collect();
        let sent = timeout(PATIENCE, self.deliver(frames.as_bytes())).await;
        sent.map_err(|_| "no answer in time".to_owned())?
            .map_err(|error| error.to_string())
    }

    async fn deliver(&self, bytes: &[u8]) -> std::io::Result<()> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        match &self.tls {
            None => hand_over(stream, bytes).await,
            Some(tls) => {
                let connector = TlsConnector::from(Arc::clone(&tls.config));
                let stream = connector.connect(tls.name.clone(), stream).await?;
                hand_over(stream, bytes).await
            }
        }
    }

    fn frame(&self, record: &Record) -> String {
        let is_refusal = REFUSALS.contains(&record.action.as_str());
        let priority = if is_refusal { WARNING } else { NOTICE };
        let message = format!(
            "<{priority}>1 {} {} migasfree-server - {} - {}",
            record.created_at,
            self.own_name,
            word(&record.action, 32),
            record.line(),
        );
        format!("{} {message}", message.len())
    }
}

async fn hand_over(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    bytes: &[u8],
) -> std::io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await?;
    stream.shutdown().await?;
    // Whoever resets the connection instead of closing it did not get everything.
    let mut rest = Vec::new();
    match timeout(FAREWELL, stream.read_to_end(&mut rest)).await {
        Ok(Err(error)) if error.kind() != std::io::ErrorKind::UnexpectedEof => Err(error),
        _ => Ok(()),
    }
}

fn config(authorities: &[CertificateDer<'static>]) -> Result<ClientConfig, ExportError> {
    let mut roots = RootCertStore::empty();
    // Of the system's those that can be read are enough.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(authorities.iter().cloned());
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ExportError::Unusable(error.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// A word of the head: printable ASCII, or a dash for nothing.
fn word(text: &str, most: usize) -> String {
    let word: String = text
        .chars()
        .filter(char::is_ascii_graphic)
        .take(most)
        .collect();
    if word.is_empty() {
        "-".to_owned()
    } else {
        word
    }
}
