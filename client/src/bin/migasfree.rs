//! migasfree.rs.

fn main() {}
