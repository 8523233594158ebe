//! The table of figures, each beside its limit.

use std::fmt::Write;

/// Whether a figure may grow or shrink.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// The figure should be at most this.
    AtMost(f64),
    /// The figure should be at least this.
    AtLeast(f64),
    /// The figure is there to compare others with.
    None,
}

/// The least or most that could be, measured in the same run.
#[derive(Clone, Debug)]
struct Bound {
    what: String,
    figure: f64,
}

/// One measurement.
#[derive(Clone, Debug)]
pub struct Row {
    what: String,
    figure: f64,
    unit: &'static str,
    limit: Limit,
    beside: Option<Bound>,
    remark: String,
}

impl Row {
    /// A figure with its unit and limit.
    pub fn new(what: impl Into<String>, figure: f64, unit: &'static str, limit: Limit) -> Self {
        Self {
            what: what.into(),
            figure,
            unit,
            limit,
            beside: None,
            remark: String::new(),
        }
    }

    /// Adds how the figure came about.
    pub fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = remark.into();
        self
    }

    /// Sets beside it, in the same unit, what was measured of the bare work in the same run.
    pub fn beside(mut self, what: impl Into<String>, figure: f64) -> Self {
        self.beside = Some(Bound {
            what: what.into(),
            figure,
        });
        self
    }

    fn bound(&self) -> String {
        let Some(bound) = &self.beside else {
            return String::new();
        };
        format!(
            "{}: {} {} ({} ×)",
            bound.what,
            number(bound.figure),
            self.unit,
            number(self.figure / bound.figure)
        )
    }

    fn verdict(&self) -> &'static str {
        let held = match self.limit {
            Limit::AtMost(limit) => self.figure <= limit,
            Limit::AtLeast(limit) => self.figure >= limit,
            Limit::None => return "",
        };
        if held { "held" } else { "**missed**" }
    }

    fn limit(&self) -> String {
        match self.limit {
            Limit::AtMost(limit) => format!("≤ {} {}", number(limit), self.unit),
            Limit::AtLeast(limit) => format!("≥ {} {}", number(limit), self.unit),
            Limit::None => String::new(),
        }
    }
}

/// The rows as a Markdown table.
pub fn markdown(rows: &[Row]) -> String {
    let mut table = String::from(
        "| What | Figure | Beside it, in the same run | Target | | How |\n|---|--:|---|--:|---|---|\n",
    );
    for row in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| {} | {} {} | {} | {} | {} | {} |",
            row.what,
            number(row.figure),
            row.unit,
            row.bound(),
            row.limit(),
            row.verdict(),
            row.remark
        );
    }
    table
}

fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The middle of several measurements.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
