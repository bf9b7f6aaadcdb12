//! Sufficiency, tolerance and the tool servers' own time, played on the real core.

use super::*;

/// The good contract, with four tools that tell an amount, two of them of one upstream.
fn contract() -> String {
    let tells = ["ledger", "bank", "copy", "processor"];
    let each = |line: fn(&str) -> String| tells.map(line).concat();
    let scope = each(|name| format!("    {name}.get: read\n"));
    let items = each(|name| {
        format!("    {name}: {{ from: {name}.get, fresh_for: 1m, as_of: /at, require: [/amount] }}\n")
    });
    let tools = each(|name| {
        let upstream = if name == "copy" { "ledger" } else { name };
        format!(
            "    {name}.get:\n      upstream: {upstream}\n      request: GET /{name}\n      input: {{ type: object, additionalProperties: false, properties: {{}} }}\n"
        )
    });
    let upstreams = ["ledger", "bank", "processor"]
        .map(|name| format!("    {name}: {{ http: https://{name}.example/ }}\n"));
    let edits = [
        ("    stock.find: read\n", format!("    stock.find: read\n{scope}")),
        ("    stock: { from: stock.find }\n", format!("    stock: {{ from: stock.find }}\n{items}")),
        ("      all: [order, stock]\n", "      all: [order]\n      at_least: 2\n      of: [ledger, bank, copy, processor]\n".to_owned()),
        (
            "        - [params:/currency, order:/currency]\n",
            "        - [params:/currency, order:/currency]\n        - { of: [ledger:/amount, bank:/amount, processor:/amount], within: 0.01 }\n".to_owned(),
        ),
        ("  upstreams:\n", format!("  upstreams:\n{}", upstreams.concat())),
        ("    stock.find:\n", format!("{tools}    stock.find:\n")),
    ];
    edits.iter().fold(YAML.to_owned(), |text, (from, to)| edited(&text, from, to))
}

#[test]
fn independent_sources() {
    let scenarios = include_str!("sources.yaml");
    let reads = "[Action::\"order.get\", Action::\"stock.find\"]";
    let policy = edited(POLICY, reads, &reads.replace(']', ", Action::\"ledger.get\", Action::\"bank.get\", Action::\"copy.get\", Action::\"processor.get\"]"));
    let file = ("scenarios/sources.yaml".to_owned(), scenarios.as_bytes().to_vec());
    let folder = Folder { contract: contract(), policy, scenarios: vec![file] };
    let tested = test_folder(&folder, None).unwrap_or_else(|problems| panic!("{}", listing(&problems)));
    assert_eq!(failures(&tested), "");
    assert_eq!(tested.scenarios.len(), 6);
}
