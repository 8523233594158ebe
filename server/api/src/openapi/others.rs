//! What is no entity: signing in, statistics, what computers and programs ask without signing in.

use migasfree_server_domain::core::user_profiles::USER_PROFILES;
use migasfree_server_entity::{action::Verb, entity::Like};
use utoipa::openapi::{
    Content, HttpMethod, Response, ResponseBuilder,
    path::{Operation, OperationBuilder},
    request_body::RequestBodyBuilder,
    security::SecurityRequirement,
};

use super::{
    document::{answer, empty, query, refusing, verb},
    schemas::{self, like},
    taken,
};
use crate::accounts::account;
use crate::stats;

type Members = &'static [(&'static str, Like)];

/// One call.
struct Call {
    verb: Verb,
    path: &'static str,
    summary: &'static str,
    asks: Members,
    takes: Takes,
    gives: Gives,
    /// Whether nobody has to sign in.
    open: bool,
}

/// What is sent.
enum Takes {
    Members(Members),
    /// What may be changed of one's own account.
    Account,
}

/// What is answered.
enum Gives {
    Members(Members),
    Like(Like),
    Named(&'static str),
    /// A list of such objects.
    Listed(Members),
    /// The connection becomes a WebSocket.
    Socket,
    /// OpenAPI in one of its two media types.
    Description,
}

const fn call(verb: Verb, path: &'static str, summary: &'static str) -> Call {
    Call {
        verb,
        path,
        summary,
        asks: &[],
        takes: Takes::Members(&[]),
        gives: Gives::Members(&[]),
        open: false,
    }
}

impl Call {
    const fn open(mut self) -> Self {
        self.open = true;
        self
    }

    const fn asking(mut self, asks: Members) -> Self {
        self.asks = asks;
        self
    }

    const fn taking(mut self, takes: Members) -> Self {
        self.takes = Takes::Members(takes);
        self
    }

    const fn taking_account(mut self) -> Self {
        self.takes = Takes::Account;
        self
    }

    const fn giving(mut self, members: Members) -> Self {
        self.gives = Gives::Members(members);
        self
    }

    const fn gives(mut self, gives: Gives) -> Self {
        self.gives = gives;
        self
    }
}

/// A row of some entity.
const HIT: Members = &[
    ("entity", Like::Text),
    ("id", Like::Integer),
    ("text", Like::Text),
    ("summary", Like::Text),
];
/// An entity.
const META: Members = &[
    ("name", Like::Text),
    ("route", Like::Text),
    ("one", Like::Text),
    ("many", Like::Text),
    ("rights", Like::Object),
    ("belongs", Like::Text),
    ("text", Like::Text),
    ("list", Like::Texts),
    ("fields", Like::Objects),
    ("filters", Like::Objects),
    ("ordering", Like::Texts),
    ("searchable", Like::Boolean),
    ("exported", Like::Boolean),
    ("relations", Like::Objects),
];
const CREDENTIALS: Members = &[("username", Like::Text), ("password", Like::Text)];
const DETAIL: Members = &[("detail", Like::Text)];
const SERVER: Members = &[
    ("version", Like::Text),
    ("author", Like::Texts),
    ("contact", Like::Text),
    ("homepage", Like::Text),
    ("organization", Like::Text),
    ("additions", Like::Texts),
];

const CALLS: &[Call] = &[
    call(
        Verb::Post,
        "/rest-auth/login/",
        "Sign in; programs get a token",
    )
    .taking(CREDENTIALS)
    .giving(&[("key", Like::Text)])
    .open(),
    call(
        Verb::Post,
        "/rest-auth/logout/",
        "End this session or token",
    )
    .giving(DETAIL),
    call(Verb::Get, "/rest-auth/user/", "One's own account").gives(Gives::Named("UserProfile")),
    call(Verb::Put, "/rest-auth/user/", "Change one's own account")
        .taking_account()
        .gives(Gives::Named("UserProfile")),
    call(Verb::Patch, "/rest-auth/user/", "Change one's own account")
        .taking_account()
        .gives(Gives::Named("UserProfile")),
    call(
        Verb::Post,
        "/rest-auth/password/change/",
        "Change one's own password; other sessions and tokens end",
    )
    .taking(&[
        ("old_password", Like::Text),
        ("new_password1", Like::Text),
        ("new_password2", Like::Text),
    ])
    .giving(DETAIL),
    call(Verb::Post, "/token-auth/", "A token for a program")
        .taking(CREDENTIALS)
        .giving(&[("token", Like::Text)])
        .open(),
    call(Verb::Post, "/token-auth-jwt/", "A pair of JSON web tokens")
        .taking(CREDENTIALS)
        .giving(&[("refresh", Like::Text), ("access", Like::Text)])
        .open(),
    call(Verb::Post, "/token-refresh/", "Another access token")
        .taking(&[("refresh", Like::Text)])
        .giving(&[("access", Like::Text)])
        .open(),
    call(
        Verb::Post,
        "/api/token/verify/",
        "Whether a JSON web token is good",
    )
    .taking(&[("token", Like::Text)])
    .open(),
    call(Verb::Get, "/api/v1/token/search/", "Search over everything")
        .asking(&[("q", Like::Text)])
        .gives(Gives::Listed(HIT)),
    call(
        Verb::Get,
        "/api/v1/token/meta/",
        "What is declared of the entities one may view: fields, filters, rights, relations",
    )
    .gives(Gives::Listed(META)),
    call(
        Verb::Post,
        "/api/v1/token/events/ticket/",
        "A ticket that opens one WebSocket",
    )
    .giving(&[("ticket", Like::Text), ("expires_in", Like::Integer)]),
    call(Verb::Get, "/api/v1/token/events/", "WebSocket: live events")
        .asking(&[("ticket", Like::Text)])
        .gives(Gives::Socket),
    call(
        Verb::Get,
        "/alerts/",
        "WebSocket: the alerts, every ten seconds",
    )
    .asking(&[("ticket", Like::Text)])
    .gives(Gives::Socket),
    call(Verb::Get, "/api/schema/", "This description")
        .asking(&[("format", Like::Text)])
        .gives(Gives::Description)
        .open(),
    call(Verb::Get, "/health", "Whether the server is well")
        .giving(&[("status", Like::Text), ("version", Like::Text)])
        .open(),
    call(
        Verb::Get,
        "/api/v1/public/server/info/",
        "What this server is",
    )
    .giving(SERVER)
    .open(),
    call(
        Verb::Post,
        "/api/v1/public/server/info/",
        "What this server is",
    )
    .giving(SERVER)
    .open(),
    call(Verb::Get, "/api/v1/public/pms/", "Package managers").open(),
    call(
        Verb::Get,
        "/api/v1/public/languages/",
        "Languages of formulas",
    )
    .open(),
    call(
        Verb::Post,
        "/api/v1/public/keys/project/",
        "The keys of a project's computers",
    )
    .taking(&[
        ("username", Like::Text),
        ("password", Like::Text),
        ("project", Like::Text),
        ("pms", Like::Text),
        ("platform", Like::Text),
        ("architecture", Like::Text),
    ])
    .giving(&[
        ("migasfree-server.pub", Like::Text),
        ("migasfree-client.pri", Like::Text),
    ])
    .open(),
    call(
        Verb::Post,
        "/api/v1/public/keys/packager/",
        "The keys of packagers",
    )
    .taking(CREDENTIALS)
    .giving(&[
        ("migasfree-server.pub", Like::Text),
        ("migasfree-packager.pri", Like::Text),
    ])
    .open(),
    call(
        Verb::Get,
        "/api/v1/public/keys/repositories/",
        "The key that signs repositories",
    )
    .giving(&[("public_key", Like::Text)])
    .open(),
    call(
        Verb::Post,
        "/api/v1/public/repository-url-template/",
        "Where repositories are",
    )
    .gives(Gives::Like(Like::Text))
    .open(),
];

/// The calls of computers and packagers, below `/api/v1/safe/`. All look the same from outside.
const SEALED: &[&str] = &[
    "catalog/apps/available/",
    "catalog/categories/",
    "catalog/requests/",
    "catalog/requests/list/",
    "catalog/requests/withdraw/",
    "computers/",
    "computers/attributes/",
    "computers/attributes/assigned/",
    "computers/attributes/cid/",
    "computers/devices/",
    "computers/errors/",
    "computers/faults/",
    "computers/faults/definitions/",
    "computers/hardware/",
    "computers/hardware/required/",
    "computers/id/",
    "computers/info/",
    "computers/label/",
    "computers/packages/mandatory/",
    "computers/properties/",
    "computers/repositories/",
    "computers/software/",
    "computers/tags/",
    "computers/tags/assigned/",
    "computers/tags/available/",
    "computers/traits/",
    "devices/capabilities/",
    "devices/devices/available/",
    "devices/logical/assign/",
    "devices/logical/available/",
    "devices/logical/set-default/",
    "eot/",
    "keys/repositories/",
    "packages/",
    "packages/repos/",
    "packages/set/",
    "synchronizations/",
];

/// Their paths, verbs and operations.
pub fn operations() -> Vec<(String, HttpMethod, Operation)> {
    let mut all: Vec<_> = CALLS
        .iter()
        .map(|call| {
            let (method, _) = verb(call.verb);
            (
                call.path.to_owned(),
                method,
                refusing(described(call.path, call).build()),
            )
        })
        .collect();
    for path in SEALED {
        let path = format!("/api/v1/safe/{path}");
        let call = call(Verb::Post, "", "A sealed call of a computer or a packager")
            .taking(&[("msg", Like::Object), ("project", Like::Text)])
            .giving(&[("msg", Like::Object)])
            .open();
        // Refusals of sealed calls are what version 5 says, a text or an object.
        let refusal = || answer("Refused", like(Like::Anything));
        let operation = ["400", "401", "403", "404"]
            .into_iter()
            .fold(described(&path, &call), |operation, status| {
                operation.response(status, refusal())
            });
        all.push((path, HttpMethod::Post, refusing(operation.build())));
    }
    for (path, asks, gives) in stats::described() {
        let call = call(Verb::Get, "", "A statistic").gives(Gives::Like(gives));
        let mut operation = described(&path, &call);
        for name in asks {
            let kind = match *name {
                "attributes" => Like::Ids,
                id if id.ends_with("_id") => Like::Integer,
                _ => Like::Text,
            };
            operation = operation.parameter(query(name, like(kind), ""));
        }
        all.push((path, HttpMethod::Get, refusing(operation.build())));
    }
    all
}

/// An answer in plain text.
fn text(description: &str) -> Response {
    ResponseBuilder::new()
        .description(description)
        .content("text/plain", Content::new(Some(like(Like::Text))))
        .build()
}

fn described(path: &str, call: &Call) -> OperationBuilder {
    let (_, name) = verb(call.verb);
    let words: Vec<&str> = path
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
        Takes::Account => Some(taken::some(&USER_PROFILES, &account::OWN)),
    };
    if let Some(taken) = taken {
        let taken = || Content::new(Some(taken.clone()));
        let body = RequestBodyBuilder::new()
            .content("application/json", taken())
            .content("application/x-www-form-urlencoded", taken())
            .content("multipart/form-data", taken());
        operation = operation.request_body(Some(body.build()));
    }
    if call.path.starts_with("/api/v1/public/keys/") {
        let refusal = || answer("Refused", like(Like::Anything));
        operation = ["400", "403"]
            .into_iter()
            .fold(operation, |operation, status| {
                operation.response(status, refusal())
            });
    }
    operation = match call.gives {
        Gives::Like(kind) => operation.response("200", answer("Done", like(kind))),
        Gives::Members([]) => operation.response("200", answer("Done", like(Like::Object))),
        Gives::Members(members) => {
            operation.response("200", answer("Done", schemas::members(members)))
        }
        Gives::Named(name) => operation.response("200", answer("Done", schemas::reference(name))),
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
