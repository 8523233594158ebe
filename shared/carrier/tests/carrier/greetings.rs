//! Hello, before there are streams.

use std::time::Duration;

use crate::double::{control, line, message_of};
use futures_util::{SinkExt as _, StreamExt as _};
use migasfree_carrier::{Greeting, Word};
use migasfree_tunnel::frame::{Frame, Kind, StreamId};
use migasfree_tunnel::message::{
    self, Code, Control, Failure, GoAway, Hello, OperatorHello, Welcome, Who,
};

const SOON: Duration = Duration::from_secs(10);

fn challenge() -> Hello {
    let welcome = Welcome {
        nonce: Some("nonce".to_owned()),
        keep_alive: 30,
        session: None,
    };
    Hello::new(Who::Relay(welcome), "1", "linux")
}

fn asking() -> Control {
    Control::Asking {
        session: crate::double::SESSION.to_owned(),
    }
}

#[tokio::test]
async fn ends_greet_each_other_and_what_came_early_is_not_lost() {
    let (left, mut right) = line();
    let hello = Frame::new(
        Kind::Hello,
        StreamId::CONNECTION,
        message::write(&challenge()),
    );
    let early = control(&asking());
    right
        .send(message_of(&[hello, early.clone()]))
        .await
        .unwrap();
    let mut greeting = Greeting::new(left);
    let heard = greeting.hear(SOON).await.unwrap();
    assert_eq!(heard, Word::Hello(Box::new(challenge())));
    let operator = OperatorHello {
        grant: Some("grant".to_owned()),
        resume: None,
    };
    let answer = Hello::new(Who::Operator(operator), "1", "linux");
    greeting.hello(&answer).await.unwrap();
    let mut relay = Greeting::new(right);
    assert_eq!(
        relay.hear(SOON).await.unwrap(),
        Word::Hello(Box::new(answer))
    );
    assert_eq!(
        greeting.next().await.unwrap().unwrap(),
        message_of(&[early])
    );
}

#[tokio::test]
async fn an_operator_hears_that_the_person_is_asked_and_why_not() {
    let (left, right) = line();
    let (mut operator, mut relay) = (Greeting::new(left), Greeting::new(right));
    let no = GoAway {
        failure: Failure::new(Code::Refused, "the person said no"),
        again_after: None,
    };
    relay.control(&asking()).await.unwrap();
    relay.go_away(&no).await.unwrap();
    assert_eq!(operator.hear(SOON).await.unwrap(), Word::Control(asking()));
    assert_eq!(operator.hear(SOON).await.unwrap(), Word::GoAway(no));
}

#[tokio::test(start_paused = true)]
async fn whoever_says_nothing_or_something_else_is_not_waited_for() {
    let (left, mut right) = line();
    let mut greeting = Greeting::new(left);
    assert_eq!(greeting.hear(SOON).await.unwrap_err().code, Code::Lost);
    let data = Frame::new(Kind::Data, StreamId(1), "early".into());
    right.send(message_of(&[data])).await.unwrap();
    assert_eq!(greeting.hear(SOON).await.unwrap_err().code, Code::Protocol);
    drop(right);
    assert_eq!(greeting.hear(SOON).await.unwrap_err().code, Code::Lost);
}
