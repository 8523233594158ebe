//! What is deleted never lets anything reach more than before, whatever pointed at it: walked along all declarations.

use migasfree_server_db::args;
use migasfree_server_domain::declared::registry;
use migasfree_server_entity::{
    boundary::Belongs,
    registry::Resource,
    schema::{Loss, Many, Table, Type},
};
use sea_query::{Expr, ExprTrait as _, OnConflict, Query};
use serde_json::{Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use crate::harness::Answer;
use crate::on_both_engines;

/// A reference that a row can lose without going itself.
struct Optional {
    table: &'static Table,
    member: &'static str,
    target: &'static str,
    loss: Loss,
    /// The link table with its two columns; without one it is a column of the row.
    link: Option<(&'static str, &'static str, &'static str)>,
}

fn references() -> Vec<Optional> {
    let mut found = Vec::new();
    for table in registry()
        .tables
        .all()
        .filter(|table| table.within.is_none())
    {
        for column in table.columns {
            if let Type::Key(target) = column.ty
                && !column.goes_along()
            {
                found.push(Optional {
                    table,
                    member: column.name.strip_suffix("_id").unwrap_or(column.name),
                    target,
                    loss: column.loss,
                    link: None,
                });
            }
        }
        for many in table.links() {
            if let Many::Link {
                table: link,
                own,
                other,
                loss,
                ..
            } = many
            {
                found.push(Optional {
                    table,
                    member: many.name(),
                    target: many.target(),
                    loss: *loss,
                    link: Some((*link, *own, *other)),
                });
            }
        }
    }
    found
}

impl Optional {
    fn name(&self) -> String {
        format!("{}.{}", self.table.name, self.member)
    }

    /// The row of the organisation, and the entity that stands for its table.
    fn row(&self, org: &Organisation) -> Option<(&'static Resource, i64)> {
        let resource = registry().by_table(self.table.name)?;
        let id = org.ids.get(resource.entity.route)?;
        Some((resource, *id))
    }

    /// Where what it points at is deleted, and which one that is.
    async fn target(&self, org: &Organisation, number: usize) -> Option<(&'static str, i64)> {
        if self.target == "core_attribute" {
            return Some(("tags", tag(org, &format!("loss{number}")).await));
        }
        registry().resources.iter().find_map(|resource| {
            let entity = resource.entity;
            let fits = entity.table.name == self.target && entity.operations.contains('D');
            let id = org.ids.get(entity.route).filter(|_| fits)?;
            Some((entity.route, *id))
        })
    }

    async fn point(&self, org: &Organisation, row: i64, target: i64) {
        let db = &org.server.state().db;
        match self.link {
            Some((link, own, other)) => {
                let insert = Query::insert()
                    .into_table(link)
                    .columns([own, other])
                    .values_panic([row.into(), target.into()])
                    .on_conflict(OnConflict::new().do_nothing().to_owned())
                    .take();
                db.execute_query(&insert).await.unwrap();
            }
            None => {
                let update = Query::update()
                    .table(self.table.name)
                    .value(format!("{}_id", self.member), target)
                    .and_where(Expr::col("id").eq(row))
                    .take();
                db.execute_query(&update).await.unwrap();
            }
        }
    }

    async fn enable(&self, org: &Organisation, row: i64, enabled: bool) {
        if self.table.column("enabled").is_some() {
            let update = Query::update()
                .table(self.table.name)
                .value("enabled", enabled)
                .and_where(Expr::col("id").eq(row))
                .take();
            org.server.state().db.execute_query(&update).await.unwrap();
        }
    }

    async fn is_enabled(&self, org: &Organisation, row: i64) -> bool {
        let select = Query::select()
            .column("enabled")
            .from(self.table.name)
            .and_where(Expr::col("id").eq(row))
            .take();
        let rows = org.server.state().db.all_query::<(bool,)>(&select).await;
        rows.unwrap()[0].0
    }
}

async fn tag(org: &Organisation, value: &str) -> i64 {
    let sql = "INSERT INTO core_attribute (property_att_id, value) \
               SELECT property_att_id, $2 FROM core_attribute WHERE id = $1 RETURNING id";
    let db = &org.server.state().db;
    let (id,): (i64,) = db.one(sql, args![org.id("tags"), value]).await.unwrap();
    id
}

async fn delete(org: &Organisation, path: &str) -> Answer {
    org.admin.delete(&format!("{TOKEN}{path}")).await
}

fn assert_held(refused: &Answer, name: &str, resource: &Resource) {
    assert_eq!(
        (refused.status, refused.code()),
        (409, "in_use"),
        "{name}: {}",
        refused.text
    );
    let model = &resource.entity.model;
    let one_word = |text: &str| text.replace(' ', "").to_lowercase();
    let detail = one_word(refused.json["detail"].as_str().unwrap());
    assert!(
        [model.one, model.many]
            .iter()
            .any(|kind| detail.contains(&one_word(kind))),
        "{name}: {detail}"
    );
}

/// Whether others are aimed at rows of the entity, which do nothing themselves.
fn is_only_aimed_at(resource: &Resource) -> bool {
    let route = resource.entity.route;
    let is_meant = registry().mirroring().any(|other| {
        other
            .mirrors
            .iter()
            .any(|(_, mirror)| mirror.route == route)
    });
    is_meant && resource.entity.belongs != Belongs::Itself
}

on_both_engines! {
    async fn no_reference_that_is_lost_widens_what_is_rolled_out(org: Organisation) {
        let mut seen = Vec::new();
        for (number, one) in references().into_iter().enumerate() {
            let name = one.name();
            assert_ne!(one.loss, Loss::Unsaid, "{name}: declare what its loss means");
            let (Some((resource, row)), Some((route, target))) = (one.row(&org), one.target(&org, number).await) else {
                assert!(matches!(one.loss, Loss::Told), "{name}: the organisation of the tests has none");
                continue;
            };
            one.point(&org, row, target).await;
            one.enable(&org, row, true).await;
            let path = format!("{route}/{target}/");
            match one.loss {
                Loss::Kept => assert_held(&delete(&org, &path).await, &name, resource),
                Loss::More if is_only_aimed_at(resource) => {}
                Loss::More => {
                    assert_held(&delete(&org, &path).await, &name, resource);
                    let told = org.admin.get(&format!("{TOKEN}{path}consequences/")).await.json;
                    let held = told["held"].as_array().unwrap();
                    assert!(held.iter().any(|kind| kind["entity"] == resource.entity.key()), "{name}: {told}");
                    let can_be_disabled = one.table.column("enabled").is_some();
                    assert_eq!((&told["detachable"], &told["replaceable"]), (&json!(can_be_disabled), &json!(false)), "{name}");
                    let detached = delete(&org, &format!("{path}?detach=true")).await;
                    assert_eq!(detached.status, if can_be_disabled { 204 } else { 409 }, "{name}: {}", detached.text);
                    if can_be_disabled {
                        assert!(!one.is_enabled(&org, row).await, "{name}");
                        // What is not in force keeps nothing.
                        let next = tag(&org, &format!("next{number}")).await;
                        one.point(&org, row, next).await;
                        assert_eq!(delete(&org, &format!("tags/{next}/")).await.status, 204, "{name}");
                        one.enable(&org, row, true).await;
                    }
                }
                Loss::Fewer | Loss::Told | Loss::Unsaid => {
                    let told = org.admin.get(&format!("{TOKEN}{path}consequences/")).await.json;
                    let changed = told["changed"].as_array().unwrap();
                    let is_told = changed.iter().any(|kind| kind["entity"] == resource.entity.key() && kind["member"] == one.member);
                    assert!(is_told, "{name}: {told}");
                }
            }
            seen.push(name);
        }
        for expected in ["core_deployment.schedule", "core_deployment.domain", "core_deployment.excluded_attributes", "app_catalog_policy.domain"] {
            assert!(seen.iter().any(|name| name == expected), "{expected} was looked at: {seen:?}");
        }
    }

    async fn what_is_excluded_by_way_of_a_set_counts_too(org: Organisation) {
        let (set, deployment) = (org.id("attribute-sets"), org.id("deployments"));
        let db = &org.server.state().db;
        let sql = "SELECT a.id FROM core_attribute AS a JOIN core_property AS p ON p.id = a.property_att_id \
                   WHERE p.prefix = 'SET' AND a.value = 'Blue set'";
        let (stands_for_set,): (i64,) = db.one(sql, args![]).await.unwrap();
        let kept_out = tag(&org, "kept-out").await;
        let patch = async |path: String, body: Value| {
            let saved = org.admin.patch(&format!("{TOKEN}{path}"), body).await;
            assert_eq!(saved.status, 200, "{}", saved.text);
        };
        patch(format!("attribute-sets/{set}/"), json!({"included_attributes": [kept_out]})).await;
        patch(format!("deployments/{deployment}/"), json!({"excluded_attributes": [stands_for_set]})).await;
        for path in [format!("tags/{kept_out}/"), format!("attribute-sets/{set}/"), format!("stamps/{}/", org.id("stamps"))] {
            let refused = delete(&org, &path).await;
            assert_eq!((refused.status, refused.code()), (409, "in_use"), "{path}: {}", refused.text);
            assert!(refused.json["detail"].as_str().unwrap().contains("Base"), "{path}: {}", refused.text);
        }
        // A set that is aimed at grows when what it excludes goes.
        patch(format!("deployments/{deployment}/"), json!({"included_attributes": [stands_for_set], "excluded_attributes": []})).await;
        assert_eq!(delete(&org, &format!("tags/{kept_out}/")).await.status, 204, "fewer are reached");
        let spared = tag(&org, "spared").await;
        patch(format!("attribute-sets/{set}/"), json!({"included_attributes": [1], "excluded_attributes": [spared]})).await;
        assert_eq!(delete(&org, &format!("tags/{spared}/")).await.code(), "in_use");
        patch(format!("attribute-sets/{set}/"), json!({"enabled": false})).await;
        assert_eq!(delete(&org, &format!("tags/{spared}/")).await.status, 204, "nobody has the set");
    }

    async fn a_computer_goes_whatever_excluded_it(org: Organisation) {
        let computer = org.id("computers");
        let cid = org.attribute_of(computer).await;
        let body = json!({"excluded_attributes": [cid]});
        let saved = org.admin.patch(&format!("{TOKEN}deployments/{}/", org.id("deployments")), body).await;
        assert_eq!(saved.status, 200, "{}", saved.text);
        let gone = delete(&org, &format!("computers/{computer}/")).await;
        assert_eq!(gone.status, 204, "nobody else was kept out: {}", gone.text);
    }

    async fn who_preferred_a_domain_that_goes_prefers_another_one_of_theirs(org: Organisation) {
        let domain = async |name: &str| {
            let body = json!({"name": name, "domain_admins": [1]});
            org.admin.post(&format!("{TOKEN}domains/"), body).await.json["id"].as_i64().unwrap()
        };
        let (east, west) = (domain("East").await, domain("West").await);
        let bea = format!("{TOKEN}user-profiles/{}/", org.id("user-profiles"));
        let saved = org.admin.patch(&bea, json!({"domains": [east, west], "domain_preference": west})).await;
        assert_eq!(saved.status, 200, "{}", saved.text);
        assert_eq!(delete(&org, &format!("domains/{west}/")).await.status, 204);
        let bea = org.admin.get(&bea).await.json;
        assert_eq!(bea["domain_preference"]["id"].as_i64().or(bea["domain_preference"].as_i64()), Some(east), "{bea}");
    }
}
