//! Computers.

use async_trait::async_trait;
use futures_util::FutureExt as _;
use migasfree_server_db::{Arg, args};
use migasfree_server_entity::{
    access::Need,
    action::{Action, Gives, Verb},
    address,
    boundary::Belongs,
    entity::{
        Csv, CustomFilter, Entity, Field, InUse, Like, Model, col, ids, made, many, one, put,
        put_extra, put_ids, raw,
    },
    error::RestError,
    filter::contains,
    hooks::{Change, Hooks, Removal},
    json::Json,
    load::Reading,
    path::ROW,
    run,
    schema::{
        Default, Loss, Table, Type, back, choice, computed, int, key, link, linked, long_text,
        text, time,
    },
};
use sea_query::Expr;

use super::{bulk, details, finding, reasons, replacement, simulation, software, status};
use crate::audience;
use crate::core::{
    attributes::only_tags,
    shapes::{ATTRIBUTE_INFO, COMPUTER_SUMMARY, COMPUTER_TEXT, DESKTOP_USER_INFO, PROJECT_NESTED},
    vocabulary::{CID, MACHINE, PRODUCT_SYSTEM, STATUS},
};
use crate::sight::{self, PRODUCTIVE};

/// `client_computer`
pub static TABLE: Table = Table {
    name: "client_computer",
    columns: &[
        text("uuid", 36).null(),
        choice("status", STATUS),
        text("name", 64).null(),
        text("fqdn", 255).null(),
        key("project_id", "core_project"),
        time("created_at").default(Default::Now),
        time("updated_at").default(Default::Now),
        text("ip_address", 45).null(),
        text("forwarded_ip_address", 45).null(),
        int("default_logical_device_id").null(),
        time("last_hardware_capture").null(),
        time("sync_start_date").null(),
        time("sync_end_date").null(),
        key("sync_user_id", "client_user").null().losing(Loss::Told),
        text("product", 80).null(),
        choice("machine", MACHINE).default(Default::Text("P")),
        text("cpu", 50).null(),
        int("ram").null(),
        int("storage").null(),
        int("disks").null(),
        text("mac_address", 60).null(),
        long_text("comment").null(),
        int("architecture").null(),
        choice("product_system", PRODUCT_SYSTEM).default(Default::Text("")),
        key("software_inventory_id", "software_inventory")
            .null()
            .losing(Loss::Told),
    ],
    virtuals: &[
        computed(
            "has_software_inventory",
            Type::Bool,
            "({t}.software_inventory_id IS NOT NULL)",
        ),
        computed(
            "sync_user_text",
            Type::LongText,
            "(SELECT CASE WHEN su.fullname = '' THEN su.name ELSE su.name || ' (' || su.fullname || ')' END \
             FROM client_user AS su WHERE su.id = {t}.sync_user_id)",
        ),
        computed(
            "has_moved",
            Type::Bool,
            "EXISTS (SELECT 1 FROM client_computerkey AS ik WHERE ik.computer_id = {t}.id \
             AND ik.state IN ('active', 'replaced', 'revoked'))",
        ),
        computed(
            "key_thumbprint",
            Type::Text(43),
            "(SELECT ik.thumbprint FROM client_computerkey AS ik \
             WHERE ik.computer_id = {t}.id AND ik.state = 'active')",
        ),
        computed(
            "key_verified",
            Type::Bool,
            "(SELECT ik.verified FROM client_computerkey AS ik \
             WHERE ik.computer_id = {t}.id AND ik.state = 'active')",
        ),
        computed(
            "key_since",
            Type::Time,
            "(SELECT ik.decided_at FROM client_computerkey AS ik \
             WHERE ik.computer_id = {t}.id AND ik.state = 'active')",
        ),
        computed(
            "key_duplicates",
            Type::Int,
            "(SELECT count(*) FROM client_computerkey AS ik WHERE ik.computer_id = {t}.id \
             AND ik.contested_at IS NOT NULL AND ik.state IN ('pending', 'active', 'replaced'))",
        ),
    ],
    many: &[
        link(
            "tags",
            "client_computer_tags",
            "computer_id",
            "serverattribute_id",
            "core_attribute",
        )
        .losing(Loss::Told),
        linked(
            "sync_attributes",
            "client_computer_sync_attributes",
            "computer_id",
            "attribute_id",
            "core_attribute",
        ),
        back("node", "hardware_node", "computer_id"),
    ],
    order: &["id"],
    unique: &[&["uuid"]],
    ..Table::EMPTY
};

/// `software_inventory`
pub static INVENTORY_TABLE: Table = Table {
    name: "software_inventory",
    columns: &[
        text("hash", 64),
        key("project_id", "core_project"),
        int("package_count"),
    ],
    many: &[linked(
        "packages",
        "software_inventory_package",
        "inventory_id",
        "package_id",
        "core_package",
    )],
    ..Table::EMPTY
};

const LIST: &[Field] = &[
    col("id"),
    col("uuid"),
    col("name"),
    one("project", &PROJECT_NESTED),
    col("status"),
    col("product"),
    col("product_system"),
    col("created_at"),
    col("last_hardware_capture"),
    one("sync_user", &DESKTOP_USER_INFO),
    col("sync_end_date"),
    COMPUTER_TEXT,
    COMPUTER_SUMMARY,
];

const DETAIL: &[Field] = &[
    col("id"),
    col("uuid"),
    col("name"),
    one("project", &PROJECT_NESTED),
    col("status"),
    col("product"),
    col("product_system"),
    col("created_at"),
    col("last_hardware_capture"),
    one("sync_user", &DESKTOP_USER_INFO),
    col("sync_end_date"),
    COMPUTER_TEXT,
    COMPUTER_SUMMARY,
    col("fqdn"),
    col("ip_address"),
    col("forwarded_ip_address"),
    many("tags", &ATTRIBUTE_INFO),
    made(
        "software_inventory",
        Like::Uri,
        &[col("id")],
        |row, reading| below(row, reading, "software/inventory/"),
    ),
    made(
        "software_history",
        Like::Uri,
        &[col("id")],
        |row, reading| below(row, reading, "software/history/"),
    ),
    col("has_software_inventory"),
    col("machine"),
    col("cpu"),
    made(
        "architecture",
        Like::Text,
        &[col("architecture")],
        |row, _| {
            row.get("architecture")
                .as_int()
                .map_or_else(String::new, |bits| bits.to_string())
                .into()
        },
    ),
    col("ram"),
    col("storage"),
    col("disks"),
    col("mac_address"),
    col("comment"),
    made(
        "identity",
        Like::Object,
        &[
            col("has_moved"),
            col("key_verified"),
            col("key_thumbprint"),
            col("key_since"),
            col("key_duplicates"),
        ],
        |row, _| identity(row),
    ),
];

/// How a computer identifies itself. One whose key was revoked has none, and the project's is not enough for it either.
fn identity(row: &Json) -> Json {
    let kind = if row.get("has_moved").is_true() {
        "native"
    } else {
        "project_key"
    };
    Json::Object(vec![
        ("kind", kind.into()),
        ("verified", row.get("key_verified").is_true().into()),
        ("thumbprint", row.get("key_thumbprint").clone()),
        ("enrolled_at", row.get("key_since").clone()),
        ("duplicates", row.get("key_duplicates").clone()),
    ])
}

fn below(row: &Json, reading: &Reading, path: &str) -> Json {
    let id = row.get("id").as_int().unwrap_or_default();
    format!("{}{}computers/{id}/{path}", reading.base, address::TOKEN).into()
}

/// Computers.
pub static COMPUTERS: Entity = Entity {
    route: "computers",
    model: Model {
        app: "client",
        name: "computer",
        one: "Computer",
        many: "Computers",
    },
    table: &TABLE,
    operations: "LRUD",
    schema: "Computer",
    list: LIST,
    detail: DETAIL,
    answer: &[
        col("name"),
        col("last_hardware_capture"),
        col("status"),
        col("comment"),
        ids("tags"),
        raw("default_logical_device", "default_logical_device_id"),
        raw("project", "project_id"),
    ],
    write: &[
        put("name"),
        put("last_hardware_capture"),
        put("status"),
        put("comment"),
        put_ids("tags"),
        put("project").required(),
    ],
    filters: &[
        "id+in",
        "project__id",
        "status+in",
        "status_in=status:in",
        "name+ic",
        "sync_attributes__id+in",
        "sync_attributes=sync_attributes__value:contains",
        "tags__id+in",
        "machine",
        "sync_user__id",
        "sync_user__name+ic",
        "sync_end_date:lt,gte,null",
        "created_at:gte,lt",
        "product+ic",
        "default_logical_device__id=default_logical_device_id",
        "platform=project__platform__id",
        "has_software_inventory",
        "architecture",
        "product_system",
        "installed_package=software_inventory__packages__id",
        "serial=node__serial:ic",
    ],
    custom_filters: &[
        CustomFilter {
            name: "uuid",
            like: Like::Text,
            resolve: |call| {
                async move { Ok(Some(finding::with_uuid(call.text, call.db.dialect()))) }.boxed()
            },
        },
        CustomFilter {
            name: "uuid__icontains",
            like: Like::Text,
            resolve: |call| async move { finding::with_part_of_uuid(&call) }.boxed(),
        },
        CustomFilter {
            name: "failed_deployment",
            like: Like::Integer,
            resolve: |call| async move { finding::failed_with(&call).await }.boxed(),
        },
        CustomFilter {
            name: audience::FILTER,
            like: Like::Text,
            resolve: |call| audience::targeted(call).boxed(),
        },
        CustomFilter {
            name: "mac_address",
            like: Like::Text,
            resolve: |call| {
                async move {
                    let digits: String = call
                        .text
                        .chars()
                        .filter(char::is_ascii_alphanumeric)
                        .collect();
                    let column = Expr::col((ROW, "mac_address"));
                    Ok(Some(contains(column, &digits, call.db.dialect())))
                }
                .boxed()
            },
        },
    ],
    search: &["name", "sync_user__name", "sync_user__fullname"],
    also_searched: true,
    in_use: Some(InUse {
        column: "status",
        filter: "status__in",
        values: &PRODUCTIVE,
    }),
    identified: Some(finding::identity),
    visible: &[sight::computer("id")],
    belongs: Belongs::Viewers,
    text: COMPUTER_TEXT,
    search_summary: Some(COMPUTER_SUMMARY),
    badge: &[col("status"), COMPUTER_SUMMARY],
    csv: Csv::Columns(&[
        "id",
        "uuid",
        "status",
        "name",
        "fqdn",
        "project=project__name",
        "created_at",
        "updated_at",
        "ip_address",
        "forwarded_ip_address",
        "last_hardware_capture",
        "tags",
        "sync_start_date",
        "sync_end_date",
        "sync_user=sync_user_text",
        "product",
        "machine",
        "cpu",
        "ram",
        "storage",
        "disks",
        "mac_address",
        "comment",
    ]),
    hooks: &Rules,
    actions: ACTIONS,
    ..Entity::EMPTY
};

const ACTIONS: &[Action] = &[
    Action::get(
        "status",
        "The states a computer may be in, and their groups",
        run!(status::choices),
    ).giving(Gives::Members(&[("choices", Like::Object), ("productive", Like::Texts), ("unproductive", Like::Texts), ("active", Like::Texts), ("subscribed", Like::Texts), ("unsubscribed", Like::Texts)])),
    Action::get(
        "synchronizing",
        "The computers that are synchronizing",
        run!(details::synchronizing),
    ).giving(Gives::Rows),
    Action::get(
        "delayed",
        "The computers whose synchronization has not gone on for too long",
        run!(details::delayed),
    ).giving(Gives::Rows),
    Action::post(
        "bulk",
        Need::Change,
        "Tag, untag or put into another state all computers that are named, or that a filter finds, at once",
        bulk::BODY,
        run!(bulk::answer),
    ).giving(Gives::Members(&[("count", Like::Integer), ("changed", Like::Integer)])).conflicting(),
    Action::post(
        "<id>/status",
        Need::AddOrChange,
        "Put the computer into another state",
        &[put_extra("status", Like::Text).required()],
        run!(status::change),
    ).giving(Gives::Row),
    Action::post(
        "<id>/replacement",
        Need::AddOrChange,
        "Exchange everything aimed at two computers alone",
        &[put_extra("target", Like::Integer).required()],
        run!(replacement::answer),
    ).giving(Gives::Nothing),
    Action::get(
        "<id>/devices",
        "The printers it uses",
        run!(details::devices),
    ).giving(Gives::Members(&[("default_logical_device", Like::Key), ("assigned_logical_devices_to_cid", Like::Objects), ("inflicted_logical_devices", Like::Objects)])),
    Action::get(
        "<id>/label",
        "What is printed on the label of the computer",
        run!(details::label),
    ).giving(Gives::Members(&[("uuid", Like::Note), ("name", Like::Text), ("search", Like::Text), ("helpdesk", Like::Text)])),
    Action::get(
        "<id>/software/inventory",
        "The packages installed now",
        run!(software::inventory),
    ).giving(SOFTWARE),
    Action::get(
        "<id>/software/inventory",
        "Forget the packages installed now",
        run!(software::forget_inventory),
    ).giving(SOFTWARE)
    .by(Verb::Delete)
    .needing(Need::Superuser),
    Action::get(
        "<id>/software/history",
        "The packages that came and went",
        run!(software::history),
    ),
    Action::get(
        "<id>/software/history",
        "Forget packages that came and went",
        run!(software::forget_history),
    )
    .by(Verb::Delete)
    .needing(Need::Superuser),
    Action::get(
        "<id>/errors",
        "How many errors it reported",
        run!(details::errors),
    ).giving(COUNTED),
    Action::get(
        "<id>/faults",
        "How many faults it reported",
        run!(details::faults),
    ).giving(COUNTED),
    Action::get(
        "<id>/sync",
        "What the last synchronization told",
        run!(details::sync),
    ).giving(Gives::Members(&[("sync_start_date", Like::Note), ("sync_end_date", Like::Note), ("sync_user", Like::Object), ("sync_attributes", Like::Objects)])),
    Action::get(
        "<id>/sync/simulation",
        "What the next synchronization would do",
        run!(simulation::answer),
    ).giving(Gives::Members(&[("deployments", Like::Objects), ("fault_definitions", Like::Objects), ("packages", Like::Object), ("policies", Like::Object), ("capture_hardware", Like::Boolean), ("logical_devices", Like::Objects), ("default_logical_device", Like::Integer)])),
    Action::get(
        "<id>/situation",
        "Project and state at a moment",
        run!(details::situation),
    ).giving(Gives::Members(&[("platform", Like::Object), ("project", Like::Object), ("status", Like::Text)])),
    Action::get(
        "<id>/hardware",
        "The nodes of its hardware",
        run!(details::hardware),
    ).giving(Gives::Like(Like::Objects)),
    Action::get(
        "<id>/deployments",
        "Why it gets each deployment or not",
        run!(reasons::answer),
    ).giving(Gives::Like(Like::Objects)),
];

const COUNTED: Gives = Gives::Members(&[("unchecked", Like::Integer), ("total", Like::Integer)]);
const SOFTWARE: Gives = Gives::Listed(&[("id", Like::Integer), ("name", Like::Text)]);

struct Rules;

#[async_trait]
impl Hooks for Rules {
    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        let now = change.context.now;
        change.values.set("updated_at", Arg::Time(Some(now)));
        if change.relinks("tags") {
            let tags = change.ids("tags").to_vec();
            only_tags(change.tx, "tags", &tags).await?;
        }
        if change.changes("project_id") {
            change.values.set("software_inventory_id", Arg::Int(None));
        }
        Ok(())
    }

    async fn saved(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        let (id, now) = (change.id(), change.context.now);
        let status = change.text("status").unwrap_or_default().to_owned();
        let new = change.changes("status");
        status::entered(change.context.registry(), change.tx, now, id, &status, new).await?;
        if change.changes("project_id") {
            let project = change.int("project_id");
            change
                .tx
                .execute(
                    "INSERT INTO client_migration (created_at, computer_id, project_id) VALUES ($1, $2, $3)",
                    args![now, id, project],
                )
                .await?;
        }
        Ok(())
    }

    /// With a computer goes the attribute that stood for it.
    async fn deleted(&self, removal: &mut Removal<'_>) -> Result<(), RestError> {
        removal
            .tx
            .execute(
                "DELETE FROM core_attribute WHERE value = $1 \
                 AND property_att_id = (SELECT id FROM core_property WHERE prefix = $2)",
                args![removal.id.to_string(), CID],
            )
            .await?;
        Ok(())
    }
}
