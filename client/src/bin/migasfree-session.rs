//! `migasfree-session`: asks and tells the person at this computer about remote support, and has their screen shown.

use std::process::ExitCode;

use migasfree_client::output::complain;
use migasfree_client::support::serve;
use migasfree_client::texts::Language;
use zbus::Connection;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("migasfree-session: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .init();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (system, session) = tokio::try_join!(Connection::system(), Connection::session())?;
        Ok(serve(system, session, Language::of_environment()).await?)
    })
}
