//! Money above the run: hours and days of a service, what a tool may report, and what is counted where.

use super::world::*;
use crate::{
    ActionStatus, Backtest, Clause, Command, Decision, Digest, DomainSettings, Event, Level, Money, Outcome,
    Reason, Refusal, Terms,
    account::Account,
    allowance::Allowance,
    command::{Settle, SwitchTarget},
    event::Settlement,
    switch::Scope,
    terms::Rate,
    window::Per,
};

const HOUR: u64 = Per::Hour.ms();

/// A world whose clock stands at a full hour, in which runs may use a lot and the service may not.
fn world(allowance: Allowance) -> World {
    let mut terms = terms();
    terms.run.spend = Money::from_micros(1_000_000);
    terms.run.calls = 1_000;
    terms.run.tools.clear();
    terms.run.same_call = None;
    terms.run.wall_time_ms = None;
    terms.delegation.until = START.plus_ms(1_000 * HOUR);
    terms.allowance = allowance;
    let mut world = World::before(terms);
    let into = START.since_ms(crate::window::Window::of(Per::Day, START).starts);
    world.later(Per::Day.ms().saturating_sub(into)).start(1, "case-1").unwrap();
    world
}

fn spend(limits: &[(Per, u64)]) -> Allowance {
    let spend = limits.iter().map(|(per, most)| (*per, Money::from_micros(*most))).collect();
    Allowance { spend, ..Allowance::default() }
}

fn calls(limits: &[(Per, u32)]) -> Allowance {
    Allowance { calls: limits.iter().copied().collect(), ..Allowance::default() }
}

fn pay(number: u32) -> Call {
    Call::new("pay", &number.to_string())
}

fn service(world: &World, per: Per) -> Account {
    world.state.services.values().next().unwrap().accounts.at(per, world.now)
}

/// Held, spent and calls of the service's hour, which the domain's must equal: it has one service.
#[track_caller]
fn hour(world: &World) -> (u64, u64, u32) {
    let account = service(world, Per::Hour);
    assert_eq!(account, world.state.accounts.at(Per::Hour, world.now));
    (account.held.as_micros(), account.spent.as_micros(), account.calls)
}

#[track_caller]
fn waits(decision: &Decision, ms: u64, words: &[&str]) {
    assert_eq!(decision.retry_after_ms, Some(ms));
    let detail = &decision.deciding().detail;
    words.iter().for_each(|word| assert!(detail.contains(word), "{detail}"));
}

#[test]
fn a_call_that_the_hour_cannot_pay_waits_for_the_next() {
    let mut world = world(spend(&[(Per::Hour, 250), (Per::Day, 10_000)]));
    world.admit(pay(1));
    world.later(60_000).admit(pay(2));
    let decision = world.expect(pay(3), Outcome::Throttle, Clause::Cost, Reason::BudgetExhausted);
    waits(
        &decision,
        HOUR - 60_000,
        &[
            "0.000110 is needed, 0.000030 of 0.000250 is left of the hour of service `refunds`",
            "ends at 1970-01-13T01:00:00",
        ],
    );
    assert_eq!(hour(&world), (220, 0, 2));
    world.later(HOUR - 60_000).admit(pay(3).key("k"));
    assert_eq!(hour(&world), (110, 0, 1), "the new hour begins empty");
    assert_eq!(service(&world, Per::Day).held.as_micros(), 330);
}

#[test]
fn what_is_throttled_by_a_window_keeps_its_key() {
    let mut world = world(spend(&[(Per::Hour, 110)]));
    world.admit(pay(1));
    world.expect(pay(2).key("k"), Outcome::Throttle, Clause::Cost, Reason::BudgetExhausted);
    world.later(HOUR).admit(pay(2).key("k"));
}

#[test]
fn the_window_that_ends_last_says_when_and_what_never_fits_is_denied() {
    let mut poor = world(spend(&[(Per::Hour, 110), (Per::Day, 110)]));
    poor.admit(pay(1));
    let decision = poor.expect(pay(2), Outcome::Throttle, Clause::Cost, Reason::BudgetExhausted);
    waits(&decision, 24 * HOUR, &["of the day of service `refunds`"]);
    poor.later(HOUR).expect(pay(2), Outcome::Throttle, Clause::Cost, Reason::BudgetExhausted);
    poor.later(23 * HOUR).admit(pay(2));
    let mut never = world(spend(&[(Per::Hour, 109), (Per::Day, 110)]));
    let decision = never.expect(pay(1), Outcome::Deny, Clause::Cost, Reason::BudgetExhausted);
    assert_eq!(decision.retry_after_ms, None);
    let detail = &decision.deciding().detail;
    assert_eq!(detail, "0.000110 is needed, service `refunds` has 0.000109 in a whole hour");
}

#[test]
fn calls_are_counted_in_windows_and_are_not_given_back() {
    let mut world = world(calls(&[(Per::Hour, 2), (Per::Day, 3)]));
    let first = world.admit(pay(1));
    world.settle(first, failed()).unwrap();
    world.admit(Call::new("look", "{}"));
    let decision = world.expect(pay(2), Outcome::Throttle, Clause::Cost, Reason::QuotaExhausted);
    waits(&decision, HOUR, &["all 2 calls of the hour of service `refunds` are used"]);
    world.later(HOUR).admit(pay(2));
    world.expect(pay(3), Outcome::Throttle, Clause::Cost, Reason::QuotaExhausted);
}

#[test]
fn a_service_has_a_rate_over_all_its_tools() {
    let rate = Some(Rate { count: 2, per_ms: 1_000 });
    let mut world = world(Allowance { rate, ..Allowance::default() });
    world.admit(pay(1));
    world.admit(Call::new("look", "{}"));
    let decision = world.expect(pay(2), Outcome::Throttle, Clause::Cost, Reason::ServiceThrottled);
    waits(&decision, 500, &["2 in 1000 ms are used by service `refunds`"]);
    world.later(500).admit(pay(2));
}

#[test]
fn what_was_spent_before_a_limit_came_counts_and_the_active_version_sets_it_for_every_run() {
    let mut world = world(Allowance::default());
    world.admit(pay(1));
    let mut next = Terms { version: "2.0.0".to_owned(), digest: Digest::of(b"2"), ..terms() };
    next.delegation.until = START.plus_ms(1_000 * HOUR);
    next.allowance = spend(&[(Per::Hour, 200)]);
    world.command(Command::ActivateContract { terms: Box::new(next), by: "lee".to_owned() }).unwrap();
    // Run 1 keeps its version; the budget is the service's.
    world.expect(pay(2), Outcome::Throttle, Clause::Cost, Reason::BudgetExhausted);
}

#[test]
fn a_hold_stays_in_its_hour_until_it_is_settled() {
    let mut world = world(spend(&[(Per::Hour, 250)]));
    let (first, asked) = (world.now, world.hold(pay(1).ask(ask("large", "oncall", 1))));
    let doubt = world.admit(pay(2));
    world.settle(doubt, in_doubt()).unwrap();
    world.later(60 * HOUR);
    world.start(2, "another").unwrap();
    world.admit(Call::new("look", "{}").with(|it, _| it.run = run(2)));
    let at_first = |world: &World| {
        let accounts = &world.state.services.values().next().unwrap().accounts;
        (accounts.at(Per::Hour, first).held.as_micros(), accounts.at(Per::Hour, first).spent.as_micros())
    };
    // Days later: the windows are there because something is held in them.
    assert_eq!(at_first(&world), (220, 0));
    world.settle(doubt, succeeded()).unwrap();
    world.command(Command::Lapse).unwrap();
    assert_eq!(world.status(asked), ActionStatus::Lapsed);
    assert_eq!(at_first(&world), (10, 7));
}

#[test]
fn windows_are_forgotten() {
    let mut world = world(Allowance::default());
    for number in 0..24 * 20 {
        let look = world.admit(Call::new("look", &number.to_string()));
        world.settle(look, succeeded()).unwrap();
        world.later(HOUR);
    }
    let accounts = &world.state.services.values().next().unwrap().accounts;
    assert!(accounts.windows().count() <= 49 + 4, "{}", accounts.windows().count());
    assert_eq!(accounts, &world.state.accounts);
}

#[test]
fn undoing_needs_no_money_and_is_charged_where_its_effect_was() {
    let mut world = world(spend(&[(Per::Hour, 110)]));
    let (then, paid) = (world.now, world.admit(pay(1)));
    world.cost = 100;
    world.settle(paid, succeeded()).unwrap();
    world.later(30_000).plan(1, 1, oncall()).unwrap();
    let digest = world.state.rollbacks[&plan(1)].plan.digest;
    let reason = "wrong payee".to_owned();
    world.command(Command::StartRollback { plan: plan(1), digest, by: oncall(), reason }).unwrap();
    world.later(20_000);
    world.command(Command::Compensate { plan: plan(1), target: paid, action: action(9) }).unwrap();
    world.cost = 9;
    world.settle(action(9), succeeded()).unwrap();
    let account = world.state.accounts.at(Per::Hour, then);
    assert_eq!((account.held.as_micros(), account.spent.as_micros(), account.calls), (0, 109, 1));
    assert_eq!(world.state.actions[&action(9)].charged_at, then);
}

#[test]
fn the_services_of_a_domain_share_its_budget() {
    let mut world = world(spend(&[(Per::Hour, 10_000)]));
    let allowance = Allowance { calls: [(Per::Day, 3)].into(), ..spend(&[(Per::Hour, 250)]) };
    let settings = DomainSettings { allowance, ..DomainSettings::of("USD", Backtest::None) };
    world.command(Command::ConfigureDomain { settings, by: "remitd".to_owned() }).unwrap();
    let mut other = Terms {
        service: "access".into(),
        principal: "access".to_owned(),
        digest: Digest::of(b"access"),
        ..(*world.state.services.values().next().unwrap().active).clone()
    };
    other.allowance = Allowance::default();
    world.command(Command::ActivateContract { terms: Box::new(other), by: "lee".to_owned() }).unwrap();
    let start = Command::StartRun {
        run: run(2),
        name: "case-2".to_owned(),
        service: "access".into(),
        principal: "access".to_owned(),
        channel: crate::proposal::Channel::Mcp,
        declared: crate::Declared::default(),
    };
    world.command(start).unwrap();
    let theirs = |number: u32| {
        pay(number).with(|it, assessment| {
            it.run = run(2);
            it.principal = "access".to_owned();
            assessment.contract = Digest::of(b"access");
        })
    };
    world.admit(pay(1));
    world.admit(theirs(2));
    let decision = world.expect(theirs(3), Outcome::Throttle, Clause::Cost, Reason::BudgetExhausted);
    waits(&decision, HOUR, &["0.000030 of 0.000250 is left of the hour of domain `payments`"]);
    world.admit(Call::new("look", "{}"));
    let decision = world.expect(theirs(3), Outcome::Throttle, Clause::Cost, Reason::QuotaExhausted);
    waits(&decision, 24 * HOUR, &["all 3 calls of the day of domain `payments` are used"]);
    assert_eq!(world.state.accounts.at(Per::Hour, world.now).held.as_micros(), 227);
    assert_eq!(service(&world, Per::Hour).held.as_micros(), 110, "`access`, the first by name");
}

fn report(world: &mut World, action: crate::ActionId, cost: u64) -> Vec<Event> {
    world.cost = cost;
    world.settle(action, succeeded()).unwrap()
}

#[test]
fn a_report_above_the_ceiling_is_charged_in_full_and_quarantines_the_tool() {
    let mut world = world(spend(&[(Per::Hour, 1_000)]));
    let (first, second) = (world.admit(pay(1)), world.admit(pay(2)));
    let held = world.hold(pay(3).ask(ask("large", "risk", 1)));
    let events = report(&mut world, first, 5_000);
    let kinds: Vec<_> = events.iter().map(Event::kind).collect();
    assert_eq!(kinds, ["action_settled", "switch_set", "escalation_closed"]);
    assert_eq!(world.money(), (10 + 110, 5_000));
    assert_eq!(hour(&world), (10 + 110, 5_000, 3));
    assert_eq!((world.status(first), world.status(held)), (ActionStatus::Succeeded, ActionStatus::Denied));
    // What was admitted is not sent any more, nothing new is admitted, and another tool waits for money only.
    assert!(matches!(world.command(Command::Start { action: second }), Err(Refusal::Withheld { .. })));
    let decision = world.expect(pay(4), Outcome::Deny, Clause::Scope, Reason::ToolQuarantined);
    let detail = &decision.deciding().detail;
    assert_eq!(detail, &format!("`pay` reported 0.005000 for {first}, at most 0.000100 was reserved"));
    world.expect(Call::new("look", "{}"), Outcome::Throttle, Clause::Cost, Reason::BudgetExhausted);
    // One quarantine is enough; the second report is charged, too.
    let events = report(&mut world, second, 200);
    assert_eq!(events.len(), 1);
    assert_eq!(world.money().1, 5_200);
}

#[test]
fn a_quarantine_is_lifted_with_a_reason_by_those_who_run_the_service() {
    let mut world = world(Allowance::default());
    let first = world.admit(pay(1));
    report(&mut world, first, 101);
    let release = |by: crate::Person, reason: &str| Command::ReleaseSwitch {
        target: SwitchTarget::Scope(Scope::Tool("refunds".into(), "pay".into())),
        by,
        reason: reason.to_owned(),
    };
    let sam = person("sam", &["risk"]);
    let refused = world.command(release(sam, "looked at the report"));
    assert!(matches!(refused, Err(Refusal::NotPermitted { .. })), "{refused:?}");
    assert!(matches!(world.command(release(oncall(), "ok")), Err(Refusal::Invalid(_))));
    world.command(release(oncall(), "looked at the report")).unwrap();
    let second = world.admit(pay(2));
    // It does so again: another quarantine.
    assert_eq!(report(&mut world, second, 101).len(), 2);
}

#[test]
fn what_a_person_sets_is_no_quarantine() {
    let mut world = world(Allowance::default());
    let first = world.admit(pay(1));
    report(&mut world, first, 101);
    let mut forged = world.state.switches.values().next().unwrap().clone();
    world.let_go().unwrap();
    forged.id = switch(1);
    forged.ceiling = Level::None;
    world.command(Command::SetSwitch { switch: forged, by: oncall() }).unwrap();
    world.expect(pay(2), Outcome::Deny, Clause::Scope, Reason::Stopped);
}

#[test]
fn up_to_its_ceiling_a_report_is_just_a_price() {
    let mut world = world(Allowance::default());
    let first = world.admit(pay(1));
    assert_eq!(report(&mut world, first, 100).len(), 1);
    assert_eq!(world.money(), (10, 100));
}

#[test]
fn a_report_that_is_no_amount_of_money_is_refused() {
    let mut world = world(Allowance::default());
    let first = world.admit(pay(1));
    world.cost = u64::MAX;
    assert!(matches!(world.settle(first, succeeded()), Err(Refusal::Invalid(_))));
    world.cost = 1_000_000_000_000_000;
    world.settle(first, succeeded()).unwrap();
    assert_eq!(world.money().1, 1_000_000_000_000_000);
}

#[test]
fn what_is_read_again_for_people_is_reserved_even_where_nothing_is_left() {
    let mut terms = terms();
    terms.run.spend = Money::from_micros(7 + 110);
    let mut world = World::under(terms);
    let record = world.look(r#"{"id":1}"#);
    let call = Call::new("pay", "{}").with(|_, it| it.evidence.push(record)).ask(ask("large", "risk", 1));
    let held = world.hold(call);
    world.answer(held, &person("sam", &["risk"]), true).unwrap();
    let again = world.look_again(held, r#"{"id":1}"#).unwrap();
    assert_eq!(world.money(), (110, 14));
    world.release_on(held, again).unwrap();
    assert_eq!(world.status(held), ActionStatus::Approved);
}

#[test]
fn a_lost_read_is_charged_what_it_may_have_cost() {
    let mut world = World::new();
    let look = world.admit(Call::new("look", "1"));
    world.command(Command::Start { action: look }).unwrap();
    let lost = Settle {
        action: look,
        settlement: Settlement::InDoubt { note: "no reply".to_owned() },
        cost: Money::ZERO,
        evidence: Vec::new(),
        undo: None,
        exchange: crate::Exchange::default(),
        tokens: 0,
    };
    world.command(Command::Settle(Box::new(lost))).unwrap();
    assert_eq!((world.status(look), world.money()), (ActionStatus::Failed, (0, 7)));
    let (sent, unsent) = (world.admit(Call::new("look", "2")), world.admit(Call::new("look", "3")));
    world.command(Command::Start { action: sent }).unwrap();
    world.command(Command::Recover).unwrap();
    assert_eq!([sent, unsent].map(|id| world.status(id)), [ActionStatus::Failed; 2]);
    assert_eq!(world.money(), (0, 14), "what was not sent cost nothing");
}
