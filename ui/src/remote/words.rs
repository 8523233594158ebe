//! What there is to say about sessions.
use crate::text::t;
use migasfree_tunnel::message::{Code, Failure};
use migasfree_ui_kit::Tone;

/// Whether the person at the computer has a say.
pub fn consent(consent: &str) -> &'static str {
    match consent {
        "ask" => t!(remote.consent_ask),
        "ask_then_allow" => t!(remote.consent_ask_then_allow),
        "notify" => t!(remote.consent_notify),
        "unattended" => t!(remote.consent_unattended),
        _ => "",
    }
}

/// Why there is no session, or no longer, and what to do about it.
pub fn failure(failure: &Failure) -> String {
    let known = match failure.code {
        Code::Offline => t!(remote.failed_offline),
        Code::Refused => t!(remote.failed_refused),
        Code::NobodyThere => t!(remote.failed_nobody),
        Code::NoRight => t!(remote.failed_no_right),
        Code::Policy => t!(remote.failed_policy),
        Code::Expired | Code::Used => t!(remote.failed_expired),
        Code::Busy | Code::Limit => t!(remote.failed_limit),
        Code::NotReachable => t!(remote.failed_not_reachable),
        Code::NoSuchUser => t!(remote.failed_no_such_user),
        Code::EndedByPerson => t!(remote.failed_ended_by_person),
        Code::EndedByOperator => t!(remote.failed_ended_by_operator),
        Code::Revoked => t!(remote.failed_revoked),
        Code::Replaced | Code::Draining | Code::Lost => t!(remote.failed_lost),
        Code::Unknown | Code::Protocol | Code::Failed => t!(remote.failed),
    };
    match failure.code {
        Code::Unknown | Code::Protocol | Code::Failed if !failure.text.is_empty() => {
            format!("{known} ({})", failure.text)
        }
        _ => known.to_owned(),
    }
}

/// Whether that was meant.
pub fn tone(failure: &Failure) -> Tone {
    match failure.code {
        Code::EndedByOperator => Tone::Info,
        _ => Tone::Warning,
    }
}
