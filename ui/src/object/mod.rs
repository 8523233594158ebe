//! The page of an object: title line with state and actions, tabs with addresses, what happened at the side or behind a tab.
mod consequences;
mod delete;
mod history;
mod lacking;
mod page;

pub use delete::{DeleteButton, DeleteDialog};
pub use history::History;
pub use lacking::{CannotMake, Lacking, cannot_make, right_text, right_to, right_words};
pub use page::{
    GoneNotice, ObjectPage, Trouble, UNNAMED, fact, gone, load, name_tab, text_fact, theirs,
};
