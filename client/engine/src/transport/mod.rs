//! Talking to the server. [`Server`] is what a computer asks and tells that is known there; [`SealedSession`] does it in
//! sealed calls and [`native::NativeSession`] in signed ones, which a [`Transport`] carries. [`api`] has what comes before a computer is known, [`messages`] the shapes.

pub mod api;
mod carrier;
mod error;
mod http;
pub mod native;
mod public;
mod sealed;
mod server;
mod session;

pub use migasfree_client_base::messages;

pub use carrier::{Body, Method, Request, Response, Transport};
pub use error::{ApiError, CertificateFault, TransportError, Unreached};
pub(crate) use error::{is_about_request, is_end_of_key};
pub(crate) use http::AUTHORITY_FILE;
pub use http::HttpTransport;
pub use public::{Keys, PackagerKeys};
pub use server::{AttributeReport, Beginning, Report, Server, Settled, SoftwareHistory};
pub use session::SealedSession;
