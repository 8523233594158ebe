//! The components the admin UI and Play share.
