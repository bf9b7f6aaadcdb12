//! Malformed documents: one edit of the good one each, and what people are told.

use super::{POLICY, YAML, account, edited, listing};
use crate::compile;

pub(super) fn check(name: &str, edits: &[(&str, &str)]) {
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
    hint: begin with its form: `contract: remit/v1`, or `domain: remit/v1` for a domain's file
    contract.yaml: note: what the file says, and what the policies do with it, is not checked yet
    hint: mend its form first
    ");
    insta::assert_snapshot!(listing(&compile("- a list", POLICY).unwrap_err()), @r"
    contract.yaml:1:1: the contract is a list, expected a mapping
    hint: write `key: value`, one a line
    contract.yaml: note: what the file says, and what the policies do with it, is not checked yet
    hint: mend its form first
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
            ("https://mail.example/v2/ }", "https://mail.example/v2/, private: yes }"),
            ("https://mail.example/v2/ }", "https://mail.example/v2/, redirects: 9 }"),
            ("      upstream: mail", "      upstream: male"),
            ("      request: GET /orders/{order_id}", "      request: GET /orders"),
            ("      request: GET /orders/{order_id}", "      request: GET /orders/{order}"),
            ("      request: GET /orders/{order_id}", "      request: GET orders"),
            ("      request: GET /orders/{order_id}", "      request: FETCH /orders/{order_id}"),
            ("      request: GET /orders/{order_id}", "      request: GET /../{order_id}"),
            ("      request: GET /orders/{order_id}", "      request: GET /orders/{order_id"),
            ("required: [order_id], ", ""),
            ("      timeout: 2s", "      timeout: 0s"),
            ("      timeout: 2s", "      retry: { attempts: 9 }"),
            ("      timeout: 2s", "      retry: { times: 3 }"),
            ("      timeout: 2s", "      timeout: 2s\n      retry: { attempts: 3, within: 1s }"),
            ("      rate: 50/s", "      fallback: { then: { tool: stock.find } }"),
            ("      rate: 50/s", "      fallback: { then: { tool: stock.fond } }"),
            (
                "      rate: 50/s",
                "      fallback: { then: { tool: mail.send, with: { text: params:/order_id } } }",
            ),
            ("      rate: 50/s", "      fallback: { then: { tool: order.get } }"),
            (
                "      rate: 50/s",
                "      fallback: { then: { tool: stock.find, with: { itm: params:/order, page: params:/order_id } } }",
            ),
            (
                "      rate: 50/s",
                "      fallback: { then: { tool: stock.find, with: { item: result:/id } } }",
            ),
            ("      rate: 50/s", "      fallback: { then: { with: {} }, stale: 5m }"),
            ("      rate: 50/s", "      fallback: {}"),
            (
                "stock?item={item}&page={page}",
                "stock?item={item}&page={page}\n      fallback: { then: { tool: order.get, with: { order_id: params:/item } } }",
            ),
            ("      effect: \"refund:{order_id}\"", "      fallback: { stale_for: 5m }"),
            ("      effect: \"refund:{order_id}\"", "      fallback: { then: { tool: order.get } }"),
            ("      idempotency_key: header:Idempotency-Key", "      retry: { attempts: 3 }"),
            ("      timeout: 2s", "      max_result: 64KB"),
            ("      timeout: 2s", "      output: { type: objekt, $ref: https://elsewhere.example/schema }"),
            ("      timeout: 2s", "      output: { $ref: \"file:///etc/passwd\" }"),
            ("      timeout: 2s", "      output: { properties: { at: { type: string, format: datetime } } }"),
            ("      timeout: 2s", "      output: { propertees: {} }"),
            ("      timeout: 2s", "      max_result: 2MiB"),
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
            ("  loop: { same_call: 3 }", "  loop: { same_call: 3, no_progress: 0 }"),
            ("  loop: { same_call: 3 }", "  service: { spend: 200/day }"),
            (
                "  loop: { same_call: 3 }",
                "  service: { spend: { hour: 200, day: 200 }, calls: { hour: 2, day: 1 } }",
            ),
            ("  loop: { same_call: 3 }", "  service: { calls: { second: 0, minute: 60 } }"),
            ("  loop: { same_call: 3 }", "  service: { spend: { week: 1 }, calls: { d: 1 }, tokens: 5 }"),
            ("order.refund: 0.25", "order.refund: { most: 0.25 }"),
            ("order.refund: 0.25", "order.refund: { most: 0.25, reported: params:/cost }"),
            ("order.refund: 0.25", "order.refund: { most: dear, reported: result:cost }"),
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
fn model_calls() {
    const UPSTREAM: &str = "    mail: { http: https://mail.example/v2/ }";
    const TOOL: &str = "    mail.send:\n      upstream: mail\n";
    let models = |more: &str| format!("{UPSTREAM}\n    models: {{ http: https://models.example{more} }}");
    let tool = |model: &str, more: &str| {
        format!("    model.chat:\n      upstream: models\n      model: {model}\n{more}{TOOL}")
    };
    let (speaks, good) = (models(", speaks: openai"), "{ allow: [small], most_tokens: 100 }");
    let by_tokens = "model.chat: { million_input: 0.25, million_output: 2 }, order.get: 0.0002";
    let flat = "model.chat: 0.25, order.get: 0.0002";
    let action = ("    stock.find: read", "    stock.find: read\n    model.chat: read");
    let changed = |changes: &[(&str, &str)]| {
        let changes = [&[action], changes].concat();
        let said = changes.iter().fold(YAML.to_owned(), |text, (from, to)| text.replacen(from, to, 1));
        let problems = crate::compile(&said, POLICY).err().unwrap_or_default();
        let said =
            problems.iter().map(|it| format!("{}:{}: {}\n  {}\n", it.line, it.column, it.message, it.remedy));
        said.collect::<String>()
    };
    let (up, at, price) = (UPSTREAM, TOOL, "order.get: 0.0002");
    let whole = tool(good, "");
    let cases = [
        ("good", changed(&[(up, &speaks), (at, &whole), (price, by_tokens)])),
        ("speaks", changed(&[(up, &models(", speaks: openapi")), (at, &whole)])),
        ("does not speak", changed(&[(up, &models("")), (at, &whole)])),
        ("no model", changed(&[(up, &speaks), (at, &tool("{ allow: [], most_tokens: 100 }", ""))])),
        ("no limit", changed(&[(up, &speaks), (at, &tool("{ allow: [small] }", ""))])),
        (
            "unknown key",
            changed(&[(up, &speaks), (at, &tool("{ allow: [small], most_tokens: 100, tokens: 1 }", ""))]),
        ),
        ("request", changed(&[(up, &speaks), (at, &tool(good, "      request: POST /v1\n"))])),
        ("flat price", changed(&[(up, &speaks), (at, &whole), (price, flat)])),
        (
            "half a price",
            changed(&[(up, &speaks), (at, &whole), (price, "model.chat: { million_input: 1 }")]),
        ),
        (
            "price by tokens",
            changed(&[
                (up, &speaks),
                (at, &whole),
                (price, "order.get: { million_input: 1, million_output: 1 }"),
            ]),
        ),
        (
            "not counted",
            changed(&[(up, &speaks), (at, &whole), ("      upstream: mail\n", "      upstream: models\n")]),
        ),
        ("an effect", changed(&[(up, &speaks), (at, &whole), ("model.chat: read", "model.chat: draft")])),
        (
            "evidence",
            changed(&[
                (up, &speaks),
                (at, &whole),
                ("stock: { from: stock.find }", "stock: { from: model.chat }"),
            ]),
        ),
        ("tokens", changed(&[(up, &speaks), (at, &whole), ("calls: 20", "calls: 20, tokens: many")])),
    ];
    let said: String = cases.iter().map(|(name, said)| format!("# {name}\n{said}\n")).collect();
    insta::assert_snapshot!("model_calls", said);
}

#[test]
fn all_problems_come_in_one_pass() {
    let mut text = YAML.to_owned();
    for (from, to) in [
        ("version: 1.2.3", "version: one"),
        ("  autonomy: execute", "  autonomi: execute"),
        ("      within: 30m", "      within: soon"),
        ("      from: order.get", "      from: order.put"),
        ("      rate: 50/s", "      concurrency: 0"),
        ("  currency: EUR", "  currency: €"),
        ("within: 72h", "within: 72x"),
    ] {
        text = edited(&text, from, to);
    }
    insta::assert_snapshot!("all_problems_come_in_one_pass", listing(&compile(&text, POLICY).unwrap_err()));
}

/// Two wrong elements in every list and mapping of clauses 1 to 4: (what stands there, what is put there, a part of
/// what is said of the one, and of the other).
const TWICE: [(&str, &str, [&str; 2]); 21] = [
    (
        "    run: [group:sales-oncall]",
        "    run: [one, two]",
        ["`one` is not a group", "`two` is not a group"],
    ),
    (
        "    run: [group:sales-oncall]",
        "    run: [group:sales-oncall]\n    build: [one, two]",
        ["`one` is not a group", "`two` is not a group"],
    ),
    (
        "    mail.send: draft",
        "    mail.send: one\n    More: read",
        ["`one` is not an action type", "action `More`"],
    ),
    ("[order.refund_all]", "[One, Two]", ["`One` is not a name", "`Two` is not a name"]),
    (
        "  escalate:\n",
        "  workflows: { a: { actions: one }, b: { actions: two } }\n  escalate:\n",
        ["actions are `one`", "actions are `two`"],
    ),
    (
        "  escalate:\n",
        "  workflows: { one: { actions: [One, Two], tools: { order.get: 0, stock.find: -1 } } }\n  escalate:\n",
        ["`One` is not a name", "found `-1`"],
    ),
    (
        "      within: 30m\n",
        "      within: one\n    - { id: two }\n",
        ["found `one`", "the rule does not say when it asks"],
    ),
    (
        "      when: context.params.amount > 100",
        "      usual: { amount: one, order_id: two }",
        ["contract.yaml:25:24", "contract.yaml:25:39"],
    ),
    (
        "      when: context.params.amount > 100",
        "      missing: [one:x, two:y]",
        ["`x` is not a JSON pointer", "`y` is not a JSON pointer"],
    ),
    (
        "{ order_id: params:/order_id }",
        "{ order_id: one, more: two }",
        ["`one` does not say", "`two` does not say"],
    ),
    (
        "[/id, /customer/id, /paid, /total, /region]",
        "[one, two]",
        ["`one` is not a JSON", "`two` is not a JSON"],
    ),
    (
        "      fresh_for: 10m",
        "      untrusted: [one, two]",
        ["`one` is not a JSON pointer", "`two` is not a JSON pointer"],
    ),
    (
        "    stock: { from: stock.find }",
        "    stock: { from: One }\n    more: { from: Two }",
        ["`One` is not a name", "`Two` is not a name"],
    ),
    ("all: [order, stock]", "all: [One, Two]", ["`One` is not a name", "`Two` is not a name"]),
    (
        "all: [order, stock]",
        "all: []\n      at_least: 1\n      of: [One, Two]",
        ["`One` is not a name", "`Two` is not a name"],
    ),
    (
        "[params:/currency, order:/currency]",
        "[one, two]",
        ["`one` does not say where", "`two` does not say where"],
    ),
    (
        "        - [params:/currency, order:/currency]\n",
        "        - [one, params:/currency]\n        - two\n",
        ["`one` does not say where", "one line of agree is not a list"],
    ),
    (
        "  needs:\n    order.refund:\n",
        "  needs:\n    one: {}\n    order.refund:\n      two: 1\n",
        ["what `one` needs lacks `all`", "unknown key `two`"],
    ),
    (
        "  needs:\n",
        "  origin: { order.refund: { one: [request], two: [request] } }\n  needs:\n",
        ["`one` is not a JSON pointer", "`two` is not a JSON pointer"],
    ),
    (
        "  needs:\n",
        "  origin: { order.refund: { /note: [One, Two] } }\n  needs:\n",
        ["`One` is not a name", "`Two` is not a name"],
    ),
    ("  file: policy.cedar", "  file: one\n  two: 1", ["policy.file `one`", "unknown key `two`"]),
];

#[test]
fn one_wrong_element_does_not_hide_the_next() {
    for (from, to, both) in TWICE {
        let said = listing(&compile(&edited(YAML, from, to), POLICY).unwrap_err());
        assert!(both.iter().all(|one| said.contains(one)), "{to}\n{both:?}\n{said}");
    }
}

#[test]
fn one_wrong_section_does_not_hide_the_rest() {
    // What is wrong with one part of the scope; what is dangling in the others.
    let yaml = edited(YAML, "      from: order.get", "      from: order.gte");
    let yaml = edited(&yaml, "  prices: { order.get:", "  prices: { order.got:");
    for (from, to) in [
        ("  forbidden: [order.refund_all]", "  forbidden: order.refund_all"),
        ("  forbidden: [order.refund_all]", "  workflows: []"),
        ("  needs:\n", "  origin: []\n  needs:\n"),
        ("version: 1.2.3", "version: one"),
    ] {
        let problems = compile(&edited(&yaml, from, to), POLICY).unwrap_err();
        let said = listing(&problems);
        assert!(
            said.contains("`order.gte`, which is not an action") && said.contains("`order.got`"),
            "{said}"
        );
        assert!(problems.len() >= 3, "{said}");
    }
}

#[test]
fn what_yaml_may_say_and_a_contract_may_not_ends_nothing() {
    let mut text = YAML.to_owned();
    for (from, to) in [
        ("  autonomy: execute", "  autonomy: &level execute\n  owner: twice"),
        ("    mail.send: draft", "    mail.send: *level\n    mail.send: read"),
        ("      fresh_for: 10m", "      fresh_for: !time 10x"),
        ("  currency: EUR", "  ? [currency]\n  : EUR\n  currency: euro"),
    ] {
        text = edited(&text, from, to);
    }
    let policy = edited(POLICY, "@id(\"mail\")\npermit", "@id(\"mail\")\npremit");
    insta::assert_snapshot!(listing(&compile(&text, &policy).unwrap_err()));
    // Even where there is no document at all, the policies are read.
    let said = listing(&compile("a: [", &policy).unwrap_err());
    assert!(said.contains("this is not YAML") && said.contains("this is not a Cedar policy"), "{said}");
}

#[test]
fn whom_a_contract_may_name() {
    for (owner, is_person) in [
        ("ada", true),
        ("Ada Lovelace", true),
        ("zoë.o'neil+work@acme.example", true),
        ("\"?!\"", false),
        ("\"@acme.example\"", false),
        ("ada@", false),
        ("ada@acme@example", false),
        ("ada;drop", false),
        ("\" ada\"", false),
    ] {
        let said = compile(&edited(YAML, "owner: ada@acme.example", &format!("owner: {owner}")), POLICY);
        assert_eq!(said.is_ok(), is_person, "{owner}: {said:?}");
    }
}

#[test]
fn what_becomes_of_unknown_outcomes() {
    let to = |more: &str| format!("      idempotency_key: header:Idempotency-Key\n{more}");
    let ask = |with: &str| {
        to(&format!("      when_unknown: {{ ask: order.get, with: {with}, settled: \"result:/refund\" }}\n"))
    };
    let key = "      idempotency_key: header:Idempotency-Key\n";
    let edits = [
        // What works: by the key, by the parameter that names the effect.
        (key, ask("{ order_id: $key }")),
        (key, ask("{ order_id: params:/order_id }")),
        // What cannot.
        (key, to("      when_unknown: order.get\n")),
        (
            key,
            to("      when_unknown: { ask: order.gte, with: { order_id: $key }, settled: \"result:/a\" }\n"),
        ),
        (
            key,
            to("      when_unknown: { ask: mail.send, with: { order_id: $key }, settled: \"result:/a\" }\n"),
        ),
        (
            key,
            to(
                "      when_unknown: { ask: order.refund, with: { order_id: $key }, settled: \"result:/a\" }\n",
            ),
        ),
        (key, to("      when_unknown: { ask: order.get, settled: \"result:/a\" }\n")),
        (key, to("      when_unknown: { ask: order.get, with: { order_id: $key } }\n")),
        (
            key,
            to(
                "      when_unknown: { ask: order.get, with: { order_id: $key }, settled: \"result.a present\" }\n",
            ),
        ),
        (
            key,
            to("      when_unknown: { ask: order.get, with: { order_id: $key }, settled: \"params:/a\" }\n"),
        ),
        (key, ask("{ order_id: result:/id }")),
        (key, ask("{ order_id: params:/amount }")),
        (key, ask("{ order_id: params:/ordr_id }")),
        (key, ask("{ ordr_id: $key }")),
        (key, ask("{ order_id: params:/note }")),
        (
            key,
            "      when_unknown: { ask: order.get, with: { order_id: $key }, settled: \"result:/a\" }\n"
                .to_owned(),
        ),
        (key, to("      lands_within: soon\n")),
        (key, to("      report_within: 0s\n")),
        ("    stock.find:\n", "    stock.find:\n      lands_within: 1s\n".to_owned()),
    ];
    let edits: Vec<(&str, &str)> = edits.iter().map(|(from, to)| (*from, to.as_str())).collect();
    check("what_becomes_of_unknown_outcomes", &edits);
}
