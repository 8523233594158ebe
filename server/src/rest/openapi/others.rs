//! What is no entity: signing in, statistics, what computers and programs ask without signing in.

use utoipa::openapi::{
    Content, HttpMethod, RefOr, Schema,
    path::{Operation, OperationBuilder},
    request_body::RequestBodyBuilder,
    security::SecurityRequirement,
};

use super::{
    document::{answer, empty, query, verb},
    schemas::{self, like},
};
use crate::{
    rest::{action::Verb, entity::Like},
    stats,
};

type Members = &'static [(&'static str, Like)];

/// One call.
struct Call {
    verb: Verb,
    path: &'static str,
    summary: &'static str,
    asks: Members,
    takes: Members,
    gives: Gives,
    /// Whether nobody has to sign in.
    open: bool,
}

/// What is answered.
enum Gives {
    Members(Members),
    Named(&'static str),
    /// Rows of several entities.
    Hits,
    /// The connection becomes a WebSocket.
    Socket,
}

const fn call(verb: Verb, path: &'static str, summary: &'static str) -> Call {
    Call {
        verb,
        path,
        summary,
        asks: &[],
        takes: &[],
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
        self.takes = takes;
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

const CREDENTIALS: Members = &[("username", Like::Text), ("password", Like::Text)];
const ACCOUNT: Members = &[
    ("email", Like::Text),
    ("first_name", Like::Text),
    ("last_name", Like::Text),
];
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
        .taking(ACCOUNT)
        .gives(Gives::Named("UserProfile")),
    call(Verb::Patch, "/rest-auth/user/", "Change one's own account")
        .taking(ACCOUNT)
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
        .gives(Gives::Hits),
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
                described(call.path, call).build(),
            )
        })
        .collect();
    for path in SEALED {
        let path = format!("/api/v1/safe/{path}");
        let call = call(Verb::Post, "", "A sealed call of a computer or a packager")
            .taking(&[("msg", Like::Object), ("project", Like::Text)])
            .giving(&[("msg", Like::Object)])
            .open();
        let operation = described(&path, &call).build();
        all.push((path, HttpMethod::Post, operation));
    }
    for (path, asks) in stats::described() {
        let call = call(Verb::Get, "", "A statistic");
        let mut operation = described(&path, &call);
        for name in asks {
            let kind = match *name {
                "attributes" => Like::Ids,
                id if id.ends_with("_id") => Like::Integer,
                _ => Like::Text,
            };
            operation = operation.parameter(query(name, like(kind), ""));
        }
        all.push((path, HttpMethod::Get, operation.build()));
    }
    all
}

fn hit() -> RefOr<Schema> {
    schemas::members(&[
        ("entity", Like::Text),
        ("id", Like::Integer),
        ("text", Like::Text),
        ("summary", Like::Text),
    ])
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
    if !call.takes.is_empty() {
        let taken = || Content::new(Some(schemas::members(call.takes)));
        let body = RequestBodyBuilder::new()
            .content("application/json", taken())
            .content("application/x-www-form-urlencoded", taken())
            .content("multipart/form-data", taken());
        operation = operation
            .request_body(Some(body.build()))
            .response("400", answer("Refused", schemas::reference("Error")));
    }
    operation = match call.gives {
        Gives::Members([]) => operation.response("200", answer("Done", like(Like::Object))),
        Gives::Members(members) => {
            operation.response("200", answer("Done", schemas::members(members)))
        }
        Gives::Named(name) => operation.response("200", answer("Done", schemas::reference(name))),
        Gives::Hits => operation.response("200", answer("Found", schemas::list(hit()))),
        Gives::Socket => operation.response("101", empty("The WebSocket")),
    };
    if call.open {
        operation.security(SecurityRequirement::default())
    } else {
        operation.response(
            "401",
            answer("Nobody signed in", schemas::reference("Error")),
        )
    }
}
