//! The life of a job: waiting, downloading, changing packages, done.

use std::sync::Arc;

use migasfree_dbus::{
    AppRecord, AppState, FinishedDetail, JobQuestion, JobRecord, JobRole, JobState, JobSubject,
    Level, ResultCode, Stage, names,
};
use zbus::object_server::SignalEmitter;
use zbus::{Connection, OwnedObjectPath};

use super::catalog::Catalog;
use super::job::Job;
use super::manager::Manager;
use super::stock;
use super::world::{Task, World, now, uid};

/// Serves the jobs that are already over, so that their logs can be read.
pub(super) async fn recall(connection: &Connection, world: &Arc<World>) -> zbus::Result<()> {
    let ids: Vec<u64> = world.facts().jobs.keys().copied().collect();
    for id in ids {
        serve(connection, world, id).await?;
    }
    Ok(())
}

async fn serve(connection: &Connection, world: &Arc<World>, id: u64) -> zbus::Result<()> {
    let job = Job {
        world: world.clone(),
        id,
    };
    connection
        .object_server()
        .at(names::job_path(id), job)
        .await?;
    Ok(())
}

/// Starts a job and answers its path.
pub(super) async fn start(
    connection: &Connection,
    world: &Arc<World>,
    role: JobRole,
    subject: JobSubject,
) -> zbus::Result<OwnedObjectPath> {
    let id = {
        let mut facts = world.facts();
        let id = facts.jobs.keys().next_back().copied().unwrap_or(0) + 1;
        let waiting = facts
            .jobs
            .values()
            .filter(|task| task.record.state != JobState::Finished);
        let position = u32::try_from(waiting.count()).unwrap_or(0);
        let record = JobRecord {
            id: id.to_string(),
            path: names::job_path(id).to_string(),
            role,
            origin: "user".to_owned(),
            subject: JobSubject {
                position: Some(position.saturating_sub(1)),
                ..subject
            },
            state: JobState::Queued,
            percent: 101,
            owner_uid: uid(),
            created: now(),
            allow_cancel: true,
            reboot: "none".to_owned(),
            ..JobRecord::default()
        };
        facts.jobs.insert(
            id,
            Task {
                record,
                ..Task::default()
            },
        );
        id
    };
    serve(connection, world, id).await?;
    let manager = SignalEmitter::new(connection, names::ROOT_PATH)?;
    Manager::job_added(&manager, names::job_path(id)).await?;
    let run = Run {
        connection: connection.clone(),
        world: world.clone(),
        id,
    };
    tokio::spawn(async move {
        if let Err(error) = run.live().await {
            eprintln!("job {id}: {error}");
        }
    });
    Ok(names::job_path(id))
}

struct Run {
    connection: Connection,
    world: Arc<World>,
    id: u64,
}

impl Run {
    async fn live(&self) -> zbus::Result<()> {
        let _turn = self.world.turn.lock().await;
        if self.is_cancelled() {
            return self.finish(ResultCode::ByUser, "").await;
        }
        self.change(|task| task.record.started = Some(now()))
            .await?;
        if self.needs_admin() {
            self.change(|task| task.record.state = JobState::Authorizing)
                .await?;
            tokio::time::sleep(self.world.scene.step() * 8).await;
            return self
                .finish(ResultCode::NotAuthorized, "polkit said no")
                .await;
        }
        self.change(|task| task.record.state = JobState::Running)
            .await?;
        let role = self.role();
        if role == JobRole::Install && !self.world.scene.removals.is_empty() {
            let (agreed, code) = self.ask().await?;
            if !agreed {
                let why = "sketch-classic would be removed without having been named; that takes the right package-remove";
                return self.finish(code, why).await;
            }
        }
        let stages: &[(Stage, u32)] = match role {
            JobRole::Sync => &[
                (Stage::Connect, 5),
                (Stage::Attributes, 20),
                (Stage::Metadata, 35),
                (Stage::Software, 85),
                (Stage::Hardware, 92),
                (Stage::Record, 100),
            ],
            JobRole::Remove => &[(Stage::Remove, 100)],
            JobRole::Upgrade => &[(Stage::Download, 60), (Stage::Upgrade, 100)],
            JobRole::Refresh => &[(Stage::Metadata, 100)],
            _ => &[(Stage::Download, 60), (Stage::Install, 100)],
        };
        let mut percent = 0;
        for (stage, end) in stages {
            while percent < *end {
                if self.is_cancelled() && (stage.cancellable() || stage.runs_scripts()) {
                    return self.finish(ResultCode::ByUser, "").await;
                }
                percent = (percent + 4).min(*end);
                self.step(*stage, percent).await?;
                tokio::time::sleep(self.world.scene.step()).await;
            }
        }
        self.settle().await?;
        self.finish(ResultCode::Ok, "").await
    }

    /// Asks who may remove whether that may be, the others are refused. Answers whether to go on, and why not.
    async fn ask(&self) -> zbus::Result<(bool, ResultCode)> {
        if self.world.scene.removals == "refuses" {
            return Ok((false, ResultCode::Policy));
        }
        self.change(|task| {
            task.record.state = JobState::WaitingAnswer;
            task.question = stock::removal_question();
        })
        .await?;
        let mut alone = 0;
        let ended = loop {
            tokio::time::sleep(self.world.scene.step()).await;
            let (answer, heard) = {
                let facts = self.world.facts();
                let task = facts.jobs.get(&self.id);
                task.map(|task| (task.answer.clone(), task.heard))
                    .unwrap_or_default()
            };
            alone = if heard { 0 } else { alone + 1 };
            match answer.as_deref() {
                _ if self.is_cancelled() => break (false, ResultCode::ByUser),
                Some("accept") => break (true, ResultCode::Ok),
                Some(_) => break (false, ResultCode::Policy),
                None if alone > 20 => break (false, ResultCode::Policy),
                None => {}
            }
        };
        self.change(|task| {
            task.question = JobQuestion::default();
            if ended.0 {
                task.record.state = JobState::Running;
            }
        })
        .await?;
        Ok(ended)
    }

    async fn step(&self, stage: Stage, percent: u32) -> zbus::Result<()> {
        let line = self.advance(stage, percent);
        let emitter = self.emitter()?;
        if let Some((offset, line)) = line {
            Job::output(&emitter, offset, "out", line.into_bytes()).await?;
        }
        self.tell(&emitter).await
    }

    /// Moves the job on; answers what was written, and where.
    fn advance(&self, stage: Stage, percent: u32) -> Option<(u64, String)> {
        const TOTAL: u64 = 41_800_000;
        let mut facts = self.world.facts();
        let task = facts.jobs.get_mut(&self.id)?;
        let package = task
            .record
            .subject
            .packages
            .first()
            .cloned()
            .unwrap_or_default();
        task.record.stage = stage;
        task.record.percent = percent;
        task.record.allow_cancel = stage.cancellable();
        task.record.allow_admin_cancel = stage.runs_scripts();
        task.record.item.clone_from(&package);
        if stage == Stage::Download {
            task.record.bytes_total = TOTAL;
            task.record.bytes_done = TOTAL * u64::from(percent) / 60;
            task.speed = 3_100_000;
        } else {
            task.speed = 0;
        }
        let offset = task.output.len() as u64;
        let line = format!("{stage}: {package} {percent}%\n");
        task.output.push_str(&line);
        task.record.output_bytes = task.output.len() as u64;
        Some((offset, line))
    }

    /// What the job did to its applications.
    async fn settle(&self) -> zbus::Result<()> {
        let changed = {
            let mut facts = self.world.facts();
            let Some(task) = facts.jobs.get(&self.id) else {
                return Ok(());
            };
            let role = task.record.role;
            let state = match role {
                JobRole::Install | JobRole::Upgrade => AppState::Installed,
                JobRole::Remove => AppState::Installable,
                _ => return Ok(()),
            };
            let mut ids = task.record.subject.apps.clone();
            if role == JobRole::Upgrade && ids.is_empty() {
                let newer = |app: &&AppRecord| app.state == AppState::UpdateAvailable;
                ids.extend(facts.apps.iter().filter(newer).map(|app| app.id));
                facts.system_updates.clear();
            }
            for app in facts.apps.iter_mut().filter(|app| ids.contains(&app.id)) {
                stock::set_state(app, state);
            }
            ids.into_iter().map(|id| (id, state)).collect()
        };
        let emitter = SignalEmitter::new(&self.connection, names::ROOT_PATH)?;
        Catalog::states_changed(&emitter, changed).await?;
        let updates = self.world.updates();
        let security = updates.iter().filter(|update| update.security).count();
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Manager::updates_changed(&emitter, count(updates.len()), count(security)).await
    }

    async fn finish(&self, code: ResultCode, message: &str) -> zbus::Result<()> {
        self.change(|task| {
            task.record.state = JobState::Finished;
            task.record.ended = Some(now());
            task.record.result = Some(code.result());
            task.record.error_code = Some(code.to_string());
            task.record.message = (!message.is_empty()).then(|| message.to_owned());
            task.record.allow_cancel = false;
            task.record.allow_admin_cancel = false;
        })
        .await?;
        let emitter = self.emitter()?;
        Job::finished(
            &emitter,
            code.result(),
            code.as_str(),
            "",
            FinishedDetail::default(),
        )
        .await
    }

    async fn change(&self, how: impl FnOnce(&mut Task)) -> zbus::Result<()> {
        if let Some(task) = self.world.facts().jobs.get_mut(&self.id) {
            how(task);
        }
        self.tell(&self.emitter()?).await
    }

    async fn tell(&self, emitter: &SignalEmitter<'_>) -> zbus::Result<()> {
        let job = Job {
            world: self.world.clone(),
            id: self.id,
        };
        job.state_changed(emitter).await?;
        job.percent_changed(emitter).await
    }

    fn emitter(&self) -> zbus::Result<SignalEmitter<'static>> {
        SignalEmitter::new(&self.connection, names::job_path(self.id)).map(|one| one.into_owned())
    }

    fn is_cancelled(&self) -> bool {
        let facts = self.world.facts();
        (facts.jobs.get(&self.id)).is_some_and(|task| task.record.state == JobState::Cancelling)
    }

    fn role(&self) -> JobRole {
        let facts = self.world.facts();
        facts
            .jobs
            .get(&self.id)
            .map(|task| task.record.role)
            .unwrap_or_default()
    }

    fn needs_admin(&self) -> bool {
        let facts = self.world.facts();
        let Some(task) = facts.jobs.get(&self.id) else {
            return false;
        };
        let ids = &task.record.subject.apps;
        (facts.apps.iter()).any(|app| app.level == Level::Admin && ids.contains(&app.id))
    }
}
