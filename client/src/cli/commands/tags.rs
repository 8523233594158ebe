//! `tags`.

use std::collections::BTreeMap;

use migasfree_dbus::{TagOptions, TagsProxy};
use serde_json::json;

use super::Ended;
use crate::cli::agent::TerminalAgent;
use crate::cli::arguments::Tags;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::follow::Follower;
use crate::cli::prompt;
use crate::cli::report::{Reporter, print_line};
use crate::cli::work::{self, Task};
use crate::sync::Engine;
use crate::texts::Text;

pub async fn tags(context: &Context, arguments: Tags) -> Ended {
    let (chosen, apply) = match (arguments.set, arguments.communicate) {
        (Some(tags), _) => (tags, true),
        (None, Some(tags)) => (tags, false),
        (None, None) => {
            let (assigned, available) = current(context).await?;
            print_line(&json!({ "assigned": assigned, "available": available }).to_string());
            return Ok(Exit::OK);
        }
    };
    let tags = if chosen.is_empty() && !context.quiet {
        let Some(tags) = choose(context).await? else {
            context.nothing(Text::NoTags);
            return Ok(Exit::OK);
        };
        tags
    } else {
        chosen
            .into_iter()
            .filter(|tag| !tag.trim().is_empty())
            .collect()
    };
    set(context, tags, apply).await
}

type Known = (Vec<String>, BTreeMap<String, Vec<String>>);

async fn current(context: &Context) -> Result<Known, Failure> {
    match context.daemon().await {
        Some(bus) => {
            let (assigned, available) = TagsProxy::new(&bus).await?.get().await?;
            context.tell_age(&bus).await?;
            Ok((assigned, available.into_iter().collect()))
        }
        None => {
            let engine = context.trusted_engine().await?;
            let tags = engine.tags().await?;
            engine.end_transmission().await;
            Ok((tags.assigned, tags.available))
        }
    }
}

/// Lets the person choose by number; `None` where there is nothing to choose from.
async fn choose(context: &Context) -> Result<Option<Vec<String>>, Failure> {
    let (assigned, available) = current(context).await?;
    let mut all: Vec<&String> = available.values().flatten().chain(&assigned).collect();
    all.sort();
    all.dedup();
    if all.is_empty() {
        return Ok(None);
    }
    if !prompt::is_possible() {
        return Err(Failure::said(Text::ErrorNoTerminal, Exit::USAGE));
    }
    for (number, tag) in all.iter().enumerate() {
        let mark = if assigned.contains(tag) { '*' } else { ' ' };
        print_line(&format!("{mark} {:>3} {tag}", number + 1));
    }
    let declined = || Failure::said(Text::ErrorDeclined, Exit::AGAIN);
    let answer = prompt::line(context.text(Text::TagsChoose))
        .map_err(|_| declined())?
        .unwrap_or_default();
    if answer.is_empty() {
        return Ok(Some(assigned));
    }
    let tag = |word: &str| {
        let number: usize = word.parse().ok()?;
        all.get(number.checked_sub(1)?).map(|tag| (*tag).clone())
    };
    let chosen: Option<Vec<String>> = answer.split_whitespace().map(tag).collect();
    chosen.map(Some).ok_or_else(declined)
}

async fn set(context: &Context, tags: Vec<String>, apply: bool) -> Ended {
    let reporter = Reporter::new(context.language, false, context.quiet);
    let Some(bus) = context.daemon().await else {
        let engine = context.trusted_engine().await?;
        return work::run(context, &engine, &reporter, Task::Tags { tags, apply }).await;
    };
    let _agent = TerminalAgent::start();
    let options = TagOptions {
        locale: Some(context.locale().to_owned()),
        ..TagOptions::default()
    };
    let names: Vec<&str> = tags.iter().map(String::as_str).collect();
    let path = TagsProxy::new(&bus)
        .await?
        .set(&names, apply, options)
        .await?;
    Follower::new(context, &bus, path, &reporter).finish().await
}
