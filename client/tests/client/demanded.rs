//! What policies demand, through the command line, with apt for real.

use std::fs;

use serde_json::json;

use crate::cli::Bench;
use crate::support::packages::plain;

/// From now on a policy demands this.
fn demand(bench: &Bench, install: &[&str], remove: &[&str]) {
    let demanded = json!({ "install": install, "remove": remove });
    let call = "computers/packages/mandatory/".to_owned();
    bench.server.mind().answers.insert(call, demanded);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_policy_demands_has_failed_until_it_is_configured_and_keeps_no_other_away() {
    let script = "#!/bin/sh\n[ -e /repaired ] || { echo no licence >&2; exit 3; }\n";
    let packages = vec![
        plain("amber", "1"),
        plain("bad", "1").script("postinst", script),
        plain("painter", "2.0"),
        plain("zebra", "1"),
    ];
    let Some(bench) = Bench::offering(packages).await else {
        return;
    };
    let told = || bench.server.claims("computers/errors/")["description"].to_string();
    demand(&bench, &["amber", "bad", "zebra"], &[]);
    bench.run(&["register", "-y"]).await.ok();
    for time in ["first", "second", "third"] {
        let code = bench.run(&["sync", "--json"]).await;
        assert_eq!(code.objects().last().unwrap()["code"], "packages-failed");
        let record = bench.server.claims("synchronizations/");
        assert_eq!(record["pms_status_ok"], false, "the {time} time");
        assert!(
            told().contains("bad") && told().contains("no licence"),
            "{}",
            told()
        );
        bench.server.mind().calls.clear();
        // The others are there, and are not blamed.
        let check = bench.run(&["packages", "-c", r#"["amber","bad","zebra"]"#]);
        assert_eq!(check.await.ok().json(), json!(["amber", "zebra"]));
    }
    let status = bench.run(&["status", "-j"]).await.ok().json();
    assert_eq!(status["unfinished"], json!(["bad"]));
    let shown = bench.run(&["status"]).await.ok().out;
    assert!(shown.contains("migasfree install bad"), "{shown}");
    assert!(shown.contains("migasfree purge bad"), "{shown}");

    // Somebody asks for something else and gets it; asking for the broken one again is no success.
    bench.run(&["install", "painter"]).await.ok();
    for _ in 0..2 {
        let refused = bench.run(&["install", "bad"]).await.ends(71);
        assert!(refused.err.contains("no licence"), "{}", refused.err);
    }

    // What a policy takes away goes, finished or not.
    demand(&bench, &["amber"], &["bad"]);
    let objects = bench.run(&["sync", "--json"]).await.ok().objects();
    assert_eq!(objects.last().unwrap()["code"], "ok");
    let status = bench.run(&["status", "-j"]).await.ok().json();
    assert_eq!(status["unfinished"], json!([]));

    // Demanded again, it fails until its cause is repaired, and then the synchronisation goes well.
    demand(&bench, &["amber", "bad"], &[]);
    assert_ne!(bench.run(&["sync"]).await.status, 0);
    fs::write(bench.debian.path().join("repaired"), "").unwrap();
    bench.server.mind().calls.clear();
    bench.run(&["sync"]).await.ok();
    assert_eq!(
        bench.server.claims("synchronizations/")["pms_status_ok"],
        true
    );
    let check = bench.run(&["packages", "-c", r#"["bad"]"#]).await.ok();
    assert_eq!(check.json(), json!(["bad"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_policy_cannot_have_or_may_not_do_keeps_nothing_else_away() {
    let packages = vec![
        plain("amber", "1"),
        plain("old", "1"),
        plain("lonely", "1").field("Depends", "nobody-has-this"),
        plain("zebra", "1"),
    ];
    let Some(bench) = Bench::offering(packages).await else {
        return;
    };
    demand(&bench, &["old"], &[]);
    bench.run(&["register", "-y"]).await.ok();
    bench.run(&["sync"]).await.ok();
    demand(
        &bench,
        &["amber", "ghost", "lonely", "Not a name", "zebra"],
        &["dpkg", "old", "never-there"],
    );
    let objects = bench.run(&["sync", "--json"]).await.objects();
    assert_eq!(objects.last().unwrap()["code"], "packages-failed");
    let check = r#"["amber","zebra","old","dpkg","lonely"]"#;
    let check = bench.run(&["packages", "-c", check]).await.ok();
    assert_eq!(check.json(), json!(["amber", "zebra", "dpkg"]));
    let told = bench.server.claims("computers/errors/")["description"].to_string();
    for name in ["dpkg", "ghost", "lonely"] {
        assert!(told.contains(name), "{name}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn package_lists_that_are_a_page_for_signing_in_change_nothing_and_are_partial() {
    let Some(bench) = Bench::new().await else {
        return;
    };
    bench.run(&["register", "-y"]).await.ok();
    bench.run(&["sync"]).await.ok();
    let files = bench.server.mind().files.clone();
    let page = "<!DOCTYPE html><html><title>Sign in</title></html>";
    for name in ["/InRelease", "/Packages", ""] {
        let mut changed = files.clone();
        for (_, content) in changed.iter_mut().filter(|(path, _)| path.ends_with(name)) {
            *content = page.into();
        }
        if name == "/Packages" {
            // Lists apt has already are not fetched again.
            let lists = bench.debian.path().join("var/lib/apt/lists");
            let lists = fs::read_dir(lists).unwrap().flatten();
            for list in lists.filter(|list| list.path().is_file()) {
                fs::remove_file(list.path()).unwrap();
            }
        }
        bench.server.mind().files = changed;
        let answer = bench.run(&["sync", "--json"]).await.ends(71);
        let last = answer.objects().last().unwrap().clone();
        assert_eq!(last["code"], "metadata-failed", "{name}: {last}");
        assert_eq!(last["result"], "partial", "{name}: {last}");
        bench.server.mind().files.clone_from(&files);
        bench.run(&["sync"]).await.ok();
    }
    bench.run(&["install", "painter"]).await.ok();
}
