//! The page of an object: title line with state and actions, tabs with addresses, what happened at the side or behind a tab.
mod delete;
mod history;
mod page;

pub use delete::DeleteButton;
pub use history::History;
pub use page::{ObjectPage, Trouble, UNNAMED, fact, load, name_tab, text_fact};
