//! Who holds background jobs back.

use crate::wire::record;

record! {
    /// Somebody who holds background jobs back.
    pub struct InhibitorRecord {
        /// The user (`u`).
        pub uid: u32,
        /// The process that asked for it (`u`), 0 when unknown.
        pub pid: u32,
        /// Its name (`s`), empty when unknown.
        pub program: String,
        /// Why (`s`); told to the user and to who may read the jobs of others.
        pub why: String,
        /// Since when, Unix seconds (`x`).
        pub since: i64,
        /// When it ends at the latest, Unix seconds (`x`).
        pub until: i64,
    }
}
