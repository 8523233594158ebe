//! Fragments that many answers have in common.

use migasfree_server_entity::{
    entity::{Field, Like, Shape, col, made, many, one},
    json::Json,
    load::Reading,
};

use crate::services::OfDomain as _;

const ID_AND_NAME: &[Field] = &[col("id"), col("name")];

macro_rules! references {
    ($($(#[$doc:meta])* $shape:ident = $name:literal of $table:literal),* $(,)?) => {$(
        $(#[$doc])*
        pub static $shape: Shape = Shape { name: $name, table: $table, fields: ID_AND_NAME };
    )*};
}

references! {
    /// A platform.
    PLATFORM_REF = "Platform" of "core_platform",
    /// A domain.
    DOMAIN_REF = "DomainInfo" of "core_domain",
    /// A scope.
    SCOPE_REF = "ScopeInfo" of "core_scope",
    /// A schedule.
    SCHEDULE_REF = "ScheduleInfo" of "core_schedule",
    /// A package set.
    PACKAGE_SET_REF = "PackageSetInfo" of "core_packageset",
    /// A group of operators.
    GROUP_REF = "GroupInfo" of "auth_group",
    /// A project by name alone.
    PROJECT_REF = "ProjectRef" of "core_project",
    /// A store by name alone.
    STORE_REF = "StoreRef" of "core_store",
    /// An application of the catalogue.
    APPLICATION_REF = "ApplicationInfo" of "app_catalog_application",
    /// A category of the catalogue.
    CATEGORY_REF = "Category" of "app_catalog_category",
    /// A policy.
    POLICY_REF = "PolicyInfo" of "app_catalog_policy",
    /// A fault definition.
    FAULT_DEFINITION_REF = "FaultDefinitionInfo" of "client_faultdefinition",
}

/// A project with what its packages need.
pub static PROJECT_INFO: Shape = Shape {
    name: "ProjectInfo",
    table: "core_project",
    fields: &[
        col("id"),
        col("name"),
        col("slug"),
        col("pms"),
        col("architecture"),
    ],
};

/// A project with its platform.
pub static PROJECT_NESTED: Shape = Shape {
    name: "ProjectNestedInfo",
    table: "core_project",
    fields: &[
        col("id"),
        col("name"),
        col("slug"),
        one("platform", &PLATFORM_REF),
    ],
};

/// A store.
pub static STORE_INFO: Shape = Shape {
    name: "StoreInfo",
    table: "core_store",
    fields: &[col("id"), col("name"), col("slug")],
};

/// A package.
pub static PACKAGE_INFO: Shape = Shape {
    name: "PackageInfo",
    table: "core_package",
    fields: &[col("id"), col("fullname")],
};

/// The property of an attribute.
pub static PROPERTY_INFO: Shape = Shape {
    name: "PropertyInfo",
    table: "core_property",
    fields: &[col("id"), col("prefix"), col("sort")],
};

/// The property of an attribute, with its name.
pub static PROPERTY_NAMED: Shape = Shape {
    name: "ServerPropertyInfo",
    table: "core_property",
    fields: &[col("id"), col("prefix"), col("name"), col("sort")],
};

/// An attribute.
pub static ATTRIBUTE_INFO: Shape = Shape {
    name: "AttributeInfo",
    table: "core_attribute",
    fields: &[
        col("id"),
        one("property_att", &PROPERTY_INFO),
        col("value"),
        col("description"),
        col("latitude"),
        col("longitude"),
    ],
};

/// An operator.
pub static OPERATOR_INFO: Shape = Shape {
    name: "UserProfileInfo",
    table: "core_userprofile",
    fields: &[col("id"), col("username")],
};

/// A permission.
pub static PERMISSION_INFO: Shape = Shape {
    name: "PermissionInfo",
    table: "auth_permission",
    fields: &[col("id"), col("name"), col("codename"), col("app_label")],
};

/// A desktop account, as text: `name (full name)`.
pub const DESKTOP_USER_TEXT: Field = made(
    "__str__",
    Like::Text,
    &[col("name"), col("fullname")],
    |row, _| {
        let (name, fullname) = (row.get("name").as_text(), row.get("fullname").as_text());
        if fullname.is_empty() {
            name.into()
        } else {
            format!("{name} ({fullname})").into()
        }
    },
);

/// A desktop account.
pub static DESKTOP_USER_INFO: Shape = Shape {
    name: "UserInfo",
    table: "client_user",
    fields: &[col("id"), col("name"), DESKTOP_USER_TEXT],
};

/// A desktop account with its full name.
pub static DESKTOP_USER: Shape = Shape {
    name: "User",
    table: "client_user",
    fields: &[col("id"), col("name"), col("fullname"), DESKTOP_USER_TEXT],
};

static DESKTOP_USER_AS_TEXT: Shape = Shape {
    name: "UserText",
    table: "client_user",
    fields: &[DESKTOP_USER_TEXT],
};

/// How a computer is called: by its first search field and its number.
pub const COMPUTER_TEXT: Field = made(
    "__str__",
    Like::Text,
    &[
        col("id"),
        col("name"),
        col("uuid"),
        col("fqdn"),
        col("ip_address"),
        col("mac_address"),
    ],
    computer_text,
);

fn computer_text(row: &Json, reading: &Reading) -> Json {
    let id = row.get("id").as_int().unwrap_or_default();
    let first = reading
        .state
        .domain()
        .settings
        .computer_search_fields
        .first()
        .map_or("id", String::as_str);
    match row.get(first) {
        Json::Text(text) if first != "id" => format!("{text} (CID-{id})").into(),
        _ => format!("CID-{id}").into(),
    }
}

/// State, project, address and last user of a computer, in one line.
pub const COMPUTER_SUMMARY: Field = made("summary", Like::Text, SUMMED_UP, |row, _| {
    format!(
        "{}, {}, {}, {}",
        row.get("status").as_text(),
        row.get("project").get("name").as_text(),
        row.get("ip_address").as_text(),
        row.get("sync_user").get("__str__").as_text(),
    )
    .into()
});

const SUMMED_UP: &[Field] = &[
    col("status"),
    one("project", &PROJECT_REF),
    col("ip_address"),
    one("sync_user", &DESKTOP_USER_AS_TEXT),
];

/// A computer.
pub static COMPUTER_INFO: Shape = Shape {
    name: "ComputerInfo",
    table: "client_computer",
    fields: &[col("id"), COMPUTER_TEXT, col("status"), COMPUTER_SUMMARY],
};

/// A synchronization.
pub static SYNC_INFO: Shape = Shape {
    name: "SynchronizationInfo",
    table: "client_synchronization",
    fields: &[col("id"), col("start_date"), col("created_at")],
};

/// How an attribute is called.
pub const ATTRIBUTE_TEXT: Field = made("__str__", Like::Text, CALLED_BY, attribute_text);

const CALLED_BY: &[Field] = &[
    col("id"),
    one("property_att", &PROPERTY_INFO),
    col("value"),
    col("description"),
];

fn attribute_text(row: &Json, reading: &Reading) -> Json {
    let prefix = row.get("property_att").get("prefix").as_text();
    let value = row.get("value").as_text();
    let by_name = reading
        .state
        .domain()
        .settings
        .computer_search_fields
        .first()
        .is_some_and(|first| first != "id");
    if row.get("id").as_int() == Some(super::vocabulary::ALL_SYSTEMS) {
        value.into()
    } else if prefix == super::vocabulary::CID && by_name {
        format!("{} (CID-{value})", row.get("description").as_text()).into()
    } else {
        format!("{prefix}-{value}").into()
    }
}

/// The two sides of an audience.
pub const INCLUDED: Field = many("included_attributes", &ATTRIBUTE_INFO);
/// The two sides of an audience.
pub const EXCLUDED: Field = many("excluded_attributes", &ATTRIBUTE_INFO);
