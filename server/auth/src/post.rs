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
    if auth.mailer.is_none() {
        return Ok(());
    }
    let (username, email) = called(tx, user).await?;
    let told = [
        messages::place_mail_where(&username, &place.device, &place.address),
        messages::place_mail_advice(),
    ];
    let subject = messages::place_mail_subject();
    send_after(auth, tx, email, subject, &told);
    Ok(())
}

/// Tells the address that an account had, once the transaction is committed, that it has another one.
///
/// # Errors
/// When the database fails.
pub async fn tell_of_address(auth: &Auth, tx: &mut Tx, user: UserId, before: &str) -> Result<()> {
    if auth.mailer.is_none() {
        return Ok(());
    }
    let (username, _) = called(tx, user).await?;
    let told = [
        messages::address_mail_changed(&username),
        messages::address_mail_advice(),
    ];
    let subject = messages::address_mail_subject();
    send_after(auth, tx, before.to_owned(), subject, &told);
    Ok(())
}

/// The name of an account, and its address.
async fn called(tx: &mut Tx, user: UserId) -> Result<(String, String)> {
    tx.one(
        "SELECT username, email FROM core_userprofile WHERE id = $1",
        args![user],
    )
    .await
}

/// Where there is a mail server and an address.
fn send_after(auth: &Auth, tx: &mut Tx, to: String, subject: Message, paragraphs: &[Message]) {
    let Some(mailer) = auth.mailer.clone().filter(|_| !to.is_empty()) else {
        return;
    };
    let mail = Mail {
        to,
        subject: subject.text,
        text: text(paragraphs),
    };
    tx.after_commit(move || send(mailer, mail));
}
