//! What happened in the daemon, for whom it concerns outside of it. Services say it here, and know nothing of the bus.

use std::fmt;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;

use super::jobs::Event;
use super::remote::Tiding;
use crate::observer::Question;

/// Something that happened. What "may be another one" is compared with what was told before.
#[derive(Debug)]
pub enum Happened<'a> {
    /// A job came.
    JobAdded(u64),
    /// A job may look different.
    JobChanged(u64),
    /// A worker said something.
    JobSpoke(u64, &'a [Event]),
    /// A job asks its owner, with the number of the question.
    JobAsks(u64, u32, &'a Question),
    /// A job is over.
    JobFinished(u64),
    /// A job that is over is of no more interest.
    JobRemoved(u64),
    /// Queue, positions and states of applications may be other ones.
    QueueChanged,
    /// What the daemon says of itself may be another thing.
    ManagerChanged,
    /// The catalogue has another content: these applications.
    CatalogChanged(Vec<u32>),
    /// The catalogue was fetched.
    CatalogFetched,
    /// States of applications may be other ones.
    StatesChanged,
    /// Updates, and changes that policies demand, may be other ones.
    OutlookChanged,
    /// The computer should be restarted after this job.
    RestartWanted(u64),
    /// Packages were added, removed or upgraded.
    PackagesChanged,
    /// The server's record of this computer is another one.
    ComputerChanged,
    /// The tags are other ones.
    TagsChanged,
    /// Remote support has to tell something to these connections.
    Remote(&'a [String], &'a Tiding),
}

/// Who wants to know.
#[async_trait]
pub trait Listener: Send + Sync + fmt::Debug {
    /// Passes it on. Whoever said it waits for that, so that everything is heard in its order.
    async fn hear(&self, happened: Happened<'_>);
}

/// Where services say what happened.
#[derive(Clone, Default)]
pub struct News(Arc<OnceLock<Arc<dyn Listener>>>);

impl News {
    /// Who hears it from now on. Before, nobody does.
    pub fn listen(&self, listener: Arc<dyn Listener>) {
        let _ = self.0.set(listener);
    }

    /// Says that something happened.
    pub async fn tell(&self, happened: Happened<'_>) {
        if let Some(listener) = self.0.get() {
            listener.hear(happened).await;
        }
    }
}

// The listener has services that say things themselves.
impl fmt::Debug for News {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("News")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Mutex;

    use super::*;

    #[derive(Debug, Default)]
    struct Notebook(Mutex<Vec<String>>);

    #[async_trait]
    impl Listener for Notebook {
        async fn hear(&self, happened: Happened<'_>) {
            tokio::task::yield_now().await;
            self.0.lock().unwrap().push(format!("{happened:?}"));
        }
    }

    #[tokio::test]
    async fn who_listens_has_heard_it_when_the_next_thing_happens() {
        let (news, notebook) = (News::default(), Arc::new(Notebook::default()));
        news.tell(Happened::TagsChanged).await;
        news.listen(notebook.clone());
        let service = news.clone();
        service.tell(Happened::JobAdded(1)).await;
        assert_eq!(*notebook.0.lock().unwrap(), ["JobAdded(1)"]);
        service.tell(Happened::CatalogChanged(vec![3])).await;
        assert_eq!(
            *notebook.0.lock().unwrap(),
            ["JobAdded(1)", "CatalogChanged([3])"]
        );
    }
}
