//! The way to the server: what every call, and every job that talks to it, shows of it.

use std::sync::Arc;

use migasfree_dbus::Connectivity;

use super::computer::Computer;
use super::known::Known;
use super::news::{Happened, News};
use crate::job::{JobResult, ResultCode};
use crate::sync::EngineError;

/// Listens how the server answers.
#[derive(Debug, Clone)]
pub struct Contact {
    pub(super) computer: Arc<Computer>,
    pub(super) known: Arc<Known>,
    pub(super) news: News,
}

impl Contact {
    /// Every call to the server goes through here: how it was answered decides what is said of the way to it.
    pub async fn heard<T>(
        &self,
        call: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        let before = self.known.answers();
        let result = call.await;
        let connectivity = match &result {
            Err(EngineError::Offline(reason)) => {
                tracing::info!(%reason, "no answer of the server");
                self.away()
            }
            Err(EngineError::Saturated { .. }) => Connectivity::Saturated,
            // Somebody between; that a call is not there may be said by servers that lack it.
            Err(EngineError::Unsealed { status, .. }) if !matches!(status, 404 | 405) => {
                self.away()
            }
            Err(EngineError::Changed(_) | EngineError::NotNative(_)) => self.away(),
            _ => Connectivity::Online,
        };
        self.found(connectivity, before).await;
        result
    }

    /// What the end of a job that talks to the server says of the way to it.
    pub async fn heard_of_job(&self, code: ResultCode, saturated: bool) {
        let connectivity = match code {
            ResultCode::Offline if saturated => Connectivity::Saturated,
            ResultCode::Offline => self.away(),
            code if matches!(code.result(), JobResult::Success | JobResult::Partial) => {
                Connectivity::Online
            }
            // The server itself or somebody in its place: the refresh that follows tells which.
            _ => return,
        };
        self.found(connectivity, self.known.answers()).await;
    }

    fn away(&self) -> Connectivity {
        if self.computer.engine().has_network() {
            Connectivity::ServerUnreachable
        } else {
            Connectivity::Offline
        }
    }

    async fn found(&self, connectivity: Connectivity, before: u64) {
        let now = self.computer.now();
        if self.known.found(connectivity, before, now) {
            self.news.tell(Happened::ManagerChanged).await;
        }
    }
}
