//! What has to be asked before somebody may help: the grant says it, and whoever runs this computer may want more.

use std::time::Duration;

use migasfree_grant::{Consent, Grant, Mode, Service, Switches};

use crate::config::RemoteSupport;
use crate::texts::Text;

/// How long a question stays open that the server did not want asked.
const USUAL: u32 = 30;
/// What a question stays open for at most, seconds.
const LONGEST: u32 = 600;

/// What comes before a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The person is asked; without an answer it is yes where `allows` says so.
    Ask { seconds: u32, allows: bool },
    /// Somebody has to be there who sees that it goes on.
    Tell,
    /// Nothing.
    Nothing,
    /// There is no session.
    Refuse(Text),
}

/// The stricter of what the computer and the grant say.
pub(super) fn wanted(local: RemoteSupport, grant: Consent) -> Wanted {
    let asked = |seconds: u32, allows| Wanted::Ask {
        seconds: seconds.clamp(1, LONGEST),
        allows,
    };
    match (local, grant) {
        (RemoteSupport::Off, _) => Wanted::Refuse(Text::RemoteOff),
        (_, Consent::Deny) => Wanted::Refuse(Text::RemotePolicy),
        (_, Consent::Ask { seconds }) | (RemoteSupport::Ask, Consent::AskThenAllow { seconds }) => {
            asked(seconds, false)
        }
        (RemoteSupport::Ask, Consent::Notify | Consent::Unattended) => asked(USUAL, false),
        (_, Consent::AskThenAllow { seconds }) => asked(seconds, true),
        (_, Consent::Notify) | (RemoteSupport::Notify, Consent::Unattended) => Wanted::Tell,
        (RemoteSupport::Server, Consent::Unattended) => Wanted::Nothing,
    }
}

/// What a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Allow,
    View,
    Deny,
}

impl Answer {
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "allow" => Self::Allow,
            "view" => Self::View,
            "deny" => Self::Deny,
            _ => return None,
        })
    }
}

/// The mode in which nothing can be changed, where the service has one.
pub(super) fn lowered(grant: &Grant) -> Option<Mode> {
    match (grant.service, grant.mode) {
        (Service::Screen, Mode::Control) => Some(Mode::View),
        (Service::Files, Mode::ReadWrite) => Some(Mode::Read),
        _ => None,
    }
}

/// What else is allowed in this mode: who only looks on changes no clipboard either.
pub(super) fn switches(grant: &Grant, mode: Mode) -> Switches {
    let looks_on = (grant.service, mode) == (Service::Screen, Mode::View);
    Switches {
        clipboard_in: grant.switches.clipboard_in && !looks_on,
        ..grant.switches
    }
}

pub(super) fn time(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

#[cfg(test)]
mod tests {
    use migasfree_grant::{OperatorIdentity, Recording, Strength};

    use super::*;

    const GRANTS: [Consent; 5] = [
        Consent::Ask { seconds: 9 },
        Consent::AskThenAllow { seconds: 9 },
        Consent::Notify,
        Consent::Unattended,
        Consent::Deny,
    ];

    #[test]
    fn nothing_goes_where_it_is_switched_off_and_everything_is_asked_where_that_is_wanted() {
        for grant in GRANTS {
            let off = wanted(RemoteSupport::Off, grant);
            assert_eq!(off, Wanted::Refuse(Text::RemoteOff));
            let asked = wanted(RemoteSupport::Ask, grant);
            let strict = matches!(asked, Wanted::Ask { allows: false, .. });
            assert!(strict || grant == Consent::Deny, "{grant:?}: {asked:?}");
        }
    }

    #[test]
    fn who_only_looks_on_changes_no_clipboard() {
        let clipboard = Switches {
            clipboard_in: true,
            clipboard_out: true,
            ..Switches::default()
        };
        let grant = Grant {
            session: String::new(),
            issued: 0,
            expires: 0,
            ends: 0,
            operator: OperatorIdentity {
                id: 1,
                name: String::new(),
                strength: Strength::Password,
            },
            computer: 1,
            key: String::new(),
            service: Service::Screen,
            mode: Mode::Control,
            user: None,
            port: None,
            switches: clipboard,
            consent: GRANTS[0],
            recording: Recording::None,
            reason: String::new(),
            ticket: String::new(),
        };
        assert_eq!(switches(&grant, Mode::Control), clipboard);
        let looking = switches(&grant, Mode::View);
        assert!(looking.clipboard_out && !looking.clipboard_in);
    }

    #[test]
    fn the_computer_never_allows_more_than_the_grant() {
        for local in [RemoteSupport::Notify, RemoteSupport::Server] {
            let ask = Wanted::Ask {
                seconds: 9,
                allows: false,
            };
            assert_eq!(wanted(local, GRANTS[0]), ask);
            assert_eq!(wanted(local, Consent::Notify), Wanted::Tell);
            let denied = wanted(local, Consent::Deny);
            assert_eq!(denied, Wanted::Refuse(Text::RemotePolicy));
        }
        let told = wanted(RemoteSupport::Notify, Consent::Unattended);
        assert_eq!(told, Wanted::Tell);
        let nothing = wanted(RemoteSupport::Server, Consent::Unattended);
        assert_eq!(nothing, Wanted::Nothing);
    }
}
