//! The page of an object: title line with state and actions, tabs with addresses: a summary, what the declaration adds, the form, the history.
mod consequences;
mod delete;
mod facts;
mod history;
mod lacking;
mod lately;
mod page;
mod relations;
mod summary;

pub use delete::{DeleteButton, DeleteDialog};
pub use history::History;
pub use lacking::{CannotMake, Lacking, cannot_make, right_text, right_to, right_words};
pub use page::{ObjectPage, fact, gone, once_there, text_fact, theirs};

use lately::Lately;
use page::{HISTORY, on_change};
use summary::Summary;
