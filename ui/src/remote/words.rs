//! What there is to say about sessions.
use crate::text::{t, tf};
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

/// Which ways files go.
pub fn mode(mode: &str) -> &'static str {
    match mode {
        "read" => t!(remote.files_read),
        "write" => t!(remote.files_write),
        _ => t!(remote.files_read_write),
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

/// Why nothing came of something with a file.
pub fn file_failure(failure: &Failure) -> String {
    match failure.code {
        Code::Unknown => return t!(remote.file_not_there).to_owned(),
        Code::Failed => {}
        _ => return self::failure(failure),
    }
    let known = match number(&failure.text) {
        Some(1 | 13) => t!(remote.file_no_permission),
        Some(17 | 20 | 21) => t!(remote.file_other_kind),
        Some(26 | 116) => t!(remote.file_changed),
        Some(27) => t!(remote.file_beyond),
        Some(28 | 122) => t!(remote.file_disk_full),
        Some(30) => t!(remote.file_read_only),
        Some(36) => t!(remote.file_long_name),
        _ if CHANGED.iter().any(|words| failure.text.contains(words)) => t!(remote.file_changed),
        _ if failure.text == NO_FILE => t!(remote.file_other_kind),
        _ => return tf!(remote.file_failed, why = failure.text),
    };
    known.to_owned()
}

/// What the computer says of files that are no longer those that were meant.
const CHANGED: [&str; 3] = [
    "shorter than",
    "its hash is another one",
    "unexpected end of file",
];
/// The same of what is none.
const NO_FILE: &str = "this is not a file";

/// The number that Linux has for what went wrong, where the computer said it: `Permission denied (os error 13)`.
fn number(text: &str) -> Option<u32> {
    let (_, number) = text.rsplit_once("(os error ")?;
    number.strip_suffix(')')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_of_a_computer_says_is_said_in_plain_words() {
        let said = |code, text: &str| file_failure(&Failure::new(code, text));
        let permission = said(Code::Failed, "Permission denied (os error 13)");
        assert_eq!(permission, t!(remote.file_no_permission));
        let full = said(Code::Failed, "No space left on device (os error 28)");
        assert_eq!(full, t!(remote.file_disk_full));
        let changed = "what came is not what was said: its hash is another one";
        assert_eq!(said(Code::Failed, changed), t!(remote.file_changed));
        assert_eq!(said(Code::Unknown, ""), t!(remote.file_not_there));
        assert_eq!(said(Code::NoRight, ""), t!(remote.failed_no_right));
        assert!(said(Code::Failed, "the moon is full").contains("the moon is full"));
    }
}
