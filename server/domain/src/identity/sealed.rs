//! Whether a computer may speak the sealed protocol still.

use crate::client::projects::Project;

/// Why a sealed call is refused although the project's key is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsealed {
    /// The computer has a key of its own, or had one: whoever has the project's key alone is not it.
    MovedOver,
    /// The project takes computers with keys of their own alone.
    NativeOnly,
}

/// Whether a computer that has had a key of its own (`moved`), or has none, may call sealed in a project.
///
/// # Errors
/// Why not.
pub const fn sealed_allowed(project: &Project, moved: bool) -> Result<(), Unsealed> {
    if project.native_only {
        Err(Unsealed::NativeOnly)
    } else if moved {
        Err(Unsealed::MovedOver)
    } else {
        Ok(())
    }
}
