//! Who can be reached, and what one may do there.

use serde_json::json;

use super::Desk;
use crate::on_both_engines;

const LIST: &str = "/api/v1/token/remote-access/";

fn access(computer: i64) -> String {
    format!("/api/v1/token/computers/{computer}/remote-access/")
}

on_both_engines! {
    async fn a_computer_says_whether_it_is_there_and_what_one_may_do(desk: Desk) {
        let (_, blind) = desk.helper("sam", &["open_terminal"]).await;
        let refused = blind.get(&access(desk.computer())).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
        let rights = ["view_presence", "open_terminal", "view_screen"];
        let (_, helper) = desk.helper("hugo", &rights).await;
        let told = helper.get(&access(desk.computer())).await;
        assert_eq!(told.status, 200, "{}", told.text);
        let told = told.json;
        assert_eq!((&told["id"], &told["status"]), (&json!(desk.computer()), &json!("online")));
        assert_eq!(told["services"], json!(["terminal", "ssh", "screen"]));
        assert_eq!(told["rdp_certificate"], json!(null));
        assert_eq!((&told["server_ip"], &told["mode"]), (&json!("192.0.2.7"), &json!("tcp_tunnel")));
        assert!(told["relay"].as_str().unwrap().starts_with("ws"), "{told}");
        assert!(told["relay"].as_str().unwrap().ends_with("/api/native/1/relay/session/"), "{told}");
        let may = json!([{"service": "terminal", "mode": "user"}, {"service": "screen", "mode": "view"}]);
        assert_eq!((&told["may"], &told["refused"]), (&may, &json!(null)));
        assert_eq!((&told["policy"]["reason_required"], &told["policy"]["ports"]), (&json!(true), &json!(["ssh", "vnc", "rdp"])));
        assert_eq!((&told["policy"]["files_in"], &told["policy"]["files_out"]), (&json!(true), &json!(true)));
        desk.doorman.away.lock().unwrap().insert(desk.computer());
        assert_eq!(helper.get(&access(desk.computer())).await.json["status"], "offline");
        assert_eq!(helper.get(&access(999_999_999)).await.status, 404);
        assert_eq!(desk.org.admin.get(&access(desk.computer())).await.status, 200, "as it is described");
    }

    async fn it_says_why_nobody_gets_in(desk: Desk) {
        let told = async |computer| desk.org.admin.get(&access(computer)).await.json["refused"]["code"].clone();
        assert_eq!(told(desk.other().await).await, "remote_no_key");
        desk.set(json!({"consent": "deny"})).await;
        assert_eq!(told(desk.computer()).await, "remote_denied");
    }

    async fn computers_are_listed_with_who_is_there(desk: Desk) {
        let (_, blind) = desk.helper("sam", &["open_terminal"]).await;
        assert_eq!(blind.get(LIST).await.status, 403);
        let other = desk.other().await;
        desk.doorman.away.lock().unwrap().insert(other);
        let names = async |query: &str| -> Vec<i64> {
            let page = desk.org.admin.get(&format!("{LIST}{query}")).await;
            assert_eq!(page.status, 200, "{query}: {}", page.text);
            let rows = page.json["results"].as_array().unwrap();
            rows.iter().map(|row| row["computer"].as_i64().unwrap()).collect()
        };
        let one = desk.computer();
        assert_eq!(names("").await, [one, other]);
        assert_eq!(names("?online=true").await, [one]);
        assert_eq!(names("?online=false").await, [other]);
        assert_eq!(names("?search=two").await, [other]);
        assert_eq!(names("?search=ana&online=1").await, [one]);
        assert_eq!(names("?page_size=1&page=2").await, [other]);
        let page = desk.org.admin.get(&format!("{LIST}?page_size=1")).await.json;
        assert_eq!((&page["count"], page["next"].is_string()), (&json!(2), true));
        let row = &page["results"][0];
        assert_eq!((&row["online"], &row["address"]), (&json!(true), &json!("192.0.2.7")));
        assert!(row["user"].as_str().unwrap().contains("ana"), "{row}");
        assert_eq!(desk.org.admin.get(&format!("{LIST}?page=9")).await.status, 404);
    }
}
