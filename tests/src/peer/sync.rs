//! Registration and a synchronisation, call by call in the client's order.

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use super::clock::local_time;
use super::{Peer, Reply};

const SAFE: &str = "/api/v1/safe";

/// What happened in a synchronisation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Prefixes of the properties that were evaluated.
    pub properties: Vec<String>,
    /// Repository lines, filled in.
    pub sources: Vec<String>,
    /// Packages that had to be installed.
    pub installed: Vec<String>,
    /// Packages that had to be removed.
    pub removed: Vec<String>,
    /// Whether the server wanted the hardware.
    pub hardware: bool,
    /// Traits, as `PREFIX-value`.
    pub traits: Vec<String>,
}

impl Peer {
    /// The path of a call for computers.
    fn computers(call: &str) -> String {
        format!("{SAFE}/computers/{call}")
    }

    /// Fetches keys if there are none, and registers.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn register(&mut self, username: &str, password: &str) -> Result<i64> {
        if self.keys.is_none() {
            self.fetch_keys(username, password).await?;
        }
        let machine = &self.machine;
        let claims = json!({
            "uuid": machine.uuid, "name": machine.name, "ip_address": machine.ip_address,
            "username": username, "password": password,
        });
        let data = self.call(&Self::computers(""), &claims).await?.accepted()?;
        let id = data["id"]
            .as_i64()
            .context("registration answers the number")?;
        ensure!(id != 0, "the number must not be zero");
        self.id = Some(id);
        Ok(id)
    }

    /// Asks for the computer's number.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn identify(&self) -> Result<Reply> {
        let claims = json!({ "uuid": self.machine.uuid, "name": self.machine.name });
        self.call(&Self::computers("id/"), &claims).await
    }

    /// A whole synchronisation; mandatory packages are really fetched and counted as installed.
    ///
    /// # Errors
    /// When any step is not as the client expects it.
    pub async fn synchronise(&mut self) -> Result<Report> {
        self.look_for_certificates().await?;
        let info = self.transport.empty("/api/v1/public/server/info/").await?;
        info.accepted()?;
        self.begin().await?;
        let started = local_time();
        self.upload_errors().await?;

        let mut report = Report {
            properties: self.upload_attributes().await?,
            ..Report::default()
        };
        self.upload_faults().await?;
        self.packages(&mut report).await?;
        report.hardware = self.upload_hardware().await?;
        let devices = self.ask(&Self::computers("devices/")).await?;
        ensure!(
            devices["default"].is_number() && devices["logical"].is_array(),
            "{devices}"
        );
        report.traits = self.traits().await?;
        self.finish(&started).await?;
        Ok(report)
    }

    async fn look_for_certificates(&self) -> Result<()> {
        let wanted = json!({
            "uuid": self.machine.uuid, "project_name": self.project, "validity_days": 7305,
        });
        let path = "/manager/v1/public/mtls/computer-tokens";
        let offered = self.transport.json(path, &wanted.to_string()).await?;
        ensure!(
            offered.status == 404,
            "certificates are not offered here: {offered:?}"
        );
        Ok(())
    }

    /// `id`, registering when the computer is unknown.
    async fn begin(&mut self) -> Result<()> {
        if self.keys.is_none() {
            self.register("", "").await?;
        }
        let known = self.identify().await?;
        if known.status == 404 {
            self.register("", "").await?;
        } else {
            self.id = known.accepted()?.as_i64();
        }
        Ok(())
    }

    async fn upload_errors(&mut self) -> Result<()> {
        if let Some(description) = self.machine.errors.take() {
            let claims = json!({ "id": self.known_id()?, "description": description });
            self.call(&Self::computers("errors/"), &claims)
                .await?
                .accepted()?;
        }
        Ok(())
    }

    /// The claims of the attribute upload for these prefixes.
    ///
    /// # Errors
    /// When the computer is not registered.
    pub fn attribute_claims(&self, prefixes: &[String]) -> Result<Value> {
        let machine = &self.machine;
        let evaluated: Map<String, Value> = prefixes
            .iter()
            .map(|prefix| (prefix.clone(), Value::from(machine.evaluate(prefix))))
            .collect();
        Ok(json!({
            "id": self.known_id()?, "uuid": machine.uuid, "name": machine.name,
            "fqdn": machine.fqdn, "ip_address": machine.ip_address,
            "sync_user": machine.user, "sync_fullname": machine.fullname,
            "sync_attributes": evaluated,
        }))
    }

    /// Evaluates the properties and uploads what they printed.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn upload_attributes(&self) -> Result<Vec<String>> {
        let properties = self.ask(&Self::computers("properties/")).await?;
        let prefixes: Vec<String> = properties
            .as_array()
            .context("properties are a list")?
            .iter()
            .filter_map(|property| Some(property["prefix"].as_str()?.to_owned()))
            .collect();
        let claims = self.attribute_claims(&prefixes)?;
        let answer = self.call(&Self::computers("attributes/"), &claims).await?;
        ensure!(answer.status == 201, "{answer:?}");
        Ok(prefixes)
    }

    async fn upload_faults(&self) -> Result<()> {
        let definitions = self.ask(&Self::computers("faults/definitions/")).await?;
        let found: Map<String, Value> = definitions
            .as_array()
            .context("definitions are a list")?
            .iter()
            .filter_map(|definition| {
                let name = definition["name"].as_str()?;
                Some((
                    name.to_owned(),
                    Value::from(self.machine.faults.get(name)?.clone()),
                ))
            })
            .collect();
        let claims = json!({ "id": self.known_id()?, "faults": found });
        self.call(&Self::computers("faults/"), &claims)
            .await?
            .accepted()?;
        Ok(())
    }

    /// Repositories as lines for this server's address.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn repositories(&self) -> Result<Vec<String>> {
        let list = self.ask(&Self::computers("repositories/")).await?;
        let host = self.transport.host();
        let lines = list.as_array().context("repositories are a list")?.iter();
        let filled = lines.filter_map(|repository| {
            let template = repository["source_template"].as_str()?;
            Some(
                template
                    .replace("{protocol}", "http")
                    .replace("{server}", host),
            )
        });
        Ok(filled.collect())
    }

    async fn packages(&mut self, report: &mut Report) -> Result<()> {
        let before = self.machine.packages.clone();
        let key = self
            .transport
            .empty("/api/v1/public/keys/repositories/")
            .await?
            .accepted()?;
        let key = key.as_str().context("the key comes as a bare string")?;
        ensure!(key.contains("BEGIN PGP PUBLIC KEY BLOCK"), "{key}");
        report.sources = self.repositories().await?;
        let mandatory = self.ask(&Self::computers("packages/mandatory/")).await?;
        let names = |list: &str| -> Vec<String> {
            let names = mandatory[list].as_array().into_iter().flatten();
            names
                .filter_map(|name| Some(name.as_str()?.to_owned()))
                .collect()
        };
        for name in names("remove") {
            let begin = format!("{name}_");
            self.machine
                .packages
                .retain(|package| !package.starts_with(&begin));
            report.removed.push(name);
        }
        for name in names("install") {
            let begin = format!("{name}_");
            if !self
                .machine
                .packages
                .iter()
                .any(|package| package.starts_with(&begin))
            {
                if self.fetches_packages {
                    self.install(&name, &report.sources).await?;
                } else {
                    self.machine.packages.push(format!("{name}_1.0_amd64.deb"));
                }
                report.installed.push(name);
            }
        }
        let claims = self.software_claims(&before)?;
        self.call(&Self::computers("software/"), &claims)
            .await?
            .accepted()?;
        Ok(())
    }

    /// The claims of the software upload, after a run that began with the packages `before`.
    ///
    /// # Errors
    /// When the computer is not registered.
    pub fn software_claims(&self, before: &[String]) -> Result<Value> {
        let now = &self.machine.packages;
        let signed = |sign: &str, from: &[String], to: &[String]| -> Vec<String> {
            let gone = from.iter().filter(|package| !to.contains(package));
            gone.map(|package| format!("{sign}{package}")).collect()
        };
        let history = if before == now {
            json!({})
        } else {
            json!({ "installed": signed("+", now, before), "uninstalled": signed("-", before, now) })
        };
        Ok(json!({ "id": self.known_id()?, "inventory": now, "history": history }))
    }

    async fn upload_hardware(&self) -> Result<bool> {
        let required = self.ask(&Self::computers("hardware/required/")).await?;
        let required = required["capture"]
            .as_bool()
            .context("capture is a boolean")?;
        if required {
            let claims = json!({ "id": self.known_id()?, "hardware": self.machine.hardware });
            self.call(&Self::computers("hardware/"), &claims)
                .await?
                .accepted()?;
        }
        Ok(required)
    }

    /// Traits as `PREFIX-value`.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn traits(&self) -> Result<Vec<String>> {
        let traits = self.ask(&Self::computers("traits/")).await?;
        let traits = traits.as_array().context("traits are a list")?.iter();
        let named = traits.filter_map(|t| {
            Some(format!(
                "{}-{}",
                t["prefix"].as_str()?,
                t["value"].as_str()?
            ))
        });
        Ok(named.collect())
    }

    /// The claims that end a synchronisation which began at `started`.
    ///
    /// # Errors
    /// When the computer is not registered.
    pub fn end_claims(&self, started: &str) -> Result<Value> {
        Ok(json!({
            "id": self.known_id()?, "start_date": started,
            "consumer": "migasfree 5.0", "pms_status_ok": true,
        }))
    }

    async fn finish(&mut self, started: &str) -> Result<()> {
        self.upload_errors().await?;
        let claims = self.end_claims(started)?;
        let answer = self
            .call(&format!("{SAFE}/synchronizations/"), &claims)
            .await?;
        ensure!(answer.status == 201, "{answer:?}");
        let end = self.ask(&format!("{SAFE}/eot/")).await?;
        ensure!(
            end.as_str().is_some_and(|end| !end.contains("error")),
            "{end}"
        );
        Ok(())
    }

    /// Sets the computer's tags.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn set_tags(&self, tags: &[&str]) -> Result<Reply> {
        let claims = json!({ "id": self.known_id()?, "tags": tags });
        self.call(&Self::computers("tags/"), &claims).await
    }
}
