//! Points in time: one newtype for both engines.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef};
use sqlx::{Decode, Encode, Postgres, Sqlite, Type};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

/// PostgreSQL counts from 2000-01-01.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;
const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Microseconds since 1970-01-01 UTC. `timestamptz` on PostgreSQL, `INTEGER` on SQLite,
/// RFC 3339 with microseconds in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ts(pub i64);

impl Ts {
    /// From whole seconds since 1970.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * MICROS_PER_SECOND)
    }

    /// Whole seconds since 1970, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// From a calendar time; `None` outside the years a `Ts` can hold.
    pub fn from_datetime(time: OffsetDateTime) -> Option<Self> {
        i64::try_from(time.unix_timestamp_nanos().div_euclid(1000))
            .ok()
            .map(Self)
    }

    /// As a calendar time in UTC; the far ends of the range are clamped to what a calendar holds.
    pub fn datetime(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000).unwrap_or(
            if self.0 < 0 {
                Date::MIN.midnight().assume_utc()
            } else {
                Date::MAX.midnight().assume_utc()
            },
        )
    }

    /// The day in UTC.
    pub fn date(self) -> Date {
        self.datetime().date()
    }

    /// Midnight UTC of the day.
    pub const fn day_start(self) -> Self {
        Self(self.0.div_euclid(MICROS_PER_DAY) * MICROS_PER_DAY)
    }

    /// Midnight UTC of a date.
    pub fn from_date(date: Date) -> Self {
        Self::from_seconds(date.midnight().assume_utc().unix_timestamp())
    }

    /// Reads RFC 3339 (`2026-11-21T02:05:30.374669+01:00`).
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339)
            .ok()
            .and_then(Self::from_datetime)
    }

    /// `2026-11-21T01:05:30.374669Z`
    pub fn rfc3339(self) -> String {
        let format = format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z"
        );
        self.datetime().format(&format).unwrap_or_default()
    }

    /// `2026-11-21 01:05:30`, as CSV exports and chart labels have it.
    pub fn plain(self) -> String {
        let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
        self.datetime().format(&format).unwrap_or_default()
    }

    /// Time between an earlier moment and this one; zero when it is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl std::ops::Add<Duration> for Ts {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)),
        )
    }
}

impl std::ops::Sub<Duration> for Ts {
    type Output = Self;
    fn sub(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)),
        )
    }
}

impl fmt::Display for Ts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl Serialize for Ts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Ts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_rfc3339(&text)
            .ok_or_else(|| serde::de::Error::custom("expected a date and time as RFC 3339"))
    }
}

/// As the calendar type of sea-query, which [`super::Args`] turns back into a `Ts`.
impl From<Ts> for sea_query::Value {
    fn from(ts: Ts) -> Self {
        Self::TimeDateTimeWithTimeZone(Some(ts.datetime()))
    }
}

impl Type<Sqlite> for Ts {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }
    fn compatible(ty: &SqliteTypeInfo) -> bool {
        <i64 as Type<Sqlite>>::compatible(ty)
    }
}

impl Encode<'_, Sqlite> for Ts {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode_by_ref(&self.0, buffer)
    }
}

impl<'r> Decode<'r, Sqlite> for Ts {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        <i64 as Decode<Sqlite>>::decode(value).map(Self)
    }
}

impl Type<Postgres> for Ts {
    fn type_info() -> PgTypeInfo {
        <OffsetDateTime as Type<Postgres>>::type_info()
    }
}

impl PgHasArrayType for Ts {
    fn array_type_info() -> PgTypeInfo {
        <OffsetDateTime as PgHasArrayType>::array_type_info()
    }
}

impl Encode<'_, Postgres> for Ts {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode(self.0 - POSTGRES_EPOCH, buffer)
    }
}

impl<'r> Decode<'r, Postgres> for Ts {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        match value.format() {
            PgValueFormat::Binary => Ok(Self(
                <i64 as Decode<Postgres>>::decode(value)? + POSTGRES_EPOCH,
            )),
            PgValueFormat::Text => {
                let time = <OffsetDateTime as Decode<Postgres>>::decode(value)?;
                Self::from_datetime(time).ok_or_else(|| "time out of range".into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_number_agree_also_before_1970() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (1_795_226_730_374_669, "2026-11-21T02:05:30.374669Z"),
        ] {
            assert_eq!(Ts(micros).rfc3339(), text);
            assert_eq!(Ts::parse_rfc3339(text), Some(Ts(micros)));
        }
    }

    #[test]
    fn an_offset_is_converted_to_utc() {
        assert_eq!(
            Ts::parse_rfc3339("2026-11-21T03:05:30.374669+01:00"),
            Some(Ts(1_795_226_730_374_669))
        );
    }
}
