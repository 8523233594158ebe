//! OpenID Connect: the code flow with PKCE.

mod claims;
mod http;
mod visit;

use std::error::Error;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use axum::http::{Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use migasfree_server_db::Ts;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenVerifier,
    CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreTokenResponse,
};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse as _,
};
use serde_json::{Map, Value};
use url::Url;

use self::claims::Claims;
use self::http::Http;
use super::{Identity, OidcSettings, ProvidersError, Refusal};

pub use visit::{Visit, of_request, set_cookie};

/// How long what a provider says of itself is remembered; its keys are asked for at every sign-in.
const REMEMBERED: Duration = Duration::from_secs(600);

/// Signatures that only the provider can make.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// One provider.
#[derive(Debug)]
pub struct Oidc {
    pub(super) settings: OidcSettings,
    secret: Option<ClientSecret>,
    redirect: RedirectUrl,
    http: Http,
    known: Mutex<Option<Known>>,
}

/// What a provider said of itself, and when.
#[derive(Debug)]
struct Known {
    since: Ts,
    metadata: Arc<CoreProviderMetadata>,
}

impl Oidc {
    /// Whom browsers come back to under this address.
    pub(super) fn new(settings: OidcSettings, public_url: &Url) -> Result<Self, ProvidersError> {
        let secret = match &settings.client_secret_file {
            Some(path) => {
                let text = fs::read_to_string(path).map_err(ProvidersError::file(path))?;
                Some(ClientSecret::new(text.trim().to_owned()))
            }
            None => None,
        };
        let mut redirect = public_url.clone();
        redirect.set_path(&callback(&settings.name));
        Ok(Self {
            secret,
            redirect: RedirectUrl::from_url(redirect),
            http: Http::new(settings.authority_file.as_deref())?,
            known: Mutex::default(),
            settings,
        })
    }

    /// Its name in addresses.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Where a browser is sent.
    pub async fn address(&self, visit: &Visit, now: Ts) -> Result<Url, Refusal> {
        let metadata = self.metadata(now).await?;
        let client = self.client(&metadata);
        let (state, nonce) = (visit.state.clone(), visit.nonce.clone());
        let verifier = PkceCodeVerifier::new(visit.verifier.clone());
        let scopes = self.settings.scopes.iter().cloned().map(Scope::new);
        let (address, ..) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(scopes)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(address)
    }

    /// Whom the provider vouches for, when a browser came back from a visit with a code.
    pub async fn identity(&self, visit: &Visit, code: &str, now: Ts) -> Result<Identity, Refusal> {
        let metadata = self.metadata(now).await?;
        let answer = self.redeem(&metadata, visit, code).await?;
        let token = answer.id_token();
        let token = token.ok_or_else(|| self.unbelieved(&"it sent no ID token"))?;
        let subject = self.verify(&metadata, token, visit, now).await?;
        let mut claims = self
            .user_info(&metadata, answer.access_token(), &subject)
            .await?;
        claims.extend(payload(token));
        Claims(claims).identity(&self.settings, &subject)
    }

    /// Whether an answer says that it is of another provider.
    pub fn is_foreign(&self, issuer: Option<&str>) -> bool {
        issuer.is_some_and(|issuer| issuer != self.settings.issuer)
    }

    async fn metadata(&self, now: Ts) -> Result<Arc<CoreProviderMetadata>, Refusal> {
        if let Some(known) = self.known(now) {
            return Ok(known);
        }
        let issuer = IssuerUrl::new(self.settings.issuer.clone());
        let issuer = issuer.map_err(|error| self.silent(&error))?;
        let http = self.http.sender();
        let metadata = CoreProviderMetadata::discover_async(issuer, &http).await;
        let metadata = Arc::new(metadata.map_err(|error| self.silent(&error))?);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some(Known {
            since: now,
            metadata: Arc::clone(&metadata),
        });
        Ok(metadata)
    }

    fn known(&self, now: Ts) -> Option<Arc<CoreProviderMetadata>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = known
            .as_ref()
            .filter(|known| now.since(known.since) < REMEMBERED);
        fresh.map(|known| Arc::clone(&known.metadata))
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Client {
        let id = ClientId::new(self.settings.client_id.clone());
        let secret = self.secret.clone();
        let client = CoreClient::from_provider_metadata(metadata.clone(), id, secret)
            .set_redirect_uri(self.redirect.clone());
        let methods = metadata.token_endpoint_auth_methods_supported();
        let wants_body = methods.is_some_and(|methods| {
            methods.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        if wants_body {
            client.set_auth_type(AuthType::RequestBody)
        } else {
            client
        }
    }

    /// Gets the tokens for a code.
    async fn redeem(
        &self,
        metadata: &CoreProviderMetadata,
        visit: &Visit,
        code: &str,
    ) -> Result<CoreTokenResponse, Refusal> {
        let http = self.http.sender();
        let client = self.client(metadata);
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| self.unbelieved(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(visit.verifier.clone()));
        let answer = request.request_async(&http).await;
        answer.map_err(|error| match &error {
            RequestTokenError::Request(_) => self.silent(&error),
            _ => self.unbelieved(&error),
        })
    }

    /// Whom a token is about, once everything about it is right.
    async fn verify(
        &self,
        metadata: &CoreProviderMetadata,
        token: &CoreIdToken,
        visit: &Visit,
        now: Ts,
    ) -> Result<String, Refusal> {
        let http = self.http.sender();
        let keys = CoreJsonWebKeySet::fetch_async(metadata.jwks_uri(), &http).await;
        let keys = keys.map_err(|error| self.silent(&error))?;
        let id = ClientId::new(self.settings.client_id.clone());
        let seconds = u64::try_from(now.seconds()).unwrap_or_default();
        let verifier = CoreIdTokenVerifier::new_public_client(id, metadata.issuer().clone(), keys)
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || (UNIX_EPOCH + Duration::from_secs(seconds)).into());
        let claims = token.claims(&verifier, &Nonce::new(visit.nonce.clone()));
        let claims = claims.map_err(|error| self.unbelieved(&error))?;
        Ok(claims.subject().as_str().to_owned())
    }

    /// What the provider says of somebody besides the token, if it does.
    async fn user_info(
        &self,
        metadata: &CoreProviderMetadata,
        token: &AccessToken,
        subject: &str,
    ) -> Result<Map<String, Value>, Refusal> {
        let Some(endpoint) = metadata.userinfo_endpoint() else {
            return Ok(Map::new());
        };
        let request = Request::get(endpoint.url().as_str())
            .header(header::AUTHORIZATION, format!("Bearer {}", token.secret()))
            .header(header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|error| self.unbelieved(&error))?;
        let answer = self.http.send(request).await;
        let answer = answer.map_err(|error| self.silent(&error))?;
        if answer.status() != StatusCode::OK {
            return Err(self.unbelieved(&"it says nothing about who signed in"));
        }
        let said: Map<String, Value> =
            serde_json::from_slice(answer.body()).map_err(|error| self.unbelieved(&error))?;
        match said.get("sub").and_then(Value::as_str) == Some(subject) {
            true => Ok(said),
            false => Err(self.unbelieved(&"it speaks of somebody else than its token")),
        }
    }

    fn silent(&self, error: &(impl Error + 'static)) -> Refusal {
        let reason = reasons(error);
        let provider = &self.settings.name;
        tracing::warn!(provider, reason, "a provider of accounts does not answer");
        Refusal::Silent(self.settings.label.clone())
    }

    fn unbelieved(&self, reason: &impl ToString) -> Refusal {
        let (provider, reason) = (&self.settings.name, reason.to_string());
        tracing::warn!(provider, reason, "a provider of accounts is not believed");
        Refusal::Unbelieved
    }
}

/// The path browsers come back to.
fn callback(name: &str) -> String {
    format!("/rest-auth/login/providers/{name}/callback/")
}

/// The claims of a token that was verified: all of them, where the library reads those it knows.
fn payload(token: &CoreIdToken) -> Map<String, Value> {
    let token = token.to_string();
    let payload = token.split('.').nth(1).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(payload).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// An error and what it comes from.
fn reasons(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
