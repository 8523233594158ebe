//! The native protocol of computers (`/api/native/1/`): their keys, what they sign, and what they say. Pure: times and
//! randomness are given, nothing is sent, nothing is kept.
//!
//! The README of this crate describes the protocol.

pub mod digest;
pub mod enrolment;
pub mod features;
pub mod freshness;
pub mod inventory;
pub mod key;
pub mod proof;
pub mod requests;
pub mod signature;
pub mod synchronization;
mod text;
pub mod token;
