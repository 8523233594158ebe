//! Live events over the WebSocket: who may listen, and what each hears.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use migasfree_server::app::Equipment;
use migasfree_server_auth::DomainId;
use migasfree_server_db::{args, clock::Clock as _};
use migasfree_server_domain::ids::ComputerId;
use migasfree_types::events::{
    ChangeAction, Event, EventComputer, EventDeployment, EventProject, PublicationState,
};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::harness::{Answer, Client, Server};
use crate::on_both_engines;

pub type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

pub async fn connect(
    server: &Server,
    query: &str,
    headers: &[(&'static str, &str)],
) -> Result<Socket, u16> {
    let url = format!("ws://{}/api/v1/token/events/{query}", server.app.address);
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

/// The WebSocket that gets the alerts.
async fn alerts(server: &Server, program: &Client) -> Socket {
    let url = format!("ws://{}/alerts/", server.app.address);
    let mut request = url.into_client_request().unwrap();
    let authorization = format!("Token {}", program.token());
    let authorization = authorization.parse().unwrap();
    request.headers_mut().insert("authorization", authorization);
    connect_async(request).await.unwrap().0
}

pub async fn listen(server: &Server, program: &Client) -> Socket {
    let authorization = program.authorization();
    let socket = connect(server, "", &[("authorization", &authorization)])
        .await
        .unwrap();
    ready(server, socket).await
}

pub async fn ready(server: &Server, mut socket: Socket) -> Socket {
    // On PostgreSQL the listening connection may still be on its way.
    for _ in 0..100 {
        server.state().events.send(changed("test.ready", 0));
        if let Ok(Some(_)) = tokio::time::timeout(Duration::from_millis(50), socket.next()).await {
            break;
        }
    }
    socket
}

/// Everything the socket hears until everybody is told to read anew.
pub async fn heard(server: &Server, socket: &mut Socket) -> Vec<Value> {
    server.state().events.send(Event::Resync);
    let mut events = Vec::new();
    loop {
        let message = tokio::time::timeout(Duration::from_secs(5), socket.next()).await;
        let Message::Text(text) = message.expect("an event").unwrap().unwrap() else {
            continue;
        };
        let event: Value = serde_json::from_str(&text).unwrap();
        if event["type"] == "resync" {
            return events;
        }
        if event["entity"] != "test.ready" {
            events.push(event);
        }
    }
}

/// The code a socket is closed with, which has to happen soon.
pub async fn closed(socket: &mut Socket) -> u16 {
    let (code, reason) = farewell(socket).await;
    assert!(!reason.is_empty(), "{code} without a reason");
    code
}

/// The code and the reason a socket is closed with.
async fn farewell(socket: &mut Socket) -> (u16, String) {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(5), socket.next()).await;
        let message = message.expect("the end").expect("a farewell");
        if let Message::Close(frame) = message.unwrap() {
            let frame = frame.unwrap();
            return (frame.code.into(), frame.reason.to_string());
        }
    }
}

pub fn changed(entity: &str, id: i64) -> Event {
    let at = String::new();
    Event::Changed {
        entity: entity.to_owned(),
        id: Some(id),
        action: ChangeAction::Change,
        at,
    }
}

fn synchronization(id: ComputerId, project: i64) -> Event {
    let project = EventProject {
        id: project,
        name: "desk".to_owned(),
    };
    let computer = EventComputer {
        id: id.0,
        name: format!("pc-{id}"),
        text: format!("CID-{id}"),
        project,
    };
    Event::Synchronization {
        computer,
        pms_status_ok: true,
        at: String::new(),
    }
}

fn publication(deployment: i64) -> Event {
    let project = EventProject {
        id: 1,
        name: "desk".to_owned(),
    };
    Event::Publication {
        deployment: EventDeployment {
            id: deployment,
            name: "base".to_owned(),
            project,
        },
        state: PublicationState::Running,
        done: 1,
        total: 2,
        message: None,
        at: String::new(),
    }
}

/// Two projects, a computer in each; the domain holds the first computer.
async fn two_computers(server: &Server) -> (DomainId, ComputerId, ComputerId) {
    let db = &server.state().db;
    let sql = "INSERT INTO core_platform (name) VALUES ('Linux') RETURNING id";
    let (platform,): (i64,) = db.one(sql, args![]).await.unwrap();
    let mut computers = Vec::new();
    for number in [1_i64, 2] {
        let (project,): (i64,) = db
            .one(
                "INSERT INTO core_project (name, slug, pms, architecture, platform_id) \
                 VALUES ('p' || $2, 'p' || $2, 'apt', 'amd64', $1) RETURNING id",
                args![platform, number.to_string()],
            )
            .await
            .unwrap();
        let (computer,): (ComputerId,) = db
            .one(
                "INSERT INTO client_computer (uuid, status, name, project_id, created_at, updated_at) \
                 VALUES ($1, 'assigned', $1, $2, $3, $3) RETURNING id",
                args![format!("pc{number}"), project, server.clock.now()],
            )
            .await
            .unwrap();
        computers.push(computer);
    }
    let sql = "INSERT INTO core_attribute (property_att_id, value) VALUES (2, 'one') RETURNING id";
    let (attribute,): (i64,) = db.one(sql, args![]).await.unwrap();
    let sql = "INSERT INTO core_domain (name) VALUES ('NORTH') RETURNING id";
    let (domain,): (DomainId,) = db.one(sql, args![]).await.unwrap();
    db.execute(
        "INSERT INTO core_domain_included_attributes (domain_id, attribute_id) VALUES ($1, $2)",
        args![domain, attribute],
    )
    .await
    .unwrap();
    db.execute(
        "INSERT INTO client_computer_sync_attributes (computer_id, attribute_id) VALUES ($1, $2)",
        args![computers[0], attribute],
    )
    .await
    .unwrap();
    (domain, computers[0], computers[1])
}

async fn prefer(server: &Server, name: &str, domain: DomainId) {
    server
        .state()
        .db
        .execute(
            "UPDATE core_userprofile SET domain_preference_id = $2 WHERE username = $1",
            args![name, domain],
        )
        .await
        .unwrap();
}

on_both_engines! {
    async fn only_who_signed_in_may_listen(server: Server) {
        assert_eq!(connect(&server, "", &[]).await.err(), Some(401));
        assert_eq!(connect(&server, "?ticket=0123", &[]).await.err(), Some(401));
        assert_eq!(connect(&server, "", &[("authorization", "Token 0123")]).await.err(), Some(401));
        let plain = server.admin().await.get("/api/v1/token/events/").await;
        assert!((400..500).contains(&plain.status), "a plain request is no WebSocket");
    }

    async fn a_ticket_opens_one_socket_for_a_short_time(server: Server) {
        let admin = server.admin().await;
        assert_eq!(server.anonymous().post("/api/v1/token/events/ticket/", json!({})).await.status, 401);
        let issue = || async {
            let answer = admin.post("/api/v1/token/events/ticket/", json!({})).await;
            format!("?ticket={}", answer.json["ticket"].as_str().unwrap())
        };
        let ticket = issue().await;
        assert!(connect(&server, &ticket, &[]).await.is_ok());
        assert_eq!(connect(&server, &ticket, &[]).await.err(), Some(401), "used up");
        let late = issue().await;
        server.clock.advance(Duration::from_secs(31));
        assert_eq!(connect(&server, &late, &[]).await.err(), Some(401), "too late");
    }

    async fn every_socket_is_closed_with_a_code_and_a_reason(server: Server) {
        let admin = server.admin().await;
        for mut socket in [listen(&server, &admin).await, alerts(&server, &admin).await] {
            socket.send(Message::Binary(vec![0].into())).await.unwrap();
            assert_eq!(closed(&mut socket).await, 1003);
        }
        for mut socket in [listen(&server, &admin).await, alerts(&server, &admin).await] {
            let goodbye = CloseFrame { code: CloseCode::Away, reason: "closing the page".into() };
            socket.close(Some(goodbye)).await.unwrap();
            assert_eq!(farewell(&mut socket).await, (1001, "closing the page".to_owned()), "it is answered");
        }
        let mut sockets = [listen(&server, &admin).await, alerts(&server, &admin).await];
        let (restarted, ()) = tokio::join!(server.restarted(), async {
            for socket in &mut sockets {
                assert_eq!(closed(socket).await, 1012);
            }
        });
        drop(restarted);
    }

    async fn who_signs_out_hears_no_more(server: Server) {
        server.add_operator("ana", "correct horse", &["client.view_notification"]).await;
        let login = json!({"username": "ana", "password": "correct horse"});
        let sign_in = async || {
            let answer = server.anonymous().post("/token-auth/", login.clone()).await;
            Client::new(server.url(), Some(answer.json["token"].as_str().unwrap().to_owned()))
        };
        let by_ticket = async |program: &Client| {
            let answer = program.post("/api/v1/token/events/ticket/", json!({})).await;
            let ticket = format!("?ticket={}", answer.json["ticket"].as_str().unwrap());
            (ready(&server, connect(&server, &ticket, &[]).await.unwrap()).await, ticket)
        };
        let (one, other) = (sign_in().await, sign_in().await);
        let unused = one.post("/api/v1/token/events/ticket/", json!({})).await.json["ticket"].clone();
        let mut ended = by_ticket(&one).await.0;
        let mut kept = by_ticket(&other).await.0;
        assert_eq!(one.post("/rest-auth/logout/", json!({})).await.status, 200);
        assert_eq!(closed(&mut ended).await, 4401);
        let unused = format!("?ticket={}", unused.as_str().unwrap());
        assert_eq!(connect(&server, &unused, &[]).await.err(), Some(401));
        assert_eq!(heard(&server, &mut kept).await, Vec::<Value>::new(), "another sign-in of the same account");

        let admin = server.admin().await;
        let users = admin.get("/api/v1/token/user-profiles/?username=ana").await;
        let path = format!("/api/v1/token/user-profiles/{}/", users.json["results"][0]["id"]);
        assert_eq!(admin.patch(&path, json!({"is_active": false})).await.status, 200);
        assert_eq!(closed(&mut kept).await, 4401);
    }

    async fn a_json_web_token_opens_a_socket_until_its_sign_in_ends(server: Server) {
        server.add_operator("ana", "correct horse", &["client.view_notification"]).await;
        let login = json!({"username": "ana", "password": "correct horse"});
        for end in ["sign-out", "password", "new token"] {
            let pair = server.anonymous().post("/token-auth-jwt/", login.clone()).await.json;
            let bearer = format!("Bearer {}", pair["access"].as_str().unwrap());
            let post = |path: &str, body: Value| {
                Answer::of(server.anonymous().request(reqwest::Method::POST, path).header("Authorization", &bearer).json(&body))
            };
            let ticket = post("/api/v1/token/events/ticket/", json!({})).await.json["ticket"].clone();
            let unused = post("/api/v1/token/events/ticket/", json!({})).await.json["ticket"].clone();
            let direct = connect(&server, "", &[("authorization", &bearer)]).await.unwrap();
            let by_ticket = connect(&server, &format!("?ticket={}", ticket.as_str().unwrap()), &[]).await.unwrap();
            let mut sockets = [ready(&server, direct).await, ready(&server, by_ticket).await];
            let answer = match end {
                "sign-out" => post("/rest-auth/logout/", json!({})).await,
                "password" => post("/rest-auth/password/change/", json!({
                    "old_password": "correct horse", "new_password1": "correct horse 2", "new_password2": "correct horse 2",
                })).await,
                _ => {
                    let admin = server.admin().await;
                    let users = admin.get("/api/v1/token/user-profiles/?username=ana").await;
                    let path = format!("/api/v1/token/user-profiles/{}/update-token/", users.json["results"][0]["id"]);
                    admin.post(&path, json!({})).await
                }
            };
            assert_eq!(answer.status, 200, "{end}: {}", answer.text);
            for socket in &mut sockets {
                assert_eq!(closed(socket).await, 4401, "{end}");
            }
            let unused = format!("?ticket={}", unused.as_str().unwrap());
            assert_eq!(connect(&server, &unused, &[]).await.err(), Some(401), "{end}");
            if end == "password" {
                let back = json!({"password": "correct horse", "password2": "correct horse"});
                let admin = server.admin().await;
                let users = admin.get("/api/v1/token/user-profiles/?username=ana").await;
                let path = format!("/api/v1/token/user-profiles/{}/change-password/", users.json["results"][0]["id"]);
                assert_eq!(admin.put(&path, back).await.status, 200);
            }
        }
    }

    async fn the_cookie_opens_a_socket_for_our_own_page_only(server: Server) {
        let login = server.anonymous().request(reqwest::Method::POST, "/rest-auth/login/")
            .header("X-CSRF", "1").header("Origin", server.url())
            .json(&json!({"username": "admin", "password": server.admin_password()}));
        let answer = Answer::of(login).await;
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        assert!(connect(&server, "", &[("cookie", &cookie), ("origin", &server.url())]).await.is_ok());
        assert_eq!(connect(&server, "", &[("cookie", &cookie)]).await.err(), Some(403));
        let foreign = [("cookie", cookie.as_str()), ("origin", "http://elsewhere.example")];
        assert_eq!(connect(&server, "", &foreign).await.err(), Some(403));
    }

    async fn an_operator_hears_what_they_may_view(server: Server) {
        let (_, one, _) = two_computers(&server).await;
        let rights = ["client.view_notification", "client.view_computer"];
        let ana = server.operator("ana", &rights).await;
        let mut socket = listen(&server, &ana).await;
        let events = &server.state().events;
        events.send(synchronization(one, 1));
        events.send(publication(1));
        events.send(changed("core.store", 3));
        events.send(changed("client.computer", one.0));
        let heard = heard(&server, &mut socket).await;
        let kinds: Vec<_> = heard.iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["synchronization", "changed"]);
    }

    async fn who_missed_something_is_told_to_ask_again(server: Server) {
        let ana = server.operator("ana", &["client.view_notification"]).await;
        let mut socket = listen(&server, &ana).await;
        // More than is kept for anybody, faster than anybody reads.
        for number in 0..20_000 {
            server.state().events.send(changed("core.store", number));
        }
        wait_for(&mut socket, |event| event["type"] == "resync").await;
    }

    async fn a_domain_limits_what_is_heard(server: Server) {
        let (domain, one, two) = two_computers(&server).await;
        let rights = ["client.view_notification", "client.view_computer", "core.view_deployment", "core.view_store"];
        let ana = server.operator("ana", &rights).await;
        prefer(&server, "ana", domain).await;
        let db = &server.state().db;
        for project in [1_i64, 2] {
            let sql = "INSERT INTO core_store (id, name, slug, project_id) VALUES ($1, 'Org', 'org', $1)";
            db.execute(sql, args![project]).await.unwrap();
            let sql = "INSERT INTO core_deployment (id, name, slug, project_id, start_date) VALUES ($1, 'base', 'base', $1, '2020-01-01')";
            db.execute(sql, args![project]).await.unwrap();
        }
        let sql = "INSERT INTO core_domain (name) VALUES ('SOUTH') RETURNING id";
        let (south,): (DomainId,) = db.one(sql, args![]).await.unwrap();
        let sql = "INSERT INTO core_deployment (id, name, slug, project_id, start_date, domain_id) VALUES (3, 'south', 'south', 1, '2020-01-01', $1)";
        db.execute(sql, args![south]).await.unwrap();
        let mut socket = listen(&server, &ana).await;
        let events = &server.state().events;
        events.send(synchronization(one, 1));
        events.send(synchronization(two, 2));
        for deployment in [1, 2, 3] {
            events.send(publication(deployment));
            events.send(publication(deployment));
        }
        events.send(changed("client.computer", two.0));
        for store in [1, 2, 3] {
            events.send(changed("core.store", store));
        }
        let mut heard = heard(&server, &mut socket).await;
        // Steps of one publication may come as one.
        heard.dedup();
        assert_eq!(heard.len(), 3, "{heard:?}");
        assert_eq!(heard[0]["computer"]["id"], one.0);
        assert_eq!(heard[1]["deployment"]["id"], 1);
        assert_eq!((&heard[2]["entity"], &heard[2]["id"]), (&json!("core.store"), &json!(1)), "neither the other project's nor one that is gone");
    }

    async fn a_socket_loses_at_once_what_a_group_or_a_domain_takes_away(server: Server) {
        let (domain, one, two) = two_computers(&server).await;
        let admin = server.admin().await;
        let db = &server.state().db;
        let sql = "SELECT p.id FROM auth_permission p JOIN content_type t ON t.id = p.content_type_id \
                   WHERE t.app_label = 'client' AND p.codename = 'view_computer'";
        let (view,): (i64,) = db.one(sql, args![]).await.unwrap();
        let group = json!({"name": "Lookers", "permissions": [view]});
        let group = admin.post("/api/v1/token/accounts/groups/", group).await.json["id"].clone();
        let bea = server.add_operator("bea", "", &[]).await;
        let member = admin.patch(&format!("/api/v1/token/user-profiles/{bea}/"), json!({"groups": [group]})).await;
        assert_eq!(member.status, 200, "{}", member.text);
        let mut socket = listen(&server, &server.program_of(bea).await).await;
        let both = || {
            server.state().events.send(synchronization(one, 1));
            server.state().events.send(synchronization(two, 2));
        };
        both();
        assert_eq!(heard(&server, &mut socket).await.len(), 2);
        let domain = format!("/api/v1/token/domains/{domain}/");
        let limited = admin.patch(&domain, json!({"domain_admins": [bea.0]})).await;
        assert_eq!(limited.status, 200, "{}", limited.text);
        both();
        let left = heard(&server, &mut socket).await;
        assert_eq!((left.len(), &left[0]["computer"]["id"]), (1, &json!(one.0)), "{left:?}");
        let emptied = admin.patch(&format!("/api/v1/token/accounts/groups/{group}/"), json!({"permissions": []})).await;
        assert_eq!(emptied.status, 200, "{}", emptied.text);
        both();
        assert_eq!(heard(&server, &mut socket).await, Vec::<Value>::new());
    }

    async fn an_empty_domain_lets_nothing_through(server: Server) {
        let (_, one, _) = two_computers(&server).await;
        let sql = "INSERT INTO core_domain (name) VALUES ('EMPTY') RETURNING id";
        let (empty,): (DomainId,) = server.state().db.one(sql, args![]).await.unwrap();
        let ana = server.operator("ana", &["client.view_notification", "client.view_computer"]).await;
        prefer(&server, "ana", empty).await;
        let mut socket = listen(&server, &ana).await;
        server.state().events.send(synchronization(one, 1));
        assert_eq!(heard(&server, &mut socket).await, Vec::<Value>::new());
    }

    async fn what_is_sent_in_a_transaction_is_heard_when_it_commits(server: Server) {
        let mut socket = listen(&server, &server.admin().await).await;
        let state = server.state();
        let mut tx = state.db.begin().await.unwrap();
        state.events.send_after(&mut tx, changed("core.store", 1));
        drop(tx);
        let mut tx = state.db.begin().await.unwrap();
        state.events.send_after(&mut tx, changed("core.store", 2));
        tx.commit().await.unwrap();
        let heard = heard(&server, &mut socket).await;
        assert_eq!(heard.len(), 1);
        assert_eq!(heard[0]["id"], 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_has_so_many_sockets_at_the_same_time() {
    let settings = migasfree_server::config::Settings {
        sockets_per_account: 2,
        ..Server::sqlite_settings()
    };
    assert_eq!(
        migasfree_server::config::Settings::default().sockets_per_account,
        32
    );
    let server = Server::with(settings).await;
    let authorization = format!("Token {}", server.admin().await.token());
    let headers = [("authorization", authorization.as_str())];
    let first = connect(&server, "", &headers).await.unwrap();
    let alerts = format!("ws://{}/alerts/", server.app.address);
    let mut request = alerts.into_client_request().unwrap();
    let value = authorization.parse().unwrap();
    request.headers_mut().insert("authorization", value);
    let _second = connect_async(request).await.unwrap();
    assert_eq!(connect(&server, "", &headers).await.err(), Some(429));
    let ana = server.operator("ana", &[]).await;
    let _other = listen(&server, &ana).await;
    drop(first);
    for _ in 0..100 {
        if connect(&server, "", &headers).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("a place that was given back is not free");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_no_pings_is_let_go_and_who_does_stays() {
    let equipment = Equipment {
        ping_every: Duration::from_millis(500),
        ..Equipment::default()
    };
    let settings = migasfree_server::config::Settings {
        sockets_per_account: 1,
        ..Server::sqlite_settings()
    };
    let server = Server::equipped(equipment, settings).await;
    let admin = server.admin().await;
    let mut socket = listen(&server, &admin).await;
    let until_it_ends = async {
        loop {
            match socket.next().await {
                Some(Ok(_)) => {}
                end => return end,
            }
        }
    };
    let end = tokio::time::timeout(Duration::from_secs(3), until_it_ends).await;
    assert!(end.is_err(), "{end:?}");
    // From here on nobody reads, and so nobody answers.
    let authorization = format!("Token {}", admin.token());
    for _ in 0..100 {
        let headers = [("authorization", authorization.as_str())];
        if connect(&server, "", &headers).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("somebody who is gone keeps the place");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_go_on_after_the_connection_for_them_broke_and_all_are_told_that_they_missed_some() {
    let server = Server::on_postgres().await;
    let mut socket = listen(&server, &server.admin().await).await;
    let end = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
        AND pid <> pg_backend_pid() AND query ILIKE 'listen%' AND pg_terminate_backend(pid)";
    let (ended,): (i64,) = server.state().db.one(end, args![]).await.unwrap();
    assert_eq!(ended, 1);
    // Told before it listens again: nobody hears it, and everybody has to know.
    server.state().events.send(changed("core.store", 1));
    wait_for(&mut socket, |event| event["type"] == "resync").await;
    server.state().events.send(changed("core.store", 2));
    wait_for(&mut socket, |event| event["id"] == 2).await;
}

async fn wait_for(socket: &mut Socket, wanted: impl Fn(&Value) -> bool) {
    let heard = async {
        loop {
            let Message::Text(text) = socket.next().await.unwrap().unwrap() else {
                continue;
            };
            if wanted(&serde_json::from_str(&text).unwrap()) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(120), heard)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_share_a_database_share_their_events() {
    let settings = Server::postgres_settings().await;
    let one = Server::with(settings.clone()).await;
    let other = Server::with(settings).await;
    let mut socket = listen(&one, &one.admin().await).await;
    other.state().events.send(changed("core.store", 7));
    for _ in 0..100 {
        let message = tokio::time::timeout(Duration::from_secs(5), socket.next()).await;
        let Message::Text(text) = message.unwrap().unwrap().unwrap() else {
            continue;
        };
        if text.contains("core.store") {
            return;
        }
    }
    panic!("the other server's event was not heard");
}
