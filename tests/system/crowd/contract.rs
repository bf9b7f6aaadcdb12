//! The contract of the crowd: two cheap tools, and budgets that end before the work does.

/// The service and its principal.
pub(super) const SERVICE: &str = "crowd";
/// An effect: at most 7 micro-units, and 2 to undo it.
pub(super) const BUY: &str = "unit.buy";
/// A read: at most 3 micro-units.
pub(super) const LOOK: &str = "unit.look";

/// The policies: everything that the contract lists.
pub(super) const POLICIES: &str =
    "@id(\"all\")\npermit (principal == Service::\"crowd\", action, resource);\n";

/// The document; a run may spend so many micro-units.
pub(super) fn yaml(run_micros: u64) -> String {
    let spend = format!("{}.{:06}", run_micros / 1_000_000, run_micros % 1_000_000);
    DOCUMENT.replace("SPEND", &spend)
}

const DOCUMENT: &str = r#"contract: remit/v1
service: crowd
version: 1.0.0
domain: units
purpose: Many that buy from one purse, for tests.
identity:
  principal: crowd
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
  prices: { unit.look: 0.000003, unit.buy: 0.000007, unit.return: 0.000002 }
recovery:
  undo:
    unit.buy: { tool: unit.return, with: { n: params:/n }, within: 24h }
"#;
