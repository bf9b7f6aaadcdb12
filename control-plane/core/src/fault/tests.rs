//! The kinds, and what is done about each.

use super::*;

#[test]
fn what_each_kind_means() {
    let table = [
        // kind, counts against the tool, may pass
        (ToolFault::Unreachable, true, true),
        (ToolFault::Refused, false, false),
        (ToolFault::Broken, true, true),
        (ToolFault::Busy, false, true),
        (ToolFault::Late, true, true),
        (ToolFault::Oversized, true, false),
    ];
    assert_eq!(table.map(|(kind, ..)| kind), ToolFault::ALL);
    for (kind, counts, passes) in table {
        assert_eq!((kind.is_of_the_tool(), kind.may_pass()), (counts, passes), "{kind}");
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
}
