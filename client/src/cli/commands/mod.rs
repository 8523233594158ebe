//! The subcommands.

mod actions;
mod catalog;
mod computer;
mod jobs;
mod keys;
mod packages;
mod register;
mod settings;
mod status;
mod tags;
mod upload;
mod work;

use super::arguments::Command;
use super::context::Context;
use super::exit::Exit;
use super::failure::Failure;

type Ended = Result<Exit, Failure>;

/// Whether the answer is JSON and nothing else may be printed.
pub fn speaks_json(command: &Command) -> bool {
    match command {
        Command::Sync(arguments) => arguments.json,
        Command::Install(arguments) | Command::Purge(arguments) => arguments.json,
        Command::Search(arguments) => arguments.json,
        Command::Apps(arguments) => arguments.json,
        Command::Info(arguments) => arguments.json,
        Command::Jobs(arguments) => arguments.json,
        Command::Conf(arguments) => arguments.json,
        Command::Attributes(arguments) => arguments.json,
        Command::Categories(arguments)
        | Command::Label(arguments)
        | Command::Status(arguments)
        | Command::Inhibitors(arguments)
        | Command::Actions(arguments)
        | Command::Version(arguments)
        | Command::Network(arguments) => arguments.json,
        Command::Tags(arguments) => arguments.get,
        Command::Traits(_) | Command::Packages(_) | Command::Log(_) => true,
        Command::Register(_)
        | Command::Upload(_)
        | Command::Cancel(_)
        | Command::RemoveKeys(_)
        | Command::Keys(_) => false,
    }
}

pub async fn run(context: &Context, command: Command) -> Ended {
    match command {
        Command::Register(arguments) => register::register(context, arguments).await,
        Command::RemoveKeys(arguments) => register::remove_keys(context, &arguments).await,
        Command::Keys(arguments) => keys::keys(context, arguments).await,
        Command::Sync(arguments) => work::sync(context, &arguments).await,
        Command::Install(arguments) => work::change(context, &arguments, true).await,
        Command::Purge(arguments) => work::change(context, &arguments, false).await,
        Command::Search(arguments) => packages::search(context, &arguments).await,
        Command::Packages(arguments) => packages::packages(context, arguments).await,
        Command::Apps(arguments) => catalog::apps(context, &arguments).await,
        Command::Categories(arguments) => catalog::categories(context, &arguments).await,
        Command::Info(arguments) => computer::info(context, arguments).await,
        Command::Label(arguments) => computer::label(context, &arguments).await,
        Command::Traits(arguments) => computer::traits(context, arguments).await,
        Command::Attributes(arguments) => computer::attributes(context, &arguments).await,
        Command::Network(arguments) => computer::network(context, &arguments).await,
        Command::Tags(arguments) => tags::tags(context, arguments).await,
        Command::Upload(arguments) => upload::upload(context, arguments).await,
        Command::Jobs(arguments) => jobs::jobs(context, &arguments).await,
        Command::Cancel(arguments) => jobs::cancel(context, &arguments).await,
        Command::Log(arguments) => jobs::log(context, &arguments).await,
        Command::Inhibitors(arguments) => jobs::inhibitors(context, &arguments).await,
        Command::Actions(arguments) => actions::actions(context, &arguments).await,
        Command::Status(arguments) => status::status(context, &arguments).await,
        Command::Version(arguments) => settings::version(context, &arguments),
        Command::Conf(arguments) => settings::conf(context, arguments).await,
    }
}
