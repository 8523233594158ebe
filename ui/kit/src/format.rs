//! Numbers, sizes and times as the reader's language writes them; the browser knows how.
use js_sys::{Array, Date, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A whole number with its separators, e.g. `1,204`.
pub fn number(value: u64, language: &str) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let value = value as f64;
    decimal(value, 0, language)
}

/// A number with up to `digits` decimals.
pub fn decimal(value: f64, digits: u32, language: &str) -> String {
    let options = Object::new();
    set(&options, "maximumFractionDigits", &JsValue::from(digits));
    let locales = Array::of1(&JsValue::from_str(language));
    Intl::NumberFormat::new(&locales, &options)
        .format()
        .call1(&JsValue::UNDEFINED, &JsValue::from_f64(value))
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_else(|| value.to_string())
}

/// A size in bytes: `41 MB`, `1.2 GB` (powers of 1000, as file managers and downloads show it).
pub fn bytes(value: u64, language: &str) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    #[expect(clippy::cast_precision_loss, reason = "rounded for display")]
    let mut amount = value as f64;
    let mut unit = 0;
    while amount >= 999.5 && unit < UNITS.len() - 1 {
        amount /= 1000.0;
        unit += 1;
    }
    let digits = u32::from(unit > 1 && amount < 100.0);
    format!("{} {}", decimal(amount, digits, language), UNITS[unit])
}

/// A size of memory: `16 GB` in powers of 1024, as it is sold.
pub fn memory(value: u64, language: &str) -> String {
    const GIB: u64 = 1 << 30;
    #[expect(clippy::cast_precision_loss, reason = "rounded for display")]
    let amount = value as f64;
    if value < GIB {
        return format!("{} MB", decimal(amount / f64::from(1 << 20), 0, language));
    }
    format!("{} GB", decimal(amount / f64::from(1 << 30), 1, language))
}

/// Milliseconds since the epoch of an ISO date or date-time. A day begins at the reader's midnight, so that it stays the day that is written.
pub fn parse_time(text: &str) -> Option<f64> {
    let milliseconds = if text.len() == "2026-11-21".len() {
        Date::parse(&format!("{text}T00:00:00"))
    } else {
        Date::parse(text)
    };
    (!milliseconds.is_nan()).then_some(milliseconds)
}

/// A moment as an input of date and time has it, by the reader's clock: `2026-11-21T09:30`.
pub fn local_minute(milliseconds: f64) -> String {
    let date = Date::new(&JsValue::from_f64(milliseconds));
    let (year, month, day) = (date.get_full_year(), date.get_month() + 1, date.get_date());
    let (hour, minute) = (date.get_hours(), date.get_minutes());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}")
}

/// The moment that such an input means, in UTC.
pub fn of_local_minute(text: &str) -> Option<String> {
    let milliseconds = Date::parse(text);
    let date = || Date::new(&JsValue::from_f64(milliseconds));
    (!milliseconds.is_nan()).then(|| date().to_iso_string().into())
}

/// A moment in full: day, time and zone of the reader.
pub fn exact_time(milliseconds: f64, language: &str) -> String {
    let options = Object::new();
    set(&options, "dateStyle", &JsValue::from_str("medium"));
    set(&options, "timeStyle", &JsValue::from_str("medium"));
    Date::new(&JsValue::from_f64(milliseconds))
        .to_locale_string(language, &options)
        .into()
}

/// A day, e.g. `21 Nov 2026`.
pub fn day(milliseconds: f64, language: &str) -> String {
    let options = Object::new();
    set(&options, "dateStyle", &JsValue::from_str("medium"));
    Date::new(&JsValue::from_f64(milliseconds))
        .to_locale_date_string(language, &options)
        .into()
}

/// A day without its year for axes, e.g. `21 Nov`.
pub fn short_day(milliseconds: f64, language: &str) -> String {
    let options = Object::new();
    set(&options, "day", &JsValue::from_str("numeric"));
    set(&options, "month", &JsValue::from_str("short"));
    Date::new(&JsValue::from_f64(milliseconds))
        .to_locale_date_string(language, &options)
        .into()
}

/// A weekday when it is within six days, else the date.
pub fn near_day(milliseconds: f64, now: f64, language: &str) -> String {
    if !(0.0..6.0 * 86_400_000.0).contains(&(milliseconds - now)) {
        return day(milliseconds, language);
    }
    let options = Object::new();
    set(&options, "weekday", &JsValue::from_str("long"));
    Date::new(&JsValue::from_f64(milliseconds))
        .to_locale_date_string(language, &options)
        .into()
}

/// How long ago or until, e.g. `5 minutes ago`, `in 3 days`.
pub fn relative_time(milliseconds: f64, now: f64, language: &str) -> String {
    const STEPS: [(f64, &str); 6] = [
        (31_557_600.0, "year"),
        (2_629_800.0, "month"),
        (604_800.0, "week"),
        (86_400.0, "day"),
        (3_600.0, "hour"),
        (60.0, "minute"),
    ];
    let seconds = (milliseconds - now) / 1000.0;
    let (size, unit) = STEPS
        .into_iter()
        .find(|(size, _)| seconds.abs() >= *size)
        .unwrap_or((60.0, "minute"));
    let options = Object::new();
    set(&options, "numeric", &JsValue::from_str("auto"));
    let locales = Array::of1(&JsValue::from_str(language));
    let amount = if seconds.abs() < 60.0 {
        0.0
    } else {
        (seconds / size).trunc()
    };
    let unit = if seconds.abs() < 60.0 { "second" } else { unit };
    Intl::RelativeTimeFormat::new(&locales, &options)
        .format(amount, unit)
        .into()
}

/// Seconds as `1 min 20 s`.
pub fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

fn set(options: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(options.unchecked_ref(), &JsValue::from_str(name), value);
}
