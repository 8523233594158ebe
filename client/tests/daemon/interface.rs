//! What programs that were written from the documentation rely on.

use std::collections::BTreeSet;

use migasfree_dbus::names::{BUS_NAME, JOB, ROOT_PATH};
use migasfree_dbus::{Action, CallOptions};
use zbus::fdo::{IntrospectableProxy, ObjectManagerProxy};
use zbus::{Connection, Variant};

use crate::engine::World;
use crate::fixture::Fixture;
use crate::polkit::TABLE;

/// Interface, then its methods (arguments in and out), signals and properties.
const MEMBERS: &[(&str, &[&str])] = &[
    (
        "Manager",
        &[
            "Sync(a{sv}) o",
            "InstallApps(aua{sv}) o",
            "RemoveApps(aua{sv}) o",
            "InstallPackages(asa{sv}) o",
            "RemovePackages(asa{sv}) o",
            "Upgrade(asa{sv}) o",
            "RefreshMetadata(b) o",
            "Plan(sasa{sv}) a{sv}",
            "ListJobs(a{sv}) aa{sv}",
            "Register(sha{sv}) o",
            "Unregister(b) ",
            "CanAuthorize(s) u",
            "Unlock(as) b",
            "Inhibit(ss) h",
            "ListInhibitors() aa{sv}",
            "ListActions() aa{sv}",
            "signal JobAdded o",
            "signal JobRemoved o",
            "signal UpdatesChanged uu",
            "signal PendingChanged aa{sv}",
            "signal Notice sussa{sv}",
            "property Version s",
            "property ProtocolVersion u",
            "property Registered b",
            "property Identification s",
            "property KeyFingerprint s",
            "property CertificateUntil x",
            "property ComputerId u",
            "property ComputerName s",
            "property Uuid s",
            "property Server s",
            "property ServerVersion s",
            "property Organization s",
            "property Project s",
            "property HelpDesk s",
            "property Connectivity s",
            "property PackageManager s",
            "property Architecture s",
            "property LastSync x",
            "property LastSyncResult s",
            "property LastSyncReason s",
            "property LastContact x",
            "property NextSync x",
            "property CurrentJob o",
            "property QueueLength u",
            "property UpdatesAvailable u",
            "property SecurityUpdates u",
            "property RebootRequired s",
            "property RebootReason as",
            "property RebootDeadline x",
            "property BackendLocked (bs)",
            "property ManageDevices b",
            "property AutoUpdate b",
        ],
    ),
    (
        "Catalog",
        &[
            "ListApps(a{sv}) taa{sv}",
            "GetApp(u) a{sv}",
            "ListCategories() a(usu)",
            "GetStates(au) a{u(sa{sv})}",
            "GetImage(usu) hs",
            "RequestApp(us) s",
            "CancelRequest(s) ",
            "ListRequests() aa{sv}",
            "signal Changed tau",
            "signal StatesChanged a{us}",
            "property Revision t",
            "property FetchedAt x",
        ],
    ),
    (
        "Packages",
        &[
            "ListInstalled() a(ssss)",
            "CheckInstalled(as) as",
            "ListAvailable(su) as",
            "Search(su) a(sssb)",
            "ListUpdates() aa{sv}",
            "GetHistory(tu) aa{sv}",
            "signal Changed ",
        ],
    ),
    (
        "Tags",
        &["Get() asa{sas}", "Set(asba{sv}) o", "signal Changed "],
    ),
    (
        "Computer",
        &[
            "GetInfo() a{sv}",
            "GetLabel() a{sv}",
            "GetNetwork() a{sv}",
            "ListTraits(s) aa{sv}",
            "signal Changed ",
        ],
    ),
    ("Config", &["Get() a{s(vs)}"]),
    (
        "Remote",
        &[
            "SignHello(sx) xssssas",
            "Server() ss",
            "StartSession(s) sssbx",
            "OpenTerminal(sqqs) uh",
            "Resize(suqq) ",
            "CloseTerminal(su) ",
            "OpenPort(ss) h",
            "OpenFiles(ss) h",
            "OpenScreen(ss) h",
            "EndSession(ss) ",
            "Act(s) ",
            "TellActions() ",
            "signal Acting ssisu",
            "signal Asking s",
            "signal SessionEnded ss",
            "signal TerminalExited sui",
            "signal ServicesChanged as",
        ],
    ),
    (
        "Support",
        &[
            "Register() aa{sv}",
            "Answer(us) ",
            "EndNow(s) ",
            "OfferScreen(b) ",
            "TakeScreen(u) hs",
            "Shown(u) ",
            "signal ScreenWanted su",
            "signal Message ua{sv}",
            "signal Question ua{sv}ub",
            "signal QuestionClosed u",
            "signal Started a{sv}",
            "signal Ended ss",
        ],
    ),
    (
        "Job",
        &[
            "Cancel() ",
            "Subscribe() ",
            "Unsubscribe() ",
            "ReadOutput(tu) tay",
            "Answer(us) ",
            "signal Output tsay",
            "signal Item sssu",
            "signal Question usa{sv}",
            "signal Finished sssa{sv}",
            "property Id s",
            "property Role s",
            "property Title s",
            "property Origin s",
            "property Subject a{sv}",
            "property OpenQuestion a{sv}",
            "property State s",
            "property OwnerUid u",
            "property Created x",
            "property Started x",
            "property Ended x",
            "property Stage s",
            "property Percent u",
            "property Item s",
            "property BytesDone t",
            "property BytesTotal t",
            "property Speed t",
            "property Remaining u",
            "property AllowAdminCancel b",
            "property AllowCancel b",
            "property Result s",
            "property ErrorCode s",
            "property Reboot s",
        ],
    ),
];

pub async fn every_member_has_its_name_and_signature() {
    let world = World {
        download: 20_000,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    let job = client
        .manager
        .install_apps(&[1], CallOptions::default())
        .await
        .unwrap();
    let mut members = introspect(&client.bus, ROOT_PATH).await;
    members.extend(introspect(&client.bus, job.as_str()).await);
    for (interface, wanted) in MEMBERS {
        for member in *wanted {
            let member = format!("{BUS_NAME}.{interface} {member}");
            assert!(members.contains(&member), "no {member} in {members:#?}");
        }
    }
    client.job(&job).await.cancel().await.unwrap();
    client.finished(&job).await;
}

pub async fn answers_have_names_for_who_reads_the_introspection() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    let xml = introspection(&client.bus, ROOT_PATH).await;
    for (method, names) in [
        ("Upgrade", ["job"].as_slice()),
        ("Plan", &["plan"]),
        ("ListApps", &["revision", "apps"]),
        ("GetImage", &["image", "media_type"]),
        ("ReadOutput", &["next", "bytes"]),
        ("ListUpdates", &["updates"]),
    ] {
        let (_, rest) = xml
            .split_once(&format!("<method name=\"{method}\""))
            .unwrap();
        let (arguments, _) = rest.split_once("</method>").unwrap();
        for name in names {
            let named = |tag: &&str| {
                tag.contains(&format!("name=\"{name}\"")) && tag.contains("direction=\"out\"")
            };
            assert!(arguments.split('<').any(|tag| named(&tag)), "{arguments}");
        }
    }
}

async fn introspect(bus: &Connection, path: &str) -> BTreeSet<String> {
    read_members(&introspection(bus, path).await)
}

async fn introspection(bus: &Connection, path: &str) -> String {
    let object = IntrospectableProxy::builder(bus)
        .destination(BUS_NAME)
        .path(path)
        .build()
        .await
        .unwrap();
    object.introspect().await.unwrap()
}

/// The members an object says it has: `interface Method(in) out`, `interface signal Name arguments`,
/// `interface property Name type`.
fn read_members(xml: &str) -> BTreeSet<String> {
    let mut members = BTreeSet::new();
    let (mut interface, mut name) = ("", "");
    let (mut given, mut answered) = (String::new(), String::new());
    for tag in xml.split('<') {
        let value = |key: &str| {
            let (_, rest) = tag.split_once(&format!("{key}=\""))?;
            rest.split('"').next()
        };
        let kind = tag.split([' ', '>', '/']).find(|word| !word.is_empty());
        match kind.unwrap_or_default() {
            "interface" if !tag.starts_with('/') => interface = value("name").unwrap_or_default(),
            "method" | "signal" if !tag.starts_with('/') => {
                name = value("name").unwrap_or_default();
                (given, answered) = (String::new(), String::new());
                if tag.trim_end().ends_with("/>") {
                    let kind = kind.unwrap_or_default();
                    members.insert(member(interface, kind, name, &given, &answered));
                }
            }
            "method" | "signal" => {
                let kind = kind.unwrap_or_default();
                members.insert(member(interface, kind, name, &given, &answered));
            }
            "arg" => match value("direction") {
                Some("in") => given += value("type").unwrap_or_default(),
                _ => answered += value("type").unwrap_or_default(),
            },
            "property" if !tag.starts_with('/') => {
                let (name, kind) = (value("name"), value("type"));
                members.insert(format!(
                    "{interface} property {} {}",
                    name.unwrap_or_default(),
                    kind.unwrap_or_default()
                ));
            }
            _ => {}
        }
    }
    members
}

fn member(interface: &str, kind: &str, name: &str, given: &str, answered: &str) -> String {
    if kind == "method" {
        format!("{interface} {name}({given}) {answered}")
    } else {
        format!("{interface} signal {name} {answered}")
    }
}

pub async fn jobs_are_found_below_the_root_object() {
    let world = World {
        download: 20_000,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    let job = client
        .manager
        .install_apps(&[1], CallOptions::default())
        .await
        .unwrap();
    let objects = ObjectManagerProxy::builder(&client.bus)
        .destination(BUS_NAME)
        .path(ROOT_PATH)
        .build()
        .await
        .unwrap();
    let found = objects.get_managed_objects().await.unwrap();
    let interfaces = &found[&job];
    let (_, properties) = interfaces
        .iter()
        .find(|(name, _)| name.as_str() == JOB)
        .unwrap();
    assert_eq!(*properties["Role"], Variant::from("install"));
    assert_eq!(*properties["Title"], Variant::from("Install Sketchbook"));
    client.job(&job).await.cancel().await.unwrap();
    client.finished(&job).await;
}

pub async fn every_right_is_shipped_in_both_languages() {
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap() + "/../deploy/polkit";
    let text = std::fs::read_to_string(format!("{folder}/org.migasfree.client1.policy")).unwrap();
    let mut shipped = BTreeSet::new();
    for action in text.split("<action id=\"").skip(1) {
        let (id, rest) = action.split_once('"').unwrap();
        for tag in [
            "<description>",
            "<description xml:lang=\"es\">",
            "<message>",
            "<message xml:lang=\"es\">",
        ] {
            assert_eq!(rest.matches(tag).count(), 1, "{id} {tag}");
        }
        let default = |kind: &str| {
            let (_, rest) = rest.split_once(&format!("<{kind}>")).unwrap();
            rest.split('<').next().unwrap()
        };
        let name = id.strip_prefix("org.migasfree.client1.").unwrap();
        let (_, wanted) = TABLE.iter().find(|(known, _)| *known == name).unwrap();
        let found = ["allow_any", "allow_inactive", "allow_active"].map(default);
        assert_eq!(found, *wanted, "{id}");
        shipped.insert(id.to_owned());
    }
    let known: BTreeSet<String> = Action::ALL.iter().map(|a| a.id().to_owned()).collect();
    assert_eq!(shipped, known);
}
