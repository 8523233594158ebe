//! The real [`Transport`], over HTTP and TLS.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::multipart::{Form, Part};
use reqwest::{Certificate, Client, Proxy, RequestBuilder};
use tokio_util::io::ReaderStream;

use super::{Body, Method, Request, Response, Transport, TransportError};
use crate::config::{ConfigError, Settings};

/// Longest answer read.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;

/// Sends requests to one server. Certificates are checked against those the system trusts and, when there is one,
/// against the organisation's own authority.
#[derive(Debug)]
pub struct HttpTransport {
    client: Client,
    base: String,
}

impl HttpTransport {
    /// `authority` is a PEM file with the organisation's certificates; it may be missing.
    ///
    /// # Errors
    /// When the proxy or the authority makes no sense.
    pub fn new(settings: &Settings, language: &str, authority: &Path) -> Result<Self, ConfigError> {
        let mut headers = HeaderMap::new();
        let language = HeaderValue::from_str(language);
        headers.insert(
            ACCEPT_LANGUAGE,
            language.unwrap_or(HeaderValue::from_static("en")),
        );
        let mut builder = Client::builder()
            .user_agent(concat!("migasfree-client/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .connect_timeout(Duration::from_secs(20))
            // Some servers hang up after a few seconds without a call: a call must not go out on such a connection.
            .pool_idle_timeout(Duration::from_secs(1))
            .no_proxy();
        if let Some(proxy) = &settings.proxy {
            let invalid = |_| ConfigError::Invalid {
                key: "Proxy",
                value: proxy.clone(),
                expected: "host:port",
            };
            builder = builder.proxy(Proxy::all(format!("http://{proxy}")).map_err(invalid)?);
        }
        if let Ok(pem) = std::fs::read(authority) {
            for certificate in Certificate::from_pem_bundle(&pem).unwrap_or_default() {
                builder = builder.add_root_certificate(certificate);
            }
        }
        let client = builder.build().map_err(|error| ConfigError::Invalid {
            key: "Server",
            value: format!("{} ({error})", settings.server),
            expected: "an address this computer can speak to",
        })?;
        Ok(Self {
            client,
            base: settings.server.base(),
        })
    }

    async fn request(&self, request: Request) -> Result<RequestBuilder, TransportError> {
        let address = if request.path.contains("://") {
            request.path
        } else {
            format!("{}{}", self.base, request.path)
        };
        let builder = match request.method {
            Method::Get => self.client.get(address),
            Method::Post => self.client.post(address),
        };
        let builder = builder.timeout(request.limit);
        Ok(match request.body {
            Body::Empty if request.method == Method::Post => builder.header("content-length", "0"),
            Body::Empty => builder,
            Body::Form(fields) => builder.form(&fields),
            Body::Json(value) => builder.json(&value),
            Body::Upload {
                fields,
                file,
                file_name,
                media_type,
            } => {
                let form = fields
                    .into_iter()
                    .fold(Form::new(), |form, (name, value)| form.text(name, value));
                builder
                    .multipart(form.part("file", file_part(&file, file_name, &media_type).await?))
            }
        })
    }
}

async fn file_part(file: &Path, name: String, media_type: &str) -> Result<Part, TransportError> {
    let failed = |source| TransportError::File {
        path: file.display().to_string(),
        source,
    };
    let content = tokio::fs::File::open(file).await.map_err(failed)?;
    let length = content.metadata().await.map_err(failed)?.len();
    let part = Part::stream_with_length(
        reqwest::Body::wrap_stream(ReaderStream::new(content)),
        length,
    );
    Part::mime_str(part.file_name(name), media_type)
        .map_err(|error| failed(std::io::Error::other(error)))
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let response = self
            .request(request)
            .await?
            .send()
            .await
            .map_err(|error| failure(&error))?;
        let header = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let retry_after = header(RETRY_AFTER).and_then(|text| text.parse().ok());
        let media_type = header(CONTENT_TYPE).unwrap_or_default().to_owned();
        let status = response.status().as_u16();
        let mut body = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(piece) = stream.next().await {
            body.extend_from_slice(&piece.map_err(|error| failure(&error))?);
            if body.len() > LONGEST_ANSWER {
                return Err(TransportError::TooLong);
            }
        }
        Ok(Response {
            status,
            media_type,
            retry_after: retry_after.map(Duration::from_secs),
            body,
        })
    }
}

fn failure(error: &reqwest::Error) -> TransportError {
    if error.is_timeout() {
        return TransportError::Timeout;
    }
    // The innermost cause says what happened: "connection refused", "invalid peer certificate".
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    TransportError::Unreachable(cause.to_string())
}
