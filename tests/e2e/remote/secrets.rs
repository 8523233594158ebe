//! What is secret, and stays so.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use migasfree_tests::remote::Scene;
use migasfree_tests::remote::operator::Operator;
use migasfree_tests::remote::peer::{Peer, Side};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// S-09: nothing in an address lets anybody in.
pub(super) async fn a_secret_in_an_address_is_no_secret_that_counts(scene: &Scene) -> Result<()> {
    let (_, account) = scene.account("sara").await?;
    let url = scene.server().url();
    let token = account.authorization();
    let token = token.trim_start_matches("Token ");
    let http = reqwest::Client::new();
    for name in ["token", "access_token", "auth", "Authorization"] {
        let path = format!("{url}/api/v1/token/remote-access/?{name}={token}");
        let status = http.get(path).send().await?.status();
        ensure!(status == 401, "{name}: {status}");
    }
    let granted = scene.ask(&account, &json!({})).await?;
    let grant = granted["grant"].as_str().context("a grant")?;
    for name in ["grant", "token"] {
        let query = format!("?{name}={grant}");
        let peer = Peer::connect_with(url, Side::Session, &query, &[]).await?;
        // Whether it is heard or not, nobody is in.
        if let Ok(mut peer) = peer {
            ensure!(peer.begins("").await?.is_err(), "{name}");
        }
    }
    // It was not used up, so it was not looked at.
    let mut peer = Peer::connect(url, Side::Session).await?;
    ensure!(peer.begins(grant).await?.is_ok());
    let relay = granted["relay"].as_str().context("an address")?;
    ensure!(!relay.contains('?'), "{relay}");
    ensure!(!scene.logs().contains(grant), "a grant in a log");
    Ok(())
}

/// S-21: what is typed and shown is in no log.
pub(super) async fn what_is_typed_shown_or_granted_is_in_no_log(scene: &Scene) -> Result<()> {
    let (helper, _) = scene.helper("tomas").await?;
    let mut screen = helper.opens(&scene.cid())?;
    screen.enters("echo \"typed-se\"\"cret\"; false --password=of-a-command")?;
    screen.shows("typed-secret").await?;
    screen.enters("exit 0")?;
    screen.ends().await?;
    let kept = secret_of(&helper)?;
    for folder in [
        helper.data(),
        helper.home().join(".config/migasfree-connect"),
    ] {
        is_private(&folder).context("S-12")?;
    }
    let logs = scene.logs();
    for secret in ["typed-secret", "of-a-command", "BEGIN PRIVATE", kept.trim()] {
        ensure!(!logs.contains(secret), "{secret} in\n{logs}");
    }
    // What was recorded is sealed where it lies.
    let folder = scene.server().data().join("remote-recordings");
    let mut recordings = 0;
    for file in fs::read_dir(&folder)? {
        let file = file?.path();
        let content = fs::read(&file)?;
        let has_it = content.windows(12).any(|piece| piece == b"typed-secret");
        ensure!(!has_it, "{}", file.display());
        recordings += 1;
    }
    ensure!(recordings > 0, "{} is empty", folder.display());
    Ok(())
}

/// What keeps somebody signed in.
fn secret_of(operator: &Operator) -> Result<String> {
    let folder = operator.data().join("secrets");
    let file = fs::read_dir(folder)?.next().context("a secret")??;
    Ok(fs::read_to_string(file.path())?)
}

/// S-12: servers are verified.
#[tokio::test(flavor = "multi_thread")]
async fn connect_believes_no_server_that_it_cannot_verify() -> Result<()> {
    let operator = Operator::new()?;
    let login = async |server: &str, status: i32, words: &str| -> Result<()> {
        let line = ["login", "--no-browser", "--server", server];
        operator.run(&line).await?.ends(status, words)?;
        Ok(())
    };
    login("http://fleet.example.org", 2, "https").await?;
    let address = lonely_server().await?;
    login(&format!("https://{address}"), 75, "cannot be reached").await?;
    let help = operator.run(&["login", "--help"]).await?;
    for word in ["insecure", "no-verify", "skip"] {
        ensure!(!help.out.contains(word), "{word}: {}", help.out);
    }

    Ok(())
}

/// Nobody but the owner reads anything below a folder.
fn is_private(path: &Path) -> Result<()> {
    let mode = path.metadata()?.permissions().mode();
    ensure!(mode & 0o077 == 0, "{}: {mode:o}", path.display());
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            is_private(&entry?.path())?;
        }
    }
    Ok(())
}

/// A server whose certificate nobody vouches for.
async fn lonely_server() -> Result<String> {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(
        tokio_rustls::rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_safe_default_protocol_versions()?
    .with_no_client_auth()
    .with_single_cert(vec![cert.der().clone()], PrivateKeyDer::from(key))?;
    let (listener, acceptor) = (
        TcpListener::bind("127.0.0.1:0").await?,
        TlsAcceptor::from(Arc::new(config)),
    );
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _it_is_not_believed = acceptor.accept(stream).await;
        }
    });
    Ok(address)
}
