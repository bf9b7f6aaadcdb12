//! Malformed documents: one edit of the good one each, and what people are told.

use super::{POLICY, YAML, account, edited, listing};
use crate::compile;

fn check(name: &str, edits: &[(&str, &str)]) {
    let account = account(edits, |from, to| compile(&edited(YAML, from, to), POLICY));
    insta::assert_snapshot!(name, account);
}

#[test]
fn broken_yaml() {
    check(
        "broken_yaml",
        &[
            ("purpose: Sell things.", "purpose: [Sell things."),
            ("purpose: Sell things.", "purpose: Sell things.\npurpose: Twice."),
            ("purpose: Sell things.", "purpose: &anchor Sell things."),
            ("purpose: Sell things.", "purpose: *anchor"),
            ("purpose: Sell things.", "purpose: Sell things.\n<<: { domain: other }"),
            ("contract: remit/v1", "%YAML 1.1\n---\ncontract: remit/v1"),
            ("purpose: Sell things.", "purpose: !!str Sell things."),
            ("purpose: Sell things.", "? [purpose]\n: Sell things."),
            (
                "mail.send: { irreversible: A mail cannot be recalled. }\n",
                "mail.send: { irreversible: so }\n---\nmore: 1\n",
            ),
        ],
    );
    insta::assert_snapshot!(listing(&compile("", POLICY).unwrap_err()), @r"
    contract.yaml:1:1: the file is empty
    hint: write a contract, beginning with `contract: remit/v1`
    ");
    insta::assert_snapshot!(listing(&compile("- a list", POLICY).unwrap_err()), @r"
    contract.yaml:1:1: the contract is a list, expected a mapping
    hint: write `key: value`, one a line
    ");
}

#[test]
fn head_and_identity() {
    check(
        "head_and_identity",
        &[
            ("contract: remit/v1", "contract: remit/v2"),
            ("service: shop", "service: The Shop"),
            ("service: shop", "service: 7"),
            ("version: 1.2.3", "version: 1.2"),
            ("version: 1.2.3", "version: [1, 2]"),
            ("purpose: Sell things.", "purpose:"),
            ("purpose: Sell things.", "porpose: Sell things."),
            ("domain: sales", "domain: [sales]"),
            ("domain: sales", "domain: remit-control"),
            ("  owner: ada@acme.example", "  owner: shop"),
            ("enabled_by: bo@acme.example", "enabled_by: shop"),
            ("  autonomy: execute", "  autonomy: exekute"),
            ("  autonomy: execute", "  autonomy: none"),
            ("on: 2026-01-01", "on: 2026-02-30"),
            ("until: 2027-01-01", "until: 2026-01-01"),
            ("until: 2027-01-01", "until: 2027"),
            ("    run: [group:sales-oncall]", "    run: []"),
            ("    run: [group:sales-oncall]", "    run: [sales-oncall]"),
            ("    run: [group:sales-oncall]", "    build: [group:builders]"),
            ("    run: [group:sales-oncall]", "    run: group:sales-oncall\n    approve: []"),
            ("    run: [group:sales-oncall]", "    run: [group:sales-oncall]\n    build: [builders]"),
            ("    run: [group:sales-oncall]", "    run: [group:sales-oncall]\n    bild: [group:builders]"),
            ("  file: policy.cedar", "  file: other.cedar"),
        ],
    );
}

#[test]
fn sections() {
    let moved = edited(
        &edited(YAML, "policy:\n  file: policy.cedar\n", ""),
        "cost:\n",
        "policy:\n  file: policy.cedar\n\ncost:\n",
    );
    insta::assert_snapshot!(listing(&compile(&moved, POLICY).unwrap_err()), @r"
    contract.yaml:88:1: section `policy` stands too late
    hint: keep the order `identity`, `scope`, `evidence`, `policy`, `tooling`, `cost`, `recovery`
    ");
    let without = edited(YAML, "policy:\n  file: policy.cedar\n", "");
    insta::assert_snapshot!(listing(&compile(&without, POLICY).unwrap_err()), @r"
    contract.yaml:1:1: the contract lacks `policy`
    hint: add `policy: …`
    ");
}

#[test]
fn scope() {
    check(
        "scope",
        &[
            ("  forbidden: [order.refund_all]", "  forbidden: [order.refund]"),
            ("    mail.send: draft", "    mail.send: sketch"),
            ("    mail.send: draft", "    mail.sent: draft"),
            ("    mail.send: draft", "    Mail: draft\n    mail.send: draft"),
            ("      action: order.refund\n", "      action: order.refunds\n"),
            ("      when: context.params.amount > 100", "      when: context.params.amount >"),
            ("      when: context.params.amount > 100", "      when: \"true } unless { false\""),
            ("      quorum: 1", "      quorum: 0"),
            ("      quorum: 1", "      quorum: \"1\""),
            ("      within: 30m", "      within: 30"),
            ("      to: group:risk", "      to: risk"),
            ("      because: Large refunds need a person.\n", ""),
        ],
    );
}

#[test]
fn evidence() {
    check(
        "evidence",
        &[
            ("      from: order.get", "      from: order.gte"),
            ("      from: order.get", "      from: order.refund"),
            ("      matching: { order_id: params:/order_id }", "      matching: { id: params:/order_id }"),
            ("      matching: { order_id: params:/order_id }", "      matching: { order_id: params:/order }"),
            (
                "      matching: { order_id: params:/order_id }",
                "      matching: { order_id: stock:/order_id }",
            ),
            (
                "      matching: { order_id: params:/order_id }",
                "      matching: { order_id: params:order_id }",
            ),
            ("      fresh_for: 10m", "      fresh_for: ten minutes"),
            ("      fresh_for: 10m", "      fresh_for: 10m\n      asserted: true"),
            ("      fresh_for: 10m", "      fresh_for: 10m\n      as_of: updated_at"),
            ("      fresh_for: 10m", "      fresh_for: 10m\n      untrusted: /note"),
            ("      require: [/id, /customer/id, /paid, /total, /region]", "      require: [id]"),
            ("      require: [/id, /customer/id, /paid, /total, /region]", "      require: /id"),
            ("    stock: { from: stock.find }", "    params: { from: stock.find }"),
            ("    stock: { from: stock.find }", "    request: { from: stock.find }"),
            ("      all: [order, stock]", "      all: [order, stocks]"),
            ("      all: [order, stock]", "      all: [order, stock, order]"),
            ("      all: [order, stock]", "      all: [order, stock]\n      at_least: 1"),
            ("      all: [order, stock]", "      all: [order]\n      of: [stock]"),
            ("      all: [order, stock]", "      all: []\n      at_least: 3\n      of: [order, stock]"),
            (
                "      all: [order, stock]",
                "      all: [order, stock]\n      at_least: 0\n      of: [order, stocks]",
            ),
            ("[params:/currency, order:/currency]", "{ of: [params:/amount, order:/total], within: a bit }"),
            ("[params:/currency, order:/currency]", "{ of: [params:/amount, order:/total], within: -0.01 }"),
            ("[params:/currency, order:/currency]", "{ of: [params:/amount], within: 0.01 }"),
            ("[params:/currency, order:/currency]", "{ of: [params:/amount, order:/total] }"),
            ("        - [params:/currency, order:/currency]", "        - [params:/currency]"),
            (
                "        - [params:/currency, order:/currency]",
                "        - [params:/currencies, ordre:/currency]",
            ),
            (
                "        - [params:/currency, order:/currency]",
                "        - [params:/currency, result:/currency]",
            ),
            ("  needs:\n    order.refund:", "  origin: {}\n  needs:\n    order.refnd:"),
            ("  needs:\n", "  origin: { order.refnd: { /note: [request] } }\n  needs:\n"),
            ("  needs:\n", "  origin: { order.refund: { note: [request] } }\n  needs:\n"),
            ("  needs:\n", "  origin: { order.refund: { /note: [order, stocks] } }\n  needs:\n"),
            (
                "  needs:\n",
                "  origin: { order.refund: { /note: [\"order:note\", \"Order:/id\"] } }\n  needs:\n",
            ),
            ("  needs:\n", "  origin: { order.refund: { /note: [\"params:/note\"] } }\n  needs:\n"),
            ("  needs:\n", "  origin: { order.refund: { /note: [] } }\n  needs:\n"),
            ("  needs:\n", "  origin: { order.refund: { /note: request } }\n  needs:\n"),
            (
                "  needs:\n",
                "  origin: { order.refund: { /note: { from: [request], as: ibam } } }\n  needs:\n",
            ),
            (
                "  needs:\n",
                "  origin: { order.refund: { /note: { from: [request], otherwise: ask } } }\n  needs:\n",
            ),
            (
                "  needs:\n",
                "  origin: { order.refund: { /note: { from: [request], otherwise: { to: risk } } } }\n  needs:\n",
            ),
        ],
    );
}

#[test]
fn tooling() {
    check(
        "tooling",
        &[
            ("    api: { http: \"${API_URL}\"", "    api: { http: \"${API_URL\""),
            ("    api: { http: \"${API_URL}\"", "    api: { http: ftp://api"),
            ("\"secret:API_TOKEN\"", "hunter2"),
            ("    mail: { http: https://mail.example/v2/ }", "    mail: { mcp: https://mail.example/v2/ }"),
            ("      upstream: mail", "      upstream: male"),
            ("      request: GET /orders/{order_id}", "      request: GET /orders"),
            ("      request: GET /orders/{order_id}", "      request: GET /orders/{order}"),
            ("      request: GET /orders/{order_id}", "      request: GET orders"),
            ("      request: GET /orders/{order_id}", "      request: FETCH /orders/{order_id}"),
            ("      request: GET /orders/{order_id}", "      request: GET /../{order_id}"),
            ("      request: GET /orders/{order_id}", "      request: GET /orders/{order_id"),
            ("required: [order_id], ", ""),
            ("      timeout: 2s", "      timeout: 0s"),
            ("      timeout: 2s", "      retry: { attempts: 3 }"),
            ("      timeout: 2s", "      breakr: 3"),
            ("      rate: 50/s", "      rate: 50 per second"),
            ("      effect: \"refund:{order_id}\"", "      effect: \"refund:{note}\""),
            ("      effect: \"refund:{order_id}\"", "      effect: \"refund:{order_id\""),
            ("      idempotency_key: header:Idempotency-Key", "      idempotency_key: Idempotency-Key"),
            ("minimum: 1 }", "minimum: one }"),
            ("minimum: 1 }", "minimun: 1 }"),
            ("minimum: 1 }", "atLeast: 1 }"),
            ("format: date-time", "format: datetime"),
            ("{ type: string, minLength: 1 }", "{ $ref: https://elsewhere.example/schema }"),
            ("        type: object\n        additionalProperties: false\n", "        type: array\n"),
            ("    order.unrefund:\n", "    order.unrefunds:\n"),
        ],
    );
}

#[test]
fn cost_and_recovery() {
    check(
        "cost_and_recovery",
        &[
            ("  currency: EUR", "  currency: euro"),
            ("spend: 0.50", "spend: 0.0000001"),
            ("spend: 0.50", "spend: -1"),
            ("spend: 0.50", "spend: 1e3"),
            ("calls: 20", "calls: many"),
            ("tools: { order.refund: 2 }", "tools: { order.refunds: 2 }"),
            ("order.get: 0.0002", "order.got: 0.0002"),
            ("  loop: { same_call: 3 }", "  loop: { same_call: 3, no_progress: 6 }"),
            ("  loop: { same_call: 3 }", "  service: { spend: 200/day }"),
            (
                "    order.refund: { tool: order.unrefund, with: { refund_id: result:/refund/id }, within: 72h }\n",
                "",
            ),
            ("with: { refund_id: result:/refund/id }, within: 72h", "within: 72h"),
            ("with: { refund_id: result:/refund/id }", "with: { refund: result:/refund/id }"),
            ("with: { refund_id: result:/refund/id }", "with: { refund_id: order:/refund/id }"),
            ("with: { refund_id: result:/refund/id }", "with: { refund_id: params:/refund }"),
            ("tool: order.unrefund, with: { refund_id: result:/refund/id }", "tool: order.refund, with: {}"),
            ("irreversible: A mail cannot be recalled.", "irreversible: true"),
            ("irreversible: A mail cannot be recalled.", "irreversible: It is sent., tool: order.get"),
            ("  undo:\n", "  tripwires: []\n  undo:\n    order.get: { irreversible: Reads. }\n"),
        ],
    );
}

#[test]
fn all_problems_come_in_one_pass() {
    let mut text = YAML.to_owned();
    for (from, to) in [
        ("version: 1.2.3", "version: one"),
        ("  autonomy: execute", "  autonomi: execute"),
        ("      within: 30m", "      within: soon"),
        ("      from: order.get", "      from: order.put"),
        ("      rate: 50/s", "      concurrency: 3"),
        ("  currency: EUR", "  currency: €"),
        ("within: 72h", "within: 72x"),
    ] {
        text = edited(&text, from, to);
    }
    insta::assert_snapshot!("all_problems_come_in_one_pass", listing(&compile(&text, POLICY).unwrap_err()));
}
