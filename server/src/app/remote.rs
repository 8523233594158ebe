//! Remote support: what the relay asks the domain, and the domain the relay.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use migasfree_native::key::PublicKey;
use migasfree_server_db::clock::Clock;
use migasfree_server_domain::actions::{self, Told};
use migasfree_server_domain::carried;
use migasfree_server_domain::core::rules::status::Status;
use migasfree_server_domain::identity::{State, key_of};
use migasfree_server_domain::ids::ComputerId;
use migasfree_server_domain::remote::{
    self, Acceptance, End, Presence, Present, Refused, Vault, Why, version_1,
};
use migasfree_server_domain::services::Services;
use migasfree_server_relay::{
    Acting, Begun, Certified, Enrolled, Handed, Orders, Pieces, Recorded, Recordings, Registry,
    Sessions, Terms, Traffic, Trouble, Unreadable,
};
use migasfree_tunnel::message::{Code, Failure, SessionEvent};
use serde_json::{Value, json};

/// Asks the domain.
#[derive(Debug)]
pub(super) struct Domain(pub(super) Services);

#[async_trait]
impl Sessions for Domain {
    async fn enrolled(&self, thumbprint: &str) -> Result<Option<Enrolled>, Trouble> {
        let known = key_of(&self.0.db, thumbprint).await?;
        let good = known.filter(|known| {
            known.state == Some(State::Active) && known.computer.status() != Status::Unsubscribed
        });
        Ok(match good {
            Some(known) => Some(Enrolled {
                computer: known.computer.id.0,
                key: PublicKey::from_base64url(&known.public_key)?,
            }),
            None => None,
        })
    }

    async fn no_longer_enrolled(&self, thumbprints: &[String]) -> Result<Vec<String>, Trouble> {
        let (certificates, keys): (Vec<String>, Vec<String>) = thumbprints
            .iter()
            .cloned()
            .partition(|key| version_1::is_certificate(key));
        let mut gone = version_1::no_longer_certified(&self.0, &certificates).await?;
        gone.extend(carried::no_longer_enrolled(&self.0.db, &keys).await?);
        Ok(gone)
    }

    async fn certified(&self, certificate: &[u8]) -> Result<Option<Certified>, Trouble> {
        let found = version_1::certified(&self.0, certificate).await?;
        Ok(found.map(|found| Certified {
            computer: found.computer.0,
            key: found.key,
        }))
    }

    async fn start(&self, grant: &str) -> Result<Duration, Failure> {
        let started = remote::start(&self.0, grant).await;
        started.map(|started| started.idle).map_err(failure)
    }

    async fn accepted(&self, session: &str, begun: &Begun) -> Result<String, Failure> {
        let taken = Acceptance {
            mode: begun.mode,
            switches: begun.switches,
            recorded: begun.recorded,
        };
        let accepted = remote::accept(&self.0, session, taken).await;
        accepted.map(|accepted| accepted.secret).map_err(failure)
    }

    async fn resumed(&self, session: &str, secret: &str) -> Result<(), Failure> {
        let resumed = remote::resume(&self.0, session, secret).await;
        resumed.map(|_| ()).map_err(failure)
    }

    async fn detached(&self, session: &str) -> Result<(), Trouble> {
        Ok(remote::detach(&self.0, session).await?)
    }

    async fn attached(&self, session: &str) -> Result<(), Trouble> {
        Ok(carried::attached(&self.0.db, session).await?)
    }

    async fn ended(
        &self,
        session: &str,
        failure: &Failure,
        traffic: Traffic,
    ) -> Result<(), Trouble> {
        let end = End {
            code: word(failure.code),
            author: None,
            bytes: (traffic.to_operator, traffic.to_computer),
        };
        Ok(remote::end(&self.0, session, &end).await?)
    }

    async fn event(&self, session: &str, event: &SessionEvent) -> Result<(), Trouble> {
        let mut details = serde_json::to_value(event)?;
        let what = details.as_object_mut().and_then(|told| told.remove("what"));
        let what = what.as_ref().and_then(Value::as_str).unwrap_or("other");
        Ok(remote::event(&self.0, session, what, &details).await?)
    }

    async fn terms(&self, session: &str) -> Result<Option<Terms>, Trouble> {
        let terms = carried::terms(&self.0.db, session).await?;
        Ok(terms.map(|terms| Terms {
            session: session.to_owned(),
            computer: terms.computer,
            key: terms.key,
            service: terms.service,
            mode: terms.mode,
            switches: terms.switches,
            recording: terms.recording,
            ends: terms.ends.seconds(),
            idle: terms.idle,
        }))
    }

    async fn unfinished(&self) -> Result<Vec<String>, Trouble> {
        Ok(carried::unfinished(&self.0.db).await?)
    }

    async fn may_not_go_on(&self, sessions: &[String]) -> Result<Vec<(String, Failure)>, Trouble> {
        let stopped = remote::may_go_on(&self.0, sessions).await;
        let stopped = stopped.map_err(|error| error.to_string())?;
        let told = stopped.into_iter();
        Ok(told
            .map(|stopped| (stopped.session, failure(stopped.refused)))
            .collect())
    }

    async fn recorded(&self, session: &str, recorded: &Recorded) -> Result<(), Trouble> {
        if recorded.gaps {
            remote::event(&self.0, session, "recording_has_gaps", &json!({})).await?;
        }
        let recording = remote::Recorded {
            blob: recorded.name.clone(),
            format: recorded.format.to_owned(),
            size: recorded.size,
            key_id: recorded.key.clone(),
        };
        Ok(remote::recorded(&self.0, session, &recording).await?)
    }
}

#[async_trait]
impl Orders for Domain {
    async fn waiting(&self) -> Result<Vec<i64>, Trouble> {
        actions::find_neighbours(&self.0).await?;
        let waiting = actions::waiting(&self.0).await?;
        Ok(waiting.into_iter().map(|computer| computer.0).collect())
    }

    async fn claim(&self, computer: i64) -> Result<Vec<Handed>, Trouble> {
        let claimed = actions::claim(&self.0, ComputerId(computer)).await?;
        let handed = claimed.into_iter().map(|one| Handed {
            execution: one.execution,
            order: one.order,
        });
        Ok(handed.collect())
    }

    async fn told(&self, computer: i64, acting: &Acting) -> Result<(), Trouble> {
        let told = Told {
            execution: &acting.execution,
            state: acting.state,
            exit: acting.exit,
            output: acting.output.as_deref(),
            sequence: acting.sequence,
        };
        if !actions::told(&self.0, ComputerId(computer), &told).await? {
            tracing::debug!(
                computer,
                execution = acting.execution,
                "nothing is expected of this action"
            );
        }
        Ok(())
    }
}

fn failure(refused: Refused) -> Failure {
    let code = match refused.why {
        Why::Unknown => Code::Unknown,
        Why::Used => Code::Used,
        Why::Expired => Code::Expired,
        Why::NoRight => Code::NoRight,
        Why::Policy => Code::Policy,
        Why::Replaced => Code::Replaced,
        Why::Revoked => Code::Revoked,
        Why::Ended => Code::EndedByOperator,
        Why::Failed => Code::Failed,
    };
    Failure::new(code, refused.message.text)
}

/// How the end of a session is stored.
fn word(code: Code) -> String {
    let word = serde_json::to_value(code).ok();
    let word = word.as_ref().and_then(Value::as_str);
    word.unwrap_or("failed").to_owned()
}

/// Asks the relay who is there.
#[derive(Debug)]
pub(super) struct Agents {
    pub(super) registry: Arc<Registry>,
    pub(super) clock: Arc<dyn Clock>,
}

impl Presence for Agents {
    fn of(&self, computers: &[ComputerId]) -> Vec<Option<Present>> {
        let now = self.clock.now();
        let known = computers.iter().map(|computer| {
            let seen = self.registry.seen(computer.0)?;
            Some(Present {
                online: true,
                last_seen: now,
                address: seen.address.to_string(),
                services: seen.services,
            })
        });
        known.collect()
    }

    fn version_1(&self, computer: ComputerId) -> Option<String> {
        let seen = self.registry.seen(computer.0)?;
        Some(seen.key).filter(|key| version_1::is_certificate(key))
    }
}

/// Asks the relay what was recorded.
#[derive(Debug)]
pub(super) struct Kept(pub(super) Recordings);

#[async_trait]
impl Vault for Kept {
    async fn open(
        &self,
        recording: &remote::Recorded,
    ) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        let (recordings, name) = (self.0.clone(), recording.blob.clone());
        // What cannot be opened is known before anything is answered.
        let begun = tokio::task::spawn_blocking(move || {
            let mut pieces = recordings.pieces(&name)?;
            let first = pieces.next().transpose()?;
            Ok::<_, Unreadable>((first, pieces))
        });
        let (first, pieces) = begun.await?.map_err(unreadable)?;
        let first = stream::iter(first.map(|piece| Ok(Bytes::from(piece))));
        // Whoever sends it may ask once more behind its end.
        Ok(first.chain(stream::unfold(pieces, piece)).fuse().boxed())
    }

    async fn remove(&self, blob: &str) -> io::Result<()> {
        let (recordings, name) = (self.0.clone(), blob.to_owned());
        tokio::task::spawn_blocking(move || recordings.remove(&name)).await?
    }
}

/// The next piece of a recording, and what is behind it.
async fn piece(mut pieces: Pieces) -> Option<(io::Result<Bytes>, Pieces)> {
    let read = tokio::task::spawn_blocking(move || (pieces.next(), pieces)).await;
    let (next, pieces) = read.ok()?;
    let next = next?.map(Bytes::from).map_err(unreadable);
    Some((next, pieces))
}

fn unreadable(error: Unreadable) -> io::Error {
    match error {
        Unreadable::File(error) => error,
        damaged @ Unreadable::Damaged => io::Error::other(damaged),
    }
}
