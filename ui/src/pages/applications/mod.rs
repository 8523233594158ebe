//! Applications: how they look in Play, which packages they are in each project.
mod cells;
mod packages;
mod preview;

pub use cells::{audience_cell, level_cell, name_cell, projects_cell, score_cell};
pub use packages::packages;
pub use preview::preview;
