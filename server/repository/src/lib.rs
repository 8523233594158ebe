//! Repositories: package systems and the formats of their packages and indexes, what files may be called, and the key
//! that signs.

pub mod file_name;
pub mod format;
pub mod reading;
pub mod signing;
pub mod system;
