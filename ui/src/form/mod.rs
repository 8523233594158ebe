//! Forms: made from a declaration, one column, errors at the field, unsaved changes guarded, the effect shown beside.
mod clash;
mod controls;
mod file;
mod guard;
mod once;
mod page;
mod picker;
mod picture;
mod rows;
mod save;
mod state;

pub use controls::FieldView;
pub use page::{CreatePage, EditForm};
pub use picker::{Picker, second_line};
pub use rows::RowsCard;
pub use state::FormState;
