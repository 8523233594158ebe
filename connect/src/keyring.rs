//! The keyring of the desktop: the Secret Service of freedesktop.org. What is said stays on the person's own bus, so it is
//! said plainly.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::time::timeout;
use zbus::{Connection, OwnedObjectPath, OwnedVariant, Proxy, Variant};

const SERVICE: &str = "org.freedesktop.secrets";
const PLACE: &str = "/org/freedesktop/secrets";
const NOTHING: &str = "/";

/// How long a person has to unlock it.
const PATIENCE: Duration = Duration::from_secs(120);

/// A secret as it crosses the bus: session, parameters, value, what it is.
type Secret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

/// The collection in which secrets are kept by default.
#[derive(Debug)]
pub struct Keyring {
    bus: Connection,
    session: OwnedObjectPath,
    collection: OwnedObjectPath,
}

impl Keyring {
    /// The keyring of the session bus.
    pub async fn of_the_desktop() -> zbus::Result<Self> {
        Self::open(Connection::session().await?).await
    }

    /// The keyring of a bus.
    pub async fn open(bus: Connection) -> zbus::Result<Self> {
        let service = proxy(&bus, PLACE, "Service").await?;
        let plain = ("plain", Variant::from(""));
        let (_, session): (OwnedVariant, OwnedObjectPath) =
            service.call("OpenSession", &plain).await?;
        let collection: OwnedObjectPath = service.call("ReadAlias", &("default",)).await?;
        if collection.as_str() == NOTHING {
            return Err(zbus::Error::Failure("there is no collection".to_owned()));
        }
        Ok(Self {
            bus,
            session,
            collection,
        })
    }

    /// The secret for a server.
    pub async fn load(&self, server: &str) -> zbus::Result<Option<String>> {
        let Some(item) = self.items(server).await?.into_iter().next() else {
            return Ok(None);
        };
        let item = proxy(&self.bus, item.as_str(), "Item").await?;
        let (_, _, value, _): Secret = item.call("GetSecret", &(&self.session,)).await?;
        Ok(String::from_utf8(value).ok())
    }

    /// Keeps the secret for a server in place of the one before.
    pub async fn save(&self, server: &str, secret: &str) -> zbus::Result<()> {
        self.unlock(&self.collection).await?;
        let properties: HashMap<&str, Variant<'_>> = HashMap::from([
            (
                "org.freedesktop.Secret.Item.Label",
                Variant::from(format!("Migasfree Connect: {server}")),
            ),
            (
                "org.freedesktop.Secret.Item.Attributes",
                Variant::from(attributes(server)),
            ),
        ]);
        let secret = (
            &self.session,
            Vec::<u8>::new(),
            secret.as_bytes(),
            "text/plain; charset=utf8",
        );
        let collection = proxy(&self.bus, self.collection.as_str(), "Collection").await?;
        let (_, prompt): (OwnedObjectPath, OwnedObjectPath) = collection
            .call("CreateItem", &(properties, secret, true))
            .await?;
        self.answer(&prompt).await
    }

    /// Forgets the secret for a server.
    pub async fn forget(&self, server: &str) -> zbus::Result<()> {
        for item in self.items(server).await? {
            let item = proxy(&self.bus, item.as_str(), "Item").await?;
            let prompt: OwnedObjectPath = item.call("Delete", &()).await?;
            self.answer(&prompt).await?;
        }
        Ok(())
    }

    /// What is kept for a server, unlocked.
    async fn items(&self, server: &str) -> zbus::Result<Vec<OwnedObjectPath>> {
        let service = proxy(&self.bus, PLACE, "Service").await?;
        let (mut open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            service.call("SearchItems", &(attributes(server),)).await?;
        for item in locked {
            self.unlock(&item).await?;
            open.push(item);
        }
        Ok(open)
    }

    async fn unlock(&self, what: &OwnedObjectPath) -> zbus::Result<()> {
        let service = proxy(&self.bus, PLACE, "Service").await?;
        let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) =
            service.call("Unlock", &(vec![what],)).await?;
        self.answer(&prompt).await
    }

    /// Lets the keyring ask the person, where it has to.
    async fn answer(&self, prompt: &OwnedObjectPath) -> zbus::Result<()> {
        if prompt.as_str() == NOTHING {
            return Ok(());
        }
        let prompt = proxy(&self.bus, prompt.as_str(), "Prompt").await?;
        let mut completed = prompt.receive_signal("Completed").await?;
        prompt.call::<_, _, ()>("Prompt", &("",)).await?;
        let answer = timeout(PATIENCE, completed.next()).await;
        let dismissed = || zbus::Error::Failure("the keyring was not unlocked".to_owned());
        let signal = answer.ok().flatten().ok_or_else(dismissed)?;
        let (is_dismissed, _): (bool, OwnedVariant) = signal.body().deserialize()?;
        if is_dismissed {
            return Err(dismissed());
        }
        Ok(())
    }
}

fn attributes(server: &str) -> HashMap<&str, &str> {
    HashMap::from([("application", "migasfree-connect"), ("server", server)])
}

async fn proxy<'a>(bus: &Connection, path: &'a str, interface: &str) -> zbus::Result<Proxy<'a>> {
    let interface = format!("org.freedesktop.Secret.{interface}");
    Proxy::new(bus, SERVICE, path, interface).await
}
