//! The migasfree server's program.

fn main() {}
