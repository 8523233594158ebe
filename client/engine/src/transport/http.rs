//! The real [`Transport`], over HTTP and TLS.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use futures_util::StreamExt;
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Identity, Proxy, RequestBuilder};
use tokio_rustls::rustls::{self, CertificateError};
use tokio_util::io::ReaderStream;

use super::carrier::{Body, Method, Request, Response, Transport};
use super::error::{CertificateFault, TransportError, Unreached};
use crate::config::{ConfigError, Scheme, ServerAddress, Settings};
use crate::keys::certificate::OwnCertificate;
use crate::keys::own::{AUTHORITIES_FILE, CERTIFICATE_FILE};
use crate::sync::EngineText;

/// Longest answer read.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;
/// The organisation's own authority, as whoever runs this computer put it there.
pub(crate) const AUTHORITY_FILE: &str = "ca.pem";
/// Redirections followed for one call.
const MOST_REDIRECTIONS: usize = 5;

/// Sends requests to one server, and follows it nowhere else. Certificates are checked against those the system trusts
/// and, when there are some, against the organisation's own and those that the server named.
#[derive(Debug)]
pub struct HttpTransport {
    plan: ClientPlan,
    made: Mutex<Made>,
    base: String,
    /// Whose name is looked up: the server, or the proxy before it.
    first_host: String,
    credentials: Credentials,
}

/// When the files with certificates were written.
type Stamp = [Option<SystemTime>; 3];

/// Made when they are first needed, and again with other certificates: those come while we run.
#[derive(Debug, Default)]
struct Made {
    stamp: Stamp,
    client: Option<Client>,
    /// The same, which leaves compressed answers as they are: it is those that are signed.
    signed: Option<Client>,
}

/// Whether a password may go to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Credentials {
    /// Nobody on the way can read it, or there is no way.
    Safe,
    /// The administrator wants it all the same.
    Unsafe,
    Refused,
}

impl Credentials {
    fn of(settings: &Settings) -> Self {
        let stays_here = settings.server.is_loopback() && settings.proxy.is_none();
        match settings.server.scheme {
            Scheme::Https => Self::Safe,
            Scheme::Http if stays_here => Self::Safe,
            Scheme::Http if settings.allow_insecure_credentials => Self::Unsafe,
            Scheme::Http => Self::Refused,
        }
    }
}

/// What a client is made from.
#[derive(Debug)]
struct ClientPlan {
    language: HeaderValue,
    proxy: Option<Proxy>,
    /// What is kept of this server.
    folder: PathBuf,
    /// Whether this computer shows the certificate it has.
    shows_certificate: bool,
    server: ServerAddress,
}

impl ClientPlan {
    fn build(&self, for_signed: bool) -> reqwest::Result<Client> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, self.language.clone());
        let mut builder = Client::builder()
            .user_agent(concat!("migasfree-client/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .connect_timeout(Duration::from_secs(20))
            // Some servers hang up after a few seconds without a call: a call must not go out on such a connection.
            .pool_idle_timeout(Duration::from_secs(1))
            .redirect(same_origin(self.server.clone()))
            .gzip(!for_signed)
            .no_proxy();
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.clone());
        }
        builder = match self.server.scheme {
            // Nothing is checked over http: a system without certificates can speak it.
            Scheme::Http => builder.tls_certs_only([]),
            Scheme::Https => {
                let mut authorities = self.certificates(AUTHORITY_FILE);
                authorities.extend(self.certificates(AUTHORITIES_FILE));
                builder.tls_certs_merge(authorities)
            }
        };
        if let Some(identity) = self.identity() {
            builder = builder.identity(identity);
        }
        builder.build()
    }

    fn authority(&self) -> PathBuf {
        self.folder.join(AUTHORITY_FILE)
    }

    fn certificates(&self, name: &str) -> Vec<Certificate> {
        let pem = std::fs::read(self.folder.join(name)).unwrap_or_default();
        Certificate::from_pem_bundle(&pem).unwrap_or_default()
    }

    /// The certificate of this computer. One that cannot be shown keeps nobody from speaking without it.
    fn identity(&self) -> Option<Identity> {
        if !self.shows_certificate || self.server.scheme != Scheme::Https {
            return None;
        }
        let own = OwnCertificate::read(&self.folder)?;
        let identity = Identity::from_pem(own.pem().as_bytes());
        let fits = |identity: &Identity| {
            let trial = Client::builder().tls_certs_only([]);
            trial.identity(identity.clone()).build().map(drop)
        };
        identity
            .and_then(|identity| fits(&identity).map(|()| identity))
            .inspect_err(
                |error| tracing::warn!(%error, "the certificate of this computer cannot be shown"),
            )
            .ok()
    }

    fn stamp(&self) -> Stamp {
        [AUTHORITY_FILE, AUTHORITIES_FILE, CERTIFICATE_FILE].map(|name| {
            let file = std::fs::metadata(self.folder.join(name)).ok()?;
            file.modified().ok()
        })
    }
}

/// Follows redirections within the server and no others: what is sent is meant for it, what comes is believed to be its.
fn same_origin(server: ServerAddress) -> Policy {
    Policy::custom(move |attempt| {
        if !server.is_origin_of(attempt.url()) {
            let target = attempt.url().origin().ascii_serialization();
            return attempt.error(LeavesServer(target));
        }
        if attempt.previous().len() > MOST_REDIRECTIONS {
            return attempt.error(LeavesServer("one page after the other".to_owned()));
        }
        attempt.follow()
    })
}

/// A redirection to somewhere else.
#[derive(Debug, thiserror::Error)]
#[error("the server sends this computer on to {0}")]
struct LeavesServer(String);

impl HttpTransport {
    /// `folder` has what is kept of the server; certificates may be missing in it.
    ///
    /// # Errors
    /// When the proxy makes no sense. A system without certificates is no error here: calls tell of it.
    pub fn new(settings: &Settings, language: &str, folder: &Path) -> Result<Self, ConfigError> {
        let proxy = settings
            .proxy
            .as_ref()
            .map(|proxy| {
                Proxy::all(format!("http://{proxy}")).map_err(|_| ConfigError::Invalid {
                    key: "Proxy",
                    value: proxy.clone(),
                    expected: EngineText::ConfigHostAndPort,
                })
            })
            .transpose()?;
        let transport = Self {
            plan: ClientPlan {
                language: HeaderValue::from_str(language).unwrap_or(HeaderValue::from_static("en")),
                proxy,
                folder: folder.to_owned(),
                shows_certificate: settings.client_certificate,
                server: settings.server.clone(),
            },
            made: Mutex::default(),
            base: settings.server.base(),
            first_host: match &settings.proxy {
                Some(proxy) => proxy.clone(),
                None => settings.server.host.clone(),
            },
            credentials: Credentials::of(settings),
        };
        if let Err(error) = transport.client(false) {
            tracing::error!(server = transport.base, %error, "the server cannot be spoken to");
        }
        Ok(transport)
    }

    fn client(&self, for_signed: bool) -> Result<Client, TransportError> {
        let stamp = self.plan.stamp();
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.stamp != stamp {
            *made = Made {
                stamp,
                ..Made::default()
            };
        }
        let kept = if for_signed {
            &mut made.signed
        } else {
            &mut made.client
        };
        if let Some(client) = kept {
            return Ok(client.clone());
        }
        let built = self.plan.build(for_signed);
        let built = built.map_err(|error| Unreached::NoCertificates(innermost(&error)))?;
        Ok(kept.insert(built).clone())
    }

    fn failure(&self, error: &reqwest::Error) -> TransportError {
        if error.is_timeout() {
            TransportError::Timeout
        } else {
            self.unreached(error).into()
        }
    }

    fn unreached(&self, error: &reqwest::Error) -> Unreached {
        for cause in causes(error) {
            if let Some(LeavesServer(target)) = cause.downcast_ref() {
                return Unreached::Moved(target.clone());
            }
            if let Some(rustls::Error::InvalidCertificate(wrong)) = cause.downcast_ref() {
                return Unreached::Certificate {
                    server: self.base.clone(),
                    fault: self.fault(wrong),
                };
            }
            if let Some(rustls::Error::InvalidMessage(_)) = cause.downcast_ref() {
                return Unreached::NotHttps(self.base.clone());
            }
            if is_refusal(cause) {
                return Unreached::NobodyThere {
                    server: self.asked_first(),
                    reason: innermost(error),
                };
            }
        }
        let reason = innermost(error);
        if error.is_dns() {
            let host = self.first_host.clone();
            return Unreached::UnknownHost { host, reason };
        }
        Unreached::Network(reason)
    }

    /// Who is spoken to: the proxy where there is one.
    fn asked_first(&self) -> String {
        match self.plan.proxy {
            Some(_) => self.first_host.clone(),
            None => self.base.clone(),
        }
    }

    fn fault(&self, wrong: &CertificateError) -> CertificateFault {
        match wrong {
            // An authority that was made anew signs under the name of the one before.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                let file = self.plan.authority();
                let authority = file.display().to_string();
                if file.exists() && self.plan.certificates(AUTHORITY_FILE).is_empty() {
                    CertificateFault::File { authority }
                } else {
                    CertificateFault::Issuer { authority }
                }
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                CertificateFault::Name
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                CertificateFault::Expired
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                CertificateFault::NotYet
            }
            // It has no variant of its own.
            other if other.to_string().contains("CaUsedAsEndEntity") => CertificateFault::Authority,
            other => CertificateFault::Other(other.to_string()),
        }
    }

    fn may_carry_credentials(&self) -> Result<(), TransportError> {
        match self.credentials {
            Credentials::Safe => Ok(()),
            Credentials::Unsafe => {
                tracing::error!(
                    server = self.base,
                    "a password is sent over http, where everybody on the way can read it \
                     (Allow_Insecure_Credentials is on)"
                );
                Ok(())
            }
            Credentials::Refused => Err(TransportError::InsecureCredentials(self.base.clone())),
        }
    }

    async fn request(&self, request: Request) -> Result<RequestBuilder, TransportError> {
        if request.carries_credentials {
            self.may_carry_credentials()?;
        }
        let address = format!("{}{}", self.base, request.path);
        let client = self.client(matches!(request.body, Body::Signed { .. }))?;
        let builder = match request.method {
            Method::Get => client.get(address),
            Method::Post => client.post(address),
        };
        let builder = builder.timeout(request.limit);
        Ok(match request.body {
            Body::Empty if request.method == Method::Post => builder.header("content-length", "0"),
            Body::Empty => builder,
            Body::Form(fields) => builder.form(&fields),
            Body::Json(value) => builder.json(&value),
            Body::Signed { headers, content } => builder.headers(headers).body(content),
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
            .map_err(|error| self.failure(&error))?;
        let header = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let retry_after = header(RETRY_AFTER).and_then(|text| text.parse().ok());
        let media_type = header(CONTENT_TYPE).unwrap_or_default().to_owned();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let mut body = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(piece) = stream.next().await {
            body.extend_from_slice(&piece.map_err(|error| self.failure(&error))?);
            if body.len() > LONGEST_ANSWER {
                return Err(TransportError::TooLong);
            }
        }
        Ok(Response {
            status,
            media_type,
            retry_after: retry_after.map(Duration::from_secs),
            headers,
            body,
        })
    }
}

/// An error and what is behind it. What an I/O error wraps is no source of it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn Error + 'static) = *error;
        match error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

/// Whether a connection was refused, for nobody listens there.
fn is_refusal(cause: &(dyn Error + 'static)) -> bool {
    let error: Option<&std::io::Error> = cause.downcast_ref();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
}

/// The innermost cause says what happened: "connection refused", "invalid peer certificate".
fn innermost(error: &reqwest::Error) -> String {
    let cause = causes(error).last();
    cause.map(ToString::to_string).unwrap_or_default()
}
