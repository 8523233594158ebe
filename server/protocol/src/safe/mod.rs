//! The sealed client protocol: open, dispatch, seal.
//!
//! Every call is one file under `calls`; [`call`] is the way all of them go, `client` of the domain
//! answers them. A new call is a file and a line below.

mod answer;
mod body;
mod buckets;
mod call;
mod calls;
mod finding;
pub mod keys;
mod membership;
mod newcomers;
pub(crate) mod packagers;
mod progress;
mod protocol;
mod reach;
mod refusals;
mod replays;
mod shapes;
pub(crate) mod shown;
mod uploads;

use std::sync::Arc;

use axum::{Extension, Router, routing::MethodRouter};
use migasfree_server_entity::{
    action::Verb,
    call::{Members, Served, call, routes},
    entity::Like,
};

use crate::messages;
use call::{Repeat, catalogue, computer, moving, packager, project};

use crate::ProtocolState;

pub(crate) use answer::{Refusal, TooMany, plain};
pub(crate) use body::{read_exactly, remove_nul, text_or_empty};
pub(crate) use call::{method_not_allowed, unsealed};
pub use newcomers::Newcomers;
pub(crate) use progress::changed;
pub(crate) use protocol::Protocol;
pub(crate) use refusals::{Caller, Reason, Refused};

/// The calls that migasfree 5 does not have, by path below the version. `server/info/` announces them.
pub(crate) const ADDITIONS: [&str; 5] = [
    "safe/computers/key/",
    "safe/keys/repositories/",
    "safe/catalog/requests/",
    "safe/catalog/requests/list/",
    "safe/catalog/requests/withdraw/",
];

/// Where the calls are.
const ROOT: &str = "/api/v1/safe/";

const MESSAGE: Members = &[("msg", Like::Object)];

/// All calls: from outside they look the same.
pub(crate) fn calls() -> Vec<Served<ProtocolState>> {
    let sealed = |(path, answers): (&str, MethodRouter<ProtocolState>)| {
        let path = format!("{ROOT}{path}");
        call(
            Verb::Post,
            path,
            "A sealed call of a computer or a packager",
        )
        .taking(&[("msg", Like::Object), ("project", Like::Text)])
        .giving(MESSAGE)
        .refusing(&["400", "401", "403", "404"])
        .open()
        .served(answers)
    };
    handlers().into_iter().map(sealed).collect()
}

/// Routes of this domain.
pub(crate) fn router(protocol: Arc<Protocol>) -> Router<ProtocolState> {
    routes(calls(), |route| route).layer(Extension(protocol))
}

fn handlers() -> Vec<(&'static str, MethodRouter<ProtocolState>)> {
    use Repeat::{Harmless, Never, Refused};
    vec![
        ("computers/", project(Never, calls::register::answer)),
        ("computers/id/", project(Harmless, calls::id::answer)),
        (
            "computers/key/",
            moving(Refused, messages::brings_key, calls::key::answer),
        ),
        (
            "computers/properties/",
            computer(
                Harmless,
                messages::reads_properties,
                calls::properties::answer,
            ),
        ),
        (
            "computers/attributes/",
            computer(
                Refused,
                messages::sends_attributes,
                calls::attributes::answer,
            ),
        ),
        (
            "computers/attributes/cid/",
            computer(
                Harmless,
                messages::reads_attributes,
                calls::attributes_cid::answer,
            ),
        ),
        (
            "computers/attributes/assigned/",
            computer(
                Harmless,
                messages::reads_attributes,
                calls::attributes_assigned::answer,
            ),
        ),
        (
            "computers/faults/definitions/",
            computer(
                Harmless,
                messages::reads_fault_definitions,
                calls::fault_definitions::answer,
            ),
        ),
        (
            "computers/faults/",
            computer(Refused, messages::sends_faults, calls::faults::answer),
        ),
        (
            "computers/repositories/",
            computer(
                Harmless,
                messages::reads_repositories,
                calls::repositories::answer,
            ),
        ),
        (
            "computers/packages/mandatory/",
            computer(
                Harmless,
                messages::changes_packages,
                calls::packages_mandatory::answer,
            ),
        ),
        (
            "computers/software/",
            computer(Refused, messages::sends_software, calls::software::answer),
        ),
        (
            "computers/hardware/required/",
            computer(
                Harmless,
                messages::looks_at_hardware,
                calls::hardware_required::answer,
            ),
        ),
        (
            "computers/hardware/",
            computer(Refused, messages::sends_hardware, calls::hardware::answer),
        ),
        (
            "computers/devices/",
            computer(
                Harmless,
                messages::reads_devices,
                calls::devices::of_computer,
            ),
        ),
        (
            "computers/traits/",
            computer(Harmless, messages::reads_traits, calls::traits::answer),
        ),
        (
            "computers/tags/",
            computer(Never, messages::sets_tags, calls::tags::answer),
        ),
        (
            "computers/tags/assigned/",
            computer(Harmless, messages::reads_tags, calls::tags_assigned::answer),
        ),
        (
            "computers/tags/available/",
            computer(
                Harmless,
                messages::reads_tags,
                calls::tags_available::answer,
            ),
        ),
        (
            "computers/label/",
            computer(Harmless, messages::reads_label, calls::label::answer),
        ),
        (
            "computers/info/",
            computer(Harmless, messages::reads_data, calls::info::answer),
        ),
        (
            "computers/errors/",
            computer(Never, messages::sends_errors, calls::errors::answer),
        ),
        (
            "synchronizations/",
            computer(
                Refused,
                messages::ends_synchronization,
                calls::synchronizations::answer,
            ),
        ),
        (
            "eot/",
            computer(Harmless, messages::is_done, calls::eot::answer),
        ),
        (
            "keys/repositories/",
            project(Harmless, calls::repository_keys::answer),
        ),
        ("packages/", packager(Never, calls::package_upload::answer)),
        ("packages/set/", packager(Never, calls::package_set::answer)),
        (
            "packages/repos/",
            packager(Harmless, calls::package_repos::answer),
        ),
        (
            "catalog/categories/",
            project(Harmless, calls::catalog_categories::answer),
        ),
        (
            "catalog/apps/available/",
            catalogue(Harmless, calls::catalog_apps::answer),
        ),
        (
            "catalog/requests/",
            catalogue(Never, calls::catalog_requests::ask),
        ),
        (
            "catalog/requests/list/",
            catalogue(Harmless, calls::catalog_requests::list),
        ),
        (
            "catalog/requests/withdraw/",
            catalogue(Never, calls::catalog_requests::withdraw),
        ),
        (
            "devices/devices/available/",
            catalogue(Harmless, calls::devices::available),
        ),
        (
            "devices/logical/available/",
            catalogue(Harmless, calls::devices::available),
        ),
        (
            "devices/logical/set-default/",
            catalogue(Harmless, calls::devices::set_default),
        ),
        (
            "devices/logical/assign/",
            catalogue(Harmless, calls::devices::assign),
        ),
        (
            "devices/capabilities/",
            project(Harmless, calls::devices::capabilities),
        ),
    ]
}
