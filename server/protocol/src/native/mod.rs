//! The native protocol: computers sign what they ask with keys of their own, and the server what it answers with its own.
//!
//! Every call is a function from who calls and what is said to what is answered, over the same functions of the domain that
//! answer the sealed calls. [`arrival`] is the way all of them go.

mod arrival;
mod body;
mod calls;
mod denial;
pub mod key;
mod written;

use std::sync::Arc;

use axum::routing::MethodRouter;
use axum::{Extension, Router};
use migasfree_native::requests;
use migasfree_server_entity::{
    action::Verb,
    call::{Gives, Members, Served, call, routes},
    entity::Like,
};

use crate::ProtocolState;
use crate::safe::Protocol;
use arrival::{Front, known, posted};
pub(crate) use calls::enrolment::{key_text, waiting, welcome};

/// Statuses of refusals.
const PROBLEMS: [&str; 9] = [
    "400", "401", "403", "409", "413", "415", "429", "503", "507",
];

/// The calls that programs are told of.
pub(crate) fn calls() -> Vec<Served<ProtocolState>> {
    let call = |path: &str, summary| {
        call(Verb::Post, path, summary)
            .with_problems(&PROBLEMS)
            .open()
    };
    let signed = |path: &str,
                  summary: &'static str,
                  takes: Members,
                  gives: Members,
                  answers: MethodRouter<ProtocolState>| {
        call(path, summary)
            .taking(takes)
            .giving(gives)
            .served(answers)
    };
    let listed = |path: &str,
                  summary: &'static str,
                  gives: Members,
                  answers: MethodRouter<ProtocolState>| {
        call(path, summary)
            .gives(Gives::Listed(gives))
            .served(answers)
    };
    let report: Members = &[
        ("features", Like::Texts),
        ("client", Like::Text),
        ("report", Like::Object),
    ];
    let answered: Members = &[("wanted", Like::Object), ("refused", Like::Objects)];
    let request: Members = &[
        ("id", Like::Integer),
        ("state", Like::Text),
        ("comment", Like::Text),
    ];
    vec![
        call(
            requests::ENROL.path,
            "A computer asks to be known by its key",
        )
        .refusing(&["403"])
        .taking(&[
            ("public_key", Like::Text),
            ("uuid", Like::Text),
            ("name", Like::Text),
            ("project", Like::Text),
            ("token", Like::Text),
        ])
        .giving(&[("state", Like::Text)])
        .served(posted(calls::enrolment::answer)),
        signed(
            requests::PLAN.path,
            "What a computer has to do",
            &[
                ("features", Like::Texts),
                ("client", Like::Text),
                ("attributes", Like::Text),
                ("software", Like::Text),
                ("known", Like::Object),
                ("synchronization", Like::Object),
                ("report", Like::Object),
            ],
            &[
                ("definitions", Like::Object),
                ("wanted", Like::Object),
                ("refused", Like::Objects),
                ("actions", Like::Texts),
            ],
            known(calls::plan::answer),
        ),
        signed(
            requests::RESULT.path,
            "What a computer did and found out",
            report,
            answered,
            known(calls::result::answer),
        ),
        signed(
            requests::ACTION_RESULT.path,
            "How far actions of a computer are",
            &[("results", Like::Objects)],
            &[("unknown", Like::Texts)],
            known(calls::actions::told),
        ),
        signed(
            requests::CERTIFICATE.path,
            "Gives a computer a certificate",
            &[("certificate_request", Like::Text)],
            &[
                ("certificate", Like::Text),
                ("chain", Like::Text),
                ("not_after", Like::Integer),
            ],
            known(calls::certificate::answer),
        ),
        signed(
            requests::INFO.path,
            "What the server knows of a computer",
            &[],
            &[("uuid", Like::Text), ("name", Like::Text)],
            known(calls::computer::info),
        ),
        signed(
            requests::LABEL.path,
            "What is printed on the label of a computer",
            &[],
            &[("uuid", Like::Text), ("name", Like::Text)],
            known(calls::computer::label),
        ),
        listed(
            requests::TRAITS.path,
            "What the last synchronization found out",
            &[
                ("id", Like::Integer),
                ("name", Like::Text),
                ("prefix", Like::Text),
                ("value", Like::Text),
            ],
            known(calls::computer::traits),
        ),
        signed(
            requests::ATTRIBUTES.path,
            "Attributes of a computer",
            &[("only_own", Like::Boolean)],
            &[("count", Like::Integer), ("results", Like::Objects)],
            known(calls::computer::attributes),
        ),
        signed(
            requests::TAGS.path,
            "Tags of a computer, and those it may choose from",
            &[],
            &[("assigned", Like::Texts), ("available", Like::Object)],
            known(calls::computer::tags),
        ),
        signed(
            requests::SET_TAGS.path,
            "Sets the tags of a computer",
            &[("tags", Like::Texts)],
            &[
                ("preinstall", Like::Texts),
                ("install", Like::Texts),
                ("remove", Like::Texts),
            ],
            known(calls::computer::set_tags),
        ),
        signed(
            requests::REQUEST_APP.path,
            "Asks for an application",
            &[
                ("app", Like::Integer),
                ("person", Like::Text),
                ("justification", Like::Text),
            ],
            request,
            known(calls::catalogue::ask),
        ),
        listed(
            requests::APP_REQUESTS.path,
            "What was asked for at a computer",
            request,
            known(calls::catalogue::list),
        ),
        signed(
            requests::WITHDRAW_REQUEST.path,
            "Takes a request for an application back",
            &[("request", Like::Integer)],
            request,
            known(calls::catalogue::withdraw),
        ),
    ]
}

/// Routes of this protocol.
pub(crate) fn router(state: &ProtocolState, protocol: Arc<Protocol>) -> Router<ProtocolState> {
    let front = Front::new(protocol, state.clock.now());
    routes(calls(), |route| route).layer(Extension(Arc::new(front)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use migasfree_native::requests::{ENROL, KNOWN};

    use super::calls;

    #[test]
    fn both_sides_name_the_same_calls() {
        let served: BTreeSet<String> = calls().into_iter().map(|one| one.call.path).collect();
        let named = KNOWN.into_iter().chain([ENROL.path]);
        let named: BTreeSet<String> = named.map(str::to_owned).collect();
        assert_eq!(served, named);
    }
}
