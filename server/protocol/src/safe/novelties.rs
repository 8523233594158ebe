//! What computers bring that nobody has seen: each of them may be the first to report so much in a day.

use axum::http::StatusCode;
use migasfree_server_db::Tx;
use migasfree_server_domain::client::novelties::{self, Novelty};

use super::answer::Refusal;
use super::call::ComputerCall;
use crate::messages;

impl<B> ComputerCall<B> {
    /// Counts what the computer is the first to report, together with what is written because of it.
    ///
    /// # Errors
    /// When it is too much: then nothing of it is to be kept.
    pub(super) async fn brings(
        &self,
        tx: &mut Tx,
        what: Novelty,
        many: usize,
    ) -> Result<(), Refusal> {
        let settings = &self.state.settings;
        let per_day = match what {
            Novelty::Package => settings.new_packages_per_day,
            Novelty::Attribute => settings.new_attributes_per_day,
            Novelty::User => settings.new_users_per_day,
        };
        if novelties::count(tx, self.computer.id, (what, many), per_day, self.now).await? {
            return Ok(());
        }
        let message = match what {
            Novelty::Package => messages::too_many_new_packages(per_day),
            Novelty::Attribute => messages::too_many_new_attributes(per_day),
            Novelty::User => messages::too_many_new_users(per_day),
        };
        Err(Refusal::Said(StatusCode::BAD_REQUEST, message))
    }
}
