//! Signing in by somebody else's word: a browser is sent to a provider, and comes back.

use migasfree_server_audit::UserId;

use super::{Progress, Visit, Way, asked_of, enter, open, wait};
use crate::providers::{Identity, Refusal, admit, destination, link, oidc};
use crate::{Auth, AuthError, Credential, Operator, Refused, note_refused};

/// A browser on its way to a provider.
#[derive(Debug)]
pub struct Sent {
    /// Where it goes.
    pub address: String,
    /// What it has to show when it comes back.
    pub secret: String,
}

/// What a provider sent a browser back with.
#[derive(Debug, Default)]
pub struct Brought<'a> {
    /// Gets the tokens.
    pub code: Option<&'a str>,
    /// Shows that we sent it.
    pub state: &'a str,
    /// Who says so, where that is said.
    pub issuer: Option<&'a str>,
}

/// How far a browser that came back has come, and where it goes on.
#[derive(Debug)]
pub struct Returned {
    /// Nothing where an account was linked.
    pub progress: Option<Progress>,
    /// A path of this server.
    pub destination: String,
}

/// Sends a browser to a provider; to link the account of `owner`, if there is one.
///
/// # Errors
/// [`AuthError::Provider`] when the provider is silent or unknown; [`AuthError::TooMany`] when one address asks too often.
pub async fn send(
    auth: &Auth,
    visit: &Visit<'_>,
    provider: &str,
    asked: &str,
    owner: Option<&Operator>,
) -> Result<Sent, AuthError> {
    auth.anonymous.hit(&counted(visit))?;
    let provider = auth.providers.oidc(provider)?;
    let (random, now) = (&*auth.random, auth.clock.now());
    let owner = owner.map(|owner| owner.id);
    let to = oidc::Visit::new(random, provider.name(), destination(asked), owner);
    let address = Box::pin(provider.address(&to, now)).await?.to_string();
    let mut tx = auth.db.begin().await?;
    let secret = to.keep(&mut tx, random, now).await?;
    tx.commit().await?;
    Ok(Sent { address, secret })
}

/// Takes a browser back in. Its visit is over, whatever comes of it.
///
/// # Errors
/// [`AuthError::Provider`] when this browser was not sent, or nobody comes in with what it brought.
pub async fn receive(
    auth: &Auth,
    visit: &Visit<'_>,
    provider: &str,
    secret: &str,
    brought: &Brought<'_>,
) -> Result<Returned, AuthError> {
    let returned = returned(auth, visit, provider, secret, brought).await;
    if let Err(AuthError::Provider(refusal)) = &returned
        && refusal.is_of_somebody()
    {
        note_refused(auth, Refused::Provider, None, visit.place.address.clone());
    }
    returned
}

async fn returned(
    auth: &Auth,
    visit: &Visit<'_>,
    provider: &str,
    secret: &str,
    brought: &Brought<'_>,
) -> Result<Returned, AuthError> {
    auth.anonymous.hit(&counted(visit))?;
    let now = auth.clock.now();
    let mut tx = auth.db.begin().await?;
    let from = oidc::Visit::take(&mut tx, secret, now).await?;
    tx.commit().await?;
    let from = from.filter(|from| from.provider == provider && from.is_of(brought.state));
    let from = from.ok_or(Refusal::Visit)?;
    let provider = auth.providers.oidc(provider)?;
    if provider.is_foreign(brought.issuer) {
        return Err(Refusal::Unbelieved.into());
    }
    let code = brought.code.ok_or(Refusal::Denied)?;
    let who = Box::pin(provider.identity(&from, code, now)).await?;
    let progress = match from.user {
        Some(owner) => {
            link_own(auth, visit, owner, &who).await?;
            None
        }
        None => Some(begin(auth, visit, &who).await?),
    };
    Ok(Returned {
        progress,
        destination: from.destination,
    })
}

/// Signs in whom a provider vouches for; a factor of ours comes after that unless the provider's is enough.
async fn begin(auth: &Auth, visit: &Visit<'_>, who: &Identity) -> Result<Progress, AuthError> {
    let now = auth.clock.now();
    let way = Way::Session;
    let mut tx = auth.db.begin().await?;
    let user = admit(auth, &mut tx, who).await?;
    let asked = match who.is_enough {
        true => None,
        false => asked_of(auth, &mut tx, user).await?,
    };
    let progress = match asked {
        None => {
            enter(&mut tx, user, way.last_login(now)).await?;
            Progress::SignedIn(open(auth, &mut tx, visit, way, user, now).await?)
        }
        Some(factors) => wait(auth, &mut tx, way, user, factors, now).await?,
    };
    tx.commit().await?;
    Ok(progress)
}

/// The browser has the cookie that the owner of the account was given, signed in.
async fn link_own(
    auth: &Auth,
    visit: &Visit<'_>,
    owner: UserId,
    who: &Identity,
) -> Result<(), AuthError> {
    let address = visit.place.address.clone();
    let operator = Operator::load(auth, owner, Credential::Password, address).await?;
    let operator = operator.ok_or(Refusal::Closed)?;
    let mut tx = auth.db.begin().await?;
    let identity = (who.provider.as_str(), who.subject.as_str());
    link(
        &mut tx,
        &operator.author(),
        owner,
        identity,
        auth.clock.now(),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

fn counted(visit: &Visit<'_>) -> String {
    format!("providers from {}", visit.connection.bucket())
}
