//! Certificates: who gets one, what it says, and what follows when it is taken back.

use std::process::Command;
use std::time::Duration;

use migasfree_server_audit::UserId;
use migasfree_server_authority::{Store, facts};
use migasfree_server_db::{args, random::SystemRandom};
use migasfree_server_domain::services::OfDomain as _;
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};
use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::FromDer as _;
use x509_parser::revocation_list::CertificateRevocationList;

use crate::harness::{Answer, Client, Server};
use crate::on_both_engines;
use crate::rest::Organisation;

const CERTIFICATES: &str = "/api/v1/token/certificates/";
const ISSUE: &str = "/api/v1/token/certificates/issue/";
const OWN: &str = "/rest-auth/user/certificates/";
const CA: &str = "/manager/v1/public/ca";
const CRL: &str = "/manager/v1/public/crl";
const CRL_DER: &str = "/manager/v1/public/crl.der";
const A_DAY: Duration = Duration::from_secs(86_400);

fn create_authority(org: &Organisation) {
    let store = Store::of(&org.server.state().settings.data);
    let life = A_DAY * 3_650;
    store
        .create("Test CA", life, org.now(), &SystemRandom)
        .unwrap();
}

fn request() -> String {
    let params = CertificateParams::new(vec!["evil.example".to_owned()]).unwrap();
    let key = KeyPair::generate().unwrap();
    params.serialize_request(&key).unwrap().pem().unwrap()
}

fn revoked(org: &Organisation, serial: &str) -> bool {
    org.server.state().domain().certificates.revoked(serial)
}

/// What is heard of over the bus takes a moment.
async fn is_revoked_soon(org: &Organisation, serial: &str) -> bool {
    for _ in 0..100 {
        if revoked(org, serial) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

async fn for_computer(org: &Organisation, computer: i64) -> Answer {
    let body = json!({"computer": computer, "csr": request()});
    org.admin.post(ISSUE, body).await
}

fn serial(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json["serial"].as_str().unwrap().to_owned()
}

async fn revoke(client: &Client, id: &Value, reason: &str) -> Answer {
    let path = format!("{CERTIFICATES}{id}/revoke/");
    client.post(&path, json!({"reason": reason})).await
}

on_both_engines! {
    async fn nobody_gets_a_certificate_without_an_authority(org: Organisation) {
        let refused = for_computer(&org, org.id("computers")).await;
        assert_eq!((refused.status, refused.code()), (409, "no_authority"));
        let own = org.admin.post(OWN, json!({"csr": request()})).await;
        assert_eq!((own.status, own.code()), (409, "no_authority"));
        assert_eq!(org.admin.get(OWN).await.json, json!({"offered": false}));
        for path in [CA, CRL, CRL_DER] {
            assert_eq!(org.server.anonymous().get(path).await.status, 404, "{path}");
        }
    }

    async fn what_ends_soon_needs_attention_and_leads_to_its_list(org: Organisation) {
        org.execute("DELETE FROM certificate", args![]).await;
        for (serial, days) in [("soon", 10_u32), ("later", 100)] {
            let insert = "INSERT INTO certificate (serial, kind, subject, fingerprint, not_before, not_after) \
                          VALUES ($1, 'server', $1, 'f', $2, $3)";
            org.execute(insert, args![serial, org.now(), org.now() + A_DAY * days]).await;
        }
        let overview = org.admin.get("/api/v1/token/stats/overview/").await.json;
        let all = overview["attention"].as_array().unwrap();
        let found = all.iter().find(|one| one["code"] == "certificates").unwrap();
        assert_eq!((&found["count"], &found["entity"]), (&json!(1), &json!("core.certificate")));
        assert_eq!(found["examples"][0]["name"], "soon");
        let filters = found["query"].as_object().unwrap().iter();
        let filters: Vec<String> = filters.map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).collect();
        let listed = org.admin.get(&format!("{CERTIFICATES}?page=1&{}", filters.join("&"))).await.json;
        assert_eq!((&listed["count"], &listed["results"][0]["serial"]), (&json!(1), &json!("soon")));
    }

    async fn everybody_gets_one_of_their_own_with_its_key_or_for_theirs(org: Organisation) {
        create_authority(&org);
        let ana = org.server.operator("ana", &[]).await.described();
        assert_eq!(ana.get(OWN).await.json, json!({"offered": true}));
        let with_key = ana.post(OWN, json!({"password": "correct horse"})).await;
        let first = serial(&with_key);
        assert!(with_key.json["key"].is_string() && with_key.json["p12"].is_string());
        let told = facts(with_key.json["certificate"].as_str().unwrap()).unwrap();
        assert!(told.subject.ends_with("OU=ADMINS, CN=ana"), "{}", told.subject);
        assert_eq!(told.issuer, "CN=Test CA");
        let requested = ana.post(OWN, json!({"csr": request()})).await;
        assert_ne!(serial(&requested), first);
        assert_eq!((&requested.json["key"], &requested.json["p12"]), (&Value::Null, &Value::Null));
        let listed = org.admin.get(&format!("{CERTIFICATES}?kind=administrator&renewed_at__isnull=false&page=1")).await;
        assert_eq!(listed.json["count"], 1, "the first has a successor: {}", listed.text);
        assert_eq!(listed.json["results"][0]["serial"], first.as_str());
        assert_eq!(listed.json["results"][0]["account"]["username"], "ana");
        let short = ana.post(OWN, json!({"password": "short"})).await;
        assert_eq!((short.status, short.json["password"].is_array()), (400, true), "{}", short.text);
        let nobody = org.server.anonymous().post(OWN, json!({"csr": request()})).await;
        assert_eq!(nobody.status, 401);
    }

    async fn a_computer_gets_one_that_says_what_the_server_knows(org: Organisation) {
        create_authority(&org);
        let computer = org.id("computers");
        let (uuid, project): (String, i64) = org.server.state().db
            .one("SELECT uuid, project_id FROM client_computer WHERE id = $1", args![computer])
            .await.unwrap();
        let issued = for_computer(&org, computer).await;
        let told = facts(issued.json["certificate"].as_str().unwrap()).unwrap();
        let expected = format!("OU=COMPUTERS, CN={uuid}_{project}");
        assert!(told.subject.ends_with(&expected), "{}", told.subject);
        let row = org.admin.get(&format!("{CERTIFICATES}{}/", issued.json["id"])).await;
        assert_eq!(row.json["computer"]["id"], computer);
        assert_eq!(row.json["serial"], told.serial.as_str());
        let audit = org.admin.get("/api/v1/token/audit/?entity=core.certificate&page=1").await;
        assert_eq!(audit.json["count"], 1, "{}", audit.text);
    }

    async fn only_who_may_gives_certificates_to_others(org: Organisation) {
        create_authority(&org);
        let reader = org.server.operator("reader", &["core.view_certificate"]).await;
        let body = json!({"computer": org.id("computers"), "csr": request()});
        assert_eq!(reader.post(ISSUE, body.clone()).await.status, 403);
        assert_eq!(org.server.anonymous().post(ISSUE, body).await.status, 401);
        let giver = org.server.operator("giver", &["core.add_certificate"]).await;
        let of_superuser = giver.post(ISSUE, json!({"account": 1, "csr": request()})).await;
        assert_eq!(of_superuser.status, 403, "{}", of_superuser.text);
        for (body, member) in [
            (json!({}), "non_field_errors"),
            (json!({"computer": org.id("computers"), "account": 1}), "non_field_errors"),
            (json!({"computer": org.id("computers")}), "csr"),
            (json!({"computer": org.id("computers"), "csr": "nonsense"}), "csr"),
            (json!({"computer": 999_999, "csr": request()}), "computer"),
            (json!({"account": 999_999, "csr": request()}), "account"),
            (json!({"account": 1}), "password"),
        ] {
            let refused = org.admin.post(ISSUE, body.clone()).await;
            assert_eq!((refused.status, refused.json[member].is_array()), (400, true), "{body}: {}", refused.text);
        }
    }

    async fn nobody_takes_a_certificate_from_who_holds_more(org: Organisation) {
        create_authority(&org);
        let made = org.admin.post(ISSUE, json!({"account": 1, "csr": request()})).await;
        let serial = serial(&made);
        let rights = ["core.change_certificate", "core.view_certificate", "core.view_userprofile"];
        let taker = org.server.operator("taker", &rights).await;
        assert_eq!(revoke(&taker, &made.json["id"], "unspecified").await.status, 403);
        assert!(!revoked(&org, &serial));
        assert_eq!(revoke(&org.admin, &made.json["id"], "unspecified").await.status, 200);
    }

    async fn the_address_in_a_certificate_has_the_list_as_programs_read_it(org: Organisation) {
        create_authority(&org);
        let issued = for_computer(&org, org.id("computers")).await;
        let (_, certificate) = parse_x509_pem(issued.json["certificate"].as_str().unwrap().as_bytes()).unwrap();
        let address = CRL_DER.as_bytes();
        assert!(certificate.contents.windows(address.len()).any(|part| part == address));
        let id = &issued.json["id"];
        assert_eq!(revoke(&org.admin, id, "key_compromise").await.status, 200);
        let answer = reqwest::get(format!("{}{CRL_DER}", org.server.url())).await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/pkix-crl");
        let der = answer.bytes().await.unwrap();
        let (_, list) = CertificateRevocationList::from_der(&der).unwrap();
        let listed: Vec<String> = list.iter_revoked_certificates().map(|one| hex::encode(one.raw_serial())).collect();
        assert_eq!(listed, [serial(&issued)]);
    }

    async fn a_certificate_is_refused_from_the_moment_it_is_taken_back(org: Organisation) {
        create_authority(&org);
        let issued = for_computer(&org, org.id("computers")).await;
        let serial = serial(&issued);
        let id = &issued.json["id"];
        assert!(!revoked(&org, &serial));
        let before = org.server.anonymous().get(CRL).await;
        assert!(before.text.starts_with("-----BEGIN X509 CRL-----"), "{}", before.text);
        let giver = org.server.operator("giver", &["core.add_certificate", "core.view_certificate"]).await;
        assert_eq!(revoke(&giver, id, "").await.status, 403);
        assert_eq!(revoke(&org.admin, id, "because").await.status, 400);
        let answer = revoke(&org.admin, id, "key_compromise").await;
        assert_eq!((answer.status, &answer.json["reason"]), (200, &json!("key_compromise")), "{}", answer.text);
        assert!(revoked(&org, &serial), "at once");
        assert_ne!(org.server.anonymous().get(CRL).await.text, before.text);
        let again = revoke(&org.admin, id, "").await;
        assert_eq!((again.status, again.code()), (409, "revoked"));
        let list = org.admin.get(&format!("{CERTIFICATES}?revoked_at__isnull=false&page=1")).await;
        assert_eq!(list.json["count"], 1);
    }

    async fn what_belongs_to_nobody_any_more_is_taken_back(org: Organisation) {
        create_authority(&org);
        let (computer,): (i64,) = org.server.state().db
            .one(
                "INSERT INTO client_computer (uuid, status, name, project_id, created_at, updated_at) \
                 VALUES ('5D5D4544-0000-1000-8000-000000000001', 'assigned', 'pc9', $1, $2, $2) RETURNING id",
                args![org.id("projects"), org.now()],
            )
            .await.unwrap();
        let of_computer = serial(&for_computer(&org, computer).await);
        let ana = org.server.operator("ana", &[]).await;
        let of_account = serial(&ana.post(OWN, json!({"csr": request()})).await);
        let gone = org.admin.delete(&format!("/api/v1/token/computers/{computer}/")).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        assert!(is_revoked_soon(&org, &of_computer).await);
        assert!(!revoked(&org, &of_account));
        let (account,): (UserId,) = org.server.state().db
            .one("SELECT id FROM core_userprofile WHERE username = 'ana'", args![])
            .await.unwrap();
        let path = format!("/api/v1/token/user-profiles/{}/", account.0);
        let closed = org.admin.patch(&path, json!({"is_active": false})).await;
        assert_eq!(closed.status, 200, "{}", closed.text);
        assert!(is_revoked_soon(&org, &of_account).await);
    }

    async fn everybody_may_know_whom_to_trust_and_nobody_gets_a_certificate_for_a_name(org: Organisation) {
        create_authority(&org);
        let anonymous = org.server.anonymous();
        let trusted = anonymous.get(CA).await;
        assert_eq!((trusted.status, trusted.header("content-type")), (200, "application/pkix-cert"));
        assert_eq!(facts(&trusted.text).unwrap().subject, "CN=Test CA");
        for path in ["computer-tokens", "computer-certificates"] {
            let body = json!({"uuid": "4C4C4544-0000-1000-8000-000000000001", "project_name": "office"});
            let refused = anonymous.post(&format!("/manager/v1/public/mtls/{path}"), body).await;
            assert_eq!((refused.status, refused.json["detail"].is_string()), (404, true), "{path}");
        }
    }

    async fn what_ends_soon_is_a_figure_and_an_alert_until_it_has_a_successor(org: Organisation) {
        create_authority(&org);
        let computer = org.id("computers");
        serial(&for_computer(&org, computer).await);
        let alerts = async || {
            let alerts = org.admin.get("/api/v1/token/stats/alerts/").await.json;
            let alerts = alerts.as_array().unwrap().clone();
            alerts.into_iter().find(|alert| alert["api"]["model"] == "certificates")
        };
        org.execute("DELETE FROM certificate WHERE serial = '4a01'", args![]).await;
        assert_eq!(alerts().await, None);
        org.server.clock.advance(A_DAY * 80);
        assert_eq!(alerts().await.unwrap()["result"], "1");
        let figures = org.server.anonymous().get("/metrics").await.text;
        assert!(figures.contains("migasfree_certificates_expiring{kind=\"computer\"}"), "{figures}");
        serial(&for_computer(&org, computer).await);
        assert_eq!(alerts().await, None);
    }

    async fn who_works_in_a_domain_sees_certificates_of_its_computers_alone(org: Organisation) {
        create_authority(&org);
        serial(&org.admin.post(OWN, json!({"csr": request()})).await);
        let north = org.server.add_operator("north", "", &["core.view_certificate", "core.add_certificate"]).await;
        org.execute("INSERT INTO core_userprofile_domains (userprofile_id, domain_id) VALUES ($1, $2)", args![north, org.id("domains")]).await;
        let north = org.server.program_of(north).await;
        let page = north.get(&format!("{CERTIFICATES}?page=1")).await;
        assert!(page.json["results"].as_array().unwrap().iter().all(|row| row["kind"] == "computer"), "{}", page.text);
        let (elsewhere,): (i64,) = org.server.state().db
            .one("SELECT MAX(id) FROM client_computer WHERE id NOT IN (SELECT computer_id FROM client_computer_domain)", args![])
            .await.unwrap();
        let refused = north.post(ISSUE, json!({"computer": elsewhere, "csr": request()})).await;
        assert_eq!((refused.status, refused.json["computer"].is_array()), (400, true), "{}", refused.text);
    }
}

on_both_engines! {
    async fn certificates_are_looked_after_beside_the_server(org: Organisation) {
        create_authority(&org);
        let server = &org.server;
        let data = server.folder.path().to_owned();
        let url = server.state().settings.database_url.clone();
        let ca = |arguments: &'static [&'static str]| {
            let (data, url) = (data.clone(), url.clone());
            async move {
                let run = move || of_database(&data, url.as_ref().map(|url| url.0.as_str()), arguments);
                tokio::task::spawn_blocking(run).await.unwrap()
            }
        };
        let given = org.admin.post(OWN, json!({"csr": request()})).await;
        let serial = serial(&given);
        let (fine, said, error) = ca(&["list"]).await;
        assert!(fine && said.contains(&serial), "{said}{error}");
        let (fine, said, error) = ca(&["crl"]).await;
        assert!(fine && said.contains("BEGIN X509 CRL"), "{said}{error}");
        let (fine, _, error) = ca(&["revoke", "beef"]).await;
        assert!(!fine && error.contains("no such"), "{error}");
        let (fine, _, error) = ca(&["revoke", "4a01", "--reason", "because"]).await;
        assert!(!fine && error.contains("key_compromise"), "{error}");
    }
}

on_both_engines! {
    async fn what_root_does_to_the_authority_is_in_the_audit(server: Server) {
        let folder = server.folder.path().to_owned();
        let url = server.state().settings.database_url.as_ref().map(|url| url.0.clone());
        let kept = folder.join("root.key");
        let (made, exported) = tokio::task::spawn_blocking(move || {
            let kept = kept.to_str().unwrap();
            let ca = |arguments: &[&str]| of_database(&folder, url.as_deref(), arguments);
            (ca(&["create", "--name", "Office CA"]), ca(&["export-root", kept]))
        })
        .await
        .unwrap();
        assert!(made.0 && !made.1.contains("audit"), "{made:?}");
        assert!(exported.0 && !exported.1.contains("audit"), "{exported:?}");
        let noted: Vec<(String, String)> = server.state().db
            .all("SELECT action, object_text FROM audit_record WHERE username = 'local command' ORDER BY id", args![])
            .await.unwrap();
        let actions: Vec<&str> = noted.iter().map(|(action, _)| action.as_str()).collect();
        assert_eq!(actions, ["create_authority", "export_root"]);
        assert!(noted.iter().all(|(_, subject)| subject.contains("Office CA")), "{noted:?}");
    }
}

fn ca(data: &std::path::Path, arguments: &[&str]) -> (bool, String, String) {
    of_database(data, None, arguments)
}

fn of_database(
    data: &std::path::Path,
    url: Option<&str>,
    arguments: &[&str],
) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_migasfree-server"));
    command.env_remove("DATABASE_URL");
    if let Some(url) = url {
        command.env("DATABASE_URL", url);
    }
    let output = command
        .arg("ca")
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.success(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn the_authority_is_looked_after_on_the_machine_itself() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (fine, said, _) = ca(&data, &["show"]);
    assert!(fine && said.contains("create one"), "{said}");
    let (fine, said, error) = ca(&data, &["create", "--name", "Office CA"]);
    assert!(fine && said.contains("CN=Office CA"), "{said}{error}");
    let (fine, _, error) = ca(&data, &["create"]);
    assert!(!fine && error.contains("already"), "{error}");
    let (fine, _, error) = ca(&data, &["list"]);
    assert!(!fine && error.contains("start"), "{error}");
    let (fine, said, error) = ca(&data, &["export-root", "/proc/root.key"]);
    assert!(!fine && error.contains("/proc/root.key"), "{said}{error}");
    let kept = folder.path().join("root.key");
    let (fine, _, error) = ca(&data, &["export-root", kept.to_str().unwrap()]);
    assert!(fine && kept.exists(), "{error}");
    assert!(!data.join("keys/authority/root.key").exists());
    let (fine, _, error) = ca(&data, &["show"]);
    assert!(!fine && error.contains("key of the root"), "{error}");
    let (fine, said, error) = ca(&data, &["csr", "--name", "Issuer"]);
    assert!(
        fine && said.contains("BEGIN CERTIFICATE REQUEST"),
        "{said}{error}"
    );
    let (fine, _, error) = ca(&data, &["import-intermediate", kept.to_str().unwrap()]);
    assert!(!fine && error.contains("certificate"), "{error}");
}
