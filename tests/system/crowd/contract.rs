//! The contracts of the crowd: two services of one domain with two cheap tools, and budgets that end before the work.

/// The services and their principals.
pub(super) const SERVICES: [&str; 2] = ["crowd-a", "crowd-b"];
/// An effect: at most 7 micro-units, and 2 to undo it.
pub(super) const BUY: &str = "unit.buy";
/// A read: at most 3 micro-units.
pub(super) const LOOK: &str = "unit.look";

/// What is allowed: everything that the contract lists.
pub(super) fn policies(service: &str) -> String {
    format!("@id(\"all\")\npermit (principal == Service::\"{service}\", action, resource);\n")
}

/// The document; a run and all runs of a day may spend so many micro-units.
pub(super) fn yaml(service: &str, run_micros: u64, day_micros: u64) -> String {
    DOCUMENT
        .replace("SERVICE", service)
        .replace("SPEND", &units(run_micros))
        .replace("DAY", &units(day_micros))
}

/// The file of their domain.
pub(super) fn domain(day_micros: u64) -> String {
    let day = units(day_micros);
    format!(
        "domain: remit/v1\nname: units\ncurrency: EUR\nbacktest: none\ncost: {{ spend: {{ day: {day} }} }}\n"
    )
}

fn units(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

const DOCUMENT: &str = r#"contract: remit/v1
service: SERVICE
version: 1.0.0
domain: units
purpose: Many that buy from one purse, for tests.
identity:
  principal: SERVICE
  owner: dana.reyes@acme.example
  autonomy: execute
  delegation: { enabled_by: lee.park@acme.example, on: 2025-01-01, until: 2035-01-01 }
  duties: { run: [group:operators] }
scope:
  actions:
    unit.look: read
    unit.buy: execute
evidence: { items: {}, needs: {} }
policy: { file: policy.cedar }
tooling:
  upstreams:
    shop: { http: "http://127.0.0.1:9", private: true }
  tools:
    unit.look:
      upstream: shop
      request: GET /units/{n}
      input: { type: object, additionalProperties: false, required: [n], properties: { n: { type: integer } } }
    unit.buy:
      upstream: shop
      request: POST /units
      input: { type: object, additionalProperties: false, required: [n], properties: { n: { type: integer } } }
      idempotency_key: header:Idempotency-Key
    unit.return:
      upstream: shop
      request: POST /returns
      input: { type: object, additionalProperties: false, required: [n], properties: { n: { type: integer } } }
      idempotency_key: header:Idempotency-Key
cost:
  currency: EUR
  run: { spend: SPEND, calls: 1000000000 }
  service: { spend: { day: DAY } }
  prices: { unit.look: 0.000003, unit.buy: 0.000007, unit.return: 0.000002 }
recovery:
  undo:
    unit.buy: { tool: unit.return, with: { n: params:/n }, within: 24h }
"#;
