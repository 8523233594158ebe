//! What keeps somebody signed in, in the keyring of the desktop: a Secret Service on a bus of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use migasfree_tests::bus::Bus;
use zbus::{Connection, OwnedObjectPath, OwnedVariant, Variant, fdo, interface};

use crate::program::Person;
use crate::server::{Behaviour, Server};

const PLACE: &str = "/org/freedesktop/secrets";
const COLLECTION: &str = "/org/freedesktop/secrets/collection/login";
const ITEM: &str = "/org/freedesktop/secrets/collection/login/1";
const SESSION: &str = "/org/freedesktop/secrets/session/1";

type Secret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);
type Stored = Arc<Mutex<Option<String>>>;

fn path(text: &str) -> OwnedObjectPath {
    OwnedObjectPath::try_from(text).unwrap()
}

struct Service(Stored);

#[interface(name = "org.freedesktop.Secret.Service")]
impl Service {
    fn open_session(
        &self,
        algorithm: String,
        _input: OwnedVariant,
    ) -> fdo::Result<(OwnedVariant, OwnedObjectPath)> {
        assert_eq!(algorithm, "plain");
        let output = OwnedVariant::try_from(Variant::from(""))
            .map_err(|error| fdo::Error::Failed(error.to_string()))?;
        Ok((output, path(SESSION)))
    }

    fn read_alias(&self, _name: String) -> OwnedObjectPath {
        path(COLLECTION)
    }

    fn search_items(
        &self,
        attributes: HashMap<String, String>,
    ) -> (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) {
        assert_eq!(attributes["application"], "migasfree-connect");
        let stored = self.0.lock().unwrap();
        (stored.iter().map(|_| path(ITEM)).collect(), Vec::new())
    }

    fn unlock(&self, objects: Vec<OwnedObjectPath>) -> (Vec<OwnedObjectPath>, OwnedObjectPath) {
        (objects, path("/"))
    }
}

struct Collection(Stored);

#[interface(name = "org.freedesktop.Secret.Collection")]
impl Collection {
    fn create_item(
        &self,
        properties: HashMap<String, OwnedVariant>,
        secret: Secret,
        replace: bool,
    ) -> (OwnedObjectPath, OwnedObjectPath) {
        assert!(replace && properties.contains_key("org.freedesktop.Secret.Item.Attributes"));
        *self.0.lock().unwrap() = Some(String::from_utf8(secret.2).unwrap());
        (path(ITEM), path("/"))
    }
}

struct Item(Stored);

#[interface(name = "org.freedesktop.Secret.Item")]
impl Item {
    fn get_secret(&self, session: OwnedObjectPath) -> (Secret,) {
        let value = self.0.lock().unwrap().clone().unwrap_or_default();
        ((
            session,
            Vec::new(),
            value.into_bytes(),
            "text/plain".to_owned(),
        ),)
    }

    fn delete(&self) -> OwnedObjectPath {
        *self.0.lock().unwrap() = None;
        path("/")
    }
}

async fn keyring(address: &str, stored: &Stored) -> Connection {
    zbus::connection::Builder::address(address)
        .name("org.freedesktop.secrets")
        .serve_at(PLACE, Service(Arc::clone(stored)))
        .serve_at(COLLECTION, Collection(Arc::clone(stored)))
        .serve_at(ITEM, Item(Arc::clone(stored)))
        .build()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_secret_lies_in_the_keyring_where_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let bus = Bus::session(folder.path()).unwrap();
    let stored = Stored::default();
    let _keyring = keyring(bus.address(), &stored).await;
    let server = Server::start(Behaviour::default()).await;
    let person = Person::new();
    let run = async |line: &[&str]| {
        let mut command = person.command(line);
        command.env("DBUS_SESSION_BUS_ADDRESS", bus.address());
        command.output().await.unwrap()
    };
    let login = run(&["login", "--server", &server.address]).await;
    let said = String::from_utf8_lossy(&login.stderr);
    assert!(
        login.status.success() && !said.contains("keyring"),
        "{said}"
    );
    assert!(
        stored
            .lock()
            .unwrap()
            .as_deref()
            .unwrap()
            .starts_with("refresh-")
    );
    assert!(
        !person
            .home()
            .join(".local/share/migasfree-connect")
            .exists()
    );
    assert!(run(&["list"]).await.status.success());
    assert!(run(&["logout"]).await.status.success());
    assert_eq!(*stored.lock().unwrap(), None);
}
