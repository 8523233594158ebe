//! Errors of the engine on the bus.

use migasfree_dbus::Error;

use crate::pms::PmsError;
use crate::sync::{EngineError, told};

/// An error of the engine in the words of the bus.
#[must_use]
pub fn bus_error(error: &EngineError) -> Error {
    let text = told::error(error);
    match error {
        EngineError::Offline(_) | EngineError::Saturated { .. } => Error::Offline(text),
        EngineError::NotRegistered | EngineError::WhoRegisters(_) => Error::NotRegistered(text),
        EngineError::NoPackageManager => Error::BackendMissing(text),
        EngineError::InvalidTag(_)
        | EngineError::Packages(PmsError::InvalidName(_) | PmsError::InvalidSearch) => {
            Error::InvalidArgument(text)
        }
        EngineError::Packages(PmsError::NotFound(_)) => Error::NotFound(text),
        EngineError::Packages(PmsError::LockTimeout(_)) => Error::Locked(text),
        EngineError::Locked(_) => Error::Busy(text),
        EngineError::Packages(_) => Error::NotAvailable(text),
        _ => Error::ServerError(text),
    }
}
