//! Questions have an answer in time, or a fault: the view never waits for ever.

use migasfree_play_records::Fault;
use std::{future::Future, time::Duration};

/// How long a question may take; the package manager may be busy meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);

/// The answer, or that there was none.
pub async fn within<T>(question: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    within_time(PATIENCE, question).await
}

async fn within_time<T>(
    patience: Duration,
    question: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    match tokio::time::timeout(patience, question).await {
        Ok(answer) => answer,
        Err(_) => Err(Fault::new(
            "busy",
            format!("no answer after {} seconds", patience.as_secs()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_question_that_is_never_answered_is_a_fault() {
        let never = std::future::pending::<Result<(), Fault>>();
        let fault = within_time(Duration::from_millis(10), never).await.err();
        assert_eq!(fault.map(|fault| fault.code).as_deref(), Some("busy"));
    }
}
