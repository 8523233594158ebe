//! Registering by the native protocol: the server knows this computer by the key that it made itself. Servers without
//! that protocol are spoken to sealed, until they offer it.

use std::sync::Arc;

use async_trait::async_trait;
use migasfree_native::enrolment::{
    Credentials as Operator, Enrolled, EnrolmentAnswer, EnrolmentRequest, Identity as Named,
    MoveOver, Previous,
};
use migasfree_native::features::{Features, Offer};
use migasfree_native::key::{KeyPair, PublicKey, Thumbprint};
use migasfree_native::token::{EnrolmentToken, TokenSecret};
use migasfree_types::message::Message;

use crate::clock::Clock;
use crate::config::{Origin, Settings};
use crate::files;
use crate::identity::Identity;
use crate::keys::own::{
    CERTIFICATE_FILE, DEFINITIONS_FILE, Enrolment, INVENTORY_FILE, KEY_FILE, OwnKey, OwnKeyError,
    TURN_FILE,
};
use crate::paths::Layout;
use crate::pms::PackageManager;
use crate::random::Random;
use crate::transport::api::OpenServer;
use crate::transport::messages::ComputerId;
use crate::transport::native::{self, Link, Memory, NativeSession};
use crate::transport::{ApiError, Server, Transport, is_about_request, is_end_of_key};
use crate::trust::TrustStore;

use super::local::io;
use super::registration::Registration;
use super::sealed::SealedRegistration;
use super::trusting::remembering;
use super::{Credentials, EngineError, EngineText, Standing};

/// What a computer registers with.
#[derive(Debug, Clone)]
pub struct Means {
    pub transport: Arc<dyn Transport>,
    pub identity: Arc<dyn Identity>,
    pub packages: Option<Arc<dyn PackageManager>>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
}

/// The [`Registration`] of computers with a key of their own, and of those that will have one.
#[derive(Debug)]
pub struct NativeRegistration {
    sealed: SealedRegistration,
    server: OpenServer,
    means: Means,
    own: OwnKey,
    trust: TrustStore,
    /// That of the configuration.
    token: Option<String>,
    project: String,
    /// Whether somebody named it, and not the distribution.
    is_project_chosen: bool,
    /// Where the server is, to be read by people.
    address: String,
    wants_certificate: bool,
}

/// Who vouches for a computer.
#[derive(Debug, Default)]
struct Voucher {
    token: Option<TokenSecret>,
    operator: Option<Operator>,
}

impl Voucher {
    fn of(credentials: &Credentials) -> Self {
        let operator = Operator {
            username: credentials.username.clone(),
            password: credentials.password.clone(),
        };
        Self {
            token: None,
            operator: Some(operator).filter(|operator| !operator.username.is_empty()),
        }
    }

    fn token(token: &EnrolmentToken) -> Self {
        Self {
            token: Some(token.secret.clone()),
            operator: None,
        }
    }

    /// Whether somebody is named who may say that a key is another one now.
    const fn is_given(&self) -> bool {
        self.token.is_some() || self.operator.is_some()
    }

    fn refused(&self, reason: Box<Message>) -> EngineError {
        if self.token.is_some() {
            EngineError::TokenRefused(reason)
        } else if self.operator.is_some() {
            EngineError::BadCredentials(reason)
        } else {
            EngineError::WhoRegisters(reason)
        }
    }
}

impl NativeRegistration {
    #[must_use]
    pub fn new(settings: &Settings, layout: &Layout, means: Means) -> Self {
        let folder = layout.state().join(settings.server.folder_name());
        Self {
            sealed: SealedRegistration::new(
                settings,
                layout,
                Arc::clone(&means.transport),
                Arc::clone(&means.identity),
                means.packages.clone(),
            ),
            server: OpenServer::new(Arc::clone(&means.transport)),
            trust: TrustStore::new(folder.join("trust.json")),
            own: OwnKey::new(folder),
            token: settings.enrolment_token.clone().map(|token| token.0),
            project: settings.project.clone(),
            is_project_chosen: settings.origin("client", "Project") != Origin::Default,
            address: settings.server.base(),
            wants_certificate: settings.client_certificate,
            means,
        }
    }

    /// Takes over the keys that an earlier client got from this host.
    pub fn adopt_older_keys(&self, layout: &Layout, host: &str) {
        self.sealed.adopt_older_keys(layout, host);
    }

    /// What the server says that it offers. It says so in the clear: the key in it is believed for another reason only.
    async fn offer(&self) -> Result<Option<Offer>, EngineError> {
        match self.server.info().await {
            Ok(info) => Ok(info.native.and_then(understood)),
            Err(error) if error.is_offline() => Err(error.into()),
            Err(error) => {
                tracing::debug!(%error, "the server does not say what it offers");
                Ok(None)
            }
        }
    }

    /// The server's key, where it is the one that somebody vouches for.
    async fn vouched_for(&self, key: Thumbprint) -> Result<PublicKey, EngineError> {
        let offer = self.offer().await?;
        let offer = offer.ok_or_else(|| EngineError::NoTokens(self.address.clone()))?;
        if offer.server_key.thumbprint() == key {
            Ok(offer.server_key)
        } else {
            Err(EngineError::OthersToken(self.address.clone()))
        }
    }

    fn server_key(&self) -> Result<Option<PublicKey>, EngineError> {
        self.trust.server_key().map_err(remembering)
    }

    fn link(&self, key: KeyPair, server: PublicKey) -> Link {
        Link {
            transport: Arc::clone(&self.means.transport),
            clock: Arc::clone(&self.means.clock),
            random: Arc::clone(&self.means.random),
            key: Arc::new(key),
            server,
        }
    }

    /// The server as it is spoken to with the own key. Without that key, or the server's, there is no other way back.
    fn native(&self, features: &Features) -> Result<Arc<dyn Server>, EngineError> {
        let missing = |name: &str| {
            let file = self.own.folder().join(name);
            EngineError::OwnFileMissing(file.display().to_string())
        };
        let key = self.own.read()?.ok_or_else(|| missing(KEY_FILE))?;
        let server = self.server_key()?.ok_or_else(|| missing("trust.json"))?;
        let memory = Memory::new(self.own.folder());
        let session = NativeSession::new(self.link(key, server), memory, features);
        Ok(Arc::new(session.with_certificate(self.wants_certificate)))
    }

    /// The token of the configuration, which an image brings along.
    fn configured_token(&self) -> Result<Option<EnrolmentToken>, EngineError> {
        let token = self
            .token
            .as_deref()
            .map(str::parse::<EnrolmentToken>)
            .transpose();
        let wrong = |_| EngineError::Config(Box::new(EngineText::ConfigToken.told(&[])));
        token.map_err(wrong)
    }

    /// What is sealed, until the server takes the own key.
    async fn unmoved(&self) -> Result<Arc<dyn Server>, EngineError> {
        if !self.sealed.is_registered()
            && let Some(token) = self.configured_token()?
        {
            self.enrol(&token).await?;
            return self.known().ok_or(EngineError::NotRegistered);
        }
        match self.sealed.session().await {
            Ok(sealed) => Ok(self.moved_over().await?.unwrap_or(sealed)),
            // The answer that said that it moved over may have been lost.
            Err(refused @ EngineError::Refused(_)) if self.own.fingerprint().is_some() => {
                self.moved_over().await?.ok_or(refused)
            }
            Err(error) => Err(error),
        }
    }

    /// Moves over to the native protocol where the server offers it. It says sealed which key is its own.
    async fn moved_over(&self) -> Result<Option<Arc<dyn Server>>, EngineError> {
        let Some(offer) = self.offer().await? else {
            return Ok(None);
        };
        let known = self.server_key()?;
        if known.is_some_and(|known| known != offer.server_key) {
            tracing::warn!("the server offers another key than the one it is known by");
            return Ok(None);
        }
        let key = self.own.read_or_make(&*self.means.random)?;
        let claims = MoveOver::new(&key, offer.server_key.thumbprint());
        match self.sealed.move_over(&claims).await {
            Ok(EnrolmentAnswer::Enrolled(enrolled)) if enrolled.server_key == offer.server_key => {
                self.keep(&enrolled)?;
                self.native(&enrolled.features).map(Some)
            }
            Ok(answer) => {
                tracing::info!(?answer, "this computer does not move over yet");
                Ok(None)
            }
            Err(error) if error.is_offline() => Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "this computer does not move over");
                Ok(None)
            }
        }
    }

    /// Where the server knows this computer by its key already, another one is to take its place.
    fn prepare_successor(&self) -> Result<(), EngineError> {
        if self.is_known() && self.own.read()?.is_some() {
            self.own.prepare_next(&*self.means.random)?;
        }
        Ok(())
    }

    fn is_known(&self) -> bool {
        matches!(self.own.enrolment(), Ok(Some(Enrolment::Enrolled { .. })))
    }

    /// The key to be let in, and the one that vouches for it.
    fn keys(&self) -> Result<(KeyPair, Option<KeyPair>), EngineError> {
        Ok(match self.own.next_key()? {
            Some(next) => (next, self.own.read()?),
            None => (self.own.read_or_make(&*self.means.random)?, None),
        })
    }

    /// Asks to be let in because somebody wants it: with another key where the own one is no good any more.
    async fn ask_anew(
        &self,
        server: PublicKey,
        voucher: &Voucher,
    ) -> Result<ComputerId, EngineError> {
        match self.own.read() {
            Err(error @ OwnKeyError::Key { .. }) if voucher.is_given() => {
                tracing::warn!(%error, "another key takes the place of the damaged one");
                self.own.discard()?;
            }
            read => drop(read?),
        }
        if self.is_known() && self.own.is_lost() {
            tracing::warn!("the key of this computer is missing: it makes another one");
        }
        self.prepare_successor()?;
        match self.ask(server, voucher).await {
            Err(EngineError::KeyEnded(reason)) => {
                tracing::info!(%reason, "this computer makes another key");
                self.own.discard()?;
                self.own.drop_next()?;
                self.ask(server, voucher).await
            }
            other => other,
        }
    }

    /// What an end of the own key is to be told as, from now on without asking.
    fn ended(&self, reason: Box<Message>) -> EngineError {
        let rejected = Enrolment::Rejected {
            reason: reason.clone(),
        };
        match self.own.save_enrolment(&rejected) {
            Ok(()) => EngineError::KeyEnded(reason),
            Err(error) => error.into(),
        }
    }

    /// The way in for computers that the server, by its own sealed word, does not take by the project's key.
    async fn turned_away(
        &self,
        refused: EngineError,
        credentials: &Credentials,
    ) -> Result<ComputerId, EngineError> {
        let is_asked_for = matches!(refused, EngineError::WhoRegisters(_));
        let is_turned_away = if is_asked_for && self.sealed.is_registered() {
            matches!(self.sealed.session().await, Err(EngineError::Refused(_)))
        } else {
            matches!(refused, EngineError::Refused(_))
        };
        if !is_turned_away {
            return Err(refused);
        }
        let offer = self.offer().await?.ok_or(refused)?;
        let voucher = Voucher::of(credentials);
        self.ask_anew(offer.server_key, &voucher).await
    }

    /// Asks the server with this key to let the own one in.
    async fn ask(&self, server: PublicKey, voucher: &Voucher) -> Result<ComputerId, EngineError> {
        let (key, before) = self.keys()?;
        let fingerprint = key.public().thumbprint().to_string();
        let mut request = self.request(&key, voucher).await?;
        let vouch = |old: &KeyPair| Previous::new(old, key.public(), server.thumbprint());
        request.previous = before.as_ref().map(vouch);
        let answer = native::enrol(&self.link(key, server), &request).await;
        match answer {
            Ok(EnrolmentAnswer::Enrolled(enrolled)) => {
                self.own.take_next()?;
                self.keep(&enrolled)?;
                Ok(enrolled.computer)
            }
            Ok(EnrolmentAnswer::Pending { retry_after }) => {
                self.pin(server)?;
                self.own.take_next()?;
                self.own
                    .save_enrolment(&Enrolment::Pending { retry_after })?;
                Err(EngineError::Pending {
                    fingerprint,
                    retry_after,
                })
            }
            Ok(EnrolmentAnswer::Refused(reason)) if is_end_of_key(&reason.code) => {
                Err(self.ended(Box::new(reason)))
            }
            Err(ApiError::Status {
                status: 403, said, ..
            }) if is_end_of_key(&said.code) => Err(self.ended(said)),
            Ok(EnrolmentAnswer::Refused(reason)) => {
                self.own.drop_next()?;
                Err(voucher.refused(Box::new(reason)))
            }
            Err(ApiError::Status {
                status: 401 | 403,
                said,
                ..
            }) if !is_about_request(&said.code) => {
                self.own.drop_next()?;
                Err(voucher.refused(said))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn request(
        &self,
        key: &KeyPair,
        voucher: &Voucher,
    ) -> Result<EnrolmentRequest, EngineError> {
        let Means {
            identity, packages, ..
        } = &self.means;
        let packages = packages.as_deref();
        let packages = packages.ok_or(EngineError::NoPackageManager)?;
        let address = identity.address();
        // A token is for a project, which has not to be the one that the distribution is called by.
        let is_named = self.is_project_chosen || voucher.token.is_none();
        Ok(EnrolmentRequest {
            public_key: *key.public(),
            identity: Named {
                uuid: identity.uuid().to_owned(),
                name: identity.name().to_owned(),
                fqdn: identity.full_host_name().await,
                ip_address: address.map_or_else(String::new, |address| address.to_string()),
            },
            project: is_named.then(|| self.project.clone()),
            platform: Some("Linux".to_owned()),
            pms: packages.name().to_owned(),
            architecture: packages.architectures().await?,
            tags: Vec::new(),
            token: voucher.token.clone(),
            operator: voucher.operator.clone(),
            previous: None,
            features: Features::all(),
        })
    }

    /// The server knows this computer by its key: from here on it is believed by its own key alone.
    fn keep(&self, enrolled: &Enrolled) -> Result<(), EngineError> {
        self.pin(enrolled.server_key)?;
        for name in [
            DEFINITIONS_FILE,
            INVENTORY_FILE,
            CERTIFICATE_FILE,
            TURN_FILE,
        ] {
            let file = self.own.folder().join(name);
            files::remove_optional(&file)
                .map_err(|error| io(&file.display().to_string(), error))?;
        }
        Ok(self.own.save_enrolment(&Enrolment::Enrolled {
            computer: enrolled.computer,
            project: self.project.clone(),
            features: enrolled.features.clone(),
        })?)
    }

    /// What became of the own key, as far as this user may know.
    fn seen(&self) -> Result<Option<Enrolment>, OwnKeyError> {
        match self.own.enrolment() {
            Err(OwnKeyError::Io { .. }) => Ok(None),
            other => other,
        }
    }

    fn pin(&self, server: PublicKey) -> Result<(), EngineError> {
        let pinned = self.trust.pin_server_key(Some(server));
        pinned.map_err(remembering)
    }
}

#[async_trait]
impl Registration for NativeRegistration {
    /// What is damaged is told by who tries to use it.
    fn is_registered(&self) -> bool {
        match self.seen() {
            Ok(Some(Enrolment::Enrolled { .. })) | Err(_) => true,
            Ok(Some(Enrolment::Pending { .. } | Enrolment::Rejected { .. })) => false,
            Ok(None) => self.sealed.is_registered(),
        }
    }

    fn standing(&self) -> Standing {
        let fingerprint = self.own.fingerprint();
        let fingerprint = fingerprint.map_or_else(String::new, |key| key.to_string());
        match self.seen() {
            Ok(Some(Enrolment::Enrolled { .. })) if !self.own.is_lost() => {
                Standing::OwnKey { fingerprint }
            }
            Ok(Some(Enrolment::Enrolled { .. })) | Err(_) => Standing::Damaged { fingerprint },
            Ok(Some(Enrolment::Pending { .. })) => Standing::Pending { fingerprint },
            Ok(Some(Enrolment::Rejected { .. })) => Standing::Rejected { fingerprint },
            Ok(None) => self.sealed.standing(),
        }
    }

    fn computer_id(&self) -> Option<ComputerId> {
        match self.seen() {
            Ok(Some(Enrolment::Enrolled { computer, .. })) => Some(computer),
            Ok(None) => self.sealed.computer_id(),
            Ok(Some(Enrolment::Pending { .. } | Enrolment::Rejected { .. })) | Err(_) => None,
        }
    }

    fn known(&self) -> Option<Arc<dyn Server>> {
        match self.own.enrolment() {
            Ok(Some(Enrolment::Enrolled {
                project, features, ..
            })) if project == self.project && !self.own.has_next() => self.native(&features).ok(),
            Ok(None) => self.sealed.known(),
            Ok(Some(_)) | Err(_) => None,
        }
    }

    /// A computer that is known by its own key asks nothing: the first call that it makes says whether it still is. What
    /// became of the key that is to take its place is asked first: the answer may have been lost.
    async fn session(&self) -> Result<Arc<dyn Server>, EngineError> {
        let known = self.server_key()?;
        match (self.own.enrolment()?, known) {
            (
                Some(Enrolment::Enrolled {
                    project, features, ..
                }),
                _,
            ) if project == self.project && !self.own.has_next() => self.native(&features),
            (Some(Enrolment::Rejected { reason }), _) => Err(EngineError::KeyEnded(reason)),
            (None, None) => self.unmoved().await,
            (None, Some(_)) if self.sealed.is_registered() => self.unmoved().await,
            (Some(_), None) => self.native(&Features::default()),
            (_, Some(server)) => {
                self.ask(server, &Voucher::default()).await?;
                self.known().ok_or(EngineError::NotRegistered)
            }
        }
    }

    async fn register(
        &self,
        credentials: &Credentials,
        accept_new_keys: bool,
    ) -> Result<ComputerId, EngineError> {
        if credentials.username.is_empty()
            && !accept_new_keys
            && !self.is_known()
            && let Some(token) = self.configured_token()?
        {
            return self.enrol(&token).await;
        }
        if let Some(server) = self.server_key()?.filter(|_| !accept_new_keys) {
            return self.ask_anew(server, &Voucher::of(credentials)).await;
        }
        let id = match self.sealed.register(credentials, accept_new_keys).await {
            Ok(id) => id,
            Err(refused) => return self.turned_away(refused, credentials).await,
        };
        self.trust.pin_server_key(None).map_err(remembering)?;
        if let Err(error) = self.moved_over().await {
            tracing::warn!(%error, "this computer moves over later");
        }
        Ok(id)
    }

    async fn enrol(&self, token: &EnrolmentToken) -> Result<ComputerId, EngineError> {
        let server = self.vouched_for(token.server).await?;
        self.ask_anew(server, &Voucher::token(token)).await
    }

    async fn enrol_again(&self) -> Result<(), EngineError> {
        let server = self.server_key()?.ok_or(EngineError::NotRegistered)?;
        let token = self.configured_token()?;
        let token = token.filter(|token| token.server == server.thumbprint());
        if let Some(token) = token {
            match self.ask(server, &Voucher::token(&token)).await {
                Err(EngineError::TokenRefused(reason)) => {
                    tracing::info!(%reason, "the token of the configuration is no good any more");
                }
                other => return other.map(|_| ()),
            }
        }
        self.ask(server, &Voucher::default()).await.map(|_| ())
    }

    async fn believe(&self, key: Thumbprint) -> Result<(), EngineError> {
        let server = self.vouched_for(key).await?;
        self.pin(server)
    }

    async fn look_again(&self) {
        if matches!(self.own.enrolment(), Ok(None)) {
            self.sealed.look_again().await;
        }
    }

    fn forget(&self, everywhere: bool) -> Result<(), EngineError> {
        self.sealed.forget(everywhere)
    }
}

fn understood(offer: serde_json::Value) -> Option<Offer> {
    let offer: Offer = serde_json::from_value(offer).ok()?;
    offer.is_understood().then_some(offer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_offer_of_another_version_or_without_a_good_key_is_none() {
        let key = KeyPair::generate(|seed| seed.fill(1));
        let offer =
            |versions: &[u32], key: String| json!({ "versions": versions, "server_key": key });
        let good = key.public().to_base64url();
        assert!(understood(offer(&[1, 2], good.clone())).is_some());
        assert!(understood(offer(&[2], good)).is_none());
        assert!(understood(offer(&[1], "key".to_owned())).is_none());
        assert!(understood(json!(true)).is_none());
    }
}
