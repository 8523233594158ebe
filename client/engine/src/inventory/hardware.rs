//! The hardware, as `lshw` describes it.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::lenient;
use crate::files;
use crate::process::{CommandRunner, Invocation};

/// Nodes of the largest description that servers take.
const MOST_NODES: usize = 5000;
/// Levels of the deepest: each is two of JSON, and readers stop at 128 of these.
const MOST_LEVELS: usize = 50;
/// Levels of JSON within one member of a node.
const MOST_NESTED: usize = 16;
/// Lines that may be the beginning of the description.
const MOST_BEGINNINGS: usize = 16;

/// What came of earlier tries, on disk, so that nothing is done in vain at every synchronisation.
#[derive(Debug, Clone)]
pub struct HardwareMemory {
    file: PathBuf,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Tries {
    /// Why there was no description, as the server was told.
    told: String,
    /// Digest of the description the server refused.
    refused: String,
}

impl HardwareMemory {
    #[must_use]
    pub fn new(file: PathBuf) -> Self {
        Self { file }
    }

    /// Whether the server refused this very description before.
    #[must_use]
    pub fn is_refused(&self, hardware: &Value) -> bool {
        self.read().refused == digest(hardware)
    }

    /// The server refuses a description.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn refused(&self, hardware: &Value) -> io::Result<()> {
        self.write(&Tries {
            refused: digest(hardware),
            ..Tries::default()
        })
    }

    /// There is no description. `true` when the server was not told this before.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn is_news(&self, why: &str) -> io::Result<bool> {
        let tries = self.read();
        let news = tries.told != why;
        self.write(&Tries {
            told: why.to_owned(),
            ..tries
        })?;
        Ok(news)
    }

    /// The server took a description.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn taken(&self) -> io::Result<()> {
        self.write(&Tries::default())
    }

    fn read(&self) -> Tries {
        let text = std::fs::read(&self.file).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    fn write(&self, tries: &Tries) -> io::Result<()> {
        if *tries == self.read() {
            return Ok(());
        }
        files::write(&self.file, &serde_json::to_vec(tries)?, 0o600)
    }
}

/// Another version of this program may describe better what was refused.
fn digest(hardware: &Value) -> String {
    let text = format!("{} {hardware}", env!("CARGO_PKG_VERSION"));
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Why there is no description.
#[derive(Debug, thiserror::Error)]
pub enum HardwareError {
    #[error("the hardware is not described: the package `lshw` is not installed")]
    NotInstalled,
    #[error("lshw cannot be run: {0}")]
    Io(io::Error),
    #[error("lshw failed: {0}")]
    Failed(String),
    #[error("lshw took too long")]
    Timeout,
    #[error("what lshw says is not understood: no computer is described")]
    Malformed,
}

/// Asks `lshw`.
///
/// # Errors
/// [`HardwareError`].
pub async fn hardware(runner: &dyn CommandRunner) -> Result<Value, HardwareError> {
    let ask = Invocation::new("lshw", ["-json"])
        .limit(Duration::from_secs(120))
        .output_limit(16 * 1024 * 1024);
    let answer = runner
        .output(&ask)
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => HardwareError::NotInstalled,
            _ => HardwareError::Io(error),
        })?;
    if answer.timed_out {
        return Err(HardwareError::Timeout);
    }
    // What it says counts also where it ends with a complaint.
    match describe(&answer.stdout_text()) {
        Some(description) => Ok(description),
        None if !answer.success() => Err(HardwareError::Failed(answer.stderr_text())),
        None => Err(HardwareError::Malformed),
    }
}

/// The description in a text of `lshw`: as it is when it is as it should be, an object or the one-element list some
/// versions make of it. Else what can be read of it, as one tree that servers take. `None` when that is nothing.
#[must_use]
pub fn describe(text: &str) -> Option<Value> {
    if !names_control_characters(text)
        && let Ok(value) = serde_json::from_str::<Value>(text)
    {
        let root = match &value {
            Value::Array(nodes) if nodes.len() == 1 => nodes.first(),
            other => Some(other),
        };
        if root.is_some_and(is_node) && root.is_some_and(fits) {
            return Some(value);
        }
    }
    beginnings(text).find_map(|text| one_tree(lenient::read(text)))
}

/// Whether strings have control characters in the spelling of JSON, which databases do not take.
fn names_control_characters(text: &str) -> bool {
    ["\\u000", "\\u001", "\\u007"]
        .iter()
        .any(|spelling| text.contains(spelling))
}

/// The text from each line on that may begin a description: there may be warnings before it.
fn beginnings(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    });
    starts
        .filter(|(_, line)| line.trim_start().starts_with(['{', '[']))
        .map(move |(start, _)| &text[start..])
        .take(MOST_BEGINNINGS)
}

fn is_node(value: &Value) -> bool {
    let has = |name| value.get(name).is_some();
    has("id") || has("class") || value.get("children").is_some_and(Value::is_array)
}

/// Whether servers take it as it is.
fn fits(root: &Value) -> bool {
    let mut waiting = vec![(root, 1)];
    let mut nodes = 0;
    while let Some((node, level)) = waiting.pop() {
        nodes += 1;
        if nodes > MOST_NODES || level > MOST_LEVELS {
            return false;
        }
        let children = node.get("children").and_then(Value::as_array);
        waiting.extend(
            children
                .into_iter()
                .flatten()
                .map(|child| (child, level + 1)),
        );
    }
    true
}

/// A node without its children, and whose child it is.
struct Node {
    members: Map<String, Value>,
    parent: usize,
}

/// One tree of all roots: the first that is a system has the others as children.
fn one_tree(roots: Vec<Value>) -> Option<Value> {
    let mut roots: VecDeque<Map<String, Value>> = roots
        .into_iter()
        .flat_map(|root| match root {
            Value::Array(nodes) => nodes,
            other => vec![other],
        })
        .filter(is_node)
        .filter_map(into_object)
        .collect();
    let is_system =
        |root: &Map<String, Value>| root.get("class").and_then(Value::as_str) == Some("system");
    let first = roots.iter().position(is_system).unwrap_or(0);
    let first = roots.remove(first)?;
    let mut waiting = VecDeque::from([(first, 0, 1)]);
    waiting.extend(roots.into_iter().map(|root| (root, 0, 2)));
    // Level by level: where there are too many nodes, the innermost are left out.
    let mut nodes: Vec<Node> = Vec::new();
    while let Some((mut members, parent, level)) = waiting.pop_front() {
        if nodes.len() == MOST_NODES {
            break;
        }
        let index = nodes.len();
        // What is too deep moves up to beside its parent.
        let (below, next) = if level < MOST_LEVELS {
            (index, level + 1)
        } else {
            (parent, level)
        };
        let children = match members.remove("children") {
            Some(Value::Array(children)) => children,
            Some(child @ Value::Object(_)) => vec![child],
            _ => Vec::new(),
        };
        let children = children.into_iter().filter_map(into_object);
        waiting.extend(children.map(|child| (child, below, next)));
        let members = members.into_iter();
        let members = members.map(|(name, value)| (name, shallow(value, MOST_NESTED)));
        nodes.push(Node {
            members: members.collect(),
            parent,
        });
    }
    // Parents come before their children: from the last on, each finds its own complete.
    let mut children: Vec<Vec<Value>> = nodes.iter().map(|_| Vec::new()).collect();
    for index in (0..nodes.len()).rev() {
        let Node {
            mut members,
            parent,
        } = nodes.pop()?;
        let mut own = children.pop()?;
        if !own.is_empty() {
            own.reverse();
            members.insert("children".to_owned(), Value::Array(own));
        }
        if index == 0 {
            return Some(Value::Object(members)).filter(is_node);
        }
        children.get_mut(parent)?.push(Value::Object(members));
    }
    None
}

/// A value without what is nested in it deeper than this.
fn shallow(value: Value, levels: usize) -> Value {
    match value {
        Value::Array(_) | Value::Object(_) if levels == 0 => Value::Null,
        Value::Array(values) => {
            let values = values.into_iter();
            values.map(|value| shallow(value, levels - 1)).collect()
        }
        Value::Object(members) => {
            let members = members.into_iter();
            let members = members.map(|(name, value)| (name, shallow(value, levels - 1)));
            Value::Object(members.collect())
        }
        other => other,
    }
}

fn into_object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn count(node: &Value) -> usize {
        let children = node.get("children").and_then(Value::as_array);
        1 + children.into_iter().flatten().map(count).sum::<usize>()
    }

    fn levels(node: &Value) -> usize {
        let children = node.get("children").and_then(Value::as_array);
        1 + children
            .into_iter()
            .flatten()
            .map(levels)
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn what_is_as_it_should_be_is_taken_unchanged() {
        for value in [
            json!({ "id": "pc", "class": "system", "size": 1.5, "children": [{ "id": "core" }] }),
            json!([{ "id": "pc", "children": [] }]),
        ] {
            assert_eq!(describe(&value.to_string()).unwrap(), value);
        }
    }

    #[test]
    fn what_describes_no_computer_is_refused() {
        for text in ["", "[]", "[1]", "\"x\"", "{", "<html>", "{\"a\": 1}"] {
            assert_eq!(describe(text), None, "{text}");
        }
    }

    #[test]
    fn several_roots_are_one_tree_with_the_system_on_top() {
        let expected = json!({ "id": "pc", "class": "system", "children": [
            { "id": "cpu", "class": "processor" }, { "id": "disk", "class": "disk" },
        ] });
        for text in [
            r#"[{"id":"cpu","class":"processor"},{"id":"pc","class":"system"},{"id":"disk","class":"disk"}]"#,
            r#"{"id":"pc","class":"system"},{"id":"cpu","class":"processor"}{"id":"disk","class":"disk"},"#,
            r#"[{"id":"pc","class":"system"}][{"id":"cpu","class":"processor"}] {"id":"disk","class":"disk"}"#,
        ] {
            assert_eq!(describe(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn warnings_before_it_and_bad_commas_within_do_not_keep_it_away() {
        let text = "WARNING: you should run this {program} as super-user, it's \"better\".\n\
                    [note] PCI\n{ \"id\" : \"pc\", \"class\" : \"system\",,\n\"serial\" : \"a\u{2}b\",\n\
                    \"children\" : [ {\"id\":\"core\"} {\"id\":\"net\",} , ] }\nWARNING: incomplete\n";
        let expected = json!({ "id": "pc", "class": "system", "serial": "a b",
            "children": [{ "id": "core" }, { "id": "net" }] });
        assert_eq!(describe(text).unwrap(), expected);
    }

    #[test]
    fn a_deep_tree_is_made_flat_enough_and_keeps_its_nodes() {
        let mut text = String::new();
        for level in 0..200 {
            text.push_str(&format!(
                "{{\"id\":\"n{level}\",\"class\":\"bridge\",\"children\":["
            ));
        }
        text.push_str(&"]}".repeat(200));
        let tree = describe(&text).unwrap();
        assert_eq!((count(&tree), levels(&tree)), (200, MOST_LEVELS));
        let sent = json!({ "id": 1, "hardware": [tree] }).to_string();
        serde_json::from_str::<Value>(&sent).unwrap();
    }

    #[test]
    fn of_too_many_nodes_the_innermost_are_left_out() {
        let group = |number: usize| {
            let inner: Vec<_> = (0..59)
                .map(|at| json!({ "id": format!("i{at}") }))
                .collect();
            json!({ "id": format!("g{number}"), "children": inner })
        };
        let groups: Vec<_> = (0..100).map(group).collect();
        let tree = json!({ "id": "pc", "class": "system", "children": groups });
        let tree = describe(&tree.to_string()).unwrap();
        assert_eq!(count(&tree), MOST_NODES);
        assert_eq!(tree["children"].as_array().unwrap().len(), 100);
        assert_eq!(tree["children"][99]["id"], "g99");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "[\\[\\]{}\",:a-z0-9 \n\\\\\u{1}]{0,120}") {
            if let Some(tree) = describe(&text) {
                prop_assert!(tree.is_object() || tree.is_array());
            }
        }

        #[test]
        fn a_description_cut_anywhere_is_read_as_far_as_it_goes(cut in 0usize..400) {
            let whole = json!({ "id": "pc", "class": "system", "children": (0..20)
                .map(|at| json!({ "id": format!("n{at}"), "class": "disk" })).collect::<Vec<_>>() }).to_string();
            let text = &whole[..cut.min(whole.len())];
            if let Some(tree) = describe(text) {
                prop_assert!(tree.is_object());
                prop_assert!(count(&tree) <= 21);
            } else {
                prop_assert!(cut < 20);
            }
        }
    }
}
