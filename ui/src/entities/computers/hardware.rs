//! The tree of hardware as the computer reported it.
use crate::{
    api::{Query, query},
    entity::value,
    failure,
    text::{self, t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Dialog, EmptyState, Icon, SkeletonLines, format};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

type Children = Arc<BTreeMap<i64, Vec<Value>>>;

/// On the computer's page.
pub fn tab(id: i64, _: Query<Value>) -> AnyView {
    view! { <HardwareTab id /> }.into_any()
}

/// The tab.
#[component]
fn HardwareTab(id: i64) -> impl IntoView {
    let nodes = query::<Vec<Value>>(move || Some(format!("computers/{id}/hardware/")));
    let chosen = RwSignal::new(None::<Value>);
    let open = RwSignal::new(false);
    let choose = Callback::new(move |node: Value| {
        chosen.set(Some(node));
        open.set(true);
    });
    view! {
        <section class="surface card-pad">
            {move || match (nodes.value.get(), nodes.error.get()) {
                (Some(found), Some(error)) if found.is_empty() => failure::place(&error, move || nodes.refresh()),
                (Some(nodes), _) if nodes.is_empty() => {
                    view! { <EmptyState icon=icondata::LuCpu title=t!(computer.no_hardware) text=t!(computer.no_hardware_text) /> }.into_any()
                }
                (Some(nodes), _) => {
                    let (roots, children) = tree(nodes);
                    view! {
                        <ul class="tree" aria-label=t!(computer.hardware)>
                            {roots.into_iter().map(|node| branch(node, &children, choose, 0)).collect_view()}
                        </ul>
                    }
                    .into_any()
                }
                (None, Some(error)) => failure::place(&error, move || nodes.refresh()),
                (None, None) => view! { <SkeletonLines lines=10 /> }.into_any(),
            }}
        </section>
        <Dialog
            open
            wide=true
            title=move || chosen.get().map(|node| name_of(&node)).unwrap_or_default()
        >
            {move || chosen.get().map(|node| view! { <NodeDetails node /> })}
        </Dialog>
    }
}

/// Roots and the children of each node. A node whose parent is missing is a root.
fn tree(nodes: Vec<Value>) -> (Vec<Value>, Children) {
    let ids: std::collections::BTreeSet<i64> = nodes.iter().map(value::id).collect();
    let mut roots = Vec::new();
    let mut children: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
    for node in nodes {
        match value::at(&node, "parent")
            .as_i64()
            .filter(|parent| ids.contains(parent) && *parent != value::id(&node))
        {
            Some(parent) => children.entry(parent).or_default().push(node),
            None => roots.push(node),
        }
    }
    (roots, Arc::new(children))
}

fn branch(node: Value, children: &Children, choose: Callback<Value>, depth: usize) -> AnyView {
    let own = children.get(&value::id(&node)).cloned().unwrap_or_default();
    let parts = tf!(computer.parts, name = name_of(&node));
    let line = line(node, choose);
    // A tree deeper than this is a loop in the data.
    if own.is_empty() || depth > 40 {
        return view! { <li class="tree-leaf">{line}</li> }.into_any();
    }
    let children = children.clone();
    let inner = own
        .into_iter()
        .map(|node| branch(node, &children, choose, depth + 1))
        .collect_view();
    let open = RwSignal::new(depth < 2);
    view! {
        <li>
            <div class="tree-row">
                <button
                    type="button"
                    class="tree-toggle"
                    aria-label=parts
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    on:click=move |_| open.update(|open| *open = !*open)
                ></button>
                {line}
            </div>
            <ul class:hidden=move || !open.get()>{inner}</ul>
        </li>
    }
    .into_any()
}

fn line(node: Value, choose: Callback<Value>) -> impl IntoView {
    let icon = icon_of(&value::text(&node, "class_name"));
    let name = name_of(&node);
    let size = value::number(&node, "size")
        .filter(|size| *size > 0)
        .map(|size| written_size(&node, size));
    let second = [value::text(&node, "description"), size.unwrap_or_default()]
        .into_iter()
        .filter(|text| !text.is_empty() && *text != name)
        .collect::<Vec<_>>()
        .join(" · ");
    view! {
        <span class="tree-line">
            <Icon icon />
            <button
                type="button"
                class="tree-name"
                on:click=move |_| choose.run(node.clone())
            >
                {name}
            </button>
            <span class="text-muted">{second}</span>
        </span>
    }
}

fn name_of(node: &Value) -> String {
    value::text_of(node, &["product", "description", "name"])
}

fn written_size(node: &Value, size: u64) -> String {
    match value::text(node, "class_name").as_str() {
        "processor" => format!("{} MHz", text::number(size / 1_000_000)),
        "memory" => format::memory(size, text::tag()),
        "network" => format!("{} Mbit/s", text::number(size / 1_000_000)),
        _ => format::bytes(size, text::tag()),
    }
}

fn icon_of(class: &str) -> icondata::Icon {
    match class {
        "system" => icondata::LuMonitor,
        "processor" => icondata::LuCpu,
        "memory" => icondata::LuMemoryStick,
        "disk" | "storage" | "volume" => icondata::LuHardDrive,
        "network" => icondata::LuNetwork,
        "display" => icondata::LuProjector,
        "multimedia" => icondata::LuVolume2,
        "input" => icondata::LuKeyboard,
        "printer" => icondata::LuPrinter,
        "power" => icondata::LuBatteryMedium,
        "bus" | "bridge" => icondata::LuGitFork,
        _ => icondata::LuCircuitBoard,
    }
}

#[component]
fn NodeDetails(node: Value) -> impl IntoView {
    let id = value::id(&node);
    let info = query::<Value>(move || Some(format!("hardware/{id}/info/")));
    let members = [
        (t!(hardware.vendor), "vendor"),
        (t!(hardware.product), "product"),
        (t!(common.description), "description"),
        (t!(hardware.version), "version"),
        (t!(computer.serial), "serial"),
        (t!(hardware.bus), "bus_info"),
        (t!(hardware.slot), "slot"),
        (t!(hardware.device), "dev"),
        (t!(hardware.class), "class_name"),
    ];
    let rows = members
        .into_iter()
        .map(|(label, path)| (label, value::text(&node, path)))
        .filter(|(_, text)| !text.is_empty())
        .map(|(label, text)| crate::object::fact(label, text))
        .collect_view();
    view! {
        <dl class="facts">{rows}</dl>
        {move || {
            info.value
                .get()
                .map(|info| {
                    view! {
                        {pairs(t!(hardware.configuration), value::list(&info, "configuration"), "value")}
                        {pairs(t!(hardware.capabilities), value::list(&info, "capability"), "description")}
                    }
                })
        }}
    }
}

fn pairs(title: &'static str, rows: &[Value], second: &str) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let lines = rows
        .iter()
        .map(|row| view! { <tr><th scope="row">{value::text(row, "name")}</th><td>{value::text(row, second)}</td></tr> })
        .collect_view();
    Some(view! { <h3 class="dialog-heading">{title}</h3><table class="plain-table"><tbody>{lines}</tbody></table> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_node_without_its_parent_is_a_root() {
        let nodes = vec![
            json!({"id": 1, "parent": null}),
            json!({"id": 2, "parent": 1}),
            json!({"id": 3, "parent": 99}),
        ];
        let (roots, children) = tree(nodes);
        assert_eq!(roots.iter().map(value::id).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(children.get(&1).map(Vec::len), Some(1));
    }
}
