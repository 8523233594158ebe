//! Ports of another computer, and `ssh` over one.

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::program::Person;
use crate::server::{Behaviour, Server};

#[tokio::test]
async fn the_port_that_is_printed_leads_there() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    let mut child = person.start(&["forward", "room4", "ssh"]);
    let mut address = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut address).await.unwrap();
    for words in ["one", "two"] {
        let mut there = TcpStream::connect(address.trim()).await.unwrap();
        there.write_all(words.as_bytes()).await.unwrap();
        there.shutdown().await.unwrap();
        let mut back = String::new();
        there.read_to_string(&mut back).await.unwrap();
        assert_eq!(back, words);
    }
    assert_eq!(server.asked()["port"], "ssh");
}

#[tokio::test]
async fn a_port_where_nothing_answers_says_so() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    let mut child = person.start(&["forward", "room4", "vnc"]);
    let mut address = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut address).await.unwrap();
    let mut there = TcpStream::connect(address.trim()).await.unwrap();
    assert_eq!(there.read(&mut [0; 8]).await.unwrap_or(0), 0);
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    while let Some(line) = said.next_line().await.unwrap() {
        if line.contains("Nothing answers there at room4") {
            return;
        }
    }
    panic!("nobody said why");
}

#[tokio::test]
async fn ssh_is_started_on_the_real_port_with_the_reported_host_keys() {
    let server = Server::start(Behaviour::default()).await;
    let mut person = Person::signed_in(&server).await;
    person.has_a_program("ssh", "printf '%s\\n' \"$@\"\nexit 7\n");
    let ended = person
        .run(&["ssh", "room4", "-u", "ana", "--", "-v", "uptime"], b"")
        .await;
    assert_eq!(ended.status, 7, "{}", ended.said);
    let line: Vec<&str> = ended.output.lines().collect();
    for word in [
        "StrictHostKeyChecking=yes",
        "HostKeyAlias=migasfree-computer-4",
    ] {
        assert!(line.contains(&word), "{line:?}");
    }
    assert!(
        line.iter()
            .any(|word| word.starts_with("Port=") && *word != "Port=0")
    );
    assert!(line.ends_with(&["127.0.0.1", "-v", "uptime"]), "{line:?}");
    let folder = person.home().join(".local/share/migasfree-connect");
    let known = std::fs::read_to_string(folder.join("host-keys-4")).unwrap();
    assert!(
        known.starts_with("migasfree-computer-4 ssh-ed25519 AAAA"),
        "{known}"
    );
}

#[tokio::test]
async fn without_a_viewer_it_says_which_could_be_installed() {
    let server = Server::start(Behaviour::default()).await;
    let mut person = Person::signed_in(&server).await;
    person.finds_programs_in(std::path::Path::new("/nonexistent"));
    let ended = person.run(&["vnc", "room4"], b"").await;
    assert_eq!(ended.status, 2);
    assert!(ended.said.contains("remmina"), "{}", ended.said);
}

#[tokio::test]
async fn a_viewer_of_rdp_takes_the_reported_certificate_alone() {
    let server = Server::start(Behaviour::default()).await;
    let mut person = Person::signed_in(&server).await;
    let script = "printf '%s\\n' \"$@\" \"$XDG_CONFIG_HOME\"\nexit 5\n";
    person.has_a_program("xfreerdp", script);
    let ended = person.run(&["rdp", "room4", "-u", "ana"], b"").await;
    assert_eq!(ended.status, 5, "{}", ended.said);
    let certificate = ["ab"; 32].join(":");
    let certificate = format!("/cert:deny,fingerprint:sha256:{certificate}");
    let line: Vec<&str> = ended.output.lines().collect();
    assert_eq!(line[1..4], ["+clipboard", "/u:ana", &certificate]);
    // Nobody ever said yes to a certificate there.
    let settings = person.home().join(".local/share/migasfree-connect/rdp-4");
    assert_eq!(line[4], settings.display().to_string());
    assert_eq!(std::fs::read_dir(settings).unwrap().count(), 0);
    assert_eq!(server.asked()["port"], "rdp");
}

#[tokio::test]
async fn a_viewer_that_asks_about_the_certificate_is_told_beside_which_one_it_is() {
    let server = Server::start(Behaviour::default()).await;
    let mut person = Person::signed_in(&server).await;
    person.has_a_program("remmina", "printf '%s\\n' \"$@\"\n");
    let ended = person.run(&["rdp", "room4"], b"").await;
    assert_eq!(ended.status, 0, "{}", ended.said);
    assert!(ended.said.contains("ab:ab:ab"), "{}", ended.said);
    assert!(
        ended.output.contains("rdp://127.0.0.1:"),
        "{}",
        ended.output
    );
}

#[tokio::test]
async fn a_viewer_of_vnc_is_started_on_the_real_port() {
    let server = Server::start(Behaviour::default()).await;
    let mut person = Person::signed_in(&server).await;
    person.has_a_program("vncviewer", "printf '%s\\n' \"$@\"\n");
    let ended = person.run(&["vnc", "room4"], b"").await;
    assert_eq!(ended.status, 0, "{}", ended.said);
    let port = ended.output.trim().strip_prefix("127.0.0.1::");
    let port: u16 = port.and_then(|port| port.parse().ok()).unwrap_or_default();
    assert_ne!(port, 0, "{}", ended.output);
    assert_eq!(server.asked()["port"], "vnc");
}
