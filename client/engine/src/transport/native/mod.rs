//! The native protocol as a computer speaks it: signed requests, and answers of which nothing is believed that the
//! server's key did not sign for this very request.

mod enrolment;
mod link;
mod memory;
mod session;

pub use enrolment::enrol;
pub use link::Link;
pub use memory::Memory;
pub use session::NativeSession;
