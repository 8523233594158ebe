//! Opening a web page in the person's own browser, through the desktop.

use migasfree_play_bus::internal;
use migasfree_play_records::Fault;
use std::collections::HashMap;
use tauri::Url;
use tokio::task::spawn_blocking;
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
    let Err(no_portal) = ask_portal(&link).await else {
        return Ok(());
    };
    tracing::debug!(error = %no_portal, "no desktop portal");
    // Smaller desktops have no portal; the person's choice of a browser is known to them all the same.
    let opened = spawn_blocking(move || {
        gio::AppInfo::launch_default_for_uri(&link, None::<&gio::AppLaunchContext>)
    });
    let opened = opened.await.map_err(internal)?;
    opened.map_err(|error| Fault::new("no-browser", error.to_string()))
}

async fn ask_portal(link: &str) -> zbus::Result<()> {
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
