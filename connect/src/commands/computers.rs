//! Finding computers.

use std::time::Duration;

use migasfree_connect_core::chooser::{Chooser, Step};
use migasfree_connect_core::fleet::{self, Computer, Filter};
use migasfree_connect_core::http::Api;
use migasfree_connect_core::links::Begin;
use migasfree_connect_core::table;
use migasfree_connect_core::texts::Text;
use migasfree_connect_core::trouble::{Kind, Trouble};
use tokio::time::sleep;

use super::{screen, terminal};
use crate::arguments::{As, List, Look, Why};
use crate::context::Context;
use crate::screen::Screen;
use crate::{Exit, output, programs, tty};

/// How long somebody has to have stopped typing before the server is asked.
const PAUSE: Duration = Duration::from_millis(150);

/// As many as anybody looks through.
const MOST: u32 = 50;

/// Lists computers.
pub async fn list(context: &Context, search: &str, asked: &List) -> Result<Exit, Trouble> {
    let api = context.signed_in().await?;
    let filter = Filter {
        search,
        online: asked.online,
        limit: asked.limit,
    };
    let page = fleet::list(&api, &filter).await?;
    if asked.json {
        output::json(&page.results);
        return Ok(Exit::OK);
    }
    if page.results.is_empty() {
        context.tell(Text::Nothing, &[]);
        return Ok(Exit::OK);
    }
    let headings = [
        Text::ColumnComputer,
        Text::ColumnName,
        Text::ColumnUser,
        Text::ColumnAddress,
        Text::ColumnOnline,
        Text::ColumnLastSeen,
    ];
    let headings = headings.map(|text| context.language.text(text));
    let rows: Vec<Vec<String>> = page.results.iter().map(|one| row(context, one)).collect();
    for line in table::lines(&headings, &rows) {
        output::say(&line);
    }
    let shown = page.results.len() as u64;
    if page.count > shown {
        let values = [shown.to_string(), page.count.to_string()];
        context.tell(Text::MoreFound, &values.each_ref().map(String::as_str));
    }
    Ok(Exit::OK)
}

fn row(context: &Context, one: &Computer) -> Vec<String> {
    let online = if one.online { Text::Yes } else { Text::No };
    vec![
        one.id.to_string(),
        one.name.clone(),
        one.user.clone(),
        one.address.clone(),
        context.language.text(online).to_owned(),
        one.last_seen.clone().unwrap_or_default(),
    ]
}

/// Lets the person choose a computer, and opens a terminal or the screen there. Without a terminal here the console's list is opened.
pub async fn choose(context: &Context) -> Result<Exit, Trouble> {
    if !tty::is_there() {
        let server = context.server()?;
        programs::browse(&server.address);
        return Err(Trouble::of(Kind::Usage, Text::ErrorNoTerminal, &[]));
    }
    let api = context.signed_in().await?;
    let chosen = chosen(context, &api).await?;
    match chosen {
        Some((computer, Begin::Screen)) => {
            screen::at(context, &api, &computer, &Look::default()).await
        }
        Some((computer, _)) => {
            let (who, why) = (As::default(), Why::default());
            terminal::at(context, &api, &computer, &who, &why).await
        }
        None => Ok(Exit::OK),
    }
}

async fn chosen(context: &Context, api: &Api) -> Result<Option<(Computer, Begin)>, Trouble> {
    let mut screen = Screen::open(context.language)?;
    let mut chooser = Chooser::default();
    let mut wanted = true;
    loop {
        screen.draw(&chooser);
        let search = async {
            sleep(PAUSE).await;
            let filter = Filter {
                search: chooser.typed(),
                online: false,
                limit: MOST,
            };
            (chooser.typed().to_owned(), fleet::list(api, &filter).await)
        };
        let step = tokio::select! {
            (typed, found) = search, if wanted => {
                wanted = false;
                chooser.take(&typed, found?.results);
                continue;
            }
            key = screen.key() => chooser.press(key),
        };
        match step {
            Step::Draw => {}
            Step::Search => wanted = true,
            Step::Chosen(computer, begin) => return Ok(Some((computer, begin))),
            Step::Left => return Ok(None),
        }
    }
}
