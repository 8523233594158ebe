//! From errors of the bus to the codes the view explains.

use migasfree_play_records::Fault;
use zbus::fdo;

/// What the daemon or the bus answered, as a code of the view.
pub fn fault(error: migasfree_dbus::Error) -> Fault {
    match (error.code(), error) {
        (Some(code), error) => Fault::saying(&kebab(code), error.message()),
        (None, migasfree_dbus::Error::ZBus(error)) => bus_fault(&error),
        (None, error) => Fault::saying("internal", error.message()),
    }
}

/// What the bus itself answered.
pub fn bus_fault(error: &zbus::Error) -> Fault {
    Fault::new(bus_code(error), error.to_string())
}

fn bus_code(error: &zbus::Error) -> &'static str {
    match error {
        zbus::Error::InputOutput(_) | zbus::Error::Address(_) | zbus::Error::Handshake(_) => {
            "daemon-missing"
        }
        zbus::Error::FDO(error) => match **error {
            fdo::Error::UnknownObject(_) => "not-found",
            fdo::Error::UnknownMethod(_)
            | fdo::Error::UnknownInterface(_)
            | fdo::Error::UnknownProperty(_) => "unsupported",
            fdo::Error::AccessDenied(_) | fdo::Error::AuthFailed(_) => "not-authorized",
            fdo::Error::ServiceUnknown(_)
            | fdo::Error::NameHasNoOwner(_)
            | fdo::Error::NoReply(_)
            | fdo::Error::Disconnected(_)
            | fdo::Error::NoServer(_)
            | fdo::Error::TimedOut(_)
            | fdo::Error::Timeout(_)
            | fdo::Error::SpawnExecFailed(_)
            | fdo::Error::SpawnForkFailed(_)
            | fdo::Error::SpawnChildExited(_)
            | fdo::Error::SpawnChildSignaled(_)
            | fdo::Error::SpawnFailed(_)
            | fdo::Error::SpawnFailedToSetup(_)
            | fdo::Error::SpawnConfigInvalid(_)
            | fdo::Error::SpawnServiceNotValid(_)
            | fdo::Error::SpawnServiceNotFound(_)
            | fdo::Error::SpawnPermissionsInvalid(_)
            | fdo::Error::SpawnFileInvalid(_)
            | fdo::Error::SpawnNoMemory(_) => "daemon-missing",
            _ => "internal",
        },
        _ => "internal",
    }
}

/// Nobody can be asked.
pub fn daemon_missing() -> Fault {
    Fault::new("daemon-missing", "there is no connection to the bus")
}

/// Something of Play's own failed.
pub fn internal(error: impl std::fmt::Display) -> Fault {
    Fault::new("internal", error.to_string())
}

/// `NotAuthorized` as `not-authorized`.
fn kebab(name: &str) -> String {
    let mut word = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.extend(letter.to_lowercase());
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use migasfree_dbus::Message;

    #[test]
    fn the_daemons_names_become_codes() {
        let said = Message {
            code: "NotAllowed".into(),
            ..Message::verbatim("no")
        };
        let refused = migasfree_dbus::Error::NotAuthorized(said.clone());
        assert_eq!(fault(refused), Fault::saying("not-authorized", said));
    }

    #[test]
    fn a_daemon_that_is_not_there_is_told_from_one_that_fails() {
        let gone = fdo::Error::ServiceUnknown(String::new());
        assert_eq!(
            bus_code(&zbus::Error::FDO(Box::new(gone))),
            "daemon-missing"
        );
        let broken = fdo::Error::Failed(String::new());
        assert_eq!(bus_code(&zbus::Error::FDO(Box::new(broken))), "internal");
    }
}
