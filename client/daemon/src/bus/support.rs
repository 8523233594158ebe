//! `org.migasfree.Client1.Support`.

use std::sync::Arc;

use migasfree_dbus::{Error, MessageRecord, SupportRecord};
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::{OwnedFd, interface};

use crate::access::{Access, Caller};
use crate::actions::Actions;
use crate::remote::Remote;

/// The interface of the person at this computer.
#[derive(Debug)]
pub struct SupportObject {
    pub access: Arc<Access>,
    pub remote: Remote,
    pub actions: Actions,
}

#[interface(name = "org.migasfree.Client1.Support")]
impl SupportObject {
    #[zbus(out_args("sessions"))]
    async fn register(
        &self,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<Vec<SupportRecord>, Error> {
        let person = self.person(&header).await?;
        let sessions = self.remote.register(&person);
        self.actions.somebody_came();
        Ok(sessions)
    }

    async fn answer(
        &self,
        id: u32,
        answer: &str,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(), Error> {
        self.person(&header).await?;
        self.remote.answer(id, answer)
    }

    async fn end_now(
        &self,
        session: &str,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(), Error> {
        self.person(&header).await?;
        self.remote.end_now(session).await
    }

    async fn offer_screen(
        &self,
        shows: bool,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(), Error> {
        let person = self.person(&header).await?;
        self.remote.offer_screen(&person, shows).await
    }

    #[zbus(out_args("connection", "order"))]
    async fn take_screen(
        &self,
        id: u32,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(OwnedFd, String), Error> {
        let person = self.person(&header).await?;
        let (socket, order) = self.remote.take_screen(&person, id)?;
        Ok((socket.into(), order))
    }

    async fn shown(&self, id: u32, #[zbus(header)] header: Header<'_>) -> Result<(), Error> {
        self.person(&header).await?;
        self.actions.shown(id)
    }

    #[zbus(signal)]
    pub async fn screen_wanted(
        emitter: &SignalEmitter<'_>,
        session: &str,
        id: u32,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn question(
        emitter: &SignalEmitter<'_>,
        id: u32,
        session: SupportRecord,
        seconds: u32,
        allows: bool,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn question_closed(emitter: &SignalEmitter<'_>, id: u32) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn message(
        emitter: &SignalEmitter<'_>,
        id: u32,
        message: MessageRecord,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn started(emitter: &SignalEmitter<'_>, session: SupportRecord) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn ended(emitter: &SignalEmitter<'_>, session: &str, code: &str) -> zbus::Result<()>;
}

impl SupportObject {
    async fn person(&self, header: &Header<'_>) -> Result<Caller, Error> {
        let caller = self.access.caller(header).await?;
        self.remote.admit_person(&caller).await?;
        Ok(caller)
    }
}
