//! Permissions, chosen in groups.
use super::sections;
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
    let app = value::text(permission, "app_label");
    let words = codename.split_once('_').and_then(|(action, model)| {
        let model = format!("{app}.{model}");
        match sections::all().find(|entity| entity.model == model) {
            Some(entity) => Some(right_words(entity, action)),
            None => Some(right_to(action, things(&model)?)),
        }
    });
    words.unwrap_or_else(|| said(&value::text(permission, "name")))
}

/// What no list of this view is of.
fn things(model: &str) -> Option<&'static str> {
    Some(match model {
        "app_catalog.packagesbyproject" => t!(kind.project_packages),
        "app_catalog.policygroup" => t!(kind.policy_groups),
        "client.migration" => t!(kind.migrations),
        "client.statuslog" => t!(kind.status_logs),
        "client.message" => t!(kind.messages),
        "client.notification" => t!(kind.notifications),
        "client.user" => t!(kind.desktop_users),
        "hardware.node" => t!(kind.hardware),
        "core.packageset" => t!(kind.package_sets),
        "core.scope" => t!(kind.scopes),
        "core.singularity" => t!(kind.singularities),
        "core.scheduledelay" => t!(schedule.delays),
        "auth.permission" => t!(group.permissions),
        "authtoken.token" => t!(kind.tokens),
        "core.internalsource" => t!(kind.internal_sources),
        "core.externalsource" => t!(kind.external_sources),
        "core.property" => t!(kind.properties),
        "core.basicproperty" => t!(kind.basic_properties),
        "core.clientattribute" => t!(kind.features),
        "core.basicattribute" => t!(kind.basic_attributes),
        "device.type" => t!(kind.device_types),
        "device.connection" => t!(kind.connections),
        "device.manufacturer" => t!(kind.manufacturers),
        "device.model" => t!(kind.device_models),
        "device.driver" => t!(kind.drivers),
        "device.device" => t!(kind.devices),
        "device.logical" => t!(kind.logical_devices),
        "device.capability" => t!(kind.device_capabilities),
        "hardware.capability" => t!(kind.hardware_capabilities),
        "hardware.configuration" => t!(kind.hardware_configurations),
        "hardware.logicalname" => t!(kind.logical_names),
        "mgi.config" => t!(kind.image_settings),
        "mgi.flavour" => t!(kind.image_flavours),
        "mgi.release" => t!(kind.image_releases),
        "mgi.build" => t!(kind.image_builds),
        _ => return None,
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
