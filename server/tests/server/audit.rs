//! The audit is one chain: what was changed, removed or put in from outside shows, and what the server removes or erases
//! itself leaves it whole.

use std::time::Duration;

use migasfree_server_audit::{
    self as audit, Anchored, Anchors, Author, Broken, Change, ERASED, Reason, UserId, Verification,
};
use migasfree_server_db::{args, clock::Clock as _};
use migasfree_server_domain::{
    audit::{anchoring, verifying},
    retention::clean,
    services::OfDomain as _,
};
use serde_json::json;

use crate::harness::Server;
use crate::on_both_engines;

const DAY: Duration = Duration::from_secs(86_400);
const A_MINUTE: Duration = Duration::from_secs(60);
const STORES: &str = "core.store";

async fn write(server: &Server, author: &Author, texts: &[&str]) {
    let fields = json!({"name": "a name"});
    let changes: Vec<Change<'_>> = texts
        .iter()
        .map(|text| Change {
            action: "change",
            entity: STORES,
            object_id: Some(7),
            object_text: text,
            before: None,
            after: Some(&fields),
        })
        .collect();
    let mut tx = server.state().db.begin().await.unwrap();
    audit::record_all(&mut tx, server.clock.now(), author, &changes)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn verified(server: &Server) -> Verification {
    let state = server.state();
    let domain = state.domain();
    audit::verify(&state.db, &domain.audit, &domain.audit_anchors)
        .await
        .unwrap()
}

async fn broken(server: &Server) -> Option<Broken> {
    verified(server).await.broken
}

async fn execute(server: &Server, sql: &'static str, id: i64) {
    let done = server.state().db.execute(sql, args![id]).await.unwrap();
    assert_eq!(done, 1, "{sql}");
}

on_both_engines! {
    async fn records_of_many_writers_are_one_chain_without_gaps(server: Server) {
        let server = std::sync::Arc::new(server);
        let begun = verified(&server).await;
        let writers = (0..8).map(|_| {
            let server = server.clone();
            tokio::spawn(async move {
                for _ in 0..5 {
                    write(&server, &Author::server(), &["one", "two\0 with a null"]).await;
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let found = verified(&server).await;
        assert_eq!(found.broken, None);
        assert_eq!(found.last_id, begun.last_id + 80);
        assert_eq!(found.checked, found.last_id);
    }

    async fn a_transaction_that_is_given_up_leaves_no_record(server: Server) {
        let before = verified(&server).await;
        let mut tx = server.state().db.begin().await.unwrap();
        let change = Change { action: "add", entity: STORES, object_id: None, object_text: "", before: None, after: None };
        audit::record(&mut tx, server.clock.now(), &Author::server(), &change).await.unwrap();
        drop(tx);
        assert_eq!(verified(&server).await, before);
    }

    async fn many_records_of_one_transaction_are_linked(server: Server) {
        let before = verified(&server).await.last_id;
        write(&server, &Author::server(), &vec!["much"; 1_201]).await;
        let found = verified(&server).await;
        assert_eq!((found.last_id, found.broken), (before + 1_201, None));
    }

    async fn what_is_changed_from_outside_shows_at_the_first_record(server: Server) {
        write(&server, &Author::server(), &["one", "two", "three"]).await;
        let id = verified(&server).await.last_id - 1;
        for (change, undo) in [
            ("UPDATE audit_record SET object_text = 'else' WHERE id = $1", "UPDATE audit_record SET object_text = 'two' WHERE id = $1"),
            ("UPDATE audit_record SET action = 'add' WHERE id = $1", "UPDATE audit_record SET action = 'change' WHERE id = $1"),
            ("UPDATE audit_record SET object_id = NULL WHERE id = $1", "UPDATE audit_record SET object_id = 7 WHERE id = $1"),
            ("UPDATE audit_record SET before = '{}' WHERE id = $1", "UPDATE audit_record SET before = NULL WHERE id = $1"),
            ("UPDATE audit_record SET seals = 'x' WHERE id = $1", "UPDATE audit_record SET seals = NULL WHERE id = $1"),
        ] {
            execute(&server, change, id).await;
            assert_eq!(broken(&server).await, Some(Broken { id, reason: Reason::Changed }), "{change}");
            execute(&server, undo, id).await;
            assert_eq!(broken(&server).await, None, "{undo}");
        }
        execute(&server, "INSERT INTO audit_record (id, created_at, username, action, entity, salt, hash) \
            SELECT id + 2, created_at, username, action, entity, salt, hash FROM audit_record WHERE id = $1", id).await;
        assert_eq!(broken(&server).await, Some(Broken { id: id + 1, reason: Reason::End }), "behind the end");
        execute(&server, "DELETE FROM audit_record WHERE id = $1", id + 2).await;
        assert_eq!(broken(&server).await, None);
        execute(&server, "DELETE FROM audit_record WHERE id = $1", id + 1).await;
        assert_eq!(broken(&server).await, Some(Broken { id: id + 1, reason: Reason::Missing }));
        execute(&server, "UPDATE audit_head SET last_id = $1", id).await;
        assert_eq!(broken(&server).await, Some(Broken { id, reason: Reason::End }));
        execute(&server, "DELETE FROM audit_record WHERE id = $1", id - 1).await;
        assert_eq!(broken(&server).await, Some(Broken { id: id - 1, reason: Reason::Missing }));
    }

    async fn the_beginning_goes_and_leaves_a_checkpoint_that_only_the_server_signs(server: Server) {
        write(&server, &Author::server(), &["old", "older"]).await;
        let old = verified(&server).await.last_id;
        server.clock.advance(DAY * 3_000);
        write(&server, &Author::server(), &["new"]).await;
        clean(server.state()).await.unwrap();
        let found = verified(&server).await;
        let expected = Verification { checked: 1, last_id: old + 1, checkpoint_id: Some(old), broken: None };
        assert_eq!(found, expected);
        let db = &server.state().db;
        db.execute("UPDATE audit_checkpoint SET hash = 'another'", args![]).await.unwrap();
        assert_eq!(broken(&server).await, Some(Broken { id: old, reason: Reason::Checkpoint }));
        // Nothing that may be needed to find out why is removed.
        server.clock.advance(DAY * 3_000);
        clean(server.state()).await.unwrap();
        let (left,): (i64,) = db.one("SELECT COUNT(*) FROM audit_record", args![]).await.unwrap();
        assert_eq!(left, 1);
    }

    async fn the_chain_goes_on_when_every_record_is_gone(server: Server) {
        write(&server, &Author::server(), &["old"]).await;
        server.clock.advance(DAY * 3_000);
        clean(server.state()).await.unwrap();
        assert_eq!(verified(&server).await.checked, 0);
        write(&server, &Author::server(), &["new"]).await;
        let found = verified(&server).await;
        assert_eq!((found.checked, found.broken), (1, None));
    }

    async fn a_person_is_erased_and_the_chain_is_whole(server: Server) {
        let ana = Author { user: Some(UserId(40)), name: "ana".to_owned(), address: "192.0.2.7".to_owned() };
        write(&server, &ana, &["tag"]).await;
        let account = json!({"username": "ana", "email": "ana@example.org"});
        let change = Change {
            action: "add",
            entity: "core.userprofile",
            object_id: Some(40),
            object_text: "ana",
            before: None,
            after: Some(&account),
        };
        let db = &server.state().db;
        let mut tx = db.begin().await.unwrap();
        audit::record(&mut tx, server.clock.now(), &Author::server(), &change).await.unwrap();
        tx.commit().await.unwrap();
        for _ in 0..2 {
            let mut tx = db.begin().await.unwrap();
            audit::erase(&mut tx, &server.state().domain().audit, Some(UserId(40)), "ana").await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(broken(&server).await, None);
        }
        let rows: Vec<(String, String, String, Option<String>)> = db
            .all("SELECT username, address, object_text, after FROM audit_record ORDER BY id DESC LIMIT 2", args![])
            .await.unwrap();
        let server_wrote = ("server".to_owned(), String::new(), ERASED.to_owned(), None);
        let name = json!({"name": "a name"}).to_string();
        assert_eq!(rows, [server_wrote, (ERASED.to_owned(), String::new(), "tag".to_owned(), Some(name))]);
        let (found,): (i64,) = db
            .one("SELECT COUNT(*) FROM audit_record WHERE username = 'ana' OR address = '192.0.2.7' \
                  OR COALESCE(after, '') LIKE '%ana%' OR (salt <> '' AND seals IS NOT NULL)", args![])
            .await.unwrap();
        assert_eq!(found, 0);
    }
    async fn nothing_is_put_where_a_person_was_erased(server: Server) {
        let ana = Author { user: None, name: "ana".to_owned(), address: "192.0.2.7".to_owned() };
        write(&server, &ana, &["one", "two"]).await;
        let id = verified(&server).await.last_id;
        let mut tx = server.state().db.begin().await.unwrap();
        audit::erase(&mut tx, &server.state().domain().audit, None, "ana").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(broken(&server).await, None);
        for (change, undo) in [
            ("UPDATE audit_record SET username = 'eve' WHERE id = $1", "UPDATE audit_record SET username = '(erased)' WHERE id = $1"),
            ("UPDATE audit_record SET address = '203.0.113.5' WHERE id = $1", "UPDATE audit_record SET address = '' WHERE id = $1"),
            // Whoever reads a record has all it takes to leave what erasing leaves, but for the key.
            (r#"UPDATE audit_record SET seals = REPLACE(seals, '"signature":"', '"signature":"00') WHERE id = $1"#,
             r#"UPDATE audit_record SET seals = REPLACE(seals, '"signature":"00', '"signature":"') WHERE id = $1"#),
        ] {
            execute(&server, change, id).await;
            assert_eq!(broken(&server).await, Some(Broken { id, reason: Reason::Changed }), "{change}");
            execute(&server, undo, id).await;
            assert_eq!(broken(&server).await, None, "{undo}");
        }
    }

    async fn who_is_not_let_in_is_noted_a_few_times_and_without_what_they_typed(server: Server) {
        let count = async |what: &'static str| {
            let (count,): (i64,) = server.state().db.one(what, args![]).await.unwrap();
            count
        };
        let guess = async |name: &str| {
            let given = json!({"username": name, "password": "a secret guess"});
            server.anonymous().post("/token-auth/", given).await.status
        };
        for _ in 0..12 {
            guess("admin").await;
        }
        for number in 0..40 {
            assert_eq!(guess(&format!("nobody {number}")).await, 400);
        }
        let known = "SELECT COUNT(*) FROM audit_record WHERE action = 'login_failed' AND username = 'admin' AND user_id = 1";
        let locked = "SELECT COUNT(*) FROM audit_record WHERE action = 'lock_out' AND username = 'admin'";
        let unknown = "SELECT COUNT(*) FROM audit_record WHERE action = 'login_failed' AND username = '(unknown)'";
        let began = std::time::Instant::now();
        while (count(known).await, count(locked).await, count(unknown).await) != (5, 1, 5) {
            assert!(began.elapsed() < Duration::from_secs(10), "they are not noted");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let told = "SELECT COUNT(*) FROM audit_record WHERE COALESCE(after, '') || object_text || username LIKE '%guess%' \
                    OR object_text LIKE 'nobody%'";
        assert_eq!(count(told).await, 0);
        assert_eq!(broken(&server).await, None);
    }
    async fn who_may_is_told_whether_the_audit_is_whole(server: Server) {
        let path = "/api/v1/token/audit/verification/";
        let (reader, auditor) = (
            server.operator("rea", &["audit.view_record"]).await,
            server.operator("aud", &["audit.view_verification", "audit.add_verification"]).await,
        );
        assert_eq!(server.anonymous().get(path).await.status, 401);
        assert_eq!((reader.get(path).await.status, reader.post(path, json!({})).await.status), (403, 403));
        let never = auditor.get(path).await;
        assert_eq!((never.status, &never.json["checked_at"]), (200, &json!(null)), "{}", never.text);

        write(&server, &Author::server(), &["one"]).await;
        assert_eq!(auditor.post(path, json!({})).await.status, 200);
        let began = std::time::Instant::now();
        let told = loop {
            let told = auditor.get(path).await.json;
            if told["is_running"] == false {
                break told;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{told}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        assert_eq!(told["broken_id"], json!(null), "{told}");
        assert!(!auditor.get("/api/v1/token/stats/alerts/").await.text.contains("audit"));

        let id = told["last_id"].as_i64().unwrap();
        execute(&server, "UPDATE audit_record SET entity = 'core.tag' WHERE id = $1", id).await;
        verifying::look(server.state()).await.unwrap();
        let told = auditor.get(path).await.json;
        assert_eq!((&told["broken_id"], &told["reason"]), (&json!(id), &json!("changed")));
        assert!(auditor.get("/api/v1/token/stats/alerts/").await.text.contains("The audit was changed"));
        assert!(!reader.get("/api/v1/token/stats/alerts/").await.text.contains("The audit was changed"));
    }
    async fn what_was_accepted_is_verified_no_more_and_goes_with_time(server: Server) {
        write(&server, &Author::server(), &["one", "two", "three"]).await;
        let id = verified(&server).await.last_id;
        execute(&server, "DELETE FROM audit_record WHERE id = $1", id - 1).await;
        execute(&server, "UPDATE audit_head SET last_id = $1", id - 2).await;
        let state = server.state();
        let mut tx = state.db.begin().await.unwrap();
        audit::accept(&mut tx, &state.domain().audit, server.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        write(&server, &Author::server(), &["four"]).await;
        let found = verified(&server).await;
        assert_eq!((found.broken, found.checkpoint_id, found.checked), (None, Some(id), 1));
        server.clock.advance(DAY * 3_000);
        clean(state).await.unwrap();
        let (left,): (i64,) = state.db.one("SELECT COUNT(*) FROM audit_record", args![]).await.unwrap();
        assert_eq!(left, 0);
        assert_eq!(broken(&server).await, None);
    }
    async fn the_newest_records_are_missed_that_the_server_saw(server: Server) {
        write(&server, &Author::server(), &["one", "two", "three"]).await;
        let id = verified(&server).await.last_id;
        server.clock.advance(A_MINUTE);
        anchoring::keep(server.state()).await.unwrap();
        for sql in [
            "DELETE FROM audit_record WHERE id > $1",
            "UPDATE audit_head SET (last_id, hash) = (SELECT id, hash FROM audit_record WHERE id = $1)",
        ] {
            execute(&server, sql, id - 1).await;
        }
        let missing = Some(Broken { id, reason: Reason::Missing });
        assert_eq!(broken(&server).await, missing);
        // What is put in their place is not what was there, however often it is looked at.
        write(&server, &Author::server(), &["another", "one more"]).await;
        server.clock.advance(A_MINUTE);
        let kept = anchoring::keep(server.state()).await.unwrap();
        assert!(matches!(&kept, Anchored::At(anchor) if anchor.last_id == id), "{kept:?}");
        assert_eq!(broken(&server).await, Some(Broken { id, reason: Reason::Changed }));

        let file = server.folder.path().join("keys").join(Anchors::FILE);
        std::fs::write(&file, "migasfree audit anchor 1\n1\n\n0\n00\n").unwrap();
        assert_eq!(broken(&server).await, Some(Broken { id: id + 1, reason: Reason::Anchor }));
        let state = server.state();
        let mut tx = state.db.begin().await.unwrap();
        audit::accept(&mut tx, &state.domain().audit, server.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        state.domain().audit_anchors.forget().await.unwrap();
        assert_eq!(broken(&server).await, None);
        write(&server, &Author::server(), &["new"]).await;
        server.clock.advance(A_MINUTE);
        anchoring::keep(state).await.unwrap();
        server.clock.advance(DAY * 3_000);
        clean(state).await.unwrap();
        assert_eq!(broken(&server).await, None, "what the server removed itself is not missed");
    }

    async fn an_audit_whose_end_is_gone_says_so_and_can_be_accepted(server: Server) {
        write(&server, &Author::server(), &["one"]).await;
        let id = verified(&server).await.last_id;
        execute(&server, "DELETE FROM audit_head WHERE id = $1", 1).await;
        assert_eq!(broken(&server).await, Some(Broken { id: 0, reason: Reason::Head }));
        let state = server.state();
        let mut tx = state.db.begin().await.unwrap();
        let change = Change { action: "add", entity: STORES, object_id: None, object_text: "", before: None, after: None };
        audit::record(&mut tx, server.clock.now(), &Author::server(), &change).await.unwrap();
        let told = tx.commit().await.unwrap_err().to_string();
        assert!(told.contains("audit accept"), "{told}");
        let mut tx = state.db.begin().await.unwrap();
        audit::accept(&mut tx, &state.domain().audit, server.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        write(&server, &Author::server(), &["two"]).await;
        let found = verified(&server).await;
        assert_eq!((found.broken, found.checkpoint_id, found.last_id), (None, Some(id), id + 1));
    }
}
