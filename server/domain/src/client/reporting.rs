//! What computers evaluated (8.3).
//!
//! Everything is looked up and decided first; one transaction then writes what is different.

use std::collections::HashMap;
use std::net::IpAddr;

use migasfree_server_db::{self as db, Tx};
use migasfree_types::message::Message;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    attributes::{self, Attribute, Key, Known},
    caller::{Caller, Refused},
    computers::{self, Computer, Reported},
    novelties::Novelty,
    projects::Project,
    properties::Property,
    reported::{self, Around, Before},
    validate::{Fields, MAX_HOST_NAME, cut, few, given},
};
use crate::{
    computers::notifications::notify,
    core::rules::{
        ALL_SYSTEMS, attribute_sets,
        attribute_values::{AttributeValue, Kind, expand, expand_some},
        display,
        identity::canonical,
        status::Status,
        targeting::Attributes,
    },
    ids::{AttributeId, ClientUserId, PropertyId},
    messages,
    services::{OfDomain as _, Services},
    settings::ClientSettings,
};

const MAX_UUID: usize = 36;
const MAX_USER: usize = 50;
const MAX_FQDN: usize = 255;
const MAX_FULLNAME: usize = 100;

/// What a computer says of itself.
#[derive(Debug, Clone, Deserialize)]
pub struct Claims {
    pub uuid: String,
    pub name: String,
    pub fqdn: Option<String>,
    pub ip_address: Option<String>,
    pub sync_user: Option<String>,
    pub sync_fullname: Option<String>,
    /// Prefix to raw output.
    #[serde(default)]
    pub sync_attributes: Map<String, Value>,
}

/// A computer that reports, with what was read beside it.
pub struct Reporting<'a> {
    pub state: &'a Services,
    pub computer: Computer,
    pub project: Project,
    pub before: Before,
    pub address: IpAddr,
    pub now: db::Ts,
}

impl std::fmt::Debug for Reporting<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reporting(CID-{})", self.computer.id)
    }
}

impl Reporting<'_> {
    fn caller(&self) -> Caller<'_> {
        Caller {
            state: self.state,
            computer: &self.computer,
            project: &self.project,
            address: self.address,
            now: self.now,
        }
    }

    /// Reads everything as it is now.
    async fn read_again(&mut self) -> Result<(), Refused> {
        let (id, project) = (self.computer.id, &self.project.name);
        let found = computers::beside_project(&self.state.db, id, project).await?;
        (self.computer, self.project, self.before) = found.ok_or(Refused::Gone)?;
        match self.computer.status() {
            Status::Unsubscribed => Err(Refused::Unsubscribed),
            _ => Ok(()),
        }
    }
}

impl Claims {
    /// As it is kept: the UUID in its one spelling, empty for one that many computers have; the name cut.
    fn tidy(mut self, settings: &ClientSettings) -> Self {
        self.uuid = canonical(&self.uuid);
        if settings.is_filler(&self.uuid) {
            self.uuid.clear();
        }
        self.name = cut(&self.name, MAX_HOST_NAME);
        self
    }

    fn check(&self) -> Result<(), Refused> {
        let mut fields = Fields::default();
        fields.limit("uuid", &self.uuid, MAX_UUID);
        fields.filled("name", &self.name);
        fields.one_line("name", &self.name);
        fields.limit("fqdn", self.fqdn.as_deref().unwrap_or_default(), MAX_FQDN);
        fields.address("ip_address", given(self.ip_address.as_deref()));
        fields.check()
    }
}

/// Takes what a computer says of itself. Answers the computer as it is now, and its tags.
///
/// # Errors
/// Why it is not taken.
pub async fn report(
    mut call: Reporting<'_>,
    claims: Claims,
) -> Result<(Computer, Vec<Attribute>), Refused> {
    let settings = &call.state.domain().settings;
    let claims = claims.tidy(&settings.clients);
    claims.check()?;
    let (count, limit) = (claims.sync_attributes.len(), settings.reports.names);
    few(count, limit, messages::message_names_properties)?;
    plan_and_write(&mut call, &claims).await
}

/// Makes the plan outside of the transaction, which stays short, and another one when it is about what has changed
/// meanwhile. Answers the computer as it is now, and its tags.
async fn plan_and_write(
    call: &mut Reporting<'_>,
    claims: &Claims,
) -> Result<(Computer, Vec<Attribute>), Refused> {
    const ATTEMPTS: usize = 5;
    for _ in 0..ATTEMPTS {
        let mut plan = Plan::make(call, claims).await?;
        let tags = std::mem::take(&mut plan.tags);
        if let Some(computer) = write(call, claims, plan, &tags).await? {
            return Ok((computer, tags));
        }
        call.read_again().await?;
    }
    Err(db::Error::Busy.into())
}

/// The attributes the computer is to have.
struct Plan {
    /// Those it had.
    current: Attributes,
    /// The tags it had.
    tags: Vec<Attribute>,
    /// Those it keeps or gets that are there already.
    wanted: Attributes,
    /// Those that have to be created.
    new: Vec<(PropertyId, AttributeValue)>,
    /// The attribute of the computer itself, when its description is another one now.
    described: Option<(AttributeId, String)>,
    /// Notes for administrators.
    notes: Vec<Message>,
}

impl Plan {
    /// Takes what was read with the computer.
    async fn make(call: &mut Reporting<'_>, claims: &Claims) -> Result<Self, Refused> {
        let computer = call.computer.id;
        let properties = Properties(std::mem::take(&mut call.before.properties));
        let tags = attributes::ordered(std::mem::take(&mut call.before.tags));
        let current = std::mem::take(&mut call.before.numbers.synchronised);
        let call = &*call;

        let description = description(call, claims);
        let limit = call.state.domain().settings.reports.property_values;
        let (mut values, cropped) = reported(&properties, &claims.sync_attributes, limit);
        for tag in &tags {
            properties.add(&mut values, &tag.prefix, &tag.value);
        }
        add_basics(&mut values, &properties, call, claims, &description);

        let fixes = &call.state.domain().settings.clients.fixes;
        let sees_all = fixes.domains_see_all_attributes;
        let tag_ids = tags.iter().map(|tag| tag.id);
        let seen: Attributes = if sees_all {
            tag_ids.collect()
        } else {
            current.iter().copied().chain(tag_ids).collect()
        };
        let db = &call.state.db;
        let mut around = Around::look_up(db, computer, &keys(&values), &seen, sees_all).await?;
        let mut found = Found(around.known());
        drop_nameless(&mut values, &found);
        let mut domains = Vec::new();
        for (_, name) in &around.domains {
            properties.add(&mut domains, "DMN", name);
        }
        let there = Found(reported::known(db, &keys(&domains)).await?);
        drop_nameless(&mut domains, &there);
        found.0.extend(there.0);
        values.extend(domains);

        let mut wanted: Attributes = found.ids().collect();
        if properties.enabled("SET").is_some() {
            wanted.insert(ALL_SYSTEMS);
            let sets = around.sets(&wanted);
            let alone = fixes.broken_sets_are_skipped_alone;
            attribute_sets::join(&sets.enabled, &sets.mirrors, &mut wanted, alone);
        }
        let described = properties
            .enabled("CID")
            .and_then(|cid| found.0.get(&(cid.id, computer.to_string())))
            .filter(|known| known.description.as_deref() != Some(&description))
            .map(|known| (known.id, description));
        let new = properties.creatable(&found, &values);
        let mut notes = notes(call, claims, &new);
        // A computer that reports the same each time is told of once.
        if wanted != current {
            notes.extend(cropped.iter().map(|prefix| {
                messages::values_left_out(format!("CID-{computer}"), limit.to_string(), prefix)
            }));
        }
        Ok(Self {
            current,
            tags,
            wanted,
            described,
            notes,
            new,
        })
    }
}

impl Plan {
    /// Whether there is nothing to write but that the computer was here.
    fn changes_nothing(&self) -> bool {
        self.wanted == self.current
            && self.new.is_empty()
            && self.described.is_none()
            && self.notes.is_empty()
    }

    async fn carry_out(self, tx: &mut Tx, call: &Reporting<'_>) -> Result<(), Refused> {
        let new: Vec<_> = self
            .new
            .iter()
            .map(|(property, value)| (*property, value))
            .collect();
        call.caller()
            .brings(tx, Novelty::Attribute, new.len())
            .await?;
        let mut wanted = self.wanted;
        wanted.extend(attributes::create(tx, &new).await?);
        attributes::replace(tx, call.computer.id, &self.current, &wanted).await?;
        if let Some((id, description)) = &self.described {
            attributes::describe(tx, *id, description).await?;
        }
        for note in &self.notes {
            notify(tx, note, call.now).await?;
        }
        Ok(())
    }
}

/// The description of the attribute that stands for the computer.
fn description(call: &Reporting<'_>, claims: &Claims) -> String {
    let names = display::Names {
        id: call.computer.id,
        name: Some(&claims.name),
        uuid: match claims.uuid.as_str() {
            "" => call.computer.uuid.as_deref().unwrap_or_default(),
            uuid => uuid,
        },
        ip_address: given(claims.ip_address.as_deref()),
        fqdn: given(claims.fqdn.as_deref()),
    };
    display::cid_description(&call.state.domain().settings.search_fields(), &names)
}

/// The message of a change: the computer, and what was and is.
type Changed = fn(String, String, String) -> Message;

/// What administrators want to know: of values, when they are reported for the first time.
fn notes(
    call: &Reporting<'_>,
    claims: &Claims,
    new: &[(PropertyId, AttributeValue)],
) -> Vec<Message> {
    let computer = format!("CID-{}", call.computer.id);
    let settings = &call.state.domain().settings;
    let before = &call.computer;
    let uuid_before = before.uuid.as_deref().map(canonical);
    let uuid_now = given(Some(&claims.uuid)).or(uuid_before.as_deref());
    let changes = [
        (
            settings.reports.notify_uuid,
            messages::uuid_changed as Changed,
            &uuid_before,
            uuid_now,
        ),
        (
            settings.reports.notify_name,
            messages::name_changed as Changed,
            &before.name,
            Some(claims.name.as_str()),
        ),
        (
            settings.reports.notify_ip,
            messages::address_changed as Changed,
            &before.ip_address,
            given(claims.ip_address.as_deref()),
        ),
    ];
    let changes = changes
        .into_iter()
        .filter_map(|(wanted, changed, before, now)| {
            let (before, now) = (
                before.as_deref().unwrap_or_default(),
                now.unwrap_or_default(),
            );
            (wanted && before != now)
                .then(|| changed(computer.clone(), before.to_owned(), now.to_owned()))
        });
    let cut = new
        .iter()
        .filter(|(_, value)| value.truncated)
        .map(|(_, value)| messages::value_cut(&computer, &value.value));
    changes.chain(cut).collect()
}

/// All properties.
struct Properties(Vec<Property>);

impl Properties {
    fn named(&self, prefix: &str) -> Option<&Property> {
        self.0.iter().find(|property| property.prefix == prefix)
    }

    fn enabled(&self, prefix: &str) -> Option<&Property> {
        self.named(prefix).filter(|property| property.enabled)
    }

    /// Adds what `raw` stands for in an enabled property.
    fn add(&self, values: &mut Vec<(PropertyId, AttributeValue)>, prefix: &str, raw: &str) {
        if let Some(property) = self.enabled(prefix) {
            extend(values, property, raw);
        }
    }

    /// Values nobody has had yet, each once, of properties that take new ones.
    fn creatable(
        &self,
        found: &Found,
        values: &[(PropertyId, AttributeValue)],
    ) -> Vec<(PropertyId, AttributeValue)> {
        let open = |id: PropertyId| {
            self.0
                .iter()
                .any(|property| property.id == id && property.auto_add)
        };
        let mut new: HashMap<Key, &AttributeValue> = HashMap::new();
        for (property, value) in values {
            let key = (*property, value.value.clone());
            if open(*property) && !found.0.contains_key(&key) {
                new.entry(key).or_insert(value);
            }
        }
        new.into_iter()
            .map(|((property, _), value)| (property, value.clone()))
            .collect()
    }
}

/// An attribute without a value says nothing of a computer, and has no name in any list. One that is there already is
/// something's aim, and stays with who has it until that is changed.
fn drop_nameless(values: &mut Vec<(PropertyId, AttributeValue)>, found: &Found) {
    values.retain(|(property, value)| {
        !value.value.is_empty() || found.0.contains_key(&(*property, String::new()))
    });
}

fn extend(values: &mut Vec<(PropertyId, AttributeValue)>, property: &Property, raw: &str) {
    let expanded = expand(property.kind(), property.is_server_sort(), raw);
    values.extend(expanded.into_iter().map(|value| (property.id, value)));
}

/// What the computer's programs printed, and the prefixes with more values than `limit`. Prefixes nobody knows are left
/// out.
fn reported(
    properties: &Properties,
    results: &Map<String, Value>,
    limit: u32,
) -> (Vec<(PropertyId, AttributeValue)>, Vec<String>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut values, mut cropped) = (Vec::new(), Vec::new());
    for (prefix, raw) in results {
        let property = properties
            .named(prefix)
            .filter(|property| property.sort == "client");
        if let (Some(property), Some(raw)) = (property, raw.as_str()) {
            let most = limit.saturating_add(1);
            let mut some = expand_some(property.kind(), property.is_server_sort(), raw, most);
            if some.len() > limit {
                some.truncate(limit);
                cropped.push(prefix.clone());
            }
            values.extend(some.into_iter().map(|value| (property.id, value)));
        }
    }
    (values, cropped)
}

/// The attributes every computer has.
fn add_basics(
    values: &mut Vec<(PropertyId, AttributeValue)>,
    properties: &Properties,
    call: &Reporting<'_>,
    claims: &Claims,
    description: &str,
) {
    if let Some(cid) = properties.enabled("CID") {
        let value = AttributeValue {
            value: call.computer.id.to_string(),
            description: Some(description.to_owned()),
            truncated: false,
        };
        values.push((cid.id, value));
    }
    let plain = [
        ("PLT", Some(call.project.platform.as_str())),
        ("PRJ", Some(call.project.name.as_str())),
        ("IP", given(claims.ip_address.as_deref())),
        ("USR", given(claims.sync_user.as_deref())),
    ];
    for (prefix, text) in plain {
        if let Some((property, text)) = properties.enabled(prefix).zip(text) {
            let value = expand(Kind::Normal, false, text);
            values.extend(value.into_iter().map(|value| (property.id, value)));
        }
    }
}

/// Attributes that are there already.
struct Found(HashMap<Key, Known>);

impl Found {
    fn ids(&self) -> impl Iterator<Item = AttributeId> {
        self.0.values().map(|known| known.id)
    }
}

fn keys(values: &[(PropertyId, AttributeValue)]) -> Vec<Key> {
    let key = |(property, value): &(PropertyId, AttributeValue)| (*property, value.value.clone());
    values.iter().map(key).collect()
}

/// Writes what was reported and planned, and answers the computer as it is now; nothing, when the plan is about what is
/// not so any more.
async fn write(
    call: &Reporting<'_>,
    claims: &Claims,
    plan: Plan,
    tags: &[Attribute],
) -> Result<Option<Computer>, Refused> {
    let computer = call.computer.id;
    let mut user = user(&call.computer, claims);
    let address = call.address.to_string();
    let before: Attributes = tags.iter().map(|tag| tag.id).collect();
    let mut reported = Reported {
        uuid: &claims.uuid,
        forgets_uuid: claims.uuid.is_empty()
            && call
                .state
                .domain()
                .settings
                .clients
                .is_unnumbered(call.computer.uuid.as_deref()),
        name: &claims.name,
        fqdn: claims.fqdn.as_deref().unwrap_or_default(),
        ip_address: given(claims.ip_address.as_deref()),
        forwarded_ip_address: Some(&address),
        user: user.as_ref().and_then(|user| user.id),
        since: call.computer.updated_at,
        tags: &before,
    };
    let is_known = user.as_ref().is_none_or(|user| user.id.is_some());
    let uuid = if is_known && plan.changes_nothing() {
        computers::report_alone(&call.state.db, computer, &reported, call.now).await?
    } else {
        let mut tx = call.state.db.begin().await?;
        if let Some(user) = user.as_mut().filter(|user| user.id.is_none()) {
            reported.user = Some(create(&mut tx, user, call).await?);
            user.id = reported.user;
        }
        // From here on nobody else changes the computer.
        let uuid = computers::report(&mut tx, computer, &reported, call.now).await?;
        if uuid.is_none()
            || !attributes::are_still(&mut tx, computer, &plan.current, &before).await?
        {
            return Ok(None);
        }
        plan.carry_out(&mut tx, call).await?;
        tx.commit().await?;
        uuid
    };
    let Some(uuid) = uuid else {
        return Ok(None);
    };
    let doing = &call.state.domain().doing;
    let received = messages::attributes_received();
    doing.tell(&call.state.db, computer, received, call.now);
    let mut now = Computer {
        uuid,
        name: Some(claims.name.clone()),
        fqdn: Some(reported.fqdn.to_owned()),
        ip_address: reported.ip_address.map(str::to_owned),
        forwarded_ip_address: Some(address),
        sync_start_date: Some(call.now),
        updated_at: call.now,
        ..call.computer.clone()
    };
    if let Some(user) = user {
        now.sync_user_id = user.id;
        now.user_name = Some(user.name);
        now.user_fullname = Some(user.fullname);
    }
    Ok(Some(now))
}

/// Who is at the computer.
struct User {
    /// Nothing for somebody who was not at it the last time.
    id: Option<ClientUserId>,
    name: String,
    fullname: String,
}

fn user(before: &Computer, claims: &Claims) -> Option<User> {
    let name = cut(given(claims.sync_user.as_deref())?, MAX_USER);
    let fullname = claims.sync_fullname.as_deref().unwrap_or_default();
    let fullname = cut(fullname, MAX_FULLNAME);
    let is_the_same = before.user_name.as_ref() == Some(&name)
        && before.user_fullname.as_ref() == Some(&fullname);
    Some(User {
        id: before.sync_user_id.filter(|_| is_the_same),
        name,
        fullname,
    })
}

/// Finds somebody, or notes that they are new.
async fn create(tx: &mut Tx, user: &User, call: &Reporting<'_>) -> Result<ClientUserId, Refused> {
    let User { name, fullname, .. } = user;
    let (id, is_new) = computers::user(tx, name, fullname).await?;
    if is_new {
        call.caller().brings(tx, Novelty::User, 1).await?;
        let computer = format!("CID-{}", call.computer.id);
        let message = messages::new_user(name, fullname, computer);
        notify(tx, &message, call.now).await?;
    }
    Ok(id)
}
