//! Synchronisations as a list of requests: sealed beforehand, so that measuring them measures the server, or on the way,
//! as real clients do.

use std::ops::Range;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use super::{Fleet, Pace};
use crate::peer::{Peer, Transport, local_time};

/// One request of a synchronisation.
#[derive(Debug, Clone)]
pub struct Request {
    /// Path of the call.
    pub path: String,
    /// Body; none for public calls without data.
    pub body: Option<String>,
}

/// The 15 requests of one computer's synchronisation with nothing new but its record: `server/info`,
/// the repository key and 13 sealed calls.
#[derive(Debug, Clone)]
pub struct Prebuilt {
    /// In their order.
    pub requests: Vec<Request>,
}

impl Prebuilt {
    /// Sends the requests one after the other.
    pub(super) async fn send(&self, transport: &Transport) -> Result<()> {
        for Request { path, body } in &self.requests {
            let reply = match body {
                Some(body) => transport.json(path, body).await?,
                None => transport.empty(path).await?,
            };
            ensure!(
                matches!(reply.status, 200 | 201),
                "{path}: {} {}",
                reply.status,
                reply.data
            );
        }
        Ok(())
    }
}

impl Fleet {
    /// Seals a synchronisation of every computer. They must have synchronised before.
    ///
    /// # Errors
    /// When a computer is not registered.
    pub fn prebuild(&self, properties: &[String]) -> Result<Vec<Prebuilt>> {
        self.peers()
            .iter()
            .map(|peer| prebuild(peer, properties))
            .collect()
    }

    /// Synchronises `some` of the computers with the server at `url`, which has the keys of theirs, as real clients do:
    /// each message is sealed for this, each call has a connection of its own.
    ///
    /// # Errors
    /// The first request that is not accepted.
    pub async fn synchronise_with(
        &self,
        url: &str,
        properties: &[String],
        some: Range<usize>,
    ) -> Result<Pace> {
        let transport = Transport::new(url);
        let started = Instant::now();
        let some = self.peers().get(some).context("so many computers")?;
        futures_util::stream::iter(some)
            .map(|peer| {
                let transport = transport.clone();
                async move { prebuild(peer, properties)?.send(&transport).await }
            })
            .buffer_unordered(self.concurrency)
            .try_collect::<()>()
            .await?;
        Ok(Pace {
            count: some.len(),
            elapsed: started.elapsed(),
        })
    }
}

fn prebuild(peer: &Peer, properties: &[String]) -> Result<Prebuilt> {
    let id = json!({ "id": peer.known_id()? });
    let identity = json!({ "uuid": peer.machine.uuid, "name": peer.machine.name });
    let faults = json!({ "id": peer.known_id()?, "faults": {} });
    let packages = &peer.machine.packages;
    let mut requests = vec![public("/api/v1/public/server/info/")];
    for (call, claims) in [
        ("computers/id/", identity),
        ("computers/properties/", id.clone()),
        ("computers/attributes/", peer.attribute_claims(properties)?),
        ("computers/faults/definitions/", id.clone()),
        ("computers/faults/", faults),
    ] {
        requests.push(sealed(peer, call, &claims)?);
    }
    requests.push(public("/api/v1/public/keys/repositories/"));
    for (call, claims) in [
        ("computers/repositories/", id.clone()),
        ("computers/packages/mandatory/", id.clone()),
        ("computers/software/", peer.software_claims(packages)?),
        ("computers/hardware/required/", id.clone()),
        ("computers/devices/", id.clone()),
        ("computers/traits/", id.clone()),
        ("synchronizations/", peer.end_claims(&local_time())?),
        ("eot/", id),
    ] {
        requests.push(sealed(peer, call, &claims)?);
    }
    Ok(Prebuilt { requests })
}

fn public(path: &str) -> Request {
    Request {
        path: path.to_owned(),
        body: None,
    }
}

fn sealed(peer: &Peer, call: &str, claims: &Value) -> Result<Request> {
    let body = json!({ "msg": peer.seal(claims)?, "project": peer.project });
    Ok(Request {
        path: format!("/api/v1/safe/{call}"),
        body: Some(body.to_string()),
    })
}
