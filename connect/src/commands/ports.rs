//! Ports of another computer, and the programs that use them.

use std::path::PathBuf;

use migasfree_connect_core::fleet::{self, Computer};
use migasfree_connect_core::forward::Forward as Port;
use migasfree_connect_core::http::Api;
use migasfree_connect_core::ssh::{self, Checking};
use migasfree_connect_core::texts::Text;
use migasfree_connect_core::trouble::{Kind, Trouble};
use migasfree_connect_core::viewers::{self, RDP, VNC, Viewer};

use super::{computer, request, session};
use crate::arguments::{Forward, Ssh, View, Why};
use crate::context::Context;
use crate::signals::{Keys, or_interrupted};
use crate::{Exit, keep, output, programs};

/// Leads a port of this computer to one of another, until it is interrupted.
pub async fn forward(context: &Context, asked: &Forward) -> Result<Exit, Trouble> {
    let (api, found) = computer(context, &asked.computer).await?;
    let mut request = request(&found, "port", None, &asked.why);
    request.port.clone_from(&asked.name);
    let port = Port::bind(asked.port, &asked.name).await?;
    let mut session = session(context, &api, &found, request).await?;
    let address = format!("127.0.0.1:{}", port.port());
    // Programs that started this one read the address.
    output::say(&address);
    context.tell(Text::Forwarding, &[&address, &asked.name, &found.name]);
    let led = async { Err(port.run(&mut session).await) };
    let ended = or_interrupted(Keys::Ours, led).await;
    session.end().await;
    ended
}

/// Runs a program with a port that is led to another computer, until it ends or the session does.
async fn run(
    context: &Context,
    api: &Api,
    found: &Computer,
    name: &str,
    why: &Why,
    program: impl AsyncFnOnce(u16) -> Result<Exit, Trouble>,
) -> Result<Exit, Trouble> {
    let mut request = request(found, "port", None, why);
    name.clone_into(&mut request.port);
    let port = Port::bind(0, name).await?;
    let mut session = session(context, api, found, request).await?;
    let number = port.port();
    let led = async {
        tokio::select! {
            ended = program(number) => ended,
            trouble = port.run(&mut session) => Err(trouble),
        }
    };
    let ended = or_interrupted(Keys::Others, led).await;
    session.end().await;
    ended
}

/// Starts `ssh`.
pub async fn ssh(context: &Context, asked: &Ssh) -> Result<Exit, Trouble> {
    if let Some(user) = &asked.user {
        ssh::account(user)?;
    }
    let (api, found) = computer(context, &asked.computer).await?;
    let (file, checking) = host_keys(context, &api, &found).await?;
    let start = async |port: u16| {
        let file = file.display().to_string();
        let user = asked.user.as_deref();
        let line = ssh::arguments(found.id, port, &file, checking, user, &asked.arguments);
        programs::run("ssh", &line, None).await
    };
    run(context, &api, &found, "ssh", &asked.why, start).await
}

/// The file with the keys that the computer reported. Where the server knows none, `ssh` asks and remembers in another file.
async fn host_keys(
    context: &Context,
    api: &Api,
    found: &Computer,
) -> Result<(PathBuf, Checking), Trouble> {
    let access = fleet::access(api, found.id).await?;
    let folder = keep::data();
    let (file, content, checking) = match ssh::known_hosts(found.id, &access.host_keys()) {
        Some(content) => {
            let file = folder.join(format!("host-keys-{}", found.id));
            (file, Some(content), Checking::Reported)
        }
        None => (folder.join("known_hosts"), None, Checking::Asked),
    };
    let kept = match content {
        Some(content) => keep::private(&file, content.as_bytes()),
        None if file.exists() => Ok(()),
        None => keep::private(&file, b""),
    };
    kept.map_err(|error| Trouble::of_file(&file.display().to_string(), &error))?;
    if checking == Checking::Asked {
        context.tell(Text::HostKeysUnknown, &[&found.name]);
    }
    Ok((file, checking))
}

/// Starts a viewer of VNC.
pub async fn vnc(context: &Context, asked: &View) -> Result<Exit, Trouble> {
    let viewer = viewer(asked, VNC)?;
    let (api, found) = computer(context, &asked.computer).await?;
    let start = async |port: u16| {
        let line = viewer.arguments(port, asked.user.as_deref(), None);
        programs::run(viewer.program, &line, None).await
    };
    run(context, &api, &found, "vnc", &asked.why, start).await
}

/// Starts a viewer of RDP, which takes no other certificate than the one that the computer reported.
pub async fn rdp(context: &Context, asked: &View) -> Result<Exit, Trouble> {
    let viewer = viewer(asked, RDP)?;
    let (api, found) = computer(context, &asked.computer).await?;
    let certificate = fleet::access(&api, found.id).await?.rdp_certificate();
    match &certificate {
        None => context.tell(Text::CertificateUnknown, &[&found.name]),
        Some(_) if viewer.pins => {}
        Some(it) => context.tell(Text::CertificateToCompare, &[&found.name, it]),
    }
    let settings = pinned(viewer, certificate.as_deref(), found.id)?;
    let start = async |port: u16| {
        let line = viewer.arguments(port, asked.user.as_deref(), certificate.as_deref());
        programs::run(viewer.program, &line, settings.as_deref()).await
    };
    run(context, &api, &found, "rdp", &asked.why, start).await
}

/// The first viewer that is installed.
fn viewer(asked: &View, known: &'static [Viewer]) -> Result<&'static Viewer, Trouble> {
    if let Some(user) = &asked.user {
        ssh::account(user)?;
    }
    viewers::first(known, programs::is_there).ok_or_else(|| {
        let names = viewers::names(known);
        Trouble::of(Kind::Usage, Text::ErrorNoViewer, &[&names])
    })
}

/// Settings without certificates that somebody said yes to for another computer, on the same port: those are taken beside the
/// one that is named.
fn pinned(
    viewer: &Viewer,
    certificate: Option<&str>,
    computer: i64,
) -> Result<Option<PathBuf>, Trouble> {
    if certificate.is_none() || !viewer.pins {
        return Ok(None);
    }
    let folder = keep::data().join(format!("rdp-{computer}"));
    let made = keep::private_folder(&folder);
    made.map_err(|error| Trouble::of_file(&folder.display().to_string(), &error))?;
    Ok(Some(folder))
}
