//! What accounts are told by mail.

use migasfree_server_audit::UserId;
use migasfree_server_db::{Result, Tx, args};
use migasfree_server_mail::{Mail, Mailer};
use migasfree_types::message::Message;

use super::places::NewPlace;
use super::{Auth, messages};

/// A text of these paragraphs.
pub(super) fn text(paragraphs: &[Message]) -> String {
    let texts: Vec<&str> = paragraphs.iter().map(|one| one.text.as_str()).collect();
    texts.join("\n\n") + "\n"
}

/// Sends a mail; nobody waits for it.
pub(super) fn send(mailer: Mailer, mail: Mail) {
    tokio::spawn(async move {
        if let Err(error) = mailer.send(mail).await {
            tracing::warn!(%error, "a mail was not sent");
        }
    });
}

/// Tells an account with an address, once the transaction is committed, that it signed in where it never was.
pub(super) async fn tell_of_place(
    auth: &Auth,
    tx: &mut Tx,
    user: UserId,
    place: &NewPlace,
) -> Result<()> {
    let Some(mailer) = auth.mailer.clone() else {
        return Ok(());
    };
    let (username, email): (String, String) = tx
        .one(
            "SELECT username, email FROM core_userprofile WHERE id = $1",
            args![user],
        )
        .await?;
    if email.is_empty() {
        return Ok(());
    }
    let mail = Mail {
        to: email,
        subject: messages::place_mail_subject().text,
        text: text(&[
            messages::place_mail_where(&username, &place.device, &place.address),
            messages::place_mail_advice(),
        ]),
    };
    tx.after_commit(move || send(mailer, mail));
    Ok(())
}
