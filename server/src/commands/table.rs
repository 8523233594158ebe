//! Lists for people at a terminal.

use migasfree_server_db::Ts;
use migasfree_types::shown::shown_line;

/// Columns under their titles, as wide as they have to be.
pub fn lines<const N: usize>(titles: [&str; N], rows: Vec<[String; N]>) -> String {
    let mut all = vec![titles.map(str::to_owned)];
    // What was typed elsewhere does not speak to the terminal.
    all.extend(
        rows.into_iter()
            .map(|row| row.map(|cell| shown_line(&cell).into_owned())),
    );
    let mut widths = [0; N];
    for row in &all {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in &all {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// A moment in UTC, or a dash for never.
pub fn moment(at: Option<Ts>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| format!("{} UTC", at.plain()))
}

/// A word for what is so, a dash for what is not.
pub fn mark(is: bool) -> String {
    if is { "yes" } else { "-" }.to_owned()
}
