//! A package manager without packages.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use migasfree_client::job::{Job, JobId};
use migasfree_client::observer::{LockHolder, Progress, Stage};
use migasfree_client::pms::{
    Action, Candidate, FoundPackage, InstalledPackage, PackageManager, PackageName, Plan, PmsError,
    RepositoryAccess, apt,
};
use migasfree_client::policy::{Facts, Mandate};
use migasfree_client::transport::messages::Repository;

#[derive(Debug, Default)]
pub struct FakePackages {
    pub installed: Mutex<BTreeMap<String, String>>,
    /// Names that exist nowhere.
    pub unknown: Vec<String>,
    /// Names that cannot be installed beside what there is.
    pub impossible: Vec<String>,
    /// Fails every change.
    pub broken: bool,
    pub refresh_fails: bool,
    /// Left unfinished by earlier work, and no repair helps.
    pub half_done: Vec<String>,
    /// Those of them that work steps over.
    pub set_aside: Vec<String>,
    /// An earlier program left a change at work, and it ends well.
    pub at_work: bool,
    pub key: Mutex<Option<String>>,
    pub repositories: Mutex<Option<Vec<Repository>>>,
    pub actions: Mutex<Vec<Action>>,
}

impl FakePackages {
    pub fn with(names: &[&str]) -> Self {
        let installed = names
            .iter()
            .map(|name| ((*name).to_owned(), "1".to_owned()))
            .collect();
        Self {
            installed: Mutex::new(installed),
            ..Self::default()
        }
    }
}

#[async_trait]
impl PackageManager for FakePackages {
    fn name(&self) -> &'static str {
        "apt"
    }

    fn extension(&self) -> &'static str {
        "deb"
    }

    fn name_of(&self, text: &str) -> Result<PackageName, PmsError> {
        apt::check_name(text)
    }

    async fn architectures(&self) -> Result<String, PmsError> {
        Ok("amd64".to_owned())
    }

    async fn installed(&self) -> Result<Vec<InstalledPackage>, PmsError> {
        let package = |(name, version): (&String, &String)| InstalledPackage {
            name: name.clone(),
            version: version.clone(),
            architecture: "all".into(),
            origin: String::new(),
        };
        Ok(self.installed.lock().unwrap().iter().map(package).collect())
    }

    async fn available(&self, _prefix: &str, _limit: usize) -> Result<Vec<String>, PmsError> {
        Ok(Vec::new())
    }

    async fn search(&self, _pattern: &str, _limit: usize) -> Result<Vec<FoundPackage>, PmsError> {
        Ok(Vec::new())
    }

    async fn candidates(&self, _names: &[PackageName]) -> Result<Vec<Candidate>, PmsError> {
        Ok(Vec::new())
    }

    fn stamp(&self) -> u64 {
        0
    }

    async fn plan(&self, _action: &Action) -> Result<Plan, PmsError> {
        Ok(Plan::default())
    }

    async fn broken(&self) -> Result<Vec<String>, PmsError> {
        Ok(self.half_done.clone())
    }

    async fn set_aside(&self) -> Result<Vec<String>, PmsError> {
        Ok(self.set_aside.clone())
    }

    async fn facts(&self, _plan: &Plan) -> Result<Facts, PmsError> {
        Ok(Facts::default())
    }

    async fn run(
        &self,
        action: &Action,
        _mandate: &Mandate,
        job: &Job<'_>,
    ) -> Result<(), PmsError> {
        self.actions.lock().unwrap().push(action.clone());
        job.observer.progress(&Progress::of(Stage::Download, 50));
        if job.cancel.is_cancelled() {
            return Err(PmsError::Cancelled);
        }
        match action {
            Action::Refresh if self.refresh_fails => Err(PmsError::Download("no lists".into())),
            Action::Refresh => Ok(()),
            _ if self.broken => Err(PmsError::Backend("dpkg is angry".into())),
            Action::Install(names) => {
                if let Some(name) = names
                    .iter()
                    .find(|name| self.unknown.iter().any(|u| u == name.as_str()))
                {
                    return Err(PmsError::NotFound(name.as_str().to_owned()));
                }
                if let Some(name) = names
                    .iter()
                    .find(|name| self.impossible.iter().any(|one| one == name.as_str()))
                {
                    return Err(PmsError::Dependency(format!("{name} : Depends: nothing")));
                }
                let mut installed = self.installed.lock().unwrap();
                for name in names {
                    installed
                        .entry(name.as_str().to_owned())
                        .or_insert_with(|| "1".to_owned());
                }
                Ok(())
            }
            Action::Remove(names) => {
                let mut installed = self.installed.lock().unwrap();
                installed.retain(|name, _| !names.iter().any(|gone| gone.as_str() == name));
                Ok(())
            }
            Action::Upgrade | Action::UpgradeKeeping | Action::UpgradePackages(_) => Ok(()),
        }
    }

    async fn attach(&self, _job: &Job<'_>) -> Option<Result<(), PmsError>> {
        self.at_work.then_some(Ok(()))
    }

    fn forget(&self, _job: &JobId) {}

    async fn repair(&self, _job: &Job<'_>) -> Result<bool, PmsError> {
        match self.half_done.as_slice() {
            [] => Ok(false),
            left => Err(PmsError::Unrepaired {
                packages: left.join(" "),
                reason: "dpkg is angry".into(),
            }),
        }
    }

    fn lock_holder(&self) -> Option<LockHolder> {
        None
    }

    fn import_key(&self, _access: &RepositoryAccess, armored: &str) -> Result<bool, PmsError> {
        *self.key.lock().unwrap() = Some(armored.to_owned());
        Ok(true)
    }

    fn trusted_key(&self, _access: &RepositoryAccess) -> Option<String> {
        self.key.lock().unwrap().clone()
    }

    fn write_repositories(
        &self,
        _access: &RepositoryAccess,
        repositories: &[Repository],
    ) -> Result<bool, PmsError> {
        *self.repositories.lock().unwrap() = Some(repositories.to_vec());
        Ok(true)
    }

    fn reboot_required(&self) -> Vec<String> {
        Vec::new()
    }
}
