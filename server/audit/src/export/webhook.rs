//! A webhook: lines of JSON by POST, signed with a secret that both sides know.

use std::error::Error as _;
use std::time::Duration;

use aws_lc_rs::hmac;
use migasfree_server_db::Ts;
use reqwest::{Certificate, Client, header, redirect};
use tokio_rustls::rustls::pki_types::CertificateDer;
use url::Url;

use super::{ExportError, Record, written};

/// Seconds since 1970, as they are signed: whoever receives an old one is shown a copy.
pub const TIMESTAMP: &str = "x-migasfree-timestamp";
/// `v1=` and HMAC-SHA256 of the timestamp, a dot and the body, in hexadecimal.
pub const SIGNATURE: &str = "x-migasfree-signature";

const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody who takes them.
#[derive(Debug)]
pub(super) struct Webhook {
    url: Url,
    key: hmac::Key,
    client: Client,
}

impl Webhook {
    pub fn new(
        url: Url,
        secret: &str,
        authorities: &[CertificateDer<'static>],
    ) -> Result<Self, ExportError> {
        let unusable = |error: reqwest::Error| ExportError::Unusable(error.to_string());
        let authorities = authorities
            .iter()
            .map(|authority| Certificate::from_der(authority))
            .collect::<Result<Vec<_>, _>>()
            .map_err(unusable)?;
        let client = Client::builder()
            // Nobody but whom the settings name gets anything.
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .tls_certs_merge(authorities)
            .build()
            .map_err(unusable)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        Ok(Self { url, key, client })
    }

    pub async fn send(&self, records: &[Record], now: Ts) -> Result<(), String> {
        let body = written(records);
        let timestamp = now.seconds().to_string();
        let signed = format!("{timestamp}.{body}");
        let signature = hex::encode(hmac::sign(&self.key, signed.as_bytes()).as_ref());
        let answer = self
            .client
            .post(self.url.clone())
            .header(header::CONTENT_TYPE, "application/x-ndjson")
            .header(TIMESTAMP, timestamp)
            .header(SIGNATURE, format!("v1={signature}"))
            .body(body)
            .send()
            .await
            .map_err(reason)?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(format!("it answers {}", answer.status()))
        }
    }
}

/// Why, without the address: it may hold a secret.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
