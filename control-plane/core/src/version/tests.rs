//! The whole transition table, and what a signature binds.

use super::{Occasion, Seal, Statement, VersionMove, VersionStatus};
use crate::{Digest, Timestamp, review::Review};

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

/// A named part of a statement, altered.
type Altered = (&'static str, fn(&mut Seal));

#[test]
fn a_signature_binds_everything_that_was_stated() {
    let (service, domain, version, approver) = ("refunds", "payments", Digest::of(b"version"), "rita");
    let seal = Seal {
        base: Some(Digest::of(b"base")),
        shown: "limit widened".to_owned(),
        occasion: Some(Occasion { plane: Digest::of(b"plane"), proposed_at: Timestamp::from_micros(7) }),
        review: Some(Review {
            since: Timestamp::from_micros(1),
            grave: 1,
            flips: Digest::of(b"flips"),
            shown: "deny to admit".to_owned(),
        }),
        key: Digest::of(b"key"),
        signature: "00".to_owned(),
    };
    let stated = Statement { service, domain, version, approver, seal: &seal };
    let others = [
        Statement { service: "refund", ..stated },
        Statement { domain: "payment", ..stated },
        Statement { service: "srefunds", domain: "payment", ..stated },
        Statement { version: Digest::of(b"base"), ..stated },
        Statement { approver: "ruth", ..stated },
    ];
    for other in others {
        assert_ne!(other.digest(), stated.digest(), "{other:?}");
    }
    let altered: [Altered; 11] = [
        ("base", |seal| seal.base = Some(Digest::of(b"version"))),
        ("no base", |seal| seal.base = None),
        ("shown", |seal| seal.shown.push('s')),
        ("form", |seal| seal.occasion = None),
        ("control plane", |seal| seal.occasion.as_mut().unwrap().plane = Digest::of(b"other")),
        ("proposal", |seal| seal.occasion.as_mut().unwrap().proposed_at = Timestamp::from_micros(8)),
        ("no review", |seal| seal.review = None),
        ("since", |seal| seal.review.as_mut().unwrap().since = Timestamp::from_micros(2)),
        ("count", |seal| seal.review.as_mut().unwrap().grave = 0),
        ("flips", |seal| seal.review.as_mut().unwrap().flips = Digest::of(b"none")),
        ("review shown", |seal| seal.review.as_mut().unwrap().shown.clear()),
    ];
    for (what, alter) in altered {
        let mut other = seal.clone();
        alter(&mut other);
        assert_ne!(Statement { seal: &other, ..stated }.digest(), stated.digest(), "{what}");
    }
}

/// What was signed before stays signed: the bytes of the first form never change.
#[test]
fn the_first_form_of_a_statement_is_kept() {
    let (key, signature) = (Digest::of(b"key"), String::new());
    let seal = Seal { base: None, shown: "changes".to_owned(), occasion: None, review: None, key, signature };
    let stated = Statement {
        service: "refunds",
        domain: "payments",
        version: Digest::of(b"version"),
        approver: "rita",
        seal: &seal,
    };
    let parts: [&[u8]; 4] = [b"remit/approval/v1", stated.version.as_bytes(), b"changes", b"rita"];
    assert_eq!(stated.digest(), Digest::of_parts(&parts));
}
