//! Ceilings: who sets and lifts them, where, and that an acknowledged one is the one that was asked for.

use super::world::*;
use crate::{
    ActionStatus, Command, Event, Level, Reason, Refusal, Terms,
    command::{Explain, SwitchTarget},
    proposal::Mode,
    schedule::Scheduled,
    switch,
    switch::{REASON_MS, REVIEW_MS, SECOND_MS, Switch},
};

fn release(world: &mut World, number: u128, by: crate::Person, reason: &str) -> Result<usize, Refusal> {
    let target = SwitchTarget::Id(switch(number));
    world.command(Command::ReleaseSwitch { target, by, reason: reason.to_owned() }).map(|events| events.len())
}

#[test]
fn a_mistyped_scope_is_no_stop() {
    let mut world = World::new();
    let unknown = format!("run:{}", run(9));
    for scope in ["domain:other", "service:refund", "tool:refunds/payy", "tool:other/pay", unknown.as_str()] {
        assert!(matches!(world.set_switch(1, scope, Level::None), Err(Refusal::NotFound { .. })), "{scope}");
    }
    let known = format!("run:{}", run(1));
    for (number, scope) in
        ["all", "domain:payments", "service:refunds", "tool:refunds/pay", &known].iter().enumerate()
    {
        let number = u128::try_from(number).unwrap();
        assert_eq!(world.set_switch(number, scope, Level::Draft).unwrap().len(), 1, "{scope}");
    }
}

#[test]
fn what_is_acknowledged_is_what_was_asked_for() {
    let mut world = World::new();
    world.set_switch(1, "tool:refunds/pay", Level::Draft).unwrap();
    let set = &world.state.switches[&switch(1)];
    assert_eq!((set.by.as_str(), set.at), ("olga", START));
    assert_eq!(world.set_switch(1, "tool:refunds/pay", Level::Draft), Ok(Vec::new()));
    assert!(matches!(world.set_switch(1, "all", Level::None), Err(Refusal::Conflict(_))));
}

#[test]
fn a_tool_of_an_older_version_can_still_be_stopped() {
    let mut world = World::new();
    let mut next = Terms { version: "2.0.0".to_owned(), digest: crate::Digest::of(b"2"), ..terms() };
    next.tools.remove("pay");
    world.command(Command::ActivateContract { terms: Box::new(next), by: "lee".to_owned() }).unwrap();
    // The open run keeps its version.
    world.admit(Call::new("pay", "{}"));
    world.set_switch(1, "tool:refunds/pay", Level::None).unwrap();
}

#[test]
fn one_may_stop_all_but_letting_all_go_takes_the_duty_for_each() {
    let mut world = World::new();
    let mut other = Terms { service: "access".into(), ..terms() };
    other.run_duty = std::collections::BTreeSet::from(["desk".into()]);
    world.command(Command::ActivateContract { terms: Box::new(other), by: "lee".to_owned() }).unwrap();
    world.set_switch(1, "all", Level::None).unwrap();
    let why = "checked with payments";
    assert!(matches!(release(&mut world, 1, oncall(), why), Err(Refusal::NotPermitted { .. })));
    assert!(matches!(
        release(&mut world, 1, person("x", &["oncall", "desk"]), "short"),
        Err(Refusal::Invalid(_))
    ));
    for name in ["x", "y"] {
        assert_eq!(release(&mut world, 1, person(name, &["oncall", "desk"]), why), Ok(1));
    }
    assert!(matches!(release(&mut world, 1, oncall(), why), Err(Refusal::NotFound { .. })));
    world.set_switch(2, "service:refunds", Level::None).unwrap();
    let target = SwitchTarget::Scope("service:refunds".parse().unwrap());
    let by = person("root", &["remit-admins"]);
    world.command(Command::ReleaseSwitch { target, by, reason: why.to_owned() }).unwrap();
    assert!(world.state.switches.is_empty());
}

#[test]
fn what_was_in_flight_is_listed() {
    let mut world = World::new();
    let paying = world.admit(Call::new("pay", "{}"));
    world.admit(Call::new("look", "{}"));
    let listed = world.state.in_flight(&"tool:refunds/pay".parse().unwrap());
    assert_eq!(listed.iter().map(|action| action.id).collect::<Vec<_>>(), [paying]);
}

#[test]
fn a_stop_between_admit_and_sending_keeps_it_from_being_sent() {
    let mut world = World::new();
    let pay = world.admit(Call::new("pay", "1"));
    let look = world.admit(Call::new("look", "{}"));
    let why = |refused: Result<_, Refusal>| match refused.map(|_: Vec<_>| ()) {
        Err(Refusal::Withheld { reason, .. }) => Some(reason),
        Err(_) | Ok(()) => None,
    };
    world.set_switch(1, "service:refunds", Level::Draft).unwrap();
    assert_eq!(why(world.command(Command::Start { action: pay })), Some(Reason::AboveCeiling));
    world.set_switch(2, "service:refunds", Level::None).unwrap();
    assert_eq!(why(world.command(Command::Start { action: look })), Some(Reason::Stopped));
    release(&mut world, 2, oncall(), "reads may go on").unwrap();
    release(&mut world, 1, oncall(), "all is well again").unwrap();
    world.command(Command::Start { action: look }).unwrap();
    world.command(Command::Start { action: pay }).unwrap();
}

#[test]
fn what_came_in_between_keeps_a_call_from_being_sent_again() {
    let sent = |world: &mut World| {
        let pay = world.admit(Call::new("pay", "1"));
        assert!(matches!(world.state.may_send_again(pay, START), Err(Refusal::Conflict(_))), "not sent yet");
        world.command(Command::Start { action: pay }).unwrap();
        world.state.may_send_again(pay, START).unwrap();
        pay
    };
    let refused = |world: &World, pay| world.state.may_send_again(pay, START).is_err();
    let mut world = World::new();
    let pay = sent(&mut world);
    world.set_switch(1, "service:refunds", Level::Draft).unwrap();
    assert!(refused(&world, pay));
    let mut world = World::new();
    let pay = sent(&mut world);
    world.settle(pay, in_doubt()).unwrap();
    assert!(refused(&world, pay));
    let mut world = World::new();
    let pay = sent(&mut world);
    let note = "done".to_owned();
    world.command(Command::EndRun { run: run(1), reason: None, note }).unwrap();
    assert!(refused(&world, pay));
}

#[test]
fn a_stop_waits_for_no_reason_and_owes_one() {
    let mut world = World::new();
    world.set_switch(1, "service:refunds", Level::None).unwrap();
    let set = world.state.switches[&switch(1)].clone();
    assert_eq!(set.reason_due(), Some(START.plus_ms(REASON_MS)));
    assert_eq!((set.owner(), set.review_at()), ("olga", START.plus_ms(REVIEW_MS)));
    let target = SwitchTarget::Id(switch(1));
    assert!(matches!(world.explain(target.clone(), "  "), Err(Refusal::Invalid(_))));
    let (by, reason) = (person("x", &["desk"]), "why".to_owned());
    let told = Explain { target, by, reason, review_at: None, owner: None };
    assert!(matches!(
        world.command(Command::ExplainSwitch(Box::new(told.clone()))),
        Err(Refusal::NotPermitted { .. })
    ));
    // It is late and still taken.
    world.later(2 * REASON_MS);
    let review_at = world.now.plus_ms(1_000);
    let told = Explain { by: oncall(), review_at: Some(review_at), owner: Some("oscar".to_owned()), ..told };
    world.command(Command::ExplainSwitch(Box::new(told.clone()))).unwrap();
    let set = &world.state.switches[&switch(1)];
    assert_eq!((set.reason_due(), set.owner(), set.review_at()), (None, "oscar", review_at));
    // What is not said stays as it is.
    let told = Explain { reason: "another".to_owned(), review_at: None, owner: None, ..told };
    world.command(Command::ExplainSwitch(Box::new(told))).unwrap();
    let set = &world.state.switches[&switch(1)];
    assert_eq!((&*set.reason, set.owner(), set.review_at()), ("another", "oscar", review_at));
}

/// A stop of the service by `olga`.
fn stop(world: &mut World, number: u128, with: impl FnOnce(&mut Switch)) -> Vec<Event> {
    let mut set = Switch::new(switch(number), "service:refunds".parse().unwrap(), Level::None, START);
    with(&mut set);
    world.command(Command::SetSwitch { switch: set, by: oncall() }).unwrap()
}

#[test]
fn a_stop_that_cancels_cuts_off_what_is_in_flight() {
    use ActionStatus as S;
    let mut world = World::new();
    let start = |world: &mut World, id| world.command(Command::Start { action: id }).map(drop);
    let undone = world.admit(Call::new("pay", "0"));
    world.settle(undone, succeeded()).unwrap();
    let unsent = world.admit(Call::new("pay", "1"));
    let sent = world.admit(Call::new("pay", "2"));
    start(&mut world, sent).unwrap();
    let reading = world.admit(Call::new("look", "3"));
    start(&mut world, reading).unwrap();
    let theirs = world.admit(Call::new("pay", "4").with(|it, _| it.mode = Mode::DecisionOnly));
    let finishing = world.clone();
    stop(&mut world, 1, |it| it.mode = switch::Mode::Cancel);
    let all = [unsent, sent, reading, theirs].map(|id| world.status(id));
    assert_eq!(all, [S::Failed, S::InDoubt, S::Failed, S::InDoubt]);
    assert!(start(&mut world, unsent).is_err());
    // What is in doubt keeps its money; an answer that comes all the same still counts.
    world.settle(sent, succeeded()).unwrap();
    assert_eq!(world.status(sent), S::Succeeded);
    assert!(world.state.in_flight(&"all".parse().unwrap()).is_empty());
    let mut world = finishing;
    stop(&mut world, 1, |_| {});
    let all = [unsent, sent, reading, theirs].map(|id| world.status(id));
    assert_eq!(all, [S::Admitted, S::Running, S::Running, S::Admitted], "they may finish");
    // A second switch may still cancel them.
    stop(&mut world, 2, |it| it.mode = switch::Mode::Cancel);
    assert_eq!(world.status(sent), S::InDoubt);
}

#[test]
fn undoing_goes_on_under_a_stop_that_does_not_say_otherwise() {
    for (no_undo, admitted) in [(false, true), (true, false)] {
        let mut world = World::new();
        let paid = world.admit(Call::new("pay", "{}"));
        world.settle(paid, succeeded()).unwrap();
        let asked = Box::new(crate::rollback::Selection::run(run(1)).into());
        world.command(Command::PlanRollback { plan: plan(1), asked, by: oncall() }).unwrap();
        let digest = world.state.rollbacks[&plan(1)].plan.digest;
        let reason = "wrong payee".to_owned();
        world.command(Command::StartRollback { plan: plan(1), digest, by: oncall(), reason }).unwrap();
        let before = world.clone();
        stop(&mut world, 1, |it| it.no_undo = no_undo);
        let compensate = Command::Compensate { plan: plan(1), target: paid, action: action(9) };
        assert_eq!(world.command(compensate.clone()).is_ok(), admitted);
        // A stop between the admit and the sending keeps it from being sent only where it says so, too.
        let mut world = before;
        world.command(compensate).unwrap();
        stop(&mut world, 1, |it| it.no_undo = no_undo);
        assert_eq!(world.command(Command::Start { action: action(9) }).is_ok(), admitted);
        release(&mut world, 1, oncall(), "the damage is known now").unwrap();
        assert!(admitted || world.command(Command::Start { action: action(9) }).is_ok());
    }
}

#[test]
fn two_people_let_go_what_takes_two() {
    let by = |name: &str| person(name, &["oncall"]);
    let why = "checked with payments";
    let table = [
        ("all", false, 2),
        ("domain:payments", false, 2),
        ("service:refunds", false, 1),
        ("service:refunds", true, 2),
    ];
    for (scope, release_by_two, people) in table {
        let mut world = World::under(Terms { release_by_two, ..terms() });
        world.set_switch(1, scope, Level::None).unwrap();
        assert_eq!(release(&mut world, 1, by("olga"), why), Ok(1));
        assert_eq!(world.state.switches.is_empty(), people == 1, "{scope}");
        if people == 1 {
            continue;
        }
        assert_eq!(release(&mut world, 1, by("olga"), why), Ok(0), "one person is not two");
        let stranger = release(&mut world, 1, person("x", &["desk"]), why);
        assert!(matches!(stranger, Err(Refusal::NotPermitted { .. })));
        let mut late = world.clone();
        release(&mut world, 1, by("oscar"), why).unwrap();
        assert!(world.state.switches.is_empty() && world.state.release_requests.is_empty());
        let (_, last) = world.history.last().unwrap();
        assert!(
            matches!(last, Event::SwitchReleased { by, requested_by: Some(first), .. } if by == "oscar" && first == "olga")
        );
        // A request counts only for so long; the next one is a first one again.
        late.later(SECOND_MS);
        release(&mut late, 1, by("oscar"), why).unwrap();
        assert!(!late.state.switches.is_empty());
        release(&mut late, 1, by("olga"), why).unwrap();
        assert!(late.state.switches.is_empty());
    }
}

#[test]
fn a_ceiling_by_the_clock_is_one_more_of_which_the_least_holds() {
    let night = Scheduled {
        id: "night".to_owned(),
        ceiling: Level::Read,
        days: [].into(),
        from: 22 * 60,
        until: 6 * 60,
        because: "nobody is there to look".to_owned(),
    };
    let mut always = Terms { schedule: vec![night], ..terms() };
    always.delegation.until = START.plus_ms(10_u64.pow(10));
    let mut world = World::before(always);
    // The world begins at 13:46:40 UTC.
    world.start(1, "case-1").unwrap();
    let paid = world.admit(Call::new("pay", "1"));
    world.later(8 * 3_600_000 + 14 * 60_000);
    world.start(2, "night").unwrap();
    let at = |call: Call| call.with(|it, _| it.run = run(2));
    let pay = |world: &mut World| world.decided(at(Call::new("pay", "2"))).decision;
    let refused = pay(&mut world);
    let deciding = refused.deciding();
    assert_eq!(deciding.reason, crate::Reason::ScheduledCeiling);
    assert!(deciding.detail.contains("`recovery.schedule.night` sets read every day 22:00 to 06:00 UTC"));
    world.admit(at(Call::new("look", "2")));
    assert!(
        matches!(
            world.command(Command::Start { action: paid }),
            Err(Refusal::Withheld { reason: Reason::ScheduledCeiling, .. })
        ),
        "not sent at night"
    );
    world.set_switch(1, "service:refunds", Level::None).unwrap();
    assert_eq!(pay(&mut world).deciding().reason, crate::Reason::Stopped);
    release(&mut world, 1, oncall(), "all is well again").unwrap();
    assert_eq!(
        pay(&mut world).deciding().reason,
        crate::Reason::ScheduledCeiling,
        "no release lifts the night"
    );
    world.later(8 * 3_600_000);
    world.start(3, "morning").unwrap();
    world.admit(Call::new("pay", "3").with(|it, _| it.run = run(3)));
}

#[test]
fn what_resumes_is_shown_before_it_does() {
    let mut world = World::new();
    let tools = |names: &[&str]| names.iter().map(|name| (*name).into()).collect::<Vec<crate::ToolName>>();
    world.start(2, "case-2").unwrap();
    world.set_switch(1, "service:refunds", Level::None).unwrap();
    world.set_switch(2, "tool:refunds/pay", Level::Read).unwrap();
    world.set_switch(3, &format!("run:{}", run(2)), Level::Draft).unwrap();
    let rows = world.state.resumes(&[switch(1)].into(), world.now);
    let (service, rest) = rows.split_first().unwrap();
    assert_eq!((service.before, service.after, service.open_runs), (Level::None, Level::Execute, 2));
    assert_eq!(service.tools, tools(&["busy", "careless", "dangling", "look", "mail"]));
    let said: Vec<_> =
        rest.iter().map(|it| (it.tool.as_ref().map(|tool| tool.as_str()), it.run, it.after)).collect();
    assert_eq!(said, [(Some("pay"), None, Level::Read), (None, Some(run(2)), Level::Draft)]);
    assert!(rest[0].tools.is_empty(), "`pay` executes");
    assert_eq!(rest[1].tools, tools(&["busy", "look", "mail"]));
    assert!(
        world.state.resumes(&[switch(2)].into(), world.now).is_empty(),
        "the stop holds it down all the same"
    );
    let all = world.state.resumes(&[switch(1), switch(2), switch(3)].into(), world.now);
    assert_eq!(all.len(), 1);
    assert!(all[0].tools.contains(&"pay".into()));
}
