//! What is done with the audit: looking whether it is whole, and sending it elsewhere.

pub mod exporting;
pub mod verifying;
