//! Play: the app store of migasfree.
//!
//! A window without privileges and without a network of its own. Everything it knows and does goes through the
//! D-Bus interface of `migasfreed`; the view in `view/` speaks with this shell only.

mod args;
mod commands;
mod graphics;
mod icons;
mod listener;
mod notices;
mod settings;
mod store;
mod window;

use args::Args;
use clap::{CommandFactory as _, Parser};
use icons::IconCache;
use listener::Window;
use migasfree_manual::{COMMANDS, run_if_asked};
use migasfree_play_bus::{Bus, Daemon};
use settings::SettingsFile;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use store::Remembered;
use tauri::{Manager, RunEvent};
use tracing_subscriber::EnvFilter;

fn main() -> anyhow::Result<ExitCode> {
    if let Some(code) = run_if_asked(COMMANDS, Args::command) {
        return Ok(code);
    }
    let args = Args::parse();
    graphics::choose_renderer();
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_env("MIGASFREE_PLAY_LOG")
                .unwrap_or_else(|_| EnvFilter::new("warn")),
        )
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        // A message that could not be written is no reason to fall over.
        .log_internal_errors(false)
        .init();
    if !graphics::has_screen() {
        complain(notices::no_screen());
        return Ok(ExitCode::FAILURE);
    }
    let bus = if args.session {
        Bus::Session
    } else {
        Bus::System
    };
    let daemon = Arc::new(Daemon::new(bus));
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, argv, _folder| {
            window::second_start(app, &argv);
        }))
        .plugin(window::remember_size())
        .register_asynchronous_uri_scheme_protocol("icon", icons::answer)
        .invoke_handler(commands::handler())
        .manage(daemon.clone())
        .setup(move |app| {
            let config = app.path().app_config_dir()?;
            let cache = app.path().app_cache_dir()?;
            app.manage(SettingsFile::new(config.join("settings.json")));
            app.manage(Remembered::new(&cache, args.session));
            app.manage(Arc::new(IconCache::new(cache.join("icons"))));
            if args.sync {
                let daemon = daemon.clone();
                tauri::async_runtime::spawn(async move { daemon.want_sync().await });
            }
            app.manage(args);
            if let Err(error) = window::open(app.handle()) {
                complain(&notices::no_window(&error.to_string()));
                app.handle().exit(1);
                return Ok(());
            }
            tauri::async_runtime::spawn(migasfree_play_bus::keep(
                Window(app.handle().clone()),
                daemon,
            ));
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(|app, event| {
        if let RunEvent::WindowEvent { event, .. } = event {
            window::on_event(app, &event);
        }
    });
    Ok(ExitCode::SUCCESS)
}

/// Writes a line to the error stream, where nobody may be listening.
fn complain(words: &str) {
    let _ = writeln!(io::stderr(), "{words}");
}
