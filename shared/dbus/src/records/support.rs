//! Somebody who helps from afar.

use crate::wire::record;

record! {
    /// A session of remote support, as the person at this computer is told of it.
    pub struct SupportRecord {
        /// Its id (`s`).
        pub session: String,
        /// Who helps (`s`).
        pub operator: String,
        /// With what: `terminal`, `screen`, `files`, `port` or `action` (`s`).
        pub service: String,
        /// What they may do: `view`, `control`, `user`, `administrator`, `read`, `write`, `read_write` (`s`).
        pub mode: String,
        /// Why (`s`), maybe empty.
        pub reason: String,
        /// Number of the ticket (`s`), maybe empty.
        pub ticket: String,
        /// Whether it is recorded (`b`).
        pub recorded: bool,
        /// Whether less than was asked for can be allowed: the answer `view` (`b`).
        pub can_be_lowered: bool,
    }
}

record! {
    /// Something that the helpdesk has the person at this computer told.
    pub struct MessageRecord {
        /// What it is about: `message`, `reboot` or `shutdown` (`s`).
        pub kind: String,
        /// Who says it (`s`).
        pub operator: String,
        /// Why (`s`), maybe empty.
        pub reason: String,
        /// Its title (`s`), empty but for a message.
        pub title: String,
        /// What it says (`s`), maybe empty.
        pub text: String,
        /// How many minutes there are until the computer goes down (`u`).
        pub minutes: u32,
    }
}

record! {
    /// An action that the helpdesk ordered.
    pub struct ActionRecord {
        /// Its id (`s`).
        pub execution: String,
        /// What was ordered: `sync`, `inventory`, `message`, `lock`, `reboot`, `shutdown` or `wake` (`s`).
        pub verb: String,
        /// Who ordered it (`s`).
        pub operator: String,
        /// Why (`s`), maybe empty.
        pub reason: String,
        /// How far it is: `running`, `succeeded`, `failed`, `timed_out` or `refused` (`s`).
        pub state: String,
        /// When it came, Unix seconds (`x`).
        pub begun: i64,
        /// When it was over, Unix seconds (`x`).
        pub ended: Option<i64>,
        /// What is said of its end, in English (`s`), maybe empty.
        pub said: String,
    }
}
