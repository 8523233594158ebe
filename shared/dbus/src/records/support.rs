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
