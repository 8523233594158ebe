//! Tells systemd that the daemon still does its work, as often as its unit asks (`WatchdogSec=`).

use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// Reports for ever, if systemd wants that. A daemon whose tasks do not run any more does not, and is started again.
pub async fn keep_watchdog() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let meant = number("WATCHDOG_PID").is_none_or(|id| id == u64::from(std::process::id()));
    let (Some(limit), Ok(socket), true) = (
        number("WATCHDOG_USEC"),
        std::env::var("NOTIFY_SOCKET"),
        meant,
    ) else {
        return;
    };
    let mut often = tokio::time::interval(Duration::from_micros(limit / 3).max(PAUSE));
    loop {
        often.tick().await;
        if let Err(error) = report(&socket) {
            tracing::warn!(%error, "systemd cannot be told that the daemon works");
        }
    }
}

const PAUSE: Duration = Duration::from_millis(100);

fn report(socket: &str) -> io::Result<()> {
    let address = match socket.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(socket)?,
    };
    UnixDatagram::unbound()?.send_to_addr(b"WATCHDOG=1", &address)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn systemd_is_told_on_its_socket() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let systemd = UnixDatagram::bind(&path).unwrap();
        report(path.to_str().unwrap()).unwrap();
        let mut heard = [0; 32];
        let length = systemd.recv(&mut heard).unwrap();
        assert_eq!(&heard[..length], b"WATCHDOG=1");
    }
}
