//! The screen of the person at the computer: who offers it, who takes it, and what ends with the session.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use migasfree_dbus::{RemoteProxy, SupportProxy};
use migasfree_grant::{Consent, Grant, Mode, Service, Switches};
use migasfree_tests::process::Process;
use serde_json::{Value, json};

use crate::desk::desktop;
use crate::engine::World;
use crate::fixture::{Fixture, next, until};
use crate::remote::{Ends, ends, granted, logind_of, start, why};

const REQUEST: &str = r#"{"codecs":["vp9","tiles"],"monitor":null,"width":0,"height":0}"#;

fn screen(mode: Mode, consent: Consent) -> Grant {
    Grant {
        user: None,
        switches: Switches {
            clipboard_in: true,
            clipboard_out: true,
            ..Switches::default()
        },
        ..granted(Service::Screen, mode, consent)
    }
}

/// A program that can show the screen.
async fn shows(person: &SupportProxy<'_>) {
    person.register().await.unwrap();
    person.offer_screen(true).await.unwrap();
}

fn socket(fd: zbus::OwnedFd) -> UnixStream {
    let socket = UnixStream::from(OwnedFd::from(fd));
    socket.set_nonblocking(false).unwrap();
    let patience = Some(Duration::from_secs(30));
    socket.set_read_timeout(patience).unwrap();
    socket
}

pub async fn a_screen_is_offered_as_long_as_somebody_shows_it() {
    let fixture = Fixture::session(World::new()).await;
    let Ends { agent, .. } = ends(&fixture).await;
    let helper = fixture.bus.connect().await.unwrap();
    let person = SupportProxy::new(&helper).await.unwrap();
    let mut changes = agent.receive_services_changed().await.unwrap();
    let offers = |services: &[String]| services.contains(&"screen".to_owned());
    let (.., services) = agent.sign_hello("challenge", 77).await.unwrap();
    assert!(!offers(&services), "{services:?}");
    let unknown = person.offer_screen(true).await.unwrap_err();
    assert_eq!(unknown.code(), Some("NotAuthorized"));
    for shows in [true, false, true] {
        person.register().await.unwrap();
        person.offer_screen(shows).await.unwrap();
        let changed = next(&mut changes).await;
        let services = changed.args().unwrap().services().clone();
        assert_eq!(offers(&services), shows, "{services:?}");
    }
    drop(person);
    helper.close().await.unwrap();
    let changed = next(&mut changes).await;
    let services = changed.args().unwrap().services().clone();
    assert!(!offers(&services), "{services:?}");
}

pub async fn only_a_desktop_that_is_seen_is_offered() {
    let own = rustix::process::geteuid().as_raw();
    for (kind, offered) in [("x11", true), ("wayland", true), ("tty", false)] {
        let fixture = Fixture::session(World::new()).await;
        let _logind = logind_of(&fixture, Some(own), true, kind).await;
        let Ends { agent, person } = ends(&fixture).await;
        shows(&person).await;
        let (.., services) = agent.sign_hello("challenge", 77).await.unwrap();
        let is_offered = services.contains(&"screen".to_owned());
        assert_eq!(is_offered, offered, "{kind}: {services:?}");
    }
}

pub async fn what_may_be_done_the_daemon_says_and_the_session_ends_it() {
    let fixture = Fixture::session(World::new()).await;
    let Ends { agent, person } = ends(&fixture).await;
    shows(&person).await;
    let mut questions = person.receive_question().await.unwrap();
    let mut wanted = person.receive_screen_wanted().await.unwrap();
    let grant = screen(Mode::Control, Consent::Ask { seconds: 60 });
    let looks = async {
        let question = next(&mut questions).await;
        let question = question.args().unwrap();
        assert!(question.session().can_be_lowered);
        person.answer(*question.id(), "view").await.unwrap();
    };
    let (begun, ()) = tokio::join!(start(&agent, &grant), looks);
    assert_eq!(begun.unwrap(), "view");

    let taken = async {
        let wanted = next(&mut wanted).await;
        let wanted = wanted.args().unwrap();
        assert_eq!(*wanted.session(), grant.session);
        let taken = person.take_screen(*wanted.id()).await.unwrap();
        let again = person.take_screen(*wanted.id()).await.unwrap_err();
        assert_eq!(again.code(), Some("NotFound"));
        taken
    };
    let opened = agent.open_screen(&grant.session, REQUEST);
    let (opened, (theirs, order)) = tokio::join!(opened, taken);
    let order: Value = serde_json::from_str(&order).unwrap();
    assert_eq!(order["mode"], "view", "less than the grant says");
    assert_eq!(order["switches"]["clipboard_in"], false, "{order}");
    assert_eq!(order["switches"]["clipboard_out"], true, "{order}");
    assert_eq!(order["request"]["codecs"], json!(["vp9", "tiles"]));

    let (mut near, mut far) = (socket(opened.unwrap()), socket(theirs));
    far.write_all(b"shape").unwrap();
    let mut heard = [0; 5];
    near.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"shape");
    // Both have their descriptors still, and it is over all the same.
    let asked = Instant::now();
    person.end_now(&grant.session).await.unwrap();
    assert_eq!(far.read(&mut heard).unwrap(), 0);
    assert_eq!(near.read(&mut heard).unwrap(), 0);
    assert!(asked.elapsed() < Duration::from_secs(1));
    let gone = agent.open_screen(&grant.session, REQUEST).await;
    assert_eq!(why(gone), "RemoteNoSession");
}

pub async fn a_screen_that_nobody_shows_says_why() {
    let fixture = Fixture::session(World::new()).await;
    let Ends { agent, person } = ends(&fixture).await;
    let grant = screen(Mode::View, Consent::Unattended);
    start(&agent, &grant).await.unwrap();
    let open = || agent.open_screen(&grant.session, REQUEST);
    assert_eq!(why(open().await), "RemoteNobody");
    person.register().await.unwrap();
    assert_eq!(why(open().await), "RemoteNobody", "it cannot show it");
    let odd = agent.open_screen(&grant.session, "7").await.unwrap_err();
    assert_eq!(odd.code(), Some("InvalidArgument"));
    person.offer_screen(true).await.unwrap();
    let begun = Instant::now();
    assert_eq!(why(open().await), "RemoteNoScreen");
    assert!(begun.elapsed() >= Duration::from_secs(9));

    let terminal = granted(Service::Terminal, Mode::User, Consent::Unattended);
    start(&agent, &terminal).await.unwrap();
    let other = agent.open_screen(&terminal.session, REQUEST).await;
    assert_eq!(why(other), "RemoteNotGranted");
    let odd = screen(Mode::User, Consent::Unattended);
    start(&agent, &odd).await.unwrap();
    let other = agent.open_screen(&odd.session, REQUEST).await;
    assert_eq!(why(other), "RemoteNotGranted");
}

pub async fn a_screen_is_that_of_whoever_was_there_when_it_was_agreed_to() {
    let fixture = Fixture::session(World::new()).await;
    let Ends { agent, person } = ends(&fixture).await;
    person.register().await.unwrap();
    let mut questions = person.receive_question().await.unwrap();
    let grant = screen(Mode::View, Consent::Ask { seconds: 60 });
    let allows = async {
        let question = next(&mut questions).await;
        let id = *question.args().unwrap().id();
        person.answer(id, "allow").await.unwrap();
    };
    let (begun, ()) = tokio::join!(start(&agent, &grant), allows);
    assert_eq!(begun.unwrap(), "view");
    // No screen could be seen then: whose comes now was not asked.
    person.offer_screen(true).await.unwrap();
    let opened = agent.open_screen(&grant.session, REQUEST).await;
    assert_eq!(why(opened), "RemoteNobody");
}

/// What stands in for `migasfree-screen`: it says what it was told, and back what comes.
const STAND_IN: &str = r#"#!/bin/sh
folder=$(dirname "$0")
printf '%s' "$DISPLAY" > "$folder/display"
printf '%s' "$1 $2" > "$folder/order"
cat <&0 >&0
echo over > "$folder/over"
"#;

/// The real `migasfree-session`, of somebody with a desktop.
fn session_program(fixture: &Fixture, program: &Path) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_migasfree-session"));
    command
        .env(fixture.bus.as_session().0, fixture.bus.as_session().1)
        .env(fixture.bus.as_system().0, fixture.bus.as_system().1)
        .env("DISPLAY", ":77")
        .env("MIGASFREE_SCREEN", program);
    let log = fixture.folder().join("session.log");
    Process::start("migasfree-session", &mut command, &log).unwrap()
}

fn written(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_default()
}

async fn offered(agent: &RemoteProxy<'_>) -> bool {
    let (.., services) = agent.sign_hello("challenge", 77).await.unwrap();
    services.contains(&"screen".to_owned())
}

pub async fn the_persons_own_program_shows_it_and_ends_with_the_session() {
    let fixture = Fixture::session(World::new()).await;
    let (_desktop, _notes) = desktop(&fixture).await;
    let folder = fixture.folder().join("screen");
    fs::create_dir(&folder).unwrap();
    let program = folder.join("migasfree-screen");
    fs::write(&program, STAND_IN).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let Ends { agent, .. } = ends(&fixture).await;
    assert!(!offered(&agent).await);
    let _session = session_program(&fixture, &program);
    until("the screen is offered", async || offered(&agent).await).await;

    let grant = screen(Mode::Control, Consent::Unattended);
    start(&agent, &grant).await.unwrap();
    let near = agent.open_screen(&grant.session, REQUEST).await.unwrap();
    let mut near = socket(near);
    near.write_all(b"move the mouse").unwrap();
    let mut heard = [0; 14];
    near.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"move the mouse");
    assert_eq!(written(&folder, "display"), ":77");
    let order = written(&folder, "order");
    let order = order.strip_prefix("--order ").unwrap();
    let order: Value = serde_json::from_str(order).unwrap();
    assert_eq!(order["mode"], "control");
    assert_eq!(order["switches"]["clipboard_in"], true, "{order}");

    agent
        .end_session(&grant.session, "ended_by_operator")
        .await
        .unwrap();
    assert_eq!(near.read(&mut heard).unwrap(), 0);
    until("the program ends", async || {
        written(&folder, "over") == "over\n"
    })
    .await;
}
