//! The certificate authority: a root or what a root elsewhere signed, the certificates it gives, the list of those it took
//! back. Whom they are for is said by whoever asks.

mod authority;
mod error;
mod issued;
mod name;
mod profile;
mod read;
mod renewal;
mod request;
mod revocation;
mod store;

pub use authority::Authority;
pub use error::{AuthorityError, RequestError, StoreError};
pub use issued::Issued;
pub use profile::{Name, Profile, Subject, Usage};
pub use read::{Facts, facts, list_der, serial_of, subject_of};
pub use renewal::{renewal_at, renewal_due};
pub use request::{LONGEST_REQUEST, Request};
pub use revocation::{Reason, RevocationList, Revoked};
pub use store::Store;
