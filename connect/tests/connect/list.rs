//! Computers and sessions, in words and in JSON.

use serde_json::Value;

use crate::program::Person;
use crate::server::{Behaviour, Server};

#[tokio::test]
async fn computers_are_listed_with_who_is_connected() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    let all = person.run(&["list"], b"").await;
    assert!(
        all.output.contains("room4") && all.output.contains("room14"),
        "{}",
        all.output
    );
    let online = person.run(&["list", "--online", "--json"], b"").await;
    let online: Value = serde_json::from_str(&online.output).unwrap();
    assert_eq!(online.as_array().unwrap().len(), 1);
    assert_eq!(online[0]["computer"], 4);
    assert_eq!(online[0]["name"], "room4");
    let none = person.run(&["search", "cellar"], b"").await;
    assert_eq!((none.status, none.output.as_str()), (0, ""));
}

#[tokio::test]
async fn sessions_are_listed() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    let words = person.run(&["sessions", "list"], b"").await;
    for cell in ["17", "room4", "ana", "active"] {
        assert!(words.output.contains(cell), "{}", words.output);
    }
}

#[tokio::test]
async fn a_recording_is_played() {
    let person = Person::new();
    let file = person.home().join("x.cast");
    let text = "{\"version\":2,\"width\":80,\"height\":24}\n[0.01,\"o\",\"hello\"]\n";
    std::fs::write(&file, text).unwrap();
    let played = person.run(&["sessions", "play", "x.cast"], b"").await;
    assert!(played.output.starts_with("hello"), "{:?}", played.output);
}
