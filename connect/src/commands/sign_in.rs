//! Signing in and out.

use migasfree_connect_core::http::Api;
use migasfree_connect_core::login;
use migasfree_connect_core::secrets::Secrets as _;
use migasfree_connect_core::servers::{self, Server};
use migasfree_connect_core::texts::Text;
use migasfree_connect_core::trouble::Trouble;

use crate::arguments::Login;
use crate::context::Context;
use crate::keep::{self, Kept};
use crate::{Exit, programs};

/// Signs in with the browser, and remembers the server.
pub async fn login(context: &Context, asked: &Login) -> Result<Exit, Trouble> {
    let server = server(context, asked)?;
    let api = Api::of(&server)?;
    let codes = login::begin(&api, &name()).await?;
    let complete = codes.verification_uri_complete.as_ref();
    let address = complete.unwrap_or(&codes.verification_uri);
    context.tell(Text::LoginOpen, &[address]);
    context.tell(Text::LoginCode, &[&codes.user_code]);
    if !asked.no_browser {
        programs::browse(address);
    }
    let tokens = login::wait(&api, &codes).await?;
    let kept = Kept::open(context.language).await;
    kept.save(&server.address, &tokens.refresh_token).await?;
    let mut known = keep::servers()?;
    known.remember(&server);
    keep::keep_servers(&known)?;
    context.tell(Text::LoginDone, &[&server.address]);
    Ok(Exit::OK)
}

/// The server that is named, else the present one; with the authority that is named, else the one it had.
fn server(context: &Context, asked: &Login) -> Result<Server, Trouble> {
    let mut server = context.server()?;
    if let Some(path) = &asked.ca {
        let place = path.display().to_string();
        let pem = std::fs::read_to_string(path);
        server.authority = Some(pem.map_err(|error| Trouble::of_file(&place, &error))?);
    }
    Ok(server)
}

/// What the person reads in the browser: this program, on this computer.
fn name() -> String {
    let system = rustix::system::uname();
    let host = system.nodename().to_string_lossy();
    format!("Migasfree Connect ({host})")
}

/// Forgets what keeps the person signed in.
pub async fn logout(context: &Context) -> Result<Exit, Trouble> {
    let mut known = keep::servers()?;
    let address = match &context.named {
        Some(named) => servers::address(named)?,
        None => known.find(None)?.address,
    };
    Kept::open(context.language).await.forget(&address).await?;
    known.forget(&address);
    keep::keep_servers(&known)?;
    context.tell(Text::LogoutDone, &[&address]);
    Ok(Exit::OK)
}
