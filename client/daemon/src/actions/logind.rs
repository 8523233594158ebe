//! What only logind may do: sessions are locked and the computer goes down through it.

use serde::Serialize;
use zbus::{Connection, OwnedVariant, Variant};

use crate::texts::Text;

const NAME: &str = "org.freedesktop.login1";
const PATH: &str = "/org/freedesktop/login1";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const MANAGER: &str = "org.freedesktop.login1.Manager";

/// How the computer goes down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Down {
    /// To come up again.
    Reboot,
    /// To stay off.
    Off,
}

impl Down {
    const fn word(self) -> &'static str {
        match self {
            Self::Reboot => "reboot",
            Self::Off => "poweroff",
        }
    }

    const fn method(self) -> &'static str {
        match self {
            Self::Reboot => "Reboot",
            Self::Off => "PowerOff",
        }
    }
}

/// Asks whoever is logged in for their password.
pub(super) async fn lock(bus: Option<&Connection>) -> Result<(), String> {
    call(bus, "LockSessions", &()).await
}

/// Whether some program, as one that changes packages, asked that the computer stays up for now. As root we would not be kept
/// from it.
pub(super) async fn is_held_back(bus: Option<&Connection>) -> bool {
    let Some(bus) = bus else {
        return false;
    };
    let asked = (MANAGER, "BlockInhibited");
    let answer = bus.call_method(Some(NAME), PATH, Some(PROPERTIES), "Get", &asked);
    let value = answer
        .await
        .and_then(|answer| answer.body().deserialize::<OwnedVariant>());
    match value.as_deref() {
        Ok(Variant::Str(what)) => what.as_str().split(':').any(|what| what == "shutdown"),
        _ => false,
    }
}

/// Has the computer go down at once. Nobody is asked.
pub(super) async fn go_down(bus: Option<&Connection>, how: Down) -> Result<(), String> {
    call(bus, how.method(), &false).await
}

/// Has the computer go down at a moment, Unix seconds, and tells terminals why.
pub(super) async fn go_down_at(
    bus: Option<&Connection>,
    how: Down,
    at: i64,
    why: &str,
) -> Result<(), String> {
    if let Err(error) = call(bus, "SetWallMessage", &(why, true)).await {
        tracing::debug!(error, "terminals are not told why the computer goes down");
    }
    let microseconds = u64::try_from(at)
        .unwrap_or_default()
        .saturating_mul(1_000_000);
    call(bus, "ScheduleShutdown", &(how.word(), microseconds)).await
}

/// Calls off what was to happen at a moment.
pub(super) async fn stay_up(bus: Option<&Connection>) -> Result<(), String> {
    call(bus, "CancelScheduledShutdown", &()).await
}

async fn call<B>(bus: Option<&Connection>, method: &'static str, body: &B) -> Result<(), String>
where
    B: Serialize + zbus::DynamicType,
{
    let refused = |reason: String| Text::ActionLogind.told(&[&reason]).text;
    let bus = bus.ok_or_else(|| refused("there is no bus".to_owned()))?;
    let answer = bus.call_method(Some(NAME), PATH, Some(MANAGER), method, body);
    match answer.await {
        Ok(_) => Ok(()),
        Err(error) => Err(refused(error.to_string())),
    }
}
