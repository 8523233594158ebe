//! On what conditions policies let somebody in.

use std::time::Duration;

use migasfree_grant::{Consent, Recording, Strength};
use migasfree_server_audit::UserId;
use migasfree_server_db::args;
use migasfree_server_domain::services::OfDomain as _;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, POLICIES, SESSIONS, told};
use crate::harness::{Answer, Client, Page};
use crate::on_both_engines;

const CODES: &str = "/api/v1/token/device-code/";
const OF_A_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A program that waits until somebody lets it in.
struct Waiting {
    device: String,
    user: String,
}

impl Waiting {
    async fn begin(desk: &Desk) -> Self {
        let request = desk.server().anonymous().request(Method::POST, CODES);
        let answer = Answer::of(request.form(&[("client_id", "Connect")])).await;
        let text = |name: &str| answer.json[name].as_str().unwrap().to_owned();
        Self {
            device: text("device_code"),
            user: text("user_code"),
        }
    }

    async fn tokens(&self, desk: &Desk) -> Value {
        let form = [
            ("grant_type", OF_A_CODE),
            ("device_code", self.device.as_str()),
        ];
        granted(desk, &form).await
    }
}

async fn granted(desk: &Desk, form: &[(&str, &str)]) -> Value {
    let path = format!("{CODES}token/");
    let request = desk.server().anonymous().request(Method::POST, &path);
    let answer = Answer::of(request.form(form)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json
}

fn bearing(desk: &Desk, tokens: &Value) -> Client {
    Client::bearing(
        desk.server().url(),
        tokens["access_token"].as_str().unwrap(),
    )
}

/// The code and what is said of a session that is denied.
fn denied(answer: &Answer) -> (&str, &str) {
    assert_eq!(answer.status, 403, "{}", answer.text);
    let said = answer.json["detail"].as_str().unwrap_or_default();
    (answer.code(), said)
}

impl Desk {
    /// A page on which somebody with the right to terminals signed in just now.
    async fn page(&self, name: &str) -> (UserId, Page) {
        let (user, _) = self.helper(name, &["open_terminal"]).await;
        (user, Page::of_operator(self.server(), user).await)
    }

    async fn ask_on(&self, page: &mut Page) -> Answer {
        page.post(SESSIONS, self.terminal(&json!({}))).await
    }
}

on_both_engines! {
    async fn the_first_policy_that_is_meant_for_the_computer_decides(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["open_terminal"]).await;
        let blue = desk.org.id("tags");
        let consent = async || {
            desk.server().clock.advance(Duration::from_secs(61));
            desk.granted(&helper).await.consent
        };
        assert_eq!(consent().await, Consent::Ask { seconds: 30 });
        let told_of = json!({"name": "Blue", "priority": 10, "included_attributes": [blue], "consent": "notify"});
        let blue_ones = desk.policy(told_of).await;
        assert_eq!(consent().await, Consent::Notify);
        let spared = json!({"name": "First", "priority": 1, "included_attributes": [1], "excluded_attributes": [blue], "consent": "deny"});
        desk.policy(spared).await;
        assert_eq!(consent().await, Consent::Notify, "it spares the blue ones");
        let path = format!("{POLICIES}{blue_ones}/");
        assert_eq!(desk.org.admin.patch(&path, json!({"enabled": false})).await.status, 200);
        assert_eq!(consent().await, Consent::Ask { seconds: 30 });
    }

    async fn without_a_policy_nobody_gets_in(desk: Desk) {
        desk.set(json!({"enabled": false})).await;
        let off = "UPDATE remote_policy SET enabled = FALSE";
        desk.org.execute(off, args![]).await;
        let refused = desk.ask(&desk.org.admin, json!({})).await;
        assert_eq!(denied(&refused).0, "no_policy", "not even a superuser");
    }

    async fn a_policy_of_a_group_is_for_its_members(desk: Desk) {
        let (hugo, helper) = desk.helper("hugo", &["open_terminal"]).await;
        let group = desk.org.id("accounts/groups");
        let body = json!({"name": "Night", "priority": 1, "included_attributes": [1], "group": group, "consent": "notify"});
        let policy = desk.policy(body).await;
        assert_eq!(desk.granted(&helper).await.consent, Consent::Ask { seconds: 30 });
        let join = "INSERT INTO auth_user_groups (user_id, group_id) VALUES ($1, $2)";
        desk.org.execute(join, args![hugo, group]).await;
        assert_eq!(desk.granted(&helper).await.consent, Consent::Notify);
        assert_eq!(desk.org.admin.delete(&format!("/api/v1/token/accounts/groups/{group}/")).await.status, 204);
        let gone = desk.org.admin.get(&format!("{POLICIES}{policy}/")).await;
        assert_eq!(gone.status, 404, "it is nobody else's without its group");
    }

    async fn a_policy_of_a_domain_is_for_its_computers(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["open_terminal"]).await;
        // The first computer has the tag of the north, which its domain excludes from now on.
        let north = desk.org.id("domains");
        let body = json!({"name": "North", "priority": 1, "included_attributes": [1], "domain": north, "consent": "notify"});
        desk.policy(body).await;
        assert_eq!(desk.granted(&helper).await.consent, Consent::Notify);
        let path = format!("/api/v1/token/domains/{north}/");
        let excluded = json!({"excluded_attributes": [desk.org.id("tags")]});
        assert_eq!(desk.org.admin.patch(&path, excluded).await.status, 200);
        assert_eq!(desk.granted(&helper).await.consent, Consent::Ask { seconds: 30 });
    }

    async fn a_reason_and_a_ticket_are_asked_for_where_the_policy_says_so(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["open_terminal"]).await;
        let silent = desk.ask(&helper, json!({"reason": " "})).await;
        assert!(told(&silent, "reason").contains("why"), "{}", silent.text);
        desk.set(json!({"ticket_required": true})).await;
        let without = desk.ask(&helper, json!({})).await;
        assert!(told(&without, "ticket").contains("ticket"), "{}", without.text);
        assert_eq!(desk.ask(&helper, json!({"ticket": "HD-4711"})).await.status, 200);
        desk.set(json!({"reason_required": false, "ticket_required": false})).await;
        assert_eq!(desk.ask(&helper, json!({"reason": ""})).await.status, 200);
    }

    async fn a_policy_lets_in_on_its_days_and_at_its_hours(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["open_terminal"]).await;
        // It is a Wednesday, wherever the organisation is.
        desk.set(json!({"days": ["sun", "mon"]})).await;
        assert_eq!(denied(&desk.ask(&helper, json!({})).await).0, "outside_hours");
        desk.set(json!({"days": ["wed", "thu"]})).await;
        assert_eq!(desk.ask(&helper, json!({})).await.status, 200);
        let zone = &desk.server().state().domain().settings.clients.time_zone;
        let (_, hour) = zone.hour(desk.server().clock_now());
        let at = |hours: u8| format!("{:02}:00", (hour + hours) % 24);
        desk.set(json!({"days": [], "from_time": at(2), "until_time": at(4)})).await;
        let refused = desk.ask(&helper, json!({})).await;
        let (code, said) = denied(&refused);
        assert!(code == "outside_hours" && said.contains(&at(2)), "{}", refused.text);
        desk.set(json!({"from_time": at(22), "until_time": at(2)})).await;
        assert_eq!(desk.ask(&helper, json!({})).await.status, 200);
    }

    async fn a_policy_denies_or_offers_some_services_and_ports(desk: Desk) {
        let rights = ["open_terminal", "forward_port", "read_files", "write_files"];
        let (_, helper) = desk.helper("hugo", &rights).await;
        let port = |name: &str| json!({"service": "port", "port": name});
        let unknown = desk.ask(&helper, port("ldap")).await;
        assert!(told(&unknown, "port").contains("ssh, vnc, rdp"), "{}", unknown.text);
        desk.set(json!({"ports": ["ldap=389"], "files_in": false})).await;
        let grant = desk.read(&desk.ask(&helper, port("ldap")).await);
        assert_eq!(grant.port.as_deref(), Some("ldap=389"));
        let files = |mode: &str| json!({"service": "files", "mode": mode});
        assert_eq!(desk.ask(&helper, files("read")).await.status, 200);
        for mode in ["write", "read_write"] {
            assert_eq!(denied(&desk.ask(&helper, files(mode)).await).0, "policy", "{mode}");
        }
        desk.set(json!({"terminal": false})).await;
        assert_eq!(denied(&desk.ask(&helper, json!({})).await).0, "policy");
        desk.set(json!({"consent": "deny", "terminal": true})).await;
        assert!(denied(&desk.ask(&desk.org.admin, json!({"unattended": true})).await).1.contains("Ask first"));
    }

    async fn whoever_is_there_is_asked_unless_policy_and_right_say_otherwise(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["open_terminal"]).await;
        let (_, trusted) = desk.helper("ines", &["open_terminal", "act_unattended"]).await;
        desk.set(json!({"consent": "unattended"})).await;
        assert_eq!(desk.granted(&helper).await.consent, Consent::AskThenAllow { seconds: 30 });
        assert_eq!(desk.granted(&trusted).await.consent, Consent::Unattended);
    }

    async fn what_is_recorded_strictly_is_said_in_the_grant(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["open_terminal", "read_files"]).await;
        desk.set(json!({"recording": "strict", "max_minutes": 15})).await;
        let grant = desk.granted(&helper).await;
        assert_eq!((grant.recording, grant.ends - grant.issued), (Recording::Strict, 900));
        let files = desk.ask(&helper, json!({"service": "files"})).await;
        assert_eq!(desk.read(&files).recording, Recording::None, "there is nothing to record");
    }

    async fn a_session_left_open_shows_who_is_there_before_it_gets_in(desk: Desk) {
        desk.set(json!({"proof": "recent"})).await;
        let (_, mut page) = desk.page("ana").await;
        assert_eq!(desk.ask_on(&mut page).await.status, 200);
        desk.server().clock.advance(Duration::from_secs(601));
        let left = desk.ask_on(&mut page).await;
        assert_eq!((left.status, left.code()), (403, "step_up_required"), "{}", left.text);
        desk.set(json!({"proof": "sign_in"})).await;
        assert_eq!(desk.ask_on(&mut page).await.status, 200);
    }

    async fn a_program_is_nobody_who_showed_who_they_are(desk: Desk) {
        let (_, token) = desk.helper("hugo", &["open_terminal"]).await;
        let body = json!({"name": "Bot", "permissions": ["remote.open_terminal"]});
        let made = desk.org.admin.post("/api/v1/token/account/api-keys/", body).await;
        assert_eq!(made.status, 200, "{}", made.text);
        let key = Client::bearing(desk.server().url(), made.json["key"].as_str().unwrap());
        for program in [&token, &key] {
            assert_eq!(desk.ask(program, json!({})).await.status, 200, "where a sign-in is enough");
        }
        desk.set(json!({"proof": "recent"})).await;
        for program in [&token, &key] {
            let refused = desk.ask(program, json!({})).await;
            let (code, said) = denied(&refused);
            assert!(code == "no_programs" && said.contains("console"), "{}", refused.text);
        }
    }

    async fn a_program_that_somebody_let_in_counts_as_they_do_for_ten_minutes(desk: Desk) {
        let (user, token) = desk.helper("hugo", &["open_terminal"]).await;
        desk.set(json!({"proof": "recent"})).await;
        let approve = format!("{CODES}approve/");
        let waiting = Waiting::begin(&desk).await;
        let mut page = Page::of_operator(desk.server(), user).await;
        assert_eq!(page.post(&approve, json!({"user_code": waiting.user})).await.status, 200);
        let tokens = waiting.tokens(&desk).await;
        assert_eq!(desk.ask(&bearing(&desk, &tokens), json!({})).await.status, 200);

        let waiting = Waiting::begin(&desk).await;
        assert_eq!(token.post(&approve, json!({"user_code": waiting.user})).await.status, 200);
        let another = waiting.tokens(&desk).await;
        let refused = desk.ask(&bearing(&desk, &another), json!({})).await;
        assert_eq!(denied(&refused).0, "sign_in_again", "no program vouches for another");

        desk.server().clock.advance(Duration::from_secs(601));
        let again = tokens["refresh_token"].as_str().unwrap();
        let again = granted(&desk, &[("grant_type", "refresh_token"), ("refresh_token", again)]).await;
        let late = desk.ask(&bearing(&desk, &again), json!({})).await;
        assert_eq!(denied(&late).0, "sign_in_again", "{}", late.text);
    }

    async fn a_second_factor_is_asked_for_and_said_in_the_grant(desk: Desk) {
        desk.set(json!({"proof": "second_factor"})).await;
        let (ana, mut page) = desk.page("ana").await;
        let refused = desk.ask_on(&mut page).await;
        assert_eq!(denied(&refused).0, "second_factor_needed");
        let app = "INSERT INTO auth_totp (user_id, sealed_secret, created_at, confirmed_at) VALUES ($1, '', $2, $2)";
        desk.org.execute(app, args![ana, desk.server().clock_now()]).await;
        desk.server().clock.advance(Duration::from_secs(1));
        let mut page = Page::of_operator(desk.server(), ana).await;
        let granted = desk.ask_on(&mut page).await;
        assert_eq!(granted.status, 200, "{}", granted.text);
        assert_eq!(desk.read(&granted).operator.strength, Strength::SecondFactor);
    }

    async fn a_policy_that_cannot_be_kept_is_not_taken(desk: Desk) {
        let refused = |answer: Answer, field: &str| {
            assert!(!told(&answer, field).is_empty(), "{field}: {}", answer.text);
        };
        let made = async |body: Value| {
            let mut body = body;
            body["name"] = json!("Odd");
            desk.org.admin.post(POLICIES, body).await
        };
        for (field, body) in [
            ("ports", json!({"ports": ["ssh"]})),
            ("ports", json!({"ports": ["ssh=70000"]})),
            ("days", json!({"days": ["someday"]})),
            ("from_time", json!({"from_time": "8:00", "until_time": "10:00"})),
            ("until_time", json!({"from_time": "08:00"})),
            ("until_time", json!({"from_time": "08:00", "until_time": "08:00"})),
            ("consent", json!({"consent": "perhaps"})),
            ("max_minutes", json!({"max_minutes": 0})),
        ] {
            refused(made(body).await, field);
        }
    }
}
