//! The desk API of the demo: customers' notes and replies, employees, roles and grants over HTTP.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{delete, get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::demo::{case::AccessPlot, payments::refuse};
use records::{Conflict, Records};

pub(crate) mod records;
#[cfg(test)]
mod tests;

/// A role with what it opens and for whom it is meant.
struct Role {
    name: &'static str,
    privileged: bool,
    departments: &'static [&'static str],
}

const ROLES: [Role; 6] = [
    Role { name: "repository-reader", privileged: false, departments: &["engineering"] },
    Role { name: "invoice-viewer", privileged: false, departments: &["finance"] },
    Role { name: "crm-editor", privileged: false, departments: &["sales"] },
    Role { name: "ticket-agent", privileged: false, departments: &["support"] },
    Role {
        name: "production-admin",
        privileged: true,
        departments: &["engineering", "finance", "sales", "support"],
    },
    Role { name: "payroll-viewer", privileged: false, departments: &["people"] },
];

/// Every role that there is.
pub(crate) fn roles() -> impl Iterator<Item = &'static str> + Clone {
    ROLES.iter().map(|role| role.name)
}

/// The role that somebody of a department wants when a case goes like this.
pub(crate) fn role_for(plot: AccessPlot, department: &str) -> &'static str {
    match plot {
        AccessPlot::Privileged => "production-admin",
        AccessPlot::ForeignRole => "payroll-viewer",
        AccessPlot::Plain
        | AccessPlot::FormerEmployee
        | AccessPlot::NewRole
        | AccessPlot::Wanders
        | AccessPlot::Ponders
        | AccessPlot::Pastes => ROLES
            .iter()
            .find(|role| role.departments == [department])
            .map_or("repository-reader", |role| role.name),
    }
}

/// The API over its records.
pub(crate) fn router(records: Arc<Records>) -> Router {
    Router::new()
        .route("/customers/{customer}/notes", post(note))
        .route("/customers/{customer}/notes/{note}", delete(unnote))
        .route("/customers/{customer}/replies", post(reply))
        .route("/tickets/{ticket}", get(ticket))
        .route("/employees/{id}", get(employee))
        .route("/roles/{role}", get(role))
        .route("/grants", post(grant))
        .route("/grants/{grant}/revocation", post(revoke))
        .with_state(records)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    employee_id: String,
    role: String,
}

async fn note(
    State(records): State<Arc<Records>>,
    headers: HeaderMap,
    Path(customer): Path<String>,
    Json(body): Json<Text>,
) -> Response {
    let written = records.write("note", key(&headers), &format!("{customer}\n{}", body.text));
    answer(written, |note| json!({ "note_id": note, "customer_id": customer }))
}

async fn unnote(State(records): State<Arc<Records>>, Path((_, note)): Path<(String, String)>) -> Response {
    answer(records.take_back("note", &note), |note| json!({ "note_id": note, "status": "deleted" }))
}

async fn reply(
    State(records): State<Arc<Records>>,
    headers: HeaderMap,
    Path(customer): Path<String>,
    Json(body): Json<Text>,
) -> Response {
    let written = records.write("reply", key(&headers), &format!("{customer}\n{}", body.text));
    answer(written, |reply| json!({ "reply_id": reply, "customer_id": customer, "status": "sent" }))
}

async fn ticket(State(records): State<Arc<Records>>, Path(id): Path<String>) -> Response {
    match records.ticket(&id) {
        Some(ticket) => {
            Json(json!({ "id": id, "customer_id": ticket.customer_id, "text": ticket.text })).into_response()
        }
        None => refuse(StatusCode::NOT_FOUND, "no such ticket"),
    }
}

async fn employee(State(records): State<Arc<Records>>, Path(id): Path<String>) -> Response {
    match records.employee(&id) {
        Some(employee) => Json(json!({
            "id": employee.id,
            "name": employee.name,
            "department": employee.department,
            "manager": format!("head-of-{}", employee.department),
            "active": employee.active,
        }))
        .into_response(),
        None => refuse(StatusCode::NOT_FOUND, "no such employee"),
    }
}

async fn role(Path(name): Path<String>) -> Response {
    match ROLES.iter().find(|role| role.name == name) {
        Some(role) => Json(json!({
            "role": role.name,
            "privileged": role.privileged,
            "departments": role.departments,
        }))
        .into_response(),
        None => refuse(StatusCode::NOT_FOUND, "no such role"),
    }
}

async fn grant(
    State(records): State<Arc<Records>>,
    headers: HeaderMap,
    Json(wanted): Json<Wanted>,
) -> Response {
    let written = records.write("grant", key(&headers), &format!("{}\n{}", wanted.employee_id, wanted.role));
    answer(written, |grant| {
        json!({
            "grant_id": grant,
            "employee_id": wanted.employee_id,
            "role": wanted.role,
            "status": "granted",
        })
    })
}

async fn revoke(State(records): State<Arc<Records>>, Path(grant): Path<String>) -> Response {
    answer(records.take_back("grant", &grant), |grant| json!({ "grant_id": grant, "status": "revoked" }))
}

fn key(headers: &HeaderMap) -> Option<&str> {
    headers.get("idempotency-key")?.to_str().ok()
}

fn answer(done: Result<String, Conflict>, body: impl FnOnce(String) -> Value) -> Response {
    match done {
        Ok(id) => Json(body(id)).into_response(),
        Err(Conflict::NoKey) => refuse(StatusCode::BAD_REQUEST, "the header Idempotency-Key is needed"),
        Err(Conflict::KeyReused) => refuse(StatusCode::CONFLICT, "the key was used for something else"),
        Err(Conflict::Unknown) => refuse(StatusCode::NOT_FOUND, "there is no such entry"),
    }
}
