//! Who is at this computer: logind knows the active login, and only its user is believed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use zbus::fdo::DBusProxy;
use zbus::names::BusName;
use zbus::{Connection, OwnedObjectPath, OwnedVariant, Variant};

use tokio::sync::oneshot;

use super::consent::Answer;

const LOGIND: &str = "org.freedesktop.login1";

/// Programs that ask and tell the person, and what is being asked.
#[derive(Debug)]
pub(super) struct People {
    /// The user who counts where logind is not there to ask: the daemon's own in the session mode.
    alone: Option<u32>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The registered connections.
    helpers: BTreeMap<String, Helper>,
    questions: HashMap<u32, oneshot::Sender<Answer>>,
    last: u32,
}

/// A program that asks and tells a person.
#[derive(Debug)]
struct Helper {
    uid: u32,
    /// Whether it can show their screen.
    shows: bool,
}

/// Whose screen can be shown, and by which connections.
#[derive(Debug)]
pub(super) struct Shown {
    pub uid: u32,
    pub helpers: Vec<String>,
}

impl People {
    pub(super) fn new(alone: Option<u32>) -> Self {
        Self {
            alone,
            known: Mutex::default(),
        }
    }

    /// Whether a user is at the computer now.
    pub(super) async fn is_there(&self, bus: Option<&Connection>, uid: u32) -> bool {
        self.active(bus).await.contains(&uid)
    }

    /// The programs of whoever is at the computer now.
    pub(super) async fn helpers(&self, bus: Option<&Connection>) -> Vec<String> {
        let active = self.active(bus).await;
        let known = self.lock();
        let there = known
            .helpers
            .iter()
            .filter(|(_, helper)| active.contains(&helper.uid));
        there.map(|(address, _)| address.clone()).collect()
    }

    /// The screen at the computer, if a person's is seen there and one of their programs can show it.
    pub(super) async fn screen(&self, bus: Option<&Connection>) -> Option<Shown> {
        let logins = self.logins(bus).await.unwrap_or_default();
        let known = self.lock();
        let seen = logins
            .iter()
            .filter(|login| login.active && login.graphical);
        let mut screens = seen.map(|login| Shown {
            uid: login.uid,
            helpers: known.that_show(login.uid),
        });
        screens.find(|screen| !screen.helpers.is_empty())
    }

    /// Whether it is certain that a user is not at the computer any more.
    pub(super) async fn has_left(&self, bus: Option<&Connection>, uid: u32) -> bool {
        let logins = self.logins(bus).await;
        logins.is_some_and(|logins| !logins.iter().any(|login| login.active && login.uid == uid))
    }

    pub(super) fn register(&self, address: &str, uid: u32) {
        let helper = Helper { uid, shows: false };
        let mut known = self.lock();
        known.helpers.entry(address.to_owned()).or_insert(helper);
    }

    /// A registered program says whether it can show the screen; `false` where it is not registered.
    pub(super) fn shows(&self, address: &str, shows: bool) -> bool {
        let mut known = self.lock();
        let helper = known.helpers.get_mut(address);
        helper.map(|helper| helper.shows = shows).is_some()
    }

    /// Whether it was registered.
    pub(super) fn forget(&self, address: &str) -> bool {
        self.lock().helpers.remove(address).is_some()
    }

    /// A new question, and where its answer comes.
    pub(super) fn ask(&self) -> (u32, oneshot::Receiver<Answer>) {
        let (sender, receiver) = oneshot::channel();
        let mut known = self.lock();
        known.last = known.last.wrapping_add(1);
        let id = known.last;
        known.questions.insert(id, sender);
        (id, receiver)
    }

    /// Answers a question; `false` where it is not open.
    pub(super) fn answer(&self, id: u32, answer: Answer) -> bool {
        let asked = self.lock().questions.remove(&id);
        asked.is_some_and(|asked| asked.send(answer).is_ok())
    }

    pub(super) fn close(&self, id: u32) {
        self.lock().questions.remove(&id);
    }

    /// Whether nobody is logged in at this computer, for certain.
    pub(super) async fn is_deserted(&self, bus: Option<&Connection>) -> bool {
        self.logins(bus)
            .await
            .is_some_and(|logins| logins.is_empty())
    }

    async fn active(&self, bus: Option<&Connection>) -> Vec<u32> {
        let logins = self.logins(bus).await.unwrap_or_default();
        let active = logins.into_iter().filter(|login| login.active);
        active.map(|login| login.uid).collect()
    }

    /// Who is logged in at a seat; `None` where nobody knows.
    async fn logins(&self, bus: Option<&Connection>) -> Option<Vec<Login>> {
        if let Some(bus) = bus
            && is_logind_there(bus).await
        {
            let logins = logins(bus).await;
            let told = logins.inspect_err(|error| {
                tracing::warn!(%error, "logind does not say who is at this computer");
            });
            return told.ok();
        }
        let uid = self.alone?;
        Some(vec![Login {
            uid,
            active: true,
            graphical: true,
        }])
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// The connections that can show the screen of a user.
    fn that_show(&self, uid: u32) -> Vec<String> {
        let fits = |helper: &Helper| helper.uid == uid && helper.shows;
        let showing = self.helpers.iter().filter(|(_, helper)| fits(helper));
        showing.map(|(address, _)| address.clone()).collect()
    }
}

async fn is_logind_there(bus: &Connection) -> bool {
    let Ok(proxy) = DBusProxy::new(bus).await else {
        return false;
    };
    let Ok(name) = BusName::try_from(LOGIND) else {
        return false;
    };
    proxy.name_has_owner(name).await.unwrap_or(false)
}

/// A person who is logged in at a seat.
struct Login {
    uid: u32,
    /// Whether it is theirs what the screen shows now.
    active: bool,
    /// Whether that is a desktop, and no text.
    graphical: bool,
}

async fn logins(bus: &Connection) -> zbus::Result<Vec<Login>> {
    let answer = bus
        .call_method(
            Some(LOGIND),
            "/org/freedesktop/login1",
            Some("org.freedesktop.login1.Manager"),
            "ListSessions",
            &(),
        )
        .await?;
    let sessions: Vec<(String, u32, String, String, OwnedObjectPath)> =
        answer.body().deserialize()?;
    let mut logins = Vec::new();
    for (_, uid, _, seat, path) in sessions {
        // A login without a seat is not at this computer, whatever it says.
        if !seat.is_empty()
            && let Some(login) = person(bus, uid, &path).await?
        {
            logins.push(login);
        }
    }
    Ok(logins)
}

/// The login of a user; `None` where it is no person's.
async fn person(bus: &Connection, uid: u32, path: &OwnedObjectPath) -> zbus::Result<Option<Login>> {
    let answer = bus
        .call_method(
            Some(LOGIND),
            path.as_str(),
            Some("org.freedesktop.DBus.Properties"),
            "GetAll",
            &"org.freedesktop.login1.Session",
        )
        .await?;
    let properties: HashMap<String, OwnedVariant> = answer.body().deserialize()?;
    Ok(read(uid, &properties))
}

fn read(uid: u32, properties: &HashMap<String, OwnedVariant>) -> Option<Login> {
    let flag = |name: &str| {
        matches!(
            properties.get(name).map(|value| &**value),
            Some(Variant::Bool(true))
        )
    };
    let text = |name: &str| match properties.get(name).map(|value| &**value) {
        Some(Variant::Str(text)) => text.as_str().to_owned(),
        _ => String::new(),
    };
    // The screen that asks who is there is a login too, of a user nobody knows.
    let person = matches!(text("Class").as_str(), "user" | "user-early");
    let there = !flag("Remote") && person && text("State") != "closing";
    there.then(|| Login {
        uid,
        active: flag("Active"),
        graphical: matches!(text("Type").as_str(), "x11" | "wayland" | "mir"),
    })
}
