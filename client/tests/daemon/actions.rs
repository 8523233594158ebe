//! Orders of the server, and what the daemon makes of them.

use std::fs;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::Stream;
use migasfree_client::clock::{Clock as _, SystemClock};
use migasfree_client::sync::Scope;
use migasfree_dbus::{
    CallOptions, Error, ManagerProxy, RemoteProxy, SupportProxy, proxies::Acting,
};
use migasfree_grant::order::{Order, Verb, sign};
use migasfree_grant::{OperatorIdentity, Strength};
use migasfree_types::actions::ExecutionState;
use zbus::{Connection, OwnedObjectPath, interface};

use crate::engine::{World, computer_key, orders, server_key};
use crate::fixture::{Fixture, next, until};

/// What the daemon tells the agent.
type Heard = Pin<Box<dyn Stream<Item = Acting> + Send>>;

pub struct Agent {
    pub proxy: RemoteProxy<'static>,
    heard: Heard,
}

/// The last word of an order, and all that came out before.
pub struct Told {
    pub state: String,
    exit: i32,
    pub output: String,
    sequences: Vec<u32>,
}

impl Agent {
    pub async fn new(fixture: &Fixture) -> Self {
        let connection = fixture.bus.connect().await.unwrap();
        let proxy = RemoteProxy::new(&connection).await.unwrap();
        let heard = Box::pin(proxy.receive_acting().await.unwrap());
        Self { proxy, heard }
    }

    pub async fn act(&self, order: &Order) {
        self.proxy.act(&sign(order, &server_key())).await.unwrap();
    }

    /// The next thing that is told of an order.
    async fn word(&mut self, order: &Order) -> (String, String) {
        loop {
            let acting = next(&mut self.heard).await;
            let acting = acting.args().unwrap();
            if *acting.execution() == order.execution {
                return ((*acting.state()).to_owned(), (*acting.output()).to_owned());
            }
        }
    }

    pub async fn end(&mut self, order: &Order) -> Told {
        let (mut output, mut sequences) = (String::new(), Vec::new());
        loop {
            let acting = next(&mut self.heard).await;
            let acting = acting.args().unwrap();
            if *acting.execution() != order.execution {
                continue;
            }
            output.push_str(acting.output());
            sequences.push(*acting.sequence());
            if *acting.state() != "running" {
                return Told {
                    state: (*acting.state()).to_owned(),
                    exit: *acting.exit(),
                    output,
                    sequences,
                };
            }
        }
    }
}

fn now() -> i64 {
    SystemClock.now().unix_timestamp()
}

pub fn order(verb: Verb) -> Order {
    Order {
        execution: migasfree_client::random::uuid().to_string(),
        verb,
        computer: 42,
        key: computer_key().public().thumbprint().to_string(),
        issued: now(),
        expires: now() + 600,
        operator: OperatorIdentity {
            id: 1,
            name: "Eva".into(),
            strength: Strength::Passkey,
        },
        reason: "the printer".into(),
    }
}

fn message() -> Order {
    order(Verb::Message {
        title: "Printers".into(),
        text: "They are back.".into(),
    })
}

fn why<T: std::fmt::Debug>(answer: Result<T, Error>) -> String {
    let error = answer.unwrap_err();
    assert_eq!(error.code(), Some("Refused"), "{error}");
    error.message().code.into_owned()
}

fn synchronised(fixture: &Fixture) -> Vec<Scope> {
    World::read(&fixture.root).synchronised
}

pub async fn a_synchronisation_is_a_job_whose_output_is_told_in_order() {
    let fixture = Fixture::session(World::new()).await;
    let mut agent = Agent::new(&fixture).await;
    let order = order(Verb::Sync {});
    agent.act(&order).await;
    let told = agent.end(&order).await;
    assert_eq!((told.state.as_str(), told.exit), ("succeeded", 0));
    assert!(
        told.output.contains("Synchronising Full\n"),
        "{}",
        told.output
    );
    let wanted: Vec<u32> = (0..).take(told.sequences.len()).collect();
    assert_eq!(told.sequences, wanted);
    assert_eq!(synchronised(&fixture), [Scope::Full]);
    let client = fixture.connect().await;
    let jobs = client.manager.list_jobs(Default::default()).await.unwrap();
    let job = jobs.iter().find(|job| job.origin == "helpdesk");
    assert_eq!(job.unwrap().subject.reason.as_deref(), Some("agent"));
}

pub async fn the_inventory_is_told_by_two_jobs_one_after_the_other() {
    let fixture = Fixture::session(World::new()).await;
    let mut agent = Agent::new(&fixture).await;
    let order = order(Verb::Inventory {});
    agent.act(&order).await;
    let told = agent.end(&order).await;
    assert_eq!(told.state, "succeeded", "{}", told.output);
    assert_eq!(synchronised(&fixture), [Scope::Software, Scope::Hardware]);
    let (software, hardware) = ("Synchronising Software\n", "Synchronising Hardware\n");
    assert_eq!(told.output, [software, hardware].concat());

    World::change(&fixture.root, |world| world.offline = true);
    let order = self::order(Verb::Inventory {});
    agent.act(&order).await;
    let told = agent.end(&order).await;
    assert_eq!(
        (told.state.as_str(), told.exit),
        ("failed", 1),
        "{}",
        told.output
    );
    assert!(!told.output.is_empty());
}

pub async fn an_order_is_carried_out_once_also_when_the_daemon_is_started_again() {
    let mut fixture = Fixture::session(World::new()).await;
    let mut agent = Agent::new(&fixture).await;
    let order = order(Verb::Sync {});
    agent.act(&order).await;
    agent.end(&order).await;
    agent.act(&order).await;
    fixture.kill().await;
    fixture.start().await;
    let agent = Agent::new(&fixture).await;
    agent.act(&order).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(synchronised(&fixture), [Scope::Full]);
}

pub async fn a_job_goes_on_over_a_restart_and_its_end_is_told_once() {
    let world = World {
        sync: 3000,
        ..World::new()
    };
    let mut fixture = Fixture::session(world).await;
    let agent = Agent::new(&fixture).await;
    let order = order(Verb::Sync {});
    agent.act(&order).await;
    let ledger = fixture.root.join("var/lib/migasfree/daemon/actions.json");
    until("the order has its job", async || {
        fs::read_to_string(&ledger)
            .unwrap()
            .contains("\"jobs\":[1]")
    })
    .await;
    fixture.kill().await;
    fixture.start().await;
    let told = || World::read(&fixture.root).told;
    until("its end is told", async || {
        told()
            .iter()
            .any(|one| one.state == ExecutionState::Succeeded)
    })
    .await;
    let ends = told().iter().filter(|one| one.state.is_final()).count();
    assert_eq!(ends, 1);
    assert_eq!(synchronised(&fixture), [Scope::Full]);
    until_nothing_waits(&fixture).await;
}

/// The server has everything.
async fn until_nothing_waits(fixture: &Fixture) {
    until("the server has everything", async || {
        orders(&fixture.root).results().unwrap().is_empty()
    })
    .await;
}

/// A ledger as a daemon leaves it that was killed at this moment.
fn left(fixture: &Fixture, order: &Order, boot: &str, more: &str) {
    let text = serde_json::to_string(order).unwrap();
    let entry = format!(
        r#"{{"order":{text},"state":"running","begun":{},"sequence":1,"boot":"{boot}"{more}}}"#,
        now() - 60
    );
    let ledger = format!(r#"{{"{}":{entry}}}"#, order.execution);
    let folder = fixture.root.join("var/lib/migasfree/daemon");
    fs::write(folder.join("actions.json"), ledger).unwrap();
}

/// What the server is told at the end of an order.
async fn end_of(fixture: &Fixture, order: &Order) -> ExecutionState {
    let told = || {
        let told = World::read(&fixture.root).told.into_iter();
        let mut own = told.filter(|one| one.execution == order.execution);
        own.find(|one| one.state.is_final())
    };
    until("its end is told", async || told().is_some()).await;
    told().unwrap().state
}

pub async fn what_may_have_been_done_is_not_done_again() {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let boot = boot.trim();
    let reboot = Verb::Reboot {
        delay_minutes: 0,
        text: String::new(),
    };
    for (verb, boot, more, wanted) in [
        (Verb::Lock {}, boot, "", ExecutionState::Failed),
        (
            message().verb,
            boot,
            ",\"tried\":true",
            ExecutionState::Failed,
        ),
        (reboot.clone(), boot, "", ExecutionState::Failed),
        (
            reboot,
            "another",
            ",\"tried\":true,\"due\":7",
            ExecutionState::Succeeded,
        ),
    ] {
        let mut fixture = Fixture::session(World::new()).await;
        let logind = Logind::start(&fixture).await;
        fixture.kill().await;
        let order = order(verb);
        left(&fixture, &order, boot, more);
        fixture.start().await;
        assert_eq!(end_of(&fixture, &order).await, wanted, "{:?}", order.verb);
        assert!(logind.asked().is_empty(), "{:?}", logind.asked());
    }

    // A job that was made, and not written down any more, is the one that goes on.
    let mut fixture = Fixture::session(World::new()).await;
    let order = order(Verb::Sync {});
    Agent::new(&fixture).await.act(&order).await;
    until("it is done", async || !synchronised(&fixture).is_empty()).await;
    fixture.kill().await;
    left(&fixture, &order, boot, "");
    World::change(&fixture.root, |world| world.told.clear());
    fixture.start().await;
    assert_eq!(end_of(&fixture, &order).await, ExecutionState::Succeeded);
    assert_eq!(synchronised(&fixture), [Scope::Full]);
}

pub async fn what_is_no_order_for_this_computer_is_refused() {
    let fixture = Fixture::session(World::new()).await;
    let agent = Agent::new(&fixture).await.proxy;
    let sync = || order(Verb::Sync {});
    let forged = sign(&sync(), &computer_key());
    assert_eq!(why(agent.act(&forged).await), "ActionOrder");
    let late = Order {
        issued: now() - 120,
        expires: now() - 60,
        ..sync()
    };
    let another = Order {
        computer: 43,
        ..sync()
    };
    let older = Order {
        key: server_key().public().thumbprint().to_string(),
        ..sync()
    };
    let path = Order {
        execution: "../../../../../../../../etc/passwd.x".into(),
        ..sync()
    };
    for (order, code) in [
        (late, "ActionOrder"),
        (another, "ActionOtherComputer"),
        (older, "ActionOtherComputer"),
        (path, "ActionOtherComputer"),
    ] {
        let text = sign(&order, &server_key());
        assert_eq!(why(agent.act(&text).await), code, "{order:?}");
    }
    assert!(synchronised(&fixture).is_empty());
}

pub async fn orders_of_a_plan_run_after_the_synchronisation_and_that_counts() {
    let fixture = Fixture::session(World::new()).await;
    let logind = Logind::start(&fixture).await;
    let (sync, lock) = (order(Verb::Sync {}), order(Verb::Lock {}));
    let forged = sign(&order(Verb::Lock {}), &computer_key());
    let mut plan: Vec<String> = [&sync, &lock]
        .map(|order| sign(order, &server_key()))
        .into();
    plan.push(forged);
    World::change(&fixture.root, |world| world.plan = plan);
    let client = fixture.connect().await;
    for _ in 0..2 {
        let job = client.manager.sync(Default::default()).await.unwrap();
        client.finished(&job).await;
    }
    for order in [&sync, &lock] {
        let end = end_of(&fixture, order).await;
        assert_eq!(end, ExecutionState::Succeeded, "{:?}", order.verb);
    }
    until("nothing waits", async || {
        orders(&fixture.root).waiting().unwrap().is_empty()
    })
    .await;
    assert_eq!(logind.asked(), ["LockSessions"]);
    assert_eq!(synchronised(&fixture), [Scope::Full, Scope::Full]);
    let told = World::read(&fixture.root).told.into_iter();
    let output = told.filter(|one| one.execution == sync.execution);
    let output: String = output.filter_map(|one| one.output).collect();
    assert!(output.contains("Synchronising Full"), "{output}");
}

pub async fn what_is_told_waits_for_the_server_and_for_an_agent() {
    let mut fixture = Fixture::session(World::new()).await;
    let _logind = Logind::start(&fixture).await;
    World::change(&fixture.root, |world| world.offline = true);
    let order = order(Verb::Lock {});
    let mut agent = Agent::new(&fixture).await;
    agent.act(&order).await;
    assert_eq!(agent.end(&order).await.state, "succeeded");
    let waiting = orders(&fixture.root).results().unwrap();
    assert_eq!(waiting.len(), 1);
    // Another agent, and another daemon: nothing was lost.
    fixture.kill().await;
    fixture.start().await;
    let mut agent = Agent::new(&fixture).await;
    agent.proxy.tell_actions().await.unwrap();
    assert_eq!(agent.end(&order).await.state, "succeeded");
    assert_eq!(orders(&fixture.root).results().unwrap(), waiting);

    World::change(&fixture.root, |world| world.offline = false);
    let another = self::order(Verb::Lock {});
    agent.act(&another).await;
    for order in [&order, &another] {
        assert_eq!(end_of(&fixture, order).await, ExecutionState::Succeeded);
    }
    until_nothing_waits(&fixture).await;
}

pub async fn a_message_waits_for_somebody_and_says_whether_it_was_shown() {
    let fixture = Fixture::session(World::new()).await;
    let mut agent = Agent::new(&fixture).await;
    let waiting = message();
    agent.act(&waiting).await;
    let (state, said) = agent.word(&waiting).await;
    assert_eq!(state, "running");
    assert!(said.contains("waits until somebody is"), "{said}");

    let connection = fixture.bus.connect().await.unwrap();
    let person = SupportProxy::new(&connection).await.unwrap();
    let mut messages = person.receive_message().await.unwrap();
    person.register().await.unwrap();
    let shown = next(&mut messages).await;
    let shown = shown.args().unwrap();
    let told = shown.message();
    assert_eq!(
        (
            told.operator.as_str(),
            told.title.as_str(),
            told.reason.as_str()
        ),
        ("Eva", "Printers", "the printer")
    );
    person.shown(*shown.id()).await.unwrap();
    assert_eq!(agent.end(&waiting).await.state, "succeeded");
    let again = person.shown(*shown.id()).await.unwrap_err();
    assert_eq!(again.code(), Some("NotFound"));

    // Nobody says that this one is shown.
    let unseen = message();
    agent.act(&unseen).await;
    assert_eq!(agent.end(&unseen).await.state, "failed");
}

/// A logind that notes what it is asked.
#[derive(Clone, Default)]
struct Logind {
    asked: Arc<Mutex<Vec<String>>>,
    held_back: Arc<Mutex<bool>>,
    refuses: bool,
}

/// The one on the bus, which ends with this.
struct Running {
    logind: Logind,
    _bus: Connection,
}

impl Running {
    fn asked(&self) -> Vec<String> {
        self.logind.asked.lock().unwrap().clone()
    }
}

impl Logind {
    async fn start(fixture: &Fixture) -> Running {
        Self::default().on(fixture).await
    }

    async fn on(self, fixture: &Fixture) -> Running {
        let bus = fixture.bus.connect().await.unwrap();
        let path = "/org/freedesktop/login1";
        bus.object_server().at(path, self.clone()).await.unwrap();
        bus.request_name("org.freedesktop.login1").await.unwrap();
        Running {
            logind: self,
            _bus: bus,
        }
    }

    fn note(&self, what: String) -> zbus::fdo::Result<()> {
        self.asked.lock().unwrap().push(what);
        if self.refuses {
            return Err(zbus::fdo::Error::AccessDenied("not now".into()));
        }
        Ok(())
    }
}

#[interface(name = "org.freedesktop.login1.Manager")]
impl Logind {
    async fn list_sessions(&self) -> Vec<(String, u32, String, String, OwnedObjectPath)> {
        Vec::new()
    }

    #[zbus(property)]
    async fn block_inhibited(&self) -> &str {
        if *self.held_back.lock().unwrap() {
            "sleep:shutdown"
        } else {
            "handle-lid-switch"
        }
    }

    async fn lock_sessions(&self) -> zbus::fdo::Result<()> {
        self.note("LockSessions".into())
    }

    async fn reboot(&self, interactive: bool) -> zbus::fdo::Result<()> {
        self.note(format!("Reboot {interactive}"))
    }

    async fn power_off(&self, interactive: bool) -> zbus::fdo::Result<()> {
        self.note(format!("PowerOff {interactive}"))
    }

    async fn set_wall_message(&self, text: &str, enable: bool) {
        let _ = self.note(format!("SetWallMessage {text} {enable}"));
    }

    async fn schedule_shutdown(&self, kind: &str, at: u64) -> zbus::fdo::Result<()> {
        let minutes = (i64::try_from(at / 1_000_000).unwrap() - now() + 30) / 60;
        self.note(format!("ScheduleShutdown {kind} {minutes}"))
    }
}

pub async fn sessions_are_locked_by_logind() {
    let fixture = Fixture::session(World::new()).await;
    let logind = Logind::start(&fixture).await;
    let mut agent = Agent::new(&fixture).await;
    let order = order(Verb::Lock {});
    agent.act(&order).await;
    assert_eq!(agent.end(&order).await.state, "succeeded");
    assert_eq!(logind.asked(), ["LockSessions"]);
}

pub async fn people_are_told_before_a_shutdown_and_logind_keeps_the_time() {
    let fixture = Fixture::session(World::new()).await;
    let mut agent = Agent::new(&fixture).await;
    let connection = fixture.bus.connect().await.unwrap();
    let person = SupportProxy::new(&connection).await.unwrap();
    let mut messages = person.receive_message().await.unwrap();
    // The person is there before logind is, which knows of nobody.
    person.register().await.unwrap();
    let order = order(Verb::Shutdown {
        delay_minutes: 10,
        text: "New lamps".into(),
    });
    let text = sign(&order, &server_key());
    agent.proxy.act(&text).await.unwrap();
    let shown = next(&mut messages).await;
    let shown = shown.args().unwrap();
    let told = shown.message();
    assert_eq!((told.kind.as_str(), told.minutes), ("shutdown", 10));
    assert_eq!(
        (told.operator.as_str(), told.text.as_str()),
        ("Eva", "New lamps")
    );
    // Without a logind nobody can switch it off.
    assert_eq!(agent.end(&order).await.state, "failed");

    let logind = Logind::start(&fixture).await;
    let order = self::order(order.verb);
    agent.act(&order).await;
    let told = agent.end(&order).await;
    assert_eq!(told.state, "succeeded");
    assert!(told.output.contains("10 min"), "{}", told.output);
    assert_eq!(
        logind.asked(),
        [
            "SetWallMessage Eva: New lamps true",
            "ScheduleShutdown poweroff 10"
        ]
    );
}

pub async fn a_restart_waits_for_a_job_that_runs() {
    let world = World {
        change: 2000,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let logind = Logind::start(&fixture).await;
    let client = fixture.connect().await;
    let options = CallOptions::default();
    let job = client.manager.install_apps(&[1], options).await.unwrap();
    client.until_it_installs(&job).await;
    let mut agent = Agent::new(&fixture).await;
    let order = order(Verb::Reboot {
        delay_minutes: 0,
        text: String::new(),
    });
    agent.act(&order).await;
    assert_eq!(agent.word(&order).await.0, "running");
    assert!(logind.asked().is_empty());
    client.finished(&job).await;
    let (state, said) = agent.word(&order).await;
    assert_eq!(state, "running");
    assert!(said.contains("goes down now"), "{said}");
    assert_eq!(logind.asked(), ["Reboot false"]);
}

pub async fn a_restart_waits_while_another_program_holds_it_back() {
    let fixture = Fixture::session(World::new()).await;
    let logind = Logind::start(&fixture).await;
    *logind.logind.held_back.lock().unwrap() = true;
    let mut agent = Agent::new(&fixture).await;
    let order = order(Verb::Reboot {
        delay_minutes: 0,
        text: String::new(),
    });
    agent.act(&order).await;
    assert_eq!(agent.word(&order).await.1, "");
    let (_, said) = agent.word(&order).await;
    assert!(said.contains("stays up"), "{said}");
    assert!(logind.asked().is_empty());
    *logind.logind.held_back.lock().unwrap() = false;
    let (_, said) = agent.word(&order).await;
    assert!(said.contains("goes down now"), "{said}");
    assert_eq!(logind.asked(), ["Reboot false"]);
}

pub async fn where_logind_refuses_the_order_fails() {
    let fixture = Fixture::session(World::new()).await;
    let logind = Logind {
        refuses: true,
        ..Logind::default()
    };
    let _logind = logind.on(&fixture).await;
    let mut agent = Agent::new(&fixture).await;
    for verb in [
        Verb::Lock {},
        Verb::Reboot {
            delay_minutes: 0,
            text: String::new(),
        },
        Verb::Shutdown {
            delay_minutes: 5,
            text: String::new(),
        },
    ] {
        let order = order(verb);
        agent.act(&order).await;
        let told = agent.end(&order).await;
        assert_eq!(told.state, "failed", "{:?}", order.verb);
        assert!(told.output.contains("not now"), "{}", told.output);
    }
}

fn switch_off(fixture: &Fixture) {
    let folder = fixture.root.join("etc");
    fs::create_dir_all(&folder).unwrap();
    let text = "[client]\nRemote_Support = off\n";
    fs::write(folder.join("migasfree.conf"), text).unwrap();
}

pub async fn what_is_switched_off_is_refused_but_own_work() {
    let fixture = Fixture::session(World::new()).await;
    let logind = Logind::start(&fixture).await;
    let mut agent = Agent::new(&fixture).await;
    switch_off(&fixture);
    let wake = Verb::Wake {
        mac: "00:1a:2b:3c:4d:5e".into(),
        broadcast: "192.168.7.255".into(),
    };
    for verb in [message().verb, Verb::Lock {}, wake] {
        let order = order(verb);
        agent.act(&order).await;
        let told = agent.end(&order).await;
        assert_eq!(told.state, "refused", "{:?}", order.verb);
    }
    assert!(logind.asked().is_empty());
    let order = order(Verb::Sync {});
    agent.act(&order).await;
    assert_eq!(agent.end(&order).await.state, "succeeded");
}

pub async fn nobody_is_woken_outside_of_the_own_networks() {
    let fixture = Fixture::session(World::new()).await;
    let mut agent = Agent::new(&fixture).await;
    for (mac, broadcast) in [
        ("00:1a:2b:3c:4d:5e", "203.0.113.255"),
        ("00:1a:2b:3c:4d:5e", "255.255.255.255"),
        ("ff:ff:ff:ff:ff:ff", "192.168.7.255"),
    ] {
        let order = order(Verb::Wake {
            mac: mac.into(),
            broadcast: broadcast.into(),
        });
        agent.act(&order).await;
        let told = agent.end(&order).await;
        assert_eq!(told.state, "failed", "{mac} {broadcast}");
    }
}

pub async fn who_ordered_what_is_listed() {
    let fixture = Fixture::session(World::new()).await;
    let _logind = Logind::start(&fixture).await;
    let mut agent = Agent::new(&fixture).await;
    let order = order(Verb::Lock {});
    agent.act(&order).await;
    agent.end(&order).await;
    let connection = fixture.bus.connect().await.unwrap();
    let manager = ManagerProxy::new(&connection).await.unwrap();
    let listed = manager.list_actions().await.unwrap();
    let [one] = listed.as_slice() else {
        panic!("{listed:?}");
    };
    assert_eq!(
        (one.verb.as_str(), one.operator.as_str(), one.state.as_str()),
        ("lock", "Eva", "succeeded")
    );
    assert_eq!(one.reason, "the printer");
    assert!(one.ended.is_some());
}
