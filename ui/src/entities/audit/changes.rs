//! The audit trail: what changed, from what to what.
use crate::{
    entities::{self, COMPUTERS, sections},
    entity::{cell, filter, value},
    text::t,
};
use leptos::prelude::*;
use migasfree_types::rest::audit::AuditRecord;
use migasfree_ui_kit::{Choice, Tone, format};
use serde_json::Value;

/// Actions that people know, in the order in which they are offered.
const ACTIONS: [&str; 24] = [
    "add",
    "change",
    "delete",
    "login",
    "logout",
    "login_failed",
    "step_failed",
    "step_up",
    "provider_refused",
    "lock_out",
    "unlock",
    "sign_out",
    "revoke_tokens",
    "erase",
    "change_password",
    "update_token",
    "publish",
    "copy",
    "decide",
    "replacement",
    "forget_inventory",
    "forget_history",
    "add_upload_key",
    "end_upload_keys",
];

/// What was done.
pub fn done(record: &AuditRecord) -> String {
    let itself = record.entity == COMPUTERS.model
        && record.user_id.is_none()
        && entities::computer_number(&record.username).is_some();
    if itself && record.action == "add" {
        return t!(audit.registered).to_owned();
    }
    action_text(&record.action)
}

/// Who did it: an account, a computer, the server, or somebody on its machine.
pub fn author(record: &AuditRecord) -> String {
    match record.username.as_str() {
        "server" if record.user_id.is_none() => t!(audit.server).to_owned(),
        "local command" if record.user_id.is_none() => t!(audit.local_command).to_owned(),
        name => value::line(name),
    }
}

/// Who did it, and which members changed.
pub fn told(record: &AuditRecord) -> String {
    let author = author(record);
    // What was there at the beginning is all of it, and who signs in changes nothing.
    let changes_nothing = matches!(record.action.as_str(), "add" | "login" | "logout");
    if changes_nothing || record.changes.is_empty() {
        return author;
    }
    let members = record.changes.iter();
    let members: Vec<String> = members
        .map(|change| entities::member_label(&record.entity, &change.member))
        .collect();
    format!("{author} · {}", members.join(", "))
}

/// The same for a row of the list.
pub fn author_cell(row: &Value) -> AnyView {
    author(&record(row)).into_any()
}

fn record(row: &Value) -> AuditRecord {
    serde_json::from_value(row.clone()).unwrap_or_default()
}

/// The word for an action.
fn action_text(action: &str) -> String {
    match action {
        "add" => t!(audit.added).to_owned(),
        "change" => t!(audit.changed).to_owned(),
        "delete" => t!(audit.deleted).to_owned(),
        "login" => t!(audit.signed_in).to_owned(),
        "logout" => t!(audit.signed_out).to_owned(),
        "login_failed" => t!(audit.login_failed).to_owned(),
        "step_failed" => t!(audit.step_failed).to_owned(),
        "step_up" => t!(audit.stepped_up).to_owned(),
        "provider_refused" => t!(audit.provider_refused).to_owned(),
        "lock_out" => t!(audit.locked_out).to_owned(),
        "unlock" => t!(audit.unlocked).to_owned(),
        "sign_out" => t!(audit.sessions_ended).to_owned(),
        "revoke_tokens" => t!(audit.tokens_ended).to_owned(),
        "erase" => t!(audit.erased).to_owned(),
        "publish" => t!(audit.published).to_owned(),
        "copy" => t!(audit.copied).to_owned(),
        "decide" => t!(audit.decided).to_owned(),
        "replacement" => t!(audit.replaced).to_owned(),
        "change_password" => t!(audit.password).to_owned(),
        "update_token" => t!(audit.token).to_owned(),
        "forget_inventory" => t!(audit.forgot_inventory).to_owned(),
        "forget_history" => t!(audit.forgot_history).to_owned(),
        "add_upload_key" => t!(audit.key_added).to_owned(),
        "end_upload_keys" => t!(audit.keys_ended).to_owned(),
        "enrol" => t!(audit.enrolled).to_owned(),
        "move_over" => t!(audit.moved_over).to_owned(),
        "approve" => t!(audit.approved).to_owned(),
        "reject" => t!(audit.rejected).to_owned(),
        "revoke" => t!(audit.revoked).to_owned(),
        "replace" => t!(audit.replaced).to_owned(),
        "create_authority" => t!(audit.authority_made).to_owned(),
        "export_root" => t!(audit.root_exported).to_owned(),
        "import_intermediate" => t!(audit.intermediate_imported).to_owned(),
        "issue" => t!(audit.issued).to_owned(),
        "add_factor" => t!(audit.factor_added).to_owned(),
        "forget_factors" => t!(audit.factors_forgotten).to_owned(),
        "remove_factor" => t!(audit.factor_removed).to_owned(),
        "new_recovery_codes" => t!(audit.recovery_renewed).to_owned(),
        "end_session" => t!(audit.session_ended).to_owned(),
        "end_sessions" => t!(audit.signed_out_elsewhere).to_owned(),
        other => other.replace('_', " "),
    }
}

/// Actions to filter by.
pub fn actions() -> Vec<Choice> {
    ACTIONS
        .map(|action| Choice::new(action, action_text(action)))
        .to_vec()
}

/// Kinds of objects to filter by.
pub fn kinds() -> Vec<Choice> {
    sections::all()
        .filter(|entity| {
            let made_elsewhere = [
                "computers",
                "computer-keys",
                "packages",
                "application-requests",
                "certificates",
                "api-keys",
            ];
            entity.create.is_some() || made_elsewhere.contains(&entity.path)
        })
        .map(|entity| Choice::new(entity.model, entity.plural.text()))
        .collect()
}

/// The object, leading to its page while it exists.
pub fn object_cell(row: &Value) -> AnyView {
    let model = value::text(row, "entity");
    let text = entities::object_words(&model, &value::text(row, "object_text"));
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
    cell::badge(done(&record(row)), tone)
}

/// What changed, folded.
pub fn changes_cell(row: &Value) -> AnyView {
    let record = record(row);
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

/// Members with their value before and after, as their form calls and shows them.
#[component]
pub fn Change(record: AuditRecord) -> impl IntoView {
    let rows = record
        .changes
        .iter()
        .map(|change| {
            let shown = |members: Option<&Value>, told: &Value| {
                let stored = members.map(|members| value::at(members, &change.member));
                stored
                    .and_then(|stored| in_words(&record.entity, &change.member, stored))
                    .unwrap_or_else(|| written(told))
            };
            let before = shown(record.before.as_ref(), &change.before);
            let after = shown(record.after.as_ref(), &change.after);
            view! {
                <tr>
                    <th scope="row">{entities::member_label(&record.entity, &change.member)}</th>
                    {side("change-before", t!(audit.before), before)}
                    {side("change-after", t!(audit.after), after)}
                </tr>
            }
        })
        .collect_view();
    view! { <table class="change-table"><tbody>{rows}</tbody></table> }
}

/// What was there on one side of a change; read out with its side, which eyes see by its place and its line.
fn side(class: &'static str, label: &'static str, text: String) -> AnyView {
    let nothing = text.is_empty();
    view! {
        <td class=class class:change-nothing=nothing>
            <span class="visually-hidden">{label}": "</span>
            {if nothing { "–".to_owned() } else { text }}
        </td>
    }
    .into_any()
}

/// A code, or a day, as the member's form shows it.
fn in_words(model: &str, member: &str, stored: &Value) -> Option<String> {
    let text = match stored {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    if entities::is_day(model, member) {
        return Some(filter::moment(&text));
    }
    entities::choice_word(model, member, &text)
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
    use migasfree_types::rest::audit::AuditChange;
    use serde_json::json;

    #[test]
    fn values_are_written_for_people() {
        assert_eq!(written(&json!(["CID-7", "TAG-blue"])), "CID-7, TAG-blue");
        assert_eq!(written(&json!(null)), "");
        assert_eq!(written(&json!("a\u{202e}b")), "a\\u{202e}b");
        assert_eq!(written(&json!(3)), "3");
    }

    #[test]
    fn codes_are_written_as_their_form_writes_them() {
        let word = |model, member, stored| in_words(model, member, &stored);
        let is = |word: Option<String>, text: &str| assert_eq!(word.as_deref(), Some(text));
        is(
            word("app_catalog.application", "level", json!("U")),
            "Everybody",
        );
        is(word("core.clientproperty", "language", json!(0)), "bash");
        is(
            word("core.deployment", "source", json!("I")),
            "Uploaded packages",
        );
        is(
            word("client.computer", "status", json!("in repair")),
            "In repair",
        );
        assert_eq!(word("core.deployment", "name", json!("I")), None);
    }

    #[test]
    fn every_member_has_the_label_of_its_form() {
        let label = |model, member| entities::member_label(model, member);
        assert_eq!(
            label("core.scheduledelay", "delay"),
            "Delay in working days"
        );
        assert_eq!(label("core.userprofile", "user_permissions"), "Permissions");
        assert_eq!(label("core.attributeset", "latitude"), "Latitude");
    }

    #[test]
    fn a_computer_that_registered_was_made_by_nobody() {
        let record = |username: &str, user_id| AuditRecord {
            action: "add".to_owned(),
            entity: COMPUTERS.model.to_owned(),
            username: username.to_owned(),
            user_id,
            ..AuditRecord::default()
        };
        assert_eq!(done(&record("CID-1", None)), "Registered");
        assert_eq!(done(&record("admin", Some(1))), "Created");
        assert_eq!(author(&record("server", None)), "The server");
        assert_eq!(author(&record("server", Some(3))), "server");
    }

    #[test]
    fn a_line_names_what_changed_and_nothing_of_a_sign_in() {
        let record = |action: &str, member: &str| AuditRecord {
            action: action.to_owned(),
            entity: COMPUTERS.model.to_owned(),
            username: "admin".to_owned(),
            changes: vec![AuditChange {
                member: member.to_owned(),
                ..AuditChange::default()
            }],
            ..AuditRecord::default()
        };
        assert_eq!(told(&record("change", "name")), "admin · Name");
        assert_eq!(told(&record("login", "credential")), "admin");
    }

    #[test]
    fn every_action_that_is_offered_has_a_word() {
        for choice in actions() {
            assert_ne!(choice.label, choice.value.replace('_', " "));
        }
    }
}
