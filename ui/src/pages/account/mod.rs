//! What is of one's own account: getting in, step by step, and what one has for that.
mod api_keys;
mod app_codes;
mod by_passkey;
mod certificate;
mod device;
mod factors;
mod links;
mod others;
mod passkeys;
mod permissions;
mod programs;
mod proof;
mod recovery;
mod reset;
mod security;
mod sessions;
mod step;
mod step_up;
mod whose;

pub use reset::RESET;
pub use step_up::StepUp;

use crate::api::session::Step;
use by_passkey::ByPasskey;
use device::Device;
use leptos::prelude::*;
use migasfree_types::rest::session::SessionUser;
use others::Others;
use reset::{Forgotten, Reset};
use security::Security;
use step::NextStep;

/// A view of the part.
#[derive(Clone)]
pub enum Account {
    /// What is needed besides a password.
    Step(Step, Ways),
    /// Signing in with a passkey and nothing else.
    Passkey(Ways),
    /// A link by mail, for who forgot their password.
    Forgotten(Ways),
    /// Another password, with such a link.
    Reset,
    /// How safe the account is.
    Security,
    /// How somebody else signs in: their id, and what they are called.
    Of(i64, String),
    /// Letting a program in.
    Device,
}

/// Where signing in goes on.
#[derive(Clone, Copy)]
pub struct Ways {
    /// They are in.
    pub done: Callback<SessionUser>,
    /// Back to the password.
    pub back: Callback<()>,
}

/// Draws one.
pub fn draw(what: Account) -> AnyView {
    match what {
        Account::Step(step, ways) => view! { <NextStep step ways /> }.into_any(),
        Account::Passkey(ways) => view! { <ByPasskey ways /> }.into_any(),
        Account::Forgotten(ways) => view! { <Forgotten ways /> }.into_any(),
        Account::Reset => view! { <Reset /> }.into_any(),
        Account::Security => view! { <Security /> }.into_any(),
        Account::Of(id, name) => view! { <Others id name /> }.into_any(),
        Account::Device => view! { <Device /> }.into_any(),
    }
}
