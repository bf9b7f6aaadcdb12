//! The contract that the benches keep: ten tools, one item of evidence, as many policies as asked for.

use std::fmt::Write as _;

/// The service and the principal.
pub(crate) const SERVICE: &str = "order-desk";
/// The tool whose calls are measured: an effect with an undo.
pub(crate) const TOOL: &str = "order.refund";
/// The tool whose result is the evidence.
pub(crate) const READ: &str = "account.read";
/// The account that everything is about.
pub(crate) const ACCOUNT: &str = "acc-1";
/// The answer of [`READ`].
pub(crate) const RESULT: &str = r#"{"account_id":"acc-1","currency":"EUR","limit_minor":50000,"opened":"2021-03-04","region":"EU","status":"open"}"#;

/// The tools beside [`TOOL`], [`READ`] and `order.restore`, which only undoes.
pub(crate) const OTHERS: [&str; 7] = [
    "order.amend",
    "order.cancel",
    "order.expedite",
    "order.hold",
    "order.release",
    "order.route",
    "order.split",
];

/// The document; limits are so high that none of them is reached.
pub(crate) fn yaml(upstream: &str) -> String {
    let (mut actions, mut needs, mut tools, mut undo, mut prices) =
        (String::new(), String::new(), String::new(), String::new(), String::new());
    for tool in OTHERS.iter().chain([&TOOL]) {
        let verb = tool.trim_start_matches("order.");
        // Writing to a string cannot fail.
        let _ = writeln!(actions, "    {tool}: execute");
        let _ = writeln!(needs, "    {tool}: {{ all: [account] }}");
        let _ = writeln!(
            tools,
            "    {tool}:\n      upstream: orders\n      request: POST /orders/{{order_id}}/{verb}\n      \
             effect: \"{verb}:{{order_id}}\"\n{INPUT}"
        );
        let _ = writeln!(
            undo,
            "    {tool}: {{ tool: order.restore, with: {{ order_id: params:/order_id }}, within: 24h }}"
        );
        let _ = writeln!(prices, "    {tool}: 0.000001");
    }
    HEAD.replace("ACTIONS", actions.trim_end())
        .replace("NEEDS", needs.trim_end())
        .replace("TOOLS", tools.trim_end())
        .replace("UNDO", undo.trim_end())
        .replace("PRICES", prices.trim_end())
        .replace("UPSTREAM", upstream)
}

/// So many policies: a permit for each of nine actions, a limit on refunds, and beyond these ten rules about the
/// given actions in turn.
pub(crate) fn policies(count: usize, about: &[&str]) -> String {
    let mut text = format!("@id(\"read\")\npermit (principal, action == Action::\"{READ}\", resource);\n");
    for tool in OTHERS.iter().chain([&TOOL]) {
        let _ = writeln!(
            text,
            "@id(\"{tool}\")\npermit (principal == Service::\"{SERVICE}\", action == Action::\"{tool}\", \
             resource == Domain::\"orders\")\nwhen {{ context.evidence.account.status == \"open\" }};"
        );
    }
    let _ = writeln!(
        text,
        "@id(\"within-limit\")\nforbid (principal, action == Action::\"{TOOL}\", resource)\n\
         when {{ context.params.amount_minor > context.evidence.account.limit_minor }};"
    );
    for (number, tool) in (10..count).zip(about.iter().cycle()) {
        let _ = writeln!(
            text,
            "@id(\"rule-{number}\")\nforbid (principal, action == Action::\"{tool}\", resource)\n\
             when {{ context.params.region == \"R{number}\" && context.params.amount_minor > {number} }};"
        );
    }
    text
}

/// Parameters that no other call has, about 230 bytes.
pub(crate) fn params(number: u64) -> String {
    format!(
        r#"{{"order_id":"ord-{number:012}","account_id":"{ACCOUNT}","amount_minor":1250,"currency":"EUR","reason":"damaged-on-arrival","channel":"email","region":"EU","priority":3,"customer_note":"The parcel arrived with a broken corner.","expedite":false}}"#
    )
}

const INPUT: &str = r#"      input:
        type: object
        additionalProperties: false
        required: [order_id, account_id, amount_minor, currency, reason, region]
        properties:
          order_id: { type: string, pattern: "^[A-Za-z0-9_-]{1,64}$" }
          account_id: { type: string, pattern: "^[A-Za-z0-9_-]{1,64}$" }
          amount_minor: { type: integer, minimum: 1, maximum: 1000000 }
          currency: { type: string, pattern: "^[A-Z]{3}$" }
          reason: { type: string, minLength: 1, maxLength: 64 }
          channel: { type: string, enum: [email, phone, chat] }
          region: { type: string, maxLength: 8 }
          priority: { type: integer, minimum: 1, maximum: 5 }
          customer_note: { type: string, maxLength: 200 }
          expedite: { type: boolean }"#;

const HEAD: &str = r#"contract: remit/v1
service: order-desk
version: 1.0.0
domain: orders
purpose: Settle complaints about orders, for measuring.
identity:
  principal: order-desk
  owner: dana.reyes@acme.example
  autonomy: execute
  delegation: { enabled_by: lee.park@acme.example, on: 2025-01-01, until: 2035-01-01 }
  duties: { run: [group:orders-oncall] }
scope:
  actions:
    account.read: read
ACTIONS
evidence:
  items:
    account:
      from: account.read
      matching: { account_id: params:/account_id }
      fresh_for: 24h
      require: [/account_id, /status, /limit_minor]
  needs:
NEEDS
policy: { file: policy.cedar }
tooling:
  upstreams:
    orders: { http: "UPSTREAM", private: true }
  tools:
    account.read:
      upstream: orders
      request: GET /accounts/{account_id}
      input:
        type: object
        additionalProperties: false
        required: [account_id]
        properties: { account_id: { type: string, pattern: "^[A-Za-z0-9_-]{1,64}$" } }
    order.restore:
      upstream: orders
      request: POST /orders/{order_id}/restore
      input:
        type: object
        additionalProperties: false
        required: [order_id]
        properties: { order_id: { type: string, pattern: "^[A-Za-z0-9_-]{1,64}$" } }
TOOLS
cost:
  currency: EUR
  run: { spend: 1000000.00, calls: 1000000000 }
  prices:
PRICES
recovery:
  undo:
UNDO
"#;
