//! The frame of a view: rail, bars, main area.
mod bottom_bar;
mod rail;
mod shell;
mod top_bar;

pub use bottom_bar::BottomBar;
pub use rail::{Entry, Group, Place, Rail};
pub use shell::Shell;
pub use top_bar::TopBar;
