//! The hardware tree of a computer.

use std::time::Duration;

use migasfree_server_db::{Result, Ts, Tx, args, sql};
use serde_json::{Value, json};

use super::{
    caller::{Caller, Refused},
    identity,
};
use crate::core::rules::identity::mac_form;
use crate::hardware::lshw::{Node, Summary, flatten, summarise};
use crate::ids::ComputerId;
use crate::messages;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether it is time for a computer to look at its hardware again.
#[must_use]
pub fn is_due(caller: &Caller<'_>) -> bool {
    let period = DAY * caller.settings().hardware_period_days;
    let last = caller.computer.last_hardware_capture;
    last.is_none_or(|last| caller.now.since(last) > period)
}

/// Takes what a computer is made of, as `lshw` says it.
///
/// # Errors
/// Why it is not taken.
pub async fn take(caller: &Caller<'_>, tree: &Value) -> Result<(), Refused> {
    let nodes = flatten(tree).ok_or_else(|| Refused::Said(messages::hardware_malformed()))?;
    let (computer, uuid) = (caller.computer.id, caller.computer.uuid.as_deref());
    let summary = summarise(&nodes, uuid.unwrap_or_default());
    let mut tx = caller.state.db.begin().await?;
    replace(&mut tx, computer, &nodes, &summary, caller.now).await?;
    if caller.settings().clients.is_unnumbered(uuid)
        && let Some(uuid) = mac_form(&summary.mac_address)
        && !identity::number(&mut tx, computer, &uuid, caller.now).await?
    {
        let computer = computer.0;
        tracing::warn!(
            computer,
            uuid,
            "another computer has this number: this one stays without"
        );
    }
    tx.commit().await?;
    Ok(())
}

/// Makes `nodes` the hardware of a computer.
pub async fn replace(
    tx: &mut Tx,
    computer: ComputerId,
    nodes: &[Node],
    summary: &Summary,
    now: Ts,
) -> Result<()> {
    tx.execute(
        "DELETE FROM hardware_node WHERE computer_id = $1",
        args![computer],
    )
    .await?;
    let ids = insert_nodes(tx, computer, nodes).await?;
    link_parents(tx, nodes, &ids).await?;
    insert_details(tx, nodes, &ids).await?;
    tx.execute(
        "UPDATE client_computer SET product = $2, machine = $3, cpu = $4, ram = $5, \
         storage = $6, disks = $7, mac_address = $8, architecture = $9, product_system = $10, \
         last_hardware_capture = $11, updated_at = $11 WHERE id = $1",
        args![
            computer,
            &summary.product,
            summary.machine,
            &summary.cpu,
            summary.ram,
            summary.storage,
            summary.disks,
            &summary.mac_address,
            summary.architecture,
            summary.product_system,
            now,
        ],
    )
    .await?;
    Ok(())
}

/// Inserts all nodes and returns their numbers in the same order, which is the order in which
/// both engines give them out.
async fn insert_nodes(tx: &mut Tx, computer: ComputerId, nodes: &[Node]) -> Result<Vec<i64>> {
    let listed: Vec<Value> = nodes
        .iter()
        .enumerate()
        .map(|(at, node)| {
            json!({
                "at": at, "level": node.level, "name": node.name, "class": node.class_name,
                "enabled": i64::from(node.enabled), "claimed": i64::from(node.claimed),
                "description": node.description, "vendor": node.vendor,
                "product": node.product, "version": node.version, "serial": node.serial,
                "bus": node.bus_info, "physid": node.physid, "slot": node.slot,
                "dev": node.dev, "size": node.size, "capacity": node.capacity,
                "clock": node.clock, "width": node.width,
            })
        })
        .collect();
    let rows: Vec<(i64,)> = tx
        .all(
            sql!(
                "INSERT INTO hardware_node (computer_id, level, name, class_name, enabled, \
                 claimed, description, vendor, product, version, serial, bus_info, physid, slot, \
                 dev, size, capacity, clock, width) \
                 SELECT $1, CAST(w.value ->> 'level' AS bigint), w.value ->> 'name', \
                 w.value ->> 'class', ",
                pair(
                    "w.value ->> 'enabled', w.value ->> 'claimed', ",
                    "w.value ->> 'enabled' = '1', w.value ->> 'claimed' = '1', "
                ),
                "w.value ->> 'description', w.value ->> 'vendor', w.value ->> 'product', \
                 w.value ->> 'version', w.value ->> 'serial', w.value ->> 'bus', \
                 w.value ->> 'physid', w.value ->> 'slot', w.value ->> 'dev', \
                 CAST(w.value ->> 'size' AS bigint), CAST(w.value ->> 'capacity' AS bigint), \
                 CAST(w.value ->> 'clock' AS bigint), CAST(w.value ->> 'width' AS bigint) FROM ",
                objects(2),
                " AS w ORDER BY CAST(w.value ->> 'at' AS bigint) RETURNING id"
            ),
            args![computer, Value::from(listed).to_string()],
        )
        .await?;
    let mut ids: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
    ids.sort_unstable();
    Ok(ids)
}

async fn link_parents(tx: &mut Tx, nodes: &[Node], ids: &[i64]) -> Result<()> {
    let listed: Vec<Value> = nodes
        .iter()
        .zip(ids)
        .filter_map(|(node, id)| Some(json!({ "id": id, "p": ids.get(node.parent?)? })))
        .collect();
    tx.execute(
        sql!(
            "UPDATE hardware_node SET parent_id = CAST(w.value ->> 'p' AS bigint) FROM ",
            objects(1),
            " AS w WHERE hardware_node.id = CAST(w.value ->> 'id' AS bigint)"
        ),
        args![Value::from(listed).to_string()],
    )
    .await?;
    Ok(())
}

/// A name and what it stands for.
type Pair = (String, Option<String>);

async fn insert_details(tx: &mut Tx, nodes: &[Node], ids: &[i64]) -> Result<()> {
    let pairs = |of: fn(&Node) -> &[Pair]| -> String {
        let each = nodes.iter().zip(ids).flat_map(|(node, id)| {
            of(node)
                .iter()
                .map(move |(name, text)| json!({ "id": id, "n": name, "t": text }))
        });
        Value::from(each.collect::<Vec<_>>()).to_string()
    };
    tx.execute(
        sql!(
            "INSERT INTO hardware_capability (node_id, name, description) \
             SELECT CAST(w.value ->> 'id' AS bigint), w.value ->> 'n', w.value ->> 't' FROM ",
            objects(1),
            " AS w WHERE true ON CONFLICT (node_id, name) DO NOTHING"
        ),
        args![pairs(|node| &node.capabilities)],
    )
    .await?;
    tx.execute(
        sql!(
            "INSERT INTO hardware_configuration (node_id, name, value) \
             SELECT CAST(w.value ->> 'id' AS bigint), w.value ->> 'n', w.value ->> 't' FROM ",
            objects(1),
            " AS w WHERE true ON CONFLICT (node_id, name) DO NOTHING"
        ),
        args![pairs(|node| &node.configuration)],
    )
    .await?;
    let names = nodes.iter().zip(ids).flat_map(|(node, id)| {
        node.logical_names
            .iter()
            .map(move |name| json!({ "id": id, "n": name }))
    });
    tx.execute(
        sql!(
            "INSERT INTO hardware_logicalname (node_id, name) \
             SELECT CAST(w.value ->> 'id' AS bigint), w.value ->> 'n' FROM ",
            objects(1),
            " AS w"
        ),
        args![Value::from(names.collect::<Vec<_>>()).to_string()],
    )
    .await?;
    Ok(())
}
