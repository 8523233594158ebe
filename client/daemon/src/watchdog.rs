//! Tells systemd that the daemon still does its work, as often as its unit asks (`WatchdogSec=`).

use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(100);

/// What systemd wants to hear, and how often.
#[derive(Debug)]
pub struct Watchdog {
    socket: String,
    often: Duration,
}

impl Watchdog {
    /// If systemd wants to hear anything.
    pub fn wanted() -> Option<Self> {
        let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
        let meant = number("WATCHDOG_PID").is_none_or(|id| id == u64::from(std::process::id()));
        let limit = number("WATCHDOG_USEC").filter(|_| meant)?;
        Some(Self {
            socket: std::env::var("NOTIFY_SOCKET").ok()?,
            often: Duration::from_micros(limit / 3).max(PAUSE),
        })
    }

    /// Reports for ever, as long as `answers` says that the daemon does its work. One that does not is started again.
    pub async fn keep(self, answers: impl Fn() -> bool) {
        let mut often = tokio::time::interval(self.often);
        loop {
            often.tick().await;
            if !answers() {
                tracing::error!(
                    "the jobs do not answer; systemd is not told that the daemon works"
                );
                continue;
            }
            if let Err(error) = report(&self.socket) {
                tracing::warn!(%error, "systemd cannot be told that the daemon works");
            }
        }
    }
}

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

    #[tokio::test]
    async fn systemd_is_told_on_its_socket_while_the_daemon_answers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let systemd = UnixDatagram::bind(&path).unwrap();
        systemd.set_nonblocking(true).unwrap();
        let watchdog = || Watchdog {
            socket: path.to_str().unwrap().to_owned(),
            often: Duration::from_millis(5),
        };
        let heard = async |answers: bool| {
            let reports = watchdog().keep(move || answers);
            let _ = tokio::time::timeout(Duration::from_millis(50), reports).await;
            let mut heard = [0; 32];
            let length = systemd.recv(&mut heard).ok()?;
            Some(heard[..length].to_vec())
        };
        assert_eq!(heard(false).await, None);
        assert_eq!(heard(true).await.as_deref(), Some(&b"WATCHDOG=1"[..]));
    }
}
