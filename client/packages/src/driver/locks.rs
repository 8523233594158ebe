//! Waiting for whoever else is at the package database.

use std::time::{Duration, Instant};

use super::Driver;
use crate::job::Job;
use crate::{PackageManager, PmsError};

impl Driver {
    pub(super) async fn wait_for_lock(&self, job: &Job<'_>) -> Result<(), PmsError> {
        let begun = Instant::now();
        let mut told = None;
        while let Some(holder) = self.lock_holder() {
            if told.as_ref() != Some(&holder) {
                job.observer.waiting_for_lock(Some(&holder));
                told = Some(holder.clone());
            }
            if begun.elapsed() >= self.lock_limit {
                return Err(PmsError::LockTimeout(holder));
            }
            tokio::select! {
                () = job.cancel.cancelled() => return Err(PmsError::Cancelled),
                () = tokio::time::sleep(Duration::from_millis(300)) => {}
            }
        }
        if told.is_some() {
            job.observer.waiting_for_lock(None);
        }
        Ok(())
    }
}
