//! Every message of the server: what is said where no handler could answer, and the lists of the floors below.

use migasfree_types::message::Declared;

migasfree_types::messages! {
    /// Somebody whose certificate was taken back.
    pub(crate) certificate_revoked(): "The certificate shown is revoked: ask an administrator for another one.";
    /// A handler that takes too long.
    pub(crate) request_timeout(): "The request took too long: try again, or ask for less.";
    /// Why a request is refused.
    pub(crate) request_too_large(): "too large";
    /// Why a request is refused.
    pub(crate) one_request_too_many(): "too many requests";
    /// Somebody who is refused every time.
    pub(crate) request_refused_again(address, request, reason): "{ $address } is refused again and again ({ $request }): { $reason }";
    /// A program that calls over http.
    pub(crate) https_needed(address): "This server is called over https only: use { $address }.";
    /// A caller without a certificate, where one is demanded.
    pub(crate) certificate_needed(): "Show the certificate that was issued to you: this part of the server lets in nobody without one.";
    /// A certificate a proxy passed on that is none.
    pub(crate) certificate_unreadable(): "The certificate that the proxy passes on cannot be read.";
    /// A certificate whose time is over, or has yet to come.
    pub(crate) certificate_expired(): "Your certificate does not hold today: have a new one issued.";
    /// A certificate that none of the authorities issued.
    pub(crate) certificate_refused(reason): "Your certificate is not accepted: { $reason }";
    /// A computer's certificate where people are asked for theirs.
    pub(crate) certificate_of_computer(): "This is the certificate of a computer: show your own.";
    /// There is no other certificate, and the one before stays.
    pub(crate) certificate_kept(reason, until): "There is no new certificate for this server: { $reason }. The one in use ends on { $until }.";
    /// There is no certificate at all.
    pub(crate) certificate_missing(reason): "This server has no certificate, so nobody reaches it over https: { $reason }";
    /// A certificate that ends soon.
    pub(crate) certificate_ends(until): "The certificate of this server ends on { $until } and has not been renewed.";
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
