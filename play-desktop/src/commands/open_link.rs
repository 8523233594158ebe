//! Opening a web page in the person's own browser, through the desktop.

use crate::fault::bus_fault;
use migasfree_types::play::Fault;
use std::collections::HashMap;
use tauri::Url;
use zbus::{Connection, Variant};

#[tauri::command]
pub async fn open_link(link: String) -> Result<(), Fault> {
    let allowed =
        Url::parse(&link).is_ok_and(|link| matches!(link.scheme(), "http" | "https" | "mailto"));
    if !allowed {
        return Err(Fault::new(
            "invalid-argument",
            format!("{link} is no web page"),
        ));
    }
    open(&link).await.map_err(|error| bus_fault(&error))
}

async fn open(link: &str) -> zbus::Result<()> {
    let options: HashMap<&str, Variant<'_>> = HashMap::new();
    Connection::session()
        .await?
        .call_method(
            Some("org.freedesktop.portal.Desktop"),
            "/org/freedesktop/portal/desktop",
            Some("org.freedesktop.portal.OpenURI"),
            "OpenURI",
            &("", link, options),
        )
        .await?;
    Ok(())
}
