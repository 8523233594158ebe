//! The audit trail: what changed, from what to what.
use crate::{
    entities::{self, sections},
    entity::{cell, value},
    text::t,
};
use leptos::prelude::*;
use migasfree_types::rest::audit::AuditRecord;
use migasfree_ui_kit::{Choice, Tone, format};
use serde_json::Value;

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
    sections::all()
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
    let kind = entities::kind_label(&model, 1, &model);
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
    let count = record.changes.len();
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

/// Members with their value before and after, by their labels.
#[component]
pub fn Change(record: AuditRecord) -> impl IntoView {
    let rows = record
        .changes
        .iter()
        .map(|change| {
            view! {
                <tr>
                    <th scope="row">{entities::member_label(&record.entity, &change.member)}</th>
                    <td class="change-before">{written(&change.before)}</td>
                    <td class="change-after">{written(&change.after)}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <table class="change-table"><tbody>{rows}</tbody></table> }
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => t!(common.yes).to_owned(),
        Value::Bool(false) => t!(common.no).to_owned(),
        Value::String(text) => moment(text).unwrap_or_else(|| value::lines(text)),
        Value::Array(list) => list.iter().map(written).collect::<Vec<_>>().join(", "),
        Value::Object(_) => match value::name_of(value, &["name", "__str__", "value"]) {
            text if text.is_empty() => value.to_string(),
            text => text,
        },
        Value::Number(number) => number.to_string(),
    }
}

/// A moment as people write it.
fn moment(text: &str) -> Option<String> {
    let is_moment = text.len() >= 20 && text.as_bytes().get(10) == Some(&b'T');
    let at = is_moment.then(|| format::parse_time(text)).flatten()?;
    Some(format::exact_time(at, crate::text::tag()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_written_for_people() {
        assert_eq!(written(&json!(["CID-7", "TAG-blue"])), "CID-7, TAG-blue");
        assert_eq!(written(&json!(null)), "");
        assert_eq!(written(&json!("a\u{202e}b")), "a\\u{202e}b");
        assert_eq!(written(&json!(3)), "3");
    }
}
