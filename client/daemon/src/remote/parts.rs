//! What is done in a session: a terminal, files, the way to a service. Each verifies the grant again.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use migasfree_dbus::Error;
use migasfree_grant::{Grant, Mode, Service};
use migasfree_tunnel::files::FileRequest;

use super::files::{FILES_HELPER, is_allowed};
use super::sessions::Part;
use super::{Remote, Tiding, account, cut, failed, not_granted, ports};
use crate::process::guest::{Account, Running};
use crate::process::terminal::{self, Terminal};
use crate::process::unit;
use crate::texts::Text;

/// Who works in a terminal or with files that nobody gave a user: nobody but an administrator may.
const ADMINISTRATOR: &str = "root";
const LONGEST_TERM: usize = 64;
const USUAL_TERM: &str = "xterm-256color";

/// The user that a grant is for; `None` where it is for none.
pub(super) fn user_of(grant: &Grant) -> Option<&str> {
    match (grant.service, grant.mode) {
        (Service::Terminal, Mode::Administrator) => Some(ADMINISTRATOR),
        // An empty name is none.
        (Service::Terminal | Service::Files, _) => Some(grant.user.as_deref().unwrap_or("")),
        _ => None,
    }
}

impl Remote {
    /// Opens a terminal of this size: its number and its master side.
    pub async fn open_terminal(
        &self,
        session: &str,
        (columns, rows): (u16, u16),
        term: &str,
    ) -> Result<(u32, OwnedFd), Error> {
        let (grant, mode) = self.grant_of(session, Service::Terminal)?;
        if !matches!(mode, Mode::User | Mode::Administrator) {
            return Err(not_granted());
        }
        let account = self.account(&grant).await?;
        let terminal = Terminal::open(columns, rows).map_err(|error| failed(&error))?;
        let name = unit::of_remote(session, crate::random::uuid());
        let running = self
            .state
            .host
            .shell(&name, &account, &terminal, known_term(term))
            .map_err(|error| failed(&error))?;
        let own = terminal.master.try_clone().map_err(|error| failed(&error));
        let part = own.map(|own| Part::Terminal(own, running.stopper()))?;
        let number = self.attach(session, part).await?;
        self.follow(session, number, running);
        Ok((number, terminal.master))
    }

    /// Changes the size of a terminal.
    pub fn resize(&self, session: &str, number: u32, columns: u16, rows: u16) -> Result<(), Error> {
        let sessions = &self.state.sessions;
        let resized = sessions.terminal(session, number, |master| {
            terminal::resize(master, columns, rows)
        })?;
        resized.map_err(|error| failed(&error))
    }

    /// Ends what runs in a terminal.
    pub async fn close_terminal(&self, session: &str, number: u32) -> Result<(), Error> {
        let sessions = &self.state.sessions;
        sessions.terminal(session, number, |_| ())?;
        if let Some(stopper) = sessions.detach(session, number).and_then(cut) {
            stopper.stop().await;
        }
        Ok(())
    }

    /// Connects to a service of this computer.
    pub async fn open_port(&self, session: &str, name: &str) -> Result<OwnedFd, Error> {
        let (grant, _) = self.grant_of(session, Service::Port)?;
        let granted = grant.port.as_deref().unwrap_or_default();
        let number = ports::number(granted, name).ok_or_else(not_granted)?;
        let socket = ports::dial(name, number).await?;
        let own = socket.try_clone().map_err(|error| failed(&error))?;
        self.attach(session, Part::Port(own)).await?;
        Ok(socket)
    }

    /// Has a helper do what is asked for with files: the socket to it.
    pub async fn open_files(&self, session: &str, request: &str) -> Result<OwnedFd, Error> {
        let (grant, mode) = self.grant_of(session, Service::Files)?;
        let request: FileRequest = serde_json::from_str(request)
            .map_err(|_| Error::InvalidArgument(Text::RemoteRequest.told(&[])))?;
        if !is_allowed(&request, mode, grant.switches) {
            return Err(not_granted());
        }
        let account = self.account(&grant).await?;
        let (socket, theirs) = asked(&request).map_err(|error| failed(&error))?;
        let name = unit::of_remote(session, crate::random::uuid());
        let running = self
            .state
            .host
            .program(&name, &account, FILES_HELPER, theirs)
            .map_err(|error| failed(&error))?;
        let part = Part::Helper(running.stopper());
        let number = self.attach(session, part).await?;
        let (remote, session) = (self.clone(), session.to_owned());
        self.tasks.start("files", async move {
            running.ended().await;
            remote.state.sessions.detach(&session, number);
        });
        Ok(socket)
    }

    async fn account(&self, grant: &Grant) -> Result<Account, Error> {
        let name = user_of(grant).unwrap_or_default();
        let account = account::named(name).await?;
        if self.state.host.may_become(&account) {
            return Ok(account);
        }
        Err(Error::Refused(Text::RemoteCannotBecome.told(&[name])))
    }

    /// What cannot belong to its session any more is ended at once.
    pub(super) async fn attach(&self, session: &str, part: Part) -> Result<u32, Error> {
        match self.state.sessions.attach(session, part) {
            Ok(number) => Ok(number),
            Err(refused) => {
                let (part, error) = *refused;
                if let Some(stopper) = cut(part) {
                    stopper.stop().await;
                }
                Err(error)
            }
        }
    }

    /// Tells how what runs in a terminal ends.
    fn follow(&self, session: &str, number: u32, running: Running) {
        let (remote, session) = (self.clone(), session.to_owned());
        self.tasks.start("terminal", async move {
            let status = running.ended().await.unwrap_or(-1);
            let sessions = &remote.state.sessions;
            let Ok(agent) = sessions.with(&session, |one| one.agent.clone()) else {
                return;
            };
            sessions.detach(&session, number);
            let exited = Tiding::TerminalExited(session, number, status);
            remote.tell(&[agent], &exited).await;
        });
    }
}

/// A pair of sockets, at whose first end this request was said.
fn asked(request: &FileRequest) -> std::io::Result<(OwnedFd, OwnedFd)> {
    use std::io::Write as _;

    let (mut ours, theirs) = UnixStream::pair()?;
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    // A line of this length fits into the socket: nobody waits for the helper here.
    ours.write_all(&line)?;
    Ok((ours.into(), theirs.into()))
}

/// What the terminal is, if it is a name at all.
fn known_term(term: &str) -> &str {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
    let named = (1..=LONGEST_TERM).contains(&term.len()) && term.bytes().all(part);
    if named { term } else { USUAL_TERM }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_name_of_a_terminal_is_the_usual_one() {
        assert_eq!(known_term("screen.xterm-256color"), "screen.xterm-256color");
        for term in ["", "a b", "x=$(id)", &"x".repeat(65)] {
            assert_eq!(known_term(term), USUAL_TERM);
        }
    }
}
