//! Computers.

use crate::{
    core::vocabulary::{MACHINE, PRODUCT_SYSTEM, STATUS},
    rest::schema::{
        Default, Table, Type, back, choice, computed, int, key, link, linked, long_text, text, time,
    },
};

/// `client_computer`
pub static TABLE: Table = Table {
    name: "client_computer",
    columns: &[
        text("uuid", 36).null(),
        choice("status", STATUS),
        text("name", 50).null(),
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
        key("sync_user_id", "client_user").null(),
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
        key("software_inventory_id", "software_inventory").null(),
    ],
    virtuals: &[computed(
        "has_software_inventory",
        Type::Bool,
        "({t}.software_inventory_id IS NOT NULL)",
    )],
    many: &[
        link(
            "tags",
            "client_computer_tags",
            "computer_id",
            "serverattribute_id",
            "core_attribute",
        ),
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

/// `client_user`
pub static USER_TABLE: Table = Table {
    name: "client_user",
    columns: &[text("name", 50), text("fullname", 100)],
    order: &["name", "fullname"],
    unique: &[&["name", "fullname"]],
    ..Table::EMPTY
};
