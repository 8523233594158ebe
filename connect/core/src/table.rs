//! Rows in columns, as a terminal shows them.

use migasfree_types::shown::shown_line;

/// Rows below their headings, each column as wide as it needs. What computers and people call themselves cannot move the cursor.
#[must_use]
pub fn lines(headings: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let headings = headings.iter().map(|heading| (*heading).to_owned());
    let mut all: Vec<Vec<String>> = vec![headings.collect()];
    all.extend(rows.iter().map(|row| safe(row)));
    let columns = all[0].len();
    let width = |column: usize| {
        let cells = all.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    all.iter().map(|row| line(row, &widths)).collect()
}

fn safe(row: &[String]) -> Vec<String> {
    let cells = row.iter();
    cells.map(|cell| shown_line(cell).into_owned()).collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths);
    let cells: Vec<String> = cells
        .map(|(cell, width)| format!("{cell:width$}", width = *width))
        .collect();
    cells.join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows =
            [["4", "room4"], ["14", "a\u{1b}[31m"]].map(|row| row.map(str::to_owned).to_vec());
        let lines = lines(&["CID", "Name"], &rows);
        assert_eq!(lines[0], "CID  Name");
        assert_eq!(lines[1], "4    room4");
        assert!(!lines[2].contains('\u{1b}'));
    }
}
