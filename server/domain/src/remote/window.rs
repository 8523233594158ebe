//! When remote support may begin: days of the week and a time of day, where the organisation is.

use migasfree_server_db::{Ts, zone::Zone};
use time::{Time, Weekday, macros::format_description};

/// The days of the week as policies write them.
pub(super) const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// When a policy lets somebody in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Window {
    days: Vec<Weekday>,
    hours: Option<(Time, Time)>,
}

impl Window {
    /// As it is stored; `None` where it cannot be read, and lets nobody in.
    pub(super) fn read(days: &str, from: &str, until: &str) -> Option<Self> {
        let days = days.lines().map(str::trim).filter(|day| !day.is_empty());
        let days = days.map(weekday).collect::<Option<_>>()?;
        let hours = match (from, until) {
            ("", "") => None,
            (from, until) => Some((clock(from)?, clock(until)?)),
        };
        Some(Self { days, hours })
    }

    /// Whether it is open at a moment. A window over midnight belongs to the day it begins on.
    pub(super) fn is_open(&self, at: Ts, zone: &Zone) -> bool {
        let (Some(now), today) = (time_of_day(at, zone), zone.date(at).weekday()) else {
            return false;
        };
        let has = |day: Weekday| self.days.is_empty() || self.days.contains(&day);
        match self.hours {
            None => has(today),
            Some((from, until)) if from < until => has(today) && from <= now && now < until,
            Some((from, until)) => {
                (now >= from && has(today)) || (now < until && has(today.previous()))
            }
        }
    }
}

/// The day of a name.
pub(super) fn weekday(name: &str) -> Option<Weekday> {
    let place = DAYS.iter().position(|day| *day == name)?;
    let first = Weekday::Monday;
    Some(first.nth_next(u8::try_from(place).ok()?))
}

/// A time of day as it is written: `08:30`.
pub(super) fn clock(text: &str) -> Option<Time> {
    let format = format_description!("[hour]:[minute]");
    Time::parse(text, &format).ok()
}

fn time_of_day(at: Ts, zone: &Zone) -> Option<Time> {
    // As the zone writes it: `2026-11-21T03:05:30+01:00`.
    clock(zone.rfc3339(at).get(11..16)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(window: (&str, &str, &str), at: &str) -> bool {
        let (days, from, until) = window;
        let window = Window::read(days, from, until).expect("a window");
        let at = Ts::parse_rfc3339(at).expect("a moment");
        window.is_open(at, &Zone::named("Europe/Madrid").expect("a zone"))
    }

    #[test]
    fn a_window_is_open_where_the_organisation_is() {
        let office = ("mon\ntue\nwed\nthu\nfri", "08:00", "15:00");
        // A Monday; Madrid is an hour ahead in winter.
        assert!(open(office, "2026-11-30T07:00:00Z"));
        assert!(!open(office, "2026-11-30T06:59:59Z"));
        assert!(!open(office, "2026-11-30T14:00:00Z"));
        assert!(!open(office, "2026-11-29T10:00:00Z"), "a Sunday");
        assert!(open(("", "", ""), "2026-11-29T03:00:00Z"));
    }

    #[test]
    fn a_night_belongs_to_the_day_it_begins_on() {
        let night = ("mon", "22:00", "06:00");
        assert!(open(night, "2026-11-30T22:00:00Z"));
        assert!(open(night, "2026-12-01T04:00:00Z"));
        assert!(!open(night, "2026-11-30T04:00:00Z"), "of Sunday");
        assert!(!open(night, "2026-12-01T22:00:00Z"));
    }

    #[test]
    fn what_cannot_be_read_is_no_window() {
        for (days, from, until) in [
            ("monday", "", ""),
            ("", "8", "15:00"),
            ("", "08:00", ""),
            ("", "25:00", "26:00"),
        ] {
            assert_eq!(Window::read(days, from, until), None);
        }
    }
}
