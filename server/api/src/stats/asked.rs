//! What the parameters of a statistic ask for.

use std::ops::Range;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use migasfree_server_domain::{
    services::OfDomain as _,
    stats::{
        Reader,
        by_day::Days,
        intervals::{Interval, Step},
    },
};
use migasfree_server_entity::{error::RestError, params::Params, value::Refused};
use migasfree_types::message::quoted;
use time::Date;
use time::macros::format_description;

use crate::ApiState;
use crate::messages;

/// Years that are counted now, for who does not see everything.
const MOST_YEARS: i64 = 100;

/// The parameters of a request.
#[derive(Debug)]
pub(super) struct Asked(Params);

impl FromRequestParts<ApiState> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(Params::from_query(query)))
    }
}

impl Asked {
    /// The intervals from `begin` to `end`, or the usual ones; the end is not part of them.
    pub(super) fn intervals(
        &self,
        state: &ApiState,
        step: Step,
    ) -> Result<Vec<Interval>, RestError> {
        let point = |name: &str| match self.0.get(name) {
            None => Ok(None),
            Some(text) => step.parse(text).map(Some).ok_or_else(|| {
                RestError::field(
                    name,
                    messages::time_written_like(quoted(text), step.example()),
                )
            }),
        };
        let zone = &state.domain().settings.clients.time_zone;
        step.intervals(point("begin")?, point("end")?, zone, state.clock.now())
            .ok_or_else(|| RestError::whole(messages::shorter_time()))
    }

    /// The years from `begin` to `end`, or the last five; the end is not part of them.
    pub(super) fn years(
        &self,
        state: &ApiState,
        operator: &Reader,
    ) -> Result<Range<i64>, RestError> {
        let zone = &state.domain().settings.clients.time_zone;
        let this_year = i64::from(zone.date(state.clock.now()).year());
        let year = |name: &str, usual: i64| match self.0.get(name) {
            None => Ok(usual),
            Some(text) => text
                .parse::<i64>()
                .ok()
                .filter(|year| (1970..3000).contains(year))
                .ok_or_else(|| RestError::Missing(messages::not_a_year(name, quoted(text)))),
        };
        let years = year("begin", this_year - 4)?..year("end", this_year + 1)?;
        if operator.is_limited() && years.end - years.start > MOST_YEARS {
            return Err(RestError::whole(messages::shorter_time()));
        }
        Ok(years)
    }

    /// The computer and the days of `computer_id`, `start_date` and `end_date`.
    pub(super) fn days(&self) -> Result<Days, RestError> {
        let computer = self
            .0
            .get("computer_id")
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| RestError::field("computer_id", messages::number_of_computer()))?;
        let day = |name: &str| match self.0.get(name) {
            None => Ok(None),
            Some(text) => Date::parse(text, format_description!("[year]-[month]-[day]"))
                .map(Some)
                .map_err(|_| {
                    RestError::field(
                        name,
                        messages::time_written_like(quoted(text), "2026-11-21"),
                    )
                }),
        };
        Ok(Days {
            computer,
            start: day("start_date")?,
            end: day("end_date")?,
        })
    }

    /// `project_id`, where it is given.
    pub(super) fn project(&self) -> Result<Option<i64>, RestError> {
        self.0
            .get("project_id")
            .map(|text| number("project_id", text))
            .transpose()
    }

    /// Every number of `attributes`.
    pub(super) fn attributes(&self) -> Result<Vec<i64>, RestError> {
        let texts = self.0.all("attributes");
        texts
            .into_iter()
            .map(|text| number("attributes", text))
            .collect()
    }
}

fn number(name: &str, text: &str) -> Result<i64, RestError> {
    text.trim()
        .parse()
        .map_err(|_| RestError::refused(name, &Refused::NotANumber))
}
