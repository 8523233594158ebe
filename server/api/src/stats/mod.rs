//! Statistics (rest-api 14): their addresses, what they are asked with, and the alerts as they come. What they tell
//! is the domain's to say.

mod alerts;
mod asked;
mod of_deployment;
mod reader;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::routing::{MethodRouter, get};
use migasfree_server_domain::stats::{
    self, Reader, applications,
    bars::{self, Chart},
    breakdown::Breakdown,
    breakdowns, computers,
    history::{self, Log},
    intervals::Step,
    overview, synchronizations,
};
use migasfree_server_entity::{
    action::Verb,
    call::{Gives, Served, call},
    entity::Like,
    error::RestError,
    registry::Registry,
};

use self::asked::Asked;
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

/// Answers a question that is asked without parameters.
macro_rules! plain {
    ($question:path) => {
        get(
            |State(state): State<ApiState>, operator: Reader| async move {
                let told = $question(&state.services, &operator).await?;
                Ok::<_, RestError>(Json(told))
            },
        )
    };
}

/// Answers a pie or ring.
fn pie(breakdown: &'static Breakdown) -> MethodRouter<ApiState> {
    get(
        move |State(state): State<ApiState>, operator: Reader| async move {
            let told = breakdown.draw(&state.services, &operator).await?;
            Ok::<_, RestError>(Json(told))
        },
    )
}

/// Answers a chart with one series per value of a key.
fn chart(chart: &'static Chart) -> MethodRouter<ApiState> {
    get(
        move |State(state): State<ApiState>, operator: Reader, asked: Asked| async move {
            let intervals = asked.intervals(&state, chart.step)?;
            let told = chart.draw(&state.db, &operator, &intervals).await?;
            Ok::<_, RestError>(Json(told))
        },
    )
}

/// Answers the last days of a log, hour by hour.
fn history(log: Log) -> MethodRouter<ApiState> {
    get(
        move |State(state): State<ApiState>, operator: Reader, asked: Asked| async move {
            let intervals = asked.intervals(&state, Step::Hour)?;
            let told = log.draw(&state.db, &operator, &intervals).await?;
            Ok::<_, RestError>(Json(told))
        },
    )
}

/// Answers what a log has of one computer; without an end, today is part of it.
fn by_day(log: Log) -> MethodRouter<ApiState> {
    get(
        move |State(state): State<ApiState>, operator: Reader, asked: Asked| async move {
            let told = log
                .by_day(&state.services, &operator, asked.days()?)
                .await?;
            Ok::<_, RestError>(Json(told))
        },
    )
}

/// Answers the computers that synchronized, step by step.
fn synchronized(step: Step) -> MethodRouter<ApiState> {
    get(
        move |State(state): State<ApiState>, operator: Reader, asked: Asked| async move {
            let intervals = asked.intervals(&state, step)?;
            let project = asked.project()?;
            let told = synchronizations::draw(&state.services, &operator, step, intervals, project);
            Ok::<_, RestError>(Json(told.await?))
        },
    )
}

/// `GET syncs/yearly/?begin=&end=&project_id=`
async fn synchronized_by_year(
    State(state): State<ApiState>,
    operator: Reader,
    asked: Asked,
) -> Result<Json<Vec<(i64, i64)>>, RestError> {
    let years = asked.years(&state, &operator)?;
    let project = asked.project()?;
    synchronizations::yearly(&state.services, &operator, years, project)
        .await
        .map(Json)
}

/// `GET computers/attributes/count/?attributes=&project_id=`
async fn holding_attributes(
    State(state): State<ApiState>,
    operator: Reader,
    asked: Asked,
) -> Result<Json<i64>, RestError> {
    let (attributes, project) = (asked.attributes()?, asked.project()?);
    computers::holding(&state.services, &operator, attributes, project)
        .await
        .map(Json)
}

fn all(registry: &'static Registry) -> Vec<Statistic> {
    let mut all = vec![
        statistic("alerts", &[], plain!(stats::alerts::list)).giving(Like::Objects),
        statistic("overview", &[], plain!(overview::overview)),
        statistic(
            "applications/project",
            &[],
            plain!(applications::by_project),
        ),
        statistic("computers/projects", &[], plain!(computers::projects)),
        statistic("computers/platforms", &[], plain!(computers::platforms)),
        statistic(
            "computers/attributes/count",
            &["attributes", "project_id"],
            get(holding_attributes),
        )
        .giving(Like::Integer),
        statistic(
            "computers/entry/year",
            &[],
            plain!(computers::by_entry_year),
        ),
        statistic("syncs/project", &[], plain!(synchronizations::by_project)),
        statistic("syncs/yearly", SPAN_AND_PROJECT, get(synchronized_by_year)).giving(Like::Pairs),
        statistic("syncs/monthly", SPAN_AND_PROJECT, synchronized(Step::Month)),
        statistic("syncs/daily", SPAN_AND_PROJECT, synchronized(Step::Day)),
        statistic("syncs/hourly", SPAN_AND_PROJECT, synchronized(Step::Hour)),
    ];
    let of_deployment = [
        (
            "computers/assigned",
            get(of_deployment::assigned),
            Like::Ids,
        ),
        (
            "computers/status/ok",
            get(of_deployment::content),
            Like::Ids,
        ),
        (
            "computers/status/error",
            get(of_deployment::failed),
            Like::Ids,
        ),
        ("timeline", get(of_deployment::timeline), Like::Object),
        ("computers/delay", get(of_deployment::delay), Like::Object),
    ];
    all.extend(of_deployment.into_iter().map(|(path, answers, gives)| {
        statistic(format!("deployments/{{id}}/{path}"), &[], answers).giving(gives)
    }));
    all.extend(
        breakdowns::ALL
            .iter()
            .map(|one| statistic(one.path, &[], pie(one))),
    );
    all.extend(
        bars::ALL
            .iter()
            .map(|one| statistic(one.path, SPAN, chart(one))),
    );
    for log in history::all(registry) {
        let at = |path| format!("{}/{path}", log.route());
        all.push(statistic(at("history"), SPAN, history(log)));
        all.push(statistic(at("by-day"), DAYS, by_day(log)).giving(Like::Pairs));
    }
    all
}

/// All statistics.
pub fn router(registry: &'static Registry) -> Router<ApiState> {
    all(registry)
        .into_iter()
        .fold(Router::new(), |router, statistic| {
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
pub fn described(
    registry: &'static Registry,
) -> impl Iterator<Item = (String, &'static [&'static str], Like)> {
    all(registry)
        .into_iter()
        .map(|statistic| (at(&statistic.path), statistic.asks, statistic.gives))
}

fn at(path: &str) -> String {
    format!("{ROOT}/{path}/")
}
