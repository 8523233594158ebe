//! Who is let in, and with what.

use std::time::Duration;

use migasfree_grant::{Consent, Mode, Recording, Service, Strength};
use migasfree_server_audit::UserId;
use migasfree_server_db::args;
use migasfree_server_domain::remote::{self, Limits};
use serde_json::json;

use super::{Desk, SESSIONS};
use crate::harness::{Client, Server};
use crate::on_both_engines;

const KEYS: &str = "/api/v1/token/account/api-keys/";

/// What takes which right, and nothing else.
const WAYS: [(&str, &str, &str); 7] = [
    ("terminal", "user", "open_terminal"),
    ("terminal", "administrator", "open_admin_terminal"),
    ("screen", "view", "view_screen"),
    ("screen", "control", "control_screen"),
    ("files", "read", "read_files"),
    ("files", "write", "write_files"),
    ("port", "control", "forward_port"),
];

on_both_engines! {
    async fn everything_is_denied_until_its_right_is_given(desk: Desk) {
        let all: Vec<&str> = WAYS.iter().map(|(.., right)| *right).collect();
        for (number, (service, mode, right)) in WAYS.into_iter().enumerate() {
            let others: Vec<&str> = all.iter().copied().filter(|other| *other != right).collect();
            let (_, without) = desk.helper(&format!("without{number}"), &others).await;
            let (_, with) = desk.helper(&format!("with{number}"), &[right]).await;
            let body = json!({"service": service, "mode": mode, "port": "ssh"});
            let refused = desk.ask(&without, body.clone()).await;
            assert_eq!((refused.status, refused.code()), (403, "permission_denied"), "{service} {mode}: {}", refused.text);
            assert!(refused.text.contains(right), "{}", refused.text);
            let granted = desk.ask(&with, body).await;
            assert_eq!(granted.status, 200, "{service} {mode}: {}", granted.text);
            assert_eq!(granted.json["relay"], "/api/native/1/relay/session/");
            desk.server().clock.advance(Duration::from_secs(61));
        }
        assert_eq!(desk.server().anonymous().post(SESSIONS, json!({})).await.status, 401);
        let helper = desk.helper("lister", &[]).await.1;
        assert_eq!(helper.get(SESSIONS).await.status, 403, "the list is the entity's");
        assert_eq!(desk.org.admin.get(SESSIONS).await.status, 200);
    }

    async fn a_grant_says_who_may_do_what_on_which_computer(desk: Desk) {
        let (user, helper) = desk.helper("hugo", &["open_terminal"]).await;
        let grant = desk.granted(&helper).await;
        let now = desk.server().clock_now().seconds();
        assert_eq!((grant.issued, grant.expires, grant.ends), (now, now + 60, now + 240 * 60));
        assert_eq!((grant.operator.id, grant.operator.name.as_str()), (user.0, "hugo"));
        assert_eq!(grant.operator.strength, Strength::Password);
        assert_eq!((grant.computer, grant.key.len()), (desk.computer(), 43));
        assert_eq!((grant.service, grant.mode), (Service::Terminal, Mode::User));
        assert_eq!(grant.user.as_deref(), Some("ana"));
        assert_eq!(grant.consent, Consent::Ask { seconds: 30 });
        assert_eq!(grant.recording, Recording::BestEffort);
        assert_eq!(grant.reason, "The printer is stuck");
    }

    async fn a_grant_is_good_once_and_for_a_minute(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["open_terminal"]).await;
        let state = desk.server().state();
        let text = |answer: crate::harness::Answer| answer.json["grant"].as_str().unwrap().to_owned();
        let first = text(desk.ask(&helper, json!({})).await);
        let started = remote::start(state, &first).await.unwrap();
        assert_eq!(started.idle, Duration::from_secs(30 * 60));
        assert_eq!(remote::start(state, &first).await.unwrap_err().why.name(), "used");
        let late = text(desk.ask(&helper, json!({})).await);
        desk.server().clock.advance(Duration::from_secs(61));
        assert_eq!(remote::start(state, &late).await.unwrap_err().why.name(), "expired");
        let forged = format!("{}A", &first[..first.len() - 1]);
        for wrong in ["", "grant", "a.b", forged.as_str()] {
            assert!(remote::start(state, wrong).await.is_err(), "{wrong}");
        }
    }

    async fn what_lies_beyond_domain_and_scope_is_not_there(desk: Desk) {
        let rights = ["open_terminal"];
        let (UserId(sam), helper) = desk.helper("sam", &rights).await;
        assert_eq!(desk.ask(&helper, json!({})).await.status, 200);
        let tag = json!({"property_att": desk.org.id("stamps"), "value": "red"});
        let tag = desk.org.admin.post("/api/v1/token/tags/", tag).await.json["id"].as_i64().unwrap();
        let give = "INSERT INTO client_computer_tags (computer_id, serverattribute_id) VALUES ($1, $2)";
        desk.org.execute(give, args![desk.other().await, tag]).await;
        let south = json!({"name": "South", "included_attributes": [tag], "domain_admins": [sam]});
        assert_eq!(desk.org.admin.post("/api/v1/token/domains/", south).await.status, 201);
        let beyond = desk.ask(&helper, json!({})).await;
        let nowhere = desk.ask(&helper, json!({"computer": 999_999_999})).await;
        assert_eq!((beyond.status, nowhere.status), (404, 404), "{}", beyond.text);
        assert_eq!(beyond.json, nowhere.json, "nothing tells one from the other");
        let own = desk.ask(&helper, json!({"computer": desk.other().await})).await;
        assert_eq!((own.status, own.code()), (409, "no_computer_key"), "{}", own.text);
    }

    async fn a_computer_without_a_key_or_a_connection_is_told_apart(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["open_terminal"]).await;
        let keyless = desk.ask(&helper, json!({"computer": desk.other().await})).await;
        assert_eq!((keyless.status, keyless.code()), (409, "no_computer_key"));
        assert!(keyless.text.contains("Computer keys"), "what to do: {}", keyless.text);
        desk.doorman.away.lock().unwrap().insert(desk.computer());
        let offline = desk.ask(&helper, json!({})).await;
        assert_eq!((offline.status, offline.code()), (409, "offline"), "{}", offline.text);
        desk.doorman.away.lock().unwrap().clear();
        desk.org.execute("UPDATE client_computerkey SET state = 'revoked'", args![]).await;
        assert_eq!(desk.ask(&helper, json!({})).await.code(), "no_computer_key");
    }

    async fn root_is_a_right_of_its_own_however_it_is_asked_for(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["open_terminal", "read_files", "write_files"]).await;
        let by_name = desk.ask(&helper, json!({"account": "root"})).await;
        assert!(crate::remote::told(&by_name, "account").contains("administrator"), "{}", by_name.text);
        for mode in ["read", "write", "read_write"] {
            let files = desk.ask(&helper, json!({"service": "files", "mode": mode, "account": "root"})).await;
            assert_eq!(files.status, 403, "{}", files.text);
            assert!(files.text.contains("open_admin_terminal"), "{}", files.text);
        }
        let (_, admin) = desk.helper("ines", &["open_admin_terminal"]).await;
        let answer = desk.ask(&admin, json!({"mode": "administrator"})).await;
        let grant = desk.read(&answer);
        assert_eq!((grant.mode, grant.user), (Mode::Administrator, None));
    }

    async fn who_asks_nobody_or_is_not_recorded_needs_the_right_to(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["open_terminal"]).await;
        for (member, right) in [("unattended", "act_unattended"), ("unrecorded", "skip_recording")] {
            let refused = desk.ask(&helper, json!({member: true})).await;
            assert_eq!(refused.status, 403, "{}", refused.text);
            assert!(refused.text.contains(right), "{}", refused.text);
            let (_, allowed) = desk.helper(member, &["open_terminal", right]).await;
            let grant = desk.read(&desk.ask(&allowed, json!({member: true})).await);
            let expected = if member == "unattended" {
                (Consent::Unattended, Recording::BestEffort)
            } else {
                (Consent::Ask { seconds: 30 }, Recording::None)
            };
            assert_eq!((grant.consent, grant.recording), expected);
        }
    }

    async fn a_key_of_a_program_lets_in_with_the_permission_alone(desk: Desk) {
        let owner = &desk.org.admin;
        let program = async |permissions: &[&str]| {
            let made = owner.post(KEYS, json!({"name": "Bot", "permissions": permissions})).await;
            assert_eq!(made.status, 200, "{}", made.text);
            Client::bearing(desk.server().url(), made.json["key"].as_str().unwrap())
        };
        let without = program(&["client.view_computer", "remote.view_screen"]).await;
        assert_eq!(desk.ask(&without, json!({})).await.status, 403, "though its owner may all");
        let with = program(&["remote.open_terminal"]).await;
        let grant = desk.granted(&with).await;
        assert_eq!(grant.operator.strength, Strength::ApiKey);
        assert_eq!(grant.operator.name, "admin (Bot)");
        desk.set(json!({"proof": "second_factor"})).await;
        assert_eq!(desk.ask(&with, json!({})).await.code(), "second_factor_needed");
    }

    async fn what_is_not_written_as_it_has_to_be_is_refused_by_name(desk: Desk) {
        let admin = &desk.org.admin;
        let odd = json!({"computer": "x", "service": "telnet", "mode": 7, "reason": [], "unattended": "perhaps"});
        let refused = admin.post(SESSIONS, odd).await;
        for field in ["computer", "service", "mode", "reason", "unattended"] {
            assert!(!crate::remote::told(&refused, field).is_empty(), "{field}: {}", refused.text);
        }
        let long = "x".repeat(501);
        assert!(!crate::remote::told(&desk.ask(admin, json!({"reason": long})).await, "reason").is_empty());
        assert!(!crate::remote::told(&desk.ask(admin, json!({"account": "-l"})).await, "account").is_empty());
        assert!(!crate::remote::told(&desk.ask(admin, json!({"mode": "view"})).await, "mode").is_empty());
    }
}

/// Asks as often as it takes; answers statuses and codes.
async fn asked(desk: &Desk, client: &Client, times: usize) -> Vec<(u16, String)> {
    let mut answers = Vec::new();
    for _ in 0..times {
        let answer = desk.ask(client, json!({})).await;
        answers.push((answer.status, answer.code().to_owned()));
    }
    answers
}

async fn limits_hold(settings: migasfree_server::config::Settings) {
    let limits = Limits {
        per_operator: 2,
        per_computer: 3,
        per_minute: 0,
    };
    let desk = Desk::with(limits, settings).await;
    let (_, hugo) = desk.helper("hugo", &["open_terminal"]).await;
    let (_, ines) = desk.helper("ines", &["open_terminal"]).await;
    let ok = (200, String::new());
    let full = (409, "too_many_sessions".to_owned());
    let expected = [ok.clone(), ok.clone(), full.clone()];
    assert_eq!(
        asked(&desk, &hugo, 3).await,
        expected,
        "two of one operator"
    );
    assert_eq!(
        asked(&desk, &ines, 2).await,
        [ok.clone(), full],
        "three on one computer"
    );
    desk.server().clock.advance(Duration::from_secs(61));
    assert_eq!(
        asked(&desk, &hugo, 1).await,
        [ok],
        "what nobody started is over"
    );
}

async fn a_minute_holds(settings: migasfree_server::config::Settings) {
    let limits = Limits {
        per_operator: 0,
        per_computer: 0,
        per_minute: 2,
    };
    let desk = Desk::with(limits, settings).await;
    let (_, hugo) = desk.helper("hugo", &["open_terminal"]).await;
    let statuses = async |times| -> Vec<u16> {
        let answers = asked(&desk, &hugo, times).await;
        answers.into_iter().map(|(status, _)| status).collect()
    };
    assert_eq!(statuses(3).await, [200, 200, 429]);
    desk.server().clock.advance(Duration::from_secs(60));
    assert_eq!(statuses(1).await, [200]);
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_only_so_many_sessions_on_sqlite() {
    limits_hold(Server::sqlite_settings()).await;
    a_minute_holds(Server::sqlite_settings()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_only_so_many_sessions_on_postgres() {
    limits_hold(Server::postgres_settings().await).await;
    a_minute_holds(Server::postgres_settings().await).await;
}
