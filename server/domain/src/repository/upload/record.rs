//! Writing an uploaded package down, in one transaction.

use migasfree_server_audit::{Author, Change};
use migasfree_server_db::{self as db, Ts, Tx, args};
use migasfree_server_repository::format::Digests;
use serde_json::{Value, json};

use super::identity::{self, Identity, Known, Named, Plan};
use super::{Destination, Outcome, Place, Received, Stored, UploadError, note, signed};
use crate::ids::{PackageId, PackageSetId, ProjectId, StoreId};
use crate::repository::publish::{self, Cause};
use crate::services::{OfDomain as _, Services};

pub(super) struct NewPackage {
    pub project: ProjectId,
    pub destination: Box<dyn Destination>,
    pub file_name: String,
    pub path: String,
    pub received: Received,
    pub replace_allowed: bool,
    pub author: Author,
}

/// What is written down of a file.
struct Written {
    package: PackageId,
    store: StoreId,
    outcome: Outcome,
    now: Ts,
}

impl NewPackage {
    pub async fn record(&self, state: &Services, now: Ts) -> Result<Stored, UploadError> {
        let mut tx = state.db.begin().await?;
        // Of two files with one identity, the second has to find the first.
        tx.lock("core_project", &[self.project.0]).await?;
        let Place { store, set } = self.destination.place(&mut tx, self.project).await?;
        let identity = self.identity();
        let sha256 = &self.received.digests.sha256;
        let rivals = identity::rivals(&mut tx, self.project, &self.file_name, &identity).await?;
        let file = Named {
            file_name: &self.file_name,
            ending: state.domain().systems.ending(&self.file_name),
        };
        let plan = identity::decide(rivals, &file, &identity, sha256, self.replace_allowed)?;
        let outcome = plan.outcome;
        let package = self.make_room(state, &mut tx, &plan, store, now).await?;
        // Moving a package to another store takes the right to replace it.
        let stays = outcome == Outcome::Kept && !self.replace_allowed;
        if !stays {
            self.write_package(&mut tx, package, store).await?;
            let written = Written {
                package,
                store,
                outcome,
                now,
            };
            self.write_file(state, &mut tx, &written).await?;
        }
        let before = plan
            .target
            .filter(|known| known.sha256.is_some())
            .map(|known| summary(self.project, &known));
        let after = self.summary(store);
        if !stays && before.as_ref() != Some(&after) {
            let change = change(package, &self.file_name, before.as_ref(), Some(&after));
            note(state, &mut tx, now, &self.author, &change).await?;
        }
        let is_told_anew = self.write_control(&mut tx, package).await?;
        if outcome != Outcome::Kept || is_told_anew {
            publish::request_for(state, &mut tx, Cause::Package(package)).await?;
        }
        if stays && set.is_none() && !is_told_anew {
            // Nothing came into the store: it is not made for that.
            return Ok(Stored { package, outcome });
        }
        if let Some(set) = set {
            self.join_set(state, &mut tx, set, package, now).await?;
        }
        tx.commit().await?;
        Ok(Stored { package, outcome })
    }

    /// What the package says of itself counts more than its name.
    fn identity(&self) -> Identity<'_> {
        Identity {
            name: &self.received.facts.name,
            version: &self.received.facts.version,
            architecture: &self.received.facts.architecture,
        }
    }

    /// The package to write to, with whatever it replaces out of its way.
    async fn make_room(
        &self,
        state: &Services,
        tx: &mut Tx,
        plan: &Plan,
        store: StoreId,
        now: Ts,
    ) -> Result<PackageId, db::Error> {
        let identity = self.identity();
        if let Some(namesake) = &plan.namesake {
            identity::rename(state, tx, self.project, namesake).await?;
        }
        let target = match &plan.target {
            Some(known) => {
                if !known.is(&identity) && plan.outcome != Outcome::Kept {
                    identity::keep_reported(state, tx, self.project, known).await?;
                }
                known.id
            }
            None => self.insert(tx, store).await?,
        };
        for known in &plan.absorbed {
            // Whoever offers it now offers the new package.
            identity::absorb(state, tx, self.project, known, target, &identity).await?;
            if known.sha256.is_some() {
                let before = summary(self.project, known);
                let gone = Change {
                    action: "delete",
                    ..change(known.id, &known.fullname, Some(&before), None)
                };
                note(state, tx, now, &self.author, &gone).await?;
            }
        }
        Ok(target)
    }

    async fn insert(&self, tx: &mut Tx, store: StoreId) -> Result<PackageId, db::Error> {
        let identity = self.identity();
        let (id,) = tx
            .one(
                "INSERT INTO core_package \
                 (fullname, name, version, architecture, project_id, store_id) \
                 VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                args![
                    &self.file_name,
                    identity.name,
                    identity.version,
                    identity.architecture,
                    self.project,
                    store
                ],
            )
            .await?;
        Ok(id)
    }

    async fn write_package(
        &self,
        tx: &mut Tx,
        id: PackageId,
        store: StoreId,
    ) -> Result<(), db::Error> {
        let identity = self.identity();
        tx.execute(
            "UPDATE core_package SET fullname = $2, name = $3, version = $4, architecture = $5, \
             store_id = $6 WHERE id = $1",
            args![
                id,
                &self.file_name,
                identity.name,
                identity.version,
                identity.architecture,
                store
            ],
        )
        .await
        .map(|_| ())
    }

    async fn write_file(
        &self,
        state: &Services,
        tx: &mut Tx,
        written: &Written,
    ) -> Result<(), UploadError> {
        let &Written {
            package,
            store,
            outcome,
            now,
        } = written;
        let Digests { sha256, size, .. } = &self.received.digests;
        self.displace_plain_file(state, tx, store, now).await?;
        let written = if outcome == Outcome::Kept {
            tx.execute(
                "UPDATE store_file SET store_id = $2, path = $3 WHERE package_id = $1",
                args![package, store, &self.path],
            )
            .await
        } else {
            tx.execute(
                "INSERT INTO store_file (store_id, path, package_id, sha256, size, modified_at) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (package_id) DO UPDATE SET \
                 store_id = excluded.store_id, path = excluded.path, sha256 = excluded.sha256, \
                 size = excluded.size, modified_at = excluded.modified_at",
                args![store, &self.path, package, sha256, signed(*size), now],
            )
            .await
        };
        match written {
            Ok(_) => Ok(()),
            Err(db::Error::Unique { .. }) => Err(UploadError::Different(self.path.clone())),
            Err(error) => Err(error.into()),
        }
    }

    /// A plain file in the place of the package makes room for it.
    async fn displace_plain_file(
        &self,
        state: &Services,
        tx: &mut Tx,
        store: StoreId,
        now: Ts,
    ) -> Result<(), db::Error> {
        let displaced: Option<(String,)> = tx
            .optional(
                "DELETE FROM store_file WHERE store_id = $1 AND path = $2 \
                 AND package_id IS NULL RETURNING sha256",
                args![store, &self.path],
            )
            .await?;
        let Some((sha256,)) = displaced else {
            return Ok(());
        };
        let before = json!({ "file": self.path, "sha256": sha256 });
        let displaced = Change {
            action: "change",
            entity: "core.store",
            object_id: Some(store.into()),
            object_text: &self.file_name,
            before: Some(&before),
            after: None,
        };
        note(state, tx, now, &self.author, &displaced).await
    }

    /// Whether what the package says is told otherwise than before.
    async fn write_control(&self, tx: &mut Tx, id: PackageId) -> Result<bool, db::Error> {
        let Received { facts, record, .. } = &self.received;
        let Some(record) = record else {
            return Ok(false);
        };
        tx.execute(
            "INSERT INTO package_control (package_id, record, summary, description, section, \
             homepage, licence, depends, installed_size) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (package_id) DO UPDATE SET record = excluded.record, \
             summary = excluded.summary, description = excluded.description, \
             section = excluded.section, homepage = excluded.homepage, \
             licence = excluded.licence, depends = excluded.depends, \
             installed_size = excluded.installed_size \
             WHERE package_control.record <> excluded.record",
            args![
                id,
                record,
                &facts.summary,
                &facts.description,
                &facts.section,
                &facts.homepage,
                &facts.licence,
                &facts.depends,
                facts.installed_size.map(signed),
            ],
        )
        .await
        .map(|written| written > 0)
    }

    /// The package as the audit tells about it.
    fn summary(&self, store: StoreId) -> Value {
        let identity = self.identity();
        json!({
            "fullname": self.file_name,
            "version": identity.version,
            "project": self.project,
            "store": store,
            "sha256": self.received.digests.sha256,
        })
    }

    async fn join_set(
        &self,
        state: &Services,
        tx: &mut Tx,
        set: PackageSetId,
        package: PackageId,
        now: Ts,
    ) -> Result<(), db::Error> {
        let joined = tx
            .execute(
                "INSERT INTO core_packageset_packages (packageset_id, package_id) \
                 VALUES ($1, $2) ON CONFLICT (packageset_id, package_id) DO NOTHING",
                args![set, package],
            )
            .await?;
        if joined == 0 {
            return Ok(());
        }
        let (name,): (String,) = tx
            .one("SELECT name FROM core_packageset WHERE id = $1", args![set])
            .await?;
        let after = json!({ "packages": { "added": [package] } });
        let change = Change {
            action: "change",
            entity: "core.packageset",
            object_id: Some(set.into()),
            object_text: &name,
            before: None,
            after: Some(&after),
        };
        note(state, tx, now, &self.author, &change).await?;
        publish::request_for(state, tx, Cause::PackageSet(set)).await
    }
}

/// A package that was there as the audit tells about it.
fn summary(project: ProjectId, known: &Known) -> Value {
    json!({
        "fullname": known.fullname,
        "version": known.version,
        "project": project,
        "store": known.store_id,
        "sha256": known.sha256,
    })
}

fn change<'a>(
    package: PackageId,
    file_name: &'a str,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
) -> Change<'a> {
    Change {
        action: if before.is_some() { "change" } else { "add" },
        entity: "core.package",
        object_id: Some(package.into()),
        object_text: file_name,
        before,
        after,
    }
}
