//! Agents of before, as their transcripts have it.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use migasfree_grant::order::{Order, Verb, sign};
use migasfree_grant::{Consent, Grant, Mode, Service};
use migasfree_server_relay::Handed;
use migasfree_tunnel::frame::Kind;
use migasfree_tunnel::message::{Code, Control, ExecutionState, Failure, Open};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::house::{CERTIFICATE, House, NOW, ORIGIN, grant, key};
use crate::peer::Peer;
use crate::until;

const SOON: Duration = Duration::from_secs(20);
const OF_7: &str = "certificate:7:0a:ff";
const OF_8: &str = "certificate:8:0b:ff";

/// An end that speaks JSON.
struct Old(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Old {
    async fn connect(
        house: &House,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, (u16, String)> {
        let url = format!("ws://{}{path}", house.address);
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => {
                let body = response.body().clone().unwrap_or_default();
                let told = String::from_utf8_lossy(&body).into_owned();
                Err((response.status().as_u16(), told))
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// One that says which computer it is.
    async fn claiming(house: &House, certificate: &str, id: Value) -> Self {
        let headers = [(CERTIFICATE, certificate)];
        let mut old = Self::connect(house, "/tunnel", &headers).await.unwrap();
        old.say(json!({
            "type": "register_agent", "id": id, "name": "pc", "services": ["ssh", "vnc", "exec"], "mode": "tcp_tunnel",
        }))
        .await;
        old
    }

    async fn agent(house: &House, certificate: &str, id: i64) -> Self {
        house
            .known
            .state()
            .certificates
            .insert(certificate.as_bytes().to_vec(), id);
        let mut old = Self::claiming(house, certificate, json!(id)).await;
        assert_eq!(old.heard().await.unwrap()["type"], "registration_ok");
        old
    }

    async fn say(&mut self, said: Value) {
        // Who is sent away meanwhile does not care.
        let _ = self.0.send(Message::Text(said.to_string().into())).await;
    }

    async fn heard(&mut self) -> Option<Value> {
        loop {
            let next = tokio::time::timeout(SOON, self.0.next()).await;
            match next.expect("something comes") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The reason it is sent away with.
    async fn sent_away(&mut self) -> String {
        let heard = self.heard().await.unwrap();
        assert_eq!(heard["type"], "error", "{heard}");
        assert!(self.heard().await.is_none());
        heard["message"].as_str().unwrap().to_owned()
    }
}

/// A grant for a service, without asking.
fn for_ssh(session: &str, computer: i64, certificate: &str) -> Grant {
    Grant {
        key: certificate.to_owned(),
        service: Service::Port,
        mode: Mode::Control,
        user: None,
        port: Some("ssh=22".to_owned()),
        consent: Consent::Unattended,
        ..grant(session, computer, &key(1))
    }
}

fn ssh() -> Open {
    Open::Port {
        name: "ssh".to_owned(),
    }
}

/// An agent, and an operator with a tunnel.
async fn tunnel(house: &House, session: &str) -> (Old, Peer, String) {
    let mut agent = Old::agent(house, OF_7, 7).await;
    let sealed = house.sign(&for_ssh(session, 7, OF_7));
    let mut operator = Peer::operator(house, &sealed).await;
    operator.session().await;
    operator.say(Kind::Open, 1, &ssh()).await;
    operator.frame(Kind::OpenOk).await;
    let start = agent.heard().await.unwrap();
    assert_eq!(start["type"], "start_tcp_tunnel");
    assert_eq!(
        (&start["service"], &start["client_cn"]),
        (&json!("ssh"), &json!("Ana"))
    );
    let id = start["tunnel_id"].as_str().unwrap().to_owned();
    (agent, operator, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_the_computer_its_certificate_is_of_whatever_it_says() {
    let house = House::new().await;
    let nothing = Old::connect(&house, "/tunnel", &[]).await.err().unwrap();
    assert_eq!(nothing.0, 403);
    assert!(nothing.1.contains("use migasfree-connect"), "{}", nothing.1);
    let unknown = [(CERTIFICATE, "somebody's")];
    let unknown = Old::connect(&house, "/tunnel", &unknown)
        .await
        .err()
        .unwrap();
    assert_eq!(unknown.0, 403);
    let state = || house.known.state();
    state().certificates.insert(OF_7.into(), 7);
    let claims = [(CERTIFICATE, OF_7), ("x-agent-id", "8")];
    let claims = Old::connect(&house, "/tunnel", &claims)
        .await
        .err()
        .unwrap();
    assert_eq!(claims.0, 403);
    let mut other = Old::claiming(&house, OF_7, json!(8)).await;
    assert!(other.sent_away().await.contains("another computer"));
    let mut text = Old::claiming(&house, OF_7, json!("7")).await;
    text.sent_away().await;
    assert!(house.registry.seen(7).is_none() && house.registry.seen(8).is_none());
    let _agent = Old::agent(&house, OF_7, 7).await;
    let seen = house.registry.seen(7).unwrap();
    assert_eq!(seen.services, ["ssh", "vnc"], "and never commands");
    assert_eq!(seen.key, OF_7);
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_reach_a_service_and_either_end_closes_it() {
    let house = House::new().await;
    let (mut agent, mut operator, id) = tunnel(&house, "one").await;
    operator
        .send(Kind::Data, 1, Bytes::from_static(b"SSH-2.0\r\n\xff"))
        .await;
    let data = json!({"type": "tunnel_data", "tunnel_id": &id, "data": "5353482d322e300d0aff"});
    assert_eq!(agent.heard().await.unwrap(), data);
    let answer =
        json!({"type": "tunnel_data", "tunnel_id": &id, "data": "00FF", "origin": "agent"});
    agent.say(answer).await;
    assert_eq!(operator.data().await, (1, Bytes::from_static(b"\x00\xff")));
    agent
        .say(json!({"type": "tunnel_closed", "tunnel_id": &id}))
        .await;
    operator.frame(Kind::HalfClose).await;

    operator.say(Kind::Open, 3, &ssh()).await;
    operator.frame(Kind::OpenOk).await;
    let second = agent.heard().await.unwrap()["tunnel_id"].clone();
    operator.send(Kind::HalfClose, 3, Bytes::new()).await;
    let close = json!({"type": "close_tcp_tunnel", "tunnel_id": second});
    assert_eq!(agent.heard().await.unwrap(), close);

    operator.say(Kind::Open, 5, &ssh()).await;
    let third = agent.heard().await.unwrap()["tunnel_id"].clone();
    drop(operator);
    let failure = Failure::new(Code::Revoked, "over");
    house
        .known
        .state()
        .stopped
        .extend([("one".to_owned(), failure)]);
    let close = json!({"type": "close_tcp_tunnel", "tunnel_id": third});
    assert_eq!(agent.heard().await.unwrap(), close, "as the session ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_names_the_tunnel_of_another() {
    let house = House::new().await;
    let (mut agent, mut operator, id) = tunnel(&house, "one").await;
    let mut intruder = Old::agent(&house, OF_8, 8).await;
    for origin in ["agent", "client"] {
        let data = json!({"type": "tunnel_data", "tunnel_id": &id, "data": "2d", "origin": origin});
        intruder.say(data).await;
    }
    intruder
        .say(json!({"type": "tunnel_closed", "tunnel_id": &id}))
        .await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let data = json!({"type": "tunnel_data", "tunnel_id": &id, "data": "2b", "origin": "agent"});
    agent.say(data).await;
    assert_eq!(operator.data().await, (1, Bytes::from_static(b"+")));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_client_speaks_version_1() {
    let house = House::new().await;
    house.known.state().certificates.insert(OF_7.into(), 7);
    let (_agent, _operator, id) = tunnel(&house, "one").await;
    let client = [(CERTIFICATE, OF_7)];
    for said in [
        json!({"type": "connect_client", "mode": "tcp_tunnel"}),
        json!({"type": "list_agents"}),
        json!({"type": "start_tcp_tunnel", "id": 7, "tunnel_id": "cli-1", "service": "ssh", "client_cn": "root"}),
        json!({"type": "close_tunnel", "tunnel_id": &id}),
    ] {
        let mut old = Old::connect(&house, "/tunnel", &client).await.unwrap();
        old.say(said).await;
        assert!(old.sent_away().await.contains("use migasfree-connect"));
    }
    let mut old = Old::connect(&house, "/tunnel", &client).await.unwrap();
    let command = "migasfree sync; id";
    old.say(json!({"type": "execute_command", "id": 7, "exec_id": "exec-1", "command": command, "client_cn": "root"}))
        .await;
    let refused = old.heard().await.unwrap();
    assert_eq!(
        (&refused["type"], &refused["exec_id"]),
        (&json!("exec_error"), &json!("exec-1"))
    );
    old.sent_away().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_have_to_be_asked_or_is_no_service_does_not_begin() {
    let house = House::new().await;
    let _agent = Old::agent(&house, OF_7, 7).await;
    let asks = Grant {
        consent: Consent::Ask { seconds: 30 },
        ..for_ssh("asks", 7, OF_7)
    };
    let terminal = Grant {
        service: Service::Terminal,
        mode: Mode::Administrator,
        ..for_ssh("terminal", 7, OF_7)
    };
    let elsewhere = Grant {
        port: Some("ssh=2222".to_owned()),
        ..for_ssh("elsewhere", 7, OF_7)
    };
    for (grant, code) in [
        (asks, Code::Policy),
        (terminal, Code::NoRight),
        (elsewhere, Code::NoRight),
    ] {
        let mut operator = Peer::operator(&house, &house.sign(&grant)).await;
        let Control::Refused { failure, .. } = operator.heard().await else {
            panic!("{} begins", grant.session);
        };
        assert_eq!(failure.code, code, "{}", grant.session);
    }
    let rdp = Grant {
        port: Some("rdp=3389".to_owned()),
        ..for_ssh("rdp", 7, OF_7)
    };
    let mut operator = Peer::operator(&house, &house.sign(&rdp)).await;
    operator.session().await;
    let open = Open::Port {
        name: "rdp".to_owned(),
    };
    operator.say(Kind::Open, 1, &open).await;
    let failure: Failure = operator.said(Kind::OpenFail).await;
    assert_eq!(failure.code, Code::NotReachable);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_certificate_takes_no_place_while_the_first_one_is_good() {
    let house = House::new().await;
    let mut first = Old::agent(&house, OF_7, 7).await;
    let again = Old::agent(&house, OF_7, 7).await;
    assert!(first.sent_away().await.contains("anew"));
    assert!(house.registry.seen(7).is_some(), "its end clears nothing");
    let renewed = "certificate:7:0c:ff";
    house.known.state().certificates.insert(renewed.into(), 7);
    let mut other = Old::claiming(&house, renewed, json!(7)).await;
    assert!(other.sent_away().await.contains("another key"));
    house.known.state().certificates.remove(OF_7.as_bytes());
    let _renewed = Old::agent(&house, renewed, 7).await;
    assert_eq!(house.registry.seen(7).unwrap().key, renewed);
    drop(again);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_nothing_holds_up_the_others_for_a_moment_only() {
    let house = House::new().await;
    let (mut agent, mut operator, id) = tunnel(&house, "one").await;
    let data = hex::encode(vec![b'x'; 64 * 1024]);
    for _ in 0..5 {
        let data =
            json!({"type": "tunnel_data", "tunnel_id": &id, "data": &data, "origin": "agent"});
        agent.say(data).await;
    }
    let failure: Failure = operator.said(Kind::Reset).await;
    assert_eq!(failure.code, Code::Limit);
    let close = json!({"type": "close_tcp_tunnel", "tunnel_id": &id});
    assert_eq!(agent.heard().await.unwrap(), close);
}

/// The answer to a registration over HTTP.
async fn registered(house: &House, certificate: Option<&str>, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    let shown = certificate.map_or_else(String::new, |shown| format!("{CERTIFICATE}: {shown}\r\n"));
    let request = format!(
        "POST /manager/v1/private/tunnel/register HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\
         content-type: application/json\r\n{shown}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer[9..12].parse().unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    (status, serde_json::from_str(body).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_told_where_the_relay_is() {
    let house = House::new().await;
    house.known.state().certificates.insert(OF_7.into(), 7);
    let body = r#"{"id": 7, "name": "pc", "services": ["ssh"], "mode": "tcp_tunnel"}"#;
    let relay = ORIGIN.replace("https", "wss") + "/tunnel";
    let told = registered(&house, Some(OF_7), body).await;
    assert_eq!(told, (200, json!({"relay": relay})));
    for (certificate, body, status) in [
        (None, body.to_owned(), 403),
        (Some("somebody's"), body.to_owned(), 403),
        (Some(OF_7), body.replace('7', "8"), 403),
        (Some(OF_7), body.replace("7", "\"7\""), 422),
        (Some(OF_7), "{}".to_owned(), 422),
    ] {
        let told = registered(&house, certificate, &body).await;
        assert_eq!(told.0, status, "{body}");
        assert!(told.1.get("detail").is_some(), "{}", told.1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_shows_its_ticket_as_subprotocol_and_no_token_in_the_address() {
    let house = House::new().await;
    let mut agent = Old::agent(&house, OF_7, 7).await;
    let ticket = house.sign(&for_ssh("one", 7, OF_7));
    let protocols = format!("migasfree-ticket-1, {ticket}");
    let shown = [("sec-websocket-protocol", protocols.as_str())];
    let with_token = "/ws/tunnel/computers/7/?token=abc&service=ssh";
    let refused = Old::connect(&house, with_token, &shown)
        .await
        .err()
        .unwrap();
    assert_eq!(refused.0, 400);
    for (path, headers) in [
        ("/ws/tunnel/computers/7/", &[][..]),
        ("/ws/tunnel/computers/8/", &shown[..]),
    ] {
        let refused = Old::connect(&house, path, headers).await.err().unwrap();
        assert_eq!(refused.0, 403, "{path}");
    }
    let path = "/ws/tunnel/computers/7/";
    let mut browser = Old::connect(&house, path, &shown).await.unwrap();
    assert_eq!(browser.heard().await.unwrap()["status"], "connected");
    let id = agent.heard().await.unwrap()["tunnel_id"].clone();
    let bytes = Bytes::from_static(b"\x00\x01");
    browser
        .0
        .send(Message::Binary(bytes.clone()))
        .await
        .unwrap();
    assert_eq!(agent.heard().await.unwrap()["data"], "0001");
    agent
        .say(json!({"type": "tunnel_data", "tunnel_id": &id, "data": "0001", "origin": "agent"}))
        .await;
    let answer = browser.0.next().await.unwrap().unwrap();
    assert_eq!(answer, Message::Binary(bytes));
    drop(browser);
    let closed = agent.heard().await.unwrap();
    assert_eq!(closed["type"], "close_tcp_tunnel");
    until(|| house.known.state().ended.contains_key("one")).await;
    let mut again = Old::connect(&house, path, &shown).await.unwrap();
    assert!(again.heard().await.unwrap().get("error").is_some(), "once");
}

fn order(house: &House, execution: &str, verb: Verb) -> Handed {
    let order = Order {
        execution: execution.to_owned(),
        verb,
        computer: 7,
        key: OF_7.to_owned(),
        issued: NOW,
        expires: NOW + 3_600,
        operator: grant("", 7, &key(1)).operator,
        reason: String::new(),
    };
    Handed {
        execution: execution.to_owned(),
        order: sign(&order, &house.key),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_told_to_synchronize_and_nothing_else() {
    let house = House::new().await;
    let forged = Handed {
        execution: "forged".to_owned(),
        order: order(&house, "other", Verb::Sync {}).order,
    };
    let orders = vec![
        order(&house, "lock", Verb::Lock {}),
        forged,
        order(&house, "sync", Verb::Sync {}),
    ];
    house.known.state().orders.insert(7, orders);
    let mut agent = Old::agent(&house, OF_7, 7).await;
    let command = json!({
        "type": "execute_command", "exec_id": "sync", "command": "migasfree sync", "client_cn": "Ana",
    });
    assert_eq!(agent.heard().await.unwrap(), command);
    agent
        .say(json!({"type": "exec_output", "exec_id": "other", "stream": "stdout", "data": "not mine\n"}))
        .await;
    for line in 0..2_000 {
        let data = format!("línea {line}\n");
        agent
            .say(
                json!({"type": "exec_output", "exec_id": "sync", "stream": "stdout", "data": data}),
            )
            .await;
    }
    agent
        .say(json!({"type": "exec_complete", "exec_id": "sync", "exit_code": 3}))
        .await;
    let is_over = |state: ExecutionState| {
        let known = house.known.state();
        known
            .acted
            .iter()
            .any(|(_, acting)| acting.execution == "sync" && acting.state == state)
    };
    until(|| is_over(ExecutionState::Failed)).await;
    let acted = house.known.state().acted.clone();
    for refused in ["lock", "forged"] {
        let said = acted
            .iter()
            .find(|(_, acting)| acting.execution == refused)
            .unwrap();
        assert_eq!(said.1.state, ExecutionState::Refused, "{refused}");
    }
    let of_sync: Vec<_> = acted
        .iter()
        .filter(|(_, acting)| acting.execution == "sync")
        .collect();
    let counted = of_sync.iter().map(|(_, acting)| acting.sequence);
    assert!(counted.eq(0..u32::try_from(of_sync.len()).unwrap()));
    let output: String = of_sync
        .iter()
        .filter_map(|(_, acting)| acting.output.clone())
        .collect();
    let expected: String = (0..2_000).map(|line| format!("línea {line}\n")).collect();
    assert_eq!(output, expected);
    assert_eq!(of_sync.last().unwrap().1.exit, Some(3));
    assert!(acted.iter().all(|(_, acting)| acting.execution != "other"));
}
