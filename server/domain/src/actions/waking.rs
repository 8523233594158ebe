//! Waking a computer: another one of its network, whose agent is there, sends the packet.

use std::net::Ipv4Addr;

use migasfree_grant::order::Verb;
use migasfree_server_db::{Db, Result, args};

use crate::ids::ComputerId;
use crate::remote::Presence;
use crate::services::{OfDomain as _, Services};

/// Executions that are looked after at once.
const AT_ONCE: i64 = 500;
/// Neighbours that are asked for of each.
const NEIGHBOURS: i64 = 200;

const ALONE: &str = "SELECT e.id, e.computer_id, e.carrier_id FROM core_execution AS e JOIN core_action AS a ON a.id = e.action_id \
     WHERE a.verb = 'wake' AND e.state = 'ready' AND a.starts_at <= $1 AND a.expires_at > $1 ORDER BY e.id LIMIT $2";

/// The computers in use that reported the same network (`NET`), and have a key.
const SAME_NETWORK: &str = "SELECT DISTINCT o.computer_id FROM client_computer_sync_attributes AS m \
     JOIN core_attribute AS a ON a.id = m.attribute_id JOIN core_property AS p ON p.id = a.property_att_id \
     JOIN client_computer_sync_attributes AS o ON o.attribute_id = a.id \
     JOIN client_computer AS c ON c.id = o.computer_id \
     JOIN client_computerkey AS k ON k.computer_id = c.id AND k.state = 'active' \
     WHERE m.computer_id = $1 AND p.prefix = 'NET' AND o.computer_id <> $1 \
     AND c.status IN ('assigned', 'reserved', 'unknown') ORDER BY o.computer_id LIMIT $2";

const ASSIGN: &str = "UPDATE core_execution SET carrier_id = $2 WHERE id = $1 AND state = 'ready'";

/// Finds somebody to wake those computers that are to be woken, among the computers that are there. One that went meanwhile is
/// replaced.
///
/// # Errors
/// When the database fails.
pub async fn find_neighbours(state: &Services) -> Result<()> {
    let db = &state.db;
    let presence = &*state.domain().remote.presence;
    let alone: Vec<(i64, i64, Option<ComputerId>)> =
        db.all(ALONE, args![state.clock.now(), AT_ONCE]).await?;
    for (execution, computer, carrier) in alone {
        if carrier.is_some_and(|carrier| is_there(presence, carrier)) {
            continue;
        }
        let neighbours: Vec<(ComputerId,)> =
            db.all(SAME_NETWORK, args![computer, NEIGHBOURS]).await?;
        let mut neighbours = neighbours.into_iter().map(|(id,)| id);
        if let Some(neighbour) = neighbours.find(|one| is_there(presence, *one)) {
            db.execute(ASSIGN, args![execution, neighbour]).await?;
        }
    }
    Ok(())
}

fn is_there(presence: &dyn Presence, computer: ComputerId) -> bool {
    let found = presence.of(&[computer]).into_iter().next().flatten();
    found.is_some_and(|present| present.online)
}

/// What wakes a computer, from this neighbour's network; nothing where its address is not known.
pub(super) async fn packet(db: &Db, computer: i64, neighbour: ComputerId) -> Result<Option<Verb>> {
    let known: Option<(Option<String>,)> = db
        .optional(
            "SELECT mac_address FROM client_computer WHERE id = $1",
            args![computer],
        )
        .await?;
    let mac = known.and_then(|(address,)| mac(address.as_deref()?));
    let network: Option<(String,)> = db
        .optional(
            "SELECT a.value FROM client_computer_sync_attributes AS m \
             JOIN core_attribute AS a ON a.id = m.attribute_id JOIN core_property AS p ON p.id = a.property_att_id \
             WHERE m.computer_id = $1 AND p.prefix = 'NET' ORDER BY a.id LIMIT 1",
            args![neighbour],
        )
        .await?;
    let broadcast = network.and_then(|(network,)| broadcast(&network));
    Ok(mac.zip(broadcast).map(|(mac, broadcast)| Verb::Wake {
        mac,
        broadcast: broadcast.to_string(),
    }))
}

/// The first of the addresses that the hardware has, which stand one after the other.
fn mac(addresses: &str) -> Option<String> {
    let digits: String = addresses.chars().filter(char::is_ascii_hexdigit).collect();
    let first = digits.get(..12)?.to_ascii_lowercase();
    let groups: Vec<&str> = (0..6)
        .filter_map(|at| first.get(2 * at..2 * at + 2))
        .collect();
    Some(groups.join(":"))
}

/// The last address of a network such as `192.0.2.0/24`.
fn broadcast(network: &str) -> Option<Ipv4Addr> {
    let (address, length) = network.trim().split_once('/')?;
    let address: Ipv4Addr = address.parse().ok()?;
    let length: u32 = length
        .parse()
        .ok()
        .filter(|length| (1..=31).contains(length))?;
    Some(Ipv4Addr::from(u32::from(address) | (u32::MAX >> length)))
}

#[cfg(test)]
mod tests {
    use super::{broadcast, mac};

    #[test]
    fn a_packet_goes_to_the_last_address_of_the_network() {
        let told = |network| broadcast(network).map(|address| address.to_string());
        assert_eq!(told("192.0.2.0/24").as_deref(), Some("192.0.2.255"));
        assert_eq!(told("10.1.32.0/20").as_deref(), Some("10.1.47.255"));
        assert_eq!(told("127.0.0.0/8").as_deref(), Some("127.255.255.255"));
        for wrong in ["", "192.0.2.0", "192.0.2.0/0", "192.0.2.0/32", "fe80::/64"] {
            assert_eq!(told(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_first_card_is_meant() {
        assert_eq!(mac("525400AABBCC").as_deref(), Some("52:54:00:aa:bb:cc"));
        assert_eq!(
            mac("525400AABBCC525400DDEEFF").as_deref(),
            Some("52:54:00:aa:bb:cc")
        );
        assert_eq!(mac(""), None);
    }
}
