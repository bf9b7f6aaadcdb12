//! The whole transition table, and what a signature binds.

use super::{VersionMove, VersionStatus, statement};
use crate::Digest;

#[test]
fn transition_table() {
    use VersionMove as M;
    let moves = [M::Propose, M::Approve, M::Activate, M::Load, M::Supersede, M::Revoke];
    let mut table = String::new();
    for from in std::iter::once(None).chain(VersionStatus::ALL.map(Some)) {
        for by in moves {
            if let Ok(to) = VersionStatus::next(from, by) {
                let from = from.map_or("-", VersionStatus::as_str);
                table.push_str(&format!("{from:<10} {by:<10} {to}\n"));
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_signature_binds_version_changes_and_approver() {
    let base = statement(Digest::of(b"a"), "limit widened", "rita");
    let others = [
        statement(Digest::of(b"b"), "limit widened", "rita"),
        statement(Digest::of(b"a"), "limit narrowed", "rita"),
        statement(Digest::of(b"a"), "limit widened", "ruth"),
        statement(Digest::of(b"a"), "limit widenedrita", ""),
    ];
    assert!(others.iter().all(|other| *other != base));
}
