//! ui.

fn main() {}
