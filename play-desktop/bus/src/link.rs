//! Finding the daemon, noticing that it went, finding it again.

use crate::{Daemon, Listener, signals, within::within};
use futures_util::StreamExt;
use migasfree_dbus::names::{BUS_NAME, PROTOCOL_VERSION, ROOT_PATH};
use migasfree_play_records::Link;
use std::{num::NonZeroUsize, sync::Arc, time::Duration};
use tokio::{sync::mpsc, time};
use zbus::{Connection, MatchRule, Message, MessageStream, fdo::DBusProxy, message};

/// Pause before the bus or the daemon is tried again.
const PAUSE: Duration = Duration::from_secs(5);
/// Signals that may wait while an answer is read from the same connection.
const SIGNALS_QUEUED: usize = 4096;

/// Keeps the connection; never ends.
pub async fn keep(listener: impl Listener, daemon: Arc<Daemon>) {
    loop {
        if let Err(error) = live(&listener, &daemon).await {
            tracing::warn!(%error, "the bus cannot be used");
        }
        daemon.set_connection(None);
        daemon.set_link(&listener, Link::Missing);
        pause(&daemon).await;
    }
}

async fn pause(daemon: &Daemon) {
    tokio::select! {
        () = time::sleep(PAUSE) => {}
        () = daemon.retry.notified() => {}
    }
}

/// One connection, from its beginning to its end.
async fn live(listener: &impl Listener, daemon: &Arc<Daemon>) -> zbus::Result<()> {
    let connection = daemon.bus.connect().await?;
    let bus = DBusProxy::new(&connection).await?;
    let mut owners = bus
        .receive_name_owner_changed_with_args(&[(0, BUS_NAME)])
        .await?;
    let mut signals = listen(&connection).await?;
    daemon.set_connection(Some(connection.clone()));
    let (sender, receiver) = mpsc::unbounded_channel();
    let worker = tokio::spawn(signals::work(listener.clone(), daemon.clone(), receiver));
    let mut owner = greet(listener, daemon, &bus).await;
    loop {
        tokio::select! {
            change = owners.next() => {
                if change.is_none() {
                    break;
                }
                owner = greet(listener, daemon, &bus).await;
            }
            message = signals.next() => match message {
                Some(Ok(message)) if is_from(&message, owner.as_deref()) => {
                    // The worker lives as long as its sender.
                    let _closed = sender.send(message);
                }
                Some(_) => {}
                None => break,
            },
            () = pause(daemon), if owner.is_none() => owner = greet(listener, daemon, &bus).await,
        }
    }
    worker.abort();
    Ok(())
}

async fn listen(connection: &Connection) -> zbus::Result<MessageStream> {
    let rule = MatchRule::builder()
        .msg_type(message::Type::Signal)
        .sender(BUS_NAME)
        .path_namespace(ROOT_PATH)
        .build()?;
    MessageStream::for_match_rule(rule, connection, NonZeroUsize::new(SIGNALS_QUEUED)).await
}

/// Anybody may address a signal to Play; only the daemon is believed.
fn is_from(message: &Message, owner: Option<&str>) -> bool {
    let sender = message.header().sender().map(|name| name.to_string());
    owner.is_some() && sender.as_deref() == owner
}

/// Speaks to the daemon, which starts it where the bus can, and tells the view how that went. Answers who owns its name.
async fn greet(listener: &impl Listener, daemon: &Daemon, bus: &DBusProxy<'_>) -> Option<String> {
    let (link, owner) = match within(daemon.protocol_version()).await {
        Ok(version) => {
            let owner = bus.get_name_owner(BUS_NAME.try_into().ok()?).await.ok();
            let link = if version >= PROTOCOL_VERSION {
                Link::Ready
            } else {
                Link::Incompatible
            };
            (link, owner.map(|name| name.to_string()))
        }
        Err(fault) => {
            tracing::info!(code = fault.code, detail = fault.said.text, "no daemon");
            (Link::Missing, None)
        }
    };
    if link == Link::Ready {
        daemon.watch_again().await;
    }
    daemon.set_link(listener, link);
    if link == Link::Ready {
        daemon.sync_if_wanted().await;
    }
    owner
}
