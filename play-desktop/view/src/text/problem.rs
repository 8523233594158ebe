//! Codes of errors and of failed jobs, as sentences: what happened, and what to do.

use super::{Locale, i18n::td_string};
use migasfree_play_records::ResultCode;

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

/// The words for the code of a job that ended, or of a call that was refused.
pub fn problem(code: &str, locale: Locale) -> Problem {
    of_job(ResultCode::parse(code), locale).unwrap_or_else(|| of_call(code, locale))
}

fn of_job(code: ResultCode, locale: Locale) -> Option<Problem> {
    Some(match code {
        ResultCode::NotAuthorized => words!(locale, not_authorized_title, not_authorized_text),
        ResultCode::NoAgent => words!(locale, no_agent_title, no_agent_text),
        ResultCode::Offline => words!(locale, offline_title, offline_text),
        ResultCode::Server => words!(locale, server_error_title, server_error_text),
        ResultCode::LockTimeout => words!(locale, locked_title, locked_text),
        ResultCode::NotFound => words!(locale, not_found_title, not_found_text),
        ResultCode::DiskFull => words!(locale, disk_full_title, disk_full_text),
        ResultCode::Download => words!(locale, download_title, download_text),
        ResultCode::Conflict => words!(locale, conflict_title, conflict_text),
        ResultCode::Dependency => words!(locale, dependency_title, dependency_text),
        ResultCode::Untrusted => words!(locale, untrusted_title, untrusted_text),
        ResultCode::Backend => words!(locale, backend_title, backend_text),
        ResultCode::PackagesFailed => words!(locale, packages_failed_title, packages_failed_text),
        ResultCode::DevicesFailed => words!(locale, devices_failed_title, devices_failed_text),
        ResultCode::HookFailed => words!(locale, hook_failed_title, hook_failed_text),
        ResultCode::MetadataFailed => words!(locale, metadata_failed_title, metadata_failed_text),
        ResultCode::Interrupted => words!(locale, interrupted_title, interrupted_text),
        ResultCode::Policy | ResultCode::BlockedApp => words!(locale, policy_title, policy_text),
        ResultCode::Ok
        | ResultCode::NothingToDo
        | ResultCode::ByUser
        | ResultCode::ByAdmin
        | ResultCode::Superseded
        | ResultCode::Internal
        | ResultCode::Unknown => return None,
    })
}

fn of_call(code: &str, locale: Locale) -> Problem {
    match code {
        "auth-cancelled" => words!(locale, auth_cancelled_title, auth_cancelled_text),
        "not-registered" => words!(locale, not_registered_title, not_registered_text),
        "server-error" => words!(locale, server_error_title, server_error_text),
        "busy" => words!(locale, busy_title, busy_text),
        "locked" => words!(locale, locked_title, locked_text),
        "invalid-argument" => words!(locale, invalid_argument_title, invalid_argument_text),
        "not-available" => words!(locale, not_available_title, not_available_text),
        "not-cancellable" => words!(locale, not_cancellable_title, not_cancellable_text),
        "backend-missing" => words!(locale, backend_missing_title, backend_missing_text),
        "unsupported" => words!(locale, unsupported_title, unsupported_text),
        "no-requests" => words!(locale, no_requests_title, no_requests_text),
        "limit-exceeded" => words!(locale, limit_exceeded_title, limit_exceeded_text),
        "daemon-missing" => words!(locale, daemon_missing_title, daemon_missing_text),
        "no-browser" => words!(locale, no_browser_title, no_browser_text),
        "no-language" => words!(locale, no_language_title, no_language_text),
        _ => words!(locale, internal_title, internal_text),
    }
}
