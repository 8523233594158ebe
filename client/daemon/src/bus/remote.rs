//! `org.migasfree.Client1.Remote`, and what is told of remote support.

use std::sync::Arc;

use migasfree_dbus::Error;
use migasfree_dbus::names::ROOT_PATH;
use zbus::message::Header;
use zbus::names::UniqueName;
use zbus::object_server::SignalEmitter;
use zbus::{OwnedFd, interface};

use super::announce::Announcer;
use super::support::SupportObject;
use crate::access::{Access, check_text};
use crate::actions::Actions;
use crate::remote::{Remote, Tiding, word};
use crate::settings::SettingsKeeper;
use crate::signals::heard;

/// The interface of the agent.
#[derive(Debug)]
pub struct RemoteObject {
    pub access: Arc<Access>,
    pub settings: SettingsKeeper,
    pub remote: Remote,
    pub actions: Actions,
}

#[interface(name = "org.migasfree.Client1.Remote")]
impl RemoteObject {
    #[zbus(out_args("computer", "key", "signature", "server_key", "server", "services"))]
    async fn sign_hello(
        &self,
        nonce: &str,
        made: i64,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(i64, String, String, String, String, Vec<String>), Error> {
        let agent = self.agent(&header).await?;
        check_text(nonce)?;
        let hello = self.remote.hello(&agent, nonce, made).await?;
        Ok((
            hello.computer,
            hello.key,
            hello.signature,
            hello.server,
            hello.base,
            hello.services,
        ))
    }

    #[zbus(out_args("server", "authorities"))]
    async fn server(&self, #[zbus(header)] header: Header<'_>) -> Result<(String, String), Error> {
        self.agent(&header).await?;
        self.remote.server()
    }

    #[zbus(out_args("proxy", "certificate"))]
    async fn way(&self, #[zbus(header)] header: Header<'_>) -> Result<(String, String), Error> {
        self.agent(&header).await?;
        self.remote.way()
    }

    #[zbus(out_args("signature"))]
    async fn prove(
        &self,
        message: Vec<u8>,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<Vec<u8>, Error> {
        self.agent(&header).await?;
        self.remote.prove(&message)
    }

    #[zbus(out_args("session", "mode", "switches", "recorded", "ends"))]
    async fn start_session(
        &self,
        grant: &str,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(String, String, String, bool, i64), Error> {
        let agent = self.agent(&header).await?;
        let started = self.remote.start(&agent, grant).await?;
        Ok(started.on_the_bus())
    }

    #[zbus(out_args("terminal", "master"))]
    async fn open_terminal(
        &self,
        session: &str,
        columns: u16,
        rows: u16,
        term: &str,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(u32, OwnedFd), Error> {
        self.agent(&header).await?;
        let size = (columns, rows);
        let (terminal, master) = self.remote.open_terminal(session, size, term).await?;
        Ok((terminal, master.into()))
    }

    async fn resize(
        &self,
        session: &str,
        terminal: u32,
        columns: u16,
        rows: u16,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(), Error> {
        self.agent(&header).await?;
        self.remote.resize(session, terminal, columns, rows)
    }

    async fn close_terminal(
        &self,
        session: &str,
        terminal: u32,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(), Error> {
        self.agent(&header).await?;
        self.remote.close_terminal(session, terminal).await
    }

    #[zbus(out_args("connection"))]
    async fn open_port(
        &self,
        session: &str,
        name: &str,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<OwnedFd, Error> {
        self.agent(&header).await?;
        Ok(self.remote.open_port(session, name).await?.into())
    }

    #[zbus(out_args("connection"))]
    async fn open_files(
        &self,
        session: &str,
        request: &str,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<OwnedFd, Error> {
        self.agent(&header).await?;
        check_text(request)?;
        Ok(self.remote.open_files(session, request).await?.into())
    }

    #[zbus(out_args("connection"))]
    async fn open_screen(
        &self,
        session: &str,
        request: &str,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<OwnedFd, Error> {
        self.agent(&header).await?;
        check_text(request)?;
        Ok(self.remote.open_screen(session, request).await?.into())
    }

    async fn end_session(
        &self,
        session: &str,
        code: &str,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(), Error> {
        self.agent(&header).await?;
        self.remote.end(session, code).await
    }

    async fn act(&self, order: &str, #[zbus(header)] header: Header<'_>) -> Result<(), Error> {
        let agent = self.agent(&header).await?;
        self.actions.act(&agent, order).await
    }

    async fn tell_actions(&self, #[zbus(header)] header: Header<'_>) -> Result<(), Error> {
        let agent = self.agent(&header).await?;
        self.actions.tell_all(&agent).await;
        Ok(())
    }

    #[zbus(signal)]
    async fn acting(
        emitter: &SignalEmitter<'_>,
        execution: &str,
        state: &str,
        exit: i32,
        output: &str,
        sequence: u32,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn asking(emitter: &SignalEmitter<'_>, session: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn session_ended(
        emitter: &SignalEmitter<'_>,
        session: &str,
        code: &str,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn terminal_exited(
        emitter: &SignalEmitter<'_>,
        session: &str,
        terminal: u32,
        status: i32,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn services_changed(
        emitter: &SignalEmitter<'_>,
        services: Vec<String>,
    ) -> zbus::Result<()>;
}

impl RemoteObject {
    /// The connection of the agent, if it is the agent who calls. What it wants is done by the settings of now.
    async fn agent(&self, header: &Header<'_>) -> Result<String, Error> {
        let caller = self.access.caller(header).await?;
        self.remote.admit_agent(&caller).await?;
        self.settings.apply().await;
        Ok(caller.address().to_owned())
    }
}

impl Announcer {
    /// Tells it to nobody but these connections.
    pub(super) async fn remote(&self, to: &[String], tiding: &Tiding) {
        for address in to {
            let Some(emitter) = self.signals.emitter(ROOT_PATH) else {
                return;
            };
            // Without a bus there is one listener only, and it has no address.
            let emitter = match UniqueName::try_from(address.as_str()) {
                Ok(name) => emitter.set_destination(name.to_owned().into()),
                Err(_) => emitter,
            };
            heard(told(&emitter, tiding).await);
        }
    }
}

async fn told(emitter: &SignalEmitter<'_>, tiding: &Tiding) -> zbus::Result<()> {
    match tiding {
        Tiding::Asking(session) => RemoteObject::asking(emitter, session).await,
        Tiding::SessionEnded(session, code) => {
            RemoteObject::session_ended(emitter, session, code).await
        }
        Tiding::TerminalExited(session, terminal, status) => {
            RemoteObject::terminal_exited(emitter, session, *terminal, *status).await
        }
        Tiding::Acting(result) => {
            let (state, exit) = (word(result.state), result.exit.unwrap_or(-1));
            let output = result.output.as_deref().unwrap_or_default();
            let (execution, sequence) = (&result.execution, result.sequence);
            RemoteObject::acting(emitter, execution, &state, exit, output, sequence).await
        }
        Tiding::Services(services) => {
            RemoteObject::services_changed(emitter, services.clone()).await
        }
        Tiding::Question(id, session, seconds, allows) => {
            SupportObject::question(emitter, *id, session.clone(), *seconds, *allows).await
        }
        Tiding::Closed(id) => SupportObject::question_closed(emitter, *id).await,
        Tiding::ScreenWanted(session, id) => {
            SupportObject::screen_wanted(emitter, session, *id).await
        }
        Tiding::Message(id, message) => SupportObject::message(emitter, *id, message.clone()).await,
        Tiding::Started(session) => SupportObject::started(emitter, session.clone()).await,
        Tiding::Ended(session, code) => SupportObject::ended(emitter, session, code).await,
    }
}
