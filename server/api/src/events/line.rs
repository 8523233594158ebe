//! The way to the other side of a WebSocket, and whether somebody is still at its end.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use super::socket::End;

/// Whoever takes nothing for so long is gone.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pings that may stay without an answer.
const MISSED: u32 = 2;

/// The pings of a socket, and what came back.
#[derive(Debug)]
pub struct Pings {
    rounds: Interval,
    unanswered: u32,
}

impl Pings {
    /// One now, and one after each of these periods.
    pub fn every(period: Duration) -> Self {
        let mut rounds = interval(period);
        // After a moment in which nothing was read, there is time to read the answers first.
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            rounds,
            unanswered: 0,
        }
    }

    /// Until it is time for the next one.
    pub async fn due(&mut self) {
        self.rounds.tick().await;
    }

    /// Asks the other side whether it is still there.
    ///
    /// # Errors
    /// [`End::Gone`] when it answered none of the last.
    pub async fn ask(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        if self.unanswered >= MISSED {
            return Err(End::Gone);
        }
        self.unanswered += 1;
        send(socket, Message::Ping(Vec::new().into())).await
    }

    /// Takes what comes from the other side, which has nothing to tell but that it is there.
    ///
    /// # Errors
    /// How it ends, where it does.
    pub fn heard(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        self.unanswered = 0;
        match message {
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Text(_))) => Ok(()),
            Some(Ok(Message::Close(_))) => Err(End::Asked),
            Some(Ok(Message::Binary(_)) | Err(_)) => Err(End::NotUnderstood),
            None => Err(End::Gone),
        }
    }
}

/// Sends to the other side.
///
/// # Errors
/// [`End::Gone`] when it is not there, or takes nothing any more.
pub async fn send(socket: &mut WebSocket, message: Message) -> Result<(), End> {
    match timeout(PATIENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}
