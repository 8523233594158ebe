//! Codes of errors and of failed jobs, as sentences: what happened, and what to do.

use super::{Locale, i18n::td_string};

/// A problem in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What happened.
    pub title: &'static str,
    /// What it means and what to do.
    pub text: &'static str,
}

macro_rules! words {
    ($locale:expr, $title:ident, $text:ident) => {
        Problem {
            title: td_string!($locale, problem.$title),
            text: td_string!($locale, problem.$text),
        }
    };
}

/// The words for a code.
pub fn problem(code: &str, locale: Locale) -> Problem {
    match code {
        "not-authorized" => words!(locale, not_authorized_title, not_authorized_text),
        "no-agent" => words!(locale, no_agent_title, no_agent_text),
        "auth-cancelled" => words!(locale, auth_cancelled_title, auth_cancelled_text),
        "not-registered" => words!(locale, not_registered_title, not_registered_text),
        "offline" => words!(locale, offline_title, offline_text),
        "server-error" | "server" => words!(locale, server_error_title, server_error_text),
        "busy" => words!(locale, busy_title, busy_text),
        "locked" | "lock-timeout" => words!(locale, locked_title, locked_text),
        "invalid-argument" => words!(locale, invalid_argument_title, invalid_argument_text),
        "not-found" => words!(locale, not_found_title, not_found_text),
        "not-available" => words!(locale, not_available_title, not_available_text),
        "not-cancellable" => words!(locale, not_cancellable_title, not_cancellable_text),
        "backend-missing" => words!(locale, backend_missing_title, backend_missing_text),
        "unsupported" => words!(locale, unsupported_title, unsupported_text),
        "no-requests" => words!(locale, no_requests_title, no_requests_text),
        "limit-exceeded" => words!(locale, limit_exceeded_title, limit_exceeded_text),
        "daemon-missing" => words!(locale, daemon_missing_title, daemon_missing_text),
        "disk-full" => words!(locale, disk_full_title, disk_full_text),
        "download" => words!(locale, download_title, download_text),
        "conflict" => words!(locale, conflict_title, conflict_text),
        "dependency" => words!(locale, dependency_title, dependency_text),
        "untrusted" => words!(locale, untrusted_title, untrusted_text),
        "backend" => words!(locale, backend_title, backend_text),
        "packages-failed" => words!(locale, packages_failed_title, packages_failed_text),
        "devices-failed" => words!(locale, devices_failed_title, devices_failed_text),
        "hook-failed" => words!(locale, hook_failed_title, hook_failed_text),
        "metadata-failed" => words!(locale, metadata_failed_title, metadata_failed_text),
        "no-browser" => words!(locale, no_browser_title, no_browser_text),
        "interrupted" => words!(locale, interrupted_title, interrupted_text),
        "policy" | "blocked-app" => words!(locale, policy_title, policy_text),
        _ => words!(locale, internal_title, internal_text),
    }
}
