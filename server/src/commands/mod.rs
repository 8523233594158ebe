//! What is done on the machine itself.

pub mod ca;
