//! What the person sees of remote support, on a desktop of the test.

use std::collections::HashMap;

use migasfree_client::support::serve;
use migasfree_client::texts::Language;
use migasfree_dbus::RemoteProxy;
use migasfree_grant::order::Verb;
use migasfree_grant::{Consent, Mode, Service, sign};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zbus::object_server::SignalEmitter;
use zbus::{Connection, OwnedVariant, interface};

use crate::actions::{Agent, order};
use crate::engine::{World, server_key};
use crate::fixture::{Fixture, PATIENCE, next};
use crate::remote::granted;

const PATH: &str = "/org/freedesktop/Notifications";

/// A notification: its number, title, text and buttons.
pub type Note = (u32, String, String, Vec<String>);

struct Desktop {
    shown: UnboundedSender<Note>,
    last: u32,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Desktop {
    #[allow(clippy::too_many_arguments, reason = "the desktop wants it so")]
    async fn notify(
        &mut self,
        _program: String,
        _replaces: u32,
        _icon: String,
        title: String,
        text: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedVariant>,
        _limit: i32,
    ) -> u32 {
        self.last += 1;
        self.shown.send((self.last, title, text, actions)).unwrap();
        self.last
    }

    async fn close_notification(&self, _id: u32) {}

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action: &str)
    -> zbus::Result<()>;
}

pub async fn desktop(fixture: &Fixture) -> (Connection, UnboundedReceiver<Note>) {
    let bus = fixture.bus.connect().await.unwrap();
    let (shown, notes) = unbounded_channel();
    let desktop = Desktop { shown, last: 0 };
    bus.object_server().at(PATH, desktop).await.unwrap();
    let name = "org.freedesktop.Notifications";
    bus.request_name(name).await.unwrap();
    (bus, notes)
}

async fn note(notes: &mut UnboundedReceiver<Note>) -> Note {
    let note = tokio::time::timeout(PATIENCE, notes.recv()).await;
    note.expect("nothing is shown").unwrap()
}

pub async fn a_question_has_buttons_and_a_banner_ends_the_session() {
    let fixture = Fixture::session(World::new()).await;
    let (desktop, mut notes) = desktop(&fixture).await;
    let system = fixture.bus.connect().await.unwrap();
    let session = fixture.bus.connect().await.unwrap();
    let helper = serve(system, session, Language::ENGLISH);
    tokio::select! {
        over = Box::pin(helper) => panic!("it ended: {over:?}"),
        () = Box::pin(helped(&fixture, &desktop, &mut notes)) => {}
    }
}

async fn helped(fixture: &Fixture, desktop: &Connection, notes: &mut UnboundedReceiver<Note>) {
    let bus = fixture.bus.connect().await.unwrap();
    let agent = RemoteProxy::new(&bus).await.unwrap();
    let mut ended = agent.receive_session_ended().await.unwrap();
    let press = async |note: u32, button: &str| {
        let emitter = SignalEmitter::new(desktop, PATH).unwrap();
        Desktop::action_invoked(&emitter, note, button)
            .await
            .unwrap();
    };
    // Until the helper is there nobody can be asked.
    let grant = loop {
        let grant = granted(Service::Terminal, Mode::User, Consent::Notify);
        if agent
            .start_session(&sign(&grant, &server_key()))
            .await
            .is_ok()
        {
            break grant;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let (banner, title, text, actions) = note(notes).await;
    assert_eq!(title, "Eva is helping on this computer");
    assert!(text.contains("Reason: the printer"), "{text}");
    assert!(text.contains("not recorded"), "{text}");
    assert_eq!(actions, ["end", "End now"]);
    press(banner, "end").await;
    let over = next(&mut ended).await;
    let over = over.args().unwrap();
    assert_eq!(*over.session(), grant.session);
    assert_eq!(*over.code(), "ended_by_person");
    assert_eq!(note(notes).await.1, "Remote support has ended");

    let consent = Consent::Ask { seconds: 60 };
    let grant = granted(Service::Files, Mode::ReadWrite, consent);
    let text = sign(&grant, &server_key());
    let answered = async {
        let (question, title, _, actions) = note(notes).await;
        assert_eq!(title, "Eva wants to help on this computer");
        let buttons = ["allow", "Allow", "view", "View only", "deny", "Deny"];
        assert_eq!(actions, buttons);
        press(question, "view").await;
    };
    let (begun, ()) = tokio::join!(agent.start_session(&text), answered);
    assert_eq!(begun.unwrap().1, "read");
}

pub async fn a_message_of_the_helpdesk_is_shown() {
    let fixture = Fixture::session(World::new()).await;
    let (_desktop, mut notes) = desktop(&fixture).await;
    let system = fixture.bus.connect().await.unwrap();
    let session = fixture.bus.connect().await.unwrap();
    let helper = serve(system, session, Language::ENGLISH);
    tokio::select! {
        over = Box::pin(helper) => panic!("it ended: {over:?}"),
        () = Box::pin(told(&fixture, &mut notes)) => {}
    }
}

async fn told(fixture: &Fixture, notes: &mut UnboundedReceiver<Note>) {
    let mut agent = Agent::new(fixture).await;
    let order = order(Verb::Message {
        title: "Printers".into(),
        text: "They are <b>back</b>.".into(),
    });
    agent.act(&order).await;
    let (_, title, text, actions) = note(notes).await;
    assert_eq!(title, "Message from Eva");
    let wanted = "Printers\nThey are &lt;b&gt;back&lt;/b&gt;.\nReason: the printer";
    assert_eq!(text, wanted);
    assert!(actions.is_empty());
    let told = agent.end(&order).await;
    assert_eq!(told.state, "succeeded", "{}", told.output);
}
