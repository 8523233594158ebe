//! view.

fn main() {}
