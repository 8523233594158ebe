//! The organisation's time zone, by jiff, which only this module knows: time, which sqlx and rcgen speak, has no zones.
//!
//! What "today" is, and what a time without an offset means.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use time::Date;

use crate::Ts;

/// A time zone.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

/// The name stands for no time zone.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a time zone: give a name such as Europe/Madrid")]
pub struct UnknownZone(String);

impl Zone {
    /// The machine's zone.
    #[must_use]
    pub fn system() -> Self {
        Self(TimeZone::system())
    }

    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// A zone of the IANA database.
    ///
    /// # Errors
    /// [`UnknownZone`] when the database has no such name.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        TimeZone::get(name)
            .map(Self)
            .map_err(|_| UnknownZone(name.to_owned()))
    }

    /// Its name, where it has one.
    #[must_use]
    pub fn name(&self) -> String {
        self.0.iana_name().unwrap_or("(the machine's)").to_owned()
    }

    /// The day at a moment.
    #[must_use]
    pub fn date(&self, at: Ts) -> Date {
        let Ok(timestamp) = Timestamp::from_microsecond(at.0) else {
            return at.date();
        };
        let day = self.0.to_datetime(timestamp).date();
        let month = u8::try_from(day.month())
            .ok()
            .and_then(|month| month.try_into().ok());
        month
            .zip(u8::try_from(day.day()).ok())
            .and_then(|(month, date)| {
                Date::from_calendar_date(i32::from(day.year()), month, date).ok()
            })
            .unwrap_or_else(|| at.date())
    }

    /// The day and the hour at a moment.
    #[must_use]
    pub fn hour(&self, at: Ts) -> (Date, u8) {
        let hour = Timestamp::from_microsecond(at.0)
            .map_or(0, |timestamp| self.0.to_datetime(timestamp).hour());
        (self.date(at), u8::try_from(hour).unwrap_or(0))
    }

    /// When an hour of a day begins; an hour that the clocks skip begins with the next one.
    #[must_use]
    pub fn start_of_hour(&self, day: Date, hour: u8) -> Ts {
        self.parse(&format!("{day}T{hour:02}:00:00"))
            .unwrap_or_else(|| Ts::from_date(day))
    }

    /// `2026-11-21T02:05:30.374669+01:00`, the local time with its offset; `Z` at UTC itself.
    #[must_use]
    pub fn rfc3339(&self, at: Ts) -> String {
        let utc = self.0 == TimeZone::UTC;
        self.printed(
            at,
            if utc {
                "%Y-%m-%dT%H:%M:%S.%6fZ"
            } else {
                "%Y-%m-%dT%H:%M:%S.%6f%:z"
            },
        )
    }

    /// `2026-11-21 02:05:30`, the local time as tables have it.
    #[must_use]
    pub fn plain(&self, at: Ts) -> String {
        self.printed(at, "%Y-%m-%d %H:%M:%S")
    }

    fn printed(&self, at: Ts, format: &str) -> String {
        Timestamp::from_microsecond(at.0).map_or_else(
            |_| at.rfc3339(),
            |timestamp| {
                timestamp
                    .to_zoned(self.0.clone())
                    .strftime(format)
                    .to_string()
            },
        )
    }

    /// Reads an ISO 8601 time; one without an offset is a local time of this zone.
    #[must_use]
    pub fn parse(&self, text: &str) -> Option<Ts> {
        if let Ok(timestamp) = text.parse::<Timestamp>() {
            return Some(Ts(timestamp.as_microsecond()));
        }
        let local: DateTime = text.parse().ok()?;
        let zoned = local.to_zoned(self.0.clone()).ok()?;
        Some(Ts(zoned.timestamp().as_microsecond()))
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::system()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use time::macros::date;

    #[test]
    fn days_and_times_without_offset_are_local() {
        let madrid = Zone::named("Europe/Madrid").unwrap();
        let late = Ts::parse_rfc3339("2026-06-30T22:30:00Z").unwrap();
        assert_eq!(madrid.date(late), date!(2026 - 07 - 01));
        assert_eq!(Zone::utc().date(late), date!(2026 - 06 - 30));
        assert_eq!(madrid.parse("2026-07-01T00:30:00"), Some(late));
        assert_eq!(madrid.parse("2026-07-01T00:30:00.000000+02:00"), Some(late));
        assert_eq!(madrid.parse("2026-06-30T22:30:00Z"), Some(late));
        assert_eq!(madrid.parse("yesterday"), None);
        assert_eq!(madrid.rfc3339(late), "2026-07-01T00:30:00.000000+02:00");
        assert_eq!(madrid.plain(late), "2026-07-01 00:30:00");
        assert_eq!(Zone::utc().rfc3339(late), "2026-06-30T22:30:00.000000Z");
        assert!(Zone::named("Mars/Olympus").is_err());
    }
}
