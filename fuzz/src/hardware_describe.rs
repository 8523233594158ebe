//! Reads what `lshw` says of a computer: what comes out is one tree that servers take, and reads the same again.

use migasfree_client_engine::inventory::hardware::describe;
use serde_json::Value;

/// Runs one input.
pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let Some(described) = describe(&text) else {
        return;
    };
    let root = match &described {
        Value::Array(nodes) if nodes.len() == 1 => &nodes[0],
        other => other,
    };
    assert!(root.is_object(), "a computer is one node");
    let mut waiting = vec![(root, 1)];
    let mut nodes = 0;
    while let Some((node, level)) = waiting.pop() {
        nodes += 1;
        assert!(level <= 50, "deeper than servers read");
        let children = node.get("children").and_then(Value::as_array);
        waiting.extend(children.into_iter().flatten().map(|node| (node, level + 1)));
    }
    assert!(nodes <= 5000, "more nodes than servers take");
    assert_eq!(describe(&described.to_string()), Some(described));
}
