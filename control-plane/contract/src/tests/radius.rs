//! What is said of a blast radius that cannot hold, in a contract and in a domain's file.

use super::{POLICY, YAML, account, edited, listing};
use crate::{compile, domain};

/// What stands before the rule in the good document.
const UNDO: &str = "    mail.send: { irreversible: A mail cannot be recalled. }\n";

#[test]
fn in_a_contract() {
    let rules = [
        "{}",
        "{ all: {} }",
        "[order.refund]",
        "{ order.refunds: { count: 200/h } }",
        "{ order.refund: { count: 200 } }",
        "{ order.refund: { count: many/h, sum: { of: params:/amount, max: 9/y }, distinct: { max: 5/h } } }",
        "{ order.refund: { sum: { of: params:/amont, max: 9/h } } }",
        "{ order.refund: { sum: { of: params:/note, max: 9/h } } }",
        "{ order.refund: { sum: { of: result:/amount, max: 9/h } } }",
        "{ order.refund: { distinct: { of: params:/order_id, max: 20000/h } } }",
        "{ order.refund: { count: 5/h, then: escalte } }",
        "{ order.refund: { count: 5/h, then: deny } }",
        "{ mail.send: { count: 5/h, then: draft } }",
        "{ all: { count: 5/h, then: execute } }",
        "{ order.refund: { counts: 5/h } }",
    ];
    let edits = rules.map(|rule| (UNDO, format!("{UNDO}  blast_radius: {rule}\n")));
    let edits: Vec<(&str, &str)> = edits.iter().map(|(from, to)| (*from, to.as_str())).collect();
    insta::assert_snapshot!(account(&edits, |from, to| compile(&edited(YAML, from, to), POLICY)));
}

#[test]
fn in_a_domains_file() {
    let said = |rule: &str| {
        let text =
            format!("domain: remit/v1\nname: sales\ncurrency: EUR\nbacktest: none\nblast_radius: {rule}\n");
        match domain::parse(&text, "sales.yaml") {
            Ok(file) => file.settings.blast_radius.iter().map(|rule| format!("{rule:?}\n")).collect(),
            Err(problems) => listing(&problems),
        }
    };
    let table = [
        "{ all: { count: 500/h, then: none }, order.refund: { distinct: { of: params:/order_id, max: 5/m } } }",
        "{ all: { count: 500/w } }",
        "{ Order: { count: 500/h } }",
    ];
    insta::assert_snapshot!(table.map(|rule| format!("{rule}\n{}", said(rule))).join("\n"));
}
