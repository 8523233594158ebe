//! The screen of another computer, with a script in place of the window.

use std::path::PathBuf;

use migasfree_tunnel::screen::{Codec, FromOperator, ScreenRequest};
use serde_json::{Value, json};

use crate::program::{Ended, Person};
use crate::server::{Behaviour, Server};

const WINDOW: &str = "migasfree-connect-screen";

fn request() -> FromOperator {
    FromOperator::Show(ScreenRequest {
        codecs: vec![Codec::Tiles],
        monitor: None,
        width: 800,
        height: 600,
    })
}

fn key(down: bool) -> FromOperator {
    FromOperator::Key { keysym: 0xf1, down }
}

/// Somebody with the program, and this script as its window. What the script can say lies in the files `request` and `says`.
fn with_window(mut person: Person, script: Option<&str>) -> (Person, PathBuf) {
    let folder = person.home().join("bin");
    std::fs::create_dir(&folder).unwrap();
    let says = [request(), key(true), key(false)].map(|said| said.encode());
    std::fs::write(folder.join("says"), says.concat()).unwrap();
    std::fs::write(folder.join("request"), request().encode()).unwrap();
    if let Some(script) = script {
        let script = format!("cd '{}'\n{script}", folder.display());
        person.put_program(&folder, WINDOW, &script);
    }
    person.has_the_program_in(&folder);
    (person, folder)
}

async fn ends(script: Option<&str>, line: &[&str]) -> (Ended, Server, PathBuf, Person) {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    let (person, folder) = with_window(person, script);
    let line = [&["screen", "room4", "--reason", "printer"][..], line].concat();
    let ended = person.run(&line, b"").await;
    (ended, server, folder, person)
}

#[tokio::test]
async fn what_either_side_says_goes_to_the_other_until_the_screen_is_gone() {
    let script = "echo \"$@\" > arguments\ncat says\ncat > heard\n";
    let (ended, server, folder, _person) = ends(Some(script), &["--monitor", "2"]).await;
    assert_eq!(ended.status, 61, "{}", ended.said);
    for words in [
        "being asked",
        "at the screen of room4",
        "recorded",
        "Nothing answers there at room4: no display",
    ] {
        assert!(ended.said.contains(words), "{words}: {}", ended.said);
    }
    let asked = server.asked();
    assert_eq!(asked["service"], "screen");
    assert_eq!(asked["mode"], "control");
    assert_eq!(asked["reason"], "printer");
    assert_eq!(server.heard().await, [request(), key(true), key(false)]);
    let heard = std::fs::read(folder.join("heard")).unwrap();
    let heard = String::from_utf8_lossy(&heard);
    for words in ["room4 · ana – control, recorded", "\"width\":800"] {
        assert!(heard.contains(words), "{words}: {heard}");
    }
    let arguments = std::fs::read_to_string(folder.join("arguments")).unwrap();
    assert_eq!(arguments, "2\n");
}

#[tokio::test]
async fn closing_the_window_ends_well_and_other_programs_read_what_happened() {
    let script = "cat request\n";
    let (ended, server, _, _person) = ends(Some(script), &["--view", "--json"]).await;
    assert_eq!(ended.status, 0, "{}", ended.said);
    let lines = ended.output.lines();
    let lines: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        lines.last(),
        Some(&json!({"event": "ended", "message": null}))
    );
    // The window may be closed before anything else happens.
    for opened in lines.iter().filter(|line| line["event"] == "opened") {
        assert_eq!(opened["mode"], "view");
        assert_eq!(server.asked()["mode"], "view");
    }
}

#[tokio::test]
async fn a_window_that_does_not_open_says_what_it_needs() {
    let (ended, server, _, _person) = ends(Some("exit 1\n"), &[]).await;
    assert_eq!(ended.status, 61);
    assert!(ended.said.contains("needs a desktop"), "{}", ended.said);
    assert_eq!(server.asked(), Value::Null);
}

#[tokio::test]
async fn without_the_window_the_package_is_named() {
    let (ended, ..) = ends(None, &[]).await;
    assert_eq!(ended.status, 2);
    assert!(ended.said.contains(WINDOW), "{}", ended.said);
}

#[tokio::test]
async fn a_link_opens_the_screen() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    let (person, _) = with_window(person, Some("cat says\ncat > heard\n"));
    let link = "migasfree-connect://computer/4/screen";
    let ended = person.run(&["open", link], b"").await;
    assert_eq!(ended.status, 61, "{}", ended.said);
    assert_eq!(server.heard().await[0], request());
}
