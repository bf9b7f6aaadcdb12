//! The whole table as a picture: a changed cell shows in review.

use std::fmt::Write as _;

use super::*;

#[test]
fn transition_table() {
    use ActionMove as M;
    let moves =
        [M::Admit, M::Deny, M::Hold, M::Lapse, M::Approve, M::Start, M::Succeed, M::Fail, M::Doubt, M::Undo];
    let mut table = String::new();
    for from in ActionStatus::ALL {
        for by in moves {
            if let Ok(to) = from.next(by) {
                writeln!(table, "{from:>10} --{by:?}--> {to}").unwrap();
            }
        }
    }
    insta::assert_snapshot!(table);
}
