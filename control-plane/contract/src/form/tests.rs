//! The schema and the reader accept the same keys, and the committed schema is the one that is generated.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::{Map, Value, json};

use super::json_schema;
use crate::{
    Problem, compile,
    problem::Problems,
    tests::{POLICY, YAML},
    yaml::{parse, to_json},
};

mod wrong;

/// A key that no form has.
const STRANGER: &str = "zz-stranger";

/// A mapping with fixed keys, somewhere in an example.
#[derive(Debug)]
struct Place {
    /// Where, as a JSON pointer.
    at: String,
    /// Its keys by the schema, and whether each must be there.
    keys: BTreeMap<String, bool>,
}

fn assets() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../assets")
}

/// Keys that the good document does not use, with their value.
fn more() -> Vec<(&'static str, &'static str, Value)> {
    let refund = json!({
        "actions": ["order.get", "stock.find", "order.refund"], "spend": 0.25, "calls": 5, "tokens": 900, "wall_time": "1m", "tools": { "order.refund": 1 },
    });
    let ask = json!({ "to": "group:risk", "quorum": 1, "within": "30m" });
    let agree = json!([["params:/currency", "order:/currency"], { "of": ["params:/amount", "order:/total"], "within": 0.01 }]);
    let origin = json!({ "order.refund": {
        "/currency": ["request", "order"], "/note": { "from": ["request"], "as": "exact", "otherwise": ask },
        "/at": { "from": ["request"], "otherwise": "deny" },
    } });
    let asked = json!({ "ask": "order.get", "with": { "order_id": "params:/order_id" }, "settled": "result:/refund" });
    let model = json!({
        "upstream": "models", "model": { "allow": ["small"], "most_tokens": 4000 }, "description": "Thinks.",
        "timeout": "60s", "rate": "5/s", "concurrency": 2,
    });
    vec![
        ("/scope", "workflows", json!({ "refund": refund, "any": { "actions": "all" } })),
        ("/evidence/items/order", "as_of", "/at".into()),
        ("/evidence/items/order", "untrusted", json!(["/note"])),
        ("/evidence/items", "price", json!({ "from": "stock.find" })),
        ("/evidence/items", "ticket", json!({ "asserted": true, "require": ["/number"] })),
        ("/evidence/needs/order.refund", "at_least", 1.into()),
        ("/evidence/needs/order.refund", "of", json!(["price"])),
        ("/evidence/needs/order.refund", "agree", agree),
        ("/evidence", "origin", origin),
        ("/tooling/upstreams", "models", json!({ "http": "https://models.example", "speaks": "openai" })),
        ("/tooling/tools", "model.chat", model),
        ("/scope/actions", "model.chat", "read".into()),
        ("/cost/prices", "model.chat", json!({ "million_input": 0.25, "million_output": 2.5 })),
        ("/cost/run", "tokens", 50_000.into()),
        ("/cost", "value", json!({ "run": 4.25, "window": 5, "stop_below": 1.5 })),
        ("/tooling/tools/order.get", "retry", json!({ "attempts": 3, "within": "9s" })),
        (
            "/tooling/tools/order.get",
            "fallback",
            json!({ "stale_for": "5m", "then": { "tool": "order.mirror", "with": { "id": "params:/order_id" } } }),
        ),
        ("/tooling/tools/order.get", "output", json!({ "type": "object" })),
        ("/tooling/tools/order.get", "max_result", "64KiB".into()),
        ("/tooling/upstreams/mail", "private", true.into()),
        ("/tooling/upstreams/mail", "redirects", 2.into()),
        (
            "/cost",
            "service",
            json!({ "spend": { "hour": 20, "day": 200.50 }, "calls": { "second": 100, "hour": 500, "day": 5_000 } }),
        ),
        ("/cost/prices", "order.get", json!({ "most": 0.25, "reported": "result:/cost" })),
        ("/cost/prices", "stock.find", json!(0.01)),
        ("/tooling/tools/order.refund", "lands_within", "30s".into()),
        ("/tooling/tools/order.refund", "report_within", "5m".into()),
        ("/tooling/tools/order.refund", "when_unknown", asked),
    ]
}

/// The same of the last section.
fn more_of_recovery() -> Vec<(&'static str, &'static str, Value)> {
    let shows = json!({ "ask": "order.get", "with": { "order_id": "params:/order_id" }, "expect": { "result:/paid": true } });
    vec![
        ("/recovery/undo/order.refund", "independent", true.into()),
        ("/recovery/undo/order.refund", "returns", json!({ "amount": "params:/amount", "unit": 0.01 })),
        ("/recovery/undo/order.refund", "verify", shows),
        (
            "/recovery",
            "blast_radius",
            json!({ "order.refund": {
                "count": "200/h", "sum": { "of": "params:/amount", "max": "1000000/h" },
                "distinct": { "of": "params:/order_id", "max": "50/h" }, "then": "draft",
            } }),
        ),
        (
            "/recovery",
            "tripwires",
            json!([
                { "when": "in_doubt >= 3", "over": "10m", "then": "stop" },
                { "when": "spend_rate > 2.5", "over": "10m", "baseline": "24h", "then": "observe" },
                { "when": "latency_p95 > 2s", "over": "50 actions", "then": "safe" },
            ]),
        ),
        ("/recovery", "release", json!({ "people": 2 })),
        (
            "/recovery",
            "schedule",
            json!({ "nights": {
            "ceiling": "draft", "days": ["mon", "fri"], "from": "22:00", "until": "06:00", "because": "Nobody is there.",
        } }),
        ),
    ]
}

/// Rules that stand in no document yet.
fn about_values() -> Vec<Value> {
    let rule = |id: &str, key: &str, value: Value| {
        let mut rule = json!({
            "id": id, "action": "order.refund", "because": "Look.", "to": "group:risk", "quorum": 1, "within": "30m",
        });
        rule[key] = value;
        rule
    };
    vec![
        rule("new", "first_seen", json!({ "value": "params:/order_id", "within": "90d" })),
        rule("absent", "missing", json!(["params:/note", "order:/phone", "price"])),
    ]
}

/// Documents that use every key of the schema between them.
fn examples() -> Vec<Value> {
    let shipped = ["refund-decision", "access-grants"];
    let shipped = shipped
        .map(|name| fs::read_to_string(assets().join("contracts").join(name).join("contract.yaml")).unwrap());
    let texts = [YAML.to_owned()].into_iter().chain(shipped);
    let document = |text: String| {
        let problems = Problems::of("example");
        to_json(&parse(&text, &problems).unwrap(), &problems).unwrap()
    };
    let mut documents: Vec<Value> = texts.map(document).collect();
    let rules = documents[0].pointer_mut("/scope/escalate").and_then(Value::as_array_mut).unwrap();
    rules.extend(about_values());
    for (at, key, value) in more().into_iter().chain(more_of_recovery()) {
        let good = documents[0].pointer_mut(at).and_then(Value::as_object_mut).unwrap();
        good.insert(key.to_owned(), value);
    }
    documents
}

/// The schema that a reference leads to.
fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// Walks a document along the schema: every mapping with fixed keys, and the keys that were seen, by form.
struct Walk<'a> {
    root: &'a Value,
    places: Vec<Place>,
    seen: BTreeMap<String, bool>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, schema: &'a Value, value: &Value, at: &str) {
        let schema = resolved(self.root, schema);
        let choices = schema.get("anyOf").and_then(Value::as_array);
        let forms: Vec<&Value> = choices
            .map_or(vec![schema], |choices| choices.iter().map(|it| resolved(self.root, it)).collect());
        match value {
            Value::Object(fields) => self.object(&forms, fields, at),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    for form in forms.iter().filter_map(|form| form.get("items")) {
                        self.visit(form, item, &format!("{at}/{index}"));
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn object(&mut self, forms: &[&'a Value], fields: &Map<String, Value>, at: &str) {
        let fixed: Vec<&Value> =
            forms.iter().copied().filter(|form| form.get("properties").is_some()).collect();
        let mut keys = BTreeMap::new();
        for form in &fixed {
            let required: Vec<&Value> = form["required"].as_array().into_iter().flatten().collect();
            for (key, schema) in form["properties"].as_object().unwrap() {
                let label = format!("{}.{key}", form["description"]);
                let seen = self.seen.entry(label).or_default();
                *seen |= fields.contains_key(key);
                keys.insert(key.clone(), required.contains(&&Value::from(key.as_str())) && fixed.len() == 1);
                if let Some(value) = fields.get(key) {
                    self.visit(schema, value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")));
                }
            }
        }
        if !keys.is_empty() {
            self.places.push(Place { at: at.to_owned(), keys });
        }
        for form in forms.iter().filter(|form| form.get("properties").is_none()) {
            let patterns = form.get("patternProperties").and_then(Value::as_object);
            let any = form.get("additionalProperties").filter(|any| any.is_object());
            for inner in patterns.into_iter().flat_map(Map::values).chain(any) {
                for (key, value) in fields {
                    self.visit(inner, value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")));
                }
            }
        }
    }
}

/// Every key of every form in the schema, not seen yet.
fn all_keys(schema: &Value) -> BTreeMap<String, bool> {
    let forms = schema["$defs"].as_object().unwrap().values().chain([schema]);
    let keys = forms.flat_map(|form| {
        let keys = form.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys);
        keys.map(|key| (format!("{}.{key}", form["description"]), false))
    });
    keys.collect()
}

/// Every mapping with fixed keys in the examples, with the example.
fn places(schema: &Value) -> (Vec<(Value, Place)>, BTreeMap<String, bool>) {
    let (mut found, mut seen) = (Vec::new(), all_keys(schema));
    for example in examples() {
        let mut walk = Walk { root: schema, places: Vec::new(), seen };
        walk.visit(schema, &example, "");
        found.extend(walk.places.into_iter().map(|place| (example.clone(), place)));
        seen = walk.seen;
    }
    (found, seen)
}

/// What is wrong with an example after a change of the mapping at a place.
fn changed(example: &Value, at: &str, change: impl FnOnce(&mut Map<String, Value>)) -> Vec<Problem> {
    let mut example = example.clone();
    change(example.pointer_mut(at).unwrap().as_object_mut().unwrap());
    // JSON is YAML.
    compile(&example.to_string(), POLICY).err().unwrap_or_default()
}

#[test]
fn the_reader_takes_the_keys_of_the_schema_and_no_others() {
    for (example, place) in places(&json_schema()).0 {
        // Of two forms the reader knows which one it has before it; the other has all keys.
        let has = |key: &str| example.pointer(&format!("{}/{key}", place.at)).is_some();
        let is_price = place.keys.contains_key("million_input");
        if has("irreversible") || has("asserted") || has("model") || is_price {
            continue;
        }
        let problems = changed(&example, &place.at, |fields| {
            fields.insert(STRANGER.to_owned(), Value::from(1));
        });
        let refusal = problems.iter().find(|problem| problem.message.contains(STRANGER));
        let Some(refusal) = refusal else { panic!("`{}` takes any key", place.at) };
        let mut accepted: Vec<&str> = refusal.remedy.split('`').skip(1).step_by(2).collect();
        accepted.sort_unstable();
        let keys: Vec<&str> = place.keys.keys().map(String::as_str).collect();
        assert_eq!(accepted, keys, "at `{}`: the reader's keys, the keys of form.rs", place.at);
    }
}

#[test]
fn the_reader_needs_what_the_schema_requires() {
    for (example, place) in places(&json_schema()).0 {
        for (key, required) in &place.keys {
            let lacks = |problem: &Problem| problem.message.ends_with(&format!("lacks `{key}`"));
            let problems = changed(&example, &place.at, |fields| {
                fields.shift_remove(key);
            });
            // Two forms in one place: what one lacks says the other.
            let forms = ["irreversible", "asserted", "model", "million_input"];
            if forms.iter().any(|form| place.keys.contains_key(*form)) {
                continue;
            }
            assert_eq!(
                problems.iter().any(lacks),
                *required,
                "`{}/{key}` is required by one of the two only",
                place.at
            );
        }
    }
}

#[test]
fn the_examples_use_every_key() {
    let (_, seen) = places(&json_schema());
    let unseen: Vec<_> = seen.iter().filter(|(_, seen)| !**seen).collect();
    assert!(unseen.is_empty(), "add these to `more`: {unseen:?}");
}

#[test]
fn good_documents_conform() {
    let validator = jsonschema::validator_for(&json_schema()).unwrap();
    for example in examples() {
        let wrong: Vec<_> = validator
            .iter_errors(&example)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}

#[test]
fn the_committed_schema_is_the_generated_one() {
    let committed = fs::read_to_string(assets().join("schemas/contract.json")).unwrap_or_default();
    assert!(
        serde_json::from_str(&committed).ok() == Some(json_schema()),
        "assets/schemas/contract.json is not what form.rs says; update it with\n  \
         cargo run -- contract schema > assets/schemas/contract.json"
    );
}
