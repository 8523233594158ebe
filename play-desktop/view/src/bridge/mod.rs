//! The only way out of the view: commands of the shell and its events.

mod call;
mod commands;
mod listen;

pub use commands::*;
pub use listen::listen;
