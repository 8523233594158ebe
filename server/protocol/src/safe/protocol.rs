//! What all sealed calls share: the threads RSA runs on, signatures made before, messages seen.

use std::sync::{Arc, OnceLock};

use migasfree_envelope::{
    Letter, OpenError, PrivateKey, PublicKey, SignatureCache, decipher, open,
    unsealed::seal_rendered,
};
use migasfree_server_auth::{Connection, Exceeded, Limiter};
use migasfree_server_domain::{computers::repeats::Repeats, ids::ComputerId};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::buckets::Buckets;
use super::membership::Slugs;
use super::replays::Replays;
use crate::ProtocolState;

/// Signatures kept: the answers of some thousand computers whose data did not change.
const SIGNATURES: usize = 16_384;
const MINUTE: i64 = 60;
/// Bytes of a message that is opened or sealed where the request is: less than a millisecond of work, of which a
/// hand-over to another thread and back would be a good part.
const SMALL: usize = 32 * 1024;

/// The thread that worked on a message was cut off.
#[derive(Debug, thiserror::Error)]
#[error("the server is stopping")]
pub(super) struct Stopping;

/// Whom an answer is sealed for.
#[derive(Debug, Clone)]
pub(super) enum Peer {
    /// The computers of a project, whose pair of keys is here.
    Project(Arc<PrivateKey>),
    /// Somebody whose public half alone is known.
    Public(Arc<PublicKey>),
}

impl Peer {
    /// The key answers are sealed with and messages are confirmed by.
    pub(super) fn public(&self) -> &PublicKey {
        match self {
            Self::Project(pair) => pair.public(),
            Self::Public(key) => key,
        }
    }
}

/// One per server.
#[derive(Debug)]
pub(crate) struct Protocol {
    permits: Semaphore,
    signatures: Arc<SignatureCache>,
    pub(super) replays: Replays,
    pub(super) slugs: Slugs,
    pub(crate) repeats: Repeats,
    pub(crate) computers: Buckets<ComputerId>,
    requests: OnceLock<Limiter>,
}

impl Protocol {
    pub(crate) fn new() -> Self {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            permits: Semaphore::new(threads),
            signatures: Arc::new(SignatureCache::new(SIGNATURES)),
            replays: Replays::default(),
            slugs: Slugs::default(),
            repeats: Repeats::default(),
            computers: Buckets::default(),
            requests: OnceLock::new(),
        }
    }

    /// Counts a request of a computer.
    pub(crate) fn hit(
        &self,
        state: &ProtocolState,
        connection: Connection,
    ) -> Result<(), Exceeded> {
        let limit = state.settings.rate_computers;
        if limit == 0 {
            return Ok(());
        }
        let limiter = self
            .requests
            .get_or_init(|| Limiter::new(Arc::clone(&state.clock), limit, MINUTE));
        limiter.hit(&connection.bucket())
    }

    /// Opens a message that `peer` sealed for the server.
    pub(super) async fn open(
        &self,
        message: &str,
        server: &Arc<PrivateKey>,
        peer: &Peer,
    ) -> Result<Result<Value, OpenError>, Stopping> {
        if message.len() <= SMALL {
            return Ok(open(message, server, peer.public()));
        }
        let message = message.to_owned();
        let (server, peer) = (Arc::clone(server), peer.clone());
        self.run(move || open(&message, &server, peer.public()))
            .await
    }

    /// Deciphers a message whose signer has to be found.
    pub(super) async fn decipher(
        &self,
        message: String,
        server: &Arc<PrivateKey>,
    ) -> Result<Result<Letter, OpenError>, Stopping> {
        if message.len() <= SMALL {
            return Ok(decipher(&message, server));
        }
        let server = Arc::clone(server);
        self.run(move || decipher(&message, &server)).await
    }

    /// Seals `data` for `peer`.
    pub(super) async fn seal(
        &self,
        data: Value,
        server: &Arc<PrivateKey>,
        peer: &Peer,
    ) -> Result<String, Stopping> {
        let text = data.to_string();
        if text.len() <= SMALL {
            let payload = data.as_str().unwrap_or(&text);
            let signatures = Some(&*self.signatures);
            return Ok(seal_rendered(
                &text,
                payload,
                server,
                peer.public(),
                signatures,
            ));
        }
        let (server, peer) = (Arc::clone(server), peer.clone());
        let signatures = Arc::clone(&self.signatures);
        self.run(move || {
            let payload = data.as_str().unwrap_or(&text);
            seal_rendered(&text, payload, &server, peer.public(), Some(&signatures))
        })
        .await
    }

    /// Runs work for the processor off the runtime, on as many threads as there are cores.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Stopping> {
        let _permit = self.permits.acquire().await.map_err(|_| Stopping)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| Stopping)
    }
}
