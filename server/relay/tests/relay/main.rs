//! The relay through real WebSockets.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod going_on;
mod house;
mod letting_in;
mod ordering;
mod passing;
mod patience;
mod peer;
mod screens;
mod version_1;

use house::{House, grant, key};
use peer::Peer;

/// A computer's agent and an operator with a terminal, which is stream 1 of the operator and the number that is given back at
/// the agent.
async fn terminal(house: &House, session: &str) -> (Peer, Peer, u32) {
    let computer = key(7);
    house.enrol(7, &computer);
    let mut agent = Peer::agent(house, 7, &computer).await;
    until(|| house.registry.seen(7).is_some()).await;
    let (operator, stream) = beside(house, session, &mut agent).await;
    (agent, operator, stream)
}

/// One more operator of that agent.
async fn beside(house: &House, session: &str, agent: &mut Peer) -> (Peer, u32) {
    let grant = house.sign(&grant(session, 7, &key(7)));
    let mut operator = Peer::operator(house, &grant).await;
    agent.accept().await;
    operator.session().await;
    operator.open(1).await;
    let stream = agent.opened().await;
    operator.frame(migasfree_tunnel::frame::Kind::OpenOk).await;
    (operator, stream)
}

/// Until something is so.
async fn until(is_so: impl Fn() -> bool) {
    for _ in 0..200 {
        if is_so() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it never is");
}
