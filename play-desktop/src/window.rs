//! The window: its size, second starts, links, and closing while work runs.

use crate::{args::Args, listener::tell, settings::SettingsFile};
use clap::Parser;
use migasfree_play_bus::Daemon;
use migasfree_play_records::{Event, Place, Settings, Theme};
use std::sync::Arc;
use tauri::{
    AppHandle, Manager, Runtime, Url, UserAttentionType, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, WindowEvent, plugin::TauriPlugin,
};
use tauri_plugin_window_state::StateFlags;

/// The window's name.
pub const LABEL: &str = "main";

/// Keeps size and place of the window from one start to the next.
pub fn remember_size<R: Runtime>() -> TauriPlugin<R> {
    tauri_plugin_window_state::Builder::new()
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .with_filename("window.json")
        .build()
}

/// Opens the window.
///
/// # Errors
/// When there is no display or no web view.
pub fn open(app: &AppHandle) -> tauri::Result<()> {
    let settings = app.state::<SettingsFile>().get();
    let (width, height) = first_size(app)?;
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Play")
        .inner_size(width, height)
        .min_inner_size(360.0, 480.0)
        .theme(native_theme(settings))
        .on_navigation(is_own_page)
        .build()?;
    window.set_zoom(zoom(settings))
}

/// Size of the first window, in logical pixels: never larger than the screen.
fn first_size(app: &AppHandle) -> tauri::Result<(f64, f64)> {
    let (width, height) = (1080.0_f64, 720.0_f64);
    Ok(app.primary_monitor()?.map_or((width, height), |screen| {
        let screen = screen.size().to_logical::<f64>(screen.scale_factor());
        (width.min(screen.width), height.min(screen.height))
    }))
}

/// Text grows by growing everything, so that nothing overlaps.
pub fn zoom(settings: Settings) -> f64 {
    f64::from(settings.text_size) / 100.0
}

/// Puts the chosen theme in force. The toolkit takes `None` for light, so the desktop's own theme is asked for.
///
/// # Errors
/// When the window is gone.
pub fn follow_theme(window: &WebviewWindow, settings: Settings) -> tauri::Result<()> {
    window.set_theme(native_theme(settings))?;
    match settings.theme {
        Theme::System => window.set_theme(Some(window.theme()?)),
        Theme::Light | Theme::Dark => Ok(()),
    }
}

/// Frame and view follow what the person chose; `None` follows the desktop.
fn native_theme(settings: Settings) -> Option<tauri::Theme> {
    match settings.theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    }
}

/// The window shows the embedded view and nothing else.
fn is_own_page(url: &Url) -> bool {
    url.scheme() == "tauri" && url.host_str() == Some("localhost")
}

/// Somebody started Play again: this window comes to the front and goes where that start wanted. A start that only
/// wants a synchronisation, from a timer say, disturbs nobody.
pub fn second_start(app: &AppHandle, argv: &[String]) {
    let args = Args::try_parse_from(argv).unwrap_or_default();
    let place = args.place();
    if args.sync {
        let daemon = app.state::<Arc<Daemon>>().inner().clone();
        tauri::async_runtime::spawn(async move { daemon.want_sync().await });
    }
    if place != Place::default() {
        raise(app);
        tell(app, Event::Go(place));
    } else if !args.sync {
        raise(app);
    }
}

fn raise(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else {
        return;
    };
    let shown = window
        .unminimize()
        .and_then(|()| window.show())
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be raised");
    }
}

/// Has the desktop point at the window when nobody looks at it: somebody is asked something there.
pub fn ask_for_attention(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL)
        && !is_looked_at(app)
        && let Err(error) = window.request_user_attention(Some(UserAttentionType::Informational))
    {
        tracing::debug!(%error, "the desktop does not point at windows");
    }
}

/// Whether the person sees the window and works in it.
pub fn is_looked_at(app: &AppHandle) -> bool {
    app.get_webview_window(LABEL)
        .is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// Says once that work goes on without the window.
pub fn on_event(app: &AppHandle, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else {
        return;
    };
    let file = app.state::<SettingsFile>();
    let settings = file.get();
    if settings.told_about_closing || !app.state::<Arc<Daemon>>().has_own_work() {
        return;
    }
    api.prevent_close();
    tell(app, Event::Closing);
    // Noted before it is read: a view that hangs must not keep the window open for ever.
    let told = Settings {
        told_about_closing: true,
        ..settings
    };
    if let Err(error) = file.set(told) {
        tracing::warn!(%error, "the settings could not be written");
    }
}
