//! A terminal of another computer.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::program::Person;
use crate::server::{Behaviour, Server};

#[tokio::test]
async fn keys_go_there_and_the_program_ends_as_the_shell_did() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    let line = ["terminal", "room4", "--user", "ana", "--reason", "printer"];
    let ended = person.run(&line, "añó\nexit 3\n".as_bytes()).await;
    assert_eq!(ended.status, 3, "{}", ended.said);
    assert!(ended.output.contains("you said añó"), "{}", ended.output);
    for words in ["being asked", "You are at room4", "recorded"] {
        assert!(ended.said.contains(words), "{words}: {}", ended.said);
    }
    let asked = server.asked();
    assert_eq!(asked["computer"], 4);
    assert_eq!(asked["service"], "terminal");
    assert_eq!(asked["mode"], "user");
    assert_eq!(asked["account"], "ana");
    assert_eq!(asked["reason"], "printer");
}

#[tokio::test]
async fn a_session_goes_on_when_its_connection_breaks() {
    let breaks = Behaviour {
        breaks: true,
        ..Behaviour::default()
    };
    let server = Server::start(breaks).await;
    let person = Person::signed_in(&server).await;
    let mut child = person.start(&["terminal", "4"]);
    let mut keys = child.stdin.take().unwrap();
    let mut screen = child.stdout.take().unwrap();
    let mut seen = String::new();
    keys.write_all(b"break\n").await.unwrap();
    let mut piece = [0; 256];
    while !seen.contains("you said break") {
        let length = screen.read(&mut piece).await.unwrap();
        assert!(length > 0, "{seen}");
        seen.push_str(&String::from_utf8_lossy(&piece[..length]));
    }
    keys.write_all(b"still here\nexit 0\n").await.unwrap();
    screen.read_to_string(&mut seen).await.unwrap();
    assert!(seen.contains("you said still here"), "{seen}");
    let ended = child.wait_with_output().await.unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("The connection is there again."), "{said}");
    assert_eq!(ended.status.code(), Some(0));
}

#[tokio::test]
async fn a_refusal_is_told_in_the_words_of_the_server() {
    let refuses = Behaviour {
        refuses_session: Some(("remote_no_right", "You may not do that.")),
        ..Behaviour::default()
    };
    let server = Server::start(refuses).await;
    let person = Person::signed_in(&server).await;
    let ended = person.run(&["terminal", "room4", "--admin"], b"").await;
    assert_eq!(ended.status, 13);
    assert!(
        ended.said.contains("You may not do that."),
        "{}",
        ended.said
    );
    assert_eq!(server.asked()["mode"], "administrator");
}

#[tokio::test]
async fn a_link_that_says_more_than_it_should_opens_nothing() {
    let person = Person::new();
    let link = "migasfree-connect://computer/4/terminal?user=root";
    let ended = person.run(&["open", link], b"").await;
    assert_eq!(ended.status, 2);
}
