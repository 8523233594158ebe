//! Signing in with accounts of others.

mod directory;
mod oidc;
mod slapd;
