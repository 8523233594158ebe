//! How providers are spoken to: without redirects, and with an end to waiting and reading.

use std::fs;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};

use crate::providers::ProvidersError;

/// An answer is no longer than this.
const LONGEST: usize = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// A question that was not answered.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The provider cannot be reached, or breaks off.
    #[error(transparent)]
    Failed(#[from] reqwest::Error),
    /// It says too much.
    #[error("the answer is longer than {LONGEST} bytes")]
    TooLong,
}

type Answer = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send>>;

/// Speaks to one provider.
#[derive(Debug, Clone)]
pub struct Http(Client);

impl Http {
    /// Knows the provider by the certificates in a file, or by those the system trusts.
    pub fn new(authority: Option<&Path>) -> Result<Self, ProvidersError> {
        let mut builder = Client::builder().timeout(PATIENCE).redirect(Policy::none());
        if let Some(path) = authority {
            let pem = fs::read(path).map_err(ProvidersError::file(path))?;
            let certificates = Certificate::from_pem_bundle(&pem)?;
            builder = builder.tls_certs_only(certificates);
        }
        Ok(Self(builder.build()?))
    }

    /// The answer to a request.
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let mut answer = self.0.execute(request).await?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > LONGEST {
                return Err(HttpError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        let mut read = HttpResponse::new(body);
        *read.status_mut() = answer.status();
        *read.headers_mut() = answer.headers().clone();
        Ok(read)
    }

    /// The same for the library.
    pub fn sender(&self) -> impl Fn(HttpRequest) -> Answer + use<> {
        let http = self.clone();
        move |request| -> Answer {
            let http = http.clone();
            Box::pin(async move { http.send(request).await })
        }
    }
}
