//! Reading what `lshw -json` says about a computer (4.5).

mod summary;
mod tree;

pub(super) use summary::{Summary, summarise};
pub(super) use tree::{Node, flatten};
