//! Statistics (rest-api 14): pies, rings, bars, alerts and the dashboard.
//!
//! [`breakdowns`](self) declares every pie and ring; bars count what happened in intervals of the organisation's
//! time zone. Whoever may not view an entity does not get its statistics.

mod alerts;
mod applications;
mod attention;
mod bars;
mod breakdown;
mod breakdowns;
mod by_day;
mod computers;
mod counting;
mod deployments;
mod history;
mod intervals;
mod overview;
mod synchronizations;

use axum::Router;
use axum::routing::{MethodRouter, get};
use migasfree_server_entity::{
    action::Verb,
    call::{Gives, Served, call},
    entity::Like,
};

use crate::ApiState;

const ROOT: &str = "/api/v1/token/stats";

/// What bars and logs are asked for.
const SPAN: &[&str] = &["begin", "end"];
const SPAN_AND_PROJECT: &[&str] = &["begin", "end", "project_id"];
const DAYS: &[&str] = &["computer_id", "start_date", "end_date"];

/// One statistic: its address below the root, its parameters, who answers.
struct Statistic {
    path: String,
    asks: &'static [&'static str],
    answers: MethodRouter<ApiState>,
    gives: Like,
}

impl Statistic {
    const fn giving(mut self, gives: Like) -> Self {
        self.gives = gives;
        self
    }
}

fn statistic(
    path: impl Into<String>,
    asks: &'static [&'static str],
    answers: MethodRouter<ApiState>,
) -> Statistic {
    Statistic {
        path: path.into(),
        asks,
        answers,
        gives: Like::Object,
    }
}

fn all() -> Vec<Statistic> {
    let mut all = vec![
        statistic("alerts", &[], get(alerts::show)).giving(Like::Objects),
        statistic("overview", &[], get(overview::show)),
        statistic("applications/project", &[], get(applications::by_project)),
        statistic("computers/projects", &[], get(computers::projects)),
        statistic("computers/platforms", &[], get(computers::platforms)),
        statistic(
            "computers/attributes/count",
            &["attributes", "project_id"],
            get(computers::holding_attributes),
        )
        .giving(Like::Integer),
        statistic("computers/entry/year", &[], get(computers::by_entry_year)),
        statistic("syncs/project", &[], get(synchronizations::by_project)),
        statistic(
            "syncs/yearly",
            SPAN_AND_PROJECT,
            get(synchronizations::yearly),
        )
        .giving(Like::Pairs),
        statistic(
            "syncs/monthly",
            SPAN_AND_PROJECT,
            get(synchronizations::monthly),
        ),
        statistic(
            "syncs/daily",
            SPAN_AND_PROJECT,
            get(synchronizations::daily),
        ),
        statistic(
            "syncs/hourly",
            SPAN_AND_PROJECT,
            get(synchronizations::hourly),
        ),
    ];
    let of_deployment = [
        ("computers/assigned", get(deployments::assigned), Like::Ids),
        ("computers/status/ok", get(deployments::content), Like::Ids),
        (
            "computers/status/error",
            get(deployments::failed),
            Like::Ids,
        ),
        ("timeline", get(deployments::timeline), Like::Object),
        ("computers/delay", get(deployments::delay), Like::Object),
    ];
    all.extend(of_deployment.into_iter().map(|(path, answers, gives)| {
        statistic(format!("deployments/{{id}}/{path}"), &[], answers).giving(gives)
    }));
    all.extend(
        breakdowns::ALL
            .iter()
            .map(|chart| statistic(chart.path, &[], breakdown::route(chart))),
    );
    all.extend(
        bars::ALL
            .iter()
            .map(|chart| statistic(chart.path, SPAN, bars::route(chart))),
    );
    for log in history::ALL {
        let at = |path| format!("{}/{path}", log.route);
        all.push(statistic(at("history"), SPAN, history::route(log)));
        all.push(statistic(at("by-day"), DAYS, by_day::route(log)).giving(Like::Pairs));
    }
    all
}

/// All statistics.
pub fn router() -> Router<ApiState> {
    all().into_iter().fold(Router::new(), |router, statistic| {
        router.route(&at(&statistic.path), statistic.answers)
    })
}

/// What is no statistic.
pub(crate) fn calls() -> Vec<Served<ApiState>> {
    vec![
        call(
            Verb::Get,
            "/alerts/",
            "WebSocket: the alerts, every ten seconds",
        )
        .asking(&[("ticket", Like::Text)])
        .gives(Gives::Socket)
        .answered(alerts::socket),
    ]
}

/// The address, the parameters and the answer of each, for the description of the API.
pub fn described() -> impl Iterator<Item = (String, &'static [&'static str], Like)> {
    all()
        .into_iter()
        .map(|statistic| (at(&statistic.path), statistic.asks, statistic.gives))
}

fn at(path: &str) -> String {
    format!("{ROOT}/{path}/")
}
