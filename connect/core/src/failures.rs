//! What relay and computer say against a session, in words that say what to do next.

use migasfree_tunnel::message::{Code, Failure};

use crate::texts::Text;
use crate::trouble::{Kind, Trouble};

/// What is said of a failure about a computer.
#[must_use]
pub fn trouble(failure: &Failure, computer: &str) -> Trouble {
    let (kind, text) = of(failure.code);
    let values = text.declared().args.iter().map(|name| match *name {
        "computer" => computer,
        _ => failure.text.as_str(),
    });
    let values: Vec<&str> = values.collect();
    Trouble::of(kind, text, &values)
}

const fn of(code: Code) -> (Kind, Text) {
    match code {
        Code::Offline => (Kind::Offline, Text::FailureOffline),
        Code::Refused => (Kind::Denied, Text::FailureRefused),
        Code::NobodyThere => (Kind::Denied, Text::FailureNobodyThere),
        Code::NoRight => (Kind::Denied, Text::FailureNoRight),
        Code::Policy => (Kind::Denied, Text::FailurePolicy),
        Code::Expired => (Kind::Denied, Text::FailureExpired),
        Code::Used => (Kind::Denied, Text::FailureUsed),
        Code::Unknown => (Kind::Failed, Text::FailureUnknown),
        Code::Busy => (Kind::Offline, Text::FailureBusy),
        Code::Limit => (Kind::Denied, Text::FailureLimit),
        Code::NotReachable => (Kind::Failed, Text::FailureNotReachable),
        Code::NoSuchUser => (Kind::Failed, Text::FailureNoSuchUser),
        Code::EndedByPerson => (Kind::Denied, Text::FailureEndedByPerson),
        Code::EndedByOperator => (Kind::Denied, Text::FailureEndedByOperator),
        Code::Revoked => (Kind::Denied, Text::FailureRevoked),
        Code::Replaced => (Kind::Failed, Text::FailureReplaced),
        Code::Draining => (Kind::Offline, Text::FailureDraining),
        Code::Protocol => (Kind::Failed, Text::FailureProtocol),
        Code::Lost => (Kind::Offline, Text::FailureLost),
        Code::Failed => (Kind::Failed, Text::FailureFailed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_computer_and_why() {
        let failure = Failure::new(Code::NotReachable, "connection refused");
        let trouble = trouble(&failure, "room4");
        assert_eq!(
            trouble.message.text,
            "Nothing answers there at room4: connection refused"
        );
        assert_eq!(trouble.message.code, "FailureNotReachable");
        let failure = Failure::new(Code::Offline, "no agent");
        assert_eq!(super::trouble(&failure, "room4").kind, Kind::Offline);
    }
}
