//! Lists: what searching, ordering, paging and filtering mean.

use migasfree_server::config::Settings;
use migasfree_server_db::{Ts, args};
use migasfree_server_domain::settings::Names;
use serde_json::{Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use crate::{harness::Server, on_both_engines};

fn names(page: &Value) -> Vec<&str> {
    let rows = page["results"].as_array().unwrap();
    rows.iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect()
}

async fn list(org: &Organisation, query: &str) -> Value {
    let answer = org.admin.get(&format!("{TOKEN}{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    answer.json
}

/// An organisation that calls its computers by their names.
struct CalledByName(Organisation);

impl CalledByName {
    async fn on_sqlite() -> Self {
        Self::on(Server::sqlite_settings()).await
    }

    async fn on_postgres() -> Self {
        Self::on(Server::postgres_settings().await).await
    }

    async fn on(mut settings: Settings) -> Self {
        settings.computer_search_fields = Names(vec!["name".to_owned(), "id".to_owned()]);
        Self(Organisation::on(Server::with(settings).await).await)
    }
}

/// What the computers of a page are called, be they its rows or a member of them.
fn called(page: &Value, pointer: &str) -> Vec<String> {
    let rows = page["results"].as_array().unwrap().iter();
    rows.map(|row| row.pointer(pointer).unwrap().as_str().unwrap().to_owned())
        .collect()
}

on_both_engines! {
    async fn computers_are_ordered_by_what_they_are_called(org: CalledByName) {
        let CalledByName(mut org) = org;
        let user = org.id("users");
        let last = org.computer("aaa", "4C4C4544-0053-4D10-8052-B8C04F4E3132", user).await;
        let insert = "INSERT INTO client_synchronization (created_at, computer_id, project_id, pms_status_ok) \
                      SELECT $1, id, project_id, $2 FROM client_computer";
        org.execute(insert, args![org.now(), true]).await;
        for (query, pointer) in [("computers/?ordering=__str__", "/__str__"), ("syncs/?ordering=computer&page=1", "/computer/__str__")] {
            let up = called(&list(&org, query).await, pointer);
            assert_eq!(up[0], format!("aaa (CID-{last})"), "{query}");
            assert!(up.is_sorted(), "{query}: {up:?}");
            let down = called(&list(&org, &query.replace("ordering=", "ordering=-")).await, pointer);
            assert!(down.is_sorted_by(|one, other| one >= other), "{query}: {down:?}");
        }
    }

    async fn pages_link_to_their_neighbours_and_end(org: Organisation) {
        let base = format!("{}{TOKEN}catalog/categories/", org.server.url());
        let page = list(&org, "catalog/categories/?page=2&page_size=5&ordering=-name").await;
        assert_eq!(page["count"], 15);
        assert_eq!(page["next"], format!("{base}?ordering=-name&page=3&page_size=5"));
        assert_eq!(page["previous"], format!("{base}?ordering=-name&page_size=5"));
        let last = list(&org, "catalog/categories/?page=last&page_size=10").await;
        assert_eq!((last["results"].as_array().unwrap().len(), &last["next"]), (5, &Value::Null));
        for query in ["page=4&page_size=5", "page=0", "page=x"] {
            let answer = org.admin.get(&format!("{TOKEN}catalog/categories/?{query}")).await;
            assert_eq!((answer.status, &answer.json["detail"]), (404, &json!("Invalid page.")), "{query}");
        }
    }

    async fn what_is_looked_for_has_an_end(org: Organisation) {
        let (long, many) = ("x".repeat(501), "a ".repeat(21));
        for query in [
            format!("computers/?search={long}"), format!("computers/?search={many}"), format!("search/?q={many}"),
            format!("computers/?name__icontains={long}"),
            "computers/?project__id=99999999999999999999".to_owned(), "computers/?id__in=1,-99999999999999999999".to_owned(),
            "computers/?sync_end_date__lt=99999-01-01".to_owned(),
        ] {
            let answer = org.admin.get(&format!("{TOKEN}{query}")).await;
            assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        }
        for query in [
            format!("computers/?search={}", "x".repeat(500)), "computers/?project__id=9223372036854775807".to_owned(),
            "computers/?project__id=-9223372036854775808".to_owned(), format!("computers/?mac_address={}", "0".repeat(60_000)),
            "packages-history/?package__id=9223372036854775807".to_owned(), "errors/?search=nowhere".to_owned(),
            "computers/?sync_end_date__gte=9000-01-01T00:00:00".to_owned(), format!("attributes/?search={}", "zz ".repeat(20)),
        ] {
            assert_eq!(list(&org, &query).await["count"], 0, "{query}");
        }
    }

    async fn addresses_work_with_and_without_their_ending(org: Organisation) {
        for address in ["projects", "projects/", "projects.json", "projects/?format=json"] {
            assert_eq!(list(&org, address).await["count"], 1, "{address}");
        }
        for address in ["projects.xml", "projects/?format=xml", "nothing/", "projects/1/nothing/", "projects/x/"] {
            assert_eq!(org.admin.get(&format!("{TOKEN}{address}")).await.status, 404, "{address}");
        }
        let wrong = org.admin.delete(&format!("{TOKEN}projects/")).await;
        assert_eq!((wrong.status, wrong.header("allow")), (405, "GET, POST, HEAD, OPTIONS"));
        let roots = org.server.anonymous().get(TOKEN).await;
        assert_eq!(roots.json["projects"], format!("{}{TOKEN}projects/", org.server.url()));
        let catalogue = org.server.anonymous().get(&format!("{TOKEN}catalog/")).await;
        assert_eq!(catalogue.json["apps"], format!("{}{TOKEN}catalog/apps/", org.server.url()));
    }

    async fn every_word_must_be_found_somewhere(org: Organisation) {
        for (name, description) in [("North wing", "old part"), ("South wing", "new part"), ("100 %", "Ñandú")] {
            let body = json!({"name": name, "description": description});
            assert_eq!(org.admin.post(&format!("{TOKEN}attribute-sets/"), body).await.status, 201);
        }
        for (search, expected) in [
            ("wing", &["North wing", "South wing"][..]),
            ("WING+new", &["South wing"]),
            ("wing,old", &["North wing"]),
            ("%22north%20wing%22", &["North wing"]),
            ("%25", &["100 %"]),
            ("%C3%B1and%C3%BA", &["100 %"]),
            ("_", &[]),
            ("wing+nowhere", &[]),
        ] {
            let page = list(&org, &format!("attribute-sets/?search={search}")).await;
            assert_eq!(names(&page), expected, "{search}");
        }
    }

    async fn computers_are_found_by_what_the_settings_name_and_by_their_user(org: Organisation) {
        for (search, count) in [("one", 1), ("garc%C3%ADa", 2), ("nobody", 0)] {
            assert_eq!(list(&org, &format!("computers/?search={search}")).await["count"], count, "{search}");
        }
        let first = list(&org, "computers/").await;
        let row = &first["results"][0];
        assert_eq!(row["__str__"], format!("CID-{}", row["id"]));
        assert_eq!(row["summary"], "assigned, Desk 1.0, 10.0.0.1, ana (Ana García)");
        assert_eq!(row["project"]["platform"]["name"], "Linux");
        assert_eq!(row["sync_user"]["__str__"], "ana (Ana García)");
    }

    async fn computers_on_which_a_deployment_failed_are_a_list(org: Organisation) {
        let deployment = org.id("deployments");
        let computers = list(&org, "computers/?ordering=id").await;
        let ids: Vec<i64> = computers["results"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
        let insert = "INSERT INTO client_deploymentresult (deployment_id, computer_id, ok) VALUES ($1, $2, $3)";
        for (id, ok) in [(ids[0], false), (ids[1], true)] {
            org.execute(insert, args![deployment, id, ok]).await;
        }
        let failed = list(&org, &format!("computers/?failed_deployment={deployment}")).await;
        assert_eq!((&failed["count"], &failed["results"][0]["id"]), (&json!(1), &json!(ids[0])));
        let refused = org.admin.get(&format!("{TOKEN}computers/?failed_deployment=all")).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
    }

    async fn relations_order_by_what_they_lead_to(org: Organisation) {
        let platform = org.id("platforms");
        for name in ["Beta", "Alpha"] {
            let project = json!({"name": name, "pms": "apt", "architecture": "amd64", "platform": platform});
            let project = org.admin.post(&format!("{TOKEN}projects/"), project).await.json["id"].clone();
            let store = json!({"name": "Same", "project": project});
            assert_eq!(org.admin.post(&format!("{TOKEN}stores/"), store).await.status, 201);
        }
        let page = list(&org, "stores/?ordering=project").await;
        let projects: Vec<&str> = page["results"].as_array().unwrap().iter()
            .map(|row| row["project"]["name"].as_str().unwrap()).collect();
        assert_eq!(projects, ["Alpha", "Beta", "Desk 1.0"]);
        let down = list(&org, "stores/?ordering=-project,name").await;
        assert_eq!(down["results"][0]["project"]["name"], "Desk 1.0");
    }

    async fn a_uuid_is_found_in_any_spelling_by_its_filters(org: Organisation) {
        let mut org = org;
        let user = org.id("users");
        org.computer("spelled", "4C4C4544-0053-4D10-8052-B8C04F4E3132", user).await;
        for uuid in [
            "4C4C4544-0053-4D10-8052-B8C04F4E3132",
            "4c4c4544-0053-4d10-8052-b8c04f4e3132",
            "4c4c454400534d108052b8c04f4e3132",
            "{4C4C4544-0053-4D10-8052-B8C04F4E3132}",
        ] {
            for filter in ["uuid", "uuid__icontains"] {
                assert_eq!(list(&org, &format!("computers/?{filter}={uuid}")).await["count"], 1, "{filter} {uuid}");
            }
        }
        for (part, count) in [("454400534d", 1), ("4544-0053", 1), ("45440054", 0)] {
            assert_eq!(list(&org, &format!("computers/?uuid__icontains={part}")).await["count"], count, "{part}");
        }
    }

    async fn empty_values_come_last_whatever_the_engine(org: Organisation) {
        for (name, latitude) in [("a", json!(2.0)), ("b", Value::Null), ("c", json!(1.0))] {
            let body = json!({"name": name, "latitude": latitude, "longitude": latitude});
            assert_eq!(org.admin.post(&format!("{TOKEN}attribute-sets/"), body).await.status, 201);
        }
        let up = list(&org, "attribute-sets/?ordering=latitude&name__icontains=&search=").await;
        assert_eq!(names(&up), ["c", "a", "Blue set", "b"]);
        let down = list(&org, "attribute-sets/?ordering=-latitude").await;
        assert_eq!(names(&down)[2..], ["a", "c"]);
    }

    async fn several_matches_count_once(org: Organisation) {
        let page = list(&org, &format!("computers/?sync_attributes__id__in=1,{},{}", org.id("tags"), org.id("features"))).await;
        assert_eq!((page["count"].clone(), page["results"].as_array().unwrap().len()), (json!(2), 2));
    }

    async fn filters_reach_over_relations(org: Organisation) {
        let id = |route: &str| org.id(route);
        for (query, count) in [
            (format!("platforms/?project__id={}", id("projects")), 1),
            (format!("projects/?package__id={}", id("packages")), 1),
            (format!("projects/?packageset__id={}&computer__id={}", id("package-sets"), id("computers")), 1),
            ("projects/?pms=apt".to_owned(), 1),
            ("projects/?pms=dnf".to_owned(), 0),
            (format!("packages/?deployment__id={}", id("deployments")), 1),
            ("packages/?store__isnull=true".to_owned(), 1),
            ("packages/?store__isnull=false&deployment__isnull=false&packageset__isnull=false".to_owned(), 1),
            ("packages/?deployment__isnull=true".to_owned(), 1),
            (format!("packages/?project__platform__id={}", id("platforms")), 2),
            ("computers/?serial=3r1".to_owned(), 1),
            ("computers/?mac_address=AA:BB:cc".to_owned(), 2),
            ("computers/?sync_attributes=ab".to_owned(), 1),
            ("computers/?sync_attributes=AB".to_owned(), 0),
            ("computers/?status_in=assigned,reserved,nonsense&architecture=64&product_system=laptop".to_owned(), 2),
            ("computers/?has_software_inventory=true".to_owned(), 1),
            (format!("computers/?platform={}", id("platforms")), 2),
            (format!("computers/?tags__id={}", id("tags")), 1),
            (format!("attributes/?deployment_included__id={}", id("deployments")), 1),
            (format!("tags/?value=blue&domain_included__id={}", id("domains")), 1),
            ("attributes/?has_location=true&total_computers=1".to_owned(), 1),
            ("features/?property_att__sort=server".to_owned(), 0),
            ("faults/?user=unassigned".to_owned(), 1),
            ("faults/?user=only_me".to_owned(), 0),
            (format!("messages/?project__id={}&computer__status__in=assigned", id("projects")), 1),
            ("deployments/?schedule__isnull=true&source=E".to_owned(), 1),
            ("deployments/?included_attributes=ABC&available_packages=hello".to_owned(), 1),
            (format!("catalog/apps/?packages_by_project__project__id={}", id("projects")), 1),
            (format!("user-profiles/?faultdefinition_users__id={}", id("fault-definitions")), 1),
        ] {
            assert_eq!(list(&org, &query).await["count"], count, "{query}");
        }
        let installed = list(&org, &format!("computers/?installed_package={}", id("packages"))).await;
        assert_eq!(installed["count"], 0, "it went with the last list");
    }

    async fn schedules_are_filtered_by_how_far_they_are(org: Organisation) {
        let past = json!({
            "name": "Old", "project": org.id("projects"), "schedule": org.id("schedules"), "start_date": "2020-01-01",
        });
        assert_eq!(org.admin.post(&format!("{TOKEN}deployments/"), past).await.status, 201);
        assert_eq!(names(&list(&org, "deployments/?percent__gte=100").await), ["Old"]);
        assert_eq!(names(&list(&org, "deployments/?percent__lt=100").await), ["Base"]);
        let row = &list(&org, "deployments/?name=Old").await["results"][0];
        assert_eq!(row["schedule_timeline"], json!({"begin_date": "2020-01-08", "end_date": "2020-01-13", "percent": 100}));
        let bad = org.admin.get(&format!("{TOKEN}deployments/?percent__lt=half")).await;
        assert_eq!(bad.status, 400);
    }

    async fn dates_are_local_and_may_lack_a_time(org: Organisation) {
        let moment = Ts::parse_rfc3339("2026-05-05T22:30:00Z").unwrap();
        org.execute("UPDATE client_error SET created_at = $1", args![moment]).await;
        let zone = &org.server.state().settings.clients.time_zone;
        let page = list(&org, "errors/").await;
        assert_eq!(page["results"][0]["created_at"], zone.rfc3339(moment));
        let day = zone.date(moment);
        let next = day.next_day().unwrap();
        for (query, count) in [
            (format!("errors/?created_at__gte={day}&created_at__lt={next}"), 1),
            (format!("errors/?created_at__gte={next}"), 0),
            ("errors/?created_at__gte=2026-05-05T22:30:00Z&created_at__lt=2026-05-05T22:30:00.000001Z".to_owned(), 1),
        ] {
            assert_eq!(list(&org, &query).await["count"], count, "{query}");
        }
    }

    async fn a_filter_by_post_takes_lists_and_pages(org: Organisation) {
        let body = json!({"id__in": [1, 2, 3], "page_size": 2, "page": 2, "ordering": "-id"});
        let page = org.admin.post(&format!("{TOKEN}catalog/categories/filter/"), body).await;
        assert_eq!((page.status, &page.json["count"], &page.json["results"][0]["id"]), (200, &json!(3), &json!(1)));
        let bad = org.admin.post(&format!("{TOKEN}catalog/categories/filter/"), json!({"id": "x"})).await;
        assert_eq!((bad.status, &bad.json["id"]), (400, &json!(["Enter a number."])));
    }

    async fn what_is_not_there_is_filtered_by_like_anything_else(org: Organisation) {
        let limited = org.server.operator("limited", &["core.view_deployment", "app_catalog.view_application"]).await;
        let own = "INSERT INTO core_userprofile_domains (userprofile_id, domain_id) \
                   SELECT id, $1 FROM core_userprofile WHERE username = 'limited'";
        org.execute(own, args![org.id("domains")]).await;
        for query in ["deployments/?project__id=999", "catalog/apps/?category__id=999", "deployments/?included_attributes__id=999"] {
            for reader in [&org.admin, &limited] {
                let page = reader.get(&format!("{TOKEN}{query}")).await;
                assert_eq!((page.status, &page.json["count"], &page.json["results"]), (200, &json!(0), &json!([])), "{query}");
            }
        }
        for path in [format!("deployments/?project__id={}", org.id("projects")), format!("catalog/apps/{}/", org.id("catalog/apps"))] {
            let answer = limited.get(&format!("{TOKEN}{path}")).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        }
        let mixed = org.admin.get(&format!("{TOKEN}deployments/?id__in=1,2,x")).await;
        assert_eq!((mixed.status, &mixed.json["id__in"]), (400, &json!(["\"x\" is not a number: write numbers, separated by commas."])));
    }

    async fn relations_of_a_project_name_its_collections(org: Organisation) {
        let entries = org.admin.get(&format!("{TOKEN}projects/{}/relations/", org.id("projects"))).await.json;
        let entries = entries.as_array().unwrap();
        let models: Vec<&str> = entries.iter().map(|entry| entry["api"]["model"].as_str().unwrap()).collect();
        for model in ["stores", "packages", "deployments", "computers", "synchronizations", "errors"] {
            assert!(models.contains(&model), "{model} in {models:?}");
        }
        let computers = entries.iter().find(|entry| entry["api"]["model"] == "computers").unwrap();
        assert!(!models.contains(&"platforms"), "its platform is no collection of it");
        assert_eq!((&computers["count"], &computers["text"]), (&json!(2), &json!("Computers [project]")));
        assert_eq!(computers["api"]["query"]["status__in"], "assigned,reserved,unknown");
    }

    async fn relations_of_an_attribute_name_all_that_aims_at_it_or_spares_it(org: Organisation) {
        let tag = json!({"property_att": org.id("stamps"), "value": "everywhere"});
        let tag = org.admin.post(&format!("{TOKEN}tags/"), tag).await.json["id"].clone();
        for (route, name) in [
            ("deployments", "included_attributes"), ("deployments", "excluded_attributes"),
            ("attribute-sets", "included_attributes"), ("attribute-sets", "excluded_attributes"),
            ("fault-definitions", "included_attributes"), ("fault-definitions", "excluded_attributes"),
            ("catalog/policies", "included_attributes"), ("catalog/policies", "excluded_attributes"),
            ("catalog/policy-groups", "included_attributes"), ("catalog/policy-groups", "excluded_attributes"),
            ("schedule-delays", "attributes"),
        ] {
            let changed = org.admin.patch(&format!("{TOKEN}{route}/{}/", org.id(route)), json!({name: [tag]})).await;
            assert_eq!(changed.status, 200, "{route}: {}", changed.text);
            let entries = list(&org, &format!("attributes/{tag}/relations/")).await;
            let asked = format!("{name}__id");
            let entry = entries.as_array().unwrap().iter().find(|entry| entry["api"]["query"].get(&asked) == Some(&tag));
            let entry = entry.unwrap_or_else(|| panic!("{route} {name}: {entries}"));
            let found = list(&org, &format!("{route}/?{asked}={tag}")).await;
            assert_eq!((&found["count"], &entry["count"]), (&json!(1), &json!(1)), "{route} {name}");
            assert_eq!(org.admin.patch(&format!("{TOKEN}{route}/{}/", org.id(route)), json!({name: []})).await.status, 200);
        }
        let delay = format!("{TOKEN}schedule-delays/{}/", org.id("schedule-delays"));
        assert_eq!(org.admin.patch(&delay, json!({"attributes": [tag]})).await.status, 200);
        let schedules = list(&org, &format!("schedules/?delays__attributes__id={tag}")).await;
        assert_eq!((&schedules["count"], &schedules["results"][0]["id"]), (&json!(1), &json!(org.id("schedules"))));
    }

    async fn relations_name_the_computers_further_away(org: Organisation) {
        let entries = list(&org, &format!("platforms/{}/relations/", org.id("platforms"))).await;
        let computers = entries.as_array().unwrap().iter().find(|entry| entry["api"]["model"] == "computers").unwrap().clone();
        assert_eq!(computers["api"]["query"]["platform"], org.id("platforms"));
        assert_eq!((&computers["count"], &computers["text"]), (&json!(2), &json!("Computers [platform]")));
        let id = org.id("deployments");
        let aimed = json!({"included_attributes": [org.id("tags")], "excluded_attributes": [], "schedule": null});
        let changed = org.admin.patch(&format!("{TOKEN}deployments/{id}/"), aimed).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        let entries = list(&org, &format!("deployments/{id}/relations/")).await;
        let targets = entries.as_array().unwrap().iter().find(|entry| entry["text"] == "Computers [targets]").unwrap().clone();
        let asked = targets["api"]["query"]["targets_of"].as_str().unwrap();
        assert_eq!((&targets["count"], asked), (&json!(1), format!("core.deployment:{id}").as_str()));
        assert!(targets["api"]["query"].get("id__in").is_none(), "the answer does not grow with the fleet");
        let path = format!("{TOKEN}computers/?targets_of={asked}");
        let found = org.admin.get(&path).await.json;
        assert_eq!((&found["count"], &found["results"][0]["id"]), (&json!(1), &json!(org.id("computers"))));
        let reader = org.server.operator("reader", &["client.view_computer"]).await;
        assert_eq!(reader.get(&path).await.json["count"], 0, "who may not see it does not learn what it is aimed at");
        for nonsense in ["7", "core.deployment:x", "core.store:1", "core.nothing:1"] {
            assert_eq!(org.admin.get(&format!("{TOKEN}computers/?targets_of={nonsense}")).await.status, 400, "{nonsense}");
        }
    }

    async fn an_attribute_that_stands_for_something_is_shown_as_that(org: Organisation) {
        let computer = org.id("computers");
        let own = "INSERT INTO core_attribute (property_att_id, value) VALUES (2, $1) RETURNING id";
        let (own,): (i64,) = org.server.state().db.one(own, args![computer.to_string()]).await.unwrap();
        let aimed = json!({"included_attributes": [own]});
        org.admin.patch(&format!("{TOKEN}deployments/{}/", org.id("deployments")), aimed).await;
        for route in ["attributes", "features"] {
            let badge = list(&org, &format!("{route}/{own}/badge/")).await;
            assert_eq!(badge, list(&org, &format!("computers/{computer}/badge/")).await, "{route}");
            assert_eq!((&badge["pk"], &badge["status"]), (&json!(computer), &json!("assigned")));
        }
        for (prefix, value, route) in [("SET", "Blue%20set", "attribute-sets"), ("DMN", "NORTH-SIDE", "domains")] {
            let page = list(&org, &format!("attributes/?property_att__prefix={prefix}&value={value}")).await;
            let badge = list(&org, &format!("attributes/{}/badge/", page["results"][0]["id"])).await;
            assert_eq!(badge["pk"], org.id(route), "{route}");
        }
        let models = async |path: String| {
            let entries = list(&org, &format!("{path}relations/")).await;
            let entries = entries.as_array().unwrap().clone();
            entries.iter().map(|entry| entry["api"]["model"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let of_computer = models(format!("computers/{computer}/")).await;
        let mut of_attribute = models(format!("attributes/{own}/")).await;
        for model in ["deployments", "errors", "synchronizations"] {
            assert!(of_computer.iter().any(|known| known == model), "{model} in {of_computer:?}");
        }
        of_attribute.sort();
        let mut expected = of_computer.clone();
        expected.sort();
        assert_eq!(of_attribute, expected, "a computer and its attribute have their collections in common");
        let reader = org.server.operator("reader", &["core.view_attribute"]).await;
        let badge = reader.get(&format!("{TOKEN}attributes/{own}/badge/")).await;
        assert_eq!(badge.json["pk"], own, "who may not see computers sees the attribute");
    }

    async fn an_export_writes_lists_and_times_plainly(org: Organisation) {
        let file = org.admin.get(&format!("{TOKEN}domains/export/")).await.text;
        let mut lines = file.lines();
        assert_eq!(lines.next(), Some("id,name,comment,included_attributes,excluded_attributes,tags"));
        let line = lines.next().unwrap();
        assert!(line.contains(",NORTH-SIDE,,\""), "{line}");
        let posted = org.admin.post(&format!("{TOKEN}computers/export/"), json!({"name": "one"})).await.text;
        assert_eq!(posted.lines().count(), 2, "{posted}");
        assert!(posted.contains(",Desk 1.0,"), "{posted}");
        assert!(!posted.contains('T'), "{posted}");
    }

    async fn an_export_has_the_rows_of_the_list_in_its_order_however_many_there_are(org: Organisation) {
        // More than is read at a time, with equal and with empty values in every order.
        let sql = "INSERT INTO client_computer (uuid, status, name, project_id, created_at, updated_at, sync_end_date, sync_user_id) \
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10100) \
            SELECT 'U-' || i, 'assigned', CASE WHEN i % 5 = 0 THEN NULL ELSE 'pc' || (i % 7) END, $1, $2, $2, \
            CASE WHEN i % 3 = 0 THEN NULL ELSE $2 END, CASE WHEN i % 2 = 0 THEN NULL ELSE $3 END FROM n";
        org.execute(sql, args![org.id("projects"), org.now(), org.id("users")]).await;
        for ordering in ["", "name", "-name", "-sync_end_date,name", "sync_user,-name", "-id"] {
            let mut listed = Vec::new();
            for page in [1, 2] {
                let page = list(&org, &format!("computers/?page_size=10000&page={page}&ordering={ordering}")).await;
                listed.extend(page["results"].as_array().unwrap().iter().map(|row| row["id"].to_string()));
            }
            let file = org.admin.get(&format!("{TOKEN}computers/export/?ordering={ordering}")).await.text;
            let exported: Vec<&str> = file.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
            assert_eq!((exported.len(), listed.len()), (10_102, 10_102), "{ordering:?}");
            assert!(exported == listed, "{ordering:?}");
        }
    }

    async fn an_export_is_read_only_as_far_as_somebody_takes_it(org: Organisation) {
        let sql = "INSERT INTO client_error (created_at, computer_id, project_id, description) \
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000), \
            long(t) AS (SELECT CAST('0123456789abcdef' AS text) UNION ALL SELECT t || t FROM long WHERE length(t) < 4000) \
            SELECT $1, $2, $3, (SELECT MAX(t) FROM long) FROM n";
        let (computer, project) = (org.id("computers"), org.id("projects"));
        org.execute(sql, args![org.now(), computer, project]).await;
        let mut answer = org.admin.request(reqwest::Method::GET, &format!("{TOKEN}errors/export/")).send().await.unwrap();
        let mut taken = answer.chunk().await.unwrap().unwrap().to_vec();
        // Its place is the last one: what had been read in advance would be without it.
        let sql = "INSERT INTO client_error (created_at, computer_id, project_id, description) VALUES ($1, $2, $3, 'came later')";
        org.execute(sql, args![org.now() - std::time::Duration::from_secs(86_400), computer, project]).await;
        while let Some(chunk) = answer.chunk().await.unwrap() {
            taken.extend(chunk);
        }
        let last = String::from_utf8(taken).unwrap().lines().last().unwrap().to_owned();
        assert!(last.contains("came later"), "{last:.200}");
    }

    async fn an_attribute_is_found_by_what_stands_on_its_chip_and_the_best_fit_comes_first(org: Organisation) {
        let mut org = org;
        let stamp = json!({"prefix": "LOC", "name": "Place"});
        let stamp = org.admin.post(&format!("{TOKEN}stamps/"), stamp).await.json["id"].clone();
        for (value, description) in [("harbour", "At the sea"), ("harbour-north", ""), ("north", ""), ("north-east", ""), ("far", "of the north")] {
            let tag = json!({"property_att": stamp, "value": value, "description": description});
            assert_eq!(org.admin.post(&format!("{TOKEN}tags/"), tag).await.status, 201);
        }
        let (user,): (i64,) = org.server.state().db.one("SELECT min(id) FROM client_user", args![]).await.unwrap();
        let uuid = "4c4c4544-0053-4d10-8052-b8c04f4e3132";
        let computer = org.computer("north-nb013", uuid, user).await;
        let attribute = org.attribute_of(computer).await;
        org.execute("UPDATE core_attribute SET description = 'north-nb013' WHERE id = $1", args![attribute]).await;
        let cid = format!("CID-{computer}");
        let values = |page: &Value| -> Vec<String> {
            let rows = page["results"].as_array().unwrap().iter();
            rows.map(|row| format!("{}-{}", row["property_att"]["prefix"].as_str().unwrap(), row["value"].as_str().unwrap())).collect()
        };
        let found = list(&org, "attributes/?search=north").await;
        assert_eq!(values(&found), ["LOC-north", "DMN-NORTH-SIDE", "LOC-north-east", "LOC-harbour-north", cid.as_str(), "LOC-far"]);
        assert_eq!(values(&list(&org, "tags/?search=NORTH&page_size=1").await), ["LOC-north"]);
        for (written, meant) in [
            ("LOC-harbour".to_owned(), "LOC-harbour"), ("LOC harbour".to_owned(), "LOC-harbour"), ("loc:Harbour".to_owned(), "LOC-harbour"),
            (cid.clone(), &cid), (format!("{cid} north-nb013"), &cid), (uuid.to_uppercase(), &cid), ("north-nb013".to_owned(), &cid),
            ("SET-Blue set".to_owned(), "SET-Blue set"),
        ] {
            assert_eq!(values(&list(&org, &format!("attributes/?search={written}")).await), [meant], "{written}");
            let hits = list(&org, &format!("search/?q={written}")).await;
            let attributes: Vec<&Value> = hits.as_array().unwrap().iter().filter(|hit| hit["entity"] == "core.attribute").collect();
            assert_eq!(attributes.len(), 1, "{written}: {hits}");
            assert_eq!(attributes[0]["text"], meant, "{written}");
        }
        let nobody = org.server.operator("catalogue reader", &["app_catalog.view_application"]).await;
        assert_eq!(nobody.get(&format!("{TOKEN}search/?q=LOC-harbour")).await.json, json!([]));
    }

    async fn capitals_of_every_alphabet_are_looked_past(org: Organisation) {
        let stamp = json!({"prefix": "LOC", "name": "Place"});
        let stamp = org.admin.post(&format!("{TOKEN}stamps/"), stamp).await.json["id"].clone();
        for (value, description) in [("ŁÓDŹ-2", ""), ("w ŁÓdź", ""), ("ŁÓDŹ", ""), ("abroad", "ŁÓdŹ")] {
            let tag = json!({"property_att": stamp, "value": value, "description": description});
            assert_eq!(org.admin.post(&format!("{TOKEN}tags/"), tag).await.status, 201);
        }
        for typed in ["łódź", "ŁÓDŹ", "łÓdŹ"] {
            let found = list(&org, &format!("tags/?search={typed}")).await;
            let found: Vec<&str> = found["results"].as_array().unwrap().iter().map(|row| row["value"].as_str().unwrap()).collect();
            assert_eq!(found, ["ŁÓDŹ", "ŁÓDŹ-2", "w ŁÓdź", "abroad"], "{typed}");
        }
        for value in ["οδος", "ΟΔΟΣ"] {
            let tag = json!({"property_att": stamp, "value": value});
            assert_eq!(org.admin.post(&format!("{TOKEN}tags/"), tag).await.status, 201);
        }
        for typed in ["οδος", "ΟΔΟΣ", "οδοσ"] {
            assert_eq!(list(&org, &format!("tags/?search={typed}")).await["count"], 2, "{typed}");
        }
        for (name, status) in [("Ñandú", 201), ("ñANDÚ", 400), ("nandu", 201)] {
            let account = json!({"username": name, "password": "Long enough 77"});
            let made = org.admin.post(&format!("{TOKEN}user-profiles/"), account).await;
            assert_eq!(made.status, status, "{name}: {}", made.text);
        }
    }

    async fn an_account_is_found_as_the_console_writes_it(org: Organisation) {
        let account = json!({"username": "jrubio", "password": "Long enough 77", "first_name": "Javier", "last_name": "Rubio"});
        let made = org.admin.post(&format!("{TOKEN}user-profiles/"), account).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let hits = list(&org, "search/?q=jrubio (Javier Rubio)").await;
        assert_eq!(hits[0]["text"], "jrubio", "{hits}");
    }

    async fn the_search_over_everything_finds_only_what_one_may_see(org: Organisation) {
        let hits = list(&org, "search/?q=hello").await;
        let found: Vec<(&str, &str, &str)> = hits.as_array().unwrap().iter()
            .map(|hit| (hit["entity"].as_str().unwrap(), hit["text"].as_str().unwrap(), hit["summary"].as_str().unwrap()))
            .collect();
        assert_eq!(found, [
            ("core.package", "hello_1.0_amd64.deb", "Desk 1.0"),
            ("core.deployment", "Base", "Desk 1.0"),
        ]);
        let reader = org.server.operator("catalogue reader", &["app_catalog.view_application"]).await;
        assert_eq!(reader.get(&format!("{TOKEN}search/?q=hello")).await.json, json!([]));
        assert_eq!(reader.get(&format!("{TOKEN}search/?q=vim")).await.json[0]["summary"], "Inventions");
        assert_eq!(org.server.anonymous().get(&format!("{TOKEN}search/?q=vim")).await.status, 401);
    }
}
