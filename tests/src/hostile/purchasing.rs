//! The contract of a service that buys at the hostile tool: with keys, without, and reads.

use std::time::Duration;

/// The service and its principal.
pub const SERVICE: &str = "purchasing";
/// An effect at a tool that deduplicates; its effect is named by `id`.
pub const ORDER: &str = "order.place";
/// An effect at a tool that knows no keys.
pub const POST: &str = "post.send";
/// A read.
pub const FACT: &str = "fact.read";
/// What a run may spend, in micro-units: not enough for everything that one wants.
pub const SPEND_MICROS: u64 = 2_000_000;

/// The document, for a tool there and so much patience with it. Orders are sent again, since the tool knows their keys.
pub fn yaml(upstream: &str, patience: Duration) -> String {
    DOCUMENT
        .replace("UPSTREAM", upstream)
        .replace("PATIENCE", &format!("{}ms", patience.as_millis()))
        .replace("SPAN", &format!("{}ms", (patience * 3).as_millis()))
        .replace("TEXT", r#"{ type: string, pattern: "^[a-z0-9.-]{1,200}$" }"#)
}

/// The policies: everything that the contract lists.
pub const POLICIES: &str = "@id(\"all\")\npermit (principal == Service::\"purchasing\", action, resource);\n";

const DOCUMENT: &str = r#"contract: remit/v1
service: purchasing
version: 1.0.0
domain: purchases
purpose: Buys where everything goes wrong, for tests.
identity:
  principal: purchasing
  owner: dana.reyes@acme.example
  autonomy: execute
  delegation: { enabled_by: lee.park@acme.example, on: 2025-01-01, until: 2035-01-01 }
  duties: { run: [group:operators] }
scope:
  actions:
    fact.read: read
    order.place: execute
    post.send: execute
evidence: { items: {}, needs: {} }
policy: { file: policy.cedar }
tooling:
  upstreams:
    hostile: { http: "UPSTREAM", private: true }
  tools:
    fact.read:
      upstream: hostile
      request: GET /facts/{id}/{tricks}
      input: { type: object, additionalProperties: false, required: [id, tricks], properties: { id: TEXT, tricks: TEXT } }
      timeout: PATIENCE
    order.place:
      upstream: hostile
      request: POST /orders
      input: { type: object, additionalProperties: false, required: [id, tricks], properties: { id: TEXT, tricks: TEXT } }
      timeout: PATIENCE
      retry: { attempts: 3, within: SPAN }
      effect: "order:{id}"
      idempotency_key: header:Idempotency-Key
    post.send:
      upstream: hostile
      request: POST /posts
      input: { type: object, additionalProperties: false, required: [id, tricks], properties: { id: TEXT, tricks: TEXT } }
      timeout: PATIENCE
    purchase.cancel:
      upstream: hostile
      request: POST /cancellations
      input: { type: object, additionalProperties: false, required: [effect], properties: { effect: { type: string } } }
      timeout: PATIENCE
      idempotency_key: header:Idempotency-Key
cost:
  currency: EUR
  run: { spend: 2.00, calls: 40, tools: { order.place: 7 } }
  prices: { fact.read: 0.0003, order.place: 0.25, post.send: 0.11, purchase.cancel: 0.03 }
recovery:
  undo:
    order.place: { tool: purchase.cancel, with: { effect: result:/effect }, within: 24h }
    post.send: { tool: purchase.cancel, with: { effect: result:/effect }, within: 24h }
"#;
