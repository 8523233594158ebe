//! Orders of actions, and what agents say of them.

use migasfree_server_relay::Handed;
use migasfree_tunnel::frame::Kind;
use migasfree_tunnel::message::{Control, ExecutionState};
use migasfree_types::events::{ChangeAction, Event};

use crate::house::{House, key};
use crate::peer::Peer;
use crate::until;

fn handed(execution: &str) -> Handed {
    Handed {
        execution: execution.to_owned(),
        order: format!("the order of {execution}"),
    }
}

async fn acts(agent: &mut Peer) -> String {
    let control: Control = agent.said(Kind::Control).await;
    let Control::Act { execution, order } = control else {
        panic!("no order: {control:?}");
    };
    assert_eq!(order, format!("the order of {execution}"));
    execution
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_goes_to_its_computer_when_it_comes_and_when_it_is_there() {
    let house = House::new().await;
    house.enrol(7, &key(7));
    let waiting = vec![handed("one")];
    house.known.state().orders.insert(7, waiting);
    let mut agent = Peer::agent(&house, 7, &key(7)).await;
    assert_eq!(acts(&mut agent).await, "one");
    house.known.state().orders.insert(7, vec![handed("two")]);
    house.events.send(Event::Changed {
        entity: "remote.action".to_owned(),
        id: Some(1),
        action: ChangeAction::Add,
        at: String::new(),
    });
    assert_eq!(acts(&mut agent).await, "two");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_says_is_taken_down_in_its_order_as_its_own() {
    let house = House::new().await;
    house.enrol(7, &key(7));
    let mut agent = Peer::agent(&house, 7, &key(7)).await;
    until(|| house.registry.seen(7).is_some()).await;
    for sequence in 0..20 {
        let acting = Control::Acting {
            execution: "one".to_owned(),
            state: ExecutionState::Running,
            exit: None,
            output: Some(sequence.to_string()),
            sequence,
        };
        agent.control(&acting).await;
    }
    until(|| house.known.state().acted.len() == 20).await;
    let acted = house.known.state().acted.clone();
    assert!(acted.iter().all(|(computer, _)| *computer == 7));
    let heard: Vec<u32> = acted.iter().map(|(_, acting)| acting.sequence).collect();
    assert_eq!(heard, (0..20).collect::<Vec<u32>>());
}
