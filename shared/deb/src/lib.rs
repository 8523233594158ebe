//! Reads Debian packages as a stream, and the names packages carry.
