//! What accounts have besides a password, and how they show it again.

mod challenge;
mod demand;
mod own;
mod passkeys;
mod recovery;
mod seal;
mod step_up;
mod totp;

use std::sync::Arc;

use crate::sign_in::{Factor, Factors};

pub use own::{
    Held, begin_passkey, begin_totp, confirm_passkey, confirm_totp, forget_factors, held,
    new_recovery_codes, remove_passkey, remove_totp,
};
pub use passkeys::{Challenge, HeldPasskey, NAME as PASSKEY, Passkeys};
pub use recovery::{NAME as RECOVERY_CODE, RecoveryCodes};
pub use step_up::{
    FRESH, Fresh, PASSWORD, PROVIDER, ask_passkey, is_fresh, proofs, require_fresh, step_up,
};
pub use totp::{Begun, NAME as TOTP, TimeCodes};

pub(crate) use demand::{is_demanded, is_to_enrol};
pub(crate) use own::{added, attempt};

/// Those that every server has.
pub(crate) fn built_in(passkeys: &Passkeys, time_codes: &TimeCodes) -> Factors {
    let all: Vec<Arc<dyn Factor>> = vec![
        Arc::new(passkeys.clone()),
        Arc::new(time_codes.clone()),
        Arc::new(RecoveryCodes),
    ];
    Factors::from(all)
}
