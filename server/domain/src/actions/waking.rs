//! Waking a computer: another one of its network, whose agent is there, sends the packet.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::Ipv4Addr;

use migasfree_grant::order::Verb;
use migasfree_server_db::{Db, Result, Sql, args, json_ids, sql};

use crate::ids::ComputerId;
use crate::remote::Presence;
use crate::services::{OfDomain as _, Services};

/// Executions that are looked after at once.
const AT_ONCE: i64 = 500;

const ALONE: &str = "SELECT e.id, e.computer_id, e.carrier_id FROM core_execution AS e JOIN core_action AS a ON a.id = e.action_id \
     WHERE e.state = 'ready' AND e.id > $3 AND a.verb = 'wake' AND a.starts_at <= $1 AND a.expires_at > $1 \
     ORDER BY e.id LIMIT $2";

/// The networks (`NET`) that some computers reported.
const NETWORKS: Sql = sql!(
    "SELECT m.computer_id, m.attribute_id FROM client_computer_sync_attributes AS m \
     JOIN core_attribute AS a ON a.id = m.attribute_id JOIN core_property AS p ON p.id = a.property_att_id \
     WHERE p.prefix = 'NET' AND m.computer_id IN ",
    ids(1)
);

/// The computers in use that reported some networks, and have a key.
const IN_NETWORKS: Sql = sql!(
    "SELECT o.attribute_id, o.computer_id FROM client_computer_sync_attributes AS o \
     JOIN client_computer AS c ON c.id = o.computer_id \
     WHERE c.status IN ('assigned', 'reserved', 'unknown') AND EXISTS \
     (SELECT 1 FROM client_computerkey AS k WHERE k.computer_id = c.id AND k.state = 'active') AND o.attribute_id IN ",
    ids(1),
    " ORDER BY o.computer_id"
);

const ASSIGN: &str = "UPDATE core_execution SET carrier_id = $2 WHERE id = $1 AND state = 'ready'";

/// Finds somebody to wake those computers that are to be woken, among the computers that are there. One that went meanwhile is
/// replaced.
///
/// # Errors
/// When the database fails.
pub async fn find_neighbours(state: &Services) -> Result<()> {
    let mut last = 0_i64;
    loop {
        let now = state.clock.now();
        let alone: Vec<Alone> = state.db.all(ALONE, args![now, AT_ONCE, last]).await?;
        let Some((id, ..)) = alone.last() else {
            return Ok(());
        };
        last = *id;
        assign(state, &alone).await?;
        if alone.len() < AT_ONCE as usize {
            return Ok(());
        }
    }
}

/// An execution, the computer that is to be woken, and who was found for it.
type Alone = (i64, i64, Option<ComputerId>);

/// Gives each of them a neighbour: not all of them the same one, which takes some at a time.
async fn assign(state: &Services, alone: &[Alone]) -> Result<()> {
    let db = &state.db;
    let presence = &*state.domain().remote.presence;
    let carriers = alone.iter().filter_map(|(_, _, carrier)| *carrier);
    let carriers = there(presence, carriers.collect());
    let alone: Vec<&Alone> = alone
        .iter()
        .filter(|(_, _, carrier)| carrier.is_none_or(|one| !carriers.contains(&one)))
        .collect();
    let asleep = json_ids(alone.iter().map(|(_, computer, _)| *computer));
    let networks: Vec<(i64, i64)> = db.all(NETWORKS, args![asleep]).await?;
    if networks.is_empty() {
        return Ok(());
    }
    let listed: BTreeSet<i64> = networks.iter().map(|(_, network)| *network).collect();
    let known: Vec<(i64, ComputerId)> = db.all(IN_NETWORKS, args![json_ids(listed)]).await?;
    let neighbours = known.iter().map(|(_, computer)| *computer);
    let neighbours = there(presence, neighbours.collect());
    let mut awake: HashMap<i64, Vec<ComputerId>> = HashMap::new();
    for (network, computer) in known {
        if neighbours.contains(&computer) {
            awake.entry(network).or_default().push(computer);
        }
    }
    for (execution, computer, _) in alone {
        let own = networks.iter().filter(|(of, _)| of == computer);
        let mut own = own.filter_map(|(_, network)| awake.get(network));
        let found = own.find_map(|awake| one_of(awake, *execution, *computer));
        if let Some(neighbour) = found {
            db.execute(ASSIGN, args![*execution, neighbour]).await?;
        }
    }
    Ok(())
}

/// Another one of a network than the computer itself.
fn one_of(awake: &[ComputerId], execution: i64, computer: i64) -> Option<ComputerId> {
    let count = awake.len().max(1);
    let first = usize::try_from(execution).unwrap_or_default() % count;
    let (before, behind) = awake.split_at_checked(first)?;
    let mut turn = behind.iter().chain(before).copied();
    turn.find(|one| one.0 != computer)
}

/// Those of some computers that are there.
fn there(presence: &dyn Presence, computers: Vec<ComputerId>) -> HashSet<ComputerId> {
    let present = presence.of(&computers);
    let pairs = computers.into_iter().zip(present);
    pairs
        .filter(|(_, present)| present.as_ref().is_some_and(|present| present.online))
        .map(|(computer, _)| computer)
        .collect()
}

/// What wakes a computer, in a network that it shares with this neighbour; nothing where its address is not known.
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
             JOIN client_computer_sync_attributes AS o ON o.attribute_id = a.id AND o.computer_id = $2 \
             WHERE m.computer_id = $1 AND p.prefix = 'NET' ORDER BY a.id LIMIT 1",
            args![neighbour, computer],
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
    use super::{broadcast, mac, one_of};
    use crate::ids::ComputerId;

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
    fn neighbours_take_turns_and_none_wakes_itself() {
        let awake = [ComputerId(1), ComputerId(2), ComputerId(3)];
        let found: Vec<_> = (3..6)
            .map(|execution| one_of(&awake, execution, 9))
            .collect();
        assert_eq!(found, awake.map(Some));
        assert_eq!(one_of(&awake, 5, 3), Some(ComputerId(1)));
        assert_eq!(one_of(&awake[..1], 5, 1), None);
        assert_eq!(one_of(&[], 5, 1), None);
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
