//! Talking to the server: [`Transport`] carries requests, [`api::Server`] knows the calls, [`messages`] their shapes.

pub mod api;
mod carrier;
mod error;
mod http;
mod public;
mod sealed;

pub use migasfree_client_base::messages;

pub use carrier::{Body, Method, Request, Response, Transport};
pub use error::{ApiError, CertificateFault, TransportError, Unreached};
pub use http::HttpTransport;
pub use public::{Keys, PackagerKeys};
