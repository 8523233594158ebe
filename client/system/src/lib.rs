//! What of the computer itself the client uses: processes and the units of systemd, files, locks, the clock, randomness, and
//! the two streams of a program. Nothing here knows of packages, servers or jobs.

mod cancel;
pub mod clock;
pub mod files;
pub mod lock;
pub mod output;
pub mod process;
pub mod random;

pub use cancel::Cancel;
