//! Objects that several calls answer with (4.11).

use migasfree_server_db::Ts;
use migasfree_server_domain::client::{
    attributes::Attribute, computers::Computer, projects::Project,
};
use serde_json::{Value, json};

use crate::Settings;

/// `name (full name)`, or the name alone.
fn user_text(name: &str, fullname: &str) -> String {
    if fullname.is_empty() {
        name.to_owned()
    } else {
        format!("{name} ({fullname})")
    }
}

fn user(computer: &Computer) -> Option<String> {
    let name = computer.user_name.as_deref()?;
    let fullname = computer.user_fullname.as_deref().unwrap_or_default();
    Some(user_text(name, fullname))
}

/// How a computer is answered.
pub(super) trait Shape {
    /// Status, project, address and user in one line.
    fn summary(&self, project: &Project) -> String;

    /// The whole computer.
    fn detail(&self, settings: &Settings, project: &Project, tags: &[Attribute]) -> Value;
}

impl Shape for Computer {
    fn summary(&self, project: &Project) -> String {
        let address = self.ip_address.as_deref().unwrap_or_default();
        let user = user(self).unwrap_or_default();
        let parts = [self.status.as_str(), &project.name, address, &user];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }

    fn detail(&self, settings: &Settings, project: &Project, tags: &[Attribute]) -> Value {
        let user = self
            .sync_user_id
            .zip(user(self))
            .map(|(id, text)| json!({ "id": id, "name": self.user_name, "__str__": text }));
        let software = format!(
            "{}/api/v1/token/computers/{}/software",
            settings.base, self.id
        );
        json!({
            "id": self.id,
            "uuid": self.uuid,
            "name": self.name,
            "project": {
                "id": project.id,
                "name": project.name,
                "slug": project.slug,
                "platform": { "id": project.platform_id, "name": project.platform },
            },
            "status": self.status,
            "product": self.product,
            "product_system": self.product_system,
            "created_at": self.created_at,
            "last_hardware_capture": self.last_hardware_capture,
            "sync_user": user,
            "sync_end_date": self.sync_end_date,
            "__str__": self.display_name(&settings.search_fields()),
            "summary": self.summary(project),
            "fqdn": self.fqdn,
            "ip_address": self.ip_address,
            "forwarded_ip_address": self.forwarded_ip_address,
            "tags": tags.iter().map(Attribute::info).collect::<Vec<_>>(),
            "software_inventory": format!("{software}/inventory/"),
            "software_history": format!("{software}/history/"),
            "has_software_inventory": self.software_inventory_id.is_some(),
            "machine": self.machine,
            "cpu": self.cpu,
            "architecture": self.architecture.map(|bits| bits.to_string()),
            "ram": self.ram,
            "storage": self.storage,
            "disks": self.disks,
            "mac_address": self.mac_address,
            "comment": self.comment,
        })
    }
}

/// A fault that was just recorded.
pub(super) struct NewFault<'a> {
    pub(super) id: i64,
    pub(super) definition: (i64, &'a str),
    pub(super) result: &'a str,
    pub(super) created_at: Ts,
}

impl NewFault<'_> {
    /// The whole fault.
    pub(super) fn detail(
        &self,
        settings: &Settings,
        project: &Project,
        computer: &Computer,
    ) -> Value {
        let name = computer.display_name(&settings.search_fields());
        json!({
            "id": self.id,
            "__str__": format!("{name} ({})", self.created_at.plain()),
            "project": {
                "id": project.id,
                "name": project.name,
                "slug": project.slug,
                "pms": project.pms,
                "architecture": project.architecture,
            },
            "computer": {
                "id": computer.id,
                "__str__": name,
                "status": computer.status,
                "summary": computer.summary(project),
            },
            "fault_definition": { "id": self.definition.0, "name": self.definition.1 },
            "synchronization": null,
            "created_at": self.created_at,
            "checked": false,
            "result": self.result,
        })
    }
}
