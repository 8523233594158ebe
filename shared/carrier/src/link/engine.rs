//! Moves messages between the transport and the connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use migasfree_tunnel::frame::Frame;
use migasfree_tunnel::message::{Code, Failure, GoAway};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::shared::{Arrival, Shared};
use super::{Ended, Incoming, IncomingOpen};
use crate::transport::Transport;

/// How long the last words may take.
const FAREWELL: Duration = Duration::from_secs(1);

pub(super) async fn run<T: Transport>(
    shared: &Arc<Shared>,
    transport: T,
    incoming: &mpsc::Sender<Incoming>,
    keep_alive: Duration,
    stop: &Notify,
) -> Ended {
    let (mut sink, source) = transport.split();
    let (heard, last) = watch::channel(shared.age());
    let is_held = AtomicBool::new(false);
    let mut reader = Reader {
        shared,
        source,
        incoming,
        heard,
        is_held: &is_held,
    };
    let ended = tokio::select! {
        ended = write(shared, &mut sink) => ended,
        ended = reader.run() => ended,
        ended = watch_over(shared, last, &is_held, keep_alive) => ended,
        () = stop.notified() => Ended::Left,
        () = shared.gone.notified() => Ended::Left,
    };
    if let Ended::Failed(failure) = &ended {
        let go_away = GoAway {
            failure: failure.clone(),
            again_after: None,
        };
        shared.lock().connection.go_away(&go_away);
    }
    // Whoever does not listen is left without a word.
    _ = timeout(FAREWELL, farewell(shared, &mut sink, &ended)).await;
    ended
}

async fn write<T: Transport>(shared: &Shared, sink: &mut SplitSink<T, Bytes>) -> Ended {
    loop {
        let Some(message) = shared.message() else {
            shared.outgoing.notified().await;
            continue;
        };
        if let Err(error) = sink.send(message).await {
            return Ended::Lost(error.to_string());
        }
    }
}

async fn farewell<T: Transport>(shared: &Shared, sink: &mut SplitSink<T, Bytes>, ended: &Ended) {
    if matches!(ended, Ended::Left | Ended::Failed(_)) {
        while let Some(message) = shared.message() {
            if sink.send(message).await.is_err() {
                return;
            }
        }
    }
    // It is over either way.
    _ = sink.close().await;
}

struct Reader<'a, T> {
    shared: &'a Arc<Shared>,
    source: SplitStream<T>,
    incoming: &'a mpsc::Sender<Incoming>,
    heard: watch::Sender<Duration>,
    /// Nothing is read because nothing is taken.
    is_held: &'a AtomicBool,
}

impl<T: Transport> Reader<'_, T> {
    async fn run(&mut self) -> Ended {
        while let Some(message) = self.source.next().await {
            match message {
                Ok(message) => {
                    if let Err(failure) = self.message(message).await {
                        return Ended::Failed(failure);
                    }
                }
                Err(error) => return Ended::Lost(error.to_string()),
            }
        }
        Ended::Closed
    }

    async fn message(&mut self, mut message: Bytes) -> Result<(), Failure> {
        self.heard.send_replace(self.shared.age());
        while let Some(frame) = Frame::decode(&mut message).map_err(protocol)? {
            for arrival in self.frame(frame)? {
                self.hand_over(arrival).await;
            }
        }
        if message.is_empty() {
            Ok(())
        } else {
            Err(protocol("a message is cut off"))
        }
    }

    fn frame(&self, frame: Frame) -> Result<Vec<Arrival>, Failure> {
        let mut core = self.shared.lock();
        core.connection.at(self.shared.age());
        core.connection.receive(frame)?;
        let arrivals = core.happened();
        let has_frames = core.connection.has_frames();
        drop(core);
        if has_frames {
            self.shared.outgoing.notify_one();
        }
        Ok(arrivals)
    }

    async fn hand_over(&mut self, arrival: Arrival) {
        let incoming = match arrival {
            Arrival::Open(stream, opened) => {
                Incoming::Open(IncomingOpen::new(Arc::clone(self.shared), stream, opened))
            }
            Arrival::Control(control) => Incoming::Control(control),
            Arrival::GoAway(go_away) => Incoming::GoAway(go_away),
        };
        if let Err(mpsc::error::TrySendError::Full(incoming)) = self.incoming.try_send(incoming) {
            self.is_held.store(true, Ordering::Relaxed);
            // Where nobody takes it, a stream that is asked for is refused as it is dropped.
            _ = self.incoming.send(incoming).await;
            self.heard.send_replace(self.shared.age());
            self.is_held.store(false, Ordering::Relaxed);
        }
    }
}

/// Two signs of life that did not come are one too many.
async fn watch_over(
    shared: &Shared,
    last: watch::Receiver<Duration>,
    is_held: &AtomicBool,
    keep_alive: Duration,
) -> Ended {
    let mut ticks = interval(keep_alive);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let silence = shared.age().saturating_sub(*last.borrow());
        if silence > keep_alive * 5 / 2 && !is_held.load(Ordering::Relaxed) {
            return Ended::Lost("the other side gives no sign of life".to_owned());
        }
        ping(shared);
    }
}

fn ping(shared: &Shared) {
    let mut core = shared.lock();
    if !core.connection.is_crowded() {
        core.connection.ping();
    }
    drop(core);
    shared.outgoing.notify_one();
}

fn protocol(error: impl ToString) -> Failure {
    Failure::new(Code::Protocol, error.to_string())
}
