//! Certificates of computers, people and servers: which there are, how they are given, and how they are taken back.

mod actions;
mod authority;
pub mod entity;
mod error;
mod figures;
mod issuing;
mod list;
mod revoking;
mod upkeep;

use migasfree_server_entity::entity::Entity;

pub use authority::Certificates;
pub use error::CertificateError;
pub use figures::{SOON, note_expiry};
pub use issuing::{
    Given, Wanted, give_for_asking, issue_for_account, issue_for_computer, issue_for_server,
    issue_own,
};
pub use list::{Listed, Published, listed, publish_now, published};
pub use revoking::{revoke, revoke_by_serial, revoke_of_computer, settle};
pub use upkeep::{Upkeep, UpkeepOfCertificates, follow};

/// The entities of this domain.
pub const ENTITIES: &[&Entity] = &[&entity::CERTIFICATES];
