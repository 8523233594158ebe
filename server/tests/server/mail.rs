//! Mail on its way: nothing is said in the clear to another machine, and nothing to one that no authority vouches for.

use std::fs;
use std::sync::Arc;

use migasfree_server_db::random::SystemRandom;
use migasfree_server_mail::{Mail, MailError, Mailer, Settings};

use crate::harness::Smtp;
use crate::harness::clock;
use crate::harness::tls::{Authority, other_server};

/// Sends a mail to whom a server's certificate is good that one of these authorities (PEM) issued.
async fn send(server: &str, authorities: Option<String>) -> Result<(), MailError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authorities.pem");
    if let Some(pem) = &authorities {
        fs::write(&file, pem).unwrap();
    }
    let settings = Settings {
        server: server.parse().unwrap(),
        account: None,
        sender: "Migasfree <migasfree@server.example>".to_owned(),
        authorities: authorities.is_some().then_some(file),
    };
    let mailer = Mailer::new(&settings, clock::standing(), Arc::new(SystemRandom))?;
    let mail = Mail {
        to: "ana@example.org".to_owned(),
        subject: "A subject".to_owned(),
        text: "A text".to_owned(),
    };
    mailer.send(mail).await
}

/// An address of this machine that is not known as its own.
fn elsewhere(smtp: &Smtp) -> String {
    format!("smtp://0.0.0.0:{}", smtp.address.port())
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_to_another_machine_goes_once_tls_has_begun() {
    let authority = Authority::new("an authority");
    let mut smtp = Smtp::after_starttls(other_server(&authority)).await;
    send(&elsewhere(&smtp), Some(authority.pem()))
        .await
        .unwrap();
    assert!(smtp.mail().await.contains("A text"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_offers_no_tls_gets_no_mail() {
    let mut smtp = Smtp::start().await;
    let sent = send(&elsewhere(&smtp), None).await;
    assert!(matches!(sent, Err(MailError::Server(_))), "{sent:?}");
    assert!(smtp.is_silent().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_nobody_vouches_for_gets_no_mail() {
    let authority = Authority::new("an authority");
    let mut smtp = Smtp::after_starttls(other_server(&authority)).await;
    let others = Authority::new("another one").pem();
    for believed in [None, Some(others)] {
        let sent = send(&elsewhere(&smtp), believed).await;
        assert!(matches!(sent, Err(MailError::Server(_))), "{sent:?}");
    }
    assert!(smtp.is_silent().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_under_tls_from_the_beginning_where_the_address_says_so() {
    let authority = Authority::new("an authority");
    let mut smtp = Smtp::under_tls(other_server(&authority)).await;
    let address = format!("smtps://{}", smtp.address);
    send(&address, Some(authority.pem())).await.unwrap();
    assert!(smtp.mail().await.contains("A text"));
}

#[test]
fn authorities_that_cannot_be_read_are_told_of_at_once() {
    let settings = Settings {
        server: "smtps://mail.example".parse().unwrap(),
        account: None,
        sender: "migasfree@server.example".to_owned(),
        authorities: Some("/nowhere/at/all.pem".into()),
    };
    let made = Mailer::new(&settings, clock::standing(), Arc::new(SystemRandom));
    assert!(
        matches!(made, Err(MailError::Authorities { .. })),
        "{made:?}"
    );
}
