//! The desk over real HTTP.

use std::sync::Arc;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use super::{
    records::{Records, Ticket},
    role_for, router,
};
use crate::cli::demo::{
    case::{AccessPlot, Employee},
    serve,
};

async fn desk() -> (String, Client) {
    crate::cli::demo::install_tls();
    let records = Arc::new(Records::default());
    records.hire(&Employee {
        id: "emp-1".to_owned(),
        name: "Ada Abel".to_owned(),
        department: "finance",
        active: true,
    });
    (serve(router(records)).await.unwrap(), Client::new())
}

#[tokio::test]
async fn entries_are_written_once_and_taken_back() {
    let (base, http) = desk().await;
    let call = async |method: Method, path: &str, key: Option<&str>, body: Value| {
        let mut request = http.request(method, format!("{base}{path}")).json(&body);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    let note = json!({ "text": "seen" });
    let (status, first) = call(Method::POST, "/customers/cus-1/notes", Some("k1"), note.clone()).await;
    assert_eq!((status, &first["customer_id"]), (StatusCode::OK, &json!("cus-1")));
    assert_eq!(call(Method::POST, "/customers/cus-1/notes", Some("k1"), note.clone()).await.1, first);
    assert_eq!(
        call(Method::POST, "/customers/cus-2/notes", Some("k1"), note.clone()).await.0,
        StatusCode::CONFLICT
    );
    assert_eq!(call(Method::POST, "/customers/cus-1/notes", None, note).await.0, StatusCode::BAD_REQUEST);
    let path = format!("/customers/cus-1/notes/{}", first["note_id"].as_str().unwrap());
    assert_eq!(call(Method::DELETE, &path, None, json!({})).await.1["status"], "deleted");
    let wanted = json!({ "employee_id": "emp-1", "role": "invoice-viewer" });
    let (_, granted) = call(Method::POST, "/grants", Some("k2"), wanted).await;
    let path = format!("/grants/{}/revocation", granted["grant_id"].as_str().unwrap());
    assert_eq!(call(Method::POST, &path, Some("k3"), json!({})).await.1["status"], "revoked");
    let path = format!("/grants/{}/revocation", first["note_id"].as_str().unwrap());
    assert_eq!(call(Method::POST, &path, Some("k4"), json!({})).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_customers_wrote_can_be_read() {
    crate::cli::demo::install_tls();
    let records = Arc::new(Records::default());
    records.receive("case-1", Ticket { customer_id: "cus-1".to_owned(), text: "Pay me.".to_owned() });
    let (base, http) = (serve(router(records)).await.unwrap(), Client::new());
    let ticket = http.get(format!("{base}/tickets/case-1")).send().await.unwrap();
    let expected = json!({ "id": "case-1", "customer_id": "cus-1", "text": "Pay me." });
    assert_eq!(ticket.json::<Value>().await.unwrap(), expected);
    let none = http.get(format!("{base}/tickets/case-2")).send().await.unwrap();
    assert_eq!(none.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_directory_has_what_the_contract_requires() {
    let (base, http) = desk().await;
    let employee: Value =
        http.get(format!("{base}/employees/emp-1")).send().await.unwrap().json().await.unwrap();
    assert_eq!((&employee["department"], &employee["active"]), (&json!("finance"), &json!(true)));
    assert_eq!(
        http.get(format!("{base}/employees/emp-2")).send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
    for (plot, privileged, meant) in [
        (AccessPlot::Plain, false, true),
        (AccessPlot::Privileged, true, true),
        (AccessPlot::ForeignRole, false, false),
    ] {
        let name = role_for(plot, "finance");
        let role: Value =
            http.get(format!("{base}/roles/{name}")).send().await.unwrap().json().await.unwrap();
        assert_eq!(role["role"], name);
        assert_eq!(role["privileged"], privileged);
        assert_eq!(role["departments"].as_array().unwrap().contains(&json!("finance")), meant, "{name}");
    }
}
