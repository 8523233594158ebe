//! Months, days and hours of the organisation's time zone.

use migasfree_server_db::{Ts, zone::Zone};
use time::{Date, Duration, Month};

/// Nobody reads a chart with more bars.
const MOST: usize = 1500;
const DAYS: i64 = 35;
const MONTHS: i32 = 18;
const HOURS: i64 = 72;

/// A stretch of time; its end belongs to the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    pub label: String,
    pub start: Ts,
    pub end: Ts,
}

/// How time is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Month,
    Day,
    Hour,
}

/// The years from `begin` on; `end` is not part of them.
pub(super) fn years(begin: i64, end: i64, zone: &Zone) -> Vec<Interval> {
    let first = |year: i64| {
        let year = i32::try_from(year).ok()?;
        let day = Date::from_calendar_date(year, Month::January, 1).ok()?;
        Some(zone.start_of_hour(day, 0))
    };
    let years = (begin..end).filter_map(|year| {
        Some(Interval {
            label: year.to_string(),
            start: first(year)?,
            end: first(year + 1)?,
        })
    });
    years.collect()
}

/// The last `count` days, today included.
pub(super) fn last_days(count: i64, zone: &Zone, now: Ts) -> Vec<Interval> {
    let end = Step::Day.next(Step::Day.of(zone, now), 1);
    Step::Day
        .cut(Step::Day.next(end, -count), end, zone)
        .collect()
}

/// A point on a scale: the day and, for hours, the hour.
pub type Point = (Date, u8);

impl Step {
    /// How a point of the scale is written.
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            Self::Month => "2026-11",
            Self::Day => "2026-11-21",
            Self::Hour => "2026-11-21T8",
        }
    }

    /// Reads a point of the scale.
    #[must_use]
    pub fn parse(self, text: &str) -> Option<Point> {
        let (day, hour) = match self {
            Self::Hour => text.split_once('T')?,
            Self::Month | Self::Day => (text, "0"),
        };
        let mut numbers = day.split('-').map(|part| part.parse::<u16>().ok());
        let year = i32::from(numbers.next()??);
        let month = Month::try_from(u8::try_from(numbers.next()??).ok()?).ok()?;
        let number = match self {
            Self::Month => 1,
            Self::Day | Self::Hour => u8::try_from(numbers.next()??).ok()?,
        };
        let hour: u8 = hour.parse().ok().filter(|hour| *hour < 24)?;
        let plausible = numbers.next().is_none() && (1970..3000).contains(&year);
        let date = Date::from_calendar_date(year, month, number).ok()?;
        plausible.then_some((date, hour))
    }

    /// The intervals from one point up to another, in either order, or the usual ones; the end is not part of them.
    /// `None` when there would be too many.
    #[must_use]
    pub fn intervals(
        self,
        begin: Option<Point>,
        end: Option<Point>,
        zone: &Zone,
        now: Ts,
    ) -> Option<Vec<Interval>> {
        let (begin, end) = self.span(begin, end, self.of(zone, now));
        let intervals: Vec<Interval> = self.cut(begin, end, zone).take(MOST + 1).collect();
        (intervals.len() <= MOST).then_some(intervals)
    }

    /// The point a moment belongs to.
    fn of(self, zone: &Zone, at: Ts) -> Point {
        let (date, hour) = zone.hour(at);
        match self {
            Self::Month => (first_of_month(date), 0),
            Self::Day => (date, 0),
            Self::Hour => (date, hour),
        }
    }

    fn next(self, (date, hour): Point, count: i64) -> Point {
        match self {
            Self::Month => (add_months(date, i32::try_from(count).unwrap_or(0)), 0),
            Self::Day => (date.saturating_add(Duration::days(count)), 0),
            Self::Hour => {
                let hours = i64::from(hour) + count;
                let date = date.saturating_add(Duration::days(hours.div_euclid(24)));
                (date, u8::try_from(hours.rem_euclid(24)).unwrap_or(0))
            }
        }
    }

    fn span(self, begin: Option<Point>, end: Option<Point>, now: Point) -> (Point, Point) {
        let usual = match self {
            Self::Month => i64::from(MONTHS),
            Self::Day => DAYS,
            Self::Hour => HOURS,
        };
        match (begin, end) {
            (Some(begin), Some(end)) if end < begin => (end, begin),
            (Some(begin), Some(end)) => (begin, end),
            (Some(begin), None) if self == Self::Month => (begin, self.next(begin, usual)),
            (Some(begin), None) => (begin, self.next(now, 1)),
            (None, end) => {
                let end = end.unwrap_or_else(|| self.next(now, 1));
                (self.next(end, -usual), end)
            }
        }
    }

    fn cut(self, begin: Point, end: Point, zone: &Zone) -> impl Iterator<Item = Interval> {
        let points = std::iter::successors(Some(begin), move |point| Some(self.next(*point, 1)));
        points
            .take_while(move |point| *point < end)
            .map(move |point| Interval {
                label: self.label(point),
                start: self.start(point, zone),
                end: self.start(self.next(point, 1), zone),
            })
    }

    fn start(self, (date, hour): Point, zone: &Zone) -> Ts {
        zone.start_of_hour(date, hour)
    }

    fn label(self, (date, hour): Point) -> String {
        match self {
            Self::Month => format!("{:04}-{:02}", date.year(), u8::from(date.month())),
            Self::Day => date.to_string(),
            Self::Hour => format!("{date} {hour:02}:00:00"),
        }
    }
}

fn first_of_month(date: Date) -> Date {
    date.replace_day(1).unwrap_or(date)
}

fn add_months(date: Date, count: i32) -> Date {
    let months = date.year() * 12 + i32::from(u8::from(date.month())) - 1 + count;
    let month = u8::try_from(months.rem_euclid(12) + 1)
        .ok()
        .and_then(|month| Month::try_from(month).ok());
    month
        .and_then(|month| Date::from_calendar_date(months.div_euclid(12), month, 1).ok())
        .unwrap_or(date)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn asked(step: Step, [begin, end]: [&str; 2], zone: &Zone) -> Option<Vec<Interval>> {
        let now = Ts::parse_rfc3339("2026-11-21T02:05:30Z").unwrap();
        let point = |text: &str| (!text.is_empty()).then(|| step.parse(text).unwrap());
        step.intervals(point(begin), point(end), zone, now)
    }

    fn labels(step: Step, span: [&str; 2]) -> Vec<String> {
        let intervals = asked(step, span, &Zone::utc()).unwrap();
        assert!(
            intervals
                .windows(2)
                .all(|pair| pair[0].end == pair[1].start)
        );
        intervals
            .into_iter()
            .map(|interval| interval.label)
            .collect()
    }

    #[test]
    fn without_a_span_the_usual_time_up_to_now_is_meant() {
        let months = labels(Step::Month, ["", ""]);
        assert_eq!(
            (months.len(), months[0].as_str(), months[17].as_str()),
            (18, "2025-06", "2026-11")
        );
        let days = labels(Step::Day, ["", ""]);
        assert_eq!((days.len(), days[34].as_str()), (35, "2026-11-21"));
        let hours = labels(Step::Hour, ["", ""]);
        assert_eq!(
            (hours.len(), hours[71].as_str()),
            (72, "2026-11-21 02:00:00")
        );
    }

    #[test]
    fn the_span_asked_for_is_taken_in_any_order_and_without_its_end() {
        assert_eq!(
            labels(Step::Month, ["2026-03", "2026-01"]),
            ["2026-01", "2026-02"]
        );
        assert_eq!(labels(Step::Month, ["", "2026-03"]).len(), 18);
        assert_eq!(labels(Step::Day, ["2026-2-27", "2026-03-02"]).len(), 3);
        let hours = labels(Step::Hour, ["2026-1-1T23", "2026-1-2T1"]);
        assert_eq!(hours, ["2026-01-01 23:00:00", "2026-01-02 00:00:00"]);
    }

    #[test]
    fn nonsense_and_too_much_are_refused() {
        for (step, text) in [
            (Step::Month, "2026-13"),
            (Step::Month, "november"),
            (Step::Day, "2026-02-30"),
            (Step::Hour, "2026-02-03"),
        ] {
            assert_eq!(step.parse(text), None, "{text}");
        }
        assert_eq!(asked(Step::Hour, ["1970-01-01T0", ""], &Zone::utc()), None);
    }

    #[test]
    fn days_are_those_of_the_zone_and_may_have_23_hours() {
        let madrid = Zone::named("Europe/Madrid").unwrap();
        let days = asked(Step::Day, ["2026-03-28", "2026-03-31"], &madrid).unwrap();
        let hours: Vec<u64> = days
            .iter()
            .map(|day| day.end.since(day.start).as_secs() / 3600)
            .collect();
        assert_eq!(hours, [24, 23, 24]);
        assert_eq!(days[0].start.rfc3339(), "2026-03-27T23:00:00.000000Z");
    }
}
