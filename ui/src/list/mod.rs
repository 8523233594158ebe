//! Lists: the address says which page, order and filters; the declaration says the rest.
mod bulk;
mod columns;
mod filters;
mod page;
mod parameter;
mod state;
mod taken;
mod views;

pub use bulk::Selection;
pub use columns::Density;
pub use page::{ListPage, unfound};
