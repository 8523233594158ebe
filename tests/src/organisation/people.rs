//! The people who work with the server.

use anyhow::Result;
use serde_json::json;

use crate::admin::Admin;

/// Name, first name, last name, group.
const PEOPLE: [(&str, &str, &str, &str); 4] = [
    ("nuria", "Nuria", "Vidal", "Packager"),
    ("marc", "Marc", "Oliver", "Liberator"),
    ("elena", "Elena", "Santos", "Computer Checker"),
    ("jon", "Jon", "Etxeberria", "Reader"),
];

/// Creates accounts that nobody can sign in to until an administrator gives them a password.
pub(super) async fn create(admin: &Admin) -> Result<()> {
    for (username, first_name, last_name, group) in PEOPLE {
        let groups = groups(admin, group).await?;
        admin
            .create(
                "user-profiles/",
                &json!({
                    "username": username,
                    "email": format!("{username}@example.org"),
                    "first_name": first_name,
                    "last_name": last_name,
                    "is_staff": true,
                    "is_active": true,
                    "groups": groups,
                }),
            )
            .await?;
    }
    Ok(())
}

/// Everybody reads; some do more.
async fn groups(admin: &Admin, group: &str) -> Result<Vec<i64>> {
    let mut ids = vec![admin.find("accounts/groups/?name=Reader").await?];
    if group != "Reader" {
        ids.push(
            admin
                .find(&format!("accounts/groups/?name={group}"))
                .await?,
        );
    }
    Ok(ids)
}
