//! What people do themselves: everything about their own account, unless a call says that programs may, too.

use axum::extract::Request;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use migasfree_server_auth::{AuthError, Operator};
use migasfree_server_entity::call::{Call, Served};

use crate::ApiState;

/// Where the calls about one's own account are.
const OWN: [&str; 3] = [
    "/rest-auth/",
    "/api/v1/token/account/",
    "/api/v1/token/device-code/",
];

/// The calls; those about one's own account answer nobody but who is there in person.
pub(crate) fn asked_for(calls: Vec<Served<ApiState>>, state: &ApiState) -> Vec<Served<ApiState>> {
    let guarded = |served: Served<ApiState>| {
        if !is_asked_for(&served.call) {
            return served;
        }
        let guard = from_fn_with_state(state.clone(), in_person);
        Served {
            call: served.call,
            answers: served.answers.route_layer(guard),
        }
    };
    calls.into_iter().map(guarded).collect()
}

fn is_asked_for(call: &Call) -> bool {
    !call.open && !call.programs && OWN.iter().any(|own| call.path.starts_with(own))
}

async fn in_person(
    operator: Operator,
    request: Request,
    next: Next,
) -> Result<Response, AuthError> {
    operator.in_person()?;
    Ok(next.run(request).await)
}
