//! The paths of every declared entity.

use migasfree_server_entity::{
    action::{Action, Gives, Verb},
    address::TOKEN,
    call::Call,
    entity::{Csv, Entity, Like, Target, Write, put_extra},
    filter::{LONGEST, Operation as Compare, loose},
    registry::{Registry, Resource},
    schema::Type,
};
use utoipa::openapi::{
    Components, Content, Header, HttpMethod, InfoBuilder, OpenApi, OpenApiBuilder, PathItem,
    PathsBuilder, RefOr, Required, Response, ResponseBuilder, Schema,
    path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, ParameterStyle},
    request_body::{RequestBody, RequestBodyBuilder},
    schema::Type as Json,
    security::{
        ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
    },
};

use super::{
    others,
    schemas::{self, Schemas, like, of_type},
    taken,
};

type Any = RefOr<Schema>;

const ABOUT: &str = "Fleet management for GNU/Linux desktops.\n\n\
    Refusals are described as they are answered by default. A request whose `Accept` names `application/problem+json` gets \
    them as RFC 9457 has it: `title`, `status`, `detail`, a stable `code` with its `args`, and `errors`, which gives \
    `field`, `code`, `args` and `text` of each refused value.";

/// Describes everything that is declared, and these calls.
pub fn build(registry: &'static Registry, calls: &[Call]) -> OpenApi {
    let mut schemas = Schemas::new(registry);
    for (name, schema) in schemas::refusals() {
        schemas.named.insert(name.to_owned(), schema);
    }
    let mut found = Vec::new();
    for resource in &registry.resources {
        found.extend(Described::new(resource, &mut schemas).operations());
    }
    found.extend(others::operations(registry, calls));
    let mut paths = PathsBuilder::new();
    for (path, method, operation) in found {
        let mut item = PathItem::new(method, operation);
        item.parameters = in_path(&path);
        paths = paths.path(path, item);
    }
    let mut components = Components::new();
    components.schemas.extend(schemas.named);
    let token = ApiKeyValue::with_description("Authorization", "`Token <key>`");
    components.add_security_scheme("tokenAuth", SecurityScheme::ApiKey(ApiKey::Header(token)));
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("A JSON web token, or an API key (`mfk_…`)"))
        .build();
    components.add_security_scheme("jwtAuth", SecurityScheme::Http(bearer));
    let none: [&str; 0] = [];
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("migasfree")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(ABOUT))
                .build(),
        )
        .paths(paths.build())
        .components(Some(components))
        .security(Some([
            SecurityRequirement::new("tokenAuth", none),
            SecurityRequirement::new("jwtAuth", none),
        ]))
        .build()
}

/// The parameters that stand in an address.
fn in_path(path: &str) -> Option<Vec<RefOr<Parameter>>> {
    let parts = [
        ("id", Like::Integer),
        ("link", Like::Integer),
        ("provider", Like::Text),
    ];
    let found = parts
        .into_iter()
        .filter(|(name, _)| path.contains(&format!("{{{name}}}")))
        .map(|(name, kind)| RefOr::T(part(name, kind)));
    let found: Vec<_> = found.collect();
    (!found.is_empty()).then_some(found)
}

fn part(name: &str, kind: Like) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(like(kind)))
        .build()
}

/// A parameter of an address.
pub fn query(name: &str, schema: Any, description: &str) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .schema(Some(schema))
        .description((!description.is_empty()).then_some(description))
}

/// A filter by yes or no.
fn truth(name: &str) -> ParameterBuilder {
    let meaning = "true, 1, false or 0; anything else counts as missing";
    query(name, schemas::ignored(Json::Boolean), meaning)
}

/// A write that is done only to the version of a row that the caller saw, if they say which.
fn conditional(operation: OperationBuilder) -> OperationBuilder {
    let seen = ParameterBuilder::new()
        .name("If-Match")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .schema(Some(schemas::spelled(
            r#"^\*$|^(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*$"#,
        )))
        .description(Some(
            "Versions of the row as ETag says them; of another one nothing is written",
        ))
        .build();
    operation
        .parameter(seen)
        .response("400", answer("Refused", schemas::reference("Refused")))
        .response(
            "412",
            answer("It was changed meanwhile", schemas::reference("Failure")),
        )
}

/// An answer in JSON.
pub fn answer(description: &str, schema: Any) -> Response {
    ResponseBuilder::new()
        .description(description)
        .content("application/json", Content::new(Some(schema)))
        .build()
}

fn error(description: &str) -> Response {
    answer(description, schemas::reference("Failure"))
}

fn taking_files(writes: &[Write]) -> bool {
    writes
        .iter()
        .any(|write| matches!(write.target, Target::File))
}

fn rival() -> Response {
    error("There is another file of the same name or identity")
}

/// The operation with what any call may be refused with.
pub fn refusing(mut operation: Operation) -> Operation {
    let mut refusals = vec![
        ("400", answer("Refused", schemas::reference("Refused"))),
        ("403", error("The permission is missing")),
        ("404", error("It is not there or hidden")),
        ("429", error("Too many requests")),
    ];
    if operation.request_body.is_some() {
        refusals.push(("413", error("The body is too large")));
        refusals.push(("415", error("Bodies of this type are not read")));
    }
    for (status, refusal) in refusals {
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert(refusal.into());
    }
    operation
}

/// An answer without a body.
pub fn empty(description: &str) -> Response {
    ResponseBuilder::new().description(description).build()
}

/// A verb, and what operations with it are called.
pub const fn verb(verb: Verb) -> (HttpMethod, &'static str) {
    match verb {
        Verb::Get => (HttpMethod::Get, "retrieve"),
        Verb::Post => (HttpMethod::Post, "create"),
        Verb::Put => (HttpMethod::Put, "update"),
        Verb::Patch => (HttpMethod::Patch, "partial_update"),
        Verb::Delete => (HttpMethod::Delete, "destroy"),
    }
}

/// The body of a list that is asked for by POST: the parameters of the list.
fn questions() -> RequestBody {
    RequestBodyBuilder::new()
        .content("application/json", Content::new(Some(like(Like::Object))))
        .content(
            "application/x-www-form-urlencoded",
            Content::new(Some(like(Like::Object))),
        )
        .build()
}

fn badge() -> Any {
    schemas::members(&[("pk", Like::Integer), ("text", Like::Text)])
}

/// One entity on its way into the document.
struct Described<'a> {
    resource: &'static Resource,
    entity: &'static Entity,
    schemas: &'a mut Schemas,
    found: Vec<(String, HttpMethod, Operation)>,
}

impl<'a> Described<'a> {
    fn new(resource: &'static Resource, schemas: &'a mut Schemas) -> Self {
        Self {
            resource,
            entity: resource.entity,
            schemas,
            found: Vec::new(),
        }
    }

    fn operations(mut self) -> Vec<(String, HttpMethod, Operation)> {
        let entity = self.entity;
        let detail = self
            .schemas
            .shape(entity.schema, entity.table, entity.detail);
        self.lists(&detail);
        self.writes();
        if entity.operations.contains('R') {
            let read = self
                .operation("retrieve", "One of them")
                .response("200", self.versioned(answer("The row", detail)));
            self.add("{id}/", HttpMethod::Get, read);
        }
        if entity.operations.contains('D') {
            let mut delete = self
                .operation("destroy", "Delete it")
                .response("204", empty("Gone"))
                .response("409", error("Still in use"));
            delete = self.wishing(conditional(delete));
            self.add("{id}/", HttpMethod::Delete, delete);
        }
        if entity.operations.contains('D') {
            self.consequences();
            self.bulk_delete();
        }
        self.generic();
        for action in entity.actions {
            self.action(action);
        }
        self.found
    }

    fn add(&mut self, path: &str, method: HttpMethod, operation: OperationBuilder) {
        let mut operation = refusing(operation.build());
        let responses = &mut operation.responses.responses;
        responses.insert("401".to_owned(), error("Nobody signed in").into());
        responses.insert("406".to_owned(), error("Only JSON is answered").into());
        // A chip that is gone is no error to show: these answer 404 without a word.
        if ["{id}/badge/", "{id}/relations/"].contains(&path) {
            responses.insert("404".to_owned(), empty("It is not there or hidden").into());
        }
        let path = format!("{TOKEN}{}/{path}", self.entity.route);
        self.found.push((path, method, operation));
    }

    /// An answer that says which version of the row it shows, where rows change.
    fn versioned(&self, mut answer: Response) -> Response {
        if self.entity.operations.contains(['U', 'D']) {
            let mut tag = Header::new(like(Like::Text));
            tag.description = Some("The version of the row, for If-Match".to_owned());
            answer.headers.insert("ETag".to_owned(), RefOr::T(tag));
        }
        answer
    }

    fn operation(&self, name: &str, summary: &str) -> OperationBuilder {
        let route = self.entity.route.replace(['/', '-'], "_");
        let family = self.entity.route.split('/').next().unwrap_or_default();
        OperationBuilder::new()
            .tag(family)
            .operation_id(Some(format!("api_v1_token_{route}_{name}")))
            .summary(Some(summary))
    }

    fn bulk_delete(&mut self) {
        const BODY: &[Write] = &[put_extra("ids", Like::Ids).required()];
        let body = self.body("BulkDeleteRequest", BODY, false);
        let operation = self
            .operation(
                "bulk_delete",
                "Delete several, none of them if one is refused",
            )
            .request_body(Some(body))
            .response("204", empty("Gone"))
            .response("400", answer("Refused", schemas::reference("Refused")))
            .response(
                "404",
                answer("One is not there or hidden", schemas::reference("Failure")),
            )
            .response(
                "409",
                answer("One is still in use", schemas::reference("Failure")),
            );
        self.add("bulk-delete/", HttpMethod::Post, operation);
    }

    fn lists(&mut self, detail: &Any) {
        let entity = self.entity;
        let item = if entity.list.is_empty() {
            detail.clone()
        } else {
            self.schemas
                .shape(&format!("{}List", entity.schema), entity.table, entity.list)
        };
        let page = self
            .schemas
            .page(&format!("Paginated{}List", entity.schema), item);
        if entity.operations.contains('L') {
            let mut list = self
                .operation("list", entity.model.many)
                .response("200", answer("A page", page));
            for parameter in self.parameters() {
                list = list.parameter(parameter);
            }
            self.add("", HttpMethod::Get, list);
        }
    }

    fn parameters(&self) -> Vec<Parameter> {
        let mut parameters = vec![
            query("page", like(Like::Integer), "Number of the page, or `last`"),
            query(
                "page_size",
                schemas::ignored(Json::Integer),
                "Rows on a page, 10000 at most; 100 when missing or no number",
            ),
            query(
                "ordering",
                like(Like::Text),
                "Columns, comma separated; `-` before one for descending",
            ),
        ];
        if !self.resource.search.is_empty() || self.entity.also_searched {
            parameters.push(query(
                "search",
                like(Like::Text),
                "Every word must be found",
            ));
        }
        for filter in &self.resource.filters {
            let ty = filter.path.leaf().ty();
            parameters.push(match filter.operation {
                Compare::In => query(&filter.name, schemas::list(taken::asked(loose(ty))), "")
                    .style(Some(ParameterStyle::Form))
                    .explode(Some(false)),
                Compare::IsNull => truth(&filter.name),
                Compare::Contains | Compare::ContainsExactly => {
                    query(&filter.name, of_type(Type::Text(LONGEST), false), "")
                }
                _ if matches!(ty, Type::Bool) => truth(&filter.name),
                _ => query(&filter.name, taken::asked(ty), ""),
            });
        }
        for filter in self.entity.custom_filters {
            parameters.push(match filter.like {
                Like::Boolean => truth(filter.name),
                other => query(filter.name, like(other), ""),
            });
        }
        parameters
            .into_iter()
            .map(ParameterBuilder::build)
            .collect()
    }

    fn writes(&mut self) {
        let entity = self.entity;
        let name = format!("{}Write", entity.schema);
        if entity.operations.contains('C') {
            let body = self.body(&format!("{name}Request"), entity.write, false);
            let written = self
                .schemas
                .shape(&name, entity.table, entity.created_fields());
            let mut create = self
                .operation("create", "Add one")
                .request_body(Some(body))
                .response("201", self.versioned(answer("What was added", written)));
            if taking_files(entity.write) {
                create = create.response("409", rival());
            }
            self.add("", HttpMethod::Post, create);
        }
        if entity.operations.contains('U') {
            let changed = if entity.updated.is_empty() && entity.operations.contains('C') {
                schemas::reference(&name)
            } else {
                self.schemas.shape(
                    &format!("{}Update", entity.schema),
                    entity.table,
                    entity.updated_fields(),
                )
            };
            for (method, verb, partial, prefix) in [
                (HttpMethod::Put, "update", false, "Updated"),
                (HttpMethod::Patch, "partial_update", true, "Patched"),
            ] {
                let body = self.body(&format!("{prefix}{name}"), entity.update_fields(), partial);
                let changed = answer("What was changed", changed.clone());
                let mut update = self
                    .operation(verb, "Change it")
                    .request_body(Some(body))
                    .response("200", self.versioned(changed));
                if taking_files(entity.update_fields()) {
                    update = update.response("409", rival());
                }
                self.add("{id}/", method, conditional(update));
            }
        }
    }

    fn body(&mut self, name: &str, writes: &[Write], partial: bool) -> RequestBody {
        let schema = self.schemas.writes(name, self.entity, writes, partial);
        let mut body = RequestBodyBuilder::new().required(Some(Required::True));
        let files = writes
            .iter()
            .any(|write| matches!(write.target, Target::File) && write.required);
        if !files {
            body = body
                .content("application/json", Content::new(Some(schema.clone())))
                .content(
                    "application/x-www-form-urlencoded",
                    Content::new(Some(schema.clone())),
                );
        }
        body.content("multipart/form-data", Content::new(Some(schema)))
            .build()
    }

    fn generic(&mut self) {
        let entity = self.entity;
        if matches!(
            entity.csv,
            Csv::Everything | Csv::Columns(_) | Csv::Fields(_)
        ) {
            self.export();
        }
        if !entity.generic {
            return;
        }
        let detail = schemas::reference(entity.schema);
        let page = if entity.list.is_empty() {
            schemas::reference(&format!("Paginated{}List", entity.schema))
        } else {
            self.schemas
                .page(&format!("Paginated{}DetailList", entity.schema), detail)
        };
        let filter = self
            .operation("filter_create", "The list, with its parameters in the body")
            .request_body(Some(questions()))
            .response("200", answer("A page", page));
        self.add("filter/", HttpMethod::Post, filter);
        let badge = self
            .operation("badge_retrieve", "What it is called")
            .response("200", answer("The badge", badge()));
        self.add("{id}/badge/", HttpMethod::Get, badge);
        let relations = self
            .operation("relations_retrieve", "What refers to it")
            .response(
                "200",
                answer("Collections", schemas::list(like(Like::Object))),
            );
        self.add("{id}/relations/", HttpMethod::Get, relations);
    }

    /// With the parameters that say what becomes of what uses it.
    fn wishing(&self, mut operation: OperationBuilder) -> OperationBuilder {
        if let Some(kept) = self.entity.kept {
            let meaning = "Another one for what uses it";
            let replace = query("replace_with", like(Like::Integer), meaning);
            operation = operation.parameter(replace.build());
            if kept.undetachable.is_none() {
                let meaning = "Disable what is in force and uses it, and clear the reference";
                let detach = query("detach", like(Like::Boolean), meaning);
                operation = operation.parameter(detach.build());
            }
        }
        operation
    }

    fn consequences(&mut self) {
        let told = || answer("What would go and what would change", like(Like::Object));
        let one = self
            .operation("consequences_retrieve", "What deleting it would do")
            .response("200", told());
        self.add("{id}/consequences/", HttpMethod::Get, self.wishing(one));
        let ids = query("id__in", like(Like::Ids), "Which ones")
            .required(Required::True)
            .style(Some(ParameterStyle::Form))
            .explode(Some(false));
        let several = self
            .operation("consequences_list", "What deleting several would do")
            .parameter(ids.build())
            .response("200", told());
        self.add("consequences/", HttpMethod::Get, self.wishing(several));
    }

    fn export(&mut self) {
        let file = || {
            ResponseBuilder::new()
                .description("The whole list")
                .content("text/csv", Content::new(Some(like(Like::Text))))
                .build()
        };
        let mut export = self
            .operation("export_retrieve", "The list as CSV")
            .response("200", file());
        for parameter in self.parameters().into_iter().skip(2) {
            export = export.parameter(parameter);
        }
        let mark = "Begin with a byte-order mark, by which spreadsheets know the encoding";
        export = export.parameter(query("bom", schemas::ignored(Json::Boolean), mark).build());
        self.add("export/", HttpMethod::Get, export);
        let posted = self
            .operation("export_create", "The same, with its parameters in the body")
            .request_body(Some(questions()))
            .response("200", file());
        self.add("export/", HttpMethod::Post, posted);
    }

    fn given(&self, gives: Gives) -> (&'static str, Response) {
        let row = || schemas::reference(self.entity.schema);
        let schema = match gives {
            Gives::Gone => return ("204", empty("Done")),
            Gives::Nothing => return ("200", empty("Done")),
            Gives::Like(kind) => like(kind),
            Gives::Members(members) => schemas::members(members),
            Gives::Listed(members) => schemas::list(schemas::members(members)),
            Gives::Row => row(),
            Gives::Rows => schemas::list(row()),
            Gives::Page => schemas::reference(&format!("Paginated{}List", self.entity.schema)),
        };
        ("200", answer("Done", schema))
    }

    fn action(&mut self, action: &'static Action) {
        let (method, verb) = verb(action.verb);
        let path = format!("{}/", action.path.replace("<id>", "{id}"));
        let name = action.path.replace("<id>/", "").replace(['/', '-'], "_");
        let (status, given) = self.given(action.gives);
        let mut operation = self
            .operation(&format!("{name}_{verb}"), action.summary)
            .response(status, given);
        if action.conflicts {
            operation = operation.response("409", error("Something stands in the way"));
        }
        if !action.body.is_empty() {
            let title = format!("{}_{name}_{verb}", self.entity.schema);
            let body = self.body(&title, action.body, false);
            operation = operation.request_body(Some(body));
        }
        self.add(&path, method, operation);
    }
}
