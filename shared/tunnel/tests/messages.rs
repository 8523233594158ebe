//! Messages as JSON.
#![allow(clippy::unwrap_used)]

use migasfree_tunnel::files::FileRequest;
use migasfree_tunnel::message::{
    self, Code, Control, ExecutionState, Failure, Hello, MAX_MESSAGE, MessageError, Open, Opened,
    OperatorHello, Who,
};

fn written<T: serde::Serialize>(message: &T) -> String {
    String::from_utf8(message::write(message).to_vec()).unwrap()
}

#[test]
fn a_hello_says_which_versions_and_who() {
    let operator = OperatorHello {
        grant: Some("text".to_owned()),
        resume: None,
    };
    let hello = Hello::new(Who::Operator(operator), "0.1.0", "linux");
    assert_eq!(
        written(&hello),
        r#"{"protocol":[1,1],"features":[],"build":"0.1.0","platform":"linux","who":{"role":"operator","grant":"text","resume":null}}"#
    );
    assert!(hello.is_understood());
    let later = Hello {
        protocol: (2, 3),
        ..hello
    };
    assert!(!later.is_understood());
}

#[test]
fn what_a_stream_is_for_is_one_object() {
    let list = FileRequest::List {
        path: "/etc".to_owned(),
    };
    let opened = Opened {
        session: "s".to_owned(),
        stream: 1,
        open: Open::Files(list),
    };
    assert_eq!(
        written(&opened),
        r#"{"session":"s","stream":1,"open":{"what":"files","request":"list","path":"/etc"}}"#
    );
    assert_eq!(
        message::read::<Opened>(written(&opened).as_bytes()).unwrap(),
        opened
    );
}

#[test]
fn what_a_later_version_says_is_passed_over() {
    let control = message::read::<Control>(br#"{"what":"teleport","session":"s"}"#);
    assert_eq!(control.unwrap(), Control::Other);
    let failure = message::read::<Failure>(br#"{"code":"too_tired","mood":"bad"}"#);
    assert_eq!(failure.unwrap(), Failure::new(Code::Failed, ""));
    let control = message::read::<Control>(br#"{"what":"asking","session":"s","who":"me"}"#);
    let session = "s".to_owned();
    assert_eq!(control.unwrap(), Control::Asking { session });
}

#[test]
fn a_message_has_its_length() {
    let long = format!("\"{}\"", "x".repeat(MAX_MESSAGE - 2));
    assert!(message::read::<String>(long.as_bytes()).is_ok());
    let longer = message::read::<String>(format!("{long} ").as_bytes());
    assert!(matches!(longer, Err(MessageError::TooLong)));
}

#[test]
fn an_execution_is_told_of_by_its_state() {
    let acting = Control::Acting {
        execution: "e".to_owned(),
        state: ExecutionState::TimedOut,
        exit: None,
        output: None,
        sequence: 2,
    };
    let text = r#"{"what":"acting","execution":"e","state":"timed_out","sequence":2}"#;
    assert_eq!(written(&acting), text);
    assert_eq!(message::read::<Control>(text.as_bytes()).unwrap(), acting);
    assert!(ExecutionState::TimedOut.is_final() && ExecutionState::TimedOut.is_told());
    assert!(!ExecutionState::Running.is_final() && !ExecutionState::Cancelled.is_told());
}
