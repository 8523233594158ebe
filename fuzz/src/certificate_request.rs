//! Reads requests for certificates: what is taken gives its own key, and only that, to a certificate.

use std::sync::LazyLock;
use std::time::Duration;

use migasfree_server_authority::{Authority, Profile, Request, Subject, Usage, facts};
use migasfree_server_db::{Ts, random::SeededRandom};

const NOW: Ts = Ts::from_seconds(1_800_000_000);

static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| {
    let life = Duration::from_secs(86_400);
    Authority::create("Root", life, NOW, &SeededRandom::new(1)).expect("a root can be made")
});

/// Runs one input.
pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let Ok(request) = Request::read(&text) else {
        return;
    };
    assert!(!request.public_key().is_empty());
    let profile = Profile {
        subject: Subject {
            common_name: "holder".to_owned(),
            ..Subject::default()
        },
        names: Vec::new(),
        usage: Usage::Client,
        lifetime: Duration::from_secs(60),
        revocation_list: None,
    };
    let issued = AUTHORITY.sign_request(&text, &profile, NOW);
    let issued = issued.expect("what can be read can be signed");
    let facts = facts(&issued.certificate_pem).expect("it is a certificate");
    assert_eq!(facts.subject, "CN=holder");
}
