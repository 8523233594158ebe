//! Synchronizations.

use async_trait::async_trait;
use migasfree_server_db::Arg;
use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Entity, Model, col, one},
    error::RestError,
    hooks::{Hooks, Removal},
    schema::{Default, Loss, Table, bool, key, text, time},
};

use super::event_text::EVENT_TEXT;
use crate::computers::slots::Synchronized;
use crate::core::shapes::{COMPUTER_INFO, DESKTOP_USER_INFO, PROJECT_INFO};
use crate::ids::{ComputerId, ProjectId, SynchronizationId};
use crate::sight;

/// `client_synchronization`
pub static TABLE: Table = Table {
    name: "client_synchronization",
    columns: &[
        time("created_at").default(Default::Now),
        key("computer_id", "client_computer"),
        time("start_date").null(),
        key("user_id", "client_user").null().losing(Loss::Told),
        key("project_id", "core_project").null().bound(),
        text("consumer", 50).null(),
        bool("pms_status_ok", false),
    ],
    order: &["-created_at"],
    ..Table::EMPTY
};

/// Synchronizations.
pub static SYNCS: Entity = Entity {
    route: "syncs",
    link_route: "synchronizations",
    model: Model {
        app: "client",
        name: "synchronization",
        one: "Synchronization",
        many: "Synchronizations",
    },
    table: &TABLE,
    operations: "LRD",
    schema: "Synchronization",
    detail: &[
        col("id"),
        one("project", &PROJECT_INFO),
        one("user", &DESKTOP_USER_INFO),
        one("computer", &COMPUTER_INFO),
        col("created_at"),
        col("start_date"),
        col("consumer"),
        col("pms_status_ok"),
    ],
    filters: &[
        "id+in",
        "project__id",
        "project__platform__id",
        "computer__id",
        "computer__name+ic",
        "user__id",
        "user__name+ic",
        "pms_status_ok",
        "consumer+ic",
        "created_at:gte,lt",
        "start_date:gte,lt",
    ],
    search: &["user__name", "user__fullname", "computer__name", "consumer"],
    visible: &[sight::computer("computer")],
    belongs: Belongs::Viewers,
    text: EVENT_TEXT,
    hooks: &Rules,
    ..Entity::EMPTY
};

struct Rules;

#[async_trait]
impl Hooks for Rules {
    /// What is gone is counted no more.
    async fn deleted(&self, removal: &mut Removal<'_>) -> Result<(), RestError> {
        let before = removal.before;
        let (Some(Arg::Time(Some(at))), Some(computer)) =
            (before.get("created_at"), before.int("computer_id"))
        else {
            return Ok(());
        };
        let gone = Synchronized {
            id: SynchronizationId(removal.id),
            computer: ComputerId(computer),
            project: before.int("project_id").map(ProjectId),
            at: *at,
        };
        gone.discount(removal.tx, removal.context.zone()).await?;
        Ok(())
    }
}
