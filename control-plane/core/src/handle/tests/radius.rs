//! How far actions reach: what counts, what is taken back, and what becomes of the one that goes beyond.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::world::*;
use crate::{
    ActionId, ActionStatus, Backtest, Clause, Command, DomainSettings, Event, Level, Outcome, Reason, State,
    event::Settlement,
    radius::{Edge, Measure, Meter, Radius},
    sliding::SLOTS,
    terms::RunLimits,
};

const HOUR: u64 = 3_600_000;

fn rule(action: Option<&str>, measure: Measure, max: u64, then: Edge) -> Radius {
    Radius { meter: Meter { action: action.map(Into::into), measure, per_ms: HOUR }, max, then }
}

fn sum(max: u64) -> Radius {
    rule(Some("pay"), Measure::Sum("/amount".into()), max, Edge::Escalate)
}

fn distinct(max: u64) -> Radius {
    rule(Some("pay"), Measure::Distinct("/to".into()), max, Edge::Escalate)
}

fn count(max: u64) -> Radius {
    rule(Some("pay"), Measure::Count, max, Edge::Escalate)
}

/// A world with room for many payments, under these rules of the service.
fn world(rules: &[Radius]) -> World {
    let mut terms = terms();
    let (spend, calls) = (crate::Money::from_micros(1_000_000), 10_000);
    terms.run = RunLimits { spend, calls, tools: [].into(), wall_time_ms: None, ..terms.run };
    terms.run.same_call = None;
    terms.delegation.until = START.plus_ms(1_000 * HOUR);
    terms.blast_radius = rules.to_vec();
    World::under(terms)
}

fn pay(amount: u64, to: u8, number: usize) -> Call {
    Call::new("pay", &format!(r#"{{"amount":{amount},"number":{number},"to":"{to}"}}"#))
}

#[track_caller]
fn beyond(world: &mut World, call: Call, outcome: Outcome, words: &str) -> ActionId {
    let decided = world.decided(call);
    let finding = &decided.decision.findings[6];
    assert_eq!(
        (finding.clause, finding.outcome, finding.reason),
        (Clause::Recovery, outcome, Reason::BlastRadius),
        "{finding:?}"
    );
    assert_eq!(finding.detail, words);
    decided.proposal.action
}

#[test]
fn what_goes_beyond_is_held_and_says_the_figures() {
    for (rules, words) in [
        (count(2), "`recovery.blast_radius.pay.count`: 2 of 2 in the last hour"),
        (sum(25), "`recovery.blast_radius.pay.sum`: 20 of 25 in the last hour, 10 more are asked for"),
        (
            distinct(2),
            "`recovery.blast_radius.pay.distinct`: 2 of 2 in the last hour, this is another `params:/to`",
        ),
        (
            rule(None, Measure::Count, 2, Edge::Escalate),
            "`recovery.blast_radius.all.count`: 2 of 2 in the last hour",
        ),
    ] {
        let mut world = world(&[rules]);
        world.admit(pay(10, 1, 1));
        world.later(1_000).admit(pay(10, 2, 2));
        let held = beyond(&mut world, pay(10, 3, 3), Outcome::Escalate, words);
        assert_eq!(world.state.escalations.values().next().unwrap().question.asks[0].to.as_str(), "oncall");
        world.admit(Call::new("look", "{}"));
        // The window moves on; what people let through then counts, too.
        world.answer(held, &oncall(), true).unwrap();
        assert_eq!(world.status(held), ActionStatus::Approved, "people let it through");
        world.later(HOUR + HOUR / SLOTS + 1_000).admit(pay(10, 4, 4));
    }
}

#[test]
fn one_who_is_known_already_reaches_nobody_new() {
    let mut world = world(&[distinct(1)]);
    world.admit(pay(1, 1, 1));
    world.admit(pay(1, 1, 2));
    world.hold(pay(1, 2, 3));
}

#[test]
fn what_certainly_did_not_happen_is_taken_back_and_nothing_else_is() {
    for (settlement, room) in [(failed(), true), (in_doubt(), false), (succeeded(), false)] {
        for rules in [count(1), sum(10), distinct(1)] {
            let mut world = world(&[rules]);
            let first = world.admit(pay(10, 1, 1));
            world.settle(first, settlement.clone()).unwrap();
            let second = world.decided(pay(10, 2, 2)).decision.outcome;
            assert_eq!(second == Outcome::Admit, room, "{settlement:?}");
        }
    }
}

#[test]
fn what_was_undone_has_been_out_there() {
    let mut world = world(&[count(1)]);
    let paid = world.admit(pay(1, 1, 1));
    world.settle(paid, succeeded()).unwrap();
    world.plan(1, 1, oncall()).unwrap();
    let digest = world.state.rollbacks[&plan(1)].plan.digest;
    let why = "undo it".to_owned();
    world.command(Command::StartRollback { plan: plan(1), digest, by: oncall(), reason: why }).unwrap();
    world.command(Command::Compensate { plan: plan(1), target: paid, action: action(90) }).unwrap();
    world.settle(action(90), succeeded()).unwrap();
    assert_eq!(world.status(paid), ActionStatus::Undone);
    world.start(2, "case-2").unwrap();
    world.hold(pay(1, 2, 2).with(|proposal, _| proposal.run = run(2)));
}

#[test]
fn nobody_can_tell_so_it_is_denied() {
    for (params, words) in [
        ("{}", "`recovery.blast_radius.pay.sum`: the call has no `params:/amount`"),
        (r#"{"amount":1.5}"#, "`recovery.blast_radius.pay.sum`: `params:/amount` is not a whole number"),
        (r#"{"amount":-1}"#, "`recovery.blast_radius.pay.sum`: `params:/amount` is not a whole number"),
    ] {
        let mut world = world(&[sum(10)]);
        let decided = world.decided(Call::new("pay", params)).decision;
        let finding = decided.deciding();
        assert_eq!((finding.outcome, finding.reason), (Outcome::Deny, Reason::BlastRadiusUnknown));
        assert_eq!(finding.detail, words);
    }
    // Of all effects not each has the parameter.
    let all = rule(None, Measure::Sum("/amount".into()), 10, Edge::Escalate);
    world(&[all]).admit(Call::new("pay", "{}"));
}

#[test]
fn the_ceiling_is_lowered_where_the_rule_stands() {
    let lower = |action| rule(action, Measure::Count, 1, Edge::Lower(Level::Draft));
    for (action, scope, of_domain) in [
        (Some("pay"), "tool:refunds/pay", false),
        (None, "service:refunds", false),
        (Some("pay"), "tool:refunds/pay", true),
        (None, "domain:payments", true),
    ] {
        let of_service = if of_domain { Vec::new() } else { vec![lower(action)] };
        let mut world = world(&of_service);
        if of_domain {
            let settings = DomainSettings {
                blast_radius: vec![lower(action)],
                ..DomainSettings::of("USD", Backtest::None)
            };
            world.command(Command::ConfigureDomain { settings, by: "remitd".to_owned() }).unwrap();
        }
        let waits = world.hold(pay(1, 1, 0).ask(ask("large", "risk", 1)));
        world.admit(pay(1, 1, 1));
        let events = world.propose(pay(1, 1, 2)).unwrap();
        let [Event::ActionDecided(decided), Event::SwitchSet(set), Event::EscalationClosed { action, .. }] =
            &events[..]
        else {
            panic!("{events:?}")
        };
        assert_eq!(decided.decision.deciding().reason, Reason::BlastRadius);
        assert_eq!(
            (set.scope.to_string().as_str(), set.ceiling, set.by.as_str()),
            (scope, Level::Draft, "remitd")
        );
        assert!(set.reason.contains("1 of 1 in the last hour"), "{}", set.reason);
        assert!(set.reason.contains(&decided.proposal.action.to_string()), "{}", set.reason);
        assert_eq!((*action, world.status(waits)), (waits, ActionStatus::Denied), "what waits is taken back");
        let again = world.propose(pay(1, 1, 3)).unwrap();
        assert_eq!(again.len(), 1, "one switch is enough: {again:?}");
        // Lifted too early it is lowered again.
        let (target, reason) = (crate::command::SwitchTarget::Id(set.id), "one more, please".to_owned());
        // A whole domain is lifted by two people; of one tool the first has done it.
        for by in [oncall(), person("oscar", &["oncall"])] {
            let (target, reason) = (target.clone(), reason.clone());
            drop(world.command(Command::ReleaseSwitch { target, by, reason }));
        }
        assert!(matches!(&world.propose(pay(1, 1, 4)).unwrap()[..], [_, Event::SwitchSet(_)]));
    }
}

#[test]
fn what_would_not_have_gone_anyway_lowers_nothing() {
    let mut world = world(&[rule(Some("pay"), Measure::Count, 0, Edge::Lower(Level::None))]);
    let forbidden = |_: &mut crate::Proposal, it: &mut crate::Assessment| {
        it.policy = crate::PolicyVerdict::Object(crate::Objection::new(Reason::NoPermit, "none"));
    };
    assert_eq!(world.propose(pay(1, 1, 1).with(forbidden)).unwrap().len(), 1);
    let stranger = |it: &mut crate::Proposal, _: &mut crate::Assessment| it.principal = "other".to_owned();
    assert_eq!(world.propose(pay(1, 1, 1).with(stranger)).unwrap().len(), 1);
    assert_eq!(world.propose(pay(1, 1, 1)).unwrap().len(), 2);
}

#[test]
fn an_approval_of_something_else_does_not_reach_beyond() {
    let mut world = world(&[count(1)]);
    let evidence = world.look("{}");
    let held = world.hold(pay(1, 1, 1).ask(ask("large", "risk", 1)).with(|_, it| it.evidence.push(evidence)));
    world.admit(pay(1, 1, 2));
    world.answer(held, &person("rita", &["risk"]), true).unwrap();
    let again = world.look_again(held, "{}").unwrap();
    let events = world.release_on(held, again).unwrap();
    let Event::ActionReturned(returned) = &events[0] else { panic!("{events:?}") };
    let rules: Vec<&str> =
        returned.held.question.iter().flat_map(|it| &it.asks).map(|it| it.rule.as_str()).collect();
    assert_eq!(rules, ["large", "recovery.blast_radius.pay.count"]);
    assert_eq!(returned.held.decision.findings[6].reason, Reason::BlastRadius);
}

#[test]
fn a_new_version_goes_on_counting_what_it_counts_too() {
    let mut world = world(&[count(2)]);
    world.admit(pay(1, 1, 1));
    let mut next = (*world.state.services["refunds"].active).clone();
    next.digest = crate::Digest::of(b"2.0.0");
    next.version = "2.0.0".to_owned();
    next.blast_radius = vec![count(1), sum(10)];
    world.command(Command::ActivateContract { terms: Box::new(next), by: "lee".to_owned() }).unwrap();
    beyond(
        &mut world,
        pay(1, 1, 2),
        Outcome::Escalate,
        "`recovery.blast_radius.pay.count`: 1 of 1 in the last hour",
    );
}

#[derive(Clone, Debug)]
enum Step {
    Pay { amount: u64, to: u8 },
    Settle(usize, u8),
    Approve(usize),
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (1_u64..20, 0_u8..6).prop_map(|(amount, to)| Step::Pay { amount, to }),
        3 => (any::<usize>(), 0_u8..3).prop_map(|(which, how)| Step::Settle(which, how)),
        1 => any::<usize>().prop_map(Step::Approve),
        3 => prop_oneof![0_u64..1_000, 0..HOUR / 2, HOUR..3 * HOUR].prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..60)
}

/// What was admitted and did not certainly fail, looked up in the whole history: when, how much, to whom.
fn reached(history: &[(crate::Timestamp, Event)], now: crate::Timestamp, age: u64) -> (u64, u64, u64) {
    let mut calls = std::collections::BTreeMap::new();
    let mut went = std::collections::BTreeMap::new();
    for (at, event) in history {
        match event {
            Event::ActionDecided(it) if !it.is_for_people() => {
                calls.insert(it.proposal.action, it.proposal.params.value());
                if it.decision.outcome == Outcome::Admit {
                    went.insert(it.proposal.action, *at);
                }
            }
            Event::ActionReleased { action, decision, .. } if decision.outcome == Outcome::Admit => {
                went.insert(*action, *at);
            }
            Event::ActionSettled(it) if matches!(it.settlement, Settlement::Failed { .. }) => {
                went.remove(&it.action);
            }
            _ => {}
        }
    }
    let recent = went.iter().filter(|(_, at)| now.since_ms(**at) <= age).map(|(id, _)| &calls[id]);
    let to: BTreeSet<&str> = recent.clone().map(|it| it["to"].as_str().unwrap()).collect();
    let amount = recent.clone().map(|it| it["amount"].as_u64().unwrap()).sum();
    (recent.count() as u64, amount, to.len() as u64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Without people nothing goes beyond, by a count of the plain history; and the meters say that count.
    #[test]
    fn invariant_nothing_reaches_beyond_unless_people_let_it(steps in steps()) {
        let rules = [count(4), sum(40), distinct(3)];
        let mut world = world(&rules);
        let mut let_through = false;
        for (number, step) in steps.into_iter().enumerate() {
            let known: Vec<ActionId> = world.state.actions.keys().copied().collect();
            let pick = |which: usize| which.checked_rem(known.len()).map_or(action(0), |index| known[index]);
            match step {
                Step::Pay { amount, to } => drop(world.propose(pay(amount, to, number))),
                Step::Settle(which, how) => {
                    let settlement = [succeeded(), failed(), in_doubt()][usize::from(how)].clone();
                    drop(world.settle(pick(which), settlement));
                }
                Step::Approve(which) => {
                    let answered = world.answer(pick(which), &oncall(), true).unwrap_or_default();
                    let_through |= answered.iter().any(|event| matches!(event, Event::ActionReleased { .. }));
                }
                Step::Wait(ms) => drop(world.later(ms)),
            }
            let least = reached(&world.history, world.now, HOUR);
            let most = reached(&world.history, world.now, HOUR + HOUR / SLOTS + 1);
            let service = &world.state.services["refunds"];
            let shown = rules.each_ref().map(|rule| service.meters.reading(&rule.meter, world.now));
            let bounds = [(least.0, most.0), (least.1, most.1), (least.2, most.2)];
            for ((shown, (least, most)), rule) in shown.into_iter().zip(bounds).zip(&rules) {
                prop_assert!(least <= shown && shown <= most, "{shown} not in {least}..={most}");
                prop_assert!(let_through || least <= rule.max, "{least} beyond {}", rule.max);
            }
        }
        prop_assert_eq!(State::replay("payments".into(), &world.history), world.state);
    }
}
