//! What every floor above speaks of: jobs and what they tell, what server and computer say to each other, and where things
//! are. Nothing here acts.

pub mod job;
pub mod observer;
pub mod paths;

pub use migasfree_types::computer as messages;

// The floor below, under the name it has here.
use migasfree_client_system::random;
