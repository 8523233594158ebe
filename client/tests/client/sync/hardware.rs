//! What `lshw` says, and what the server gets of it.

use std::fs;

use migasfree_client::job::ResultCode;
use serde_json::json;

use crate::support::bench::{Bench, FULL};

#[tokio::test]
async fn what_lshw_says_is_sent_as_far_as_it_can_be_read_and_nonsense_is_told_once() {
    let bench = Bench::new().await;
    bench.answer("computers/hardware/required/", json!({ "capture": true }));
    let says = |text: &str| fs::write(bench.folder.path().join("lshw.said"), text).unwrap();
    let sync = async || assert_eq!(bench.sync(FULL).await.1.unwrap().code, ResultCode::Ok);
    let deep = format!(
        "{}{}",
        r#"{"id":"pc","class":"system","children":["#.repeat(200),
        "]}".repeat(200)
    );
    let group = format!(
        r#"{{"id":"g","children":[{}]}},"#,
        r#"{"id":"i"},"#.repeat(59)
    );
    let many = format!(
        r#"{{"id":"pc","class":"system","children":[{}]}}"#,
        group.repeat(100)
    );
    let strange = "WARNING: you should run this program as super-user.\n\
                   [{\"id\":\"disk\",\"class\":\"disk\",\"serial\":\"a\u{2}\\u0000b\",},,\n\
                   {\"id\":\"pc\" \"class\":\"system\"}]\nWARNING: output may be incomplete\n";
    // It counts although the program fails in the end.
    for said in [strange, &deep, &many] {
        says(said);
        bench.server.mind().calls.clear();
        sync().await;
        let sent = bench.server.claims("computers/hardware/")["hardware"].clone();
        let root = sent.get(0).cloned().unwrap_or(sent);
        assert_eq!(
            (&root["id"], &root["class"]),
            (&json!("pc"), &json!("system"))
        );
        assert!(!root["children"].as_array().unwrap().is_empty());
        let calls = bench.server.calls();
        assert!(
            !calls.contains(&"computers/errors/".to_owned()),
            "{calls:?}"
        );
    }
    says("Segmentation fault\n");
    sync().await;
    sync().await;
    let told = bench.server.claims("computers/errors/")["description"].to_string();
    assert!(told.contains("lshw failed: incomplete"), "{told}");
    bench.server.mind().calls.clear();
    sync().await;
    sync().await;
    let calls = bench.server.calls();
    for call in ["computers/errors/", "computers/hardware/"] {
        assert!(!calls.contains(&call.to_owned()), "{calls:?}");
    }
}
