//! Permissions, chosen in groups.
use crate::{
    api::said::said,
    entity::{ENTITY, Entity, value},
    object::{right_to, right_words},
    text::{label, t},
};
use serde_json::Value;

pub static PERMISSIONS: Entity = Entity {
    path: "permissions",
    api: "accounts/permissions/",
    model: "auth.permission",
    icon: icondata::LuKeyRound,
    plural: label!(group.permissions),
    singular: label!(group.permission),
    called: Some(called),
    page: false,
    ..ENTITY
};

/// In words where this view has a name for what it is about.
fn called(permission: &Value) -> String {
    let codename = value::text(permission, "codename");
    let words = codename.split_once('_').and_then(|(action, model)| {
        let of_model = |entity: &&&Entity| {
            let own = entity.model.split_once('.');
            own.is_some_and(|(_, own)| own == model)
        };
        match super::ALL.iter().find(of_model) {
            Some(entity) => Some(right_words(entity, action)),
            None => Some(right_to(action, things(model)?)),
        }
    });
    words.unwrap_or_else(|| said(&value::text(permission, "name")))
}

/// What no list of this view is of.
fn things(model: &str) -> Option<&'static str> {
    Some(match model {
        "packagesbyproject" => t!(kind.project_packages),
        "policygroup" => t!(kind.policy_groups),
        "migration" => t!(kind.migrations),
        "statuslog" => t!(kind.status_logs),
        "message" => t!(kind.messages),
        "notification" => t!(kind.notifications),
        "user" => t!(kind.desktop_users),
        "node" => t!(kind.hardware),
        "packageset" => t!(kind.package_sets),
        "scope" => t!(kind.scopes),
        "singularity" => t!(kind.singularities),
        "scheduledelay" => t!(schedule.delays),
        "permission" => t!(group.permissions),
        "token" => t!(kind.tokens),
        "internalsource" => t!(kind.internal_sources),
        "externalsource" => t!(kind.external_sources),
        "property" => t!(kind.properties),
        "basicproperty" => t!(kind.basic_properties),
        "clientattribute" => t!(kind.features),
        "basicattribute" => t!(kind.basic_attributes),
        "type" => t!(kind.device_types),
        "connection" => t!(kind.connections),
        "manufacturer" => t!(kind.manufacturers),
        "model" => t!(kind.device_models),
        "driver" => t!(kind.drivers),
        "device" => t!(kind.devices),
        "logical" => t!(kind.logical_devices),
        "capability" => t!(kind.capabilities),
        "configuration" => t!(kind.hardware_configurations),
        "logicalname" => t!(kind.logical_names),
        "config" => t!(kind.image_settings),
        "flavour" => t!(kind.image_flavours),
        "release" => t!(kind.image_releases),
        "build" => t!(kind.image_builds),
        _ => return None,
    })
}
