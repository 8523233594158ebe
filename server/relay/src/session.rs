//! The WebSocket of an operator: one session.

use std::sync::Arc;

use axum::extract::ws::WebSocket;
use migasfree_tunnel::frame::{Frame, Kind};
use migasfree_tunnel::message::{Failure, Hello, OperatorHello, Who};

use crate::drive::Command;
use crate::failures;
use crate::limits::Place;
use crate::outbox::Outbox;
use crate::state::Relay;
use crate::switch::Session;
use crate::wire::{self, Source};

/// Serves an operator until the session, or the connection, is over.
pub(crate) async fn serve(relay: Relay, socket: WebSocket, place: Place) {
    let outbox = Outbox::default();
    relay.greet(&outbox);
    let served = wire::serve(socket, &outbox, |source| {
        work(relay.clone(), outbox.clone(), place, source)
    });
    relay.tasks.track_future(served).await;
}

async fn work(relay: Relay, outbox: Outbox, place: Place, source: Source) {
    if let Err(failure) = run(&relay, &outbox, place, source).await {
        outbox.go_away(failure, None);
    }
}

async fn run(
    relay: &Relay,
    outbox: &Outbox,
    place: Place,
    mut source: Source,
) -> Result<(), Failure> {
    let Some(hello) = wire::hello(&mut source).await? else {
        return Ok(());
    };
    let connection = relay.connection();
    let session = Box::pin(begin(relay, hello, connection, outbox)).await;
    let session = session.inspect_err(|failure| {
        relay.refused("operator");
        let address = place.address;
        tracing::info!(%address, %failure, "an operator is not let in");
    })?;
    drop(place);
    let attached = Attached {
        session,
        connection,
    };
    let session = &attached.session;
    let ended = wire::listen(&mut source, outbox, relay.keep_alive(), |frame| {
        take(session, connection, outbox, frame)
    })
    .await;
    ended.inspect_err(|failure| session.command(Command::End(failure.clone())))
}

/// The connection of a session, until this is dropped.
struct Attached {
    session: Arc<Session>,
    connection: u64,
}

impl Drop for Attached {
    fn drop(&mut self) {
        self.session.leave(self.connection);
    }
}

async fn begin(
    relay: &Relay,
    hello: Hello,
    connection: u64,
    outbox: &Outbox,
) -> Result<Arc<Session>, Failure> {
    let Who::Operator(OperatorHello { grant, resume }) = hello.who else {
        return Err(failures::protocol());
    };
    match (grant, resume) {
        (Some(grant), None) => relay.begin(grant, connection, outbox).await,
        (None, Some(resume)) => relay.resume(resume, connection, outbox).await,
        _ => Err(failures::protocol()),
    }
}

/// Takes a frame.
pub(crate) fn take(
    session: &Session,
    connection: u64,
    outbox: &Outbox,
    frame: Frame,
) -> Result<(), Failure> {
    match frame.kind {
        Kind::Ping => {
            outbox.answer(frame);
            Ok(())
        }
        Kind::GoAway => Ok(()),
        Kind::Hello => Err(failures::protocol()),
        Kind::Control => session.operator_says(connection, wire::said(&frame)?),
        _ => session.operator_sends(connection, frame),
    }
}
