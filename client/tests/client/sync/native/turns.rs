//! A computer counts its synchronisations, so that the server sees when it is there twice.

use migasfree_client::sync::Engine as _;
use migasfree_native::synchronization::Turn;

use super::server::{Native, Way};

/// The turns that were said so far.
fn said(native: &Native) -> Vec<Turn> {
    let mind = native.server.mind();
    mind.plans.iter().filter_map(|plan| plan.turn).collect()
}

#[tokio::test]
async fn no_turn_is_said_twice_also_where_no_answer_came() {
    let native = Native::settled().await;
    native.server.mind().way = Way::Drops;
    native.sync().await.unwrap_err();
    native.server.mind().way = Way::Straight;
    native.sync().await.unwrap();
    let said = said(&native);
    let numbers: Vec<u64> = said.iter().map(|turn| turn.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert!(said.iter().all(|turn| turn.line == said[0].line));
}

#[tokio::test]
async fn who_is_behind_begins_another_line() {
    let native = Native::settled().await;
    let before = said(&native)[0].line;
    native.server.mind().is_behind = true;
    native.sync().await.unwrap();
    native.server.mind().is_behind = false;
    native.sync().await.unwrap();
    native.sync().await.unwrap();
    let said = said(&native);
    let [told, first, second] = said[said.len() - 3..] else {
        panic!("{said:?}");
    };
    assert_eq!(told.line, before);
    assert_ne!(first.line, before);
    assert_eq!((first.number, second), (1, first.following()));
}

#[tokio::test]
async fn who_forgets_its_keys_forgets_its_turn() {
    let native = Native::settled().await;
    assert!(native.file("turn.json").exists());
    native.engine.unregister(false).unwrap();
    assert!(!native.file("turn.json").exists());
}
