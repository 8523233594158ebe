//! `upload`: for packagers, never through the daemon.

use std::path::PathBuf;
use std::sync::Arc;

use migasfree_types::shown::shown;

use super::Ended;
use crate::cli::arguments::Upload;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::prompt;
use crate::cli::report::print_line;
use crate::config::{Packager, Settings};
use crate::keys::{KeyStore, KeyStoreError};
use crate::output::complain;
use crate::sync::EngineError;
use crate::texts::Text;
use crate::transport::HttpTransport;
use crate::transport::api::OpenServer;
use crate::upload::{Sent, Target, UploadError, Uploader, check_source};

pub async fn upload(context: &Context, arguments: Upload) -> Ended {
    if arguments.password.is_some() {
        return Err(Failure::said(Text::ErrorPasswordArgument, Exit::USAGE));
    }
    if let Some(source) = arguments.file.as_deref().or(arguments.dir.as_deref()) {
        check_source(source)?;
    }
    let settings = context.settings()?;
    let mut packager = settings.packager.clone();
    let named = arguments.user.is_some();
    packager.user = arguments.user.or(packager.user);
    let target = Target {
        project: value(
            context,
            arguments.project.or(packager.project.clone()),
            Text::Project,
        )?,
        store: value(
            context,
            arguments.store.or(packager.store.clone()),
            Text::Store,
        )?,
    };
    let (store, project) = (target.store.clone(), target.project.clone());
    let uploader = uploader(context, &settings, packager, target, named).await?;
    let told = |path: &std::path::Path| {
        if !context.quiet {
            print_line(
                &context
                    .language
                    .fill(Text::UploadedFile, &[&path.display().to_string()]),
            );
        }
    };
    if let Some(file) = arguments.file {
        let sent = uploader.file(&file).await?;
        told(&file);
        if sent == Sent::PlainFile {
            let name = file.display().to_string();
            complain(&context.language.fill(Text::UploadedPlainFile, &[&name]));
        }
    } else if let Some(folder) = arguments.dir {
        uploader.folder(&folder, told).await?;
    }
    if uploader.made_store() {
        let made = context
            .language
            .fill(Text::UploadNewStore, &[&store, &project]);
        complain(&shown(&made));
    }
    Ok(Exit::OK)
}

async fn uploader(
    context: &Context,
    settings: &Settings,
    packager: Packager,
    target: Target,
    named: bool,
) -> Result<Uploader, Failure> {
    let folder = context.layout().state().join(settings.server.folder_name());
    let transport =
        HttpTransport::new(settings, context.locale(), &folder).map_err(EngineError::from)?;
    let server = OpenServer::new(Arc::new(transport));
    let keys = KeyStore::new(key_folder(context, settings));
    // Who says who they are does not upload with the key of somebody else.
    // Keys that say nothing of whose they are came before they did.
    let own = keys.packager_name();
    if !named || own.is_none() || own == packager.user {
        match Uploader::open(&server, &keys, target.clone()) {
            Err(UploadError::Keys(KeyStoreError::Missing)) => {}
            other => return Ok(other?),
        }
    }
    let user = value(context, packager.user, Text::User)?;
    let password = match (packager.password, packager.exposed) {
        (Some(password), _) => password.0,
        (None, Some(file)) => {
            let file = file.display().to_string();
            return Err(Failure::Said(
                Text::ErrorPasswordReadable,
                vec![file],
                Exit::USAGE,
            ));
        }
        (None, None) => prompt::password(context.text(Text::Password))
            .map_err(|_| Failure::said(Text::ErrorNoTerminal, Exit::AGAIN))?,
    };
    if password.is_empty() {
        return Err(missing(context, Text::Password));
    }
    super::settings::warn_of_password(context, settings);
    Ok(Uploader::sign_in(&server, &keys, target, &user, &password).await?)
}

/// The packager's own folder, unless the computer's administrator uploads.
fn key_folder(context: &Context, settings: &Settings) -> PathBuf {
    let name = settings.server.folder_name();
    let home = || {
        let named = |name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        named("XDG_CONFIG_HOME").or_else(|| named("HOME").map(|home| home.join(".config")))
    };
    match home() {
        Some(home) if !context.may_write() => home.join("migasfree").join(name),
        _ => context.layout().state().join(name),
    }
}

/// A value that was given, or is asked for.
fn value(context: &Context, given: Option<String>, question: Text) -> Result<String, Failure> {
    let asked = || {
        let answer =
            prompt::is_possible().then(|| prompt::line(context.text(question)).ok().flatten());
        answer.flatten().filter(|answer| !answer.is_empty())
    };
    given
        .or_else(asked)
        .ok_or_else(|| missing(context, question))
}

fn missing(context: &Context, question: Text) -> Failure {
    let name = context.text(question).trim_end_matches([':', ' ']);
    let option = match question {
        Text::Project => "--project",
        Text::Store => "--store",
        Text::User => "--user",
        _ => return Failure::Said(Text::ErrorMissing, vec![name.to_owned()], Exit::AGAIN),
    };
    let values = vec![name.to_owned(), option.to_owned()];
    Failure::Said(Text::ErrorMissingOption, values, Exit::AGAIN)
}
