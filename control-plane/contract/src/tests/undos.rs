//! What is said of a wrong undo: what comes back by it, and the read that shows that it has worked.

use super::{POLICY, YAML, account, edited};
use crate::compile;

#[test]
fn wrong_undos() {
    let edits = [
        ("within: 72h }", "within: 72h, independent: maybe }"),
        ("within: 72h }", "within: 72h, returns: { amount: order:/total } }"),
        ("within: 72h }", "within: 72h, verify: { ask: order.unrefund, expect: {} } }"),
        ("within: 72h }", "within: 72h, verify: { ask: order.gets, expect: { params:/x: 1 } } }"),
        (
            "within: 72h }",
            "within: 72h, verify: { ask: order.unrefund, with: { id: result:/id }, expect: { result:/x: 1 } } }",
        ),
    ];
    insta::assert_snapshot!(account(&edits, |from, to| compile(&edited(YAML, from, to), POLICY)));
}
