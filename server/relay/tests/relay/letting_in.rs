//! Who is let in.

use std::time::{Duration, Instant};

use migasfree_tunnel::message::{Code, Control, OperatorHello, Who};
use migasfree_types::events::Event;

use crate::house::{House, NOW, ORIGIN, grant, key};
use crate::peer::Peer;
use crate::{beside, terminal, until};

async fn refused(house: &House, computer: i64, seed: u64, made: i64) -> Code {
    let mut peer = Peer::connect(house, "agent", None).await.unwrap();
    let hello = peer.hello_of(house, computer, &key(seed), made, Vec::new());
    peer.hello(Who::Agent(hello)).await;
    peer.sent_away().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_proves_with_its_key_whose_it_is_and_everybody_hears_of_it() {
    let house = House::new().await;
    let mut events = house.events.listen();
    house.enrol(7, &key(7));
    assert_eq!(refused(&house, 7, 8, NOW).await, Code::Revoked);
    assert_eq!(refused(&house, 6, 7, NOW).await, Code::Refused);
    assert_eq!(refused(&house, 7, 7, NOW - 120).await, Code::Refused);
    // A hello of another connection.
    let one = Peer::connect(&house, "agent", None).await.unwrap();
    let mut other = Peer::connect(&house, "agent", None).await.unwrap();
    let hello = one.hello_of(&house, 7, &key(7), NOW, Vec::new());
    other.hello(Who::Agent(hello)).await;
    assert_eq!(other.sent_away().await, Code::Refused);
    assert!(house.registry.seen(7).is_none());

    let agent = Peer::agent(&house, 7, &key(7)).await;
    until(|| house.registry.seen(7).is_some()).await;
    assert_eq!(house.registry.seen(7).unwrap().services, ["terminal"]);
    drop(agent);
    until(|| house.registry.seen(7).is_none()).await;
    for expected in [true, false] {
        let event = events.recv().await.unwrap();
        let is_it =
            matches!(&*event, Event::Presence { computer: 7, online, .. } if *online == expected);
        assert!(is_it, "{event:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_takes_its_place_again_and_another_one_does_not() {
    let house = House::new().await;
    house.enrol(7, &key(7));
    let mut first = Peer::agent(&house, 7, &key(7)).await;
    until(|| house.registry.seen(7).is_some()).await;
    let mut second = Peer::agent(&house, 7, &key(7)).await;
    assert_eq!(first.sent_away().await, Code::Replaced);
    assert!(first.next().await.is_none());
    drop(first);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(house.registry.seen(7).is_some(), "its end clears nothing");
    house.enrol(7, &key(9));
    assert_eq!(refused(&house, 7, 9, NOW).await, Code::Refused);
    // Once the first key is not good any more, the other one is.
    house.revoke(&key(7));
    let mut third = Peer::agent(&house, 7, &key(9)).await;
    assert_eq!(second.sent_away().await, Code::Revoked);
    let sealed = house.sign(&grant("s", 7, &key(9)));
    let _operator = Peer::operator(&house, &sealed).await;
    assert_eq!(third.accept().await, "s");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_the_servers_for_this_computer_once_and_not_for_long() {
    let house = House::new().await;
    let (_agent, _operator, _) = terminal(&house, "one").await;
    let once = house.sign(&grant("one", 7, &key(7)));
    let mut late = grant("two", 7, &key(7));
    late.issued -= 300;
    late.expires -= 300;
    let forged = migasfree_grant::sign(&grant("three", 7, &key(7)), &key(3));
    let elsewhere = house.sign(&grant("four", 8, &key(8)));
    let another = house.sign(&grant("five", 7, &key(8)));
    for (grant, code) in [
        (once, Code::Used),
        (house.sign(&late), Code::Expired),
        (forged, Code::Refused),
        (elsewhere, Code::Offline),
        (another, Code::Expired),
    ] {
        let mut peer = Peer::operator(&house, &grant).await;
        assert_eq!(peer.sent_away().await, code);
    }
    let mut nothing = Peer::connect(&house, "session", None).await.unwrap();
    let hello = OperatorHello {
        grant: None,
        resume: None,
    };
    nothing.hello(Who::Operator(hello)).await;
    assert_eq!(nothing.sent_away().await, Code::Protocol);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_computer_may_refuse() {
    let house = House::new().await;
    let (mut agent, _operator, _) = terminal(&house, "one").await;
    let sealed = house.sign(&grant("two", 7, &key(7)));
    let mut operator = Peer::operator(&house, &sealed).await;
    let Control::Start { session, .. } = agent.heard().await else {
        panic!("no session begins");
    };
    let asking = Control::Asking {
        session: session.clone(),
    };
    agent.control(&asking).await;
    assert_eq!(operator.heard().await, asking);
    let failure = migasfree_tunnel::message::Failure::new(Code::Refused, "no");
    let refused = Control::Refused { session, failure };
    agent.control(&refused).await;
    assert_eq!(operator.heard().await, refused);
    assert!(operator.next().await.is_none());
    assert_eq!(house.known.state().ended["two"], Code::Refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_others_are_kept_out() {
    let house = House::new().await;
    let theirs = Peer::connect(&house, "session", Some("https://elsewhere.example")).await;
    assert_eq!(theirs.err(), Some(403));
    assert!(Peer::connect(&house, "session", Some(ORIGIN)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_is_sent_away() {
    let house = House::new().await;
    let mut silent = Peer::connect(&house, "agent", None).await.unwrap();
    let begun = Instant::now();
    assert_eq!(silent.sent_away().await, Code::Protocol);
    let waited = begun.elapsed().as_secs();
    assert!((9..15).contains(&waited), "{waited} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_revoked_ends_within_seconds() {
    let house = House::new().await;
    let (mut agent, mut operator, _) = terminal(&house, "one").await;
    let (mut other, _) = beside(&house, "two", &mut agent).await;
    let begun = Instant::now();
    let failure = migasfree_tunnel::message::Failure::new(Code::Revoked, "over");
    let stopped = ("one".to_owned(), failure.clone());
    house.known.state().stopped.extend([stopped]);
    let end = Control::End {
        session: "one".to_owned(),
        failure,
    };
    assert_eq!(operator.heard().await, end);
    assert_eq!(agent.heard().await, end);
    assert!(begun.elapsed() < Duration::from_secs(5));
    // The others go on.
    other
        .send(migasfree_tunnel::frame::Kind::Data, 1, "still".into())
        .await;
    assert_eq!(agent.data().await.1, "still");
}
