//! Copies into another project: packages with their files, package sets, deployments.

use migasfree_server_db::{Sql, Tx, args, json_ids, sql};
use migasfree_server_entity::{
    action::{Answer, Call},
    boundary,
    context::Context,
    error::RestError,
    json::Json,
    read,
};
use migasfree_types::message::quoted;

use super::{
    deployment_rules::{NAMES_PACKAGES, package_system},
    deployments::INTERNAL_SOURCES,
    package_sets::PACKAGE_SETS,
    projects::PROJECTS,
    rules::package_names,
};
use crate::ids::{DeploymentId, PackageId};
use crate::messages;
use crate::repository::{publish, upload};
use crate::services::Services;

/// The project of the body: another one than `from`, and visible; `unknown` is said of one that is not.
async fn destination(call: &Call, from: i64, unknown: RestError) -> Result<i64, RestError> {
    let bad = |message| RestError::Refused("project", message);
    let to = call
        .body
        .id("project")
        .map_err(|_| bad(messages::copy_to_which_project()))?;
    if to == from {
        return Err(bad(messages::copy_to_same_project()));
    }
    if read::only_reachable(&call.context, "core_project", vec![to])
        .await?
        .is_empty()
    {
        return Err(unknown);
    }
    Ok(to)
}

/// Copies a package set with its packages.
///
/// # Errors
/// 400 for a missing, unknown or the same project.
pub async fn package_set(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let (name, from): (String, i64) = context
        .state
        .db
        .one(
            "SELECT name, project_id FROM core_packageset WHERE id = $1",
            args![call.id],
        )
        .await?;
    let unknown = RestError::Refused("project", messages::no_such_project());
    let to = destination(&call, from, unknown).await?;
    let mut tx = context.state.db.begin().await?;
    // Whoever uploads a package of the same identity waits.
    tx.lock(PROJECTS.table.name, &[to]).await?;
    let taken: Option<(i64,)> = tx
        .optional(
            "SELECT id FROM core_packageset WHERE project_id = $1 AND name = $2",
            args![to, &name],
        )
        .await?;
    if taken.is_some() {
        return Ok(Answer::Json(Json::Object(vec![
            ("created", false.into()),
            ("skipped_name", name.into()),
            ("copied_packages", Json::Int(0)),
        ])));
    }
    let mut copied = 0;
    let set = copy_set(&mut tx, context, call.id, to, &mut copied).await?;
    context
        .note(&mut tx, &PACKAGE_SETS, "copy", set, None, None)
        .await?;
    tx.commit().await?;
    Ok(Answer::Json(Json::Object(vec![
        ("created", true.into()),
        ("package_set_id", Json::Int(set)),
        ("package_set_name", name.into()),
        ("copied_packages", Json::Int(copied)),
    ])))
}

/// Copies an internal deployment with what it offers, starting today, and has it published. The copy is of the
/// operator's domain, if they have one.
///
/// # Errors
/// 400 for a missing or the same project, and for names and packages that are none to its package system; 404 for an
/// unknown one.
pub async fn deployment(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let (name, from): (String, i64) = context
        .state
        .db
        .one(
            "SELECT name, project_id FROM core_deployment WHERE id = $1",
            args![call.id],
        )
        .await?;
    let to = destination(&call, from, RestError::NoRow(PROJECTS.model.one)).await?;
    let domain = boundary::domain_of(context, "domain")?;
    let mut tx = context.state.db.begin().await?;
    // Whoever uploads a package of the same identity waits.
    tx.lock(PROJECTS.table.name, &[to]).await?;
    let taken: Option<(i64,)> = tx
        .optional(
            "SELECT id FROM core_deployment WHERE project_id = $1 AND name = $2",
            args![to, &name],
        )
        .await?;
    if taken.is_some() {
        return Ok(Answer::Json(Json::Object(vec![
            ("created", false.into()),
            ("skipped_name", name.into()),
            ("copied_packages", Json::Int(0)),
            ("copied_package_sets", Json::Int(0)),
        ])));
    }
    let names = names_there(&context.state, &mut tx, call.id, to).await?;
    let copy = copy_deployment(&mut tx, context, (call.id, to), names, domain).await?;
    let (packages, sets) = copy_offer(&mut tx, context, call.id, copy, to).await?;
    publish::request(&context.state, &mut tx, DeploymentId(copy)).await?;
    context
        .note(&mut tx, &INTERNAL_SOURCES, "copy", copy, None, None)
        .await?;
    tx.commit().await?;
    Ok(Answer::Json(Json::Object(vec![
        ("created", true.into()),
        ("deployment_id", Json::Int(copy)),
        ("deployment_name", name.into()),
        ("copied_packages", Json::Int(packages)),
        ("copied_package_sets", Json::Int(sets)),
    ])))
}

/// The lists of packages of a deployment, in the order of [`NAMES_PACKAGES`], as the other project's package system
/// reads them.
async fn names_there(
    state: &Services,
    tx: &mut Tx,
    from: i64,
    to: i64,
) -> Result<Names, RestError> {
    let (a, b, c, d, e): (Text, Text, Text, Text, Text) = tx
        .one(
            "SELECT packages_to_install, packages_to_remove, default_preincluded_packages, \
             default_included_packages, default_excluded_packages FROM core_deployment WHERE id = $1",
            args![from],
        )
        .await?;
    let mut names = [a, b, c, d, e];
    let Some(system) = package_system(state, tx, to).await? else {
        return Ok(names);
    };
    for (list, text) in NAMES_PACKAGES.iter().zip(&mut names) {
        let Some(text) = text else { continue };
        *text = system.as_known(text);
        if let Some(word) = package_names::flaw(&*system, text) {
            return Err(RestError::Refused(
                "package_names",
                messages::name_in_other_system(quoted(word), *list, system.name()),
            ));
        }
    }
    Ok(names)
}

type Text = Option<String>;
type Names = [Text; NAMES_PACKAGES.len()];

const COPY_DEPLOYMENT: &str = "INSERT INTO core_deployment (enabled, name, slug, project_id, domain_id, comment, \
    packages_to_install, packages_to_remove, default_preincluded_packages, default_included_packages, \
    default_excluded_packages, schedule_id, start_date, auto_restart, source, frozen, expire) \
    SELECT enabled, name, slug, $2, COALESCE(CAST($4 AS BIGINT), domain_id), comment, $5, $6, $7, $8, $9, schedule_id, $3, \
    auto_restart, source, frozen, expire FROM core_deployment WHERE id = $1 RETURNING id";

async fn copy_deployment(
    tx: &mut Tx,
    context: &Context,
    (from, to): (i64, i64),
    names: Names,
    domain: Option<i64>,
) -> Result<i64, RestError> {
    let today = context.today().to_string();
    let [a, b, c, d, e] = names;
    let (copy,): (i64,) = tx
        .one(
            COPY_DEPLOYMENT,
            args![from, to, today, domain, a, b, c, d, e],
        )
        .await?;
    for sql in [
        "INSERT INTO core_deployment_included_attributes (deployment_id, attribute_id) \
         SELECT $2, attribute_id FROM core_deployment_included_attributes WHERE deployment_id = $1",
        "INSERT INTO core_deployment_excluded_attributes (deployment_id, attribute_id) \
         SELECT $2, attribute_id FROM core_deployment_excluded_attributes WHERE deployment_id = $1",
    ] {
        tx.execute(sql, args![from, copy]).await?;
    }
    Ok(copy)
}

/// Copies packages and sets of a deployment; answers how many of each are new in the project.
async fn copy_offer(
    tx: &mut Tx,
    context: &Context,
    from: i64,
    copy: i64,
    to: i64,
) -> Result<(i64, i64), RestError> {
    let direct: Vec<(i64,)> = tx
        .all(
            "SELECT package_id FROM core_deployment_available_packages WHERE deployment_id = $1",
            args![from],
        )
        .await?;
    let direct = json_ids(direct.into_iter().map(|(id,)| id));
    let mut packages = copy_packages(tx, context, &direct, to).await?;
    tx.execute(OFFER_PACKAGES, args![direct, to, copy]).await?;
    let sets: Vec<(i64, String, bool)> = tx.all(OFFERED_SETS, args![from, to]).await?;
    let mut new = 0;
    for (set, ..) in sets.iter().filter(|(_, _, there)| !there) {
        let mut copied = 0;
        copy_set(tx, context, *set, to, &mut copied).await?;
        packages += copied;
        new += 1;
    }
    tx.execute(OFFER_SETS, args![from, to, copy]).await?;
    Ok((packages, new))
}

const OFFER_PACKAGES: Sql = sql!(
    "INSERT INTO core_deployment_available_packages (deployment_id, package_id) \
     SELECT $3, o.id FROM core_package AS k JOIN core_package AS o ON o.project_id = $2 \
     AND o.fullname = k.fullname AND o.store_id IS NOT NULL WHERE k.id IN ",
    ids(1)
);

const OFFERED_SETS: &str = "SELECT s.id, s.name, EXISTS (SELECT 1 FROM core_packageset AS o \
    WHERE o.project_id = $2 AND o.name = s.name) FROM core_deployment_available_package_sets AS a \
    JOIN core_packageset AS s ON s.id = a.packageset_id WHERE a.deployment_id = $1 ORDER BY s.id";

const OFFER_SETS: &str = "INSERT INTO core_deployment_available_package_sets (deployment_id, packageset_id) \
    SELECT $3, min(o.id) FROM core_deployment_available_package_sets AS a \
    JOIN core_packageset AS s ON s.id = a.packageset_id \
    JOIN core_packageset AS o ON o.project_id = $2 AND o.name = s.name \
    WHERE a.deployment_id = $1 GROUP BY o.name";

async fn copy_set(
    tx: &mut Tx,
    context: &Context,
    set: i64,
    to: i64,
    copied: &mut i64,
) -> Result<i64, RestError> {
    let members: Vec<(i64,)> = tx
        .all(
            "SELECT package_id FROM core_packageset_packages WHERE packageset_id = $1",
            args![set],
        )
        .await?;
    let members = json_ids(members.into_iter().map(|(id,)| id));
    *copied += copy_packages(tx, context, &members, to).await?;
    tx.execute(COPY_OWN_STORE, args![set, to]).await?;
    let (copy,): (i64,) = tx.one(COPY_SET, args![set, to]).await?;
    tx.execute(FILL_SET, args![members, to, copy]).await?;
    Ok(copy)
}

const COPY_OWN_STORE: &str = "INSERT INTO core_store (name, slug, project_id) \
    SELECT s.name, s.slug, $2 FROM core_packageset AS p JOIN core_store AS s ON s.id = p.store_id \
    WHERE p.id = $1 ON CONFLICT DO NOTHING";

const COPY_SET: &str = "INSERT INTO core_packageset (name, description, project_id, store_id) \
    SELECT p.name, p.description, $2, (SELECT min(o.id) FROM core_store AS s JOIN core_store AS o \
    ON o.slug = s.slug AND o.project_id = $2 WHERE s.id = p.store_id) \
    FROM core_packageset AS p WHERE p.id = $1 RETURNING id";

const FILL_SET: Sql = sql!(
    "INSERT INTO core_packageset_packages (packageset_id, package_id) \
     SELECT $3, o.id FROM core_package AS k JOIN core_package AS o ON o.project_id = $2 \
     AND o.fullname = k.fullname AND o.store_id IS NOT NULL WHERE k.id IN ",
    ids(1)
);

/// Makes sure that the other project has the packages with their files, in stores of the same
/// names; answers how many it did not have. Packages without a file are left out: there is nothing to offer.
async fn copy_packages(
    tx: &mut Tx,
    context: &Context,
    packages: &str,
    to: i64,
) -> Result<i64, RestError> {
    only_of_its_system(&context.state, tx, packages, to).await?;
    let rivals: Vec<(String, String)> = tx.all(RIVALS, args![packages, to]).await?;
    if !rivals.is_empty() {
        let rivals = rivals.iter().map(|(ours, theirs)| {
            if ours == theirs {
                ours.clone()
            } else {
                format!("{ours} (there as {theirs})")
            }
        });
        return Err(RestError::Conflict(
            "different_file",
            messages::different_files_there(rivals.collect::<Vec<_>>().join(", ")),
        ));
    }
    let namesakes: Vec<(PackageId,)> = tx.all(NAMESAKES, args![packages, to]).await?;
    for (namesake,) in namesakes {
        upload::give_name_away(&context.state, tx, namesake).await?;
    }
    tx.execute(KNOWN_BY_REPORTS, args![packages, to]).await?;
    let (new,): (i64,) = tx.one(COUNT_NEW, args![packages, to]).await?;
    tx.execute(COPY_STORES, args![packages, to]).await?;
    tx.execute(COPY_PACKAGES, args![packages, to]).await?;
    tx.execute(COPY_FILES, args![packages, to, context.now])
        .await?;
    tx.execute(COPY_CONTROL, args![packages, to]).await?;
    Ok(new)
}

/// Refuses files that the other project would not take either when they are uploaded.
async fn only_of_its_system(
    state: &Services,
    tx: &mut Tx,
    packages: &str,
    to: i64,
) -> Result<(), RestError> {
    let system = package_system(state, tx, to).await?;
    let Some(format) = system.and_then(|system| system.format()) else {
        return Ok(());
    };
    let files: Vec<(String,)> = tx.all(FILES, args![packages]).await?;
    let others: Vec<&str> = files
        .iter()
        .map(|(name,)| name.as_str())
        .filter(|name| !format.is_file_name(name))
        .take(MOST_NAMED)
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    Err(RestError::Refused(
        "package_system",
        messages::not_of_format(format.origin(), others.join(", ")),
    ))
}

/// Files that a refusal names.
const MOST_NAMED: usize = 5;

const FILES: Sql = sql!(
    "SELECT k.fullname FROM core_package AS k JOIN store_file AS f ON f.package_id = k.id WHERE k.id IN ",
    ids(1),
    " ORDER BY k.fullname"
);

/// Packages that would be there twice, or under the name of another one.
const RIVALS: Sql = sql!(
    "SELECT k.fullname, o.fullname FROM core_package AS k JOIN store_file AS f ON f.package_id = k.id \
     JOIN core_package AS o ON o.project_id = $2 AND (o.fullname = k.fullname OR (o.name = k.name \
     AND o.version = k.version AND o.architecture = k.architecture AND k.version <> '')) \
     JOIN store_file AS g ON g.package_id = o.id \
     WHERE (o.fullname <> k.fullname OR g.sha256 <> f.sha256) AND k.id IN ",
    ids(1),
    " ORDER BY k.fullname, o.fullname LIMIT 5"
);

/// Packages that computers of the other project reported under the name of a file, and that are other ones.
const NAMESAKES: Sql = sql!(
    "SELECT DISTINCT o.id FROM core_package AS k JOIN store_file AS f ON f.package_id = k.id \
     JOIN core_package AS o ON o.project_id = $2 AND o.fullname = k.fullname AND (o.name <> k.name \
     OR o.version <> k.version OR o.architecture <> k.architecture) \
     WHERE NOT EXISTS (SELECT 1 FROM store_file AS g WHERE g.package_id = o.id) AND k.id IN ",
    ids(1)
);

/// Gives packages that the other project knows from computers alone the names of the files that come.
const KNOWN_BY_REPORTS: Sql = sql!(
    "UPDATE core_package SET fullname = m.fullname FROM (SELECT min(o.id) AS id, k.fullname FROM core_package AS k \
     JOIN store_file AS f ON f.package_id = k.id JOIN core_package AS o ON o.project_id = $2 AND o.name = k.name \
     AND o.version = k.version AND o.architecture = k.architecture AND k.version <> '' WHERE \
     NOT EXISTS (SELECT 1 FROM store_file AS g WHERE g.package_id = o.id) AND NOT EXISTS (\
     SELECT 1 FROM core_package AS n WHERE n.project_id = $2 AND n.fullname = k.fullname) AND k.id IN ",
    ids(1),
    " GROUP BY k.fullname) AS m WHERE core_package.id = m.id"
);

const COUNT_NEW: Sql = sql!(
    "SELECT count(*) FROM core_package AS k WHERE k.store_id IS NOT NULL AND NOT EXISTS \
     (SELECT 1 FROM core_package AS o WHERE o.project_id = $2 AND o.fullname = k.fullname \
     AND o.store_id IS NOT NULL) AND k.id IN ",
    ids(1)
);

const COPY_STORES: Sql = sql!(
    "INSERT INTO core_store (name, slug, project_id) SELECT DISTINCT s.name, s.slug, $2 \
     FROM core_package AS k JOIN core_store AS s ON s.id = k.store_id WHERE k.id IN ",
    ids(1),
    " ON CONFLICT DO NOTHING"
);

const COPY_PACKAGES: Sql = sql!(
    "INSERT INTO core_package (fullname, name, version, architecture, project_id, store_id) \
     SELECT k.fullname, k.name, k.version, k.architecture, $2, \
     (SELECT min(o.id) FROM core_store AS o WHERE o.project_id = $2 AND o.slug = s.slug) \
     FROM core_package AS k JOIN core_store AS s ON s.id = k.store_id WHERE k.id IN ",
    ids(1),
    " ON CONFLICT (project_id, fullname) DO UPDATE SET \
     store_id = COALESCE(core_package.store_id, excluded.store_id)"
);

const COPY_FILES: Sql = sql!(
    "INSERT INTO store_file (store_id, path, package_id, sha256, size, modified_at) \
     SELECT o.store_id, f.path, o.id, f.sha256, f.size, $3 \
     FROM core_package AS k JOIN store_file AS f ON f.package_id = k.id \
     JOIN core_package AS o ON o.project_id = $2 AND o.fullname = k.fullname WHERE k.id IN ",
    ids(1),
    " ON CONFLICT DO NOTHING"
);

const COPY_CONTROL: Sql = sql!(
    "INSERT INTO package_control (package_id, record, summary, description, section, homepage, licence, \
     depends, installed_size) SELECT o.id, c.record, c.summary, c.description, c.section, c.homepage, \
     c.licence, c.depends, c.installed_size FROM core_package AS k \
     JOIN package_control AS c ON c.package_id = k.id \
     JOIN core_package AS o ON o.project_id = $2 AND o.fullname = k.fullname WHERE k.id IN ",
    ids(1),
    " ON CONFLICT DO NOTHING"
);
