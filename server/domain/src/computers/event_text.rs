//! How an event of a computer is called.

use migasfree_server_db::zone::Zone;
use migasfree_server_entity::{
    entity::{Field, Like, Shape, col, made, one},
    json::Json,
    load::Reading,
};

use crate::core::shapes::COMPUTER_TEXT;

/// A computer by its text alone.
pub static CALLED: Shape = Shape {
    name: "ComputerText",
    table: "client_computer",
    fields: &[COMPUTER_TEXT],
};

const OF: &[Field] = &[one("computer", &CALLED), col("created_at")];

/// The computer, and the moment in UTC.
pub const EVENT_TEXT: Field = made("__str__", Like::Text, OF, text);

fn text(row: &Json, reading: &Reading) -> Json {
    let at = row.get("created_at").as_text();
    let at = reading
        .zone()
        .parse(at)
        .map_or_else(|| at.to_owned(), |at| Zone::utc().plain(at));
    format!("{} ({at})", row.get("computer").get("__str__").as_text()).into()
}
