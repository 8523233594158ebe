//! [`LocalEngine`] as the [`Engine`] the daemon and the command line use.

use std::path::PathBuf;

use async_trait::async_trait;
use migasfree_native::features::{Feature, Features};
use migasfree_types::message::Message;

use crate::job::{Job, JobId};
use crate::keys::certificate::OwnCertificate;
use crate::keys::own::{AUTHORITIES_FILE, Enrolment, OwnKey};
use crate::observer::LockHolder;
use crate::orders::Orders;
use crate::pms::{Action, Candidate, FoundPackage, InstalledPackage, PackageName, Plan};
use crate::policy::{self, Asker, Verdict};
use crate::transport::api::Availability;
use crate::transport::messages::{
    AppId, AppRequest, ComputerId, ComputerInfo, Label, MandatoryPackages, ServerInfo, Tags, Trait,
};
use crate::transport::{AUTHORITY_FILE, ApiError, Report};
use crate::trust::REQUESTS_CALL;

use super::local::{LocalEngine, io};
use super::trusting::remembering;
use super::{
    CatalogSnapshot, Credentials, Engine, EngineError, Identity, NetworkInfo, Outcome, PublicFile,
    RemoteTrust, Standing, SyncRequest,
};

/// Largest file of the public area that is fetched.
const LARGEST_FILE: usize = 8 * 1024 * 1024;

#[async_trait]
impl Engine for LocalEngine {
    fn identity(&self) -> Identity {
        let settings = &self.settings;
        Identity {
            computer_id: self.registration.computer_id(),
            registered: self.registration.is_registered(),
            name: self.identity.name().to_owned(),
            uuid: self.identity.uuid().to_owned(),
            server: settings.server.base(),
            project: settings.project.clone(),
            package_manager: self.pms.as_ref().map_or("", |pms| pms.name()).to_owned(),
            manage_devices: settings.manage_devices,
            auto_update: settings.auto_update_packages,
        }
    }

    fn standing(&self) -> Standing {
        self.registration.standing()
    }

    fn certificate_until(&self) -> Option<i64> {
        self.shown().map(|own| own.not_after)
    }

    fn remote_trust(&self) -> Option<RemoteTrust> {
        self.own_trust(|features| features.has(Feature::RemoteSupport))
    }

    fn order_trust(&self) -> Option<RemoteTrust> {
        self.own_trust(|_| true)
    }

    fn orders(&self) -> Option<Orders> {
        Some(self.orders.clone())
    }

    async fn tell_actions(&self) -> Result<(), EngineError> {
        let orders = |error| io("what became of orders", error);
        if self.orders.executions().map_err(orders)?.is_empty() {
            return Ok(());
        }
        let server = self.server().await?;
        self.deliver_actions(&*server).await
    }

    fn network(&self) -> NetworkInfo {
        let network = self.identity.network();
        network.map_or_else(NetworkInfo::default, |network| NetworkInfo {
            network: network.cidr(),
            mask: network.mask.to_string(),
            ip_address: network.address.to_string(),
        })
    }

    fn has_network(&self) -> bool {
        self.identity.address().is_some()
    }

    async fn register(
        &self,
        credentials: &Credentials,
        _job: &Job<'_>,
    ) -> Result<ComputerId, EngineError> {
        let _lock = self.lock()?;
        self.registration.register(credentials, false).await
    }

    fn unregister(&self, all: bool) -> Result<(), EngineError> {
        let _lock = self.lock()?;
        self.registration.forget(all)
    }

    /// A server of the native protocol says it with the plan.
    async fn availability(&self) -> Availability {
        if self.standing().is_native() {
            return Availability::Available;
        }
        self.open_server.availability().await
    }

    async fn sync(&self, request: SyncRequest, job: &Job<'_>) -> Result<Outcome, EngineError> {
        self.synchronize(request, job).await
    }

    async fn packages(
        &self,
        action: &Action,
        asker: Asker,
        job: &Job<'_>,
    ) -> Result<Outcome, EngineError> {
        self.act(action, asker, job).await
    }

    async fn resume(&self, job: &Job<'_>) -> Option<Result<Outcome, EngineError>> {
        self.resume_packages(job).await
    }

    async fn repair(&self, job: &Job<'_>) -> Result<Outcome, EngineError> {
        self.repair_packages(job).await
    }

    fn awaits_repair(&self) -> bool {
        self.pms.as_ref().is_some_and(|pms| pms.awaits_repair())
    }

    fn forget(&self, job: &JobId) {
        if let Some(pms) = &self.pms {
            pms.forget(job);
        }
    }

    async fn set_tags(
        &self,
        tags: &[String],
        apply: bool,
        job: &Job<'_>,
    ) -> Result<Outcome, EngineError> {
        self.apply_tags(tags, apply, job).await
    }

    async fn tags(&self) -> Result<Tags, EngineError> {
        let server = self.server().await?;
        self.known(server.tags().await).await
    }

    async fn catalog(&self) -> Result<CatalogSnapshot, EngineError> {
        let server = self.server().await?;
        Ok(CatalogSnapshot {
            apps: server.apps().await?,
            categories: server.categories().await?,
        })
    }

    async fn public_file(&self, address: &str) -> Result<PublicFile, EngineError> {
        let response = self.open_server.file(&path_on_server(address)).await?;
        if response.body.len() > LARGEST_FILE {
            return Err(EngineError::Server {
                status: 200,
                detail: Box::new(Message::verbatim("the file is too large")),
            });
        }
        Ok(PublicFile {
            media_type: response.media_type,
            content: response.body,
        })
    }

    async fn info(&self) -> Result<ComputerInfo, EngineError> {
        let server = self.server().await?;
        self.known(server.info().await).await
    }

    async fn label(&self) -> Result<Label, EngineError> {
        let server = self.server().await?;
        self.known(server.label().await).await
    }

    async fn traits(&self) -> Result<Vec<Trait>, EngineError> {
        let server = self.server().await?;
        self.known(server.traits().await).await
    }

    fn last_traits(&self) -> Vec<Trait> {
        self.traits.last()
    }

    async fn server_info(&self) -> Result<ServerInfo, EngineError> {
        Ok(self.open_server.info().await?)
    }

    async fn end_transmission(&self) {
        let Some(server) = self.registration.known() else {
            return;
        };
        if let Err(error) = server.tell(Report::End).await {
            tracing::debug!(%error, "the end was not told");
        }
    }

    async fn flush_outbox(&self) -> Result<usize, EngineError> {
        let waiting = || -> std::io::Result<usize> {
            Ok(self.outbox.errors()?.records.len() + self.outbox.synchronizations()?.records.len())
        };
        let _lock = self.lock()?;
        let outbox = |error| io("the outbox", error);
        if waiting().map_err(outbox)? > 0 {
            let server = self.server().await?;
            self.deliver(&*server).await?;
        }
        waiting().map_err(outbox)
    }

    fn package_name(&self, text: &str) -> Result<PackageName, EngineError> {
        Ok(self.package_manager()?.name_of(text)?)
    }

    async fn candidates(&self, names: &[PackageName]) -> Result<Vec<Candidate>, EngineError> {
        Ok(self.package_manager()?.candidates(names).await?)
    }

    fn packages_stamp(&self) -> u64 {
        self.pms.as_ref().map_or(0, |pms| pms.stamp())
    }

    fn last_mandatory(&self) -> MandatoryPackages {
        self.known_mandatory()
    }

    async fn request_app(
        &self,
        app: AppId,
        person: &str,
        justification: &str,
    ) -> Result<Option<AppRequest>, EngineError> {
        let server = self.server().await?;
        self.if_taken(server.request_app(app, person, justification).await)
    }

    async fn app_requests(&self) -> Result<Option<Vec<AppRequest>>, EngineError> {
        let server = self.server().await?;
        self.if_taken(server.app_requests().await)
    }

    async fn withdraw_request(&self, id: i64) -> Result<(), EngineError> {
        let server = self.server().await?;
        Ok(server.withdraw_request(id).await?)
    }

    async fn plan(&self, action: &Action) -> Result<Plan, EngineError> {
        Ok(self.package_manager()?.plan(action).await?)
    }

    async fn judge(
        &self,
        action: &Action,
        plan: &Plan,
        asker: Asker,
    ) -> Result<Verdict, EngineError> {
        let facts = self.package_manager()?.facts(plan).await?;
        Ok(policy::judge(action, plan, &facts, &self.mandate(asker)))
    }

    async fn broken(&self) -> Result<Vec<String>, EngineError> {
        Ok(self.package_manager()?.broken().await?)
    }

    async fn installed(&self) -> Result<Vec<InstalledPackage>, EngineError> {
        Ok(self.package_manager()?.installed().await?)
    }

    async fn available(&self, prefix: &str, limit: usize) -> Result<Vec<String>, EngineError> {
        Ok(self.package_manager()?.available(prefix, limit).await?)
    }

    async fn search(&self, pattern: &str, limit: usize) -> Result<Vec<FoundPackage>, EngineError> {
        Ok(self.package_manager()?.search(pattern, limit).await?)
    }

    fn lock_holder(&self) -> Option<LockHolder> {
        self.pms.as_ref()?.lock_holder()
    }

    fn reboot_required(&self) -> Vec<String> {
        self.pms
            .as_ref()
            .map_or_else(Vec::new, |pms| pms.reboot_required())
    }

    fn root(&self) -> PathBuf {
        self.layout.root().to_owned()
    }
}

impl LocalEngine {
    /// What the server and this computer prove themselves with, where the server can do what is wanted.
    fn own_trust(&self, can: impl Fn(&Features) -> bool) -> Option<RemoteTrust> {
        let own = OwnKey::new(self.folder.clone());
        let Ok(Some(Enrolment::Enrolled {
            computer, features, ..
        })) = own.enrolment()
        else {
            return None;
        };
        if !can(&features) {
            return None;
        }
        let text = |name: &str| std::fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        Some(RemoteTrust {
            computer,
            key: own.read().ok()??,
            server: self.trust.server_key().ok()??,
            authorities: [AUTHORITY_FILE, AUTHORITIES_FILE].map(text).join("\n"),
            proxy: self.settings.proxy.clone(),
            certificate: self.shown(),
        })
    }

    /// `None` from a server that takes no requests for applications. One that ever took some is believed only when
    /// it says so sealed.
    fn if_taken<T>(&self, answer: Result<T, ApiError>) -> Result<Option<T>, EngineError> {
        match answer {
            Ok(answer) => {
                self.trust
                    .note_offered(REQUESTS_CALL)
                    .map_err(remembering)?;
                Ok(Some(answer))
            }
            Err(ApiError::Status { status: 404, .. }) => Ok(None),
            Err(error)
                if error.is_not_offered()
                    && !self.trust.has_offered(REQUESTS_CALL).map_err(remembering)? =>
            {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl LocalEngine {
    /// The certificate that this computer shows its server, where it is to show one and has one.
    fn shown(&self) -> Option<OwnCertificate> {
        let folder = self.settings.server.folder_name();
        let own = || OwnCertificate::read(&self.layout.state().join(folder));
        self.settings.client_certificate.then(own).flatten()
    }
}

/// Whatever name the server gives itself in an address, its files are fetched from where we know it to be.
fn path_on_server(address: &str) -> String {
    let path = match address.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => address,
    };
    format!("/{}", path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_only_fetched_from_our_server() {
        assert_eq!(
            path_on_server("https://elsewhere:81/public/a.png"),
            "/public/a.png"
        );
        assert_eq!(path_on_server("/public/a.png"), "/public/a.png");
        assert_eq!(path_on_server("//evil/a.png"), "/evil/a.png");
        assert_eq!(path_on_server("http://evil"), "/");
    }
}
