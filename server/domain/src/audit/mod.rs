//! What is done with the audit: keeping where it ends, looking whether it is whole, and sending it elsewhere.

pub mod anchoring;
pub mod exporting;
pub mod verifying;
