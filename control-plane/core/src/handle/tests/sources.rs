//! Of several facts so many must be fresh, from sources that do not depend on each other; the rest is to spare.

use super::world::*;
use crate::{
    Clause, EvidenceUse, OneOf, Outcome, Reason,
    command::{Look, ReadAgain},
    event::{Event, Settlement},
};

/// A fact of a source that is read now.
fn read(world: &mut World, source: &str, spare: bool) -> EvidenceUse {
    let one_of = Some(OneOf { source: source.to_owned(), spare });
    world.drawn = world.drawn.saturating_add(100);
    let look = world.admit(Call::new("look", &format!("{{\"n\":{}}}", world.drawn)));
    world.settle(look, Settlement::Succeeded { result: json("{}") }).unwrap();
    EvidenceUse { one_of, ..world.cite(look, "{}") }
}

/// A payment that needs two independent sources and has these.
fn pay(evidence: &[EvidenceUse]) -> Call {
    Call::new("pay", "{}").with(|_, it| {
        it.evidence = evidence.to_vec();
        it.at_least = Some(2);
    })
}

#[test]
fn so_many_are_fresh() {
    // Source, age in milliseconds (1000 are accepted), to spare; then what is decided.
    let stale = (Outcome::Deny, Reason::EvidenceStale);
    let few = (Outcome::Deny, Reason::EvidenceInsufficient);
    let content = (Outcome::Admit, Reason::WithinContract);
    type Case<'a> = (&'a [(&'a str, u64, bool)], (Outcome, Reason));
    let table: [Case<'_>; 9] = [
        (&[("a", 0, true), ("b", 0, true)], content),
        (&[("a", 0, true), ("b", 1_000, true), ("c", 1_001, true)], content),
        (&[("a", 1_001, true), ("b", 0, true), ("c", 0, true)], content),
        (&[("a", 0, true), ("b", 1_001, true)], stale),
        (&[("a", 0, true), ("b", 1_001, true), ("a", 0, true)], stale),
        (&[("a", 0, true), ("b", 0, true), ("c", 1_001, false)], stale),
        (&[("a", 0, true), ("a", 0, true), ("a", 0, true)], few),
        (&[("a", 0, true)], few),
        (&[], few),
    ];
    for (number, (facts, (outcome, reason))) in table.into_iter().enumerate() {
        let mut world = World::new();
        let mut evidence: Vec<EvidenceUse> =
            facts.iter().map(|(source, _, spare)| read(&mut world, source, *spare)).collect();
        let oldest = facts.iter().map(|(_, age, _)| *age).max().unwrap_or(0);
        // All are read in one moment: what is to be older than the others counts for less long.
        for (used, (_, age, _)) in evidence.iter_mut().zip(facts) {
            used.fresh_for_ms = Some(oldest.saturating_sub(*age).saturating_add(1_000));
        }
        world.later(oldest);
        let decided = world.decided(pay(&evidence));
        let finding = decided.decision.findings.iter().find(|it| it.clause == Clause::Evidence).unwrap();
        assert_eq!((finding.outcome, finding.reason), (outcome, reason), "{number}: {}", finding.detail);
    }
}

#[test]
fn what_is_to_spare_must_still_have_been_seen() {
    let mut world = World::new();
    let mut evidence =
        [read(&mut world, "a", true), read(&mut world, "b", true), read(&mut world, "c", true)];
    evidence[2].digest = json("1").digest();
    world.expect(pay(&evidence), Outcome::Deny, Clause::Evidence, Reason::EvidenceMissing);
}

#[test]
fn an_approved_action_goes_without_what_is_to_spare() {
    // Which of three are read again after the approval; whether it goes then.
    let table = [(vec![0, 1, 2], true), (vec![0, 1], true), (vec![1, 2], true), (vec![0], false)];
    for (left, goes) in table {
        let mut world = World::new();
        let facts = ["a", "b", "c"].map(|source| {
            let item = source.into();
            EvidenceUse { item, ..read(&mut world, source, true) }
        });
        for used in &facts {
            world
                .state
                .runs
                .get_mut(&run(1))
                .unwrap()
                .evidence
                .insert((used.item.clone(), used.action), (used.digest, used.observed_at));
        }
        let call = pay(&facts).ask(ask("large", "risk", 1));
        let held = world.hold(call.clone());
        world.answer(held, &person("rita", &["risk"]), true).unwrap();
        let gone: Vec<_> = (0..3).filter(|nth| !left.contains(nth)).map(|nth| facts[nth].action).collect();
        assert_eq!(call.assessment.can_spare(&gone), goes, "{left:?}");
        let again: Vec<EvidenceUse> = left.iter().map(|nth| again(&mut world, held, &facts[*nth])).collect();
        let mut assessment = call.assessment;
        assessment.evidence = again;
        let look = Look::Read { assessment: Box::new(assessment), moved: Vec::new() };
        let events = world.release(held, look).unwrap();
        let Event::ActionReleased { decision, .. } = &events[0] else { panic!("{:?}", events[0].kind()) };
        let expect = if goes { Outcome::Admit } else { Outcome::Deny };
        assert_eq!(decision.outcome, expect, "{left:?} {:?}", decision.deciding());
    }
}

/// Reads a fact again, for an approved action.
fn again(world: &mut World, held: crate::ActionId, used: &EvidenceUse) -> EvidenceUse {
    world.drawn = world.drawn.saturating_add(100);
    let params = world.history.iter().find_map(|(_, event)| match event {
        Event::ActionDecided(it) if it.proposal.action == used.action => Some(it.proposal.params.clone()),
        _ => None,
    });
    let read = action(world.drawn);
    let again = ReadAgain { held, source: used.action, params: params.unwrap(), action: read };
    world.command(crate::Command::ReadAgain(Box::new(again))).unwrap();
    world.settle(read, Settlement::Succeeded { result: json("{}") }).unwrap();
    world
        .state
        .runs
        .get_mut(&run(1))
        .unwrap()
        .evidence
        .insert((used.item.clone(), read), (used.digest, world.now));
    EvidenceUse { action: read, observed_at: world.now, ..used.clone() }
}
