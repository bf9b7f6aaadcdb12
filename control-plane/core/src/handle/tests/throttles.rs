//! Throttles of a domain: of one identity, wherever it acts, of one service and of all together.

#![expect(clippy::arithmetic_side_effects, reason = "small numbers; an overflow fails the test")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::world::*;
use crate::{
    Backtest, Clause, Command, Declared, Digest, DomainSettings, Outcome, Reason, State, Terms,
    proposal::Channel,
    terms::{Rate, RunLimits},
    throttle::Throttle,
};

/// Services with their identities; the first of them acts for two services.
const SERVICES: [(&str, &str); 3] = [("refunds", "alpha"), ("access", "beta"), ("audit", "alpha")];

const fn a_second(count: u32) -> Option<Rate> {
    Some(Rate { count, per_ms: 1_000 })
}

fn configure(throttle: Throttle) -> Command {
    let settings = DomainSettings { throttle, ..DomainSettings::of("USD", Backtest::None) };
    Command::ConfigureDomain { settings, by: "remitd".to_owned() }
}

/// Three services, each with two open runs: `2 × service` and one more.
fn world(throttle: Throttle) -> World {
    let terms = |service: usize| {
        let (name, principal) = SERVICES[service];
        let digest = Digest::of(name.as_bytes());
        let (service, principal) = (name.into(), principal.to_owned());
        let unlimited = RunLimits { calls: 1_000, same_call: None, tools: BTreeMap::new(), ..terms().run };
        Terms { service, principal, digest, run: unlimited, ..terms() }
    };
    let mut world = World::before(terms(0));
    world.command(configure(throttle)).unwrap();
    for service in 1..SERVICES.len() {
        let terms = Box::new(terms(service));
        world.command(Command::ActivateContract { terms, by: "lee".to_owned() }).unwrap();
    }
    for number in 0..2 * SERVICES.len() {
        let (service, principal) = SERVICES[number / 2];
        let start = Command::StartRun {
            run: run(u128::try_from(number).unwrap()),
            name: format!("case-{number}"),
            service: service.into(),
            principal: principal.to_owned(),
            channel: Channel::Mcp,
            declared: Declared::default(),
        };
        world.command(start).unwrap();
    }
    world
}

/// A read in one of the runs, by the run's own identity.
fn look(number: usize) -> Call {
    let (service, principal) = SERVICES[number / 2];
    Call::new("look", "{}").with(|proposal, assessment| {
        proposal.run = run(u128::try_from(number).unwrap());
        proposal.principal = principal.to_owned();
        assessment.contract = Digest::of(service.as_bytes());
    })
}

#[track_caller]
fn throttled(world: &mut World, run: usize, reason: Reason, (wait_ms, words): (u64, &str)) {
    let decision = world.expect(look(run), Outcome::Throttle, Clause::Cost, reason);
    assert_eq!(decision.retry_after_ms, Some(wait_ms));
    assert!(decision.deciding().detail.contains(words), "{:?}", decision.deciding());
}

#[test]
fn an_identity_that_floods_waits_in_all_its_runs_and_nobody_else_does() {
    let mut world = world(Throttle { identity: a_second(2), ..Throttle::default() });
    for run in [0, 4] {
        world.admit(look(run));
    }
    let words = "2 in 1000 ms are used by identity `alpha`, 500 ms to wait";
    for run in [0, 1, 4, 5] {
        throttled(&mut world, run, Reason::IdentityThrottled, (500, words));
    }
    for run in [2, 3] {
        world.admit(look(run));
    }
    world.later(500).admit(look(5));
    throttled(&mut world, 0, Reason::IdentityThrottled, (500, words));
}

#[test]
fn a_service_and_a_domain_are_throttled_over_all_their_runs() {
    let throttle = Throttle { service: a_second(2), domain: a_second(4), identity: None };
    let mut world = world(throttle);
    world.admit(look(0));
    world.admit(look(1));
    throttled(&mut world, 0, Reason::ServiceThrottled, (500, "2 in 1000 ms are used by service `refunds`"));
    // The same identity, for another service.
    world.admit(look(4));
    world.admit(look(2));
    throttled(&mut world, 3, Reason::DomainThrottled, (250, "by domain `payments`"));
    // Who must wait longest for it says so.
    throttled(&mut world, 0, Reason::ServiceThrottled, (500, "by service `refunds`"));
    world.later(250).admit(look(3));
}

#[test]
fn only_what_goes_or_is_held_uses_it_up_and_the_second_look_is_free() {
    let mut world = world(Throttle { identity: a_second(2), ..Throttle::default() });
    for _ in 0..5 {
        let unknown = look(0).with(|proposal, _| proposal.tool = "unknown".into());
        assert_eq!(world.decided(unknown).decision.outcome, Outcome::Deny);
        // A stranger's attempt is the stranger's.
        let stranger = look(0).with(|proposal, _| proposal.principal = "beta".to_owned());
        assert_eq!(world.decided(stranger).decision.outcome, Outcome::Deny);
    }
    let seen = world.admit(look(0));
    world.settle(seen, succeeded()).unwrap();
    let record = world.cite(seen, r#"{"id":1}"#);
    let pay = look(0).ask(ask("large", "risk", 1)).with(|proposal, assessment| {
        proposal.tool = "pay".into();
        assessment.evidence.push(record);
    });
    let held = world.hold(pay);
    throttled(&mut world, 1, Reason::IdentityThrottled, (500, "identity `alpha`"));
    world.answer(held, &person("rita", &["risk"]), true).unwrap();
    let again = world.look_again(held, r#"{"id":1}"#).unwrap();
    world.release_on(held, again).unwrap();
    assert_eq!(world.status(held), crate::ActionStatus::Approved);
    throttled(&mut world, 1, Reason::IdentityThrottled, (500, "identity `alpha`"));
}

#[test]
fn a_rate_that_the_file_changes_begins_anew_and_one_that_it_keeps_goes_on() {
    let an_hour = Some(Rate { count: 1, per_ms: 3_600_000 });
    let mut world = world(Throttle { identity: an_hour, domain: a_second(2), service: None });
    world.admit(look(0));
    throttled(&mut world, 0, Reason::IdentityThrottled, (3_600_000, "1 in 3600000 ms"));
    let raised = Throttle { identity: a_second(2), domain: a_second(2), service: None };
    world.command(configure(raised)).unwrap();
    world.admit(look(0));
    throttled(&mut world, 2, Reason::DomainThrottled, (500, "domain `payments`"));
    world.command(configure(Throttle::default())).unwrap();
    world.admit(look(2));
    assert_eq!(State::replay("payments".into(), &world.history), world.state);
}

#[test]
fn an_identity_that_is_idle_is_not_remembered() {
    let mut world = world(Throttle { identity: a_second(10), ..Throttle::default() });
    world.admit(look(0));
    world.admit(look(2));
    assert_eq!(world.state.arrivals.identities(), 2);
    world.later(100).admit(look(2));
    assert_eq!(world.state.arrivals.identities(), 2, "who is known already makes nobody go");
    world.command(configure(Throttle { identity: a_second(9), ..Throttle::default() })).unwrap();
    world.admit(look(0));
    world.later(112).admit(look(2));
    assert_eq!(world.state.arrivals.identities(), 1, "`alpha` could make nine calls at once again");
}

/// A bucket for each, counted anew from all calls that have passed; parts of a token are a microsecond times the rate.
fn has_token(rate: Option<Rate>, passed: &[u64], now: u64) -> bool {
    let Some(Rate { count, per_ms }) = rate else { return true };
    let (count, token) = (u64::from(count), per_ms);
    let full = count * token;
    let (mut parts, mut since) = (full, 0);
    for at in passed {
        parts = (parts + count * (at - since)).min(full) - token;
        since = *at;
    }
    token <= (parts + count * (now - since)).min(full)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Each call passes if and only if a token is left for its identity, its service and the domain. Counts divide a
    /// second, so that steps are whole milliseconds.
    #[test]
    fn a_call_passes_when_everybody_it_concerns_has_a_token(
        limits in prop::array::uniform3(prop::option::of(prop::sample::select(vec![1_u32, 2, 4, 5, 8, 10]))),
        calls in prop::collection::vec((0_u64..300, 0_usize..6), 1..60),
    ) {
        let [identity, service, domain] = limits.map(|limit| limit.and_then(a_second));
        let mut world = world(Throttle { identity, service, domain });
        let (mut now, mut passed) = (0, Vec::<(u64, usize)>::new());
        for (gap, run) in calls {
            now += gap;
            let (name, principal) = SERVICES[run / 2];
            let of = |counts: &dyn Fn(usize) -> bool| {
                let times = passed.iter().filter(|(_, other)| counts(*other)).map(|(at, _)| *at);
                times.collect::<Vec<_>>()
            };
            let expected = has_token(identity, &of(&|other| SERVICES[other / 2].1 == principal), now)
                && has_token(service, &of(&|other| SERVICES[other / 2].0 == name), now)
                && has_token(domain, &of(&|_| true), now);
            let decided = world.later(gap).decided(look(run));
            prop_assert_eq!(decided.decision.outcome == Outcome::Admit, expected, "{:?}", decided.decision.deciding());
            if expected {
                passed.push((now, run));
            }
        }
        prop_assert_eq!(State::replay("payments".into(), &world.history), world.state);
    }
}
