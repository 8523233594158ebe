//! The calls of the native protocol. All are POST with a body of JSON, signed, and answered with signed JSON; a refusal
//! is a [`Problem`](migasfree_types::message::Problem).
//!
//! Uploading packages is for packagers, who have no computer's key: it stays among the sealed calls.

use std::marker::PhantomData;

use migasfree_types::computer::{
    AppId, AppRequest, ComputerInfo, Label, Page, TagRules, Tags, Trait,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::actions::{ActionResults, ActionsTaken};
use crate::certificates::{CertificateGiven, CertificateWanted};
use crate::enrolment::{EnrolmentAnswer, EnrolmentRequest};
use crate::synchronization::{PlanAnswer, PlanRequest, ResultAnswer, ResultRequest};

/// A call with what it is asked and what it answers.
#[derive(Debug)]
pub struct Call<B, A> {
    /// The whole path.
    pub path: &'static str,
    bodies: PhantomData<fn(B) -> A>,
}

impl<B, A> Call<B, A> {
    const fn at(path: &'static str) -> Self {
        Self {
            path,
            bodies: PhantomData,
        }
    }
}

/// A computer asks to be known by its key. The only call whose key the server need not know.
pub const ENROL: Call<EnrolmentRequest, EnrolmentAnswer> = Call::at("/api/native/1/enrolment/");

/// What is to be done.
pub const PLAN: Call<PlanRequest, PlanAnswer> = Call::at("/api/native/1/synchronization/plan/");

/// What was done and found out.
pub const RESULT: Call<ResultRequest, ResultAnswer> =
    Call::at("/api/native/1/synchronization/result/");

/// How far actions are whose orders came with a plan.
pub const ACTION_RESULT: Call<ActionResults, ActionsTaken> =
    Call::at("/api/native/1/actions/result/");

/// A certificate for a key that this computer made for that alone.
pub const CERTIFICATE: Call<CertificateWanted, CertificateGiven> =
    Call::at("/api/native/1/certificate/");

/// Everything about this computer, as far as the server tells it.
pub const INFO: Call<Nothing, ComputerInfo> = Call::at("/api/native/1/computer/info/");

/// What is printed on the label of this computer.
pub const LABEL: Call<Nothing, Label> = Call::at("/api/native/1/computer/label/");

/// What the last synchronisation found out.
pub const TRAITS: Call<Nothing, Vec<Trait>> = Call::at("/api/native/1/computer/traits/");

/// Attributes of this computer.
pub const ATTRIBUTES: Call<AttributesWanted, Page<Value>> =
    Call::at("/api/native/1/computer/attributes/");

/// Tags of this computer and those it may choose from.
pub const TAGS: Call<Nothing, Tags> = Call::at("/api/native/1/computer/tags/");

/// Replaces the tags; the answer is what they ask to be installed and removed.
pub const SET_TAGS: Call<TagsChosen, TagRules> = Call::at("/api/native/1/computer/tags/set/");

/// Asks the organisation for an application; who asks again gets the request that waits.
pub const REQUEST_APP: Call<AppWanted, AppRequest> = Call::at("/api/native/1/catalogue/requests/");

/// The requests of the people at this computer, newest first.
pub const APP_REQUESTS: Call<Nothing, Vec<AppRequest>> =
    Call::at("/api/native/1/catalogue/requests/list/");

/// Takes a request back that waits; one that was decided stays as it is.
pub const WITHDRAW_REQUEST: Call<RequestChosen, AppRequest> =
    Call::at("/api/native/1/catalogue/requests/withdraw/");

/// The paths of all calls that are made by a computer that is known by its key.
pub const KNOWN: [&str; 13] = [
    PLAN.path,
    RESULT.path,
    ACTION_RESULT.path,
    CERTIFICATE.path,
    INFO.path,
    LABEL.path,
    TRAITS.path,
    ATTRIBUTES.path,
    TAGS.path,
    SET_TAGS.path,
    REQUEST_APP.path,
    APP_REQUESTS.path,
    WITHDRAW_REQUEST.path,
];

/// The sealed call by which a computer moves over: the member `id` and those of [`MoveOver`](crate::enrolment::MoveOver).
pub const MOVE_OVER: &str = "/api/v1/safe/computers/key/";

/// Nothing is asked beside the call itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nothing {}

/// Which attributes are asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AttributesWanted {
    /// Just the one that stands for this computer alone.
    pub only_own: bool,
}

/// The tags that a computer is to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagsChosen {
    /// `PREFIX-value`; none clears all.
    pub tags: Vec<String>,
}

/// The application that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppWanted {
    /// Its number.
    pub app: AppId,
    /// The account at the computer.
    pub person: String,
    /// Why.
    #[serde(default)]
    pub justification: String,
}

/// A request for an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestChosen {
    /// Its number.
    pub request: i64,
}
