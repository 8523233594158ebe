//! What was recorded is played by who may, and kept as long as the settings say.

use std::time::Duration;

use migasfree_server_domain::remote::{self, End, Recorded};
use migasfree_server_domain::retention;
use serde_json::json;

use super::{Desk, SESSIONS};
use crate::on_both_engines;

const CAST: &str = "{\"version\": 2, \"width\": 80, \"height\": 24}\n[0.1, \"o\", \"hello\"]\n";
const DAY: Duration = Duration::from_secs(86_400);

/// A session that was recorded and is over.
async fn recorded(desk: &Desk) -> i64 {
    let (_, helper) = desk.helper("hugo", &["open_terminal"]).await;
    let (session, id, _) = desk.begun(&helper).await;
    let state = desk.server().state();
    let content = CAST.as_bytes().to_vec();
    desk.shelf
        .kept
        .lock()
        .unwrap()
        .insert("one".to_owned(), content);
    let recording = Recorded {
        blob: "one".to_owned(),
        format: "asciicast".to_owned(),
        size: CAST.len() as u64,
        key_id: "1".to_owned(),
    };
    remote::recorded(state, &session, &recording).await.unwrap();
    let over = End {
        code: "ended_by_operator".to_owned(),
        author: None,
        bytes: (0, 0),
    };
    remote::end(state, &session, &over).await.unwrap();
    id
}

on_both_engines! {
    async fn recordings_are_played_with_the_right_alone_and_each_time_is_noted(desk: Desk) {
        let id = recorded(&desk).await;
        let path = format!("{SESSIONS}{id}/recording/");
        let (_, stranger) = desk.helper("sam", &["open_terminal", "view_remotesession", "watch_sessions"]).await;
        assert_eq!(stranger.get(&path).await.status, 403);
        assert_eq!(desk.events(id).await.iter().filter(|what| *what == "played").count(), 0);
        let (_, auditor) = desk.helper("ines", &["play_recordings"]).await;
        for played in 1..=2 {
            let answer = auditor.get(&path).await;
            assert_eq!((answer.status, answer.text.as_str()), (200, CAST));
            assert_eq!(answer.header("content-type"), "application/x-asciicast");
            let events = desk.events(id).await;
            assert_eq!(events.iter().filter(|what| *what == "played").count(), played);
        }
        let row = desk.org.admin.get(&format!("{SESSIONS}{id}/")).await.json;
        assert_eq!(row["has_recording"], true);
        let nothing = auditor.get(&format!("{SESSIONS}{}/recording/", desk.org.id("remote-sessions"))).await;
        assert_eq!(nothing.status, 404, "{}", nothing.text);
    }

    async fn recordings_and_sessions_go_when_their_time_is_over(desk: Desk) {
        let id = recorded(&desk).await;
        let state = desk.server().state();
        desk.server().clock.advance(DAY * 89);
        retention::clean(state).await.unwrap();
        assert_eq!(desk.shelf.kept.lock().unwrap().len(), 1);
        desk.server().clock.advance(DAY * 2);
        retention::clean(state).await.unwrap();
        assert!(desk.shelf.kept.lock().unwrap().is_empty());
        let row = desk.org.admin.get(&format!("{SESSIONS}{id}/")).await;
        assert_eq!(row.json["has_recording"], false, "the session is still known");
        desk.server().clock.advance(DAY * 640);
        retention::clean(state).await.unwrap();
        assert_eq!(desk.org.admin.get(&format!("{SESSIONS}{id}/")).await.status, 404);
    }

    async fn what_nobody_started_or_ended_is_closed(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["open_terminal"]).await;
        let asked = desk.ask(&helper, json!({})).await;
        let (_, begun, _) = desk.begun(&helper).await;
        let state = async |id: &serde_json::Value| {
            desk.org.admin.get(&format!("{SESSIONS}{id}/")).await.json["state"].clone()
        };
        desk.server().clock.advance(Duration::from_secs(120));
        retention::clean(desk.server().state()).await.unwrap();
        assert_eq!((state(&asked.json["id"]).await, state(&json!(begun)).await), (json!("ended"), json!("active")));
        desk.server().clock.advance(DAY);
        retention::clean(desk.server().state()).await.unwrap();
        assert_eq!(state(&json!(begun)).await, json!("ended"));
    }
}
