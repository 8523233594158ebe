//! `register` and `remove-keys`.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use migasfree_dbus::ManagerProxy;
use migasfree_native::key::Thumbprint;
use migasfree_native::token::EnrolmentToken;
use migasfree_types::shown::shown;
use zbus::Connection;

use super::Ended;
use crate::cli::agent::TerminalAgent;
use crate::cli::arguments::{Register, RemoveKeys};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::follow::Follower;
use crate::cli::prompt;
use crate::cli::report::{Reporter, print_line};
use crate::job::{Job, JobId, ResultCode};
use crate::observer::Silent;
use crate::output::complain;
use crate::sync::{Credentials, Engine, EngineError, LocalEngine};
use crate::texts::{DaemonText, Text, os};

/// Bytes of a file with a password that are read.
const LONGEST_PASSWORD: u64 = 4096;

/// Where registrations are done.
enum Place {
    Daemon(Connection),
    Here(Box<LocalEngine>),
    /// With whatever keys the server has now.
    Anew(Box<LocalEngine>),
}

enum Answer {
    Registered(i64),
    /// The server wants to know who asks; this says so.
    NeedsCredentials(Failure),
}

/// Tries without credentials first, unless a user or a token is named, then asks for them.
pub async fn register(context: &Context, arguments: Register) -> Ended {
    if arguments.token.is_some() || arguments.token_file.is_some() {
        return enrol(context, arguments).await;
    }
    let place = match (context.daemon().await, &arguments.server_key) {
        // Which keys are right is root's alone to decide.
        _ if arguments.accept_new_keys => {
            Place::Anew(Box::new(context.administrators_engine().await?))
        }
        (_, Some(key)) => Place::Here(Box::new(believing(context, key).await?)),
        (Some(bus), None) => Place::Daemon(bus),
        (None, None) => Place::Here(Box::new(context.trusted_engine().await?)),
    };
    let _agent = TerminalAgent::start();
    if let Ok(settings) = context.settings() {
        super::settings::warn_of_http(context, &settings);
    }
    if arguments.password.is_some() {
        complain(context.text(Text::WarningPasswordArgument));
    }
    if !arguments.assume_yes {
        let (server, project) = place.whereabouts().await?;
        context.confirm(Text::RegisterConfirm, &[&server, &project])?;
    }
    let mut refusal = None;
    if arguments.user.is_none() {
        match place.register(context, &Credentials::default()).await? {
            Answer::Registered(id) => return done(context, id),
            Answer::NeedsCredentials(failure) => refusal = Some(failure),
        }
    }
    let password = match &arguments.password_file {
        Some(file) => Some(first_line(
            file,
            Text::ErrorPasswordFile,
            Text::ErrorPasswordFileReadable,
        )?),
        None => arguments.password,
    };
    let credentials = credentials(context, arguments.user, password, refusal)?;
    if let Ok(settings) = context.settings() {
        super::settings::warn_of_password(context, &settings);
    }
    match place.register(context, &credentials).await? {
        Answer::Registered(id) => done(context, id),
        Answer::NeedsCredentials(failure) => Err(failure),
    }
}

/// An engine that believes the server with this key.
async fn believing(context: &Context, key: &str) -> Result<LocalEngine, Failure> {
    let key: Thumbprint = key
        .trim()
        .parse()
        .map_err(|_| Failure::said(Text::ErrorNoFingerprint, Exit::USAGE))?;
    let engine = context.administrators_engine().await?;
    engine.believe(key).await?;
    Ok(engine)
}

/// Registers with a token, which also says which server may answer.
async fn enrol(context: &Context, arguments: Register) -> Ended {
    let engine = context.administrators_engine().await?;
    if arguments.token.is_some() {
        complain(context.text(Text::WarningTokenArgument));
    }
    let text = match (arguments.token, arguments.token_file) {
        (Some(token), _) => token,
        (None, Some(file)) if file.as_os_str() != "-" => {
            first_line(&file, Text::ErrorTokenFile, Text::ErrorTokenFileReadable)?
        }
        _ => prompt::password(context.text(Text::Token))
            .map_err(|_| Failure::said(Text::ErrorDeclined, Exit::AGAIN))?,
    };
    let token: EnrolmentToken = text
        .parse()
        .map_err(|_| Failure::said(Text::ErrorNoToken, Exit::USAGE))?;
    if !arguments.assume_yes {
        let identity = engine.identity();
        let values = [identity.server.as_str(), identity.project.as_str()];
        context.confirm(Text::RegisterConfirm, &values)?;
    }
    let id = engine.enrol(&token).await?;
    done(context, id.0)
}

fn done(context: &Context, id: i64) -> Ended {
    print_line(
        &context
            .language
            .say(&DaemonText::RegisterDone.told(&[&id.to_string()])),
    );
    Ok(Exit::OK)
}

/// The first line of a file that its owner alone can read.
fn first_line(file: &Path, cannot: Text, exposed: Text) -> Result<String, Failure> {
    let name = file.display().to_string();
    let unreadable = |error: std::io::Error| {
        let told = cannot.with([(&name).into(), os(&error).into()]);
        Failure::Told(told, Exit::USAGE)
    };
    let mut opened = File::open(file).map_err(unreadable)?;
    let facts = opened.metadata().map_err(unreadable)?;
    if facts.is_file() && facts.permissions().mode() & 0o077 != 0 {
        return Err(Failure::Said(exposed, vec![name], Exit::USAGE));
    }
    let mut text = String::new();
    (&mut opened)
        .take(LONGEST_PASSWORD)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Asks who may register this computer, after saying why that is asked.
fn credentials(
    context: &Context,
    user: Option<String>,
    password: Option<String>,
    refusal: Option<Failure>,
) -> Result<Credentials, Failure> {
    let declined = |_| Failure::said(Text::ErrorDeclined, Exit::AGAIN);
    let username = match user {
        Some(user) => user,
        None if prompt::is_possible() => {
            if let Some(reason) = refusal.and_then(|refusal| refusal.message(context.language)) {
                complain(&shown(&reason));
            }
            prompt::line(context.text(Text::User))
                .map_err(declined)?
                .unwrap_or_default()
        }
        None => {
            return Err(refusal.unwrap_or_else(|| Failure::said(Text::ErrorDeclined, Exit::PERM)));
        }
    };
    if username.is_empty() {
        return Err(Failure::said(Text::ErrorDeclined, Exit::AGAIN));
    }
    let password = match password {
        Some(password) => password,
        None => prompt::password(context.text(Text::Password)).map_err(declined)?,
    };
    Ok(Credentials { username, password })
}

impl Place {
    async fn whereabouts(&self) -> Result<(String, String), Failure> {
        match self {
            Self::Daemon(bus) => {
                let manager = ManagerProxy::new(bus).await?;
                Ok((manager.server().await?, manager.project().await?))
            }
            Self::Here(engine) | Self::Anew(engine) => {
                let identity = engine.identity();
                Ok((identity.server, identity.project))
            }
        }
    }

    async fn register(
        &self,
        context: &Context,
        credentials: &Credentials,
    ) -> Result<Answer, Failure> {
        let registered = match self {
            Self::Daemon(bus) => return by_daemon(context, bus, credentials).await,
            Self::Here(engine) => {
                let job = Job::new(JobId::unique(), &Silent);
                engine.register(credentials, &job).await
            }
            Self::Anew(engine) => engine.register_anew(credentials).await,
        };
        match registered {
            Ok(id) => Ok(Answer::Registered(id.0)),
            Err(error @ EngineError::WhoRegisters(_)) => Ok(Answer::NeedsCredentials(error.into())),
            Err(error) => Err(error.into()),
        }
    }
}

async fn by_daemon(
    context: &Context,
    bus: &Connection,
    credentials: &Credentials,
) -> Result<Answer, Failure> {
    let broken = |_| Failure::Silent(Exit::STOPPED);
    let (reader, mut writer) = std::io::pipe().map_err(broken)?;
    writer
        .write_all(credentials.password.as_bytes())
        .map_err(broken)?;
    drop(writer);
    let manager = ManagerProxy::new(bus).await?;
    let reader = std::os::fd::OwnedFd::from(reader);
    let path = manager
        .register(&credentials.username, reader.into(), context.call_options())
        .await?;
    let silent = Reporter::silent(context.language);
    let end = Follower::new(context, bus, path, &silent).end().await?;
    let told = end.message();
    match end.code {
        ResultCode::Ok => Ok(Answer::Registered(i64::from(manager.computer_id().await?))),
        ResultCode::NotAuthorized => {
            let refusal = Failure::Told(told, Exit::PERM);
            Ok(Answer::NeedsCredentials(refusal))
        }
        _ => Err(Failure::Told(told, end.exit())),
    }
}

pub async fn remove_keys(context: &Context, arguments: &RemoveKeys) -> Ended {
    match context.daemon().await {
        Some(bus) => {
            let _agent = TerminalAgent::start();
            ManagerProxy::new(&bus)
                .await?
                .unregister(arguments.all)
                .await?;
        }
        None => context.trusted_engine().await?.unregister(arguments.all)?,
    }
    print_line(context.text(Text::KeysRemoved));
    Ok(Exit::OK)
}
