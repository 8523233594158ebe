//! Sessions, and what was recorded of them.

use std::path::Path;

use migasfree_connect_core::recording::{self, Recording};
use migasfree_connect_core::sessions::{self, Row};
use migasfree_connect_core::table;
use migasfree_connect_core::texts::Text;
use migasfree_connect_core::trouble::Trouble;
use tokio::time::sleep;

use crate::arguments::{ListSessions, Play, Sessions};
use crate::context::Context;
use crate::{Exit, output};

/// Lists sessions, ends one, or plays one.
pub async fn run(context: &Context, asked: &Sessions) -> Result<Exit, Trouble> {
    match asked {
        Sessions::List(asked) => list(context, asked).await,
        Sessions::End(asked) => {
            sessions::end(&context.signed_in().await?, &asked.session).await?;
            context.tell(Text::SessionEnded, &[&asked.session]);
            Ok(Exit::OK)
        }
        Sessions::Play(asked) => play(context, asked).await,
    }
}

async fn list(context: &Context, asked: &ListSessions) -> Result<Exit, Trouble> {
    let api = context.signed_in().await?;
    let found = sessions::list(&api, asked.live, asked.limit).await?.results;
    if asked.json {
        output::json(&found);
        return Ok(Exit::OK);
    }
    if found.is_empty() {
        context.tell(Text::Nothing, &[]);
        return Ok(Exit::OK);
    }
    let headings = [
        Text::ColumnSession,
        Text::ColumnBegun,
        Text::ColumnOperator,
        Text::ColumnName,
        Text::ColumnService,
        Text::ColumnState,
    ];
    let headings = headings.map(|text| context.language.text(text));
    let rows = found.into_iter().map(|one| {
        let one: Row = serde_json::from_value(one).unwrap_or_default();
        vec![
            one.id.to_string(),
            one.created_at,
            one.operator_name,
            one.computer.name,
            one.service,
            one.state,
        ]
    });
    for line in table::lines(&headings, &rows.collect::<Vec<_>>()) {
        output::say(&line);
    }
    Ok(Exit::OK)
}

async fn play(context: &Context, asked: &Play) -> Result<Exit, Trouble> {
    let file = Path::new(&asked.session);
    let text = if file.is_file() {
        let text = std::fs::read_to_string(file);
        text.map_err(|error| Trouble::of_file(&asked.session, &error))?
    } else {
        sessions::recording(&context.signed_in().await?, &asked.session).await?
    };
    show(recording::read(&text)?, asked.speed).await;
    Ok(Exit::OK)
}

/// Writes what was recorded, and leaves the terminal as a program would that ended well.
async fn show(recording: Recording, speed: u16) {
    for (pause, text) in recording.output {
        sleep(pause / u32::from(speed.max(1))).await;
        output::write(text.as_bytes());
    }
    // No colours, the usual screen, a cursor.
    output::write(b"\x1b[0m\x1b[?1049l\x1b[?25h\r\n");
}
