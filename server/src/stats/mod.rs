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
use axum::routing::get;

use crate::app::AppState;

const ROOT: &str = "/api/v1/token/stats";

/// All statistics.
pub fn router() -> Router<AppState> {
    let mut router = Router::new()
        .route("/alerts/", get(alerts::socket))
        .route(&at("alerts"), get(alerts::show))
        .route(&at("overview"), get(overview::show))
        .route(&at("applications/project"), get(applications::by_project))
        .route(&at("computers/projects"), get(computers::projects))
        .route(&at("computers/platforms"), get(computers::platforms))
        .route(
            &at("computers/attributes/count"),
            get(computers::holding_attributes),
        )
        .route(&at("computers/entry/year"), get(computers::by_entry_year))
        .route(
            &at("deployments/{id}/computers/assigned"),
            get(deployments::assigned),
        )
        .route(
            &at("deployments/{id}/computers/status/ok"),
            get(deployments::content),
        )
        .route(
            &at("deployments/{id}/computers/status/error"),
            get(deployments::failed),
        )
        .route(&at("deployments/{id}/timeline"), get(deployments::timeline))
        .route(
            &at("deployments/{id}/computers/delay"),
            get(deployments::delay),
        )
        .route(&at("syncs/project"), get(synchronizations::by_project))
        .route(&at("syncs/yearly"), get(synchronizations::yearly))
        .route(&at("syncs/monthly"), get(synchronizations::monthly))
        .route(&at("syncs/daily"), get(synchronizations::daily))
        .route(&at("syncs/hourly"), get(synchronizations::hourly));
    for breakdown in breakdowns::ALL {
        router = router.route(&at(breakdown.path), breakdown::route(breakdown));
    }
    for chart in bars::ALL {
        router = router.route(&at(chart.path), bars::route(chart));
    }
    for log in history::ALL {
        router = router
            .route(&at(&format!("{}/history", log.route)), history::route(log))
            .route(&at(&format!("{}/by-day", log.route)), by_day::route(log));
    }
    router
}

fn at(path: &str) -> String {
    format!("{ROOT}/{path}/")
}
