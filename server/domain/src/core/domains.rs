//! Domains: parts of the organisation with administrators of their own.

use async_trait::async_trait;
use migasfree_server_audit::UserId;
use migasfree_server_auth::{Authority, Operator};
use migasfree_server_db::{Row, Tx, args, json_ids, sql};
use migasfree_server_entity::{
    boundary::{self, Belongs},
    context::Context,
    entity::{Csv, Entity, Field, Like, Model, col, made, many, put, put_ids},
    error::RestError,
    hooks::{Change, Deletion, Hooks, Removal},
    json::Json,
    keeping::Users,
    load::Source,
    registry::{Registry, Resource},
    schema::{Follows, Loss, Table, link, linked, long_text, text},
    visibility,
};
use sea_query::{Expr, ExprTrait, JoinType, Order, Query, SelectStatement};

use super::{
    attributes::only_tags,
    rules::slug::slug,
    shapes::{ATTRIBUTE_INFO, EXCLUDED, INCLUDED, OPERATOR_INFO},
    user_profiles::USER_PROFILES,
    vocabulary::DMN,
};
use crate::messages;

/// `core_domain`
pub static TABLE: Table = Table {
    name: "core_domain",
    columns: &[text("name", 50), long_text("comment").null()],
    many: &[
        link(
            "included_attributes",
            "core_domain_included_attributes",
            "domain_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::Fewer)
        .following(Follows::Replacement),
        link(
            "excluded_attributes",
            "core_domain_excluded_attributes",
            "domain_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::More)
        .following(Follows::Replacement),
        link(
            "tags",
            "core_domain_tags",
            "domain_id",
            "serverattribute_id",
            "core_attribute",
        )
        .losing(Loss::Told),
        linked(
            "domain_admins",
            "core_userprofile_domains",
            "domain_id",
            "userprofile_id",
            "core_userprofile",
        ),
    ],
    order: &["name"],
    unique: &[&["name"]],
    ..Table::EMPTY
};

const BADGE: &[Field] = &[
    made("status", Like::Text, &[], |_, _| Json::text("domain")),
    made("summary", Like::Text, &[col("comment")], |row, _| {
        row.get("comment").as_text().into()
    }),
];

/// Domains.
pub static DOMAINS: Entity = Entity {
    route: "domains",
    model: Model {
        app: "core",
        name: "domain",
        one: "Domain",
        many: "Domains",
    },
    table: &TABLE,
    schema: "Domain",
    list: &[col("id"), col("name"), col("comment")],
    detail: &[
        col("id"),
        INCLUDED,
        EXCLUDED,
        many("tags", &ATTRIBUTE_INFO),
        many("domain_admins", &OPERATOR_INFO),
        col("name"),
        col("comment"),
    ],
    write: &[
        put("name").required(),
        put("comment"),
        put_ids("included_attributes"),
        put_ids("excluded_attributes"),
        put_ids("tags"),
        put_ids("domain_admins").required(),
    ],
    filters: &[
        "id+in",
        "name+ic",
        "included_attributes__id",
        "excluded_attributes__id",
    ],
    search: &["name"],
    badge: BADGE,
    csv: Csv::Columns(&[
        "id",
        "name",
        "comment",
        "included_attributes",
        "excluded_attributes",
        "tags",
    ]),
    belongs: Belongs::Itself,
    // Whom it limits, and to what, is what they may do.
    guarded: Some(&["name", "comment"]),
    hooks: &Rules,
    ..Entity::EMPTY
};

/// So many of a kind are named.
const MOST_NAMED: usize = 5;

struct Rules;

#[async_trait]
impl Hooks for Rules {
    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        if let Some(name) = change.values.text("name") {
            let name = slug(name).to_uppercase();
            if name.is_empty() {
                return Err(RestError::field("name", messages::name_without_letters()));
            }
            change.values.set_text("name", name);
        }
        within_limits(change).await?;
        if change.relinks("tags") {
            let tags = change.ids("tags").to_vec();
            only_tags(change.tx, "tags", &tags).await?;
        }
        Ok(())
    }

    /// The attribute that stands for the domain follows its name and is always included.
    async fn saved(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        let name = change.text("name").unwrap_or_default().to_owned();
        let before = change
            .before
            .and_then(|before| before.text("name"))
            .map(str::to_owned);
        let id = change.id();
        mirror(change.tx, before.as_deref(), &name).await?;
        change
            .tx
            .execute(
                "INSERT INTO core_domain_included_attributes (domain_id, attribute_id) \
                 SELECT $1, a.id FROM core_attribute AS a JOIN core_property AS p ON p.id = a.property_att_id \
                 WHERE p.prefix = $2 AND a.value = $3 ON CONFLICT DO NOTHING",
                args![id, DMN, name],
            )
            .await?;
        Ok(())
    }

    /// Whatever belonged to it would reach everybody, and who had no other domain would see everything.
    async fn going(&self, removal: &mut Removal<'_>) -> Result<(), RestError> {
        if removal.context.operator.boundary().is_some() {
            return Err(boundary::denied(messages::own_domain_stays()));
        }
        not_in_use(removal).await
    }

    async fn holding(&self, context: &Context, id: i64) -> Result<Vec<Users>, RestError> {
        let limited = limited(&mut context.source(), context.registry(), id).await?;
        let ids = |rows: Vec<(i64, String)>| rows.into_iter().map(|(id, _)| id).collect();
        Ok(limited
            .into_iter()
            .map(|(resource, rows)| (resource, ids(rows)))
            .collect())
    }

    async fn deleting(&self, removal: &mut Removal<'_>) -> Result<Deletion, RestError> {
        // Who preferred it prefers another one of theirs: without a preference an account may see everything.
        removal
            .tx
            .execute(
                "UPDATE core_userprofile SET domain_preference_id = (SELECT min(d.domain_id) \
                 FROM core_userprofile_domains AS d WHERE d.userprofile_id = core_userprofile.id \
                 AND d.domain_id <> $1) WHERE domain_preference_id = $1",
                args![removal.id],
            )
            .await?;
        removal
            .tx
            .execute(
                "DELETE FROM core_attribute WHERE value = $1 \
                 AND property_att_id = (SELECT id FROM core_property WHERE prefix = $2)",
                args![removal.before.text("name"), DMN],
            )
            .await?;
        Ok(Deletion::Row)
    }
}

/// Nobody adds themselves to a domain, and who is limited to domains changes neither what they are aimed at nor who
/// is limited to them. Who is not limited widens a domain for nobody who may do more than they.
async fn within_limits(change: &mut Change<'_>) -> Result<(), RestError> {
    let context = change.context;
    let operator = &context.operator;
    if operator.is_superuser {
        return Ok(());
    }
    let limited = operator.boundary().is_some();
    let lists = ["included_attributes", "excluded_attributes", "tags"];
    let aims = lists.iter().any(|list| change.relinks(list));
    if limited && (change.changes("name") || aims) {
        return Err(boundary::denied(messages::own_domain_is_kept()));
    }
    let after = change.values.ids("domain_admins").map(<[i64]>::to_vec);
    if after.is_none() && !aims {
        return Ok(());
    }
    let before: Vec<(i64,)> = change
        .tx
        .all(
            "SELECT userprofile_id FROM core_userprofile_domains WHERE domain_id = $1",
            args![change.id],
        )
        .await?;
    if aims {
        // Where a domain reaches is what those in it may see and change.
        let mut authority = Authority::of(operator, change.tx);
        for (account,) in &before {
            authority.over_account(UserId(*account)).await?;
        }
    }
    let Some(after) = after else {
        return Ok(());
    };
    let had = |id: i64| before.contains(&(id,));
    if after.contains(&operator.id.0) && !had(operator.id.0) {
        return Err(boundary::denied(messages::oneself_into_domain()));
    }
    if limited && before.iter().any(|(id,)| !after.contains(id)) {
        return Err(boundary::denied(messages::own_domain_of_others()));
    }
    over_those_who_move(operator, change.tx, change.id, &before, &after).await
}

/// Who comes under a domain, or leaves it, holds nothing that the operator does not hold, and who leaves their last one
/// does not see everything by it.
async fn over_those_who_move(
    operator: &Operator,
    tx: &mut Tx,
    domain: Option<i64>,
    before: &[(i64,)],
    after: &[i64],
) -> Result<(), RestError> {
    let gained = after.iter().filter(|id| !before.contains(&(**id,)));
    let lost: Vec<i64> = before
        .iter()
        .map(|(id,)| *id)
        .filter(|id| !after.contains(id))
        .collect();
    let mut authority = Authority::of(operator, tx);
    for account in gained.chain(&lost) {
        authority.over_account(UserId(*account)).await?;
    }
    let freed: Vec<(String,)> = tx
        .all(
            sql!(
                "SELECT u.username FROM core_userprofile AS u WHERE u.id IN ",
                ids(1),
                " AND NOT EXISTS (SELECT 1 FROM core_userprofile_domains AS o \
                 WHERE o.userprofile_id = u.id AND o.domain_id <> $2) ORDER BY u.username LIMIT 5"
            ),
            args![json_ids(lost), domain.unwrap_or_default()],
        )
        .await?;
    if freed.is_empty() {
        return Ok(());
    }
    let freed: Vec<String> = freed.into_iter().map(|(name,)| name).collect();
    Err(boundary::denied(messages::would_see_everything(
        freed.join(", "),
    )))
}

/// What only the domain limits: what belongs to it, and operators who have no other; with their names.
async fn limited(
    source: &mut Source<'_>,
    registry: &'static Registry,
    id: i64,
) -> Result<Vec<(&'static Resource, Vec<(i64, String)>)>, RestError> {
    let mut found = Vec::new();
    for resource in &registry.resources {
        let entity = resource.entity;
        let column = match entity.belongs {
            Belongs::Domain(path) if entity.only.is_empty() && !visibility::owned(entity) => {
                entity.table.one(path)
            }
            _ => None,
        };
        let Some((column, _)) = column else { continue };
        let select = Query::select()
            .columns(["id", "name"])
            .from(entity.table.name)
            .and_where(Expr::col(column.name).eq(id))
            .order_by("name", Order::Asc)
            .take();
        found.push((resource, named(source, &select).await?));
    }
    if let Some(accounts) = registry.by_route(USER_PROFILES.route) {
        let others = Query::select()
            .expr(Expr::val(1))
            .from_as("core_userprofile_domains", "o")
            .and_where(Expr::col(("o", "userprofile_id")).equals(("d", "userprofile_id")))
            .and_where(Expr::col(("o", "domain_id")).ne(id))
            .take();
        let select = Query::select()
            .columns([("u", "id"), ("u", "username")])
            .from_as(USER_PROFILES.table.name, "u")
            .join_as(
                JoinType::InnerJoin,
                "core_userprofile_domains",
                "d",
                Expr::col(("d", "userprofile_id")).equals(("u", "id")),
            )
            .and_where(Expr::col(("d", "domain_id")).eq(id))
            .and_where(Expr::col(("u", "is_superuser")).not())
            .and_where(Expr::exists(others).not())
            .order_by(("u", "username"), Order::Asc)
            .take();
        found.push((accounts, named(source, &select).await?));
    }
    found.retain(|(_, rows)| !rows.is_empty());
    Ok(found)
}

async fn named(
    source: &mut Source<'_>,
    select: &SelectStatement,
) -> Result<Vec<(i64, String)>, RestError> {
    let rows = source.rows(select).await?;
    let named = |row: &Row| Some((row.int(0)?, row.text(1)?.to_owned()));
    Ok(rows.iter().filter_map(named).collect())
}

/// Refuses to delete a domain as long as anything belongs to it, or limits an operator to it alone.
async fn not_in_use(removal: &mut Removal<'_>) -> Result<(), RestError> {
    let limited = limited(
        &mut Source::Tx(removal.tx),
        removal.context.registry(),
        removal.id,
    )
    .await?;
    let users: Vec<String> = limited
        .into_iter()
        .flat_map(|(resource, rows)| {
            let kind = resource.entity.model.in_words();
            let names = rows.into_iter().take(MOST_NAMED);
            names.map(move |(_, name)| format!("{kind} {name}"))
        })
        .collect();
    if users.is_empty() {
        return Ok(());
    }
    Err(RestError::Conflict(
        "in_use",
        messages::no_longer_limited(users.join(", ")),
    ))
}

async fn mirror(tx: &mut Tx, before: Option<&str>, name: &str) -> Result<(), RestError> {
    tx.execute(
        "INSERT INTO core_property (prefix, name, enabled, kind, sort, auto_add, language, code) \
         VALUES ($1, 'DOMAIN', $2, 'L', 'server', $2, 0, '') ON CONFLICT (prefix) DO NOTHING",
        args![DMN, true],
    )
    .await?;
    let mut renamed = 0;
    if before.is_some_and(|before| before != name) {
        renamed = tx
            .execute(
                "UPDATE core_attribute SET value = $2 WHERE value = $1 \
                 AND property_att_id = (SELECT id FROM core_property WHERE prefix = $3)",
                args![before, name, DMN],
            )
            .await?;
    }
    if renamed == 0 {
        tx.execute(
            "INSERT INTO core_attribute (property_att_id, value) \
             SELECT id, $1 FROM core_property WHERE prefix = $2 ON CONFLICT DO NOTHING",
            args![name, DMN],
        )
        .await?;
    }
    Ok(())
}
