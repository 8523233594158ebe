//! Orders, what is told of them, and how the program ends.

use serde_json::{Value, json};

use crate::program::Person;
use crate::server::{Behaviour, Server};

#[tokio::test]
async fn an_order_is_given_with_all_that_it_takes() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    let computer = |mut wanted: Value| {
        wanted["computer"] = 4.into();
        wanted
    };
    for (words, wanted) in [
        (
            ["sync"].as_slice(),
            json!({"verb": "sync", "parameters": {}}),
        ),
        (
            &[
                "message",
                "They are back.",
                "--title",
                "Printers",
                "--reason",
                "4711",
            ],
            json!({
                "verb": "message", "reason": "4711",
                "parameters": {"title": "Printers", "text": "They are back."},
            }),
        ),
        (
            &["reboot", "--delay", "10", "--expires", "2027-01-31 18:00"],
            json!({
                "verb": "reboot", "expires_at": "2027-01-31 18:00",
                "parameters": {"delay_minutes": 10, "text": ""},
            }),
        ),
        (
            &["shutdown", "--text", "New lamps"],
            json!({"verb": "shutdown", "parameters": {"text": "New lamps"}}),
        ),
    ] {
        let words = [["action", "room4"].as_slice(), words].concat();
        let ended = person.run(&words, b"").await;
        assert_eq!(ended.status, 0, "{}", ended.said);
        assert_eq!(server.asked(), computer(wanted));
        assert!(ended.said.contains("actions room4"), "{}", ended.said);
    }
    let json = person
        .run(&["action", "room4", "lock", "--json"], b"")
        .await;
    let json: Value = serde_json::from_str(&json.output).unwrap();
    assert_eq!(json["id"], 7);
}

#[tokio::test]
async fn who_waits_sees_what_comes_out_and_the_program_ends_as_the_order_did() {
    for (state, status, word) in [
        ("succeeded", 0, "did it"),
        ("failed", 61, "could not do it"),
        ("refused", 13, "does not allow it"),
        ("timed_out", 75, "could not begin in time"),
        ("expired", 75, "did not come in time"),
        ("lost", 75, "was not heard of again"),
        ("cancelled", 13, "taken back"),
    ] {
        let behaviour = Behaviour {
            told: vec![
                ("ready", None, ""),
                ("running", None, "one\n"),
                ("running", None, "tw"),
                ("running", None, "o\u{1b}[31m\n"),
                (state, Some(1), "three"),
            ],
            ..Behaviour::default()
        };
        let server = Server::start(behaviour).await;
        let person = Person::signed_in(&server).await;
        let ended = person.run(&["action", "4", "sync", "--wait"], b"").await;
        assert_eq!(ended.status, status, "{state}: {}", ended.said);
        assert!(ended.output.starts_with("one\ntwo"), "{:?}", ended.output);
        assert!(ended.output.ends_with("three\n"), "{:?}", ended.output);
        assert!(!ended.output.contains('\u{1b}'), "{:?}", ended.output);
        assert!(
            ended.said.contains("room4 carries it out"),
            "{}",
            ended.said
        );
        assert!(ended.said.contains(word), "{state}: {}", ended.said);
    }
}

#[tokio::test]
async fn programs_get_one_object_when_it_is_over() {
    let behaviour = Behaviour {
        told: vec![("running", None, "one\n"), ("failed", Some(1), "two\n")],
        ..Behaviour::default()
    };
    let server = Server::start(behaviour).await;
    let person = Person::signed_in(&server).await;
    let words = ["action", "room4", "inventory", "--wait", "--json"];
    let ended = person.run(&words, b"").await;
    assert_eq!(ended.status, 61);
    let end: Value = serde_json::from_str(&ended.output).unwrap();
    let wanted = json!({
        "action": 7, "execution": 70, "state": "failed", "exit_code": 1, "output": "one\ntwo\n",
    });
    assert_eq!(end, wanted);
}

#[tokio::test]
async fn without_the_right_nothing_is_ordered() {
    let behaviour = Behaviour {
        refuses_session: Some(("forbidden", "You may not do that: run_reboot")),
        ..Behaviour::default()
    };
    let server = Server::start(behaviour).await;
    let person = Person::signed_in(&server).await;
    let ended = person
        .run(&["action", "room4", "reboot", "--wait"], b"")
        .await;
    assert_eq!(ended.status, 13);
    assert!(ended.said.contains("run_reboot"), "{}", ended.said);
    let wrong = person.run(&["action", "room4", "format"], b"").await;
    assert_eq!(wrong.status, 2);
}

#[tokio::test]
async fn orders_are_listed_of_all_computers_or_of_one() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    let words = person.run(&["actions", "room4"], b"").await;
    for cell in ["7", "room4", "ana", "reboot", "running"] {
        assert!(words.output.contains(cell), "{}", words.output);
    }
    let asked = server.asked();
    let asked = asked.as_str().unwrap();
    assert!(asked.contains("computer__id=4"), "{asked}");
    let json = person
        .run(&["actions", "--json", "--limit", "5"], b"")
        .await;
    let json: Value = serde_json::from_str(&json.output).unwrap();
    assert_eq!(json[0]["id"], 70);
    let asked = server.asked();
    assert!(!asked.as_str().unwrap().contains("computer__id"), "{asked}");
}
