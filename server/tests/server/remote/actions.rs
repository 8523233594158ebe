//! Actions: who may have computers do what, and that each of them does it once.

use std::collections::BTreeSet;
use std::time::Duration;

use migasfree_grant::order::{Order, Verb, verify};
use migasfree_server_audit::{self as audit, UserId};
use migasfree_server_db::args;
use migasfree_server_domain::actions::{self, Claimed, KEPT, Told};
use migasfree_server_domain::ids::ComputerId;
use migasfree_server_domain::retention;
use migasfree_server_domain::services::OfDomain as _;
use migasfree_types::actions::ExecutionState;
use serde_json::{Value, json};

use super::Desk;
use crate::harness::{Answer, Client};
use crate::on_both_engines;

const ACTIONS: &str = "/api/v1/token/actions/";
const EXECUTIONS: &str = "/api/v1/token/executions/";
const HOUR: Duration = Duration::from_secs(3600);

/// What there is to be done, with what it takes.
fn verbs() -> [(&'static str, Value); 7] {
    [
        ("sync", json!({})),
        ("inventory", json!({})),
        ("message", json!({"title": "Tea", "text": "It is ready."})),
        ("lock", json!({})),
        ("reboot", json!({"delay_minutes": 5})),
        ("shutdown", json!({})),
        ("wake", json!({})),
    ]
}

impl Desk {
    /// Asks for one of this computer, otherwise where something else is said; `null` leaves out what is usual.
    async fn act(&self, client: &Client, more: Value) -> Answer {
        let mut body = json!({"verb": "sync", "computers": [self.computer()], "reason": "The printer is stuck"});
        let members = body.as_object_mut().unwrap();
        for (name, value) in more.as_object().unwrap() {
            members.insert(name.clone(), value.clone());
        }
        members.retain(|_, value| !value.is_null());
        client.post(ACTIONS, body).await
    }

    /// An action of the administrator: its row.
    async fn acted(&self, more: Value) -> i64 {
        let answer = self.act(&self.org.admin, more).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json["id"].as_i64().unwrap()
    }

    /// The one execution of an action.
    async fn execution(&self, action: i64) -> Value {
        let path = format!("{ACTIONS}{action}/executions/");
        let page = self.org.admin.get(&path).await;
        assert_eq!(
            (page.status, page.json["count"].as_i64()),
            (200, Some(1)),
            "{}",
            page.text
        );
        page.json["results"][0].clone()
    }

    async fn state_of(&self, action: i64) -> String {
        self.execution(action).await["state"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn claim(&self) -> Vec<Claimed> {
        let computer = ComputerId(self.computer());
        actions::claim(self.server().state(), computer)
            .await
            .unwrap()
    }

    fn order(&self, claimed: &Claimed) -> Order {
        let key = self.server().state().domain().remote.key.public();
        let now = self.server().clock_now().seconds();
        verify(&claimed.order, key, now).unwrap()
    }

    /// A computer says how far an execution is; whether that was expected of it.
    async fn tells(&self, computer: i64, told: Told<'_>) -> bool {
        let state = self.server().state();
        actions::told(state, ComputerId(computer), &told)
            .await
            .unwrap()
    }

    async fn sweep(&self) -> u64 {
        actions::sweep(self.server().state()).await.unwrap()
    }
}

fn says(execution: &str, state: ExecutionState, sequence: u32) -> Told<'_> {
    Told {
        execution,
        state,
        exit: None,
        output: None,
        sequence,
    }
}

on_both_engines! {
    async fn every_verb_is_denied_until_its_own_right_is_given(desk: Desk) {
        for (number, (verb, parameters)) in verbs().into_iter().enumerate() {
            let right = format!("run_{verb}");
            let others: Vec<String> = verbs().iter().map(|(other, _)| format!("run_{other}")).filter(|other| *other != right).collect();
            let others: Vec<&str> = others.iter().map(String::as_str).collect();
            let (_, without) = desk.helper(&format!("without{number}"), &others).await;
            let (_, with) = desk.helper(&format!("with{number}"), &[right.as_str()]).await;
            let asked = json!({"verb": verb, "parameters": parameters});
            let refused = desk.act(&without, asked.clone()).await;
            assert_eq!((refused.status, refused.code()), (403, "permission_denied"), "{verb}: {}", refused.text);
            assert!(refused.text.contains(&right), "{}", refused.text);
            let allowed = desk.act(&with, asked).await;
            assert_eq!((allowed.status, &allowed.json["verb"]), (201, &json!(verb)), "{}", allowed.text);
            assert_eq!(allowed.json["states"], json!({"ready": 1}), "{}", allowed.text);
        }
        assert_eq!(desk.act(&desk.server().anonymous(), json!({})).await.status, 401);
        let (_, nobody) = desk.helper("nobody", &["open_terminal"]).await;
        assert_eq!(desk.act(&nobody, json!({})).await.status, 403);
        assert_eq!(nobody.get(ACTIONS).await.status, 403, "the list is the entity's");
    }

    async fn those_who_help_synchronize_and_tell_and_nothing_more(desk: Desk) {
        let user = desk.server().add_operator("gina", "", &[]).await;
        let join = "INSERT INTO auth_user_groups (user_id, group_id) SELECT $1, id FROM auth_group WHERE name = 'Remote Helper'";
        desk.org.execute(join, args![user]).await;
        let helper = desk.server().program_of(user).await;
        for (verb, parameters) in verbs() {
            let status = desk.act(&helper, json!({"verb": verb, "parameters": parameters})).await.status;
            let may = ["sync", "inventory", "message"].contains(&verb);
            assert_eq!(status, if may { 201 } else { 403 }, "{verb}");
        }
        let read = helper.get(EXECUTIONS).await;
        assert_eq!(read.status, 200, "{}", read.text);
    }

    async fn what_lies_beyond_domain_and_scope_is_not_there(desk: Desk) {
        let (UserId(sam), helper) = desk.helper("sam", &["run_sync", "view_action"]).await;
        let action = desk.acted(json!({})).await;
        let tag = json!({"property_att": desk.org.id("stamps"), "value": "red"});
        let tag = desk.org.admin.post("/api/v1/token/tags/", tag).await.json["id"].as_i64().unwrap();
        let give = "INSERT INTO client_computer_tags (computer_id, serverattribute_id) VALUES ($1, $2)";
        desk.org.execute(give, args![desk.other().await, tag]).await;
        let south = json!({"name": "South", "included_attributes": [tag], "domain_admins": [sam]});
        assert_eq!(desk.org.admin.post("/api/v1/token/domains/", south).await.status, 201);
        let beyond = desk.act(&helper, json!({})).await;
        assert_eq!(beyond.status, 400, "{}", beyond.text);
        assert!(beyond.json["computers"].is_array(), "{}", beyond.text);
        let short = format!("/api/v1/token/computers/{}/actions/", desk.computer());
        assert_eq!(helper.post(&short, json!({"verb": "sync"})).await.status, 404);
        let cancel = format!("{ACTIONS}{action}/cancel/");
        assert_eq!(helper.post(&cancel, json!({})).await.status, 404);
        let own = format!("/api/v1/token/computers/{}/actions/", desk.other().await);
        assert_eq!(helper.post(&own, json!({"verb": "sync"})).await.status, 201);
        let all = desk.act(&helper, json!({"computers": null, "included_attributes": [tag]})).await;
        assert_eq!((all.status, &all.json["computers"]), (201, &json!(1)), "{}", all.text);
        let both = desk.acted(json!({"computers": [desk.computer(), desk.other().await]})).await;
        let counted = helper.get(&format!("{ACTIONS}{both}/")).await.json;
        assert_eq!((&counted["computers"], &counted["states"]), (&json!(1), &json!({"ready": 1})), "{counted}");
        let counted = desk.org.admin.get(&format!("{ACTIONS}{both}/")).await.json;
        assert_eq!((&counted["computers"], &counted["states"]), (&json!(2), &json!({"ready": 2})), "{counted}");
    }

    async fn an_order_waits_for_its_computer_and_says_who_asked(desk: Desk) {
        let (UserId(user), helper) = desk.helper("hugo", &["run_reboot"]).await;
        let asked = json!({"verb": "reboot", "parameters": {"delay_minutes": 3, "text": "A new kernel"}});
        let answer = desk.act(&helper, asked).await;
        let action = answer.json["id"].as_i64().unwrap();
        desk.server().clock.advance(HOUR);
        assert_eq!(actions::waiting(desk.server().state()).await.unwrap(), [ComputerId(desk.computer())]);
        let claimed = desk.claim().await;
        let order = desk.order(&claimed[0]);
        assert_eq!(order.verb, Verb::Reboot { delay_minutes: 3, text: "A new kernel".to_owned() });
        assert_eq!((order.computer, order.key.len()), (desk.computer(), 43));
        assert_eq!((order.operator.id, order.operator.name.as_str()), (user, "hugo"));
        assert_eq!((order.execution.as_str(), order.reason.as_str()), (claimed[0].execution.as_str(), "The printer is stuck"));
        assert_eq!(order.expires - order.issued, 23 * 3600);
        assert_eq!(desk.state_of(action).await, "leased");
        assert!(desk.claim().await.is_empty(), "it is given away once");
        let execution = order.execution.as_str();
        let running = Told { output: Some("going down\n"), ..says(execution, ExecutionState::Running, 0) };
        assert!(desk.tells(desk.computer(), running).await);
        assert_eq!(desk.state_of(action).await, "running");
        let done = Told { exit: Some(0), output: Some("up again"), ..says(execution, ExecutionState::Succeeded, 1) };
        assert!(desk.tells(desk.computer(), done).await);
        let row = desk.execution(action).await;
        assert_eq!((&row["state"], &row["exit_code"]), (&json!("succeeded"), &json!(0)), "{row}");
        let output = format!("{EXECUTIONS}{}/output/", row["id"]);
        let told = desk.org.admin.get(&output).await.json;
        assert_eq!((&told["output"], &told["next"]), (&json!("going down\nup again"), &json!(2)), "{told}");
        let rest = desk.org.admin.get(&format!("{output}?from=1")).await.json;
        assert_eq!(rest["output"], "up again");
        assert!(!desk.tells(desk.computer(), says(execution, ExecutionState::Failed, 2)).await, "it is over");
        let state = desk.server().state();
        let chain = audit::verify(&state.db, &state.domain().audit, &state.domain().audit_anchors).await.unwrap();
        assert_eq!(chain.broken, None);
        let records = format!("/api/v1/token/audit/?entity=remote.execution&object_id={}", row["id"]);
        assert_eq!(desk.org.admin.get(&records).await.json["count"], 2, "that it began, and how it ended");
    }

    async fn nobody_is_given_an_order_twice(desk: Desk) {
        for _ in 0..5 {
            desk.acted(json!({})).await;
        }
        let (one, other, third) = tokio::join!(desk.claim(), desk.claim(), desk.claim());
        let all: Vec<String> = [one, other, third].concat().into_iter().map(|one| one.execution).collect();
        let different: BTreeSet<&String> = all.iter().collect();
        assert_eq!((all.len(), different.len()), (5, 5));
    }

    async fn what_another_computer_says_of_it_is_not_taken(desk: Desk) {
        let action = desk.acted(json!({})).await;
        let claimed = desk.claim().await;
        let execution = claimed[0].execution.as_str();
        assert!(!desk.tells(desk.other().await, says(execution, ExecutionState::Succeeded, 0)).await);
        assert!(!desk.tells(desk.computer(), says("4c9f3a5e-0000-4000-8000-000000000001", ExecutionState::Succeeded, 0)).await);
        assert!(!desk.tells(desk.computer(), says(execution, ExecutionState::Cancelled, 0)).await, "that is the server's");
        assert_eq!(desk.state_of(action).await, "leased");
        assert!(desk.tells(desk.computer(), says(execution, ExecutionState::Refused, 0)).await);
        assert_eq!(desk.state_of(action).await, "refused");
    }

    async fn what_no_computer_takes_expires_and_what_none_ends_is_lost(desk: Desk) {
        let taken = desk.acted(json!({})).await;
        let claimed = desk.claim().await;
        let execution = claimed[0].execution.as_str();
        let waiting = desk.acted(json!({})).await;
        desk.server().clock.advance(HOUR * 3);
        assert_eq!(desk.sweep().await, 0);
        desk.server().clock.advance(HOUR * 22);
        assert!(desk.claim().await.is_empty(), "it is too late");
        assert_eq!(desk.sweep().await, 2);
        assert_eq!(desk.state_of(waiting).await, "expired");
        assert_eq!(desk.state_of(taken).await, "lost");
        assert!(desk.tells(desk.computer(), says(execution, ExecutionState::Succeeded, 0)).await, "it was not lost after all");
        assert_eq!(desk.state_of(taken).await, "succeeded");
    }

    async fn an_action_is_cancelled_where_no_computer_has_it(desk: Desk) {
        let given = desk.acted(json!({})).await;
        desk.claim().await;
        let waiting = desk.acted(json!({})).await;
        for (action, state) in [(given, "leased"), (waiting, "cancelled")] {
            let cancelled = desk.org.admin.post(&format!("{ACTIONS}{action}/cancel/"), json!({})).await;
            assert_eq!(cancelled.json["states"], json!({state: 1}), "{}", cancelled.text);
        }
        assert!(desk.claim().await.is_empty());
        let (_, other) = desk.helper("hugo", &["run_message"]).await;
        let refused = other.post(&format!("{ACTIONS}{waiting}/cancel/"), json!({})).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
    }

    async fn who_loses_the_right_until_it_is_taken_asked_for_nothing(desk: Desk) {
        let (user, helper) = desk.helper("hugo", &["run_sync"]).await;
        let action = desk.act(&helper, json!({})).await.json["id"].as_i64().unwrap();
        desk.org.execute("DELETE FROM auth_user_user_permissions WHERE user_id = $1", args![user]).await;
        assert!(desk.claim().await.is_empty());
        assert_eq!(desk.state_of(action).await, "cancelled");
    }

    async fn an_action_begins_when_it_is_to(desk: Desk) {
        let later = (desk.server().clock_now() + HOUR).rfc3339();
        desk.acted(json!({"starts_at": later})).await;
        assert!(desk.claim().await.is_empty());
        desk.server().clock.advance(HOUR);
        assert_eq!(desk.claim().await.len(), 1);
    }

    async fn output_is_kept_up_to_its_limit(desk: Desk) {
        let action = desk.acted(json!({})).await;
        let claimed = desk.claim().await;
        let execution = claimed[0].execution.as_str();
        let part = "é".repeat(32 * 1024);
        for sequence in 0..17 {
            let told = Told { output: Some(&part), ..says(execution, ExecutionState::Running, sequence) };
            assert!(desk.tells(desk.computer(), told).await);
            // Heard before: it is passed over.
            assert!(desk.tells(desk.computer(), told).await);
        }
        let done = Told { output: Some("the end\0"), ..says(execution, ExecutionState::Succeeded, 17) };
        assert!(desk.tells(desk.computer(), done).await);
        let row = desk.execution(action).await;
        assert_eq!((&row["output_size"], &row["truncated"]), (&json!(KEPT), &json!(true)));
        let output = desk.org.admin.get(&format!("{EXECUTIONS}{}/output/", row["id"])).await.json;
        let text = output["output"].as_str().unwrap();
        assert!(text.ends_with("\n[…]\n") && text.len() < KEPT + 16, "{}", text.len());
        assert_eq!(output["truncated"], true);
    }

    async fn who_asks_again_with_the_same_key_gets_the_same_action(desk: Desk) {
        let first = desk.act(&desk.org.admin, json!({"key": "k-1"})).await;
        let again = desk.act(&desk.org.admin, json!({"key": "k-1"})).await;
        assert_eq!((first.status, again.status, &first.json["id"]), (201, 200, &again.json["id"]));
        let other = desk.act(&desk.org.admin, json!({"key": "k-1", "verb": "inventory"})).await;
        assert_eq!((other.status, other.code()), (409, "key_used"), "{}", other.text);
        let (_, helper) = desk.helper("hugo", &["run_sync"]).await;
        assert_eq!(desk.act(&helper, json!({"key": "k-1"})).await.status, 201, "keys are everybody's own");
        assert_eq!(desk.claim().await.len(), 2);
    }

    async fn what_cannot_be_is_refused(desk: Desk) {
        desk.org.execute("UPDATE client_computer SET status = 'unsubscribed' WHERE name = 'two'", args![]).await;
        let smile = |count| "😀".repeat(count);
        let long = json!({"title": smile(100), "text": smile(1_000)});
        for (field, wrong) in [
            ("parameters", json!({"verb": "message", "parameters": long, "reason": smile(500)})),
            ("verb", json!({"verb": "erase"})),
            ("verb", json!({"verb": ""})),
            ("parameters", json!({"parameters": {"force": true}})),
            ("parameters", json!({"verb": "wake", "parameters": {"mac": "52:54:00:00:00:01"}})),
            ("title", json!({"verb": "message", "parameters": {"title": "", "text": "b"}})),
            ("computers", json!({"computers": null})),
            ("computers", json!({"computers": [999_999_999]})),
            ("computers", json!({"computers": [desk.other().await]})),
            ("excluded_attributes", json!({"excluded_attributes": [1]})),
            ("excluded_attributes", json!({"computers": null, "filter": {}, "excluded_attributes": [1]})),
            ("expires_at", json!({"expires_at": "2000-01-01T00:00:00Z"})),
            ("expires_at", json!({"expires_at": "2100-01-01T00:00:00Z"})),
            ("starts_at", json!({"starts_at": "soon"})),
        ] {
            let refused = desk.act(&desk.org.admin, wrong.clone()).await;
            assert_eq!(refused.status, 400, "{wrong}: {}", refused.text);
            assert!(!refused.json[field].is_null(), "{wrong}: {}", refused.text);
        }
        let changed = desk.act(&desk.org.admin, json!({"expected": 2})).await;
        assert_eq!((changed.status, changed.code()), (409, "other_number"), "{}", changed.text);
        for _ in 0..30 {
            desk.act(&desk.org.admin, json!({})).await;
        }
        assert_eq!(desk.act(&desk.org.admin, json!({})).await.status, 429, "not without end");
    }

    async fn a_neighbour_that_is_there_wakes_a_computer(desk: Desk) {
        let network = "INSERT INTO core_attribute (property_att_id, value, description) \
                       SELECT id, '192.0.2.0/24', '' FROM core_property WHERE prefix = 'NET' RETURNING id";
        let network = desk.number(network).await;
        let asleep = desk.other().await;
        for computer in [desk.computer(), asleep] {
            desk.org.carry(computer, network).await;
        }
        desk.org.execute("UPDATE client_computer SET mac_address = '525400AABBCC525400DDEEFF' WHERE id = $1", args![asleep]).await;
        let action = desk.acted(json!({"verb": "wake", "computers": [asleep]})).await;
        let state = desk.server().state();
        desk.doorman.away.lock().unwrap().insert(desk.computer());
        actions::find_neighbours(state).await.unwrap();
        assert!(desk.claim().await.is_empty(), "nobody is there");
        desk.doorman.away.lock().unwrap().clear();
        actions::find_neighbours(state).await.unwrap();
        let claimed = desk.claim().await;
        let order = desk.order(&claimed[0]);
        assert_eq!(order.computer, desk.computer());
        assert_eq!(order.verb, Verb::Wake { mac: "52:54:00:aa:bb:cc".to_owned(), broadcast: "192.0.2.255".to_owned() });
        let row = desk.execution(action).await;
        assert_eq!((&row["computer"]["id"], &row["carrier"]["id"]), (&json!(asleep), &json!(desk.computer())));
        let execution = claimed[0].execution.as_str();
        assert!(!desk.tells(asleep, says(execution, ExecutionState::Succeeded, 0)).await);
        assert!(desk.tells(desk.computer(), says(execution, ExecutionState::Succeeded, 0)).await);
    }

    async fn whom_nobody_can_wake_is_in_nobodys_way(desk: Desk) {
        let network = "INSERT INTO core_attribute (property_att_id, value, description) \
                       SELECT id, '192.0.2.0/24', '' FROM core_property WHERE prefix = 'NET' RETURNING id";
        let network = desk.number(network).await;
        let asleep = desk.other().await;
        for computer in [desk.computer(), asleep] {
            desk.org.carry(computer, network).await;
        }
        desk.org.execute("UPDATE client_computer SET mac_address = '' WHERE id = $1", args![asleep]).await;
        let mut wakes = Vec::new();
        for _ in 0..20 {
            wakes.push(desk.acted(json!({"verb": "wake", "computers": [asleep]})).await);
        }
        let own = desk.acted(json!({})).await;
        actions::find_neighbours(desk.server().state()).await.unwrap();
        desk.claim().await;
        assert_eq!(desk.state_of(wakes[0]).await, "failed", "its address is not known");
        assert_eq!(desk.claim().await.len(), 1);
        assert_eq!(desk.state_of(own).await, "leased");
    }

    async fn old_actions_go_unless_computers_may_still_take_them(desk: Desk) {
        let state = desk.server().state();
        let [over, open] = [desk.acted(json!({})).await, desk.acted(json!({})).await];
        for action in [over, open] {
            let old = "UPDATE core_action SET created_at = $2, expires_at = $2 WHERE id = $1";
            let long_ago = desk.server().clock_now() - HOUR * 24 * 400;
            desk.org.execute(old, args![action, long_ago]).await;
        }
        let later = desk.server().clock_now() + HOUR;
        desk.org.execute("UPDATE core_action SET expires_at = $2 WHERE id = $1", args![open, later]).await;
        retention::clean(state).await.unwrap();
        let gone = desk.org.admin.get(&format!("{ACTIONS}{over}/")).await;
        assert_eq!(gone.status, 404, "{}", gone.text);
        let orphans = "SELECT count(*) FROM core_execution WHERE action_id NOT IN (SELECT id FROM core_action)";
        assert_eq!(desk.number(orphans).await, 0);
        assert_eq!(desk.claim().await.len(), 1);
        assert_eq!(desk.state_of(open).await, "leased");
    }

    async fn the_longest_message_is_an_order_that_computers_read(desk: Desk) {
        let text = |count| "語".repeat(count);
        let longest = json!({"title": text(100), "text": text(1_000)});
        desk.acted(json!({"verb": "message", "parameters": longest, "reason": text(500)})).await;
        let order = desk.order(&desk.claim().await[0]);
        assert_eq!(order.verb, Verb::Message { title: text(100), text: text(1_000) });
    }

    async fn a_filter_finds_its_computers_when_it_is_asked(desk: Desk) {
        let mut body = json!({"verb": "sync", "filter": {"status__in": "assigned"}});
        let answer = desk.org.admin.post(ACTIONS, body.clone()).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let found = desk.number("SELECT count(*) FROM client_computer WHERE status = 'assigned'").await;
        assert_eq!(answer.json["computers"], json!(found));
        body["computers"] = json!([desk.computer()]);
        assert_eq!(desk.org.admin.post(ACTIONS, body).await.status, 400, "one way at a time");
    }
}
