//! play-desktop.

fn main() {}
