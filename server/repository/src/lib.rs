//! Repositories: the formats of their indexes, what their files may be called, and the key that signs them.

pub mod apt;
pub mod file_name;
pub mod reading;
pub mod signing;
