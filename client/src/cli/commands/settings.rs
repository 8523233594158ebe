//! `conf` and `version`.

use migasfree_dbus::ManagerProxy;
use serde_json::{Value, json};

use super::Ended;
use crate::cli::arguments::{Conf, Json};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::report::print_line;
use crate::config::{Change, ConfigError, Settings, apply};
use crate::identity;
use crate::output::complain;
use crate::process::SystemRunner;
use crate::sync::{Engine, EngineError, settings_file};
use crate::texts::{self, EngineText, Text};

const VERSION: &str = env!("CARGO_PKG_VERSION");

pub fn version(context: &Context, arguments: &Json) -> Ended {
    if arguments.json {
        print_line(&json!({ "version": VERSION }).to_string());
    } else if context.quiet {
        print_line(VERSION);
    } else {
        print_settings(&context.settings()?);
    }
    Ok(Exit::OK)
}

pub async fn conf(context: &Context, arguments: Conf) -> Ended {
    let wanted = [
        ("Server", arguments.server),
        ("Project", arguments.project),
        ("Computer_Name", arguments.computer_name),
        ("Auto_Update_Packages", arguments.auto_update_packages),
        ("Manage_Devices", arguments.manage_devices),
        ("Upload_Hardware", arguments.upload_hardware),
        ("Debug", arguments.debug_mode),
        ("Proxy", arguments.proxy),
        ("Package_Proxy_Cache", arguments.package_proxy_cache),
    ];
    let changes = wanted
        .into_iter()
        .filter_map(|(key, value)| value.map(|value| Change::new(key, &value)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| wrong(&error, Exit::INVALID))?;
    if !changes.is_empty() {
        if !context.may_write() {
            return Err(Failure::said(Text::ErrorNeedsAdministrator, Exit::ACCESS));
        }
        apply(&settings_file(&context.layout()), &changes).map_err(not_written)?;
    }
    let settings = context.settings()?;
    warn_of_http(context, &settings);
    if arguments.json {
        print_line(&described(context, &settings).await?.to_string());
    } else {
        print_settings(&settings);
    }
    Ok(Exit::OK)
}

/// Says that a server is spoken to in the clear, unless it is this computer.
pub fn warn_of_http(context: &Context, settings: &Settings) {
    if settings.server.is_unsafe() && !context.quiet {
        let server = settings.server.base();
        complain(&context.language.fill(Text::WarningInsecure, &[&server]));
    }
}

/// Says that a password is about to be sent in the clear, because the configuration wants it.
pub fn warn_of_password(context: &Context, settings: &Settings) {
    if settings.server.is_unsafe() && settings.allow_insecure_credentials {
        let server = settings.server.base();
        complain(
            &context
                .language
                .fill(Text::WarningInsecurePassword, &[&server]),
        );
    }
}

/// The file is as it was: it cannot be written, or would be damaged further.
fn not_written(error: ConfigError) -> Failure {
    match error {
        ConfigError::Read { path, source } => {
            let what = path.display().to_string();
            let said = texts::error(&EngineError::Io { what, source });
            Failure::Told(said, Exit::ACCESS)
        }
        other => wrong(&other, Exit::INVALID),
    }
}

fn wrong(error: &ConfigError, exit: Exit) -> Failure {
    let reason = texts::configuration(error);
    Failure::Told(EngineText::ErrorConfig.with([reason.into()]), exit)
}

/// The object programs know; the server with its port, where it has one of its own.
async fn described(context: &Context, settings: &Settings) -> Result<Value, Failure> {
    let runner = SystemRunner::detect();
    let folder = context.layout().state().join(settings.server.folder_name());
    Ok(json!({
        "server": settings.server.authority(),
        "project": settings.project,
        "computer_name": settings.computer_name,
        "user": identity::graphical_user(&runner).await.unwrap_or_default(),
        "uuid": uuid(context).await?,
        "api_protocol": settings.server.scheme.as_str(),
        "manage_devices": settings.manage_devices,
        "ca_file": folder.join("ca.pem"),
    }))
}

/// The daemon knows the hardware's number also where only an administrator may read it.
async fn uuid(context: &Context) -> Result<String, Failure> {
    if !context.may_write()
        && let Some(bus) = context.daemon().await
    {
        return Ok(ManagerProxy::new(&bus).await?.uuid().await?);
    }
    Ok(context.engine().await?.identity().uuid)
}

fn print_settings(settings: &Settings) {
    print_line(&format!("# {}", settings.file.display()));
    let mut section = "";
    for one in settings.shown() {
        if one.section != section {
            section = one.section;
            print_line(&format!("[{section}]"));
        }
        let origin = one.origin.as_str();
        print_line(&format!("{} = {} ({origin})", one.key, one.value));
    }
}
