//! The applications offered to a computer.

use migasfree_server_db::args;
use migasfree_server_entity::{
    action::{Answer, Call},
    error::RestError,
    filter::contains,
    params::Params,
    path::ROW,
    read,
};
use sea_query::{Expr, ExprTrait, Query};

use super::applications::APPLICATIONS;

/// Those available for an attribute of the computer `cid` that have packages for its project; best score first.
///
/// # Errors
/// 404 for a computer that does not exist or may not be seen.
pub async fn answer(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let db = &context.state.db;
    let unknown = || RestError::NoRow("Computer");
    let cid: i64 = call
        .params
        .get("cid")
        .and_then(|cid| cid.parse().ok())
        .ok_or_else(unknown)?;
    if read::only_visible(context, "client_computer", vec![cid])
        .await?
        .is_empty()
    {
        return Err(unknown());
    }
    let (project,): (i64,) = db
        .one(
            "SELECT project_id FROM client_computer WHERE id = $1",
            args![cid],
        )
        .await?;
    let mut conditions = vec![offered(cid), packaged(project), inside(cid)];
    if let Some(text) = call.params.get("q") {
        let column = |name: &'static str| Expr::col((ROW, name));
        let name = contains(column("name"), text, db.dialect());
        conditions.push(name.or(contains(column("description"), text, db.dialect())));
    }
    let filters = Params::of(&[
        ("category__id", call.params.get("category")),
        ("level", call.params.get("level")),
        ("page", call.params.get("page")),
        ("page_size", call.params.get("page_size")),
        ("ordering", Some("-score,name")),
    ]);
    let Some(resource) = context.registry().by_route(APPLICATIONS.route) else {
        return Err(RestError::NoRoute);
    };
    let list = read::List {
        filters: &filters,
        conditions,
        links: &call.params,
        address: &call.address,
        fields: APPLICATIONS.detail,
    };
    Ok(Answer::Json(read::page(context, resource, list).await?))
}

fn offered(computer: i64) -> Expr {
    let held = Query::select()
        .column(("h", "attribute_id"))
        .from_as("client_computer_sync_attributes", "h")
        .and_where(Expr::col(("h", "computer_id")).eq(computer))
        .take();
    let given = Query::select()
        .column(("g", "serverattribute_id"))
        .from_as("client_computer_tags", "g")
        .and_where(Expr::col(("g", "computer_id")).eq(computer))
        .take();
    let attribute = || Expr::col(("l", "attribute_id"));
    let available = Query::select()
        .column(("l", "application_id"))
        .from_as("app_catalog_application_available_for_attributes", "l")
        .and_where(
            attribute()
                .in_subquery(held)
                .or(attribute().in_subquery(given)),
        )
        .take();
    Expr::col((ROW, "id")).in_subquery(available)
}

/// What belongs to a domain is offered to the computers in it.
fn inside(computer: i64) -> Expr {
    let domains = Query::select()
        .column(("m", "domain_id"))
        .from_as("client_computer_domain", "m")
        .and_where(Expr::col(("m", "computer_id")).eq(computer))
        .take();
    let domain = || Expr::col((ROW, "domain_id"));
    domain().is_null().or(domain().in_subquery(domains))
}

fn packaged(project: i64) -> Expr {
    let packaged = Query::select()
        .column(("p", "application_id"))
        .from_as("app_catalog_packagesbyproject", "p")
        .and_where(Expr::col(("p", "project_id")).eq(project))
        .take();
    Expr::col((ROW, "id")).in_subquery(packaged)
}
