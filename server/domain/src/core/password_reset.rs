//! Choosing another password with a link that came by mail.

use migasfree_server_auth::{
    Connection, credentials_changed, forget_password_file, note, reset, session::Place,
    set_password,
};
use migasfree_server_entity::{error::RestError, services::Services};

use super::accounts::chosen;
use crate::services::OfDomain as _;

/// Gives the account of a secret another password, written twice; whatever was opened with the old one ends. A second factor
/// is asked for as before.
///
/// # Errors
/// When the secret is none any more, the password is too weak or the two differ.
pub async fn finish(
    services: &Services,
    connection: Connection,
    place: &Place<'_>,
    secret: &str,
    [new, again]: [String; 2],
) -> Result<(), RestError> {
    let auth = &services.auth;
    let user = reset::find(auth, connection, secret).await?;
    let username = chosen(&services.db, user, &new, &again).await?;
    let hash = auth.hasher.hash(&new).await;
    let now = services.clock.now();
    let mut tx = services.db.begin().await?;
    reset::take(&mut tx, user, secret, now).await?;
    set_password(&mut tx, user, hash, now, None).await?;
    note(&mut tx, "reset_password", user, place, "mail", now).await?;
    credentials_changed(auth, &mut tx, user);
    forget_password_file(&mut tx, &services.domain().settings.data, &username);
    tx.commit().await?;
    Ok(())
}
