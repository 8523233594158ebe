//! Messages of known computers.

use std::sync::{Arc, OnceLock};

use axum::extract::Request;
use serde_json::Value;

use super::Repeat;
use super::exchange::Exchange;
use crate::ProtocolState;
use crate::safe::answer::Refusal;
use crate::safe::body::{self, Texts};
use crate::safe::keys::Owner;
use crate::safe::membership;
use crate::safe::protocol::{Peer, Protocol};
use crate::safe::replays::Seen;

/// A message of a computer, for which its project is not asked of the database before it is opened.
pub(super) struct Letter {
    pub(super) exchange: Exchange,
    /// The name of the project.
    pub(super) project: String,
    /// Its slug, as it was a moment ago.
    pub(super) slug: String,
    msg: String,
}

impl Letter {
    pub(super) async fn receive(
        state: ProtocolState,
        protocol: Arc<Protocol>,
        request: Request,
    ) -> Result<Self, Refusal> {
        let caps = state.settings.sealed_caps(0);
        let Texts { msg, project } = body::read(request, caps).await?;
        let slug = match protocol.slugs.of(&project) {
            Some(slug) => slug,
            None => {
                membership::project(&state.db, &protocol.slugs, &project)
                    .await?
                    .slug
            }
        };
        let exchange = Exchange::begin(state, protocol, Owner::Project(&slug)).await?;
        Ok(Self {
            exchange,
            project,
            slug,
            msg,
        })
    }

    /// What the message is remembered by.
    pub(super) fn seen(&self) -> Seen {
        Seen::of(&self.msg)
    }

    /// Opens it with the key of the project as it was, or else as it is.
    pub(super) async fn open(&mut self, repeat: Repeat) -> Result<Value, Refusal> {
        let refused = match self.exchange.open(&self.msg, repeat).await {
            Ok(claims) => return Ok(claims),
            Err(refused) => refused,
        };
        let Exchange {
            state, protocol, ..
        } = &self.exchange;
        let now = membership::project(&state.db, &protocol.slugs, &self.project).await?;
        if now.slug == self.slug {
            return Err(refused);
        }
        let key = state.keys.get(Owner::Project(&now.slug)).await?;
        self.exchange.peer = OnceLock::from(Peer::Project(key));
        self.slug = now.slug;
        self.exchange.open(&self.msg, repeat).await
    }
}
