//! Remote support: what the daemon lets agent and person do.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use migasfree_client::clock::{Clock as _, SystemClock};
use migasfree_dbus::{Error, RemoteProxy, SupportProxy};
use migasfree_grant::{
    Consent, Grant, Mode, OperatorIdentity, Recording, Service, Strength, Switches, hello, sign,
};
use serde_json::{Value, json};
use zbus::{Connection, OwnedObjectPath, interface};

use crate::engine::{World, computer_key, server_key};
use crate::fixture::{Fixture, next, until};
use crate::user::{self, NOBODY};

/// Agent and person on connections of their own.
pub struct Ends {
    pub agent: RemoteProxy<'static>,
    pub person: SupportProxy<'static>,
}

pub async fn ends(fixture: &Fixture) -> Ends {
    let connection = fixture.bus.connect().await.unwrap();
    let person = fixture.bus.connect().await.unwrap();
    Ends {
        agent: RemoteProxy::new(&connection).await.unwrap(),
        person: SupportProxy::new(&person).await.unwrap(),
    }
}

fn now() -> i64 {
    SystemClock.now().unix_timestamp()
}

/// The name of the user that runs the tests.
fn own_name() -> String {
    let uid = rustix::process::geteuid().as_raw().to_string();
    let entry = std::process::Command::new("getent")
        .args(["passwd", &uid])
        .output()
        .unwrap();
    let entry = String::from_utf8(entry.stdout).unwrap();
    entry.split(':').next().unwrap().to_owned()
}

pub fn granted(service: Service, mode: Mode, consent: Consent) -> Grant {
    Grant {
        session: migasfree_client::random::uuid().to_string(),
        issued: now(),
        expires: now() + 60,
        ends: now() + 600,
        operator: OperatorIdentity {
            id: 1,
            name: "Eva".into(),
            strength: Strength::Passkey,
        },
        computer: 42,
        key: computer_key().public().thumbprint().to_string(),
        service,
        mode,
        user: Some(own_name()),
        port: None,
        switches: Switches {
            files_in: true,
            files_out: true,
            ..Switches::default()
        },
        consent,
        recording: Recording::None,
        reason: "the printer".into(),
        ticket: String::new(),
    }
}

fn terminal() -> Grant {
    granted(Service::Terminal, Mode::User, Consent::Unattended)
}

pub async fn start(agent: &RemoteProxy<'_>, grant: &Grant) -> Result<String, Error> {
    let (session, mode, ..) = agent.start_session(&sign(grant, &server_key())).await?;
    assert_eq!(session, grant.session);
    Ok(mode)
}

/// Why it was refused.
pub fn why<T: std::fmt::Debug>(answer: Result<T, Error>) -> String {
    let error = answer.unwrap_err();
    assert_eq!(error.code(), Some("Refused"), "{error}");
    error.message().code.into_owned()
}

pub async fn the_agent_is_given_a_signature_and_never_the_key() {
    let fixture = Fixture::session(World::new()).await;
    let ends = ends(&fixture).await;
    let (computer, key, signature, server, base, services) =
        ends.agent.sign_hello("challenge", 77).await.unwrap();
    let (own, theirs) = (computer_key(), server_key());
    assert_eq!((computer, server), (42, theirs.public().to_string()));
    assert_eq!(key, own.public().thumbprint().to_string());
    let thumbprint = theirs.public().thumbprint();
    assert!(hello::verify(
        &signature,
        own.public(),
        42,
        "challenge",
        thumbprint,
        77
    ));
    assert!(!hello::verify(
        &signature,
        own.public(),
        42,
        "another",
        thumbprint,
        77
    ));
    assert!(base.starts_with("http"), "{base}");
    assert!(services.contains(&"terminal".to_owned()), "{services:?}");
}

pub async fn a_grant_is_good_once_also_when_the_daemon_is_started_again() {
    let mut fixture = Fixture::session(World::new()).await;
    let grant = terminal();
    let first = ends(&fixture).await;
    start(&first.agent, &grant).await.unwrap();
    assert_eq!(why(start(&first.agent, &grant).await), "RemoteUsed");
    fixture.kill().await;
    fixture.start().await;
    let again = ends(&fixture).await;
    assert_eq!(why(start(&again.agent, &grant).await), "RemoteUsed");
}

pub async fn what_is_no_grant_for_this_computer_is_refused() {
    let fixture = Fixture::session(World::new()).await;
    let Ends { agent, .. } = ends(&fixture).await;
    let forged = sign(&terminal(), &computer_key());
    assert_eq!(why(agent.start_session(&forged).await), "RemoteGrant");
    let another = Grant {
        computer: 43,
        ..terminal()
    };
    assert_eq!(why(start(&agent, &another).await), "RemoteOtherComputer");
    let older = Grant {
        key: server_key().public().thumbprint().to_string(),
        ..terminal()
    };
    assert_eq!(why(start(&agent, &older).await), "RemoteOtherComputer");
    let late = Grant {
        issued: now() - 120,
        expires: now() - 60,
        ..terminal()
    };
    assert_eq!(why(start(&agent, &late).await), "RemoteExpired");
    let path = Grant {
        session: "../../../../../../../../etc/passwd.x".into(),
        ..terminal()
    };
    assert_eq!(why(start(&agent, &path).await), "RemoteOtherComputer");
    let files = granted(Service::Files, Mode::Read, Consent::Unattended);
    start(&agent, &files).await.unwrap();
    let refused = agent.open_terminal(&files.session, 80, 24, "xterm").await;
    assert_eq!(why(refused), "RemoteNotGranted");
}

pub async fn without_an_answer_the_answer_is_no_or_what_the_grant_says() {
    let fixture = Fixture::session(World::new()).await;
    let Ends { agent, person } = ends(&fixture).await;
    person.register().await.unwrap();
    let mut questions = person.receive_question().await.unwrap();
    let ask = |consent| granted(Service::Terminal, Mode::User, consent);

    let grant = ask(Consent::Ask { seconds: 1 });
    assert_eq!(why(start(&agent, &grant).await), "RemoteNobody");
    let question = next(&mut questions).await;
    let question = question.args().unwrap();
    let about = question.session();
    assert_eq!(
        (about.operator.as_str(), about.reason.as_str()),
        ("Eva", "the printer")
    );
    assert_eq!((*question.seconds(), *question.allows()), (1, false));

    let grant = ask(Consent::AskThenAllow { seconds: 1 });
    assert_eq!(start(&agent, &grant).await.unwrap(), "user");
    next(&mut questions).await;

    let grant = ask(Consent::AskThenAllow { seconds: 60 });
    let denied = async {
        let question = next(&mut questions).await;
        let id = *question.args().unwrap().id();
        person.answer(id, "deny").await.unwrap();
        assert_eq!(
            person.answer(id, "allow").await.unwrap_err().code(),
            Some("NotFound")
        );
    };
    let (begun, ()) = tokio::join!(start(&agent, &grant), denied);
    assert_eq!(why(begun), "RemoteDenied");
    assert_eq!(
        why(start(&agent, &ask(Consent::Deny)).await),
        "RemotePolicy"
    );
}

pub async fn where_nobody_can_be_asked_only_the_unattended_comes_in() {
    let fixture = Fixture::session(World::new()).await;
    let Ends { agent, .. } = ends(&fixture).await;
    for consent in [
        Consent::Ask { seconds: 60 },
        Consent::AskThenAllow { seconds: 60 },
        Consent::Notify,
    ] {
        let grant = granted(Service::Terminal, Mode::User, consent);
        assert_eq!(
            why(start(&agent, &grant).await),
            "RemoteNobody",
            "{consent:?}"
        );
    }
    start(&agent, &terminal()).await.unwrap();
}

fn configure(fixture: &Fixture, word: &str) {
    let folder = fixture.root.join("etc");
    fs::create_dir_all(&folder).unwrap();
    let text = format!("[client]\nRemote_Support = {word}\n");
    fs::write(folder.join("migasfree.conf"), text).unwrap();
}

pub async fn the_settings_of_the_computer_win() {
    let fixture = Fixture::session(World::new()).await;
    let Ends { agent, person } = ends(&fixture).await;
    let mut ended = agent.receive_session_ended().await.unwrap();
    let grant = terminal();
    start(&agent, &grant).await.unwrap();
    configure(&fixture, "off");
    // A call has the daemon look at its settings, also where the system does not tell of their folder.
    agent.server().await.unwrap_err();
    let over = next(&mut ended).await;
    let over = over.args().unwrap();
    assert_eq!(
        (*over.session(), *over.code()),
        (grant.session.as_str(), "policy")
    );
    assert_eq!(why(start(&agent, &terminal()).await), "RemoteOff");
    assert_eq!(why(agent.sign_hello("n", 1).await), "RemoteOff");

    configure(&fixture, "ask");
    person.register().await.unwrap();
    let mut questions = person.receive_question().await.unwrap();
    let answered = async {
        let question = next(&mut questions).await;
        let id = *question.args().unwrap().id();
        person.answer(id, "allow").await.unwrap();
    };
    let grant = terminal();
    let (begun, ()) = tokio::join!(start(&agent, &grant), answered);
    begun.unwrap();
}

/// Reads from a terminal until this was shown.
fn read_until(master: &mut fs::File, wanted: &str) -> String {
    let (mut shown, mut buffer) = (String::new(), [0; 4096]);
    let begun = Instant::now();
    while !shown.contains(wanted) {
        assert!(begun.elapsed() < Duration::from_secs(30), "{shown:?}");
        let count = master.read(&mut buffer).unwrap();
        shown.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    shown
}

async fn opened(agent: &RemoteProxy<'_>, session: &str) -> (u32, fs::File) {
    let opened = agent.open_terminal(session, 80, 24, "xterm").await;
    let (number, master) = opened.unwrap();
    (number, fs::File::from(OwnedFd::from(master)))
}

pub async fn a_terminal_works_has_a_size_and_tells_how_it_ended() {
    let fixture = Fixture::session(World::new()).await;
    let Ends { agent, .. } = ends(&fixture).await;
    let mut exits = agent.receive_terminal_exited().await.unwrap();
    let grant = terminal();
    start(&agent, &grant).await.unwrap();
    let (number, mut master) = opened(&agent, &grant.session).await;
    agent.resize(&grant.session, number, 132, 43).await.unwrap();
    writeln!(master, "echo size=$(stty size) term=$TERM").unwrap();
    let shown = read_until(&mut master, "size=43 132 term=xterm");
    assert!(!shown.contains("no job control"), "{shown}");
    writeln!(master, "exit 7").unwrap();
    let exit = next(&mut exits).await;
    let exit = exit.args().unwrap();
    assert_eq!((*exit.terminal(), *exit.status()), (number, 7));
}

pub async fn end_now_ends_everything_of_a_session_within_a_second() {
    let fixture = Fixture::session(World::new()).await;
    let Ends { agent, person } = ends(&fixture).await;
    let mut ended = agent.receive_session_ended().await.unwrap();
    person.register().await.unwrap();
    let mut banners = person.receive_started().await.unwrap();
    let grant = granted(Service::Terminal, Mode::User, Consent::Notify);
    start(&agent, &grant).await.unwrap();
    let banner = next(&mut banners).await;
    assert_eq!(banner.args().unwrap().session().session, grant.session);
    let (_, mut master) = opened(&agent, &grant.session).await;
    // What leaves the terminal behind, too.
    writeln!(master, "setsid sleep 4321 & echo left=$!").unwrap();
    read_until(&mut master, "left=");
    until("it runs", async || runs("sleep\u{0}4321")).await;
    let asked = Instant::now();
    person.end_now(&grant.session).await.unwrap();
    let over = next(&mut ended).await;
    assert_eq!(*over.args().unwrap().code(), "ended_by_person");
    while runs("sleep\u{0}4321") {
        assert!(asked.elapsed() < Duration::from_secs(1), "it still runs");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let gone = agent.open_terminal(&grant.session, 80, 24, "xterm").await;
    assert_eq!(why(gone), "RemoteNoSession");
}

fn runs(line: &str) -> bool {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|process| fs::read(process.path().join("cmdline")).ok())
        .any(|words| String::from_utf8_lossy(&words).starts_with(line))
}

pub async fn users_that_do_not_exist_are_told() {
    let fixture = Fixture::session(World::new()).await;
    let Ends { agent, .. } = ends(&fixture).await;
    for user in [Some("nobody-of-that-name"), Some("-u root"), Some(""), None] {
        let grant = Grant {
            user: user.map(Into::into),
            ..terminal()
        };
        assert_eq!(why(start(&agent, &grant).await), "RemoteNoUser", "{user:?}");
    }
}

/// What a helper for files answers first, and the socket to it.
async fn asked(
    agent: &RemoteProxy<'_>,
    session: &str,
    request: &Value,
) -> Result<(Value, BufReader<UnixStream>), Error> {
    let socket = agent.open_files(session, &request.to_string()).await?;
    let mut socket = BufReader::new(UnixStream::from(OwnedFd::from(socket)));
    let mut line = String::new();
    socket.read_line(&mut line).unwrap();
    Ok((serde_json::from_str(&line).unwrap(), socket))
}

fn put(path: &Path) -> Value {
    json!({
        "request": "put", "path": path, "size": 5, "offset": 0, "mode": null,
        "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    })
}

pub async fn files_come_and_go_as_mode_and_switches_say() {
    let fixture = Fixture::session(World::new()).await;
    let Ends { agent, .. } = ends(&fixture).await;
    let grant = granted(Service::Files, Mode::ReadWrite, Consent::Unattended);
    start(&agent, &grant).await.unwrap();
    let path = fixture.folder().join("note");
    let (answer, mut socket) = asked(&agent, &grant.session, &put(&path)).await.unwrap();
    assert_eq!(answer["answer"]["offset"], 0, "{answer}");
    socket.get_mut().write_all(b"hello").unwrap();
    let end = std::net::Shutdown::Write;
    socket.get_ref().shutdown(end).unwrap();
    let mut stored = String::new();
    socket.read_to_string(&mut stored).unwrap();
    assert!(stored.contains("\"ok\":true"), "{stored}");
    assert_eq!(fs::read(&path).unwrap(), b"hello");

    let get = json!({"request": "get", "path": path, "offset": 2});
    let (answer, mut socket) = asked(&agent, &grant.session, &get).await.unwrap();
    assert_eq!(answer["answer"]["size"], 5, "{answer}");
    let mut rest = String::new();
    socket.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "llo");
    let get = json!({"request": "get", "path": fixture.folder().join("none")});
    let (answer, _) = asked(&agent, &grant.session, &get).await.unwrap();
    assert_eq!(answer["failure"]["code"], "unknown", "{answer}");

    let one_way = Grant {
        switches: Switches::default(),
        ..granted(Service::Files, Mode::ReadWrite, Consent::Unattended)
    };
    start(&agent, &one_way).await.unwrap();
    let refused = asked(&agent, &one_way.session, &put(&path)).await;
    assert_eq!(why(refused.map(drop)), "RemoteNotGranted");
    let list = json!({"request": "list", "path": fixture.folder()});
    let (answer, _) = asked(&agent, &one_way.session, &list).await.unwrap();
    assert!(answer.to_string().contains("\"note\""), "{answer}");
}

pub async fn looking_only_lowers_the_mode() {
    let fixture = Fixture::session(World::new()).await;
    let Ends { agent, person } = ends(&fixture).await;
    person.register().await.unwrap();
    let mut questions = person.receive_question().await.unwrap();
    let consent = Consent::Ask { seconds: 60 };
    let grant = granted(Service::Files, Mode::ReadWrite, consent);
    let looks = async {
        let question = next(&mut questions).await;
        let question = question.args().unwrap();
        assert!(question.session().can_be_lowered);
        person.answer(*question.id(), "view").await.unwrap();
    };
    let (begun, ()) = tokio::join!(start(&agent, &grant), looks);
    assert_eq!(begun.unwrap(), "read");
    let path = fixture.folder().join("note");
    let refused = asked(&agent, &grant.session, &put(&path)).await;
    assert_eq!(why(refused.map(drop)), "RemoteNotGranted");
}

pub async fn only_the_port_of_the_grant_is_dialled_and_failures_say_why() {
    let fixture = Fixture::session(World::new()).await;
    let Ends { agent, person } = ends(&fixture).await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let number = listener.local_addr().unwrap().port();
    let port = |port: String| Grant {
        port: Some(port),
        ..granted(Service::Port, Mode::User, Consent::Unattended)
    };
    let grant = port(format!("web={number}"));
    start(&agent, &grant).await.unwrap();
    let refused = agent.open_port(&grant.session, "ssh").await;
    assert_eq!(why(refused), "RemoteNotGranted");
    let socket = agent.open_port(&grant.session, "web").await.unwrap();
    let mut near = std::net::TcpStream::from(OwnedFd::from(socket));
    near.set_nonblocking(false).unwrap();
    let (mut far, _) = listener.accept().unwrap();
    near.write_all(b"ping").unwrap();
    let mut heard = [0; 4];
    far.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"ping");
    // The agent has the connection still, and it is over all the same.
    person.end_now(&grant.session).await.unwrap();
    assert_eq!(far.read(&mut heard).unwrap(), 0);

    drop((listener, far, near));
    let grant = port(format!("web={number}"));
    start(&agent, &grant).await.unwrap();
    let refused = agent.open_port(&grant.session, "web").await.unwrap_err();
    let said = refused.message().text;
    assert!(
        said.contains("127.0.0.1") && said.contains("[::1]"),
        "{said}"
    );
}

pub async fn a_session_ends_with_the_agents_connection() {
    let fixture = Fixture::session(World::new()).await;
    let first = ends(&fixture).await;
    first.person.register().await.unwrap();
    let mut ended = first.person.receive_ended().await.unwrap();
    let grant = terminal();
    start(&first.agent, &grant).await.unwrap();
    let agent = first.agent;
    let connection = agent.inner().connection().clone();
    drop(agent);
    connection.close().await.unwrap();
    let over = next(&mut ended).await;
    assert_eq!(*over.args().unwrap().code(), "lost");
}

pub async fn each_interface_is_for_its_own_user_alone() {
    let fixture = Fixture::system(World::new()).await;
    let refused = user::run(NOBODY, &fixture.bus, "remote", &[]);
    let agent = refused["agent"].as_str().unwrap();
    assert!(agent.contains("AccessDenied"), "{refused}");
    let screen = refused["screen"].as_str().unwrap();
    assert!(screen.contains("AccessDenied"), "{refused}");
    for what in ["person", "taken", "offered"] {
        assert_eq!(refused[what], "NotAuthorized", "{what}: {refused}");
    }
    // Not even root is the agent.
    let Ends { agent, .. } = ends(&fixture).await;
    assert!(agent.sign_hello("n", 1).await.is_err());
}

/// A logind with one login.
struct Login {
    uid: Option<u32>,
}

#[interface(name = "org.freedesktop.login1.Manager")]
impl Login {
    async fn list_sessions(&self) -> Vec<(String, u32, String, String, OwnedObjectPath)> {
        let path = OwnedObjectPath::try_from("/org/freedesktop/login1/session/_31").unwrap();
        let uid = self.uid.into_iter();
        uid.map(|uid| ("1".into(), uid, "ana".into(), "seat0".into(), path.clone()))
            .collect()
    }
}

struct LoginFacts {
    active: bool,
    kind: &'static str,
}

#[interface(name = "org.freedesktop.login1.Session")]
impl LoginFacts {
    #[zbus(property)]
    async fn active(&self) -> bool {
        self.active
    }

    #[zbus(property, name = "Type")]
    async fn kind(&self) -> &str {
        self.kind
    }

    #[zbus(property)]
    async fn remote(&self) -> bool {
        false
    }

    #[zbus(property)]
    async fn class(&self) -> &str {
        "user"
    }

    #[zbus(property)]
    async fn state(&self) -> &str {
        "active"
    }
}

async fn logind(fixture: &Fixture, uid: Option<u32>, active: bool) -> Connection {
    logind_of(fixture, uid, active, "x11").await
}

/// A logind whose login is of this kind.
pub async fn logind_of(
    fixture: &Fixture,
    uid: Option<u32>,
    active: bool,
    kind: &'static str,
) -> Connection {
    let logind = fixture.bus.connect().await.unwrap();
    let server = logind.object_server();
    let root = "/org/freedesktop/login1";
    server.at(root, Login { uid }).await.unwrap();
    let session = "/org/freedesktop/login1/session/_31";
    let facts = LoginFacts { active, kind };
    server.at(session, facts).await.unwrap();
    logind.request_name("org.freedesktop.login1").await.unwrap();
    logind
}

pub async fn only_the_active_login_is_believed() {
    let own = rustix::process::geteuid().as_raw();
    for (uid, active, believed) in [
        (own, true, true),
        (own, false, false),
        (NOBODY, true, false),
    ] {
        let fixture = Fixture::session(World::new()).await;
        let _logind = logind(&fixture, Some(uid), active).await;
        let Ends { person, .. } = ends(&fixture).await;
        let registered = person.register().await;
        assert_eq!(
            registered.is_ok(),
            believed,
            "{uid} {active}: {registered:?}"
        );
    }
}

pub async fn where_nobody_is_logged_in_only_a_question_that_allows_needs_no_answer() {
    let fixture = Fixture::session(World::new()).await;
    let _logind = logind(&fixture, None, false).await;
    let Ends { agent, .. } = ends(&fixture).await;
    let ask = |consent| granted(Service::Terminal, Mode::User, consent);
    let grant = ask(Consent::AskThenAllow { seconds: 60 });
    start(&agent, &grant).await.unwrap();
    for consent in [Consent::Ask { seconds: 60 }, Consent::Notify] {
        let refused = start(&agent, &ask(consent)).await;
        assert_eq!(why(refused), "RemoteNobody", "{consent:?}");
    }
}
