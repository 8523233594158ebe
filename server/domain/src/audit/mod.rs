//! What is done with the audit: looking whether it is whole.

pub mod verifying;
