//! Live events and REST: what one hides, the other does not tell of.

use migasfree_server_db::args;
use migasfree_server_domain::declared::registry;
use serde_json::json;

use super::Organisation;
use super::organisation::TOKEN;
use crate::events::{changed, heard, listen};
use crate::on_both_engines;

on_both_engines! {
    async fn nobody_hears_of_a_row_that_rest_hides(org: Organisation) {
        let views: Vec<String> = registry().resources.iter()
            .map(|resource| format!("{}.view_{}", resource.entity.model.app, resource.entity.model.name)).collect();
        let views: Vec<&str> = views.iter().map(String::as_str).collect();
        let empty = org.admin.post(&format!("{TOKEN}domains/"), json!({"name": "Nowhere", "domain_admins": [1]})).await.json["id"].as_i64();
        let mut hidden = 0;
        for (name, domain) in [("free", None), ("north", Some(org.id("domains"))), ("lost", empty)] {
            let user = org.server.add_operator(name, "", &views).await;
            if let Some(domain) = domain {
                org.execute("INSERT INTO core_userprofile_domains (userprofile_id, domain_id) VALUES ($1, $2)", args![user, domain]).await;
            }
            org.execute("UPDATE core_userprofile SET domain_preference_id = $2 WHERE id = $1", args![user, domain]).await;
            let client = org.server.program_of(user).await;
            let mut socket = listen(&org.server, &client).await;
            for resource in &registry().resources {
                let entity = resource.entity;
                if !entity.operations.contains('R') {
                    continue;
                }
                let id = org.id(entity.route);
                let shown = client.get(&format!("{TOKEN}{}/{id}/", entity.route)).await.status == 200;
                org.server.state().events.send(changed(&entity.key(), id));
                let told = heard(&org.server, &mut socket).await;
                let told: Vec<_> = told.iter().filter(|event| event["entity"] == entity.key() && event["id"] == id).collect();
                assert_eq!(!told.is_empty(), shown, "{name} {}", entity.route);
                hidden += usize::from(!shown);
            }
        }
        assert!(hidden > 20, "{hidden}");
        let scope = org.id("scopes");
        let stranger = org.server.operator("stranger", &["core.view_scope", "client.view_notification"]).await;
        let mut socket = listen(&org.server, &stranger).await;
        org.server.state().events.send(changed("core.scope", scope));
        assert_eq!(heard(&org.server, &mut socket).await.len(), 0, "scopes are one's own");
    }
}
