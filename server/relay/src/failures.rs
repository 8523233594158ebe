//! Why something does not happen, as the ends are told. Programs go by the code; the text is English.

use migasfree_tunnel::message::{Code, Failure};

macro_rules! failures {
    ($($(#[$about:meta])* $name:ident($code:ident): $text:literal;)*) => {
        $($(#[$about])* pub(crate) fn $name() -> Failure {
            Failure::new(Code::$code, $text)
        })*
    };
}

failures! {
    /// Frames that mean nothing, or not here.
    protocol(Protocol): "What was sent is not understood.";
    /// No hello in time.
    silent(Protocol): "No hello came in time.";
    /// Another computer's signature, or none.
    forged(Refused): "The hello is not signed by the key of this computer, or was made for another connection.";
    /// A hello of another time.
    clock(Refused): "The hello was not made just now: check the clock.";
    /// A key nobody let in.
    unknown_key(Revoked): "The server does not know this key, or does not take it any more.";
    /// Somebody with another key is there.
    other_key(Refused): "The computer is connected with another key.";
    /// The same key came again.
    replaced(Replaced): "The computer has connected anew.";
    /// A grant that is none.
    forged_grant(Refused): "The grant was not given by this server.";
    /// A grant that is over.
    expired_grant(Expired): "The grant has expired: ask for another one.";
    /// A grant for a computer that has another key by now.
    another_key(Expired): "The computer has another key since the grant was given: ask for another one.";
    /// Nobody to speak to.
    offline(Offline): "The computer is not connected.";
    /// Too much at once.
    full(Busy): "The relay has as many connections as it takes.";
    /// A session that cannot be gone on with.
    unknown_session(Unknown): "There is no such session any more.";
    /// Nobody answered.
    nobody(NobodyThere): "Nobody at the computer has answered.";
    /// A session whose time is over.
    over(Expired): "The time of the session is over.";
    /// An operator who does nothing.
    idle(Expired): "Nothing was done for too long.";
    /// An end that stayed away.
    lost(Lost): "The connection was lost, and did not come back in time.";
    /// The operator ended it.
    by_operator(EndedByOperator): "The operator has ended the session.";
    /// A second terminal or screen.
    streams(Limit): "The session has its terminal or screen already.";
    /// A stream of another service.
    service(NoRight): "The grant is for something else.";
    /// Too many messages that nobody had time for.
    flooded(Limit): "Too much is asked at once.";
    /// An agent of version 1 that says it is another computer.
    other_computer(Refused): "The certificate is of another computer.";
    /// A client of version 1.
    no_clients(Refused): "Version 1 is for agents of computers alone. Connect 1.x is not served: use migasfree-connect.";
    /// A session for which version 1 has no question.
    asks_nobody(Policy): "The agent speaks version 1, which asks and tells nobody: only a session without asking begins.";
    /// A service that is not there.
    no_service(NotReachable): "The service of the computer does not answer.";
    /// An operator who takes nothing while others wait.
    unread(Limit): "Nothing was taken for too long, and others wait.";
    /// What has to be recorded and cannot be.
    unrecorded(Policy): "The session has to be recorded, and cannot be.";
    /// The server stops.
    draining(Draining): "The server stops.";
    /// Something that only the log tells.
    internal(Failed): "The server failed to do this; its log says why.";
}
