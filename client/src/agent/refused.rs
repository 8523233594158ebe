//! What the daemon refuses, as it is said to whoever wanted it.

use migasfree_dbus::Error;
use migasfree_tunnel::message::{Code, Failure};

/// A refusal of the daemon by its code.
pub(super) fn failure(error: &Error) -> Failure {
    let message = error.message();
    let code = match message.code.as_ref() {
        "RemoteOff" | "RemotePolicy" | "RemoteNotOffered" => Code::Policy,
        "RemoteDenied" => Code::Refused,
        "RemoteNobody" => Code::NobodyThere,
        "RemoteGrant" | "RemoteOtherComputer" | "RemoteNotGranted" | "RemoteCannotBecome" => {
            Code::NoRight
        }
        "RemoteExpired" => Code::Expired,
        "RemoteUsed" => Code::Used,
        "RemoteNoSession" => Code::Unknown,
        "RemoteNoUser" => Code::NoSuchUser,
        "RemoteNoPort" | "RemoteNoScreen" => Code::NotReachable,
        "RemoteLimit" => Code::Limit,
        _ => Code::Failed,
    };
    Failure::new(code, message.text)
}

/// The reason of an end, by its word.
pub(super) fn reason(word: &str) -> Failure {
    let code = serde_json::from_value(word.into()).unwrap_or(Code::Failed);
    Failure::new(code, "the session is over")
}

/// The word of a reason.
pub(super) fn word(code: Code) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
