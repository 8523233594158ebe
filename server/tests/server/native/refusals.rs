//! Every call × everybody who may not make it. None of them gets further than being told so.

use migasfree_native::key::KeyPair;
use migasfree_native::requests::{ENROL, KNOWN};
use migasfree_server_db::args;
use migasfree_server_db::random::{Random as _, SystemRandom};
use reqwest::header::HeaderValue;
use serde_json::json;

use super::enrolment::enrolled;
use super::peer::{Answer, Computer, Request};
use crate::identity::Fleet;
use crate::on_both_engines;

const KEYS: &str = "/api/v1/token/computer-keys/";
/// What is signed by nobody is answered by nobody's name.
const UNSIGNED: bool = false;
const SIGNED: bool = true;

/// Status, code, and whether the server put its name to it.
type Refusal = (u16, &'static str, bool);

/// Sends requests to every call, and notes those that are not refused so.
struct Table {
    wrong: Vec<String>,
}

impl Table {
    async fn refuses(
        &mut self,
        who: &str,
        by: &Computer,
        request: impl Fn(&str) -> Request,
        expected: Refusal,
    ) {
        for path in KNOWN {
            let answer = by.send(&request(path)).await;
            self.expect(who, path, &answer, expected);
        }
    }

    fn expect(&mut self, who: &str, path: &str, answer: &Answer, expected: Refusal) {
        if (answer.status, answer.code(), answer.is_signed) != expected {
            let json = &answer.json;
            let (status, signed) = (answer.status, answer.is_signed);
            self.wrong.push(format!(
                "{who}, {path}: {status} {json} (signed: {signed}), not {expected:?}"
            ));
        }
    }
}

/// Number `number` of the computers of a test, which nobody knows.
fn stranger(fleet: &Fleet, number: u32) -> Computer {
    let (uuid, name) = named(number);
    Computer::new(&fleet.server, &uuid, &name)
}

/// The same, let in by a token.
async fn known(fleet: &Fleet, number: u32) -> Computer {
    let (uuid, name) = named(number);
    enrolled(fleet, &uuid, &name).await
}

/// The same, which asks to be let in and waits.
async fn waiting(fleet: &Fleet, number: u32) -> Computer {
    let computer = stranger(fleet, number);
    let asked = computer.enrol(&computer.enrolment("Desk")).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    computer
}

fn named(number: u32) -> (String, String) {
    let uuid = format!("{number:08}-2222-3333-4444-555555555555");
    (uuid, format!("pc{number}"))
}

async fn decide(fleet: &Fleet, computer: &Computer, action: &str) {
    let thumbprint = computer.key.public().thumbprint();
    let path = format!("{KEYS}?thumbprint={thumbprint}");
    let found = fleet.admin.get(&path).await.json;
    assert_eq!(found["count"], 1, "{found}");
    let path = format!("{KEYS}{}/{action}/", found["results"][0]["id"]);
    let decided = fleet.admin.post(&path, json!({})).await;
    assert_eq!(decided.status, 200, "{}", decided.text);
}

fn asks(computer: &Computer) -> impl Fn(&str) -> Request {
    move |path: &str| computer.sign(path, b"{}".to_vec())
}

/// A request that bears somebody's name and another's signature.
fn in_the_name_of(victim: &Computer, path: &str, by: &Computer) -> Request {
    let mut request = by.sign(path, b"{}".to_vec());
    let own = by.key.public().thumbprint().to_string();
    let other = victim.key.public().thumbprint().to_string();
    let input = request.headers["signature-input"].to_str().unwrap();
    assert!(input.contains(&own), "{input}");
    let forged = HeaderValue::from_str(&input.replace(&own, &other)).unwrap();
    request.headers.insert("signature-input", forged);
    request
}

fn without_signature(mut request: Request) -> Request {
    request.headers.remove("signature");
    request.headers.remove("signature-input");
    request
}

fn another_key() -> KeyPair {
    KeyPair::generate(|seed: &mut [u8]| SystemRandom.fill(seed))
}

on_both_engines! {
    async fn every_call_is_refused_to_all_who_may_not_make_it(fleet: Fleet) {
        let mut table = Table { wrong: Vec::new() };
        let good = known(&fleet, 1).await;
        let other = known(&fleet, 2).await;
        let nobody = |path: &str| without_signature(good.sign(path, b"{}".to_vec()));
        table.refuses("nobody", &good, nobody, (401, "request_not_signed", UNSIGNED)).await;
        let wrong = |path: &str| in_the_name_of(&good, path, &other);
        table.refuses("the wrong computer", &other, wrong, (401, "request_forged", SIGNED)).await;
        let unknown = stranger(&fleet, 3);
        table.refuses("a stranger", &unknown, asks(&unknown), (401, "key_unknown", SIGNED)).await;
        let elsewhere = another_key();
        let for_another = |path: &str| good.sign_for(path, b"{}".to_vec(), elsewhere.public());
        table.refuses("who means another server", &good, for_another, (401, "request_of_other_server", UNSIGNED)).await;

        let revoked = known(&fleet, 4).await;
        decide(&fleet, &revoked, "revoke").await;
        table.refuses("a revoked computer", &revoked, asks(&revoked), (403, "key_revoked", SIGNED)).await;
        let pending = waiting(&fleet, 5).await;
        table.refuses("one that waits", &pending, asks(&pending), (403, "key_pending", SIGNED)).await;
        let rejected = waiting(&fleet, 6).await;
        decide(&fleet, &rejected, "reject").await;
        table.refuses("a rejected one", &rejected, asks(&rejected), (403, "key_rejected", SIGNED)).await;
        let before = known(&fleet, 7).await;
        let (uuid, name) = named(7);
        let after = Computer::new(&fleet.server, &uuid, &name);
        assert_eq!(after.enrol(&after.enrolment("Desk")).await.status, 202);
        decide(&fleet, &after, "approve").await;
        table.refuses("a replaced key", &before, asks(&before), (403, "key_replaced", SIGNED)).await;
        let unsubscribed = known(&fleet, 8).await;
        let gone = "UPDATE client_computer SET status = 'unsubscribed' WHERE name = 'pc8'";
        fleet.server.state().db.execute(gone, args![]).await.unwrap();
        table.refuses("an unsubscribed one", &unsubscribed, asks(&unsubscribed), (403, "computer_unsubscribed", SIGNED)).await;
        assert!(table.wrong.is_empty(), "{}", table.wrong.join("\n"));
    }

    async fn every_call_is_refused_when_it_comes_too_early_too_late_or_twice(fleet: Fleet) {
        let mut table = Table { wrong: Vec::new() };
        let mut computer = known(&fleet, 1).await;
        fleet.server.clock.advance(std::time::Duration::from_secs(120));
        for (ahead, code) in [(61, "request_of_future"), (-61, "request_of_past")] {
            computer.ahead = ahead;
            table.refuses(code, &computer, asks(&computer), (401, code, SIGNED)).await;
        }
        computer.ahead = 0;
        for path in KNOWN {
            // Whatever becomes of the first one, it came.
            let request = computer.sign(path, b"{}".to_vec());
            let first = computer.send(&request).await;
            assert!(first.is_signed && !matches!(first.status, 401 | 403 | 409), "{path}: {first:?}");
            let again = computer.send(&request).await;
            table.expect("who repeats", path, &again, (409, "request_repeated", SIGNED));
        }
        assert!(table.wrong.is_empty(), "{}", table.wrong.join("\n"));
    }

    async fn asking_to_be_let_in_is_refused_to_who_does_not_sign_it_for_this_server_now(fleet: Fleet) {
        let mut table = Table { wrong: Vec::new() };
        let mut computer = stranger(&fleet, 1);
        let body = serde_json::to_vec(&computer.enrolment("Desk")).unwrap();
        let unsigned = without_signature(computer.sign(ENROL.path, body.clone()));
        let for_another = computer.sign_for(ENROL.path, body.clone(), another_key().public());
        let forged = stranger(&fleet, 2).sign(ENROL.path, body.clone());
        let twice = computer.sign(ENROL.path, body.clone());
        assert_eq!(computer.send(&twice).await.status, 202);
        computer.ahead = -61;
        let late = computer.sign(ENROL.path, body);
        for (who, request, expected) in [
            ("nobody", unsigned, (401, "request_not_signed", UNSIGNED)),
            ("who means another server", for_another, (401, "request_of_other_server", UNSIGNED)),
            ("who has another key", forged, (401, "request_forged", SIGNED)),
            ("who repeats", twice, (409, "request_repeated", SIGNED)),
            ("who is late", late, (401, "request_of_past", SIGNED)),
        ] {
            let answer = computer.send(&request).await;
            table.expect(who, ENROL.path, &answer, expected);
        }
        let keys = fleet.admin.get(KEYS).await.json;
        assert_eq!(keys["count"], 1, "only the one that asked well is known to wait: {keys}");
        assert!(table.wrong.is_empty(), "{}", table.wrong.join("\n"));
    }
}
