//! migasfreed.rs.

fn main() {}
