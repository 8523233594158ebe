//! The relay in the server: it knows keys, grants and rights as the rest of the server does.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt as _, StreamExt as _};
use migasfree_native::requests::{INFO, Nothing};
use migasfree_tunnel::frame::{Frame, Kind, StreamId};
use migasfree_tunnel::message::{
    self, AgentHello, Code, Control, GoAway, Hello, OperatorHello, SUBPROTOCOL, Who,
};
use serde::Serialize;
use serde_json::json;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::events::Socket;
use crate::harness::Server;
use crate::identity::Fleet;
use crate::native::enrolled;
use crate::native::peer::Computer;
use crate::on_both_engines;

const UUID: &str = "4C4C4544-0036-3010-8056-B7C04F4E4B32";

async fn connect(server: &Server, who: &str) -> Socket {
    let url = format!("ws://{}/api/native/1/relay/{who}/", server.app.address);
    let mut request = url.into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
    connect_async(request).await.unwrap().0
}

async fn say(socket: &mut Socket, kind: Kind, what: &impl Serialize) {
    let mut bytes = BytesMut::new();
    Frame::new(kind, StreamId::CONNECTION, message::write(what)).encode(&mut bytes);
    let _ = socket.send(Message::Binary(bytes.freeze())).await;
}

/// The next frame of a kind.
async fn heard(socket: &mut Socket, kind: Kind) -> Bytes {
    loop {
        let next = tokio::time::timeout(Duration::from_secs(20), socket.next()).await;
        let Some(Ok(Message::Binary(mut read))) = next.unwrap() else {
            panic!("the relay goes without {kind:?}");
        };
        while let Some(frame) = Frame::decode(&mut read).unwrap() {
            if frame.kind == kind {
                return frame.payload;
            }
        }
    }
}

async fn sent_away(socket: &mut Socket) -> Code {
    let parting: GoAway = message::read(&heard(socket, Kind::GoAway).await).unwrap();
    parting.failure.code
}

/// The agent of a computer.
async fn agent(server: &Server, computer: &Computer, id: i64) -> Socket {
    let mut socket = connect(server, "agent").await;
    let hello: Hello = message::read(&heard(&mut socket, Kind::Hello).await).unwrap();
    let Who::Relay(welcome) = hello.who else {
        panic!("the relay speaks first");
    };
    let nonce = welcome.nonce.unwrap();
    let made = server.clock_now().seconds();
    let thumbprint = computer.server().thumbprint();
    let signature = migasfree_grant::hello::sign(&computer.key, id, &nonce, thumbprint, made);
    let hello = AgentHello {
        computer: id,
        key: computer.key.public().thumbprint().to_string(),
        nonce,
        made,
        signature,
        services: vec!["terminal".to_owned()],
        live: Vec::new(),
    };
    let hello = Hello::new(Who::Agent(hello), "0", "test");
    say(&mut socket, Kind::Hello, &hello).await;
    socket
}

async fn operator(server: &Server, grant: &str) -> Socket {
    let mut socket = connect(server, "session").await;
    let hello = OperatorHello {
        grant: Some(grant.to_owned()),
        resume: None,
    };
    let hello = Hello::new(Who::Operator(hello), "0", "test");
    say(&mut socket, Kind::Hello, &hello).await;
    socket
}

async fn is_there(server: &Server, computer: i64) {
    let relay = server.state().relay.clone().unwrap();
    for _ in 0..200 {
        if relay.registry.seen(computer).is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("its agent is not there");
}

on_both_engines! {
    async fn an_operator_reaches_a_computer_until_its_key_is_revoked(fleet: Fleet) {
        let computer = enrolled(&fleet, UUID, "pc1").await;
        computer.get(&INFO, &Nothing {}).await;
        let computers = fleet.admin.get("/api/v1/token/computers/").await.json;
        let id = computers["results"][0]["id"].as_i64().unwrap();
        let mut connected = agent(&fleet.server, &computer, id).await;
        is_there(&fleet.server, id).await;

        let policy = json!({
            "name": "All", "consent": "notify", "recording": "none", "proof": "sign_in", "reason_required": false,
        });
        let made = fleet.admin.post("/api/v1/token/remote-policies/", policy).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let asked = json!({"computer": id, "service": "terminal", "mode": "user", "account": "pia", "reason": "The printer is stuck"});
        let granted = fleet.admin.post("/api/v1/token/remote-sessions/", asked).await;
        assert!(granted.status < 300, "{}", granted.text);
        let grant = granted.json["grant"].as_str().unwrap();
        let mut helping = operator(&fleet.server, grant).await;
        let start = heard(&mut connected, Kind::Control).await;
        let Control::Start { session, .. } = message::read(&start).unwrap() else {
            panic!("no session begins");
        };
        let accepted = Control::Accepted {
            session: session.clone(),
            mode: migasfree_grant::Mode::User,
            switches: migasfree_grant::Switches::default(),
            recorded: false,
        };
        say(&mut connected, Kind::Control, &accepted).await;
        heard(&mut helping, Kind::Hello).await;
        heard(&mut helping, Kind::Hello).await;
        let mut again = operator(&fleet.server, grant).await;
        assert_eq!(sent_away(&mut again).await, Code::Used);

        let keys = fleet.admin.get("/api/v1/token/computer-keys/").await.json;
        let key = &keys["results"][0]["id"];
        let path = format!("/api/v1/token/computer-keys/{key}/revoke/");
        let revoked = fleet.admin.post(&path, json!({})).await;
        assert!(revoked.status < 300, "{}", revoked.text);
        let end: Control = message::read(&heard(&mut helping, Kind::Control).await).unwrap();
        assert!(matches!(end, Control::End { .. } | Control::Detached { .. }), "{end:?}");
        assert_eq!(sent_away(&mut connected).await, Code::Revoked);
        let mut back = agent(&fleet.server, &computer, id).await;
        assert_eq!(sent_away(&mut back).await, Code::Revoked);
    }

    async fn a_server_that_stops_sends_agents_away(fleet: Fleet) {
        let computer = enrolled(&fleet, UUID, "pc1").await;
        computer.get(&INFO, &Nothing {}).await;
        let computers = fleet.admin.get("/api/v1/token/computers/").await.json;
        let id = computers["results"][0]["id"].as_i64().unwrap();
        let mut connected = agent(&fleet.server, &computer, id).await;
        is_there(&fleet.server, id).await;
        fleet.server.app.stop().await;
        let parting: GoAway = message::read(&heard(&mut connected, Kind::GoAway).await).unwrap();
        assert_eq!((parting.failure.code, parting.again_after), (Code::Draining, Some(1)));
    }
}
