//! Reading what `lshw -json` says about a computer (4.5).

mod summary;
mod tree;

pub use summary::{Summary, summarise};
pub use tree::{Node, flatten};
