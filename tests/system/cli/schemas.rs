//! Every JSON answer of every test has the form that its schema promises, and no field beside it.

use std::{collections::HashMap, sync::LazyLock};

use jsonschema::Validator;
use serde_json::{Deserializer, Value, json};

use super::{remit, world};
use remit_console::cli::verb::schema;

/// Each answer's validator, where nothing but what is promised passes.
static VALIDATORS: LazyLock<HashMap<String, Validator>> = LazyLock::new(|| {
    let strict = |name: String| {
        let mut schema = schema::schema(&name).unwrap().unwrap();
        close(&mut schema);
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        (name, validator)
    };
    schema::names().unwrap().into_iter().map(strict).collect()
});

/// No object may have what its schema does not name.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The schema of a command line: that of its longest name.
fn name(arguments: &[&str]) -> String {
    let words: Vec<&str> = arguments.iter().copied().filter(|word| !word.starts_with('-')).collect();
    let long = words.iter().take(2).copied().collect::<Vec<_>>().join("-");
    let books = arguments.contains(&"--books");
    match words.first() {
        Some(first) if books => format!("{first}-books"),
        Some(_) if VALIDATORS.contains_key(&long) => long,
        Some(first) => (*first).to_owned(),
        None => String::new(),
    }
}

/// Holds each document of an answer against its schema.
#[track_caller]
pub(super) fn check(arguments: &[&str], out: &str) {
    if !arguments.windows(2).any(|pair| pair == ["-o", "json"]) {
        return;
    }
    let from = if arguments.first() == Some(&"--context") { 2 } else { 0 };
    let name = name(&arguments[from..]);
    let Some(validator) = VALIDATORS.get(&name) else { panic!("{arguments:?} has no schema `{name}`") };
    for document in Deserializer::from_str(out).into_iter::<Value>() {
        let document = document.unwrap_or_else(|error| panic!("{arguments:?}: {error}: {out}"));
        let wrong: Vec<_> =
            validator.iter_errors(&document).map(|it| format!("{}: {it}", it.instance_path())).collect();
        assert!(wrong.is_empty(), "{name}: {}\n{document:#}", wrong.join("\n"));
    }
}

#[tokio::test]
async fn answers_have_the_form_of_their_schemas() {
    let (site, remitd, mut agent) = world().await;
    remitd.operator().await.person_token("lena", &["payments-risk"]).await;
    let run = agent.run("case-1").await;
    let paid = agent.refund(&run, "US-500-a", 500).await;
    let held = agent.refund(&run, "US-50000-b", 30_000).await;
    let other = agent.run("case-2").await;
    let again = agent.refund(&other, "US-50000-c", 30_000).await;
    let service = "refund-decision";
    let scope = "service:refund-decision";
    // Each is checked where it is run.
    for words in [
        &["get", "services"][..],
        &["get", "runs"],
        &["get", "actions"],
        &["get", "escalations", "--all"],
        &["get", "clauses"],
        &["get", "domains"],
        &["cost", "--runs"],
        &["cost", &run],
        &["cost", "--books"],
        &["blast", service],
        &["attention"],
        &["show", &held.action],
        &["show", &paid.action],
        &["approve", &held.action, "--reason", "checked by phone"],
        &["handover"],
        &["handover", &again.escalation, "--to", "lena"],
        &["deny", &again.action, "--reason", "wrong account"],
        &["stop", scope, "--reason", "spend is 4x", "--follow"],
        &["get", "switches"],
        &["reason", scope, "--reason", "double payouts"],
        &["release", scope, "--preview"],
        &["release", scope, "--reason", "the cause was found"],
        &["safe", &format!("run:{run}"), "--reason", "odd amounts"],
        &["rollback", "plan", &run],
        &["rollback", "run", &run, "--reason", "paid twice", "--yes"],
        &["get", "rollbacks", "--all"],
        &["get", "parked"],
        &["verify"],
        &["audit"],
        &["who", service],
        &["token", "create", "--service", service],
        &["token", "list"],
        &["export", service],
        &["contract", "history", service],
        &["key", "create"],
        &["key", "register"],
        &["explain"],
        &["explain", "stopped"],
    ] {
        let said = remit(&site, &[words, &["-o", "json"]].concat()).await;
        assert!(matches!(said.code, 0 | 1) && !said.out.is_empty(), "{words:?}: {said:?}");
    }
}

#[tokio::test]
async fn a_schema_is_printed_whole() {
    let (site, _remitd, _agent) = world().await;
    let printed = remit(&site, &["schema", "get-actions"]).await;
    let printed: Value = serde_json::from_str(&printed.out).unwrap();
    let answer = remit(&site, &["get", "actions", "-o", "json"]).await.json();
    assert!(jsonschema::is_valid(&printed, &answer), "{answer}");
    assert!(!jsonschema::is_valid(&printed, &json!({ "actions": [{}] })));
    assert!(printed["$defs"].get("rollback").is_none(), "only what it needs");
    assert!(remit(&site, &["schema"]).await.out.contains("get-escalations"));
    remit(&site, &["schema", "get-acts"]).await.failed(1, &["get-acts", "`remit schema` lists them"]);
}
