use std::collections::HashMap;

use zbus::OwnedFd;

use crate::{AppQuery, AppRecord, AppState, Error, RequestRecord, StateDetail};

/// `org.migasfree.Client1.Catalog`: the organisation's applications. Everything is answered from the
/// daemon's copy, also without the server.
#[zbus::proxy(
    interface = "org.migasfree.Client1.Catalog",
    default_service = "org.migasfree.Client1",
    default_path = "/org/migasfree/Client1"
)]
pub trait Catalog {
    /// The revision of the catalogue and the applications that match. Descriptions are left empty.
    fn list_apps(&self, query: AppQuery) -> Result<(u64, Vec<AppRecord>), Error>;

    /// One application, with its description.
    fn get_app(&self, id: u32) -> Result<AppRecord, Error>;

    /// Id, name and number of applications of each category that has any, by name.
    fn list_categories(&self) -> Result<Vec<(u32, String, u32)>, Error>;

    /// State and detail of some applications, for this caller; all of them when the list is empty.
    fn get_states(&self, ids: &[u32]) -> Result<HashMap<u32, (AppState, StateDetail)>, Error>;

    /// An image of an application as a sealed memory file, and its media type. `kind` is `icon`; `size` is its height and width in
    /// pixels, 16 to 512. `NotFound` when it has none.
    fn get_image(&self, id: u32, kind: &str, size: u32) -> Result<(OwnedFd, String), Error>;

    /// Asks the organisation for an application; answers with the id of the request.
    #[zbus(allow_interactive_auth)]
    fn request_app(&self, id: u32, justification: &str) -> Result<String, Error>;

    /// Withdraws a request.
    #[zbus(allow_interactive_auth)]
    fn cancel_request(&self, id: &str) -> Result<(), Error>;

    /// The requests of the caller, newest first.
    fn list_requests(&self) -> Result<Vec<RequestRecord>, Error>;

    /// The catalogue changed: its new revision, and the applications concerned (none means many).
    #[zbus(signal, name = "Changed")]
    fn catalog_changed(&self, revision: u64, ids: Vec<u32>) -> zbus::Result<()>;

    /// States changed. They are those anybody would see (`privileged` for level A); ask
    /// [`get_states`](CatalogProxy::get_states) for what holds for the caller, and for the details.
    #[zbus(signal)]
    fn states_changed(&self, states: HashMap<u32, AppState>) -> zbus::Result<()>;

    /// Changes whenever the catalogue does.
    #[zbus(property)]
    fn revision(&self) -> zbus::Result<u64>;

    /// When the catalogue came from the server, Unix seconds, 0 for never.
    #[zbus(property)]
    fn fetched_at(&self) -> zbus::Result<i64>;
}
