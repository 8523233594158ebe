//! What is about no entity: signing in, statistics, what computers and programs ask without signing in.

use migasfree_server_entity::{
    action::Verb,
    call::{Call, Gives, LINES, Takes, call},
    entity::Like,
    registry::Registry,
};
use migasfree_types::message::MEDIA_TYPE;
use utoipa::openapi::{
    Content, HttpMethod, RefOr, Response, ResponseBuilder,
    path::{Operation, OperationBuilder},
    request_body::RequestBodyBuilder,
    security::SecurityRequirement,
};

use super::{
    document::{answer, empty, query, refusing, verb},
    schemas::{self, like},
    taken,
};
use crate::stats;

/// The paths, verbs and operations of these calls and of the statistics.
pub fn operations(
    registry: &'static Registry,
    calls: &[Call],
) -> Vec<(String, HttpMethod, Operation)> {
    let mut all: Vec<_> = calls
        .iter()
        .map(|call| {
            let (method, _) = verb(call.verb);
            let operation = refusing(described(call).build());
            (call.path.clone(), method, with_problems(call, operation))
        })
        .collect();
    for (path, asks, gives) in stats::described(registry) {
        let call = call(Verb::Get, path, "A statistic").gives(Gives::Like(gives));
        let mut operation = described(&call);
        for name in asks {
            let kind = match *name {
                "attributes" => Like::Ids,
                id if id.ends_with("_id") => Like::Integer,
                _ => Like::Text,
            };
            operation = operation.parameter(query(name, like(kind), ""));
        }
        all.push((call.path, HttpMethod::Get, refusing(operation.build())));
    }
    all
}

/// The operation with refusals that are problems, whatever is asked for, where the call has such.
fn with_problems(call: &Call, mut operation: Operation) -> Operation {
    if call.problems.is_empty() {
        return operation;
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else {
            continue;
        };
        if status.starts_with(['4', '5']) {
            let problem = Content::new(Some(schemas::reference("Problem")));
            if !call.refuses.contains(&status.as_str()) {
                response.content.clear();
            }
            let media_type = MEDIA_TYPE.to_owned();
            response.content.insert(media_type, problem.into());
        }
    }
    operation
}

/// An answer in plain text.
fn text(description: &str) -> Response {
    ResponseBuilder::new()
        .description(description)
        .content("text/plain", Content::new(Some(like(Like::Text))))
        .build()
}

fn described(call: &Call) -> OperationBuilder {
    let (_, name) = verb(call.verb);
    let words: Vec<&str> = call
        .path
        .split('/')
        .filter(|word| !word.is_empty() && !word.starts_with('{'))
        .collect();
    let id = words.join("_").replace('-', "_");
    // `/api/v1/token/stats/…` belongs to `stats`, `/rest-auth/…` to itself.
    let tag = match words.as_slice() {
        ["api", "v1", "token", family, ..] | ["api", "v1", family, ..] | [family, ..] => *family,
        [] => "",
    };
    let mut operation = OperationBuilder::new()
        .tag(tag)
        .operation_id(Some(format!("{id}_{name}")))
        .summary(Some(call.summary));
    for (name, kind) in call.asks {
        operation = operation.parameter(query(name, like(*kind), ""));
    }
    let taken = match call.takes {
        Takes::Members([]) => None,
        Takes::Members(members) => Some(schemas::members(members)),
        Takes::Some(entity, names) => Some(taken::some(entity, names)),
    };
    if let Some(taken) = taken {
        let taken = || Content::new(Some(taken.clone()));
        let body = RequestBodyBuilder::new()
            .content("application/json", taken())
            .content("application/x-www-form-urlencoded", taken())
            .content("multipart/form-data", taken());
        operation = operation.request_body(Some(body.build()));
    }
    // A text, or an object.
    let refusal = || answer("Refused", like(Like::Anything));
    for status in call.refuses.iter().chain(call.problems) {
        operation = operation.response(*status, refusal());
    }
    operation = match call.gives {
        Gives::Like(kind) => operation.response("200", answer("Done", like(kind))),
        Gives::Members([]) => operation.response("200", answer("Done", like(Like::Object))),
        Gives::Members(members) => {
            operation.response("200", answer("Done", schemas::members(members)))
        }
        Gives::Named(name) => operation.response("200", answer("Done", schemas::reference(name))),
        Gives::Added(name) => operation
            .response(
                "200",
                answer("It was there already", schemas::reference(name)),
            )
            .response("201", answer("What was added", schemas::reference(name))),
        Gives::Description => {
            let written = |kind| Content::new(Some(like(kind)));
            let response = ResponseBuilder::new()
                .description("OpenAPI as JSON or YAML")
                .content("application/vnd.oai.openapi+json", written(Like::Object))
                .content("application/vnd.oai.openapi", written(Like::Anything));
            operation.response("200", response.build())
        }
        Gives::Listed(members) => {
            let list = schemas::list(schemas::members(members));
            operation.response("200", answer("All of them", list))
        }
        Gives::Lines(members) => {
            let response = ResponseBuilder::new()
                .description("An object in each line")
                .content(LINES, Content::new(Some(schemas::members(members))));
            operation.response("200", response.build())
        }
        Gives::Files(kinds) => {
            let response = ResponseBuilder::new().description("A file");
            let response = kinds.iter().fold(response, |response, kind| {
                response.content(*kind, Content::new(Some(like(Like::File))))
            });
            operation.response("200", response.build())
        }
        Gives::Elsewhere => operation.response("303", empty("Where to go on")),
        Gives::Socket => operation
            .response("101", empty("The WebSocket"))
            .response("400", text("The request opens no WebSocket")),
    };
    let unknown = answer("Nobody signed in", schemas::reference("Failure"));
    operation = operation.response("401", unknown);
    if call.open {
        operation.security(SecurityRequirement::default())
    } else {
        operation
    }
}
