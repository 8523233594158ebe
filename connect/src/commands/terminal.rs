//! A terminal of another computer.

use migasfree_connect_core::fleet::Computer;
use migasfree_connect_core::http::Api;
use migasfree_connect_core::ssh::account;
use migasfree_connect_core::terminal::{self, Left, Seat, Size};
use migasfree_connect_core::texts::Text;
use migasfree_connect_core::trouble::Trouble;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::{computer, request, session};
use crate::Exit;
use crate::arguments::{As, Terminal, Why};
use crate::context::Context;
use crate::signals::{Keys, or_interrupted};
use crate::tty::{self, Raw};

/// Opens a terminal of the computer that is named.
pub async fn named(context: &Context, asked: &Terminal) -> Result<Exit, Trouble> {
    let (api, found) = computer(context, &asked.computer).await?;
    at(context, &api, &found, &asked.who, &asked.why).await
}

/// Opens a terminal of a computer. The program ends as the shell there did.
pub async fn at(
    context: &Context,
    api: &Api,
    computer: &Computer,
    who: &As,
    why: &Why,
) -> Result<Exit, Trouble> {
    let mode = if who.admin { "administrator" } else { "user" };
    let mut request = request(computer, "terminal", Some(mode), why);
    if let Some(user) = &who.user {
        account(user)?.clone_into(&mut request.account);
    }
    let mut session = session(context, api, computer, request).await?;
    context.tell(Text::TerminalOpen, &[&computer.name]);
    if session.state().recorded {
        context.tell(Text::TerminalRecorded, &[]);
    }
    let seat = Seat {
        keys: tokio::io::stdin(),
        screen: tokio::io::stdout(),
        size: tty::size(),
        sizes: sizes(),
        term: std::env::var("TERM").unwrap_or_else(|_| "dumb".to_owned()),
    };
    // Without a terminal here, what comes from a pipe is passed on.
    let raw = tty::is_there().then(Raw::new).and_then(Result::ok);
    let left = or_interrupted(Keys::Ours, terminal::run(&mut session, seat)).await;
    drop(raw);
    session.end().await;
    Ok(match left? {
        Left::ByKeys | Left::Exited(None) => Exit::OK,
        Left::Exited(Some(status)) => Exit(u8::try_from(status).unwrap_or(255)),
    })
}

/// The sizes of this terminal, as they change.
fn sizes() -> mpsc::Receiver<Size> {
    let (sender, sizes) = mpsc::channel(4);
    if let Ok(mut changes) = signal(SignalKind::window_change()) {
        tokio::spawn(async move {
            while changes.recv().await.is_some() {
                if sender.send(tty::size()).await.is_err() {
                    break;
                }
            }
        });
    }
    sizes
}
