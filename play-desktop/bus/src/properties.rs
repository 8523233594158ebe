//! Properties of the manager and of jobs, each object read in one question.

use crate::fault::bus_fault;
use migasfree_dbus::{JobQuestion, JobResult, JobRole, JobState, JobSubject, Stage, names};
use migasfree_play_records::Fault;
use serde::{Deserialize, de::DeserializeOwned};
use zbus::{Connection, Type, as_variant, names::InterfaceName};

macro_rules! properties {
    ($(#[$meta:meta])* pub struct $name:ident { $(pub $field:ident: $kind:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Default, Deserialize, Type)]
        #[zbus(signature = "a{sv}")]
        #[serde(default, rename_all = "PascalCase")]
        pub struct $name {
            $(#[serde(with = "as_variant")] pub $field: $kind,)*
        }
    };
}

properties! {
    /// How the daemon is.
    pub struct ManagerProperties {
        pub version: String,
        pub registered: bool,
        pub identification: String,
        pub key_fingerprint: String,
        pub certificate_until: i64,
        pub computer_id: u32,
        pub computer_name: String,
        pub uuid: String,
        pub server: String,
        pub server_version: String,
        pub organization: String,
        pub project: String,
        pub help_desk: String,
        pub connectivity: String,
        pub last_sync: i64,
        pub last_sync_result: String,
        pub reboot_required: String,
        pub backend_locked: (bool, String),
    }
}

properties! {
    /// How a job is.
    pub struct JobProperties {
        pub id: String,
        pub role: JobRole,
        pub subject: JobSubject,
        pub open_question: JobQuestion,
        pub state: JobState,
        pub owner_uid: u32,
        pub created: i64,
        pub started: i64,
        pub ended: i64,
        pub stage: Stage,
        pub percent: u32,
        pub item: String,
        pub bytes_done: u64,
        pub bytes_total: u64,
        pub speed: u64,
        pub remaining: u32,
        pub allow_cancel: bool,
        pub allow_admin_cancel: bool,
        pub result: String,
        pub error_code: String,
        pub reboot: String,
    }
}

impl JobProperties {
    /// How the job ended, once it did.
    pub fn result(&self) -> Option<JobResult> {
        (!self.result.is_empty()).then(|| JobResult::parse(&self.result))
    }
}

/// Reads all properties of one interface.
///
/// # Errors
/// What the bus answers, `not-found` when the object is gone.
pub async fn read<T>(connection: &Connection, path: &str, interface: &str) -> Result<T, Fault>
where
    T: DeserializeOwned + Type,
{
    let interface = InterfaceName::try_from(interface).map_err(crate::fault::internal)?;
    let answer = connection
        .call_method(
            Some(names::BUS_NAME),
            path,
            Some("org.freedesktop.DBus.Properties"),
            "GetAll",
            &(interface,),
        )
        .await
        .map_err(|error| bus_fault(&error))?;
    answer
        .body()
        .deserialize()
        .map_err(|error| bus_fault(&error))
}
