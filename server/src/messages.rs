//! Every message of the server: what is said where no handler could answer, and the lists of the floors below.

use migasfree_types::message::Declared;

migasfree_types::messages! {
    /// A handler that takes too long.
    pub(crate) request_timeout(): "The request took too long: try again, or ask for less.";
    /// Why a request is refused.
    pub(crate) request_too_large(): "too large";
    /// Why a request is refused.
    pub(crate) one_request_too_many(): "too many requests";
    /// Somebody who is refused every time.
    pub(crate) request_refused_again(address, request, reason): "{ $address } is refused again and again ({ $request }): { $reason }";
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
