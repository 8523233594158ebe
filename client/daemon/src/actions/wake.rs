//! The packet that wakes another computer: it goes to everybody on one of the own networks, and nowhere else.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::sleep;

use crate::identity::{Network, networks};
use crate::texts::Text;

/// Where nobody listens: network cards look at the packet itself.
const DISCARD: u16 = 9;
/// One may be lost.
const TIMES: usize = 3;
const PAUSE: Duration = Duration::from_millis(200);

/// The address of a network card.
type Card = [u8; 6];

/// Wakes the computer with this network card.
pub(super) async fn wake(mac: &str, broadcast: &str) -> Result<(), String> {
    let card = card(mac).ok_or_else(|| Text::ActionNoCard.told(&[mac]).text)?;
    let (own, broadcast) =
        way(broadcast, &networks()).ok_or_else(|| Text::ActionNoNetwork.told(&[broadcast]).text)?;
    let sent = send(&packet(card), own, broadcast).await;
    sent.map_err(|error| Text::RemoteFailed.told(&[&error.to_string()]).text)
}

/// Reads six bytes in hexadecimal with colons; an address of many cards is none of one.
fn card(text: &str) -> Option<Card> {
    let mut card = Card::default();
    let mut parts = text.split(':');
    for byte in &mut card {
        let part = parts.next()?;
        let digits = part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_hexdigit());
        *byte = u8::from_str_radix(part, 16).ok().filter(|_| digits)?;
    }
    let is_of_one = card[0] & 1 == 0 && card != Card::default();
    (parts.next().is_none() && is_of_one).then_some(card)
}

/// The own address in the private network with this broadcast address, and that.
fn way(broadcast: &str, networks: &[Network]) -> Option<(Ipv4Addr, Ipv4Addr)> {
    let stays_here = |address: &Ipv4Addr| address.is_private() || address.is_loopback();
    let broadcast: Ipv4Addr = broadcast.parse().ok().filter(stays_here)?;
    let network = networks
        .iter()
        .find(|network| network.broadcast() == Some(broadcast))?;
    Some((network.address, broadcast))
}

/// Six bytes of ones, then the address sixteen times.
fn packet(card: Card) -> Vec<u8> {
    [&[0xff; 6][..], card.repeat(16).as_slice()].concat()
}

async fn send(packet: &[u8], own: Ipv4Addr, broadcast: Ipv4Addr) -> io::Result<()> {
    let socket = UdpSocket::bind(SocketAddrV4::new(own, 0)).await?;
    socket.set_broadcast(true)?;
    for time in 0..TIMES {
        if time > 0 {
            sleep(PAUSE).await;
        }
        socket
            .send_to(packet, SocketAddrV4::new(broadcast, DISCARD))
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn network(address: &str, mask: &str) -> Network {
        Network {
            interface: "eth0".into(),
            address: address.parse().unwrap(),
            mask: mask.parse().unwrap(),
        }
    }

    #[test]
    fn the_packet_is_as_cards_want_it() {
        let packet = packet(card("00:1A:2b:3c:4d:5e").unwrap());
        assert_eq!(packet.len(), 102);
        assert_eq!(packet[..6], [0xff; 6]);
        assert_eq!(packet[96..], [0, 0x1a, 0x2b, 0x3c, 0x4d, 0x5e]);
    }

    #[test]
    fn what_is_no_address_of_one_card_is_refused() {
        for text in [
            "",
            "00:1a:2b:3c:4d",
            "00:1a:2b:3c:4d:5e:6f",
            "00-1a-2b-3c-4d-5e",
            "0:1a:2b:3c:4d:5e0",
            "+0:1a:2b:3c:4d:5e",
            "ff:ff:ff:ff:ff:ff",
            "01:00:5e:00:00:01",
            "00:00:00:00:00:00",
            " 00:1a:2b:3c:4d:5e",
        ] {
            assert_eq!(card(text), None, "{text:?}");
        }
    }

    #[test]
    fn nothing_is_sent_but_to_an_own_private_network() {
        let networks = [
            network("192.168.7.20", "255.255.255.0"),
            network("10.1.2.3", "255.255.255.255"),
            network("203.0.113.9", "255.255.255.0"),
        ];
        let own = Some((
            "192.168.7.20".parse().unwrap(),
            "192.168.7.255".parse().unwrap(),
        ));
        assert_eq!(way("192.168.7.255", &networks), own);
        for other in [
            "192.168.8.255",
            "192.168.7.1",
            "255.255.255.255",
            "203.0.113.255",
            "10.1.2.3",
            "8.8.8.8",
            "192.168.7.255:9",
            "",
        ] {
            assert_eq!(way(other, &networks), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn every_card_is_read_as_it_is_written(mut bytes in any::<[u8; 6]>(), large in any::<bool>()) {
            bytes[0] &= 0xfe;
            bytes[5] |= 1;
            let byte = |byte: &u8| if large { format!("{byte:02X}") } else { format!("{byte:02x}") };
            let text = bytes.iter().map(byte).collect::<Vec<_>>().join(":");
            prop_assert_eq!(card(&text), Some(bytes));
        }

        #[test]
        fn no_text_breaks_the_reading(text in "\\PC{0,24}") {
            let read = card(&text);
            let shape = text.len() == 17 && text.matches(':').count() == 5;
            prop_assert!(read.is_none() || shape, "{text}");
        }

        #[test]
        fn an_address_elsewhere_is_never_sent_to(address in any::<u32>(), prefix in 8..=30_u32) {
            let own = network("10.20.30.40", "255.255.0.0");
            let mask = Ipv4Addr::from(u32::MAX << (32 - prefix));
            let other = Network { address: Ipv4Addr::from(address), mask, ..own.clone() };
            let broadcast = other.broadcast().unwrap();
            let found = way(&broadcast.to_string(), std::slice::from_ref(&own));
            prop_assert_eq!(found.is_some(), Some(broadcast) == own.broadcast());
        }
    }
}
