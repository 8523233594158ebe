//! Times of the daemon, seconds since 1970, as people read them.

use super::{Locale, tag};
use js_sys::Date;
use migasfree_ui_kit::format;
use wasm_bindgen::JsValue;

fn milliseconds(seconds: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^53")]
    let seconds = seconds as f64;
    seconds * 1000.0
}

fn date(seconds: i64) -> Date {
    Date::new(&JsValue::from_f64(milliseconds(seconds)))
}

/// As an ISO text, for the kit's times; empty for never.
pub fn iso(seconds: i64) -> String {
    if seconds == 0 {
        return String::new();
    }
    date(seconds).to_iso_string().into()
}

/// How long ago.
pub fn ago(seconds: i64, locale: Locale) -> String {
    format::relative_time(milliseconds(seconds), Date::now(), tag(locale))
}

/// How long something took or will take.
pub fn duration(seconds: u64) -> String {
    format::duration(seconds)
}

/// The day something happened: how many days ago, and its name.
pub fn day_of(seconds: i64, locale: Locale) -> (i32, String) {
    let (then, now) = (date(seconds), Date::new_0());
    for day in [&then, &now] {
        day.set_hours(12);
    }
    #[expect(clippy::cast_possible_truncation, reason = "days of a history")]
    let days = ((now.get_time() - then.get_time()) / 86_400_000.0).round() as i32;
    (days, format::day(then.get_time(), tag(locale)))
}
