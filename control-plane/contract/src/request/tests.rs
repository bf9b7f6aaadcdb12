//! Requests: parameters stay in their place whatever they hold.

use remit_core::Reason;
use serde_json::{Value, json};

use super::{Method, RequestLine};

fn filled(line: &str, params: &Value) -> String {
    let line = RequestLine::parse(line).unwrap();
    match line.fill(params) {
        Ok(request) => {
            let body = request.body.map_or(String::new(), |body| format!(" {}", body.as_str()));
            format!("{} {}{body}", request.method.as_str(), request.path_and_query)
        }
        Err(objection) => {
            assert_eq!(objection.reason, Reason::ParametersInvalid);
            objection.detail
        }
    }
}

#[test]
fn parameters_go_where_the_line_says() {
    assert_eq!(filled("GET /orders/{id}", &json!({ "id": "o1" })), "GET /orders/o1");
    assert_eq!(filled("GET /orders/{id}", &json!({ "id": 7 })), "GET /orders/7");
    assert_eq!(filled("GET /orders/{id}.json", &json!({ "id": "o1" })), "GET /orders/o1.json");
    assert_eq!(
        filled(
            "POST /orders/{id}/refunds?dry={dry}&v=2",
            &json!({ "id": "o1", "dry": true, "b": 1, "a": { "c": null } })
        ),
        r#"POST /orders/o1/refunds?dry=true&v=2 {"a":{"c":null},"b":1}"#
    );
    assert_eq!(filled("GET /x?a={a}&b={b}", &json!({ "b": "2" })), "GET /x?b=2");
    assert_eq!(filled("POST /x", &json!({})), "POST /x {}");
    assert_eq!(filled("DELETE /x/{id}", &json!({ "id": "1" })), "DELETE /x/1");
}

#[test]
fn no_value_leaves_its_place() {
    let path = |id: &str| filled("GET /orders/{id}/lines", &json!({ "id": id }));
    assert_eq!(path("../admin"), "GET /orders/..%2Fadmin/lines");
    assert_eq!(path("a/b?c=d#e&f"), "GET /orders/a%2Fb%3Fc%3Dd%23e%26f/lines");
    assert_eq!(path("%2e%2e"), "GET /orders/%252e%252e/lines");
    assert_eq!(path("a\\b \r\n\u{0}"), "GET /orders/a%5Cb%20%0D%0A%00/lines");
    assert_eq!(path("é"), "GET /orders/%C3%A9/lines");
    assert_eq!(filled("GET /x?a={a}&b=1", &json!({ "a": "1&b=2 +#" })), "GET /x?a=1%26b%3D2%20%2B%23&b=1");
}

#[test]
fn a_segment_is_never_a_step_up_nor_empty() {
    for id in ["..", ".", ""] {
        let said = filled("GET /orders/{id}", &json!({ "id": id }));
        assert!(said.starts_with("`/id` makes the path segment"), "{said}");
    }
    let said = filled("GET /orders/.{id}", &json!({ "id": "." }));
    assert!(said.starts_with("`/id` makes the path segment `..`"), "{said}");
}

#[test]
fn only_scalars_stand_in_a_path() {
    assert_eq!(
        filled("GET /orders/{id}", &json!({ "id": ["o1"] })),
        "`/id` is a list; it stands in the request, so text, a number or a truth value is accepted"
    );
    assert_eq!(
        filled("GET /orders/{id}", &json!({})),
        "`/id` is absent; it stands in the request, so text, a number or a truth value is accepted"
    );
}

#[test]
fn malformed_lines() {
    let wrong = |line: &str| RequestLine::parse(line).unwrap_err();
    assert_eq!(wrong("GET"), "it has no path behind the method");
    assert_eq!(wrong("get /x"), "`get` is not one of GET, POST, PUT, PATCH, DELETE");
    assert_eq!(wrong("GET https://x"), "its path does not begin with `/`");
    assert_eq!(wrong("GET /a b"), "its path holds a blank, `#` or `\\`");
    assert_eq!(wrong("GET /a/../b"), "its path holds a `.` or `..` segment");
    assert_eq!(wrong("GET /a?{k}=v"), "the query name `{k}` cannot be a parameter");
    assert_eq!(wrong("GET /a?k"), "`k` is not `name=value`");
}

#[test]
fn methods_with_a_body() {
    let with: Vec<_> =
        Method::ALL.into_iter().filter(|method| method.has_body()).map(Method::as_str).collect();
    assert_eq!(with, ["POST", "PUT", "PATCH"]);
}
