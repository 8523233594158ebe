//! What the people at the computers ask to be allowed to install.

use anyhow::Result;
use serde_json::json;

use super::Fleet;

const REASONS: [&str; 3] = [
    "The certificates of the lab end next week, and I look after them",
    "I renew the keys of our department every autumn",
    "For the audit on Monday",
];

impl Fleet {
    /// Some people ask for an application that needs an administrator, where one is offered to their computer.
    ///
    /// # Errors
    /// The first refusal.
    pub async fn ask_for_applications(&self) -> Result<()> {
        for (peer, reason) in self.peers.iter().zip(REASONS) {
            let cid = peer.known_id()?;
            let offered = peer
                .call(
                    "/api/v1/safe/catalog/apps/available/",
                    &json!({"cid": cid, "level": "A"}),
                )
                .await?
                .accepted()?;
            let Some(app) = offered[0]["id"].as_i64() else {
                continue;
            };
            peer.call(
                "/api/v1/safe/catalog/requests/",
                &json!({"cid": cid, "app": app, "justification": reason}),
            )
            .await?
            .accepted()?;
        }
        Ok(())
    }
}
