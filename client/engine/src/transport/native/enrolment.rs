//! Asking to be known by the own key.

use migasfree_native::enrolment::{EnrolmentAnswer, EnrolmentRequest};
use migasfree_native::requests::ENROL;

use super::link::Link;
use crate::transport::error::ApiError;

/// Asks to be let in by the key of this link.
///
/// # Errors
/// [`ApiError`]. That the server lets nobody in is an answer.
pub async fn enrol(link: &Link, request: &EnrolmentRequest) -> Result<EnrolmentAnswer, ApiError> {
    let carries_credentials = request.operator.is_some();
    let confirmed = link
        .exchange(ENROL.path, request, carries_credentials)
        .await?;
    let answer: Option<EnrolmentAnswer> = serde_json::from_slice(&confirmed.response.body).ok();
    let Some(answer) = answer else {
        return Err(confirmed.refusal());
    };
    match &answer {
        // It would sign by another key than the one that signs this.
        EnrolmentAnswer::Enrolled(enrolled) if enrolled.server_key != link.server => {
            Err(ApiError::Changed {
                call: ENROL.path.to_owned(),
                reason: "it names another key of the server than its own".to_owned(),
            })
        }
        _ => Ok(answer),
    }
}
