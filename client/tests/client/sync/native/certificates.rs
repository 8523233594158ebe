//! Computers that are to have a certificate.

use std::fs;

use migasfree_client::clock::Clock as _;
use migasfree_client::sync::Engine as _;
use migasfree_native::features::Features;
use migasfree_native::requests::{CERTIFICATE, PLAN};

use super::server::Native;
use crate::support::bench::Noon;

const A_DAY: i64 = 86_400;

#[tokio::test]
async fn a_synchronisation_brings_a_certificate_for_a_key_of_its_own_and_keeps_it() {
    let native = Native::certified(Some(90 * A_DAY)).await;
    let until = Noon.now().unix_timestamp() + 90 * A_DAY;
    assert_eq!(native.engine.certificate_until(), Some(until));
    let kept = fs::read_to_string(native.file("certificate.json")).unwrap();
    assert!(kept.contains("certificate 1") && kept.contains("PRIVATE KEY"));
    native.sync().await.unwrap();
    assert_eq!(native.server.asked(), [PLAN.path]);
}

#[tokio::test]
async fn it_is_renewed_with_another_key_when_its_time_has_come() {
    let native = Native::certified(Some(0)).await;
    native.server.mind().certificates_last = Some(90 * A_DAY);
    native.sync().await.unwrap();
    assert_eq!(native.server.asked(), [PLAN.path, CERTIFICATE.path]);
    native.sync().await.unwrap();
    assert_eq!(native.server.asked(), [PLAN.path]);
    let mind = native.server.mind();
    assert_ne!(mind.certified[0], mind.certified[1]);
}

#[tokio::test]
async fn a_server_that_gives_none_is_synchronised_with_all_the_same() {
    let native = Native::certified(None).await;
    assert_eq!(native.engine.certificate_until(), None);
    native.sync().await.unwrap();
    assert_eq!(native.server.asked(), [PLAN.path, CERTIFICATE.path]);
    assert!(!native.file("certificate.json").exists());
}

#[tokio::test]
async fn a_computer_that_enrolled_before_the_server_gave_certificates_is_given_one() {
    let native = Native::settled().await;
    {
        let mut mind = native.server.mind();
        mind.features = Features::all();
        mind.certificates_last = Some(90 * A_DAY);
    }
    native.sync().await.unwrap();
    let asked = native.server.asked();
    assert!(asked.contains(&CERTIFICATE.path.to_owned()), "{asked:?}");
    assert!(native.file("certificate.json").exists());
    native.sync().await.unwrap();
    assert_eq!(native.server.asked(), [PLAN.path]);
}

#[tokio::test]
async fn what_the_server_is_checked_by_comes_with_the_plan_and_goes_with_it() {
    let native = Native::enrolled().await;
    native.server.mind().authorities = "first".to_owned();
    native.sync().await.unwrap();
    let file = native.file("authorities.pem");
    assert_eq!(fs::read_to_string(&file).unwrap(), "first");
    native.server.mind().authorities = String::new();
    native.sync().await.unwrap();
    assert!(!file.exists());
}

#[tokio::test]
async fn who_forgets_its_keys_forgets_its_certificate() {
    let native = Native::certified(Some(90 * A_DAY)).await;
    native.engine.unregister(false).unwrap();
    assert!(!native.file("certificate.json").exists());
    assert_eq!(native.engine.certificate_until(), None);
}
