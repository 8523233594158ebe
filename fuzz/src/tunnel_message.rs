//! Reads messages: what is read reads the same once it is written.

use std::fmt::Debug;

use migasfree_tunnel::files::{FileAnswer, FileRequest, Stored};
use migasfree_tunnel::message::{self, Control, Failure, GoAway, Hello, Open, Opened};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Runs one input.
pub fn run(input: &[u8]) {
    again::<Hello>(input);
    again::<Control>(input);
    again::<Open>(input);
    again::<Opened>(input);
    again::<Failure>(input);
    again::<GoAway>(input);
    again::<FileRequest>(input);
    again::<FileAnswer>(input);
    again::<Stored>(input);
}

fn again<T: DeserializeOwned + Serialize + PartialEq + Debug>(input: &[u8]) {
    if let Ok(read) = message::read::<T>(input) {
        let written = message::write(&read);
        let again = serde_json::from_slice::<T>(&written);
        assert_eq!(again.expect("what was written can be read"), read);
    }
}
