//! The tree of devices, flattened: every node after its parent.

use serde_json::{Map, Value};

use super::summary::cut;

/// Nodes of the largest tree that is believed.
const MAX_NODES: usize = 5000;
/// Bytes of all its texts.
const MAX_WEIGHT: usize = 2 * 1024 * 1024;
/// Characters of the longest text; the rest is cut off.
const MAX_TEXT: usize = 1000;

/// A device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// Index of the parent; none for the root.
    pub parent: Option<usize>,
    /// 1 for the root.
    pub level: i64,
    pub name: String,
    pub class_name: String,
    pub enabled: bool,
    pub claimed: bool,
    pub description: Option<String>,
    pub vendor: Option<String>,
    pub product: Option<String>,
    pub version: Option<String>,
    pub serial: Option<String>,
    pub bus_info: Option<String>,
    pub physid: Option<String>,
    pub slot: Option<String>,
    pub dev: Option<String>,
    pub size: Option<i64>,
    pub capacity: Option<i64>,
    pub clock: Option<i64>,
    pub width: Option<i64>,
    pub capabilities: Vec<(String, Option<String>)>,
    pub configuration: Vec<(String, Option<String>)>,
    pub logical_names: Vec<String>,
}

/// The nodes of a report: an object, or a list whose first element counts. `None` when it is
/// something else or too large.
pub fn flatten(report: &Value) -> Option<Vec<Node>> {
    let root = match report {
        Value::Array(list) => list.first()?,
        other => other,
    };
    let mut nodes = Vec::new();
    add(root.as_object()?, None, 1, &mut nodes)?;
    let weight: usize = nodes.iter().map(weight).sum();
    (weight <= MAX_WEIGHT).then_some(nodes)
}

/// Bytes of the texts of a device.
fn weight(node: &Node) -> usize {
    let texts = [
        &node.description,
        &node.vendor,
        &node.product,
        &node.version,
        &node.serial,
        &node.bus_info,
        &node.physid,
        &node.slot,
        &node.dev,
    ];
    let pairs = node.capabilities.iter().chain(&node.configuration);
    let pairs = pairs.flat_map(|(name, text)| [Some(name), text.as_ref()]);
    let optional = texts.into_iter().map(Option::as_ref).chain(pairs).flatten();
    let all = [&node.name, &node.class_name].into_iter().chain(optional);
    all.chain(&node.logical_names).map(String::len).sum()
}

fn add(
    device: &Map<String, Value>,
    parent: Option<usize>,
    level: i64,
    nodes: &mut Vec<Node>,
) -> Option<()> {
    if nodes.len() >= MAX_NODES {
        return None;
    }
    let index = nodes.len();
    nodes.push(node(device, parent, level));
    let children = device.get("children").and_then(Value::as_array);
    for child in children.into_iter().flatten().filter_map(Value::as_object) {
        add(child, Some(index), level + 1, nodes)?;
    }
    Some(())
}

fn node(device: &Map<String, Value>, parent: Option<usize>, level: i64) -> Node {
    let text = |name: &str| device.get(name).and_then(plain_text);
    let number = |name: &str| device.get(name).map(|value| value.as_i64().unwrap_or(0));
    let flag = |name: &str| device.get(name).and_then(Value::as_bool).unwrap_or(false);
    Node {
        parent,
        level,
        name: text("id").unwrap_or_default(),
        class_name: text("class").unwrap_or_default(),
        enabled: flag("enabled"),
        claimed: flag("claimed"),
        description: text("description"),
        vendor: text("vendor"),
        product: text("product"),
        version: text("version"),
        serial: text("serial"),
        bus_info: text("businfo"),
        physid: text("physid"),
        slot: text("slot"),
        dev: text("dev"),
        size: number("size"),
        capacity: number("capacity"),
        clock: number("clock"),
        width: number("width"),
        capabilities: pairs(device.get("capabilities")),
        configuration: pairs(device.get("configuration")),
        logical_names: names(device.get("logicalname")),
    }
}

fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(cut(text.trim(), MAX_TEXT)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn pairs(value: Option<&Value>) -> Vec<(String, Option<String>)> {
    let members = value.and_then(Value::as_object);
    let members = members.into_iter().flatten();
    members
        .map(|(name, value)| (cut(name, MAX_TEXT), plain_text(value)))
        .collect()
}

fn names(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(list)) => list.iter().filter_map(plain_text).collect(),
        Some(value) => plain_text(value).into_iter().collect(),
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_tree_becomes_nodes_with_parents_before_children() {
        let report = json!([{
            "id": "pc", "class": "system", "claimed": true, "size": "much",
            "capabilities": { "smbios": "SMBIOS 3", "dmi": true },
            "children": [
                { "id": "core", "class": "bus", "children": [
                    { "id": "eth", "class": "network", "logicalname": ["eth0", "br0"],
                      "size": 18446744073709551615u64 }
                ] },
                { "id": "disk", "class": "disk", "logicalname": "/dev/sda", "size": 5 }
            ]
        }]);
        let nodes = flatten(&report).unwrap();
        let shape: Vec<_> = nodes
            .iter()
            .map(|node| (node.name.as_str(), node.level, node.parent))
            .collect();
        assert_eq!(
            shape,
            [
                ("pc", 1, None),
                ("core", 2, Some(0)),
                ("eth", 3, Some(1)),
                ("disk", 2, Some(0))
            ]
        );
        assert_eq!(
            (nodes[0].size, nodes[2].size, nodes[3].size),
            (Some(0), Some(0), Some(5))
        );
        assert_eq!(nodes[0].capabilities.len(), 2);
        assert_eq!(nodes[2].logical_names, ["eth0", "br0"]);
        assert_eq!(nodes[3].logical_names, ["/dev/sda"]);
    }

    #[test]
    fn what_is_no_tree_or_too_large_is_refused() {
        for report in [json!([]), json!("pc"), json!(null), json!([1])] {
            assert_eq!(flatten(&report), None);
        }
        let children = vec![json!({ "id": "x" }); MAX_NODES];
        assert_eq!(flatten(&json!({ "id": "pc", "children": children })), None);
        let children = vec![json!({ "id": "x", "logicalname": vec!["y".repeat(999); 10] }); 300];
        assert_eq!(flatten(&json!({ "id": "pc", "children": children })), None);
    }

    #[test]
    fn a_long_text_is_cut() {
        let long = "é".repeat(MAX_TEXT + 1);
        let kept = "é".repeat(MAX_TEXT);
        let nodes = flatten(&json!({
            "id": long, "product": long, "configuration": { (long.clone()): long }, "logicalname": long
        }))
        .unwrap();
        assert_eq!(nodes[0].name, kept);
        assert_eq!(nodes[0].product.as_deref(), Some(kept.as_str()));
        assert_eq!(nodes[0].configuration, [(kept.clone(), Some(kept.clone()))]);
        assert_eq!(nodes[0].logical_names, [kept]);
    }
}
