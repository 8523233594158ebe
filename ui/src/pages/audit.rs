//! The audit trail: what changed, from what to what.
use crate::{
    entities::{self, ALL},
    entity::{cell, value},
    text::t,
};
use leptos::prelude::*;
use migasfree_types::rest::audit::AuditRecord;
use migasfree_ui_kit::{Choice, Tone};
use serde_json::{Map, Value};

/// The word for an action.
pub fn action_text(action: &str) -> String {
    match action {
        "add" => t!(audit.added).to_owned(),
        "change" => t!(audit.changed).to_owned(),
        "delete" => t!(audit.deleted).to_owned(),
        "login" => t!(audit.signed_in).to_owned(),
        "logout" => t!(audit.signed_out).to_owned(),
        "publish" => t!(audit.published).to_owned(),
        "copy" => t!(audit.copied).to_owned(),
        "decide" => t!(audit.decided).to_owned(),
        "replacement" => t!(audit.replaced).to_owned(),
        "change_password" => t!(audit.password).to_owned(),
        "update_token" => t!(audit.token).to_owned(),
        "forget_inventory" => t!(audit.forgot_inventory).to_owned(),
        "forget_history" => t!(audit.forgot_history).to_owned(),
        other => other.replace('_', " "),
    }
}

/// Actions to filter by.
pub fn actions() -> Vec<Choice> {
    ["add", "change", "delete"]
        .map(|action| Choice::new(action, action_text(action)))
        .to_vec()
}

/// Kinds of objects to filter by.
pub fn kinds() -> Vec<Choice> {
    ALL.iter()
        .filter(|entity| {
            let made_elsewhere = ["computers", "packages", "application-requests"];
            entity.create.is_some() || made_elsewhere.contains(&entity.path)
        })
        .map(|entity| Choice::new(entity.model, (entity.plural)()))
        .collect()
}

/// The object, leading to its page while it exists.
pub fn object_cell(row: &Value) -> AnyView {
    let text = value::text(row, "object_text");
    let model = value::text(row, "entity");
    let entity = entities::by_model(&model);
    let kind = entity.map_or(model, |entity| (entity.singular)().to_owned());
    let id = value::at(row, "object_id").as_i64();
    let gone = value::text(row, "action") == "delete";
    let name = match (entity, id) {
        (Some(entity), Some(id)) if entity.page && !gone => {
            view! { <a class="name-link" href=entity.object_href(id)>{text}</a> }.into_any()
        }
        _ => text.into_any(),
    };
    view! { <span class="two-lines">{name}<span class="text-muted">{kind}</span></span> }.into_any()
}

/// The action as a quiet word.
pub fn action_cell(row: &Value) -> AnyView {
    let action = value::text(row, "action");
    let tone = match action.as_str() {
        "add" => Tone::Success,
        "delete" => Tone::Error,
        _ => Tone::Neutral,
    };
    cell::badge(action_text(&action), tone)
}

/// What changed, folded.
pub fn changes_cell(row: &Value) -> AnyView {
    let record: AuditRecord = serde_json::from_value(row.clone()).unwrap_or_default();
    let count = differences(&record).len();
    if count == 0 {
        return view! { <span class="text-muted">"–"</span> }.into_any();
    }
    view! {
        <details class="change-fold">
            <summary>{crate::text::plural(count as u64, t!(audit.members_one), t!(audit.members))}</summary>
            <Change record />
        </details>
    }
    .into_any()
}

/// Members with their value before and after.
#[component]
pub fn Change(record: AuditRecord) -> impl IntoView {
    let rows = differences(&record)
        .into_iter()
        .map(|(member, before, after)| {
            view! {
                <tr>
                    <th scope="row">{member}</th>
                    <td class="change-before">{before}</td>
                    <td class="change-after">{after}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <table class="change-table"><tbody>{rows}</tbody></table> }
}

/// Members that differ.
fn differences(record: &AuditRecord) -> Vec<(String, String, String)> {
    let nothing = Map::new();
    let members = |value: &Option<Value>| value.as_ref().and_then(Value::as_object).cloned();
    let before = members(&record.before).unwrap_or_else(|| nothing.clone());
    let after = members(&record.after).unwrap_or_else(|| nothing.clone());
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| {
            (
                name.clone(),
                written(before.get(name)),
                written(after.get(name)),
            )
        })
        .filter(|(_, before, after)| before != after)
        .collect()
}

fn written(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(list)) => list
            .iter()
            .map(|one| written(Some(one)))
            .collect::<Vec<_>>()
            .join(", "),
        Some(object @ Value::Object(_)) => {
            match value::text_of(object, &["name", "__str__", "value"]) {
                text if text.is_empty() => object.to_string(),
                text => text,
            }
        }
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_told() {
        let record = AuditRecord {
            before: Some(json!({"name": "a", "enabled": true, "groups": [{"name": "x"}]})),
            after: Some(
                json!({"name": "b", "enabled": true, "groups": [{"name": "x"}, {"name": "y"}]}),
            ),
            ..AuditRecord::default()
        };
        let found = differences(&record);
        assert_eq!(
            found,
            [
                ("groups".to_owned(), "x".to_owned(), "x, y".to_owned()),
                ("name".to_owned(), "a".to_owned(), "b".to_owned())
            ]
        );
    }
}
