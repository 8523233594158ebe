//! What Play asks of the daemon.

use crate::{
    Daemon, convert,
    fault::{bus_fault, fault, internal},
    lock,
    properties::{self, JobProperties, ManagerProperties},
};
use migasfree_dbus::{
    AppQuery, CallOptions, CatalogProxy, ComputerProxy, Error, JobFilter, JobProxy, ManagerProxy,
    PackagesProxy, PlanRole, SyncOptions, SyncReason, TagOptions, TagsProxy, UpgradeOptions, names,
};
use migasfree_play_records::{
    AppDetails, Catalog, Category, Computer, Fault, Job, JobOutput, JobState, Package, Plan,
    Request, States, Tags, Update,
};
use std::{fs::File, io::Read};
use zbus::{OwnedObjectPath, proxy::CacheProperties};

/// Jobs of the history that Play lists.
const JOBS_LISTED: u32 = 200;
/// The largest image accepted, in bytes.
const IMAGE_LIMIT: u64 = 4 * 1024 * 1024;
/// The part of a log read at once, in bytes; the daemon's own limit.
const OUTPUT_PART: u32 = 64 * 1024;

/// A proxy that asks every time: the daemon's signals say when.
macro_rules! proxy {
    ($daemon:expr, $kind:ident) => {
        $kind::builder(&$daemon.connection()?)
            .cache_properties(CacheProperties::No)
            .build()
            .await
            .map_err(|error| bus_fault(&error))
    };
}

impl Daemon {
    /// Number of the interface; the first question to a daemon.
    pub(super) async fn protocol_version(&self) -> Result<u32, Fault> {
        let manager = proxy!(self, ManagerProxy)?;
        (manager.protocol_version().await).map_err(|error| bus_fault(&error))
    }

    /// The whole catalogue.
    pub async fn catalog(&self) -> Result<Catalog, Fault> {
        let catalog = proxy!(self, CatalogProxy)?;
        let (revision, records) = catalog
            .list_apps(AppQuery::default())
            .await
            .map_err(fault)?;
        let categories = catalog.list_categories().await.map_err(fault)?;
        Ok(Catalog {
            revision,
            fetched_at: catalog.fetched_at().await.unwrap_or(0),
            apps: records.into_iter().map(convert::app).collect(),
            categories: (categories.into_iter())
                .map(|(id, name, count)| Category { id, name, count })
                .collect(),
        })
    }

    /// One application.
    pub async fn app(&self, id: u32) -> Result<AppDetails, Fault> {
        let catalog = proxy!(self, CatalogProxy)?;
        catalog
            .get_app(id)
            .await
            .map(convert::details)
            .map_err(fault)
    }

    /// States of some applications, of all when none is named.
    pub async fn states(&self, ids: &[u32]) -> Result<States, Fault> {
        let states = proxy!(self, CatalogProxy)?
            .get_states(ids)
            .await
            .map_err(fault)?;
        Ok((states.into_iter())
            .map(|(id, (state, detail))| (id, convert::state(state, detail)))
            .collect())
    }

    /// An application's icon and its media type.
    pub async fn image(&self, id: u32, size: u32) -> Result<(Vec<u8>, String), Fault> {
        let (image, kind) = proxy!(self, CatalogProxy)?
            .get_image(id, "icon", size)
            .await
            .map_err(fault)?;
        let file = File::from(std::os::fd::OwnedFd::from(image));
        let bytes = tokio::task::spawn_blocking(move || {
            let mut bytes = Vec::new();
            let read = file.take(IMAGE_LIMIT).read_to_end(&mut bytes);
            read.map(|_count| bytes)
        });
        let bytes = bytes.await.map_err(internal)?.map_err(internal)?;
        Ok((bytes, kind))
    }

    /// What installing or removing applications would change.
    pub async fn plan_apps(&self, role: PlanRole, ids: &[u32]) -> Result<Plan, Fault> {
        let names: Vec<String> = ids.iter().map(u32::to_string).collect();
        self.plan(role, &names).await
    }

    /// What bringing an application to its newest version would change.
    pub async fn plan_update(&self, id: u32) -> Result<Plan, Fault> {
        let app = proxy!(self, CatalogProxy)?.get_app(id).await;
        let packages = app.map_err(fault)?.packages;
        // The daemon takes no names for all of them.
        if packages.is_empty() {
            return Ok(Plan::default());
        }
        self.plan(PlanRole::Upgrade, &packages).await
    }

    async fn plan(&self, role: PlanRole, names: &[String]) -> Result<Plan, Fault> {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let manager = proxy!(self, ManagerProxy)?;
        let plan = manager.plan(role, &names, CallOptions::default()).await;
        plan.map(convert::plan).map_err(fault)
    }

    /// The person's requests for applications, newest first.
    pub async fn requests(&self) -> Result<Vec<Request>, Fault> {
        let requests = proxy!(self, CatalogProxy)?.list_requests().await;
        let requests = requests.map_err(fault)?.into_iter();
        Ok(requests.map(convert::request).collect())
    }

    /// Asks the organisation for an application.
    pub async fn request_app(&self, id: u32, justification: &str) -> Result<String, Fault> {
        let catalog = proxy!(self, CatalogProxy)?;
        catalog.request_app(id, justification).await.map_err(fault)
    }

    /// Takes a request back.
    pub async fn cancel_request(&self, id: &str) -> Result<(), Fault> {
        let catalog = proxy!(self, CatalogProxy)?;
        catalog.cancel_request(id).await.map_err(fault)
    }

    /// Starts an installation.
    pub async fn install(&self, ids: &[u32]) -> Result<String, Fault> {
        let manager = proxy!(self, ManagerProxy)?;
        started(manager.install_apps(ids, CallOptions::default()).await)
    }

    /// Starts a removal.
    pub async fn remove(&self, ids: &[u32]) -> Result<String, Fault> {
        let manager = proxy!(self, ManagerProxy)?;
        started(manager.remove_apps(ids, CallOptions::default()).await)
    }

    /// The packages that have a newer version.
    pub async fn updates(&self) -> Result<Vec<Update>, Fault> {
        let updates = proxy!(self, PackagesProxy)?.list_updates().await;
        Ok((updates.map_err(fault)?.into_iter())
            .map(convert::update)
            .collect())
    }

    /// Starts to bring an application, or everything, to its newest version.
    pub async fn update(&self, app: Option<u32>) -> Result<String, Fault> {
        let options = UpgradeOptions {
            app,
            ..UpgradeOptions::default()
        };
        started(proxy!(self, ManagerProxy)?.upgrade(&[], options).await)
    }

    /// Starts to look for newer versions.
    pub async fn look_for_updates(&self) -> Result<String, Fault> {
        started(proxy!(self, ManagerProxy)?.refresh_metadata(true).await)
    }

    /// Starts a synchronisation.
    pub async fn sync(&self) -> Result<String, Fault> {
        let options = SyncOptions {
            reason: Some(SyncReason::Manual),
            ..SyncOptions::default()
        };
        started(proxy!(self, ManagerProxy)?.sync(options).await)
    }

    /// The person's jobs, newest first, and those of others that are not over.
    pub async fn jobs(&self) -> Result<Vec<Job>, Fault> {
        let filter = JobFilter {
            limit: Some(JOBS_LISTED),
            ..JobFilter::default()
        };
        let records = proxy!(self, ManagerProxy)?
            .list_jobs(filter)
            .await
            .map_err(fault)?;
        let mut jobs: Vec<Job> = (records.into_iter())
            .map(|record| convert::job(record, self.uid))
            .collect();
        for job in (jobs.iter_mut()).filter(|job| job.state == JobState::WaitingAnswer) {
            // What is asked stands on the job's object alone.
            if let Ok(asking) = self.job(&job.id).await {
                job.question = asking.question;
            }
            self.listen_to_question(job).await;
        }
        if let Some(current) = self.current_job().await?
            && jobs.iter().all(|job| job.id != current.id)
        {
            jobs.push(current);
        }
        // The end of a job is noted where it is told.
        for job in jobs.iter().filter(|job| !job.is_over()) {
            self.note(job);
        }
        Ok(jobs)
    }

    /// The job at work, whoever it belongs to.
    async fn current_job(&self) -> Result<Option<Job>, Fault> {
        let manager = proxy!(self, ManagerProxy)?;
        let path = (manager.current_job().await).map_err(|error| bus_fault(&error))?;
        match names::job_id(path.as_str()) {
            Some(id) => Ok(self.job(&id.to_string()).await.ok()),
            None => Ok(None),
        }
    }

    /// One job, by its object.
    pub(super) async fn job(&self, id: &str) -> Result<Job, Fault> {
        let connection = self.connection()?;
        let path = job_path(id)?;
        let job: JobProperties = properties::read(&connection, path.as_str(), names::JOB).await?;
        Ok(convert::live_job(job, self.uid))
    }

    /// One job that is over, with what was said about it.
    pub(super) async fn finished_job(&self, id: &str) -> Result<Job, Fault> {
        let filter = JobFilter {
            limit: Some(20),
            ..JobFilter::default()
        };
        let records = proxy!(self, ManagerProxy)?
            .list_jobs(filter)
            .await
            .map_err(fault)?;
        match records.into_iter().find(|record| record.id == id) {
            Some(record) => Ok(convert::job(record, self.uid)),
            None => self.job(id).await,
        }
    }

    /// Part of a job's log.
    pub async fn job_output(&self, id: &str, offset: u64) -> Result<JobOutput, Fault> {
        // The manager has the output also when the job's object is gone.
        let manager = proxy!(self, ManagerProxy)?;
        let (next, bytes) = manager
            .read_output(id, offset, OUTPUT_PART)
            .await
            .map_err(fault)?;
        Ok(JobOutput {
            next,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }

    /// Has a job's log sent as it grows, or no more.
    pub async fn watch(&self, id: &str, on: bool) -> Result<(), Fault> {
        let job = self.job_proxy(id).await?;
        if on {
            lock(&self.watched).insert(id.to_owned());
            job.subscribe().await.map_err(fault)
        } else {
            lock(&self.watched).remove(id);
            job.unsubscribe().await.map_err(fault)
        }
    }

    /// Subscribes again after the daemon was replaced; jobs it no longer has are forgotten.
    pub(super) async fn watch_again(&self) {
        let watched: Vec<String> = lock(&self.watched).iter().cloned().collect();
        for id in watched {
            if self.watch(&id, true).await.is_err() {
                lock(&self.watched).remove(&id);
            }
        }
    }

    /// Has the daemon keep the question of a job open: somebody looks at it.
    pub(super) async fn listen_to_question(&self, job: &Job) {
        if job.foreign || job.question.is_none() {
            return;
        }
        let listening = match self.job_proxy(&job.id).await {
            Ok(proxy) => proxy.subscribe().await.map_err(fault),
            Err(fault) => Err(fault),
        };
        if let Err(fault) = listening {
            tracing::warn!(
                code = fault.code,
                detail = fault.said.text,
                "nobody listens"
            );
        }
    }

    /// Answers the question of a job. Who does not agree wants no part of the job.
    pub async fn answer(&self, id: &str, question: u32, accept: bool) -> Result<(), Fault> {
        let job = self.job_proxy(id).await?;
        if accept {
            return job.answer(question, "accept").await.map_err(fault);
        }
        match job.cancel().await {
            Ok(()) => Ok(()),
            Err(_) => job.answer(question, "refuse").await.map_err(fault),
        }
    }

    /// Asks a job to stop.
    pub async fn cancel(&self, id: &str) -> Result<(), Fault> {
        self.job_proxy(id).await?.cancel().await.map_err(fault)
    }

    /// About this computer.
    pub async fn computer(&self) -> Result<Computer, Fault> {
        let connection = self.connection()?;
        let manager: ManagerProperties =
            properties::read(&connection, names::ROOT_PATH, names::MANAGER).await?;
        let info = proxy!(self, ComputerProxy)?.get_info().await.ok();
        Ok(convert::computer(manager, info))
    }

    /// Text of the label's QR code.
    pub async fn label(&self) -> Result<String, Fault> {
        let computer = proxy!(self, ComputerProxy)?;
        let label = computer.get_label().await.map_err(fault)?;
        Ok(label.qr)
    }

    /// The packages of this computer.
    pub async fn software(&self) -> Result<Vec<Package>, Fault> {
        let packages = proxy!(self, PackagesProxy)?.list_installed().await;
        Ok((packages.map_err(fault)?.into_iter())
            .map(|(name, version, architecture, _origin)| Package {
                name,
                version,
                architecture,
            })
            .collect())
    }

    /// Tags.
    pub async fn tags(&self) -> Result<Tags, Fault> {
        let (assigned, available) = proxy!(self, TagsProxy)?.get().await.map_err(fault)?;
        Ok(Tags {
            assigned,
            available: available.into_iter().collect(),
        })
    }

    /// Sets the tags and applies what follows.
    pub async fn set_tags(&self, tags: &[String]) -> Result<String, Fault> {
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let proxy = proxy!(self, TagsProxy)?;
        started(proxy.set(&tags, true, TagOptions::default()).await)
    }

    /// Whether the person has a right: 0 no, 1 yes, 2 after polkit asked.
    pub async fn can_authorize(&self, action: &str) -> Result<u32, Fault> {
        let manager = proxy!(self, ManagerProxy)?;
        manager.can_authorize(action).await.map_err(fault)
    }

    async fn job_proxy(&self, id: &str) -> Result<JobProxy<'static>, Fault> {
        JobProxy::builder(&self.connection()?)
            .path(job_path(id)?)
            .cache_properties(CacheProperties::No)
            .build()
            .await
            .map_err(|error| bus_fault(&error))
    }
}

fn job_path(id: &str) -> Result<OwnedObjectPath, Fault> {
    id.parse()
        .map(names::job_path)
        .map_err(|_| Fault::new("invalid-argument", "a job is named by its number"))
}

fn started(path: Result<OwnedObjectPath, Error>) -> Result<String, Fault> {
    let path = path.map_err(fault)?;
    names::job_id(path.as_str())
        .map(|id| id.to_string())
        .ok_or_else(|| internal(format!("{path} is no job")))
}
