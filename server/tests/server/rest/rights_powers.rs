//! Who may act on whom, and give or take what, from the declarations: every write and action of accounts, and every
//! list of every entity that stores rights. Whatever is refused leaves everything as it was.

use migasfree_server_audit::UserId;
use migasfree_server_db::args;
use migasfree_server_domain::declared::registry;
use migasfree_server_entity::{
    action::Verb,
    entity::{Entity, Target, Write},
    schema::{Many, Type},
    validate::column_of,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use crate::harness::{Answer, Client};
use crate::on_both_engines;

/// What makes somebody more than a name.
const RIGHTS: [&str; 4] = [
    "auth_group_permissions",
    "auth_user_groups",
    "auth_user_user_permissions",
    "core_userprofile_domains",
];

/// What the manager of accounts holds, and can so give.
const HELD: [&str; 11] = [
    "core.add_userprofile",
    "core.change_userprofile",
    "core.delete_userprofile",
    "core.view_userprofile",
    "auth.add_group",
    "auth.change_group",
    "auth.delete_group",
    "auth.view_group",
    "core.view_platform",
    "core.add_platform",
    "core.change_platform",
];
const NOT_HELD: &str = "core.delete_platform";

/// The accounts of a test, and somebody who manages accounts.
struct Staff {
    manager: Client,
    manager_id: i64,
    weaker: i64,
    equal: i64,
    stronger: i64,
    superuser: i64,
    held: i64,
    not_held: i64,
    held_group: i64,
    strong_group: i64,
}

impl Staff {
    async fn of(org: &Organisation) -> Self {
        let add = async |name: &str, rights: &[&str]| {
            org.server
                .add_operator(name, "a good password", rights)
                .await
        };
        let manager = add("manager", &HELD).await;
        let weaker = add("weaker", &["core.view_platform"]).await;
        let equal = add("equal", &HELD).await;
        let stronger = add("stronger", &["core.view_platform", NOT_HELD]).await;
        let superuser = add("second", &[]).await;
        org.execute(
            "UPDATE core_userprofile SET is_superuser = TRUE WHERE id = $1",
            args![superuser],
        )
        .await;
        let held = permission(org, "core.add_platform").await;
        let not_held = permission(org, NOT_HELD).await;
        let group = async |name: &str, permissions: Value| {
            let body = json!({"name": name, "permissions": permissions});
            let made = org
                .admin
                .post(&format!("{TOKEN}accounts/groups/"), body)
                .await;
            made.json["id"].as_i64().unwrap()
        };
        Self {
            manager: org.server.program_of(manager).await,
            manager_id: manager.0,
            weaker: weaker.0,
            equal: equal.0,
            stronger: stronger.0,
            superuser: superuser.0,
            held,
            not_held,
            held_group: group("Modest", json!([held])).await,
            strong_group: group("Mighty", json!([held, not_held])).await,
        }
    }

    /// A value that the manager could give, and one that is not theirs to give.
    fn values(&self, write: &Write, entity: &Entity) -> (Value, Option<Value>) {
        match write.target {
            Target::Links => match entity.table.many(write.name).map(Many::target) {
                Some("auth_permission") => (json!([self.held]), Some(json!([self.not_held]))),
                Some("auth_group") => (json!([self.held_group]), Some(json!([self.strong_group]))),
                _ => (json!([]), None),
            },
            _ => match column_of(entity.table, write.name).map(|column| &column.ty) {
                Some(Type::Bool) if write.name == "is_superuser" => {
                    (json!(false), Some(json!(true)))
                }
                Some(Type::Bool) => (json!(true), None),
                Some(Type::Key(_)) => (Value::Null, None),
                _ if write.name == "email" => (json!("somebody@example.org"), None),
                _ => (json!("renamed"), None),
            },
        }
    }
}

async fn permission(org: &Organisation, name: &str) -> i64 {
    let sql = "SELECT p.id FROM auth_permission p JOIN content_type t ON t.id = p.content_type_id \
               WHERE t.app_label || '.' || p.codename = $1";
    let (id,): (i64,) = org.server.state().db.one(sql, args![name]).await.unwrap();
    id
}

/// Everything that says who may do what, and by which credentials.
async fn powers(org: &Organisation) -> Vec<String> {
    let rows: Vec<(String,)> = org
        .server
        .state()
        .db
        .all(
            "SELECT 'account ' || id || ' ' || username || ' ' || password || ' ' || email || ' ' || first_name \
             || ' ' || CAST(is_superuser AS text) || CAST(is_staff AS text) || CAST(is_active AS text) FROM core_userprofile \
             UNION ALL SELECT 'group ' || id || ' ' || name FROM auth_group \
             UNION ALL SELECT 'holds ' || group_id || ' ' || permission_id FROM auth_group_permissions \
             UNION ALL SELECT 'is in ' || user_id || ' ' || group_id FROM auth_user_groups \
             UNION ALL SELECT 'may ' || user_id || ' ' || permission_id FROM auth_user_user_permissions \
             UNION ALL SELECT 'works in ' || userprofile_id || ' ' || domain_id FROM core_userprofile_domains \
             UNION ALL SELECT 'token ' || user_id || ' ' || token_hash FROM auth_token ORDER BY 1",
            args![],
        )
        .await
        .unwrap();
    rows.into_iter().map(|(row,)| row).collect()
}

/// One way to act on an account.
struct Act {
    name: String,
    method: Method,
    path: String,
    body: Value,
}

impl Act {
    async fn by(&self, client: &Client) -> Answer {
        let request = client.request(self.method.clone(), &self.path);
        Answer::of(request.json(&self.body)).await
    }
}

fn accounts() -> &'static Entity {
    registry().by_route("user-profiles").unwrap().entity
}

/// Every write and action on one account, as harmless as it can be.
fn acts(staff: &Staff, account: i64) -> Vec<Act> {
    let entity = accounts();
    let path = format!("{TOKEN}user-profiles/{account}/");
    let mut acts: Vec<Act> = entity
        .update_fields()
        .iter()
        .map(|write| Act {
            name: format!("PATCH {}", write.name),
            method: Method::PATCH,
            path: path.clone(),
            body: json!({write.name: if write.name == "username" {
                json!(format!("renamed{account}"))
            } else {
                staff.values(write, entity).0
            }}),
        })
        .collect();
    acts.push(Act {
        name: "PATCH is_active away".to_owned(),
        method: Method::PATCH,
        path: path.clone(),
        body: json!({"is_active": false}),
    });
    acts.push(Act {
        name: "PUT".to_owned(),
        method: Method::PUT,
        path: path.clone(),
        body: json!({"username": format!("put{account}")}),
    });
    for action in entity.actions {
        if action.of_row() && action.verb != Verb::Get {
            acts.push(Act {
                name: action.path.to_owned(),
                method: action.verb.name().parse().unwrap(),
                path: format!(
                    "{TOKEN}user-profiles/{}/",
                    action.path.replace("<id>", &account.to_string())
                ),
                body: json!({"password": "correct horse 7", "password2": "correct horse 7"}),
            });
        }
    }
    acts.push(Act {
        name: "DELETE".to_owned(),
        method: Method::DELETE,
        path,
        body: json!({}),
    });
    acts
}

on_both_engines! {
    async fn nobody_acts_on_an_account_that_holds_more(org: Organisation) {
        let staff = Staff::of(&org).await;
        for (who, account) in [("stronger", staff.stronger), ("superuser", staff.superuser), ("administrator", 1)] {
            for act in acts(&staff, account) {
                let before = powers(&org).await;
                let answer = act.by(&staff.manager).await;
                assert_eq!(answer.status, 403, "{} of {who}: {}", act.name, answer.text);
                assert_eq!(powers(&org).await, before, "{} of {who}", act.name);
            }
        }
        for (who, account) in [("weaker", staff.weaker), ("equal", staff.equal)] {
            for act in acts(&staff, account) {
                let answer = act.by(&staff.manager).await;
                assert!((200..300).contains(&answer.status), "{} of {who}: {} {}", act.name, answer.status, answer.text);
            }
        }
        for act in acts(&staff, staff.stronger) {
            let answer = act.by(&org.admin).await;
            assert!((200..300).contains(&answer.status), "{} by a superuser: {} {}", act.name, answer.status, answer.text);
        }
    }

    async fn nobody_changes_their_own_powers_or_password_by_the_way(org: Organisation) {
        let staff = Staff::of(&org).await;
        let path = format!("{TOKEN}user-profiles/{}/", staff.manager_id);
        for body in [
            json!({"is_superuser": true}), json!({"is_staff": false}), json!({"is_active": false}),
            json!({"groups": [staff.held_group]}), json!({"groups": [staff.strong_group]}),
            json!({"user_permissions": []}), json!({"user_permissions": [staff.not_held]}),
            json!({"domains": [org.id("domains")]}),
        ] {
            let before = powers(&org).await;
            let refused = staff.manager.patch(&path, body.clone()).await;
            assert_eq!(refused.status, 403, "{body}: {}", refused.text);
            assert_eq!(powers(&org).await, before, "{body}");
        }
        let password = json!({"password": "correct horse 7", "password2": "correct horse 7"});
        for (client, id) in [(&staff.manager, staff.manager_id), (&org.admin, 1)] {
            let path = format!("{TOKEN}user-profiles/{id}/change-password/");
            let mut body = password.clone();
            let refused = client.put(&path, body.clone()).await;
            assert_eq!((refused.status, refused.json["old_password"].is_array()), (400, true), "{}", refused.text);
            body["old_password"] = json!("wrong");
            assert_eq!(client.put(&path, body).await.status, 400);
        }
        let mut body = password;
        body["old_password"] = json!("a good password");
        let path = format!("{path}change-password/");
        assert_eq!(staff.manager.put(&path, body).await.status, 200);
    }

    async fn every_list_of_rights_takes_only_what_its_writer_holds(org: Organisation) {
        let staff = Staff::of(&org).await;
        let mut seen = Vec::new();
        for resource in &registry().resources {
            let entity = resource.entity;
            for write in entity.write {
                let Some(Many::Link { table, .. }) = entity.table.many(write.name) else { continue };
                let (held, Some(not_held)) = staff.values(write, entity) else {
                    if RIGHTS.contains(table) {
                        seen.push((entity.route, write.name, *table));
                    }
                    continue;
                };
                assert!(RIGHTS.contains(table), "{}: {} stores rights unknown to this test", entity.route, write.name);
                seen.push((entity.route, write.name, *table));
                let place = format!("{TOKEN}{}/", entity.route);
                let name = if entity.route == "user-profiles" { "username" } else { "name" };
                let before = powers(&org).await;
                let refused = staff.manager.post(&place, json!({name: "new", write.name: not_held})).await;
                assert_eq!(refused.status, 403, "{place} {}: {}", write.name, refused.text);
                assert_eq!(powers(&org).await, before);
                let made = staff.manager.post(&place, json!({name: "new", write.name: held})).await;
                assert_eq!(made.status, 201, "{place} {}: {}", write.name, made.text);
                let row = format!("{place}{}/", made.json["id"]);
                gives_and_takes(&org, &staff, &row, write.name, &held, &not_held).await;
                assert_eq!(staff.manager.delete(&row).await.status, 204, "{row}");
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, [
            ("accounts/groups", "permissions", "auth_group_permissions"),
            ("domains", "domain_admins", "core_userprofile_domains"),
            ("user-profiles", "domains", "core_userprofile_domains"),
            ("user-profiles", "groups", "auth_user_groups"),
            ("user-profiles", "user_permissions", "auth_user_user_permissions"),
        ]);
    }

    async fn a_domain_gains_and_loses_only_accounts_its_writer_could_act_on(org: Organisation) {
        let staff = Staff::of(&org).await;
        let rights = ["core.add_domain", "core.change_domain", "core.view_domain", "core.view_platform"];
        let keeper = org.server.operator("keeper", &rights).await;
        let place = format!("{TOKEN}domains/");
        let domain = async |name: &str, admins: Value| {
            let made = org.admin.post(&place, json!({"name": name, "domain_admins": admins})).await;
            assert_eq!(made.status, 201, "{}", made.text);
            format!("{place}{}/", made.json["id"])
        };
        let row = domain("West", json!([staff.stronger])).await;
        let other = domain("East", json!([])).await;
        let mut acts = vec![
            Act { name: "adds".to_owned(), method: Method::PATCH, path: other, body: json!({"domain_admins": [staff.stronger]}) },
            Act { name: "widens".to_owned(), method: Method::PATCH, path: row.clone(), body: json!({"included_attributes": [1]}) },
            Act { name: "makes".to_owned(), method: Method::POST, path: place.clone(), body: json!({"name": "Own", "domain_admins": [staff.superuser]}) },
        ];
        for admins in [json!([]), json!([staff.weaker]), json!([staff.stronger, staff.superuser]), json!([staff.stronger, staff.equal])] {
            for method in [Method::PATCH, Method::PUT] {
                let body = json!({"name": "West", "domain_admins": admins});
                acts.push(Act { name: format!("{method} {admins}"), method, path: row.clone(), body });
            }
        }
        for act in acts {
            let before = powers(&org).await;
            let refused = act.by(&keeper).await;
            assert_eq!(refused.status, 403, "{}: {}", act.name, refused.text);
            assert_eq!(powers(&org).await, before, "{}", act.name);
        }
        let admins = async |client: &Client, admins: Value| {
            client.patch(&row, json!({"domain_admins": admins})).await
        };
        assert_eq!(admins(&keeper, json!([staff.stronger, staff.weaker])).await.status, 200);
        let last = admins(&keeper, json!([staff.stronger])).await;
        assert_eq!(last.status, 403, "they would see everything: {}", last.text);
        assert!(last.text.contains("weaker"), "{}", last.text);
        domain("South", json!([staff.weaker])).await;
        let left = admins(&keeper, json!([staff.stronger])).await;
        assert_eq!(left.status, 200, "{}", left.text);
        assert_eq!(admins(&org.admin, json!([])).await.status, 200, "a superuser may");
    }

    async fn nobody_takes_from_a_group_what_they_do_not_hold(org: Organisation) {
        let staff = Staff::of(&org).await;
        let group = format!("{TOKEN}accounts/groups/{}/", staff.strong_group);
        for act in [
            Act { name: "takes".to_owned(), method: Method::PATCH, path: group.clone(), body: json!({"permissions": [staff.held]}) },
            Act { name: "empties".to_owned(), method: Method::PUT, path: group.clone(), body: json!({"name": "Mighty", "permissions": []}) },
            Act { name: "renames".to_owned(), method: Method::PATCH, path: group.clone(), body: json!({"name": "Harmless"}) },
            Act { name: "deletes".to_owned(), method: Method::DELETE, path: group.clone(), body: json!({}) },
        ] {
            let before = powers(&org).await;
            let refused = act.by(&staff.manager).await;
            assert_eq!(refused.status, 403, "{}: {}", act.name, refused.text);
            assert_eq!(powers(&org).await, before, "{}", act.name);
        }
        // What is not held stays as it is; what is held may come and go beside it.
        let beside = json!({"permissions": [staff.not_held]});
        assert_eq!(staff.manager.patch(&group, beside).await.status, 200);
        let modest = format!("{TOKEN}accounts/groups/{}/", staff.held_group);
        let renamed = staff.manager.patch(&modest, json!({"name": "Humble"})).await;
        assert_eq!(renamed.status, 200, "{}", renamed.text);
    }

    async fn only_staff_makes_staff(org: Organisation) {
        let manager = org.server.add_operator("outsider", "", &HELD).await;
        org.execute("UPDATE core_userprofile SET is_staff = FALSE WHERE id = $1", args![manager]).await;
        let outsider = org.server.program_of(manager).await;
        let place = format!("{TOKEN}user-profiles/");
        assert_eq!(outsider.post(&place, json!({"username": "new", "is_staff": true})).await.status, 403);
        let made = outsider.post(&place, json!({"username": "new"})).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let row = format!("{place}{}/", made.json["id"]);
        assert_eq!(outsider.patch(&row, json!({"is_staff": true})).await.status, 403);
    }

    async fn a_closed_account_starts_anew_when_it_is_opened_again(org: Organisation) {
        let user = UserId(org.id("user-profiles"));
        let program = org.server.program_of(user).await;
        let path = format!("{TOKEN}user-profiles/{user}/");
        for active in [false, true] {
            assert_eq!(org.admin.patch(&path, json!({"is_active": active})).await.status, 200);
            assert_eq!(program.get("/rest-auth/user/").await.status, 401, "active: {active}");
        }
    }
}

async fn gives_and_takes(
    org: &Organisation,
    staff: &Staff,
    row: &str,
    field: &str,
    held: &Value,
    not_held: &Value,
) {
    let before = powers(org).await;
    let refused = staff.manager.patch(row, json!({field: not_held})).await;
    assert_eq!(refused.status, 403, "gives {row} {field}: {}", refused.text);
    assert_eq!(powers(org).await, before, "{row} {field}");
    let taken = staff.manager.patch(row, json!({field: []})).await;
    assert_eq!(taken.status, 200, "takes {row} {field}: {}", taken.text);
    assert_eq!(
        staff.manager.patch(row, json!({field: held})).await.status,
        200
    );
    let given = org.admin.patch(row, json!({field: not_held})).await;
    assert_eq!(given.status, 200, "{row} {field}: {}", given.text);
    let before = powers(org).await;
    let refused = staff.manager.patch(row, json!({field: []})).await;
    assert_eq!(refused.status, 403, "takes {row} {field}: {}", refused.text);
    assert_eq!(powers(org).await, before, "{row} {field}");
    assert_eq!(org.admin.patch(row, json!({field: held})).await.status, 200);
}
