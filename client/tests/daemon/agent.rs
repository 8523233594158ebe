//! The agent between a relay of the test and the real daemon.

use std::fs;
use std::future::pending;

use migasfree_carrier::{Greeting, Transport, Word, websocket};
use migasfree_client::agent::serve;
use migasfree_dbus::SupportProxy;
use migasfree_grant::order::{Verb, sign as sign_order};
use migasfree_grant::{Consent, Mode, Service, hello, sign};
use migasfree_tunnel::message::{
    AgentHello, Code, Control, ExecutionState, Failure, Hello, SUBPROTOCOL, Welcome, Who,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

use crate::actions::order;
use crate::engine::{World, computer_key, server_key};
use crate::fixture::{Fixture, PATIENCE};
use crate::remote::granted;

pub async fn it_says_who_it_is_begins_what_is_granted_and_comes_again() {
    let (fixture, listener) = server().await;
    let bus = fixture.bus.connect().await.unwrap();
    tokio::select! {
        over = Box::pin(serve(bus, pending())) => panic!("the agent ended: {over:?}"),
        () = Box::pin(relay(&listener)) => {}
    }
}

pub async fn it_tells_when_there_is_a_screen_and_when_there_is_none() {
    let (fixture, listener) = server().await;
    let bus = fixture.bus.connect().await.unwrap();
    let person = fixture.bus.connect().await.unwrap();
    let person = SupportProxy::new(&person).await.unwrap();
    tokio::select! {
        over = Box::pin(serve(bus, pending())) => panic!("the agent ended: {over:?}"),
        () = Box::pin(told(&listener, &person)) => {}
    }
}

async fn told(listener: &TcpListener, person: &SupportProxy<'_>) {
    let screen = "screen".to_owned();
    let (mut relay, hello) = welcome(listener, "first").await;
    assert!(!hello.services.contains(&screen), "{:?}", hello.services);
    person.register().await.unwrap();
    for shows in [true, false] {
        person.offer_screen(shows).await.unwrap();
        loop {
            let said = relay.hear(PATIENCE).await.unwrap();
            if let Word::Control(Control::Services { services }) = said
                && services.contains(&screen) == shows
            {
                break;
            }
        }
    }
}

/// A computer, and where its server is to be.
async fn server() -> (Fixture, TcpListener) {
    let fixture = Fixture::session(World::new()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    configure(&fixture, &format!("http://{address}"));
    (fixture, listener)
}

fn configure(fixture: &Fixture, server: &str) {
    let folder = fixture.root.join("etc");
    fs::create_dir_all(&folder).unwrap();
    let text = format!("[client]\nServer = {server}\n");
    fs::write(folder.join("migasfree.conf"), text).unwrap();
}

pub async fn it_goes_through_the_proxy_of_the_settings() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = listener.local_addr().unwrap().to_string();
    let mut world = World::new();
    world.proxy = Some(proxy);
    let fixture = Fixture::session(world).await;
    // A name that nobody but the proxy knows.
    configure(&fixture, "http://relay.invalid:8080");
    let bus = fixture.bus.connect().await.unwrap();
    let come = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        assert!(
            head.starts_with("CONNECT relay.invalid:8080 HTTP/1.1\r\n"),
            "{head}"
        );
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        let (_relay, hello) = greeted(stream, "first").await;
        assert_eq!(hello.computer, 42);
    };
    tokio::select! {
        over = Box::pin(serve(bus, pending())) => panic!("the agent ended: {over:?}"),
        () = Box::pin(come) => {}
    }
}

async fn relay(listener: &TcpListener) {
    let (mut relay, first) = welcome(listener, "first").await;
    assert_eq!((first.computer, first.live.len()), (42, 0));
    assert!(first.services.contains(&"terminal".to_owned()));
    let grant = granted(Service::Terminal, Mode::User, Consent::Unattended);
    let start = Control::Start {
        session: grant.session.clone(),
        grant: sign(&grant, &server_key()),
    };
    relay.control(&start).await.unwrap();
    let accepted = said(&mut relay).await;
    assert!(
        matches!(
            accepted,
            Control::Accepted {
                mode: Mode::User,
                ..
            }
        ),
        "{accepted:?}"
    );

    // The connection breaks: the session does not.
    drop(relay);
    let (mut relay, second) = welcome(listener, "second").await;
    assert_eq!(second.live.len(), 1);
    assert_eq!(second.live[0].session, grant.session);
    let forged = Control::Start {
        session: grant.session.clone(),
        grant: sign(&grant, &computer_key()),
    };
    for (begin, code) in [(&start, Code::Used), (&forged, Code::NoRight)] {
        relay.control(begin).await.unwrap();
        let refused = said(&mut relay).await;
        let Control::Refused { failure, .. } = &refused else {
            panic!("{refused:?}");
        };
        assert_eq!(failure.code, code);
    }

    let end = Control::End {
        session: grant.session,
        failure: Failure::new(Code::EndedByOperator, "done"),
    };
    relay.control(&end).await.unwrap();
    drop(relay);
    let (_, third) = welcome(listener, "third").await;
    assert!(third.live.is_empty(), "{:?}", third.live);
}

pub async fn orders_reach_the_daemon_and_what_becomes_of_them_the_relay() {
    let fixture = Fixture::session(World::new()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let folder = fixture.root.join("etc");
    fs::create_dir_all(&folder).unwrap();
    let text = format!("[client]\nServer = http://{address}\n");
    fs::write(folder.join("migasfree.conf"), text).unwrap();
    let bus = fixture.bus.connect().await.unwrap();
    tokio::select! {
        over = Box::pin(serve(bus, pending())) => panic!("the agent ended: {over:?}"),
        () = Box::pin(ordering(&fixture, &listener)) => {}
    }
}

async fn ordering(fixture: &Fixture, listener: &TcpListener) {
    // The server takes nothing but what comes over the relay.
    World::change(&fixture.root, |world| world.offline = true);
    let (mut relay, _) = welcome(listener, "first").await;
    let good = order(Verb::Sync {});
    let (forged, swapped) = (order(Verb::Sync {}), order(Verb::Lock {}));
    for (execution, order) in [
        (&forged.execution, sign_order(&forged, &computer_key())),
        (&swapped.execution, sign_order(&good, &server_key())),
    ] {
        relay.control(&act(execution, order)).await.unwrap();
        let (told, state, _) = acting(&mut relay).await;
        assert_eq!((&told, state), (execution, ExecutionState::Refused));
    }

    let text = sign_order(&good, &server_key());
    relay
        .control(&act(&good.execution, text.clone()))
        .await
        .unwrap();
    let (told, state, _) = acting(&mut relay).await;
    assert_eq!((&told, state), (&good.execution, ExecutionState::Running));
    // The connection breaks: what is told meanwhile comes with the next one, from its beginning.
    drop(relay);
    let (mut relay, _) = welcome(listener, "second").await;
    let mut sequences = Vec::new();
    let end = loop {
        let (told, state, sequence) = acting(&mut relay).await;
        assert_eq!(told, good.execution);
        sequences.push(sequence);
        if state.is_final() {
            break state;
        }
    };
    // The server of the jobs is away, so that this one fails.
    assert_eq!(end, ExecutionState::Failed);
    assert!(sequences.contains(&0), "{sequences:?}");

    // The relay does not know that it gave the order before.
    relay.control(&act(&good.execution, text)).await.unwrap();
    let (told, ..) = acting(&mut relay).await;
    assert_eq!(told, good.execution);
    assert!(World::read(&fixture.root).synchronised.is_empty());
}

fn act(execution: &str, order: String) -> Control {
    Control::Act {
        execution: execution.to_owned(),
        order,
    }
}

/// What is told next of an order: its execution, its state, and the number.
async fn acting(relay: &mut Greeting<impl Transport>) -> (String, ExecutionState, u32) {
    match said(relay).await {
        Control::Acting {
            execution,
            state,
            sequence,
            ..
        } => (execution, state, sequence),
        other => panic!("{other:?}"),
    }
}

/// The next thing that the agent says of a session.
async fn said(relay: &mut Greeting<impl Transport>) -> Control {
    loop {
        match relay.hear(PATIENCE).await.unwrap() {
            Word::Control(Control::Services { .. }) => {}
            Word::Control(control) => return control,
            other => panic!("{other:?}"),
        }
    }
}

/// An agent that comes, and proves who it is.
async fn welcome(listener: &TcpListener, nonce: &str) -> (Greeting<impl Transport>, AgentHello) {
    let (stream, _) = listener.accept().await.unwrap();
    greeted(stream, nonce).await
}

async fn greeted(stream: TcpStream, nonce: &str) -> (Greeting<impl Transport>, AgentHello) {
    let socket = accept_hdr_async(stream, speaks_the_tunnel).await.unwrap();
    let mut greeting = Greeting::new(websocket::over(socket));
    let challenge = Welcome {
        nonce: Some(nonce.to_owned()),
        keep_alive: 30,
        session: None,
    };
    let challenge = Hello::new(Who::Relay(challenge), "test", "linux");
    greeting.hello(&challenge).await.unwrap();
    let Word::Hello(said) = greeting.hear(PATIENCE).await.unwrap() else {
        panic!("no hello");
    };
    let Who::Agent(agent) = said.who else {
        panic!("no agent");
    };
    let key = *computer_key().public();
    let server = server_key().public().thumbprint();
    let signature = &agent.signature;
    assert!(hello::verify(
        signature, &key, 42, nonce, server, agent.made
    ));
    (greeting, agent)
}

#[allow(
    clippy::result_large_err,
    clippy::unnecessary_wraps,
    reason = "as the library wants it"
)]
fn speaks_the_tunnel(_: &Request, mut answer: Response) -> Result<Response, ErrorResponse> {
    let protocol = SUBPROTOCOL.parse().unwrap();
    answer
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    Ok(answer)
}
