//! Commands on the machine itself, while the server runs.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use migasfree_server_db::{args, clock::Clock as _};
use migasfree_server_domain::core::on_machine::{self, Act};
use serde_json::json;

use crate::harness::Server;
use crate::on_both_engines;

const PROGRAM: &str = env!("CARGO_BIN_EXE_migasfree-server");
const ACCOUNT: &str = "/rest-auth/user/";

/// Runs a command beside a server; answers whether it went well, and what it said.
async fn run(server: &Server, arguments: &[&str], input: &str) -> (bool, String) {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .arg("--data")
        .arg(server.folder.path())
        .env_remove("DATABASE_URL");
    if let Some(url) = &server.state().settings.database_url {
        command.env("DATABASE_URL", &url.0);
    }
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let input = input.to_owned();
    let run = move || {
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // Who does not read it may be gone already.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    text.push_str(&String::from_utf8(output.stderr).unwrap());
    (output.status.success(), text)
}

async fn audited(server: &Server, action: &'static str, name: &'static str) -> i64 {
    let (count,): (i64,) = server
        .state()
        .db
        .one(
            "SELECT COUNT(*) FROM audit_record WHERE username = 'local command' AND user_id IS NULL \
             AND action = $1 AND object_text = $2",
            args![action, name],
        )
        .await
        .unwrap();
    count
}

async fn signs_in(server: &Server, name: &str, password: &str) -> u16 {
    let given = json!({"username": name, "password": password});
    server.anonymous().post("/token-auth/", given).await.status
}

on_both_engines! {
    async fn a_locked_out_administrator_gets_in_again(server: Server) {
        let (good, told) = run(&server, &["user", "password", "admin"], "a quite new one\n").await;
        assert!(good, "{told}");
        assert!(!told.contains("quite"), "{told}");
        assert_eq!(signs_in(&server, "admin", server.admin_password()).await, 400);
        assert_eq!(signs_in(&server, "admin", "a quite new one").await, 200);
        assert!(!server.folder.path().join("admin-password").exists());
        assert_eq!(audited(&server, "change_password", "admin").await, 1);

        let (good, told) = run(&server, &["user", "add", "--superuser", "second"], "another good one").await;
        assert!(good, "{told}");
        assert_eq!(signs_in(&server, "second", "another good one").await, 200);
        assert_eq!(audited(&server, "add", "second").await, 1);
        let (good, told) = run(&server, &["user", "list"], "").await;
        assert!(good && told.contains("admin") && told.contains("second"), "{told}");
    }

    async fn what_cannot_be_done_is_said_and_changes_nothing(server: Server) {
        for (arguments, input, part) in [
            (vec!["user", "password", "admin"], "123\n", "too short"),
            (vec!["user", "password", "admin"], "", "too short"),
            (vec!["user", "password", "nobody"], "a good password\n", "no account"),
            (vec!["user", "add", "Admin"], "a good password\n", "already"),
            (vec!["user", "add", "a b"], "a good password\n", "letters"),
            (vec!["user", "deactivate", "nobody"], "", "no account"),
            (vec!["token", "revoke-all", "nobody"], "", "no account"),
        ] {
            let (good, told) = run(&server, &arguments, input).await;
            assert!(!good && told.contains(part), "{arguments:?}: {told}");
        }
        assert_eq!(signs_in(&server, "admin", server.admin_password()).await, 200);
        let (count,): (i64,) = server.state().db
            .one("SELECT COUNT(*) FROM audit_record WHERE username = 'local command'", args![]).await.unwrap();
        assert_eq!(count, 0);
    }

    async fn what_ends_on_the_machine_ends_in_the_running_server(server: Server) {
        let ana = server.add_operator("ana", "correct horse", &[]).await;
        for (command, undo) in [("sign-out", None), ("deactivate", Some("activate"))] {
            let program = server.program_of(ana).await;
            assert_eq!(program.get(ACCOUNT).await.status, 200);
            let (good, told) = run(&server, &["user", command, "ana"], "").await;
            assert!(good, "{told}");
            assert_eq!(program.get(ACCOUNT).await.status, 401, "{command}");
            if let Some(undo) = undo {
                assert_eq!(signs_in(&server, "ana", "correct horse").await, 400);
                assert!(run(&server, &["user", undo, "ana"], "").await.0);
                assert_eq!(program.get(ACCOUNT).await.status, 401, "what has ended stays so");
            }
            assert_eq!(signs_in(&server, "ana", "correct horse").await, 200);
        }
        assert_eq!((audited(&server, "sign_out", "ana").await, audited(&server, "change", "ana").await), (1, 2));
    }

    async fn tokens_are_listed_and_end_together(server: Server) {
        let ana = server.add_operator("ana", "", &[]).await;
        let (first, admin) = (server.program_of(ana).await, server.admin().await);
        let (good, told) = run(&server, &["token", "list"], "").await;
        assert!(good && told.contains("ana") && told.contains("admin"), "{told}");
        assert!(!told.contains("switched off"), "{told}");
        let (good, told) = run(&server, &["token", "list", "--set", "sign_in.legacy_tokens=false"], "").await;
        assert!(good && told.contains("ana") && told.contains("switched off"), "{told}");
        let (good, told) = run(&server, &["token", "revoke-all", "ana"], "").await;
        assert!(good && told.starts_with("1 token"), "{told}");
        assert_eq!((first.get(ACCOUNT).await.status, admin.get(ACCOUNT).await.status), (401, 200));
        assert!(run(&server, &["token", "revoke-all"], "").await.0);
        assert_eq!(admin.get(ACCOUNT).await.status, 401);
        assert_eq!((audited(&server, "revoke_tokens", "ana").await, audited(&server, "revoke_tokens", "admin").await), (1, 1));
    }

    async fn an_account_that_failed_too_often_may_try_again(server: Server) {
        for _ in 0..10 {
            assert_eq!(signs_in(&server, "admin", "a guess").await, 400);
        }
        assert_eq!(signs_in(&server, "admin", server.admin_password()).await, 429);
        server.clock.advance(Duration::from_secs(5));
        let db = &server.state().db;
        let unlocked = on_machine::act(db, "admin", Act::Unlock, server.clock.now()).await.unwrap();
        assert!(unlocked);
        server.clock.advance(Duration::from_secs(1));
        for _ in 0..10 {
            assert_eq!(signs_in(&server, "admin", "a guess").await, 400);
        }
        assert_eq!(signs_in(&server, "admin", server.admin_password()).await, 429, "once is once");
        assert_eq!(audited(&server, "unlock", "admin").await, 1);
        let (good, told) = run(&server, &["user", "unlock", "admin"], "").await;
        assert!(good, "{told}");
    }

    async fn the_audit_is_verified_and_a_broken_one_fails(server: Server) {
        let (good, told) = run(&server, &["audit", "verify"], "").await;
        assert!(good && told.contains("as they were written"), "{told}");
        let db = &server.state().db;
        db.execute("UPDATE audit_record SET username = 'somebody' WHERE id = 1", args![]).await.unwrap();
        let (good, told) = run(&server, &["audit", "verify"], "").await;
        assert!(!good && told.contains("record 1 is not as it was written"), "{told}");
        let (good, told) = run(&server, &["audit", "accept"], "").await;
        assert!(good && told.contains("record 1"), "{told}");
        assert_eq!(signs_in(&server, "admin", server.admin_password()).await, 200);
        let (good, told) = run(&server, &["audit", "verify"], "").await;
        assert!(good && told.starts_with("2 records"), "that it was accepted, and who came since: {told}");
        let (good, told) = run(&server, &["audit", "accept"], "").await;
        assert!(!good && told.contains("nothing to accept"), "{told}");
    }

    async fn a_person_is_erased_on_the_machine(server: Server) {
        assert_eq!(signs_in(&server, "admin", server.admin_password()).await, 200);
        let (good, told) = run(&server, &["audit", "erase", "admin"], "").await;
        assert!(good, "{told}");
        let found = "SELECT COUNT(*) FROM audit_record WHERE username = 'admin' OR object_text = 'admin'";
        let (count,): (i64,) = server.state().db.one(found, args![]).await.unwrap();
        assert_eq!(count, 0);
        assert!(run(&server, &["audit", "verify"], "").await.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_s_data_a_command_says_so_and_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(PROGRAM)
        .args(["user", "list", "--data"])
        .arg(folder.path())
        .env_remove("DATABASE_URL")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && told.contains("--data"),
        "{told}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
