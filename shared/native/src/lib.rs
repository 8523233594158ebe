#![doc = include_str!("../README.md")]

pub mod actions;
pub mod certificates;
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
