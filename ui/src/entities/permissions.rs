//! Permissions, chosen in groups.
use super::{kinds, sections};
use crate::{
    entity::{Entity, told::AUTH_PERMISSION as TOLD, value},
    object::{right_to, right_words},
    text::{label, t},
};
use serde_json::Value;

pub static PERMISSIONS: Entity = Entity {
    path: "permissions",
    icon: icondata::LuKeyRound,
    plural: label!(group.permissions),
    singular: label!(group.permission),
    called: Some(called),
    page: false,
    ..TOLD.entity()
};

/// In words where this view has a name for what it is about.
fn called(permission: &Value) -> String {
    let codename = value::text(permission, "codename");
    let app = value::text(permission, "app_label");
    if let Some(words) = remote_right(&app, &codename) {
        return words.to_owned();
    }
    let words = codename.split_once('_').and_then(|(action, model)| {
        let model = format!("{app}.{model}");
        match sections::all().find(|entity| entity.model == model) {
            Some(entity) => Some(right_words(entity, action)),
            None if !["add", "change", "delete", "view"].contains(&action) => None,
            None => Some(right_to(action, things(&model).unwrap_or(&model))),
        }
    });
    words.unwrap_or_else(|| value::text(permission, "name"))
}

/// The name of what a permission is about, by its kind of object: what it stands under where all are listed.
pub fn about(permission: &Value) -> String {
    let codename = value::text(permission, "codename");
    let name = codename.split_once('_').map_or("", |(_, name)| name);
    let model = format!("{}.{name}", value::text(permission, "app_label"));
    if remote_right(&value::text(permission, "app_label"), &codename).is_some() {
        return t!(rail.support).to_owned();
    }
    let listed = sections::all().find(|entity| entity.model == model);
    let words = listed.map(|entity| entity.plural.text());
    words
        .or_else(|| things(&model))
        .unwrap_or(&model)
        .to_owned()
}

/// What may be done on computers.
fn remote_right(app: &str, codename: &str) -> Option<&'static str> {
    if app != "remote" {
        return None;
    }
    Some(match codename {
        "view_presence" => t!(remote_right.view_presence),
        "view_screen" => t!(remote_right.view_screen),
        "control_screen" => t!(remote_right.control_screen),
        "open_terminal" => t!(remote_right.open_terminal),
        "open_admin_terminal" => t!(remote_right.open_admin_terminal),
        "read_files" => t!(remote_right.read_files),
        "write_files" => t!(remote_right.write_files),
        "forward_port" => t!(remote_right.forward_port),
        "act_unattended" => t!(remote_right.act_unattended),
        "skip_recording" => t!(remote_right.skip_recording),
        "watch_sessions" => t!(remote_right.watch_sessions),
        "end_sessions" => t!(remote_right.end_sessions),
        "play_recordings" => t!(remote_right.play_recordings),
        "run_sync" => t!(remote_right.run_sync),
        "run_inventory" => t!(remote_right.run_inventory),
        "run_message" => t!(remote_right.run_message),
        "run_lock" => t!(remote_right.run_lock),
        "run_reboot" => t!(remote_right.run_reboot),
        "run_shutdown" => t!(remote_right.run_shutdown),
        "run_wake" => t!(remote_right.run_wake),
        _ => return None,
    })
}

/// What no list of this view is of; kinds of one thing that permissions tell apart among them.
fn things(model: &str) -> Option<&'static str> {
    Some(match model {
        "core.internalsource" => t!(kind.internal_sources),
        "core.externalsource" => t!(kind.external_sources),
        "core.property" => t!(kind.properties),
        "core.basicproperty" => t!(kind.basic_properties),
        "core.clientattribute" => t!(kind.features),
        "core.basicattribute" => t!(kind.basic_attributes),
        model => kinds::unlisted(model)?.1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rights_of_two_applications_read_differently() {
        let right = |app: &str| {
            called(&json!({
                "name": "Can view capability", "codename": "view_capability", "app_label": app,
            }))
        };
        assert_eq!(right("device"), "View Device capabilities");
        assert_eq!(right("hardware"), "View Hardware capabilities");
        assert_eq!(
            called(&json!({
                "name": "Can add deployment", "codename": "add_deployment", "app_label": "core",
            })),
            "Add Deployments"
        );
    }
}
