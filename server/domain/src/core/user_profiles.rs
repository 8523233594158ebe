//! Operators.

use async_trait::async_trait;
use migasfree_server_audit::UserId;
use migasfree_server_auth::{self as auth, AuthError, Authority, Beyond, Rights, UNUSABLE};
use migasfree_server_db::{Arg, args, folded};
use migasfree_server_entity::{
    access::{Need, Operator},
    action::{Action, Gives, SENTENCE, Verb},
    boundary::Belongs,
    context::Context,
    entity::{Csv, Entity, Field, Like, Model, col, made, many, one, put, put_extra, put_ids, raw},
    error::RestError,
    hooks::{Change, Hooks, Removal},
    run,
    schema::{Default, Loss, Table, bool, key, link, linked, text, time},
};
use serde_json::json;

use super::{
    accounts, effective_access,
    shapes::{DOMAIN_REF, GROUP_REF, PERMISSION_INFO, SCOPE_REF},
};
use crate::messages;

/// `core_userprofile`
pub static TABLE: Table = Table {
    name: "core_userprofile",
    columns: &[
        text("username", 150),
        text("password", 500).secret(),
        time("password_changed_at").default(Default::Now).secret(),
        text("first_name", 150).default(Default::Text("")),
        text("last_name", 150).default(Default::Text("")),
        text("email", 254).default(Default::Text("")),
        bool("is_superuser", false),
        bool("is_staff", false),
        bool("is_active", true),
        time("last_login").null(),
        time("date_joined").default(Default::Now),
        key("domain_preference_id", "core_domain")
            .null()
            .losing(Loss::Told),
        key("scope_preference_id", "core_scope")
            .null()
            .losing(Loss::Told),
    ],
    many: &[
        link(
            "domains",
            "core_userprofile_domains",
            "userprofile_id",
            "domain_id",
            "core_domain",
        )
        .losing(Loss::Told),
        link(
            "groups",
            "auth_user_groups",
            "user_id",
            "group_id",
            "auth_group",
        )
        .losing(Loss::Told),
        link(
            "user_permissions",
            "auth_user_user_permissions",
            "user_id",
            "permission_id",
            "auth_permission",
        )
        .losing(Loss::Told),
        linked(
            "faultdefinition_users",
            "client_faultdefinition_users",
            "userprofile_id",
            "faultdefinition_id",
            "client_faultdefinition",
        ),
    ],
    order: &["username"],
    unique: &[&["username"]],
    ..Table::EMPTY
};

macro_rules! account {
    ($($more:expr)?) => {
        &[
            raw("pk", "id"),
            col("username"),
            col("email"),
            col("first_name"),
            col("last_name"),
            many("domains", &DOMAIN_REF),
            one("domain_preference", &DOMAIN_REF),
            one("scope_preference", &SCOPE_REF),
            many("groups", &GROUP_REF),
            many("user_permissions", &PERMISSION_INFO),
            col("is_superuser"),
            col("is_staff"),
            col("is_active"),
            col("last_login"),
            col("date_joined"),
            col("id"),
            $($more)?
        ]
    };
}

const DETAIL: &[Field] = account!(made("token", Like::Text, &[], |_, _| "".into()));
const ANSWER: &[Field] = account!();

/// Operators.
pub static USER_PROFILES: Entity = Entity {
    route: "user-profiles",
    model: Model {
        app: "core",
        name: "userprofile",
        one: "UserProfile",
        many: "User Profiles",
    },
    table: &TABLE,
    schema: "UserProfile",
    list: &[
        raw("pk", "id"),
        col("username"),
        col("email"),
        col("first_name"),
        col("last_name"),
        one("domain_preference", &DOMAIN_REF),
        one("scope_preference", &SCOPE_REF),
        col("is_superuser"),
        col("is_staff"),
        col("is_active"),
        col("last_login"),
        col("date_joined"),
        col("id"),
    ],
    detail: DETAIL,
    answer: ANSWER,
    write: &[
        put("username").required(),
        put("email").mailbox(),
        put("first_name"),
        put("last_name"),
        put_ids("domains"),
        put("domain_preference"),
        put("scope_preference"),
        put_ids("groups"),
        put_ids("user_permissions"),
        put("is_superuser"),
        put("is_staff"),
        put("is_active"),
    ],
    filters: &[
        "id+in",
        "username+ic",
        "first_name+ic",
        "last_name+ic",
        "faultdefinition_users__id",
        "domains__id",
        "is_active",
        "is_staff",
        "is_superuser",
    ],
    search: &["username", "first_name", "last_name"],
    text: col("username"),
    search_summary: Some(made(
        "full_name",
        Like::Text,
        &[col("first_name"), col("last_name")],
        |row, _| {
            let (first, last) = (
                row.get("first_name").as_text(),
                row.get("last_name").as_text(),
            );
            format!("{first} {last}").trim().into()
        },
    )),
    csv: Csv::Columns(&[
        "id",
        "last_login",
        "is_superuser",
        "groups",
        "user_permissions",
        "username",
        "first_name",
        "last_name",
        "email",
        "is_staff",
        "is_active",
        "date_joined",
        "domains",
        "domain_preference",
        "scope_preference",
    ]),
    belongs: Belongs::Domains("domains"),
    // Choosing what one looks at is no change of who may what.
    guarded: Some(&["domain_preference", "scope_preference"]),
    hooks: &Rules,
    actions: &[
        Action::get(
            "domain-admins",
            "The members of the group Domain Admin",
            run!(accounts::domain_admins),
        )
        .giving(Gives::Rows),
        Action::get(
            "<id>/effective-access",
            "What the operator may do, and where each right comes from",
            run!(effective_access::of_row),
        )
        .giving(Gives::Members(effective_access::MEMBERS)),
        Action::post(
            "<id>/update-token",
            Need::Add,
            "Make a new token; the old ones stop working",
            &[],
            run!(accounts::update_token),
        )
        .giving(Gives::Members(&[
            ("detail", Like::Text),
            ("info", Like::Text),
        ])),
        Action::get(
            "<id>/sessions",
            "The open sessions of the operator",
            run!(accounts::sessions),
        )
        .needing(Need::Change)
        .giving(Gives::Listed(accounts::SESSION)),
        Action::post(
            "<id>/sign-out",
            Need::Change,
            "End a session of the operator, or all of them",
            &[put_extra("session", Like::Integer)],
            run!(accounts::sign_out),
        )
        .giving(SENTENCE),
        Action::get(
            "<id>/factors",
            "What the operator has besides a password",
            run!(accounts::held_factors),
        )
        .needing(Need::Change)
        .giving(Gives::Members(accounts::FACTORS)),
        Action::post(
            "<id>/forget-factors",
            Need::Change,
            "Ask the operator for the password alone, until they set up a factor again",
            &[],
            run!(accounts::forget_factors),
        )
        .giving(SENTENCE),
        Action::post(
            "<id>/change-password",
            Need::Change,
            "Give the operator another password",
            &[
                put_extra("password", Like::Text).required(),
                put_extra("password2", Like::Text).required(),
                put_extra("old_password", Like::Text),
            ],
            run!(accounts::change_password),
        )
        .giving(SENTENCE)
        .by(Verb::Put),
    ],
    ..Entity::EMPTY
};

pub(super) fn is_username(name: &str) -> bool {
    name.chars()
        .all(|letter| letter.is_alphanumeric() || "@.+-_".contains(letter))
}

/// Names that differ in capitals alone are taken for one by whoever reads them.
async fn not_taken_in_other_capitals(change: &mut Change<'_>) -> Result<(), RestError> {
    let name = folded(change.text("username").unwrap_or_default());
    // The engines' own indexes know other capitals each.
    change.tx.lock_name("core_userprofile", &name).await?;
    let others: Vec<(String,)> = change
        .tx
        .all(
            "SELECT username FROM core_userprofile WHERE id <> $1",
            args![change.id.unwrap_or_default()],
        )
        .await?;
    match others.iter().any(|(other,)| folded(other) == name) {
        true => Err(RestError::not_unique(&["username".to_owned()])),
        false => Ok(()),
    }
}

/// What operators may change of themselves without any permission.
const OWN: [&str; 2] = ["domain_preference_id", "scope_preference_id"];

struct Rules;

#[async_trait]
impl Hooks for Rules {
    fn self_service(&self, operator: &Operator, id: i64) -> bool {
        operator.id.0 == id && operator.in_person().is_ok()
    }

    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        if change.changes("username") && !is_username(change.text("username").unwrap_or_default()) {
            return Err(RestError::field(
                "username",
                messages::user_name_characters(),
            ));
        }
        if change.changes("username") {
            not_taken_in_other_capitals(change).await?;
        }
        if change.is_new() {
            // Nothing verifies against it: the account waits for its first password.
            change
                .values
                .set("password", Arg::Text(Some(UNUSABLE.to_owned())));
        }
        if change.id == Some(change.context.operator.id.0) {
            check_own(change)?;
        }
        follow_address(change).await?;
        check_rights(change).await?;
        check_preferences(change).await
    }

    async fn saved(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        let account = UserId(change.id());
        if !change.is_new() && change.changes("is_active") {
            end_credentials(change, account).await?;
        }
        // What is left behind is nothing the operator could not act on.
        let mut authority = Authority::of(&change.context.operator, change.tx);
        Ok(authority.over_account(account).await?)
    }

    async fn going(&self, removal: &mut Removal<'_>) -> Result<(), RestError> {
        let operator = &removal.context.operator;
        if operator.id.0 == removal.id {
            return Err(RestError::Refused("oneself", messages::own_account()));
        }
        Authority::of(operator, removal.tx)
            .over_account(UserId(removal.id))
            .await?;
        Ok(())
    }
}

/// Nothing that an account had while it was open works after it was closed, not even when it is opened again.
async fn end_credentials(change: &mut Change<'_>, account: UserId) -> Result<(), RestError> {
    let keys = auth::end_everything(change.tx, account, None).await?;
    if keys.is_empty() {
        return Ok(());
    }
    let context = change.context;
    let before = json!({ "kids": keys });
    context
        .note(
            change.tx,
            &USER_PROFILES,
            "end_upload_keys",
            account.0,
            Some(&before),
            None,
        )
        .await
}

/// One's own powers are for others to change, one's own data for whoever administers accounts.
/// Links to choose a password go to the address of an account: whoever had it before hears of another one.
async fn follow_address(change: &mut Change<'_>) -> Result<(), RestError> {
    let (Some(id), Some(before)) = (change.id, change.before) else {
        return Ok(());
    };
    if !change.changes("email") {
        return Ok(());
    }
    let Context {
        state, operator, ..
    } = change.context;
    match id == operator.id.0 {
        true => state.auth.changes_address(operator)?,
        false => state.auth.changes_address_of_other(operator)?,
    }
    let before = before.text("email").unwrap_or_default();
    auth::tell_of_address(&state.auth, change.tx, UserId(id), before).await?;
    Ok(())
}

fn check_own(change: &Change<'_>) -> Result<(), RestError> {
    let operator = &change.context.operator;
    if operator.is_superuser {
        let loses =
            |column: &str| change.changes(column) && change.values.bool(column) == Some(false);
        if loses("is_superuser") || loses("is_active") || loses("is_staff") {
            return Err(RestError::whole(messages::own_powers()));
        }
        return Ok(());
    }
    let powers = ["is_superuser", "is_staff", "is_active"];
    let lists = ["groups", "user_permissions", "domains"];
    if powers.iter().any(|column| change.changes(column))
        || lists.iter().any(|list| change.relinks(list))
    {
        return Err(AuthError::from(Beyond::Oneself).into());
    }
    let administers =
        operator.may("core.change_userprofile") || operator.may("core.add_userprofile");
    let more = change
        .values
        .columns()
        .any(|(column, _)| change.changes(column) && !OWN.contains(&column));
    if more && !administers {
        return Err(RestError::Forbidden("core.change_userprofile".to_owned()));
    }
    Ok(())
}

fn gives_or_takes(change: &Change<'_>, power: &str) -> bool {
    change.changes(power) && (!change.is_new() || change.values.bool(power) == Some(true))
}

/// Nobody acts on an account that holds more than they do, or gives or takes what they do not hold.
async fn check_rights(change: &mut Change<'_>) -> Result<(), RestError> {
    let superuser = gives_or_takes(change, "is_superuser");
    let staff = gives_or_takes(change, "is_staff");
    let [permissions, groups, domains] =
        ["user_permissions", "groups", "domains"].map(|list| change.relinked(list));
    let mut authority = Authority::of(&change.context.operator, change.tx);
    if let Some(id) = change.id {
        authority.over_account(UserId(id)).await?;
    }
    if superuser {
        authority.over(Rights::Superuser).await?;
    }
    if staff {
        authority.over(Rights::Staff).await?;
    }
    authority.over(Rights::Permissions(&permissions)).await?;
    authority.over(Rights::Groups(&groups)).await?;
    authority.over(Rights::Domains(&domains)).await?;
    Ok(())
}

/// A preference is a domain one administers, a scope of one's own.
async fn check_preferences(change: &mut Change<'_>) -> Result<(), RestError> {
    let superuser = if change.values.has("is_superuser") {
        change.values.bool("is_superuser")
    } else {
        change.before.and_then(|before| before.bool("is_superuser"))
    };
    if let (true, Some(domain)) = (
        change.changes("domain_preference_id"),
        change.int("domain_preference_id"),
    ) && superuser != Some(true)
        && !change.ids("domains").contains(&domain)
    {
        return Err(RestError::field(
            "domain_preference",
            messages::operator_not_in_domain(),
        ));
    }
    if let (true, Some(scope)) = (
        change.changes("scope_preference_id"),
        change.int("scope_preference_id"),
    ) {
        let (owner,): (i64,) = change
            .tx
            .one("SELECT user_id FROM core_scope WHERE id = $1", args![scope])
            .await?;
        if change.id != Some(owner) && superuser != Some(true) {
            return Err(RestError::field(
                "scope_preference",
                messages::scope_of_other(),
            ));
        }
    }
    Ok(())
}
