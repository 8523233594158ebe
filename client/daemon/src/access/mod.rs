//! Who calls, and what they may do.

mod arguments;
mod authority;
mod caller;
mod polkit;
mod rate;
mod slots;
mod standin;

pub use arguments::{
    check_asked_ids, check_ids, check_justification, check_names, check_tags, check_text,
};
pub use authority::{Authority, Decision, Details, OwnUser};
pub use caller::{BusCallers, Caller, Callers};
pub use polkit::Polkit;
pub use rate::{Limits, QUEUED_JOBS, SUBSCRIBERS};
pub use slots::{Slot, Slots};

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use migasfree_dbus::{Action, Error};
use standin::StandIns;
use zbus::message::{Flags, Header};

use crate::sync::EngineText;
use crate::texts::Text;

/// How long a prompt may keep a job that is about to run.
const PROMPT_LIMIT: Duration = Duration::from_secs(60);

/// Decides about every call.
#[derive(Debug)]
pub struct Access {
    callers: Arc<dyn Callers>,
    authority: Arc<dyn Authority>,
    /// The name of this computer, for the texts of prompts.
    computer: RwLock<String>,
    limits: Limits,
}

/// The answer for a call that starts a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// The caller has the right.
    Granted,
    /// The caller may get it when polkit asks.
    MustAsk,
}

impl Access {
    /// Callers are identified by `callers` and their rights decided by `authority`; its prompts call this
    /// computer `computer`.
    #[must_use]
    pub fn new(callers: Arc<dyn Callers>, authority: Arc<dyn Authority>, computer: String) -> Self {
        Self {
            callers,
            authority,
            computer: RwLock::new(computer),
            limits: Limits::default(),
        }
    }

    /// Prompts call this computer so from now on.
    pub fn name_computer(&self, name: &str) {
        name.clone_into(
            &mut self
                .computer
                .write()
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    /// Who sent a message.
    pub async fn caller(&self, header: &Header<'_>) -> Result<Caller, Error> {
        self.callers.identify(header).await
    }

    /// A connection is gone.
    pub fn forget(&self, address: &str) {
        self.callers.forget(address);
    }

    /// How much a user may do in a while.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Lets a read through, or fails.
    pub async fn read(&self, header: &Header<'_>) -> Result<Caller, Error> {
        let caller = self.caller(header).await?;
        self.require(&caller, Action::Read, &Details::default(), false)
            .await?;
        Ok(caller)
    }

    /// Fails unless the caller has the right; with `interactive` polkit may ask, and this waits for the answer.
    pub async fn require(
        &self,
        caller: &Caller,
        action: Action,
        details: &Details,
        interactive: bool,
    ) -> Result<(), Error> {
        match self.decide(caller, action, details, interactive).await? {
            Decision::Granted => Ok(()),
            Decision::Dismissed => Err(Error::AuthCancelled(Text::Dismissed.told(&[]))),
            Decision::Challenge if interactive => {
                Err(Error::NotAuthorized(EngineText::ResultNoAgent.told(&[])))
            }
            Decision::Challenge | Decision::Refused => Err(refusal(action)),
        }
    }

    /// Whether the caller has the right now, without asking anybody.
    pub async fn has(&self, caller: &Caller, action: Action) -> bool {
        matches!(
            self.decide(caller, action, &Details::default(), false)
                .await,
            Ok(Decision::Granted)
        )
    }

    /// Whether a job may be made, and whether polkit has to ask before it may run.
    pub async fn admit(
        &self,
        caller: &Caller,
        action: Action,
        details: &Details,
        interactive: bool,
    ) -> Result<Admission, Error> {
        match self.decide(caller, action, details, false).await? {
            Decision::Granted => Ok(Admission::Granted),
            Decision::Challenge if interactive => Ok(Admission::MustAsk),
            _ => Err(refusal(action)),
        }
    }

    /// Whether somebody who asked for a job earlier still has the right, now that its turn comes. `address` is the
    /// connection they asked over; where it is gone, polkit is asked about them as a person. Who `authenticated` for it
    /// need not do so again, and who left cannot: they keep what they had unless it is refused now.
    pub async fn still_has(
        &self,
        address: &str,
        uid: u32,
        action: Action,
        details: &Details,
        authenticated: bool,
    ) -> Result<(), Error> {
        // Somebody may leave between the two questions; polkit then knows nobody of that name.
        if let Some(caller) = self.callers.find(address, uid).await
            && let Ok(decision) = self.decide(&caller, action, details, false).await
        {
            return match decision {
                Decision::Granted => Ok(()),
                Decision::Challenge if authenticated => Ok(()),
                // The queue does not wait for somebody who does not answer.
                Decision::Challenge => {
                    let asked = self.require(&caller, action, details, true);
                    let answer = tokio::time::timeout(PROMPT_LIMIT, asked).await;
                    answer.unwrap_or_else(|_| Err(refusal(action)))
                }
                _ => Err(refusal(action)),
            };
        }
        let mut refused = false;
        for caller in &StandIns::of(uid).callers {
            match self.decide(caller, action, details, false).await? {
                Decision::Granted | Decision::Challenge => return Ok(()),
                _ => refused = true,
            }
        }
        if refused {
            Err(refusal(action))
        } else {
            Ok(())
        }
    }

    /// Whether somebody who asked for a job earlier has a right without being asked for it.
    pub async fn holds(&self, address: &str, uid: u32, action: Action) -> bool {
        match self.callers.find(address, uid).await {
            Some(caller) => self.has(&caller, action).await,
            None => {
                for caller in &StandIns::of(uid).callers {
                    if self.has(caller, action).await {
                        return true;
                    }
                }
                false
            }
        }
    }

    /// The plain answer of the authority; root is never asked.
    pub async fn decide(
        &self,
        caller: &Caller,
        action: Action,
        details: &Details,
        interactive: bool,
    ) -> Result<Decision, Error> {
        if caller.is_root() {
            return Ok(Decision::Granted);
        }
        let details = {
            let computer = self.computer.read().unwrap_or_else(PoisonError::into_inner);
            details.clone().on(&computer)
        };
        self.authority
            .decide(caller, action, &details, interactive)
            .await
    }
}

/// Whether the message itself says that a prompt is welcome, for methods without options.
#[must_use]
pub fn prompt_is_welcome(header: &Header<'_>) -> bool {
    header
        .primary()
        .flags()
        .contains(Flags::ALLOW_INTERACTIVE_AUTH)
}

fn refusal(action: Action) -> Error {
    Error::NotAuthorized(Text::NotAllowed.told(&[action.id()]))
}
