//! How the authority is spoken to.

use std::error::Error as StdError;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response};
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use reqwest::{Certificate, Client};

use super::super::certificate::CertificateError;
use super::AcmeError;

/// An answer is no longer than this.
const LONGEST: usize = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(30);

/// Speaks to one authority.
pub(super) struct Http(Client);

impl Http {
    /// Knows the authority by the certificates in a file, or by those the system trusts.
    pub(super) async fn new(authority: Option<&Path>) -> Result<Self, AcmeError> {
        let mut builder = Client::builder().timeout(PATIENCE).https_only(true);
        if let Some(path) = authority {
            let pem = tokio::fs::read(path).await;
            let pem = pem.map_err(CertificateError::file(path))?;
            builder = builder.tls_certs_only(Certificate::from_pem_bundle(&pem).map_err(other)?);
        }
        Ok(Self(builder.build().map_err(other)?))
    }
}

impl HttpClient for Http {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let http = self.0.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = to_bytes(Body::new(body), LONGEST).await.map_err(other)?;
            let request = Request::from_parts(parts, body);
            let request = reqwest::Request::try_from(request).map_err(other)?;
            let answer = http.execute(request).await.map_err(other)?;
            let (parts, body) = Response::<reqwest::Body>::from(answer).into_parts();
            let body = to_bytes(Body::new(body), LONGEST).await.map_err(other)?;
            Ok(BytesResponse {
                parts,
                body: Box::new(body),
            })
        })
    }
}

fn other(error: impl StdError + Send + Sync + 'static) -> Error {
    Error::Other(Box::new(error))
}
