//! The history of packages on computers: when each came, and when it went.
//!
//! A view over the lists computers reported, see the migration that makes it. What went again is kept as
//! rows, too: `arrivals` writes them, retention moves them.

use migasfree_server_db::Dialect;
use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Counted, Csv, Entity, Field, Like, Model, Shape, col, made, one},
    schema::{Apart, Table, Within, int, key, time},
};
use sea_query::{Expr, ExprTrait as _, JoinType, Query, SelectStatement};

use super::event_text::CALLED;
use crate::core::shapes::{COMPUTER_INFO, PROJECT_INFO};
use crate::sight;

/// Larger than every id of a package.
pub(crate) const FACTOR: i64 = 10_000_000;

/// `client_packagehistory`
pub static TABLE: Table = Table {
    name: "client_packagehistory",
    within: Some(Within {
        column: "snapshot_id",
        factor: FACTOR,
        rest: "package_id",
    }),
    apart: Some(Apart {
        column: "uninstall_date",
        table: "client_packageremoval",
    }),
    columns: &[
        int("snapshot_id"),
        key("computer_id", "client_computer"),
        key("package_id", "core_package"),
        time("install_date").null(),
        time("uninstall_date").null(),
    ],
    order: &["computer__name", "package__fullname"],
    ..Table::EMPTY
};

static PACKAGE: Shape = Shape {
    name: "PackageOfHistory",
    table: "core_package",
    fields: &[col("id"), col("fullname"), one("project", &PROJECT_INFO)],
};

const CALLED_BY: &[Field] = &[one("computer", &CALLED), one("package", &PACKAGE)];

/// The lists of computers, or those that have packages.
fn lists(dialect: Dialect, column: &str, ids: String) -> Option<SelectStatement> {
    let mut lists = Query::select();
    lists
        .column(("s", "id"))
        .from_as("client_softwaresnapshot", "s");
    match column {
        "computer_id" => {
            lists.and_where(dialect.in_list(Expr::col(("s", "computer_id")), ids));
        }
        "package_id" => {
            lists
                .join_as(
                    JoinType::InnerJoin,
                    "software_inventory_package",
                    "p",
                    Expr::col(("p", "inventory_id")).equals(("s", "inventory_id")),
                )
                .and_where(dialect.in_list(Expr::col(("p", "package_id")), ids));
        }
        _ => return None,
    }
    Some(lists)
}

/// The history of packages.
pub static PACKAGES_HISTORY: Entity = Entity {
    route: "packages-history",
    model: Model {
        app: "client",
        name: "packagehistory",
        one: "PackageHistory",
        many: "Packages History",
    },
    table: &TABLE,
    operations: "LR",
    schema: "PackageHistory",
    detail: &[
        col("id"),
        one("computer", &COMPUTER_INFO),
        one("package", &PACKAGE),
        col("install_date"),
        col("uninstall_date"),
    ],
    filters: &[
        "id+in",
        "computer__id",
        "computer__name+ic",
        "package__id",
        "package__fullname+ic",
        "package__project__id",
        "install_date:gte,lt",
        "uninstall_date:gte,lt,null",
    ],
    search: &["computer__name", "package__fullname"],
    walked: true,
    counted: Some(Counted {
        table: "client_softwaresnapshot",
        rows: "came_count",
        key: "snapshot_id",
        found: lists,
    }),
    visible: &[sight::computer("computer")],
    belongs: Belongs::Viewers,
    text: made("__str__", Like::Text, CALLED_BY, |row, _| {
        let computer = row.get("computer").get("__str__").as_text();
        format!(
            "{computer}: {}",
            row.get("package").get("fullname").as_text()
        )
        .into()
    }),
    csv: Csv::Columns(&[
        "id",
        "computer",
        "computer__name",
        "package",
        "package__fullname",
        "install_date",
        "uninstall_date",
    ]),
    ..Entity::EMPTY
};
