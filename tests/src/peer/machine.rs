//! The computer a peer speaks for.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What a computer knows of itself.
#[derive(Debug, Clone)]
pub struct Machine {
    /// UUID of the board, upper case.
    pub uuid: String,
    /// Host name up to the first dot.
    pub name: String,
    /// Full host name.
    pub fqdn: String,
    /// Its address.
    pub ip_address: String,
    /// Who is logged in.
    pub user: String,
    /// Their full name.
    pub fullname: String,
    /// What the code of each property prints, by prefix.
    pub attributes: BTreeMap<String, String>,
    /// What the checks of faults print, by name; nothing when all is well.
    pub faults: BTreeMap<String, String>,
    /// Installed packages, as `name_version_architecture.deb`.
    pub packages: Vec<String>,
    /// What `lshw -json` prints.
    pub hardware: Value,
    /// Errors kept since the last run.
    pub errors: Option<String>,
}

impl Machine {
    /// A desktop computer with a few packages.
    #[must_use]
    pub fn desktop(uuid: &str, name: &str) -> Self {
        let attributes = [("HST", name), ("NET", "192.0.2.0/24")];
        Self {
            uuid: uuid.to_owned(),
            name: name.to_owned(),
            fqdn: format!("{name}.example.org"),
            ip_address: "192.0.2.10".to_owned(),
            user: "inigo".to_owned(),
            fullname: "Íñigo Montoya".to_owned(),
            attributes: attributes
                .into_iter()
                .map(|(prefix, value)| (prefix.to_owned(), format!("{value}\n")))
                .collect(),
            faults: BTreeMap::new(),
            packages: vec![
                "bash_5.2.15-2+b2_amd64.deb".to_owned(),
                "vim_2:9.0.1378-2_amd64.deb".to_owned(),
            ],
            hardware: json!({
                "id": name, "class": "system", "claimed": true, "description": "Desktop",
                "product": "Box 1", "vendor": "ACME", "width": 64,
                "configuration": { "chassis": "desktop" },
                "children": [{ "id": "core", "class": "bus", "claimed": true, "children": [
                    { "id": "cpu", "class": "processor", "product": "ACME(R) CPU @ 3GHz", "width": 64 },
                    { "id": "memory", "class": "memory", "size": 8_589_934_592_i64 },
                    { "id": "network", "class": "network", "description": "Ethernet interface",
                      "serial": "52:54:00:aa:bb:cc", "logicalname": ["eth0"] },
                ] }],
            }),
            errors: None,
        }
    }

    /// What the code of a property prints; nothing for one the computer knows nothing of.
    #[must_use]
    pub fn evaluate(&self, prefix: &str) -> String {
        self.attributes.get(prefix).cloned().unwrap_or_default()
    }
}
