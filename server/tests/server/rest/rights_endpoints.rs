//! Permission × endpoint, from the declarations: every address of every entity is refused to strangers and to whoever
//! lacks its permission alone, and open to whoever holds nothing but that.

use std::collections::BTreeSet;

use migasfree_server_domain::declared::registry;
use migasfree_server_entity::{
    access::Need,
    entity::{Csv, Entity},
};
use reqwest::Method;
use serde_json::json;

use super::Organisation;
use super::organisation::TOKEN;
use crate::harness::{Answer, Client};
use crate::on_both_engines;

/// No row has it: whoever may call the endpoint is told so, and nothing happens.
pub const NOBODY: i64 = 999_999_999;

/// One address of an entity, the verb and the right it asks for.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub method: Method,
    pub path: String,
    pub need: Need,
}

impl Endpoint {
    pub async fn call(&self, client: &Client) -> Answer {
        let request = client.request(self.method.clone(), &self.path);
        if self.method == Method::GET || self.method == Method::DELETE {
            return Answer::of(request).await;
        }
        Answer::of(request.json(&json!({}))).await
    }
}

/// Everything an entity offers; addresses of one row carry `id`.
pub fn endpoints(entity: &'static Entity, id: i64) -> Vec<Endpoint> {
    let at = |rest: &str| format!("{TOKEN}{}/{rest}", entity.route);
    let row = format!("{id}/");
    let mut found = Vec::new();
    let mut add = |method: Method, path: String, need| found.push(Endpoint { method, path, need });
    for operation in entity.operations.chars() {
        match operation {
            'L' => add(Method::GET, at(""), Need::View),
            'R' => add(Method::GET, at(&row), Need::View),
            'C' => add(Method::POST, at(""), Need::Add),
            'U' => {
                add(Method::PUT, at(&row), Need::Change);
                add(Method::PATCH, at(&row), Need::Change);
            }
            'D' => {
                add(Method::DELETE, at(&row), Need::Delete);
                add(Method::POST, at("bulk-delete/"), Need::Delete);
            }
            other => panic!("no test knows the operation {other}"),
        }
    }
    if entity.generic {
        add(Method::POST, at("filter/"), Need::View);
        add(Method::GET, at(&format!("{row}badge/")), Need::View);
        add(Method::GET, at(&format!("{row}relations/")), Need::View);
    }
    if matches!(
        entity.csv,
        Csv::Columns(_) | Csv::Everything | Csv::Fields(_)
    ) {
        add(Method::GET, at("export/"), Need::View);
        add(Method::POST, at("export/"), Need::View);
    }
    for action in entity.actions {
        let method = action.verb.name().parse().unwrap();
        let path = format!("{}/", action.path.replace("<id>", &id.to_string()));
        add(method, at(&path), action.need);
    }
    found
}

/// The permission a need means for an entity; none where no permission will do.
pub fn permission(entity: &Entity, need: Need) -> Option<String> {
    let verb = match need {
        Need::View => "view",
        Need::Add | Need::AddOrChange => "add",
        Need::Change => "change",
        Need::Delete => "delete",
        Need::Superuser => return None,
    };
    Some(format!("{}.{verb}_{}", entity.model.app, entity.model.name))
}

/// Every permission that opens what this one opens: reading is open to whoever reads the base or the whole.
fn equivalents(entity: &Entity, need: Need) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = permission(entity, need).into_iter().collect();
    if need == Need::AddOrChange {
        names.extend(permission(entity, Need::Change));
    }
    if need == Need::View {
        let whole = entity.also_viewed_with.iter();
        names.extend(whole.map(|(app, name)| format!("{app}.view_{name}")));
        let same_table = registry()
            .resources
            .iter()
            .filter(|other| other.entity.table.name == entity.table.name);
        names.extend(same_table.filter_map(|other| permission(other.entity, need)));
    }
    names
}

pub async fn all_permissions(org: &Organisation) -> Vec<String> {
    let rows: Vec<(String,)> = org
        .server
        .state()
        .db
        .all(
            "SELECT t.app_label || '.' || p.codename FROM auth_permission p \
             JOIN content_type t ON t.id = p.content_type_id ORDER BY p.id",
            migasfree_server_db::args![],
        )
        .await
        .unwrap();
    rows.into_iter().map(|(name,)| name).collect()
}

on_both_engines! {
    async fn every_endpoint_is_refused_without_its_permission_and_open_with_it_alone(org: Organisation) {
        let all = all_permissions(&org).await;
        let stranger = org.server.anonymous();
        let mut wrong = Vec::new();
        for resource in &registry().resources {
            let entity = resource.entity;
            for need in [Need::View, Need::Add, Need::Change, Need::Delete, Need::Superuser, Need::AddOrChange] {
                let endpoints: Vec<_> = endpoints(entity, NOBODY).into_iter().filter(|one| one.need == need).collect();
                if endpoints.is_empty() {
                    continue;
                }
                let opening = equivalents(entity, need);
                let others: Vec<&str> = all.iter().filter(|name| !opening.contains(*name)).map(String::as_str).collect();
                let name = format!("{}-{need:?}", entity.route.replace('/', "."));
                let without = org.server.operator(&format!("without-{name}"), &others).await;
                // A permission of its own where there is one, else another that opens it.
                let own = permission(entity, need).filter(|own| all.contains(own));
                if matches!(need, Need::Add | Need::Change | Need::Delete) && own.is_none() {
                    wrong.push(format!("{}: nobody can be given the right to {need:?}", entity.route));
                }
                let alone = own.or_else(|| opening.iter().find(|opens| all.contains(opens)).cloned());
                let held: Vec<&str> = alone.iter().map(String::as_str).collect();
                let with = org.server.operator(&format!("with-{name}"), &held).await;
                for endpoint in endpoints {
                    let mut expect = |who: &str, answer: Answer, allowed: &dyn Fn(u16) -> bool| {
                        if !allowed(answer.status) {
                            wrong.push(format!("{who} {} {}: {} {}", endpoint.method, endpoint.path, answer.status, answer.text));
                        }
                    };
                    expect("a stranger", endpoint.call(&stranger).await, &|status| status == 401);
                    expect("all others", endpoint.call(&without).await, &|status| status == 403);
                    if alone.is_some() {
                        expect("it alone", endpoint.call(&with).await, &|status| !matches!(status, 401 | 403 | 500..));
                    }
                    expect("a superuser", endpoint.call(&org.admin).await, &|status| !matches!(status, 401 | 403 | 500..));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
