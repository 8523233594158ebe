//! A fleet of computers with keys of their own, which speak the native protocol over kept connections.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, future, stream};
use migasfree_native::enrolment::{EnrolmentAnswer, EnrolmentRequest, Identity};
use migasfree_native::features::Features;
use migasfree_native::freshness::Nonce;
use migasfree_native::inventory::{ContentHash, Inventory, diff};
use migasfree_native::key::{KeyPair, PublicKey};
use migasfree_native::requests::{Call, ENROL, PLAN, RESULT};
use migasfree_native::signature::{answer, request};
use migasfree_native::synchronization::{
    AttributeReport, Definitions, Known, PlanAnswer, PlanRequest, Report, ResultAnswer,
    ResultRequest, SoftwareReport, Synchronization, Turn,
};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{Options, Pace, machines, project_of};
use crate::peer::{Machine, Transport, local_time};

const CLIENT: &str = "migasfree 6.0";

/// Computers with keys, and their connections to a server.
#[derive(Debug)]
pub struct NativeFleet {
    computers: Vec<Computer>,
    link: Link,
    concurrency: usize,
}

/// The way to a server, and the key that its answers are signed with.
#[derive(Debug)]
struct Link {
    http: reqwest::Client,
    url: String,
    server: PublicKey,
}

#[derive(Debug)]
struct Computer {
    key: KeyPair,
    project: String,
    machine: Machine,
    attributes: AttributeReport,
    attributes_hash: ContentHash,
    software: Inventory,
    software_hash: ContentHash,
    known: Known,
    line: Nonce,
    /// How many turns it said.
    turns: AtomicU64,
}

/// What keeps connections, and leaves bodies as they were signed.
pub fn keeping_connections() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_gzip().http1_only()
}

impl NativeFleet {
    /// Makes the computers and their keys, and asks the server for its own.
    ///
    /// # Errors
    /// When the server does not offer the native protocol.
    pub async fn meet(options: &Options) -> Result<Self> {
        let transport = Transport::new(&options.url);
        let info = transport.empty("/api/v1/public/server/info/").await?;
        let info = info.accepted()?;
        let server = info["native"]["server_key"]
            .as_str()
            .context("the server offers no native protocol")?
            .parse()?;
        let computers = (0..options.computers).map(|index| {
            let project = project_of(index, &options.projects);
            let machine = machines::machine(options.seed, index, project, options.packages);
            Computer::new(project, machine)
        });
        Ok(Self {
            computers: computers.collect(),
            link: Link {
                http: keeping_connections().build()?,
                url: options.url.clone(),
                server,
            },
            concurrency: options.concurrency.max(1),
        })
    }

    /// The key of a computer.
    #[must_use]
    pub fn key(&self, index: usize) -> Option<&KeyPair> {
        self.computers.get(index).map(|one| &one.key)
    }

    /// Speaks to the server at another address from now on, with connections of `http`.
    pub fn reach(&mut self, url: &str, http: reqwest::Client) {
        url.clone_into(&mut self.link.url);
        self.link.http = http;
    }

    /// Enrols every computer in a project that takes them by itself.
    ///
    /// # Errors
    /// The first refusal.
    pub async fn enrol(&self) -> Result<Pace> {
        let all = self.computers.iter();
        in_lanes(all.map(|one| one.enrol(&self.link)), self.concurrency).await
    }

    /// Every computer tells everything it has to tell, and asks until there is nothing to do.
    ///
    /// # Errors
    /// The first refusal.
    pub async fn settle(&mut self) -> Result<Pace> {
        let (all, link) = (self.computers.iter_mut(), &self.link);
        in_lanes(all.map(|one| one.settle(link)), self.concurrency).await
    }

    /// Synchronises so many times with nothing to do, one computer after the other.
    ///
    /// # Errors
    /// The first refusal, or work.
    pub async fn synchronise_idly(&self, times: usize) -> Result<Pace> {
        let all = self.computers.iter().cycle().take(times);
        in_lanes(all.map(|one| one.nothing(&self.link)), self.concurrency).await
    }

    /// Installs a package on the first `some` computers and synchronises them: a plan and a result.
    ///
    /// # Errors
    /// The first refusal.
    pub async fn install(&mut self, some: usize) -> Result<Pace> {
        let (some, link) = (self.computers.iter_mut().take(some), &self.link);
        in_lanes(some.map(|one| one.install(link)), self.concurrency).await
    }
}

async fn in_lanes<F>(all: impl Iterator<Item = F>, lanes: usize) -> Result<Pace>
where
    F: Future<Output = Result<()>>,
{
    let started = Instant::now();
    let done = stream::iter(all).buffer_unordered(lanes);
    let count = done
        .try_fold(0, |count, ()| future::ready(Ok(count + 1)))
        .await?;
    Ok(Pace {
        count,
        elapsed: started.elapsed(),
    })
}

impl Computer {
    fn new(project: &str, mut machine: Machine) -> Self {
        let software = Inventory::new(std::mem::take(&mut machine.packages));
        let attributes = AttributeReport {
            identity: Identity {
                uuid: machine.uuid.clone(),
                name: machine.name.clone(),
                fqdn: machine.fqdn.clone(),
                ip_address: machine.ip_address.clone(),
            },
            user: machine.user.clone(),
            user_full_name: machine.fullname.clone(),
            ..AttributeReport::default()
        };
        Self {
            key: KeyPair::generate(random),
            project: project.to_owned(),
            machine,
            attributes_hash: attributes.hash(),
            attributes,
            software_hash: software.hash(),
            software,
            known: Known::default(),
            line: Nonce::generate(random),
            turns: AtomicU64::new(0),
        }
    }

    async fn enrol(&self, link: &Link) -> Result<()> {
        let request = EnrolmentRequest {
            public_key: *self.key.public(),
            identity: self.attributes.identity.clone(),
            project: Some(self.project.clone()),
            platform: None,
            pms: "apt".to_owned(),
            architecture: "amd64".to_owned(),
            tags: Vec::new(),
            token: None,
            operator: None,
            previous: None,
            features: Features::all(),
        };
        match self.call(link, &ENROL, &request).await? {
            EnrolmentAnswer::Enrolled(_) => Ok(()),
            other => bail!("{} is not let in: {other:?}", self.machine.name),
        }
    }

    async fn settle(&mut self, link: &Link) -> Result<()> {
        self.known = serde_json::from_value(json!({
            "properties": "", "fault_definitions": "", "repositories": "", "repository_keys": "",
            "mandatory_packages": "", "traits": "", "tags": "", "apps": "", "categories": "",
        }))?;
        let plan = self.plan(link, Report::default()).await?;
        let properties = plan.definitions.properties.context("no properties")?;
        for property in properties.value {
            let value = self.machine.evaluate(&property.prefix);
            self.attributes.attributes.insert(property.prefix, value);
        }
        self.attributes_hash = self.attributes.hash();
        let told = Report {
            attributes: Some(self.attributes.clone()),
            ..Report::default()
        };
        self.plan(link, told).await?;
        let told = Report {
            software: Some(SoftwareReport::Full(self.software.clone())),
            hardware: Some(self.machine.hardware.clone()),
            synchronizations: vec![done()],
            end: true,
            ..Report::default()
        };
        self.tell(link, told).await?;
        for _ in 0..3 {
            if self.plan(link, Report::default()).await?.is_nothing() {
                return Ok(());
            }
        }
        bail!("{} always has something to do", self.machine.name)
    }

    async fn nothing(&self, link: &Link) -> Result<()> {
        let plan = self.call(link, &PLAN, &self.question()).await?;
        ensure!(plan.is_nothing(), "{}: {plan:?}", self.machine.name);
        Ok(())
    }

    async fn install(&mut self, link: &Link) -> Result<()> {
        let package = format!("bench-tool-{}_1.0_all.deb", self.software.len());
        let software = Inventory::new(self.software.lines().chain([package.as_str()]));
        let difference = diff(&self.software, &software);
        self.software = software;
        self.software_hash = difference.target;
        let plan = self.plan(link, Report::default()).await?;
        let wanted = plan.wanted.software.context("the software is not wanted")?;
        ensure!(wanted.base == Some(difference.base), "{wanted:?}");
        let told = Report {
            software: Some(SoftwareReport::Difference(difference)),
            synchronizations: vec![done()],
            end: true,
            ..Report::default()
        };
        self.tell(link, told).await
    }

    fn question(&self) -> PlanRequest {
        PlanRequest {
            features: Features::all(),
            client: CLIENT.to_owned(),
            attributes: self.attributes_hash,
            software: Some(self.software_hash),
            known: self.known.clone(),
            turn: Some(Turn {
                line: self.line,
                number: 1 + self.turns.fetch_add(1, Ordering::Relaxed),
            }),
            synchronization: Some(done()),
            report: Report::default(),
        }
    }

    async fn plan(&mut self, link: &Link, report: Report) -> Result<PlanAnswer> {
        let question = PlanRequest {
            report,
            ..self.question()
        };
        let plan = self.call(link, &PLAN, &question).await?;
        ensure!(plan.refused.is_empty(), "{:?}", plan.refused);
        if !plan.definitions.is_empty() {
            self.keep(&plan.definitions)?;
        }
        Ok(plan)
    }

    /// Remembers which editions came.
    fn keep(&mut self, given: &Definitions) -> Result<()> {
        let mut known = serde_json::to_value(&self.known)?;
        let given = serde_json::to_value(given)?;
        for (name, definition) in given.as_object().into_iter().flatten() {
            known[name.as_str()] = definition["edition"].clone();
        }
        self.known = serde_json::from_value(known)?;
        Ok(())
    }

    async fn tell(&self, link: &Link, report: Report) -> Result<()> {
        let said = ResultRequest {
            features: Features::all(),
            client: CLIENT.to_owned(),
            report,
        };
        let answer = self.call(link, &RESULT, &said).await?;
        ensure!(answer == ResultAnswer::default(), "{answer:?}");
        Ok(())
    }

    /// Signs a call, sends it, and reads an answer that the server signed for it.
    async fn call<B, A>(&self, link: &Link, call: &Call<B, A>, body: &B) -> Result<A>
    where
        B: Serialize,
        A: DeserializeOwned,
    {
        let body = serde_json::to_vec(body)?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let target = request::Target {
            method: "POST",
            path: call.path,
            query: None,
        };
        let signer = request::Signer {
            key: &self.key,
            server: link.server.thumbprint(),
            created: seconds()?,
            nonce: Nonce::generate(random),
        };
        let signature = request::sign(&target, &mut headers, &body, &signer)?;
        let url = format!("{}{}", link.url, call.path);
        let sent = link.http.post(url).headers(headers).body(body).send();
        let response = sent.await?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await?;
        let text = || format!("{}: {status} {}", call.path, String::from_utf8_lossy(&body));
        answer::verify(status, &headers, &body, &link.server, &signature).with_context(text)?;
        ensure!(matches!(status, 200 | 201), text());
        Ok(serde_json::from_slice(&body)?)
    }
}

fn done() -> Synchronization {
    Synchronization {
        start: format!("{}Z", local_time()),
        consumer: CLIENT.to_owned(),
        packages_ok: true,
        stages: std::collections::BTreeMap::new(),
    }
}

fn seconds() -> Result<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_secs())?)
}

fn random(bytes: &mut [u8]) {
    aws_lc_rs::rand::fill(bytes).expect("the system has random numbers");
}
