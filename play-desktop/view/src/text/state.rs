//! What the state of an application means, in words.

use super::{Locale, filled, i18n::td_string};
use migasfree_play_records::{AppState, StateInfo};

/// The word on the state button.
pub fn state_label(state: AppState, locale: Locale) -> &'static str {
    match state {
        AppState::Queued => td_string!(locale, button.waiting),
        AppState::Installing | AppState::Removing => td_string!(locale, button.starting),
        AppState::Required => td_string!(locale, button.required),
        AppState::UpdateAvailable => td_string!(locale, button.update),
        AppState::Installed => td_string!(locale, button.installed),
        AppState::PartlyInstalled => td_string!(locale, button.repair),
        AppState::Broken => td_string!(locale, button.again),
        AppState::NotAvailable => td_string!(locale, button.unavailable),
        AppState::Information => td_string!(locale, hint.information),
        AppState::NeedsAdmin | AppState::Available => td_string!(locale, button.get),
    }
}

/// Why an application is in its state; empty when there is nothing to explain.
pub fn hint(info: &StateInfo, locale: Locale) -> String {
    match info.state {
        AppState::Required => match info.policies.first() {
            Some(policy) => filled!(locale, hint.required_by, policy = policy.clone()),
            None => td_string!(locale, hint.required).to_string(),
        },
        AppState::NotAvailable => not_available(info, locale),
        AppState::PartlyInstalled => td_string!(locale, hint.partial).to_string(),
        AppState::Broken => {
            filled!(locale, hint.broken, packages = info.missing.join(", "))
        }
        AppState::NeedsAdmin => td_string!(locale, hint.needs_admin).to_string(),
        AppState::UpdateAvailable => td_string!(locale, hint.update).to_string(),
        _ => String::new(),
    }
}

fn not_available(info: &StateInfo, locale: Locale) -> String {
    if info.reason == "policy-forbids" {
        return match info.policies.first() {
            Some(policy) => filled!(locale, hint.forbidden_by, policy = policy.clone()),
            None => td_string!(locale, hint.forbidden).to_string(),
        };
    }
    match info.missing.as_slice() {
        [] => td_string!(locale, problem.not_available_title).to_string(),
        [one] => filled!(locale, hint.missing_single, name = one.clone()),
        many => filled!(locale, hint.missing_many, count = many.len()),
    }
}
