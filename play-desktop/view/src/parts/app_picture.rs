//! The icon of an application, through the shell's cache.

use leptos::prelude::*;
use migasfree_play_records::App;
use migasfree_ui_kit::AppIcon;

/// The icon, or a tile with the first letter.
#[component]
pub fn AppPicture(
    /// The application.
    #[prop(into)]
    app: App,
    /// Edge length: 32, 48, 64 or 128.
    #[prop(default = 48)]
    size: u16,
) -> impl IntoView {
    // Twice the pixels, for displays of high density.
    let src =
        (app.icon != 0).then(|| format!("icon://localhost/{}/{}/{}", app.id, size * 2, app.icon));
    view! { <AppIcon name=Signal::stored(app.name) src=MaybeProp::from(src) size /> }
}
