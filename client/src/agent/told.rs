//! What the daemon says of itself.

use futures_util::StreamExt as _;
use migasfree_dbus::RemoteProxy;
use migasfree_dbus::names::BUS_NAME;
use migasfree_tunnel::message::{Code, Control};
use zbus::Connection;
use zbus::fdo::DBusProxy;

use super::Over;
use super::sessions::Sessions;

/// Passes it on, until there is nothing to offer any more.
pub(super) async fn follow(
    bus: &Connection,
    daemon: RemoteProxy<'static>,
    sessions: Sessions,
) -> zbus::Result<Over> {
    let broker = DBusProxy::new(bus).await?;
    let mut owners = broker
        .receive_name_owner_changed_with_args(&[(0, BUS_NAME)])
        .await?;
    let mut asking = daemon.receive_asking().await?;
    let mut ended = daemon.receive_session_ended().await?;
    let mut exited = daemon.receive_terminal_exited().await?;
    let mut services = daemon.receive_services_changed().await?;
    let mut acting = daemon.receive_acting().await?;
    loop {
        tokio::select! {
            owner = owners.next() => match owner {
                // Its sessions ended with it. The next one has to know who passes on what it tells.
                Some(owner) => {
                    sessions.lose_all();
                    if owner.args()?.new_owner().is_some() {
                        sessions.actions.ask_again();
                    }
                }
                None => return Ok(Over::Stopped),
            },
            Some(asked) = asking.next() => {
                let session = asked.args()?.session().to_string();
                sessions.say(Control::Asking { session });
            }
            Some(over) = ended.next() => {
                let over = over.args()?;
                sessions.over(over.session(), over.code());
            }
            Some(exit) = exited.next() => {
                let exit = exit.args()?;
                sessions.exited(exit.session(), *exit.terminal(), *exit.status());
            }
            Some(far) = acting.next() => {
                let far = far.args()?;
                sessions.actions.told(
                    (*far.execution(), *far.state(), *far.exit()),
                    far.output(),
                    *far.sequence(),
                );
            }
            Some(changed) = services.next() => {
                let services = changed.args()?.services().clone();
                if services.is_empty() {
                    sessions.end_all(Code::Policy).await;
                    return Ok(Over::Off);
                }
                sessions.say(Control::Services { services });
            }
        }
    }
}
