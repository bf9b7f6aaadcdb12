//! Several rules that match are one question, at least as strict as each of them.

use proptest::prelude::*;

use super::world::*;
use crate::{ActionStatus, Ask, escalation::Question};

const GROUPS: [&str; 3] = ["risk", "legal", "oncall"];

fn asks() -> impl Strategy<Value = Vec<Ask>> {
    let one = (0..GROUPS.len(), 1_u32..4, 1_u64..4);
    prop::collection::vec(one, 2..5).prop_map(|rules| {
        let ask = |(number, (group, quorum, within)): (usize, (usize, u32, u64))| Ask {
            within_ms: within.saturating_mul(60_000),
            ..ask(&format!("rule-{number}"), GROUPS[group], quorum)
        };
        rules.into_iter().enumerate().map(ask).collect()
    })
}

/// Who says yes, in turn: a name, and the groups as a mask.
fn voters() -> impl Strategy<Value = Vec<(u8, u8)>> {
    prop::collection::vec((0_u8..6, 1_u8..8), 0..8)
}

/// The question under these rules, and whether these people approved it.
fn approved(asks: &[Ask], voters: &[(u8, u8)]) -> (Question, bool) {
    let mut world = World::new();
    let call = asks.iter().cloned().fold(Call::new("pay", "1"), Call::ask);
    let held = world.hold(call);
    let question = world.state.held[&held].question.clone();
    for (name, mask) in voters {
        let groups: Vec<&str> = GROUPS
            .iter()
            .enumerate()
            .filter(|(bit, _)| mask & (1 << bit) != 0)
            .map(|(_, group)| *group)
            .collect();
        // Who may not answer, or has answered, changes nothing.
        let _ = world.answer(held, &person(&name.to_string(), &groups), true);
    }
    (question, world.status(held) == ActionStatus::Approved)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariant_one_more_rule_never_makes_approval_easier(asks in asks(), voters in voters()) {
        let (last, fewer) = asks.split_last().unwrap();
        let (question, with_it) = approved(&asks, &voters);
        let (before, without) = approved(fewer, &voters);
        prop_assert!(!with_it || without, "{last:?} made it easier");
        prop_assert_eq!(question.quorum, before.quorum.max(last.quorum));
        prop_assert!(question.deadline <= before.deadline);
        prop_assert!(question.groups.is_superset(&before.groups) && question.groups.contains(&last.to));
    }

    /// The largest quorum among the union of groups is the least that is ever needed.
    #[test]
    fn invariant_an_approval_has_the_largest_quorum(asks in asks(), voters in voters()) {
        let (question, approved) = approved(&asks, &voters);
        let people: std::collections::BTreeSet<u8> = voters.iter().map(|(name, _)| *name).collect();
        prop_assert!(!approved || u32::try_from(people.len()).unwrap() >= question.quorum);
    }
}
