//! Orders come with a plan, and what became of them is told until the server has it.

use migasfree_client::sync::Engine as _;
use migasfree_native::actions::ActionResult;
use migasfree_types::actions::ExecutionState;

use super::server::{Native, Way};

fn result(sequence: u32, state: ExecutionState) -> ActionResult {
    ActionResult {
        execution: "4c9f3a5e-0000-4000-8000-000000000001".to_owned(),
        state,
        exit: None,
        output: None,
        sequence,
    }
}

#[tokio::test]
async fn an_order_waits_for_the_daemon_and_disturbs_no_synchronisation() {
    let native = Native::settled().await;
    native.server.mind().orders = vec!["one.signed".to_owned(), "two.signed".to_owned()];
    native.sync().await.unwrap();
    native.sync().await.unwrap();
    let waiting = native.engine.orders().unwrap().waiting().unwrap();
    let mut texts: Vec<String> = waiting.into_iter().map(|one| one.text).collect();
    texts.sort();
    assert_eq!(texts, ["one.signed", "two.signed"]);
}

#[tokio::test]
async fn results_wait_until_the_server_has_them() {
    let native = Native::settled().await;
    let orders = native.engine.orders().unwrap();
    let parts = [
        result(0, ExecutionState::Running),
        result(1, ExecutionState::Succeeded),
    ];
    for part in &parts {
        assert!(orders.keep(part).unwrap());
    }
    native.server.mind().way = Way::Drops;
    native.engine.tell_actions().await.unwrap_err();
    native.server.mind().way = Way::Straight;
    // The server heard it before, and says nothing against it.
    native.server.mind().told.clear();
    native.sync().await.unwrap();
    assert_eq!(native.server.mind().told, parts);
    native.engine.tell_actions().await.unwrap();
    assert_eq!(native.server.mind().told, parts);
}

#[tokio::test]
async fn of_an_execution_that_the_server_does_not_know_nothing_more_is_told() {
    let native = Native::settled().await;
    let orders = native.engine.orders().unwrap();
    for sequence in 0..3 {
        let part = result(sequence, ExecutionState::Running);
        assert!(orders.keep(&part).unwrap());
    }
    native.server.mind().unknown = Some(result(0, ExecutionState::Running).execution);
    native.engine.tell_actions().await.unwrap();
    assert!(orders.results().unwrap().is_empty());
}
