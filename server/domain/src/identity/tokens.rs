//! Tokens with which computers enrol. What is shown of one when it is made is shown once: only its hash is kept.

use std::net::IpAddr;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use migasfree_server_auth::{DomainId, Networks};
use migasfree_server_db::{Arg, Result, Ts, Tx, args, random::Random};
use migasfree_server_entity::{
    access::Need,
    action::{Action, Answer, Call, Gives},
    boundary::Belongs,
    entity::{Entity, Field, Like, Model, col, made, many, one, put, put_ids},
    error::RestError,
    hooks::{Change, Hooks},
    json::Json,
    load, run,
    schema::{Default, Loss, Table, bool, int, key, lines, link, long_text, text, time},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::core::{
    attributes::only_tags,
    shapes::{ATTRIBUTE_INFO, DOMAIN_REF, OPERATOR_INFO, PROJECT_REF},
};
use crate::ids::{ComputerId, EnrolmentTokenId, ProjectId};
use crate::messages;
use crate::services::OfDomain as _;
use crate::sight;

/// More computers than one organisation has.
const MOST_USES: i64 = 1_000_000;
/// What a secret begins with, so that whoever finds one knows what it is.
const MARK: &str = "mfe_";

/// `client_enrolmenttoken`
pub static TABLE: Table = Table {
    name: "client_enrolmenttoken",
    columns: &[
        text("name", 100),
        long_text("description").default(Default::Text("")),
        text("secret_hash", 64).secret(),
        key("project_id", "core_project"),
        key("domain_id", "core_domain").null().losing(Loss::Kept),
        time("expires_at"),
        int("max_uses").null(),
        int("uses").default(Default::Int(0)),
        lines("networks").default(Default::Text("")),
        bool("auto_approve", true),
        key("created_by_id", "core_userprofile")
            .null()
            .losing(Loss::Told),
        time("created_at").default(Default::Now),
        time("revoked_at").null(),
    ],
    many: &[link(
        "tags",
        "client_enrolmenttoken_tags",
        "enrolmenttoken_id",
        "attribute_id",
        "core_attribute",
    )
    .losing(Loss::Told)],
    order: &["-created_at"],
    ..Table::EMPTY
};

macro_rules! token {
    ($($more:expr)?) => {
        &[
            col("id"),
            col("name"),
            col("description"),
            one("project", &PROJECT_REF),
            one("domain", &DOMAIN_REF),
            many("tags", &ATTRIBUTE_INFO),
            col("expires_at"),
            col("max_uses"),
            col("uses"),
            col("networks"),
            col("auto_approve"),
            one("created_by", &OPERATOR_INFO),
            col("created_at"),
            col("revoked_at"),
            $($more)?
        ]
    };
}

const DETAIL: &[Field] = token!();
const SECRET: &str = "secret";
const ANSWER: &[Field] = token!(made(SECRET, Like::Note, &[], |_, _| Json::Null));

/// Enrolment tokens.
pub static ENROLMENT_TOKENS: Entity = Entity {
    route: "enrolment-tokens",
    model: Model {
        app: "client",
        name: "enrolmenttoken",
        one: "Enrolment token",
        many: "Enrolment tokens",
    },
    table: &TABLE,
    schema: "EnrolmentToken",
    detail: DETAIL,
    answer: ANSWER,
    updated: DETAIL,
    write: &[
        put("name").required(),
        put("description"),
        put("project").required(),
        put("domain"),
        put_ids("tags"),
        put("expires_at").required(),
        put("max_uses").range(1, MOST_USES),
        put("networks"),
        put("auto_approve"),
    ],
    update: &[
        put("name").required(),
        put("description"),
        put_ids("tags"),
        put("expires_at").required(),
        put("max_uses").range(1, MOST_USES),
        put("networks"),
        put("auto_approve"),
    ],
    filters: &[
        "id+in",
        "name+ic",
        "project__id",
        "domain__id",
        "tags__id+in",
        "auto_approve",
        "created_by__id",
        "expires_at:gte,lt",
        "created_at:gte,lt",
        "revoked_at:null",
    ],
    search: &["name", "description"],
    visible: &[sight::project("project")],
    belongs: Belongs::Domain("domain"),
    guarded: Some(&["name", "description"]),
    hooks: &Rules,
    actions: &[Action::post(
        "<id>/revoke",
        Need::Change,
        "End the token: nobody enrols with it any more",
        &[],
        run!(revoke),
    )
    .giving(Gives::Row)],
    ..Entity::EMPTY
};

struct Rules;

#[async_trait]
impl Hooks for Rules {
    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        if change.changes("expires_at")
            && let Some(Arg::Time(Some(at))) = change.values.get("expires_at")
            && *at <= change.context.now
        {
            return Err(RestError::field(
                "expires_at",
                messages::token_expires_later(),
            ));
        }
        if let Some(written) = change.values.text("networks")
            && networks(written).is_none()
        {
            return Err(RestError::field("networks", messages::not_networks()));
        }
        if change.relinks("tags") {
            let tags = change.ids("tags").to_vec();
            only_tags(change.tx, "tags", &tags).await?;
        }
        if change.is_new() {
            let secret = new_secret(&*change.context.state.random);
            let author = change.context.operator.id.0;
            change.values.set_text("secret_hash", hash(&secret));
            change.values.set("created_by_id", Arg::Int(Some(author)));
            let server = &change.context.state.domain().server_key;
            // With the key of the server: whoever types it knows which one may answer.
            let told = format!("{secret}.{server}");
            change.values.told_once.push((SECRET, told.into()));
        }
        Ok(())
    }
}

/// Addresses and networks, one on each line; nothing where one is none.
fn networks(written: &str) -> Option<Networks> {
    let listed: Vec<&str> = written.lines().map(str::trim).collect();
    listed.join(",").parse().ok()
}

fn new_secret(random: &dyn Random) -> String {
    format!("{MARK}{}", URL_SAFE_NO_PAD.encode(random.bytes::<32>()))
}

/// Of the secret alone, also where the key of the server follows it.
fn hash(secret: &str) -> String {
    let own = secret.split('.').next().unwrap_or_default();
    hex::encode(Sha256::digest(own.as_bytes()))
}

/// Ends a token for good. One that has ended stays as it is.
async fn revoke(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let mut tx = context.state.db.begin().await?;
    let revoked = tx
        .execute(
            "UPDATE client_enrolmenttoken SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
            args![call.id, context.now],
        )
        .await?;
    if revoked > 0 {
        let before = json!({"revoked_at": null});
        let after = json!({"revoked_at": context.now});
        context
            .note(
                &mut tx,
                &ENROLMENT_TOKENS,
                "revoke",
                call.id,
                Some(&before),
                Some(&after),
            )
            .await?;
    }
    tx.commit().await?;
    let reading = context.reading();
    load::load_one(&mut context.source(), &reading, &TABLE, DETAIL, call.id)
        .await?
        .map(Answer::Json)
        .ok_or(RestError::NoRow(ENROLMENT_TOKENS.model.one))
}

/// A token that somebody enrols with.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Token {
    pub(super) id: EnrolmentTokenId,
    pub(super) project_id: ProjectId,
    pub(super) domain_id: Option<DomainId>,
    pub(super) auto_approve: bool,
    networks: String,
}

impl Token {
    /// Whether it is good for who comes from this address.
    pub(super) fn is_good_from(&self, address: IpAddr) -> bool {
        self.networks.trim().is_empty()
            || networks(&self.networks).is_some_and(|networks| networks.contains(address))
    }
}

/// The token of a secret, good or not.
pub(super) async fn of(tx: &mut Tx, secret: &str) -> Result<Option<EnrolmentTokenId>> {
    let found: Option<(EnrolmentTokenId,)> = tx
        .optional(
            "SELECT id FROM client_enrolmenttoken WHERE secret_hash = $1",
            args![hash(secret)],
        )
        .await?;
    Ok(found.map(|(id,)| id))
}

/// Uses a token once, if it is good and not used up; not used where the transaction comes to nothing.
pub(super) async fn use_up(tx: &mut Tx, secret: &str, now: Ts) -> Result<Option<Token>> {
    tx.optional(
        "UPDATE client_enrolmenttoken SET uses = uses + 1 WHERE secret_hash = $1 AND revoked_at IS NULL \
         AND expires_at > $2 AND (max_uses IS NULL OR uses < max_uses) \
         RETURNING id, project_id, domain_id, auto_approve, networks",
        args![hash(secret), now],
    )
    .await
}

/// Gives a computer what the token it enrolled with says: its tags, and the one that stands for its domain.
pub(super) async fn assign(
    tx: &mut Tx,
    token: EnrolmentTokenId,
    computer: ComputerId,
    now: Ts,
) -> Result<()> {
    tx.execute(
        "INSERT INTO client_computer_tags (computer_id, serverattribute_id) \
         SELECT CAST($1 AS bigint), l.attribute_id FROM client_enrolmenttoken_tags AS l WHERE l.enrolmenttoken_id = $2 \
         UNION SELECT CAST($1 AS bigint), a.id FROM client_enrolmenttoken AS t JOIN core_domain AS d ON d.id = t.domain_id \
         JOIN core_attribute AS a ON a.value = d.name \
         JOIN core_property AS p ON p.id = a.property_att_id AND p.prefix = 'DMN' WHERE t.id = $2 \
         ON CONFLICT DO NOTHING",
        args![computer, token],
    )
    .await?;
    tx.execute(
        "UPDATE client_computer SET updated_at = $2 WHERE id = $1",
        args![computer, now],
    )
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{hash, networks, new_secret};
    use migasfree_server_db::random::SeededRandom;

    #[test]
    fn a_secret_is_long_marked_and_kept_as_its_hash() {
        let secret = new_secret(&SeededRandom::new(1));
        assert!(secret.starts_with("mfe_") && secret.len() == 47, "{secret}");
        assert_eq!(hash(&secret).len(), 64);
        assert_eq!(hash(&secret), hash(&format!("{secret}.server")));
        assert_ne!(secret, new_secret(&SeededRandom::new(2)));
    }

    #[test]
    fn networks_are_read_line_by_line() {
        let office = networks("10.1.0.0/16\n2001:db8::/32").expect("networks");
        assert!(office.contains([10, 1, 2, 3].into()));
        assert!(!office.contains([10, 2, 2, 3].into()));
        assert!(networks("the office").is_none());
    }
}
