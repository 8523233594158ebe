//! The calls, by what they are about.

pub(super) mod actions;
pub(super) mod catalogue;
pub(super) mod certificate;
pub(super) mod computer;
pub(super) mod enrolment;
pub(super) mod plan;
pub(super) mod result;
mod told;
