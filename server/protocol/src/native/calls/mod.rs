//! The calls, one file each.

pub(super) mod enrolment;
