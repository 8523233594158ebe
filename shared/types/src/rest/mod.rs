//! What the REST API says where a view or a program reads it as a type. Everything is tolerant: unknown members are ignored, missing ones take their default.
pub mod audit;
pub mod deletion;
pub mod deployment;
pub mod meta;
pub mod overview;
pub mod page;
pub mod reference;
pub mod search;
pub mod session;
