//! The life of a computer at the terminal, without a daemon.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::{Answer, Bench};
use crate::support::packages::{broken, plain};

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_registers_synchronises_and_works_on_packages() {
    let Some(mut bench) = Bench::new().await else {
        return;
    };
    bench.server.mind().closed = true;
    let answer = bench.run(&["register", "-y"]).await.ends(1);
    for words in ["not registered", "not allowed", "--user NAME"] {
        assert!(answer.err.contains(words), "{}", answer.err);
    }
    bench.run(&["sync"]).await.ends(1);
    let register = || bench.command(&["register", "-y", "-u", "ana"]);
    Answer::with_input(register(), "wrong\n").await.ends(1);
    // A file is as good as the pipe, if nobody else reads it; an argument is warned of.
    let file = bench.debian.path().join("root/password");
    fs::write(&file, "wrong\n").unwrap();
    let by_file = || {
        let mut command = register();
        command.arg("--password-file").arg(&file);
        command
    };
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let refused = Answer::of(by_file()).await.ends(2);
    assert!(refused.err.contains("chmod 600"), "{}", refused.err);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    Answer::of(by_file()).await.ends(1);
    let warned = bench.run(&["register", "-y", "-u", "ana", "-p", "wrong"]);
    let warned = warned.await.ends(1);
    assert!(warned.err.contains("seen by everybody"), "{}", warned.err);
    let answer = Answer::with_input(register(), "secret\n").await.ok();
    assert!(
        answer.out.contains("Registered as computer 7."),
        "{}",
        answer.out
    );
    let state = bench.debian.path().join("var/lib/migasfree");
    let mode =
        fs::metadata(state.join(bench.server.address.to_string().replace(':', "_"))).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o700);

    let objects = bench.run(&["sync", "--json"]).await.ok().objects();
    assert!(
        objects
            .iter()
            .enumerate()
            .all(|(number, object)| object["seq"] == json!(number))
    );
    let of = |kind: &str| {
        objects
            .iter()
            .filter(|object| object["type"] == kind)
            .collect::<Vec<_>>()
    };
    let stages: Vec<_> = of("progress")
        .iter()
        .map(|object| object["stage"].as_str().unwrap().to_owned())
        .collect();
    for stage in [
        "connection",
        "attributes",
        "repositories",
        "metadata",
        "install",
        "software",
        "finish",
    ] {
        assert!(
            stages.iter().any(|told| told == stage),
            "{stage}: {stages:?}"
        );
    }
    assert_eq!(of("traits")[0]["data"][0]["prefix"], "CID");
    assert!(of("log").iter().any(|object| {
        object["message"]
            .as_str()
            .unwrap()
            .contains("Setting up tool")
    }));
    assert_eq!(objects.last().unwrap()["code"], "ok");
    assert!(
        bench
            .debian
            .read("scripts.log")
            .contains("postinst configure 0 disposable")
    );

    assert!(
        bench
            .run(&["search", "painter"])
            .await
            .ok()
            .out
            .contains("painter 2.0 - painter package")
    );
    let answer = bench.run(&["install", "painter", "byhand"]).await.ok();
    assert!(
        answer.out.contains("Installing packages") && answer.out.contains("Done."),
        "{}",
        answer.out
    );
    assert!(
        bench
            .run(&["install", "painter"])
            .await
            .ok()
            .out
            .contains("nothing to do")
    );
    let answer = bench.run(&["install", "no-such-package"]).await.ends(71);
    assert!(
        answer.err.contains("No package called no-such-package"),
        "{}",
        answer.err
    );
    bench.run(&["install", "--json", "-x"]).await.ends(2);
    bench.run(&["install", "--json", "Bad;Name"]).await.ends(71);
    bench.run(&["purge", "byhand"]).await.ok();
    let history = bench.server.claims("computers/software/")["history"].clone();
    assert_eq!(history, json!({ "uninstalled": ["-byhand_3.0_all.deb"] }));
    bench.run(&["purge", "dpkg"]).await.ends(71);
    let check = bench
        .run(&["packages", "-c", r#"["tool","byhand","painter"]"#])
        .await
        .ok();
    assert_eq!(check.json(), json!(["tool", "painter"]));
    let installed = bench.run(&["-q", "packages", "-i"]).await.ok().json();
    assert!(
        installed
            .as_array()
            .unwrap()
            .contains(&json!("painter_2.0_all.deb"))
    );
    assert!(
        bench
            .run(&["packages", "-a"])
            .await
            .ok()
            .json()
            .as_array()
            .unwrap()
            .contains(&json!("byhand"))
    );
    assert_eq!(
        bench.run(&["tags", "-g"]).await.ok().json()["assigned"],
        json!(["LOC-north"])
    );
    bench.run(&["tags", "-c", "LOC-south"]).await.ok();
    assert_eq!(
        bench.server.claims("computers/tags/")["tags"],
        json!(["LOC-south"])
    );
    bench.run(&["tags", "-c", ""]).await.ok();
    assert_eq!(bench.server.claims("computers/tags/")["tags"], json!([]));
    bench.run(&["tags", "-s", "nothyphen"]).await.ends(61);
    assert_eq!(
        bench.run(&["traits", "CID", "value"]).await.ok().out,
        "[\n    \"7\"\n]\n"
    );
    bench.run(&["traits", "CID", "colour"]).await.ends(2);
    assert_eq!(
        bench.run(&["-q", "info", "helpdesk"]).await.ok().out,
        "5555\n"
    );
    assert_eq!(bench.run(&["info", "--json"]).await.ok().json()["id"], 7);
    assert!(bench.run(&["-q", "info"]).await.ok().out.starts_with("7\t"));
    let label = bench.run(&["label", "--json"]).await.ok().json();
    assert_eq!(
        label,
        json!({ "uuid": "U", "name": "pc", "search": "pc", "helpdesk": "5555" })
    );
    let apps = bench.run(&["apps", "--json"]).await.ok().json();
    assert_eq!(
        apps[0]["description"],
        "Paints\n\nWith **colours** [and links](http://x)"
    );
    assert_eq!(
        apps[0]["packages_by_project"][0]["packages_to_install"],
        json!(["painter"])
    );
    assert_eq!(
        bench.run(&["apps", "-c", "9", "-j"]).await.ok().json(),
        json!([])
    );
    for (arguments, words) in [
        (&["apps", "-c", "9"][..], "No applications"),
        (&["search", "nosuchpackage"], "Nothing was found."),
    ] {
        let answer = bench.run(arguments).await.ok();
        assert!(answer.err.starts_with(words), "{answer:?}");
        let quiet = [&["-q"], arguments].concat();
        let quiet = bench.run(&quiet).await.ok();
        assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
        let json = [arguments, &["--json"]].concat();
        assert_eq!(bench.run(&json).await.ok().json(), json!([]));
    }
    assert_eq!(
        bench.run(&["categories", "-j"]).await.ok().json(),
        json!([{ "id": 1, "name": "Graphics" }])
    );
    assert_eq!(
        bench.run(&["status", "-j"]).await.ok().json()["registered"],
        true
    );
    bench.run(&["jobs"]).await.ends(75);

    let lock = fs::File::open(bench.debian.path().join("run/migasfree/lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    bench.run(&["sync", "-att"]).await.ends(1);
    drop(lock);
    bench
        .server
        .mind()
        .failures
        .insert("computers/attributes/".into(), 500);
    bench.run(&["sync", "-att"]).await.ends(61);
    bench.server.stop();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let answer = bench.run(&["sync"]).await.ends(75);
    assert!(answer.err.contains("Nothing answers at"), "{}", answer.err);
    assert!(
        bench
            .run(&["remove-keys"])
            .await
            .ok()
            .out
            .contains("removed")
    );
    assert_eq!(
        bench.run(&["status", "-j"]).await.ok().json()["registered"],
        false
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_removal_of_a_package_that_was_never_finished_is_a_change() {
    let Some(bench) = Bench::offering(vec![broken("bad", "1"), plain("tool", "1")]).await else {
        return;
    };
    bench.run(&["sync"]).await.ok();
    bench.run(&["install", "bad"]).await.ends(71);
    let status = bench.run(&["status"]).await.ok().out;
    for words in [
        "Not finished: bad.",
        "Last synchronisation: 20",
        "How it ended: well",
    ] {
        assert!(status.contains(words), "{words}: {status}");
    }
    let answer = bench.run(&["purge", "bad"]).await.ok();
    assert!(answer.out.contains("Done."), "{}", answer.out);
    assert!(!answer.out.contains("nothing to do"), "{}", answer.out);
    let again = bench.run(&["purge", "bad"]).await.ok();
    assert!(again.out.contains("nothing to do"), "{}", again.out);
}
