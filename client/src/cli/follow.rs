//! Following a job of the daemon to its end. The job belongs to the daemon: it goes on whatever happens here.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use migasfree_dbus::{JobFilter, JobProxy, JobState, ManagerProxy};
use zbus::{Connection, ObjectPath, OwnedObjectPath};

use super::context::Context;
use super::exit::Exit;
use super::failure::Failure;
use super::report::{End, Reporter};
use super::signals::Interruptions;
use super::work::Consent;
use crate::job::ResultCode;
use crate::observer::{OutputStream, Progress, REMOVAL_QUESTION};
use crate::texts::Text;

/// How long a daemon that went away is waited for.
const PATIENCE: u32 = 60;
/// Bytes of output asked for at a time.
const PIECE: u32 = 64 * 1024;

/// A job as seen from outside.
pub struct Follower<'a> {
    context: &'a Context,
    bus: &'a Connection,
    path: OwnedObjectPath,
    reporter: &'a Reporter,
    /// Bytes of output told so far.
    told: u64,
    pending: Vec<u8>,
    state: Option<JobState>,
    /// As it was known last.
    percent: u8,
    asked_to_stop: bool,
    consent: Consent,
}

/// How one connection to the daemon ended.
enum Ended {
    Finished(End),
    DaemonGone,
    Left,
}

impl<'a> Follower<'a> {
    pub fn new(
        context: &'a Context,
        bus: &'a Connection,
        path: OwnedObjectPath,
        reporter: &'a Reporter,
    ) -> Self {
        reporter.set_job(path.as_str().rsplit('/').next().unwrap_or_default());
        Self {
            context,
            bus,
            path,
            reporter,
            told: 0,
            pending: Vec::new(),
            state: None,
            percent: 0,
            asked_to_stop: false,
            consent: Consent::new(context.language, false),
        }
    }

    /// With `true` the answer to questions is yes.
    pub fn consenting(mut self, consents: bool) -> Self {
        self.consent = Consent::new(self.context.language, consents);
        self
    }

    /// Follows the job and tells how it ended.
    pub async fn finish(self) -> Result<Exit, Failure> {
        let reporter = self.reporter;
        let end = self.end().await?;
        reporter.finished(&end);
        Ok(end.exit())
    }

    /// Follows the job to its end, which is left for the caller to tell.
    pub async fn end(mut self) -> Result<End, Failure> {
        let mut patience = PATIENCE;
        loop {
            match self.follow().await {
                Ok(Ended::Finished(end)) => {
                    self.tell(&[], true);
                    let declined = end.code == ResultCode::Policy && self.consent.was_declined();
                    return Ok(if declined { End::declined() } else { end });
                }
                Ok(Ended::Left) => return Err(Failure::Silent(Exit::STOPPED)),
                Ok(Ended::DaemonGone) => {}
                Err(Failure::Bus(migasfree_dbus::Error::ZBus(_))) if patience > 0 => {}
                Err(failure) => return Err(failure),
            }
            patience = patience.saturating_sub(1);
            if patience == 0 {
                let id = self
                    .path
                    .as_str()
                    .rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                return Err(Failure::Said(
                    Text::ErrorDaemonLost,
                    vec![id],
                    Exit::TEMPORARY,
                ));
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn follow(&mut self) -> Result<Ended, Failure> {
        let path = ObjectPath::try_from(self.path.as_str())?.to_owned();
        let job = JobProxy::builder(self.bus).path(path).build().await?;
        let mut output = job.receive_output().await?;
        let mut questions = job.receive_question().await?;
        let mut finished = job.receive_finished().await?;
        let mut owner = job.inner().receive_owner_changed().await?;
        let mut interruptions =
            Interruptions::listen().map_err(|_| Failure::Silent(Exit::STOPPED))?;
        let mut look = tokio::time::interval(Duration::from_millis(200));
        job.subscribe().await?;
        self.drain_output(&job).await?;
        loop {
            tokio::select! {
                Some(signal) = output.next() => {
                    let arguments = signal.args()?;
                    self.heard(&job, *arguments.offset(), arguments.bytes()).await?;
                }
                Some(signal) = questions.next() => {
                    let arguments = signal.args()?;
                    let mut data = BTreeMap::new();
                    for (key, value) in arguments.data() {
                        let value = value.try_clone().ok().and_then(|value| value.try_into().ok());
                        data.insert((*key).to_owned(), value.unwrap_or_default());
                    }
                    self.answer(&job, *arguments.id(), arguments.kind(), &data).await?;
                }
                Some(signal) = finished.next() => {
                    self.drain_output(&job).await?;
                    // The first signal is for everybody, and has no reason in it: the record has.
                    let code = ResultCode::parse(signal.args()?.code());
                    return Ok(Ended::Finished(self.recorded_end(code).await?));
                }
                Some(owner) = owner.next() => {
                    if owner.is_none() {
                        return Ok(Ended::DaemonGone);
                    }
                }
                () = interruptions.next() => {
                    if std::mem::replace(&mut self.asked_to_stop, true) {
                        return Ok(Ended::Left);
                    }
                    // A script of a package is not stopped by a slip of the hand.
                    if !job.allow_cancel().await? && job.allow_admin_cancel().await? {
                        let id = self.path.as_str().rsplit('/').next().unwrap_or_default();
                        self.reporter.remark(Text::ScriptsRun, &[id]);
                        continue;
                    }
                    self.reporter.remark(Text::Cancelling, &[]);
                    if let Err(error) = job.cancel().await
                        && let Some(message) = Failure::from(error).message(self.context.language)
                    {
                        self.reporter.output(OutputStream::Err, &message);
                    }
                }
                _ = look.tick() => {
                    if let Some(ended) = self.look_at(&job).await? {
                        return Ok(ended);
                    }
                }
            }
        }
    }

    /// Properties, which the proxy keeps up to date by itself.
    async fn look_at(&mut self, job: &JobProxy<'_>) -> Result<Option<Ended>, Failure> {
        let state = job.state().await?;
        if self.state != Some(state) {
            self.state = Some(state);
            self.tell_state(job, state).await;
        }
        match state {
            JobState::Running | JobState::Cancelling => {
                if let Some(known) = known(job.percent().await?) {
                    self.percent = known;
                }
                let mut progress = Progress::of(job.stage().await?, self.percent);
                progress.item = job.item().await.unwrap_or_default();
                progress.bytes_done = job.bytes_done().await?;
                progress.bytes_total = job.bytes_total().await?;
                progress.speed = job.speed().await?;
                self.reporter.progress(&progress);
                Ok(None)
            }
            JobState::Finished => {
                self.drain_output(job).await?;
                let code = ResultCode::parse(&job.error_code().await?);
                let end = self.recorded_end(code).await?;
                Ok(Some(Ended::Finished(end)))
            }
            _ => Ok(None),
        }
    }

    /// How a job ended, as the daemon keeps it.
    async fn recorded_end(&self, code: ResultCode) -> Result<End, Failure> {
        let id = self.path.as_str().rsplit('/').next().unwrap_or_default();
        let manager = ManagerProxy::new(self.bus).await?;
        let records = manager.list_jobs(JobFilter::default()).await?;
        let record = records.into_iter().find(|record| record.id == id);
        let said = record.and_then(|record| record.told());
        Ok(End { code, said })
    }

    async fn tell_state(&self, job: &JobProxy<'_>, state: JobState) {
        let text = match state {
            JobState::Queued => Text::Queued,
            JobState::WaitingNetwork => Text::WaitingNetwork,
            JobState::Authorizing => Text::Authorizing,
            JobState::WaitingLock => {
                let holder = job
                    .subject()
                    .await
                    .ok()
                    .and_then(|subject| subject.lock_holder);
                return self
                    .reporter
                    .remark(Text::Waiting, &[&holder.unwrap_or_default(), "?"]);
            }
            _ => return,
        };
        self.reporter.remark(text, &[]);
    }

    async fn heard(
        &mut self,
        job: &JobProxy<'_>,
        offset: u64,
        bytes: &[u8],
    ) -> Result<(), Failure> {
        let end = offset + bytes.len() as u64;
        if offset > self.told {
            return self.drain_output(job).await;
        }
        if end > self.told {
            let known = usize::try_from(self.told - offset)
                .unwrap_or(usize::MAX)
                .min(bytes.len());
            self.told = end;
            self.tell(&bytes[known..], false);
        }
        Ok(())
    }

    async fn drain_output(&mut self, job: &JobProxy<'_>) -> Result<(), Failure> {
        loop {
            let (next, bytes) = job.read_output(self.told, PIECE).await?;
            if bytes.is_empty() {
                return Ok(());
            }
            self.told = next;
            self.tell(&bytes, false);
        }
    }

    /// Tells whole lines; at the end also what has no line end.
    fn tell(&mut self, bytes: &[u8], end: bool) {
        self.pending.extend_from_slice(bytes);
        while let Some(position) = self.pending.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.pending.drain(..=position).collect();
            self.reporter
                .output(OutputStream::Out, String::from_utf8_lossy(&line).trim_end());
        }
        if end && !self.pending.is_empty() {
            let rest = std::mem::take(&mut self.pending);
            self.reporter
                .output(OutputStream::Out, &String::from_utf8_lossy(&rest));
        }
    }

    async fn answer(
        &self,
        job: &JobProxy<'_>,
        question: u32,
        kind: &str,
        data: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        if kind == REMOVAL_QUESTION {
            job.answer(question, &self.consent.ask(data).await).await?;
        }
        Ok(())
    }
}

/// A percentage of the bus, which has a number above all of them for one that is not known.
fn known(percent: u32) -> Option<u8> {
    u8::try_from(percent).ok().filter(|percent| *percent <= 100)
}

#[cfg(test)]
mod tests {
    use super::known;

    use migasfree_dbus::names::PERCENT_UNKNOWN;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_not_known_is_no_percentage(percent: u32) {
            prop_assert_eq!(known(percent).map(u32::from), (percent <= 100).then_some(percent));
            prop_assert_eq!(known(PERCENT_UNKNOWN), None);
            prop_assert_eq!(known(100), Some(100));
        }
    }
}
