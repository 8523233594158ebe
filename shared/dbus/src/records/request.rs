//! Requests for applications.

use super::RequestState;
use crate::wire::record;

record! {
    /// A request as [`list_requests`](crate::CatalogProxy::list_requests) gives it: those of the caller.
    pub struct RequestRecord {
        /// Its id (`s`).
        pub id: String,
        /// Id of the application (`u`).
        pub app_id: u32,
        /// Name of the application (`s`).
        pub app_name: String,
        /// Why the person wants it (`s`).
        pub justification: String,
        /// How far it is (`s`).
        pub state: RequestState,
        /// When it was made, Unix seconds (`x`).
        pub created: i64,
        /// What the organisation answered (`s`).
        pub comment: Option<String>,
    }
}
