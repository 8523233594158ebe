//! What a deployment has to observe, and what follows from a change of it.

use migasfree_types::message::{Message, quoted};
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use migasfree_server_db::{Tx, args, json_ids, sql};
use migasfree_server_entity::{
    body::Body,
    context::Context,
    error::RestError,
    filter::FilterCall,
    hooks::{Change, Hooks, Prepared},
    json::Json,
    load::Reading,
    path::ROW,
    value::{self, Refused},
};
use migasfree_server_repository::system::{Elsewhere, System};
use sea_query::Expr;
use url::{Host, Url};

use super::{
    offered,
    rules::{
        package_names,
        schedule::{self, Delay},
        slug::slug,
    },
    slugs::{self, Among},
    vocabulary::CID,
};
use crate::ids::{DeploymentId, ProjectId};
use crate::messages;
use crate::repository::publish;
use crate::services::{OfDomain as _, Services};

/// The rules of a deployment; a proxy fixes where its packages come from.
#[derive(Debug)]
pub struct Rules {
    pub source: Option<&'static str>,
}

#[async_trait]
impl Hooks for Rules {
    async fn prepare(
        &self,
        context: &Context,
        id: Option<i64>,
        body: &mut Body,
    ) -> Result<Prepared, RestError> {
        const PROJECT: &str = "SELECT project_id FROM core_deployment WHERE id = $1";
        offered::check(context, id, body, PROJECT).await?;
        Ok(Prepared::Write)
    }

    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        if let Some(source) = self.source {
            change.values.set_text("source", source);
        }
        let is_external = change.text("source") == Some("E");
        if is_external && (change.is_new() || change.changes("source")) {
            return Err(RestError::Refused(
                "external_source",
                messages::no_external_sources(),
            ));
        }
        if change.before.is_some() && change.changes("project_id") {
            return Err(RestError::field(
                "project",
                messages::deployment_stays_in_project(),
            ));
        }
        if change.is_new() || change.changes("name") {
            let made = slug(change.text("name").unwrap_or_default());
            if made.is_empty() {
                return Err(RestError::field("name", messages::name_without_letters()));
            }
            let project = ProjectId(change.int("project_id").unwrap_or_default());
            let own = if change.is_new() { 0 } else { change.id() };
            let among = Among::Deployments(project, own);
            let free = slugs::free(change.tx, among, &made).await?;
            change.values.set_text("slug", free);
        }
        if let Some(address) = change
            .values
            .text("base_url")
            .filter(|address| !address.is_empty())
        {
            check_address(address).map_err(|reason| RestError::field("base_url", reason))?;
        }
        let project = change.int("project_id").unwrap_or_default();
        let state = &change.context.state;
        if let Some(system) = package_system(state, change.tx, project).await? {
            check_values(change, &*system, is_external)?;
            for names in NAMES_PACKAGES {
                if let Some(text) = change.values.text(names) {
                    let known = system.as_known(text);
                    change.values.set_text(names, known);
                }
                only_names(change, &*system, names)?;
            }
            not_both_ways(change, &*system)?;
        }
        for (relation, table) in [
            ("available_packages", PACKAGES_ELSEWHERE),
            ("available_package_sets", SETS_ELSEWHERE),
        ] {
            let ids = json_ids(change.ids(relation).iter().copied());
            let names: Vec<(String,)> = change.tx.all(table, args![ids, project]).await?;
            if !names.is_empty() {
                let names: Vec<String> = names.into_iter().map(|(name,)| name).collect();
                return Err(RestError::whole(messages::of_other_project(
                    names.join(", "),
                )));
            }
        }
        for relation in ["included_attributes", "excluded_attributes"] {
            if change.relinks(relation) {
                let ids = change.ids(relation).to_vec();
                only_active(change.tx, relation, &ids).await?;
            }
        }
        Ok(())
    }

    /// A repository is published again when what it offers or what it is called has changed.
    async fn saved(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        let offers = change.is_new()
            || change.changes("slug")
            || change.changes("source")
            || change.relinks("available_packages")
            || change.relinks("available_package_sets");
        if offers && change.text("source") == Some("I") {
            let id = DeploymentId(change.id());
            publish::request(&change.context.state, change.tx, id).await?;
        }
        Ok(())
    }
}

/// The lists of a deployment that name packages.
pub const NAMES_PACKAGES: [&str; 5] = [
    "packages_to_install",
    "packages_to_remove",
    "default_preincluded_packages",
    "default_included_packages",
    "default_excluded_packages",
];

/// The package system of a project, if this server knows it.
///
/// # Errors
/// When the database fails.
pub async fn package_system(
    state: &Services,
    tx: &mut Tx,
    project: i64,
) -> Result<Option<Arc<dyn System>>, RestError> {
    let found: Option<(String,)> = tx
        .optional("SELECT pms FROM core_project WHERE id = $1", args![project])
        .await?;
    let systems = &state.domain().systems;
    Ok(found.and_then(|(pms,)| systems.named(&pms).ok().cloned()))
}

/// Refuses what no package manager takes for a name. What is there already stays until it is written anew.
///
/// # Errors
/// Under the name of the list, with the word.
pub fn only_names(change: &Change<'_>, system: &dyn System, list: &str) -> Result<(), RestError> {
    let text = change.values.text(list).filter(|_| change.changes(list));
    match text.and_then(|text| package_names::flaw(system, text)) {
        Some(word) => Err(RestError::field(list, package_names::refusal(word))),
        None => Ok(()),
    }
}

/// What is to be installed is not to be removed, too.
fn not_both_ways(change: &Change<'_>, system: &dyn System) -> Result<(), RestError> {
    let lists = ["packages_to_install", "packages_to_remove"];
    if !lists.iter().any(|list| change.changes(list)) {
        return Ok(());
    }
    let [install, remove] = lists.map(|list| change.text(list).unwrap_or_default());
    match package_names::in_both(system, install, remove) {
        Some(name) => Err(RestError::field(
            "packages_to_remove",
            messages::install_and_remove(quoted(name)),
        )),
        None => Ok(()),
    }
}

/// What stands in a computer's sources has to be what its package manager reads there.
fn check_values(
    change: &Change<'_>,
    system: &dyn System,
    is_external: bool,
) -> Result<(), RestError> {
    let names = ["options", "suite", "components"];
    let values = names.map(|name| change.text(name).unwrap_or_default());
    let is_empty = values.iter().all(|value| value.is_empty());
    if !names.iter().any(|name| change.changes(name)) || (is_empty && !is_external) {
        return Ok(());
    }
    let [options, suite, components] = values;
    let source = Elsewhere {
        options,
        suite,
        components,
    };
    system
        .check_source(&source)
        .map_err(|flaw| RestError::field(flaw.field, flaw.reason))
}

const PACKAGES_ELSEWHERE: migasfree_server_db::Sql = sql!(
    "SELECT fullname FROM core_package WHERE id IN ",
    ids(1),
    " AND project_id <> $2 ORDER BY fullname LIMIT 5"
);
const SETS_ELSEWHERE: migasfree_server_db::Sql = sql!(
    "SELECT name FROM core_packageset WHERE id IN ",
    ids(1),
    " AND project_id <> $2 ORDER BY name LIMIT 5"
);

/// A computer that is not in use cannot be aimed at.
async fn only_active(tx: &mut Tx, relation: &str, attributes: &[i64]) -> Result<(), RestError> {
    let inactive: Vec<(String,)> = tx
        .all(
            sql!(
                "SELECT a.value FROM core_attribute AS a \
                 JOIN core_property AS p ON p.id = a.property_att_id AND p.prefix = $2 \
                 JOIN client_computer AS c ON CAST(c.id AS TEXT) = a.value \
                 WHERE c.status IN ('available', 'unsubscribed') AND a.id IN ",
                ids(1),
                " ORDER BY c.id LIMIT 5"
            ),
            args![json_ids(attributes.iter().copied()), CID],
        )
        .await?;
    if inactive.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = inactive
        .into_iter()
        .map(|(value,)| format!("CID-{value}"))
        .collect();
    Err(RestError::field(
        relation,
        messages::not_in_use(names.join(", ")),
    ))
}

/// An external repository must be somewhere on the network, not on this machine or its neighbours.
fn check_address(address: &str) -> Result<(), Message> {
    let url = Url::parse(address).map_err(|_| messages::not_an_address())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(messages::only_http());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(messages::password_in_address());
    }
    let inside = match url.host() {
        None => return Err(messages::no_host()),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => is_inside(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => is_inside(IpAddr::V6(address)),
    };
    if inside {
        return Err(messages::private_address());
    }
    Ok(())
}

/// Whether an address is of this machine, its link or a private network.
#[must_use]
pub fn is_inside(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified()
                || address.is_broadcast()
                || address.is_multicast()
        }
        IpAddr::V6(address) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_multicast()
                || address.is_unique_local()
                || address.is_unicast_link_local()
        }
    }
}

/// Begin, end and per cent of a schedule; null without one.
#[must_use]
pub fn timeline(row: &Json, reading: &Reading) -> Json {
    let today = reading.zone().date(reading.now);
    let delays: Vec<Delay> = row
        .get("schedule")
        .get("delays")
        .items()
        .iter()
        .map(|delay| Delay {
            delay: delay.get("delay").as_int().unwrap_or_default(),
            duration: delay.get("duration").as_int().unwrap_or(1),
        })
        .collect();
    let timeline = value::day(row.get("start_date").as_text())
        .and_then(|start| schedule::timeline(start, &delays, today));
    timeline.map_or(Json::Null, |timeline| {
        Json::Object(vec![
            ("begin_date", timeline.begin.to_string().into()),
            ("end_date", timeline.end.to_string().into()),
            ("percent", Json::Int(timeline.percent)),
        ])
    })
}

/// The deployments whose schedule has come so far. Those without one have no per cent.
///
/// # Errors
/// For a limit that is no number.
pub async fn by_percent(
    call: FilterCall<'_>,
    name: &'static str,
    fits: fn(f64, f64) -> bool,
) -> Result<Option<Expr>, RestError> {
    let limit: f64 = call
        .text
        .trim()
        .parse()
        .map_err(|_| RestError::refused(name, &Refused::NotANumber))?;
    let rows: Vec<(i64, String, i64, i64)> = call
        .db
        .all(
            "SELECT d.id, d.start_date, s.delay, s.duration FROM core_deployment AS d \
             JOIN core_scheduledelay AS s ON s.schedule_id = d.schedule_id ORDER BY d.id",
            args![],
        )
        .await?;
    let today = call.zone.date(call.now);
    let fitting = rows.chunk_by(|a, b| a.0 == b.0).filter_map(|rows| {
        let (id, start, ..) = rows.first()?;
        let delays: Vec<Delay> = rows
            .iter()
            .map(|(_, _, delay, duration)| Delay {
                delay: *delay,
                duration: *duration,
            })
            .collect();
        let timeline = schedule::timeline(value::day(start)?, &delays, today)?;
        fits(timeline.percent as f64, limit).then_some(*id)
    });
    let fitting: Vec<i64> = fitting.collect();
    let fitting = json_ids(fitting);
    Ok(Some(
        call.db.dialect().in_list(Expr::col((ROW, "id")), fitting),
    ))
}

#[cfg(test)]
mod tests {
    use super::check_address;

    #[test]
    fn only_addresses_out_in_the_network_are_mirrored() {
        for good in ["http://deb.debian.org/debian", "https://203.0.113.9:8443/x"] {
            assert_eq!(check_address(good), Ok(()), "{good}");
        }
        for bad in [
            "deb.debian.org",
            "ftp://deb.debian.org",
            "http://localhost/x",
            "http://127.0.0.1/",
            "http://10.1.2.3/",
            "http://[::1]/",
            "http://[::ffff:192.168.1.1]/",
            "http://169.254.169.254/latest",
            "http://me:secret@deb.debian.org/",
        ] {
            assert!(check_address(bad).is_err(), "{bad}");
        }
    }
}
