//! Whether the task that does the jobs still answers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How often it answers while it waits for something that may last.
const OFTEN: Duration = Duration::from_secs(1);

/// Questions whether somebody is there, and the last one that was answered.
#[derive(Debug, Default)]
pub struct Pulse {
    asked: AtomicU64,
    answered: AtomicU64,
}

impl Pulse {
    /// Asks anew; `false` when nobody answered since the last time.
    pub fn ask(&self) -> bool {
        let last = self.asked.fetch_add(1, Ordering::Relaxed);
        self.answered.load(Ordering::Relaxed) == last
    }

    /// Here I am.
    pub fn answer(&self) {
        let asked = self.asked.load(Ordering::Relaxed);
        self.answered.store(asked, Ordering::Relaxed);
    }

    /// Answers while something is waited for that may last.
    pub async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        let mut often = tokio::time::interval(OFTEN);
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = often.tick() => self.answer(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_answer_is_noticed_until_they_do() {
        let pulse = Pulse::default();
        assert!(pulse.ask());
        assert!(!pulse.ask());
        assert!(!pulse.ask());
        pulse.answer();
        assert!(pulse.ask());
    }
}
