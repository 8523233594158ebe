//! Services of this computer that a grant may name.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::time::Duration;

use migasfree_dbus::Error;
use tokio::net::TcpStream;

use crate::texts::Text;

/// Services that have a number wherever nobody says otherwise.
pub(super) const USUAL: [(&str, u16); 3] = [("ssh", 22), ("vnc", 5900), ("rdp", 3389)];

const PATIENCE: Duration = Duration::from_secs(5);

/// Where the service `name` listens, if `granted` is for it: a name, or a name with its number as in `web=8080`.
pub(super) fn number(granted: &str, name: &str) -> Option<u16> {
    let (of, number) = match granted.split_once('=') {
        Some((of, number)) => (of, number.parse().ok().filter(|number| *number > 0)?),
        None => (
            granted,
            USUAL.iter().find(|(known, _)| *known == granted)?.1,
        ),
    };
    (of == name).then_some(number)
}

/// Connects to a service of this computer.
pub(super) async fn dial(name: &str, number: u16) -> Result<OwnedFd, Error> {
    let mut reasons = Vec::new();
    for address in [IpAddr::V4(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()] {
        let address = SocketAddr::new(address, number);
        match tokio::time::timeout(PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                let _ = stream.set_nodelay(true);
                return Ok(stream.into_std().map_err(failed)?.into());
            }
            Ok(Err(error)) => reasons.push(format!("{address}: {error}")),
            Err(_) => reasons.push(format!("{address}: no answer")),
        }
    }
    let reasons = reasons.join("; ");
    Err(Error::Refused(Text::RemoteNoPort.told(&[name, &reasons])))
}

fn failed(error: std::io::Error) -> Error {
    Error::Refused(Text::RemoteFailed.told(&[&error.to_string()]))
}

/// Numbers of TCP on which somebody listens.
pub(super) fn listening() -> Vec<u16> {
    let mut found = Vec::new();
    for file in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let table = fs::read_to_string(file).unwrap_or_default();
        found.extend(table.lines().skip(1).filter_map(listener));
    }
    found
}

/// The number in a line of the kernel's table, if it is one of a listener.
fn listener(line: &str) -> Option<u16> {
    let mut words = line.split_whitespace().skip(1);
    let (local, _, state) = (words.next()?, words.next()?, words.next()?);
    let (_, number) = local.rsplit_once(':')?;
    (state == "0A").then(|| u16::from_str_radix(number, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_service_of_the_grant_has_a_number() {
        assert_eq!(number("ssh", "ssh"), Some(22));
        assert_eq!(number("ssh", "vnc"), None);
        assert_eq!(number("web=8080", "web"), Some(8080));
        for (granted, name) in [
            ("web", "web"),
            ("web=0", "web"),
            ("web=x", "web"),
            ("web=1", "8080"),
        ] {
            assert_eq!(number(granted, name), None, "{granted}");
        }
    }

    #[test]
    fn listeners_are_read_from_the_kernels_table() {
        let listens = "   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000";
        assert_eq!(listener(listens), Some(22));
        assert_eq!(listener(&listens.replace(" 0A ", " 01 ")), None);
        assert_eq!(listener("nonsense"), None);
    }
}
