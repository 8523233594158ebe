//! What somebody may be allowed to do on computers they see. Nothing of it comes with anything else.

use migasfree_grant::{Mode, Service};
use migasfree_server_auth::Operator;

/// What the permissions are of, beside the entities.
pub const MODEL: (&str, &str) = ("remote", "right");

macro_rules! rights {
    ($($(#[$doc:meta])* $right:ident = $name:literal),+ $(,)?) => {
        $($(#[$doc])* pub const $right: &str = concat!("remote.", $name);)+

        /// The names of all of them, without what they are of.
        pub const NAMES: &[&str] = &[$($name),+];
    };
}

rights! {
    /// Seeing which computers are there.
    VIEW_PRESENCE = "view_presence",
    /// Seeing a screen.
    VIEW_SCREEN = "view_screen",
    /// Using mouse and keyboard of a screen.
    CONTROL_SCREEN = "control_screen",
    /// A terminal of a person's account.
    OPEN_TERMINAL = "open_terminal",
    /// A terminal of root.
    OPEN_ADMIN_TERMINAL = "open_admin_terminal",
    /// Fetching files.
    READ_FILES = "read_files",
    /// Sending files.
    WRITE_FILES = "write_files",
    /// Reaching a service of the computer.
    FORWARD_PORT = "forward_port",
    /// Going in without asking the person there.
    ACT_UNATTENDED = "act_unattended",
    /// Going in without being recorded.
    SKIP_RECORDING = "skip_recording",
    /// Joining the sessions of others.
    WATCH_SESSIONS = "watch_sessions",
    /// Ending the sessions of others.
    END_SESSIONS = "end_sessions",
    /// Playing what was recorded.
    PLAY_RECORDINGS = "play_recordings",
    /// Having computers synchronize.
    RUN_SYNC = "run_sync",
    /// Having computers tell their inventory.
    RUN_INVENTORY = "run_inventory",
    /// Showing messages.
    RUN_MESSAGE = "run_message",
    /// Locking the sessions of people.
    RUN_LOCK = "run_lock",
    /// Restarting computers.
    RUN_REBOOT = "run_reboot",
    /// Switching computers off.
    RUN_SHUTDOWN = "run_shutdown",
    /// Waking computers.
    RUN_WAKE = "run_wake",
}

/// The account that may do anything.
pub(super) const ROOT: &str = "root";

/// The rights that a service in a mode takes; `None` where there is no such thing.
pub(super) fn needed(service: Service, mode: Mode, account: &str) -> Option<Vec<&'static str>> {
    let mut needed = match (service, mode) {
        (Service::Terminal, Mode::User) => vec![OPEN_TERMINAL],
        (Service::Terminal, Mode::Administrator) => vec![OPEN_ADMIN_TERMINAL],
        (Service::Screen, Mode::View) => vec![VIEW_SCREEN],
        (Service::Screen, Mode::Control) => vec![CONTROL_SCREEN],
        (Service::Files, Mode::Read) => vec![READ_FILES],
        (Service::Files, Mode::Write) => vec![WRITE_FILES],
        (Service::Files, Mode::ReadWrite) => vec![READ_FILES, WRITE_FILES],
        (Service::Port, Mode::Control) => vec![FORWARD_PORT],
        _ => return None,
    };
    // Whoever writes the files of root has a terminal of root.
    if account == ROOT && !needed.contains(&OPEN_ADMIN_TERMINAL) {
        needed.push(OPEN_ADMIN_TERMINAL);
    }
    Some(needed)
}

/// Whether an operator may ask for anything at all.
pub(super) fn may_ask(operator: &Operator) -> bool {
    const WAYS: [&str; 7] = [
        VIEW_SCREEN,
        CONTROL_SCREEN,
        OPEN_TERMINAL,
        OPEN_ADMIN_TERMINAL,
        READ_FILES,
        WRITE_FILES,
        FORWARD_PORT,
    ];
    WAYS.into_iter().any(|right| operator.may(right))
}

/// The first of some rights that an operator has not.
pub(super) fn lacking<'a>(operator: &Operator, needed: &[&'a str]) -> Option<&'a str> {
    needed.iter().copied().find(|right| !operator.may(right))
}
