//! The commands.

mod actions;
mod computers;
mod files;
mod ports;
mod screen;
mod sessions;
mod sign_in;
mod terminal;

use migasfree_connect_core::fleet::{self, Computer};
use migasfree_connect_core::http::Api;
use migasfree_connect_core::links::{self, Begin};
use migasfree_connect_core::session::Session;
use migasfree_connect_core::sessions::Request;
use migasfree_connect_core::texts::Text;
use migasfree_connect_core::trouble::Trouble;
use migasfree_types::shown::shown;
use tokio::io::AsyncReadExt as _;

use crate::arguments::{As, Command, Look, Screen, Ssh, View, Why};
use crate::context::Context;
use crate::{Exit, output, tty};

/// Does what a command says; without one in a terminal, lets the person choose a computer.
pub async fn run(context: &Context, command: Option<Command>) -> Result<Exit, Trouble> {
    match command {
        None => computers::choose(context).await,
        Some(Command::Login(login)) => sign_in::login(context, &login).await,
        Some(Command::Logout) => sign_in::logout(context).await,
        Some(Command::List(list)) => computers::list(context, "", &list).await,
        Some(Command::Search(search)) => computers::list(context, &search.text, &search.list).await,
        Some(Command::Terminal(asked)) => terminal::named(context, &asked).await,
        Some(Command::Screen(asked)) => screen::named(context, &asked).await,
        Some(Command::Files(files)) => self::files::run(context, &files).await,
        Some(Command::Forward(forward)) => ports::forward(context, &forward).await,
        Some(Command::Ssh(ssh)) => ports::ssh(context, &ssh).await,
        Some(Command::Vnc(view)) => ports::vnc(context, &view).await,
        Some(Command::Rdp(view)) => ports::rdp(context, &view).await,
        Some(Command::Sessions(asked)) => self::sessions::run(context, &asked).await,
        Some(Command::Action(asked)) => self::actions::order(context, &asked).await,
        Some(Command::Actions(asked)) => self::actions::list(context, &asked).await,
        Some(Command::Open(open)) => opened(context, open.link.as_deref()).await,
    }
}

/// What the desktop opens: a link, or the chooser. Its terminal is closed when this ends, so that what went wrong is left to
/// be read.
async fn opened(context: &Context, text: Option<&str>) -> Result<Exit, Trouble> {
    let ended = match text {
        Some(text) => link(context, text).await,
        None => computers::choose(context).await,
    };
    if let Err(trouble) = &ended
        && tty::is_there()
    {
        output::complain(&shown(&context.language.say(&trouble.message)));
        context.tell(Text::PressEnter, &[]);
        let _ = tokio::io::stdin().read_u8().await;
        return Ok(Exit::of(trouble));
    }
    ended
}

/// Begins what a link says.
async fn link(context: &Context, text: &str) -> Result<Exit, Trouble> {
    let link = links::read(text)?;
    let computer = link.computer.to_string();
    let (user, why) = (None, Why::default());
    match link.begin {
        Begin::Terminal => {
            let asked = crate::arguments::Terminal {
                computer,
                who: As::default(),
                why,
            };
            terminal::named(context, &asked).await
        }
        Begin::Screen => {
            let look = Look::default();
            screen::named(context, &Screen { computer, look }).await
        }
        Begin::Ssh => {
            let arguments = Vec::new();
            let asked = Ssh {
                computer,
                user,
                arguments,
                why,
            };
            ports::ssh(context, &asked).await
        }
        Begin::Vnc => {
            let asked = View {
                computer,
                user,
                why,
            };
            ports::vnc(context, &asked).await
        }
        Begin::Rdp => {
            let asked = View {
                computer,
                user,
                why,
            };
            ports::rdp(context, &asked).await
        }
    }
}

/// The server, and the computer that is meant there.
async fn computer(context: &Context, typed: &str) -> Result<(Api, Computer), Trouble> {
    let api = context.signed_in().await?;
    let computer = fleet::find(&api, typed).await?;
    Ok((api, computer))
}

/// A session for a service.
async fn session(
    context: &Context,
    api: &Api,
    computer: &Computer,
    request: Request,
) -> Result<Session, Trouble> {
    let server = context.server()?;
    Session::begin(api, &server, computer, &request, context.notices()).await
}

/// What is asked for: a service of a computer, as whom, and why.
fn request(
    computer: &Computer,
    service: &'static str,
    mode: Option<&'static str>,
    why: &Why,
) -> Request {
    Request {
        computer: computer.id,
        service,
        mode,
        account: String::new(),
        port: String::new(),
        reason: why.reason.clone(),
        ticket: why.ticket.clone(),
    }
}
