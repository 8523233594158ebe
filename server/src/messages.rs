//! Every message of the server: what is said where no handler could answer, and the lists of the floors below.

use migasfree_types::message::Declared;

migasfree_types::messages! {
    /// A handler that takes too long.
    pub(crate) request_timeout(): "The request took too long: try again, or ask for less.";
}

/// What each floor declares.
pub const ALL: [&[Declared]; 8] = [
    DECLARED,
    migasfree_server_api::MESSAGES,
    migasfree_server_protocol::MESSAGES,
    migasfree_server_domain::messages::DECLARED,
    migasfree_server_repository::messages::DECLARED,
    migasfree_server_entity::messages::DECLARED,
    migasfree_server_auth::messages::DECLARED,
    migasfree_server_body::messages::DECLARED,
];
