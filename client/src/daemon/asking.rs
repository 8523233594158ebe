//! Requests for applications on their way to the organisation.

use std::sync::Arc;

use migasfree_dbus::{Error, RequestRecord};

use super::core::{Core, bus_error};
use crate::sync::EngineError;
use crate::transport::messages::AppId;

impl Core {
    /// Sends a request, or keeps it when the server is away. A server that takes none leaves nothing behind.
    pub async fn request_app(&self, uid: u32, record: RequestRecord) -> Result<String, Error> {
        let id = record.id.clone();
        let app = AppId(record.app_id);
        self.requests.add(uid, record.clone())?;
        match self.engine().request_app(app, &record.justification).await {
            Ok(Some(at_server)) => {
                self.requests.sent(uid, &id, &at_server)?;
                Ok(at_server)
            }
            Ok(None) => {
                self.requests.withdraw(uid, &id)?;
                Err(Error::Unsupported(
                    "your organisation's server takes no requests; ask its helpdesk".into(),
                ))
            }
            Err(EngineError::Offline(_) | EngineError::Saturated { .. }) => Ok(id),
            Err(error) => {
                self.requests.withdraw(uid, &id)?;
                Err(bus_error(&error))
            }
        }
    }

    /// Sends what was kept while the server was away.
    pub async fn send_requests(self: &Arc<Self>) {
        for (uid, record) in self.requests.unsent() {
            let app = AppId(record.app_id);
            let kept = match self.engine().request_app(app, &record.justification).await {
                Ok(Some(at_server)) => self.requests.sent(uid, &record.id, &at_server),
                Ok(None) => self.requests.withdraw(uid, &record.id),
                Err(error) => {
                    tracing::info!(%error, "a request waits for the server");
                    return;
                }
            };
            if let Err(error) = kept {
                tracing::warn!(%error, "a request could not be kept");
            }
        }
    }
}
