//! Lists as CSV: the rows of the list, all of them, sent while they are read.

use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt as _, stream};
use migasfree_types::shown::hides_in_names;

use super::{
    context::Context,
    entity::{Csv, Field},
    error::RestError,
    json::Json,
    keyset::Keyset,
    load, messages,
    params::Params,
    read,
    registry::Resource,
    value,
};

/// What tells spreadsheets that the file is UTF-8; sent when `bom=true` asks for it.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Rows read at a time.
const CHUNK: usize = 500;

/// An export on its way: what it holds does not grow with the list, and it goes on only while somebody reads.
struct Export {
    context: Context,
    resource: &'static Resource,
    fields: &'static [Field],
    ids: Keyset,
    /// Those whose rows are still to be read.
    ahead: std::vec::IntoIter<i64>,
}

impl Export {
    /// The next rows as text; `None` after the last.
    async fn next(&mut self) -> Result<Option<Bytes>, migasfree_server_db::Error> {
        if self.ahead.len() == 0 {
            let ids = self.ids.next(&self.context.state.db).await?;
            self.ahead = ids.into_iter();
        }
        let ids: Vec<i64> = self.ahead.by_ref().take(CHUNK).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        rows(&self.context, self.resource, self.fields, &ids)
            .await
            .map(Some)
    }
}

/// Answers the list as a file.
///
/// # Errors
/// For entities that are not exported and filters that cannot be used.
pub async fn answer(
    context: Context,
    resource: &'static Resource,
    params: &Params,
) -> Result<Response, RestError> {
    match resource.entity.csv {
        Csv::Absent => return Err(RestError::NoRoute),
        Csv::Refused => {
            let kinds = resource.entity.model.many;
            return Err(RestError::Missing(messages::no_export(kinds)));
        }
        Csv::Everything | Csv::Columns(_) | Csv::Fields(_) => {}
    }
    let mut ids = read::all_ids(&context, resource, params).await?;
    let first = ids.next(&context.state.db).await?;
    let fields: &'static [Field] = &resource.csv;
    let names = line(fields.iter().map(|field| field.name().to_owned()));
    let marked = params.get("bom").and_then(value::truth) == Some(true);
    let head = if marked {
        format!("{BYTE_ORDER_MARK}{names}")
    } else {
        names
    };
    let export = Export {
        context,
        resource,
        fields,
        ids,
        ahead: first.into_iter(),
    };
    let rows = stream::try_unfold(export, |mut export| async move {
        let text = export.next().await.map_err(std::io::Error::other)?;
        Ok::<_, std::io::Error>(text.map(|text| (text, export)))
    });
    let body = stream::once(async { Ok::<_, std::io::Error>(Bytes::from(head)) })
        .chain(rows)
        .fuse();
    let name = format!(
        "attachment; filename=\"{}.csv\"",
        resource.entity.model.name
    );
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        Body::from_stream(body),
    )
        .into_response())
}

async fn rows(
    context: &Context,
    resource: &Resource,
    fields: &'static [Field],
    ids: &[i64],
) -> Result<Bytes, migasfree_server_db::Error> {
    let rows = load::load_in_order(
        &mut context.source(),
        &context.reading(),
        resource.entity.table,
        fields,
        ids,
    )
    .await?;
    let text: String = rows
        .iter()
        .map(|row| {
            let cells = fields.iter().map(|field| row.get(field.name()));
            line(cells.map(|value| harmless(value, cell(value))))
        })
        .collect();
    Ok(Bytes::from(text))
}

/// A value as it stands in a cell.
fn cell(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(value) => if *value { "1" } else { "0" }.to_owned(),
        Json::Int(value) => value.to_string(),
        Json::Float(value) => value.to_string(),
        Json::Text(text) => plain_time(text).unwrap_or_else(|| text.to_string()),
        Json::List(items) => {
            let items: Vec<String> = items.iter().map(cell).collect();
            items.join(",")
        }
        Json::Shared(value) => cell(value),
        Json::Map(_) => value.to_value().to_string(),
        Json::Object(_) => value.get("name").as_text().to_owned(),
        Json::Document(value) => value.to_string(),
    }
}

/// Spreadsheets take a text that begins like a formula for one, and carry it out: an apostrophe keeps it a text. Where
/// cells are separated by semicolons or tabs, one begins behind each of them.
fn harmless(value: &Json, cell: String) -> String {
    const BEGINNINGS: [char; 8] = [
        '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ];
    if matches!(value, Json::Int(_) | Json::Float(_)) {
        return cell;
    }
    let mut text = String::with_capacity(cell.len() + 1);
    if cell.starts_with(['\t', '\r', '\n']) {
        text.push('\'');
    }
    let mut begins = true;
    for character in cell.chars() {
        if begins && BEGINNINGS.contains(&character) {
            text.push('\'');
        }
        begins = matches!(character, ';' | '\t') || begins && is_passed_over(character);
        text.push(character);
    }
    text
}

/// What a reader may leave out at the beginning of a cell: blanks, quotation marks, and what nobody sees.
fn is_passed_over(character: char) -> bool {
    character == '"' || character.is_whitespace() || hides_in_names(character)
}

/// Moments stand as `YYYY-MM-DD HH:MM:SS`.
fn plain_time(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let moment = matches!(bytes.len(), 27 | 32)
        && bytes[10] == b'T'
        && bytes[19] == b'.'
        && matches!(bytes[26], b'Z' | b'+' | b'-');
    moment.then(|| text[..19].replacen('T', " ", 1))
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    // Nothing is written to but memory.
    let _ = writer.write_record(cells);
    let line = writer.into_inner().unwrap_or_default();
    String::from_utf8(line).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Json, cell, harmless, line};

    #[test]
    fn cells_are_quoted_where_needed() {
        let cells = ["a", "b,c", "say \"x\"", "two\nlines"].map(str::to_owned);
        assert_eq!(
            line(cells.into_iter()),
            "a,\"b,c\",\"say \"\"x\"\"\",\"two\nlines\"\r\n"
        );
    }

    #[test]
    fn values_are_written_plainly() {
        assert_eq!(cell(&Json::Bool(true)), "1");
        assert_eq!(cell(&Json::List(vec![Json::Int(1), Json::Int(2)])), "1,2");
        assert_eq!(
            cell(&Json::text("2026-11-21T02:05:30.374669Z")),
            "2026-11-21 02:05:30"
        );
        assert_eq!(cell(&Json::Null), "");
    }

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+34 600", "-x", "@SUM(A1)", "\rx", "\u{ff1d}1"] {
            let value = Json::text(text);
            assert_eq!(harmless(&value, cell(&value)), format!("'{text}"));
        }
        for (text, harmless_text) in [
            ("\u{feff}=1", "\u{feff}'=1"),
            ("\u{202e} @x", "\u{202e} '@x"),
            ("\t=1", "'\t'=1"),
            ("a;=1; \"+2", "a;'=1; \"'+2"),
            ("a=1-b", "a=1-b"),
        ] {
            let value = Json::text(text);
            assert_eq!(harmless(&value, cell(&value)), harmless_text);
        }
        let list = Json::List(vec![Json::text("=1"), Json::text("2")]);
        assert_eq!(harmless(&list, cell(&list)), "'=1,2");
        assert_eq!(harmless(&Json::Int(-5), cell(&Json::Int(-5))), "-5");
        assert_eq!(harmless(&Json::text("a=b"), "a=b".to_owned()), "a=b");
    }
}
