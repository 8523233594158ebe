//! Repositories: package systems and the formats of their packages and indexes, what files may be called, the key
//! that signs, and what is said of all this.

pub mod file_name;
pub mod format;
pub mod messages;
pub mod reading;
pub mod signing;
pub mod system;
