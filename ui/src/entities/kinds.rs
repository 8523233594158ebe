//! What kinds of objects are called, also those that no list of this view is of.
use super::by_model;
use crate::text::{t, tf};

/// How many objects of a kind are called; `known` as the server calls them.
pub fn kind_label(model: &str, count: u64, known: &str) -> String {
    let one = count == 1;
    let words = by_model(model)
        .map(|entity| (entity.singular.text(), entity.plural.text()))
        .or_else(|| unlisted(model));
    let (singular, plural) = words.unwrap_or((known, known));
    if one { singular } else { plural }.to_owned()
}

/// One and several of what no list of this view is of.
pub fn unlisted(model: &str) -> Option<(&'static str, &'static str)> {
    Some(match model {
        "app_catalog.packagesbyproject" => {
            (t!(kind.project_packages_one), t!(kind.project_packages))
        }
        "app_catalog.policygroup" => (t!(kind.policy_groups_one), t!(kind.policy_groups)),
        "client.migration" => (t!(kind.migrations_one), t!(kind.migrations)),
        "client.statuslog" => (t!(kind.status_logs_one), t!(kind.status_logs)),
        "client.message" => (t!(kind.messages_one), t!(kind.messages)),
        "client.notification" => (t!(kind.notifications_one), t!(kind.notifications)),
        "client.user" => (t!(kind.desktop_users_one), t!(kind.desktop_users)),
        "core.packageset" => (t!(kind.package_sets_one), t!(kind.package_sets)),
        "core.scope" => (t!(kind.scopes_one), t!(kind.scopes)),
        "core.singularity" => (t!(kind.singularities_one), t!(kind.singularities)),
        "core.scheduledelay" => (t!(schedule.delay), t!(schedule.delays)),
        "audit.verification" => (t!(kind.audit_checks_one), t!(kind.audit_checks)),
        "server.metrics" => (t!(kind.metrics), t!(kind.metrics)),
        "auth.permission" => (t!(group.permission), t!(group.permissions)),
        "authtoken.token" => (t!(kind.tokens_one), t!(kind.tokens)),
        "device.type" => (t!(kind.device_types_one), t!(kind.device_types)),
        "device.connection" => (t!(kind.connections_one), t!(kind.connections)),
        "device.manufacturer" => (t!(kind.manufacturers_one), t!(kind.manufacturers)),
        "device.model" => (t!(kind.device_models_one), t!(kind.device_models)),
        "device.driver" => (t!(kind.drivers_one), t!(kind.drivers)),
        "device.device" => (t!(kind.devices_one), t!(kind.devices)),
        "device.logical" => (t!(kind.logical_devices_one), t!(kind.logical_devices)),
        "device.capability" => (
            t!(kind.device_capabilities_one),
            t!(kind.device_capabilities),
        ),
        "hardware.node" => (t!(kind.hardware_one), t!(kind.hardware)),
        "hardware.capability" => (
            t!(kind.hardware_capabilities_one),
            t!(kind.hardware_capabilities),
        ),
        "hardware.configuration" => (
            t!(kind.hardware_configurations_one),
            t!(kind.hardware_configurations),
        ),
        "hardware.logicalname" => (t!(kind.logical_names_one), t!(kind.logical_names)),
        "mgi.config" => (t!(kind.image_settings_one), t!(kind.image_settings)),
        "mgi.flavour" => (t!(kind.image_flavours_one), t!(kind.image_flavours)),
        "mgi.release" => (t!(kind.image_releases_one), t!(kind.image_releases)),
        "mgi.build" => (t!(kind.image_builds_one), t!(kind.image_builds)),
        _ => return None,
    })
}

/// What an object is called where the server writes a number behind the name of what it belongs to: `Slow (3)`.
pub fn object_words(model: &str, text: &str) -> String {
    let parts = text
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once(" ("));
    match (model, parts) {
        ("core.scheduledelay", Some((name, delay))) => {
            tf!(schedule.delay_of, schedule = name, delay = delay)
        }
        ("app_catalog.policygroup", Some((name, priority))) => {
            tf!(policy.group_of, policy = name, number = priority)
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_called_in_the_singular() {
        assert_eq!(kind_label("core.scheduledelay", 1, ""), "Delay");
        assert_eq!(kind_label("client.statuslog", 2, ""), "State changes");
        assert_eq!(
            kind_label("client.migration", 1, ""),
            "Move between projects"
        );
        assert_eq!(kind_label("device.model", 1, ""), "Device model");
    }

    #[test]
    fn numbers_behind_names_are_told_in_words() {
        assert_eq!(
            object_words("core.scheduledelay", "Slow (fleet) (0)"),
            "Slow (fleet), delay of 0 days"
        );
        assert_eq!(
            object_words("app_catalog.policygroup", "Kiosk (2)"),
            "Kiosk, priority 2"
        );
        assert_eq!(object_words("core.tag", "Blue (2)"), "Blue (2)");
    }
}
