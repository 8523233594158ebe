//! When a deployment opens for a computer: working days and schedules (8.4).

use serde::Serialize;
use time::{Date, Duration};

/// Days beyond which a schedule is meaningless; keeps the arithmetic in range.
const MAX_DAYS: i64 = 3_650_000;

/// One row of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// Working days after the start.
    pub delay: i64,
    /// Working days over which the computers are spread; at least 1.
    pub duration: i64,
}

/// `days` working days after `start`. A Saturday opens on Monday, a Sunday on Tuesday.
#[must_use]
pub fn horizon(start: Date, days: i64) -> Date {
    let days = days.clamp(0, MAX_DAYS);
    let weekday = i64::from(start.weekday().number_days_from_monday());
    later(start, days + 2 * ((days + weekday) / 5))
}

/// The day on which a row of a schedule opens for the computer with number `computer`.
#[must_use]
pub fn opens_on(start: Date, row: Delay, computer: i64) -> Date {
    horizon(
        start,
        row.delay.clamp(0, MAX_DAYS) + computer.rem_euclid(row.duration.max(1)),
    )
}

/// How far a schedule has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Timeline {
    /// First day.
    pub begin: Date,
    /// Last day.
    pub end: Date,
    /// Whole per cent of the days between them that have passed.
    pub percent: i64,
}

/// The time line of a deployment; none without rows.
#[must_use]
pub fn timeline(start: Date, rows: &[Delay], today: Date) -> Option<Timeline> {
    let first = rows.iter().map(|row| row.delay).min()?;
    let last = last_day(rows)?;
    let begin = horizon(start, first);
    let end = horizon(start, last);
    let total = (end - begin).whole_days();
    let percent = match total {
        ..=0 => 100,
        _ => ((today - begin).whole_days() * 100 / total).clamp(0, 100),
    };
    Some(Timeline {
        begin,
        end,
        percent,
    })
}

/// The new start of a deployment that restarts by itself, once its schedule is over. Counts
/// calendar days.
#[must_use]
pub fn restart(start: Date, rows: &[Delay], today: Date) -> Option<Date> {
    let finish = later(start, last_day(rows)?.clamp(0, MAX_DAYS));
    (today >= finish).then(|| later(finish, 1))
}

/// Largest delay and its duration together.
fn last_day(rows: &[Delay]) -> Option<i64> {
    let last = rows.iter().max_by_key(|row| row.delay)?;
    Some(last.delay.clamp(0, MAX_DAYS) + last.duration.clamp(0, MAX_DAYS))
}

fn later(date: Date, days: i64) -> Date {
    date.saturating_add(Duration::days(days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    const ROWS: [Delay; 2] = [
        Delay {
            delay: 5,
            duration: 5,
        },
        Delay {
            delay: 0,
            duration: 10,
        },
    ];

    #[test]
    fn a_timeline_runs_from_the_first_delay_to_the_end_of_the_last() {
        let at = |today| timeline(date!(2026 - 06 - 01), &ROWS, today);
        let begin = date!(2026 - 06 - 01);
        let end = date!(2026 - 06 - 15);
        assert_eq!(
            at(date!(2026 - 06 - 08)),
            Some(Timeline {
                begin,
                end,
                percent: 50
            })
        );
        assert_eq!(
            at(date!(2026 - 05 - 01)),
            Some(Timeline {
                begin,
                end,
                percent: 0
            })
        );
        assert_eq!(
            at(date!(2027 - 01 - 01)),
            Some(Timeline {
                begin,
                end,
                percent: 100
            })
        );
        assert_eq!(timeline(begin, &[], end), None);
    }

    #[test]
    fn a_finished_schedule_restarts_the_day_after_its_end() {
        let start = date!(2026 - 06 - 01);
        assert_eq!(restart(start, &ROWS, date!(2026 - 06 - 10)), None);
        assert_eq!(
            restart(start, &ROWS, date!(2026 - 06 - 11)),
            Some(date!(2026 - 06 - 12))
        );
        assert_eq!(restart(start, &[], date!(2026 - 06 - 11)), None);
    }

    #[test]
    fn absurd_numbers_do_not_overflow() {
        let row = Delay {
            delay: i64::MAX,
            duration: i64::MAX,
        };
        assert_eq!(opens_on(Date::MAX, row, i64::MAX), Date::MAX);
        assert!(timeline(Date::MIN, &[row], Date::MAX).is_some());
    }
}
