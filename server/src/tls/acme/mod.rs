//! Certificates from an authority that speaks ACME (RFC 8555).

mod http;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeHandle, ChallengeType, Identifier,
    NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};
use migasfree_server_db::Ts;
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use serde::{Deserialize, Serialize};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::sign::CertifiedKey;

use super::certificate::{Certificate, CertificateError};
use super::folder::{Folder, IssuedPem};
use super::holder::{Challenge, Holder};
use super::source::Issuer;
use http::Http;

const ACCOUNT: &str = "acme-account.json";
/// How long the authority may look for answers, and then sign.
const POLLED: RetryPolicy = RetryPolicy::new().timeout(Duration::from_secs(60));
/// How long all of it may take.
const WHOLE: Duration = Duration::from_secs(180);

/// Why no certificate came.
#[derive(Debug, thiserror::Error)]
enum AcmeError {
    #[error(transparent)]
    Protocol(#[from] instant_acme::Error),
    #[error("{0} is not authorized: the authority offers no challenge that can be answered here")]
    NoChallenge(String),
    #[error("the authority refuses {0}")]
    Refused(String),
    #[error("the authority found no good answer to its challenge")]
    Unanswered,
    #[error("the request for the certificate: {0}")]
    Request(#[from] rcgen::Error),
    #[error("the answer to the challenge: {0}")]
    Answer(#[from] tokio_rustls::rustls::Error),
    #[error(transparent)]
    Kept(#[from] CertificateError),
    #[error("the account that is kept cannot be read: {0}")]
    Account(#[from] serde_json::Error),
    #[error("the authority takes too long")]
    TooLong,
}

/// An authority, and what is asked of it.
pub(super) struct Acme {
    pub(super) directory: String,
    pub(super) contact: String,
    /// By which the authority itself is known; without it, those the system trusts.
    pub(super) authority: Option<PathBuf>,
    pub(super) names: Vec<String>,
    /// Whether http is answered, where challenges may look.
    pub(super) plain: bool,
    pub(super) folder: Folder,
    pub(super) holder: Holder,
}

impl fmt::Debug for Acme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acme")
            .field("directory", &self.directory)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

/// The account, as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptAccount {
    directory: String,
    credentials: AccountCredentials,
}

#[async_trait]
impl Issuer for Acme {
    async fn issue(&self, _: Ts) -> Result<Certificate, CertificateError> {
        let order = tokio::time::timeout(WHOLE, Box::pin(self.order())).await;
        let issued = order.unwrap_or(Err(AcmeError::TooLong));
        let issued = issued.map_err(|error| CertificateError::NotIssued(error.into()))?;
        self.folder.keep(self.kept_as(), &issued).await
    }

    fn kept_as(&self) -> &'static str {
        "acme.pem"
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn needs_server(&self) -> bool {
        true
    }
}

impl Acme {
    async fn order(&self) -> Result<IssuedPem, AcmeError> {
        let account = self.account().await?;
        let names: Vec<Identifier> = self.names.iter().cloned().map(Identifier::Dns).collect();
        let mut order = account.new_order(&NewOrder::new(&names)).await?;
        let answers = self.answer(&mut order).await?;
        let status = order.poll_ready(&POLLED).await?;
        drop(answers);
        if status != OrderStatus::Ready {
            return Err(AcmeError::Unanswered);
        }
        let (request, key) = self.request()?;
        order.finalize_csr(&request).await?;
        let chain = order.poll_certificate(&POLLED).await?;
        Ok(IssuedPem { chain, key })
    }

    /// The account that is kept, or a new one.
    async fn account(&self) -> Result<Account, AcmeError> {
        let http = Http::new(self.authority.as_deref()).await?;
        let builder = Account::builder_with_http(Box::new(http));
        if let Some(kept) = self.folder.read(ACCOUNT).await? {
            let kept: KeptAccount = serde_json::from_slice(&kept)?;
            if kept.directory == self.directory {
                return Ok(builder.from_credentials(kept.credentials).await?);
            }
        }
        let contact = format!("mailto:{}", self.contact);
        let contact = [contact.as_str()];
        let new = NewAccount {
            contact: if self.contact.is_empty() {
                &[]
            } else {
                &contact
            },
            terms_of_service_agreed: true,
            only_return_existing: false,
        };
        let created = builder.create(&new, self.directory.clone(), None).await?;
        let (account, credentials) = created;
        let kept = KeptAccount {
            directory: self.directory.clone(),
            credentials,
        };
        let kept = serde_json::to_vec(&kept)?;
        self.folder.write(ACCOUNT, &kept).await?;
        Ok(account)
    }

    /// Answers each challenge; the answers stay until they are dropped.
    async fn answer(&self, order: &mut Order) -> Result<Vec<Challenge>, AcmeError> {
        let mut answers = Vec::new();
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            let name = authorization.identifier().to_string();
            match authorization.status {
                AuthorizationStatus::Pending => {}
                AuthorizationStatus::Valid => continue,
                _ => return Err(AcmeError::Refused(name)),
            }
            let offered = |kind: &ChallengeType| {
                let mut offered = authorization.challenges.iter();
                offered.any(|challenge| challenge.r#type == *kind)
            };
            let Some(kind) = self.kinds().into_iter().find(offered) else {
                return Err(AcmeError::NoChallenge(name));
            };
            let Some(mut challenge) = authorization.challenge(kind) else {
                return Err(AcmeError::NoChallenge(name));
            };
            answers.push(self.answer_to(&challenge, name)?);
            challenge.set_ready().await?;
        }
        Ok(answers)
    }

    /// The kinds of challenges that can be answered.
    fn kinds(&self) -> Vec<ChallengeType> {
        let plain = self.plain.then_some(ChallengeType::Http01);
        plain
            .into_iter()
            .chain([ChallengeType::TlsAlpn01])
            .collect()
    }

    fn answer_to(
        &self,
        challenge: &ChallengeHandle<'_>,
        name: String,
    ) -> Result<Challenge, AcmeError> {
        let answer = challenge.key_authorization();
        if challenge.r#type == ChallengeType::Http01 {
            let (token, answer) = (challenge.token.clone(), answer.as_str().to_owned());
            return Ok(self.holder.answer_requests(token, answer));
        }
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec![name.clone()])?;
        let digest = answer.digest();
        params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest.as_ref())];
        let shown = vec![params.self_signed(&key)?.der().clone()];
        // Not compared with its key: what checks certificates does not know the extension, and it is critical.
        let keys = aws_lc_rs::default_provider().key_provider;
        let shown = CertifiedKey::new(shown, keys.load_private_key(key.into())?);
        Ok(self.holder.answer_handshakes(name, shown))
    }

    /// The request for the certificate, and the key it is for.
    fn request(&self) -> Result<(Vec<u8>, String), AcmeError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(self.names.clone())?;
        params.distinguished_name = DistinguishedName::new();
        let request = params.serialize_request(&key)?;
        Ok((request.der().to_vec(), key.serialize_pem()))
    }
}
