//! Having computers do something once: what there is to be done, asking for it, and what came of it.
mod asking;
mod executions;
mod output;
mod verbs;

pub use asking::{Ask, Whom};
pub use executions::Executions;
pub use output::Output;
pub use verbs::{Verb, allowed, state, states, verb_choices, verb_label, words};
