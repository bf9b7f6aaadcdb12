//! What becomes of a doubt: sent again, asked about, explained by people; and what it keeps until then.

use super::world::*;
use crate::{
    ActionId, ActionStatus, Command, Event, Exchange, Level, Money, Outcome, Permit, Reason, Refusal, State,
    Terms,
    command::{AskAbout, Learn, Resolve, Settle, SwitchTarget},
    doubt::{MOST_TIMES, REPORT_WITHIN_MS, Resolution, SEND_AGAIN_MS, Unknown},
    event::{ActionDecided, Settlement},
    proposal::Mode,
    state::Due,
    terms::ToolTerms,
};

const TIMEOUT: u64 = 3_000;
const LANDS: u64 = 10_000;

/// `pay` does a key once, `wire` can be asked about by `look`, `mail` has neither.
pub(super) fn doubtful() -> Terms {
    let mut terms = terms();
    let unknown = Unknown { timeout_ms: TIMEOUT, lands_within_ms: LANDS, ..Unknown::default() };
    let says = [
        ("pay", Unknown { resend: true, ..unknown.clone() }),
        ("reverse", Unknown { resend: true, ..unknown.clone() }),
        ("wire", Unknown { ask: Some("look".into()), ..unknown.clone() }),
        ("mail", unknown),
    ];
    let wire = ToolTerms { price: Money::from_micros(1), ..terms.tools["pay"].clone() };
    terms.tools.insert("wire".into(), wire);
    for (tool, unknown) in says {
        terms.tools.get_mut(tool).unwrap().unknown = Some(unknown);
    }
    terms
}

/// One action of the tool, sent and in doubt.
fn lost(world: &mut World, tool: &str) -> ActionId {
    let action = world.admit(Call::new(tool, "{}").effect("it"));
    world.command(Command::Start { action }).unwrap();
    world.settle(action, in_doubt()).unwrap();
    action
}

/// A payment that a person had to approve, sent and in doubt.
fn lost_after_approval(world: &mut World) -> ActionId {
    let action = world.hold(Call::new("pay", "{}").effect("it").ask(ask("large", "risk", 1)));
    world.answer(action, &person("rita", &["risk"]), true).unwrap();
    world.command(Command::Start { action }).unwrap();
    world.settle(action, in_doubt()).unwrap();
    action
}

fn says(action: ActionId, by: &str, happened: bool) -> Resolve {
    let reason = "looked at the bank's statement".to_owned();
    Resolve { action, by: person(by, &["oncall"]), happened, reason, result: None, undo: None }
}

fn resolve(world: &mut World, resolve: Resolve) -> Result<Vec<Event>, Refusal> {
    world.command(Command::Resolve(Box::new(resolve)))
}

#[track_caller]
fn conflict(result: Result<Vec<Event>, Refusal>, part: &str) {
    match result {
        Err(Refusal::Conflict(text)) => assert!(text.contains(part), "{text}"),
        other => panic!("{other:?}"),
    }
}

/// The facts that made an action go, and the last one of its kind.
fn facts(world: &World, action: ActionId) -> (ActionDecided, Option<Event>, Option<Event>) {
    let of = |kind: &str| {
        let mut events = world.history.iter().rev().map(|(_, event)| event);
        events.find(|event| event.action() == Some(action) && event.kind() == kind).cloned()
    };
    let Some(Event::ActionDecided(decided)) = of("action_decided") else { panic!("{action}") };
    (*decided, of("action_released"), of("action_resent"))
}

#[test]
fn one_person_says_what_became_of_it() {
    // What happened costs all that was reserved, and its effect stays taken.
    for (happened, status, money, effect) in
        [(true, ActionStatus::Succeeded, (0, 100), true), (false, ActionStatus::Failed, (0, 0), false)]
    {
        let mut world = World::under(doubtful());
        let action = lost(&mut world, "pay");
        assert_eq!(world.money(), (110, 0));
        world.later(TIMEOUT + LANDS);
        let events = resolve(&mut world, says(action, "olga", happened)).unwrap();
        let [Event::DoubtStated(stated), Event::ActionSettled(settled)] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!((stated.statement.by.as_str(), stated.statement.happened), ("olga", happened));
        assert_eq!(settled.resolved, Some(Resolution::ByPeople { people: vec!["olga".to_owned()] }));
        assert!(settled.evidence.is_empty(), "what a person reports is no evidence");
        assert_eq!((world.status(action), world.money()), (status, money), "{happened}");
        assert_eq!(world.state.holder("it").is_some(), effect, "{happened}");
        // What did not happen may be done anew; what happened is joined.
        let again = world.propose(Call::new("pay", "{}").effect("it"));
        assert_eq!(again.is_err_and(|refusal| refusal == Refusal::Joins(action)), effect, "{happened}");
    }
}

#[test]
fn a_result_that_is_known_lets_it_be_undone() {
    let mut world = World::under(doubtful());
    let action = lost(&mut world, "pay");
    let undo = crate::rollback::UndoCall {
        tool: "reverse".into(),
        params: json("{}"),
        until: START,
        returns: None,
        verify: None,
    };
    let known =
        Resolve { result: Some(json(r#"{"id":1}"#)), undo: Some(undo.clone()), ..says(action, "olga", true) };
    let mut other = known.clone();
    other.undo = Some(crate::rollback::UndoCall { tool: "mail".into(), ..undo.clone() });
    assert!(matches!(resolve(&mut world, other), Err(Refusal::Invalid(_))), "not the declared undo");
    resolve(&mut world, known).unwrap();
    assert_eq!((world.state.actions[&action].undo.clone(), world.money()), (Some(undo), (10, 100)));
}

#[test]
fn who_may_not_say_it_and_what_may_not_be_said() {
    let mut world = World::under(doubtful());
    let settled = world.admit(Call::new("wire", "{}"));
    world.settle(settled, succeeded()).unwrap();
    let action = lost(&mut world, "pay");
    let stranger = Resolve { by: person("otto", &["risk"]), ..says(action, "", true) };
    let service = Resolve { by: person("refunds", &["oncall"]), ..says(action, "", true) };
    for by in [stranger, service] {
        assert!(matches!(resolve(&mut world, by), Err(Refusal::NotPermitted { .. })));
    }
    let silent = Resolve { reason: "  ".to_owned(), ..says(action, "olga", true) };
    let result = Resolve { result: Some(json("{}")), ..says(action, "olga", false) };
    world.later(TIMEOUT + LANDS);
    for wrong in [silent, result] {
        assert!(matches!(resolve(&mut world, wrong), Err(Refusal::Invalid(_))));
    }
    conflict(resolve(&mut world, says(settled, "olga", true)), "only what is in doubt");
    let unknown = resolve(&mut world, says(crate::handle::tests::world::action(77), "olga", true));
    assert!(matches!(unknown, Err(Refusal::NotFound { .. })));
    assert!(
        world.history.iter().all(|(_, event)| event.kind() != "doubt_stated"),
        "a refusal leaves no trace"
    );
}

#[test]
fn that_it_did_not_happen_is_said_once_it_cannot_land_any_more() {
    let mut world = World::under(doubtful());
    let action = lost(&mut world, "pay");
    world.later(TIMEOUT + LANDS - 1);
    conflict(resolve(&mut world, says(action, "olga", false)), "may still take effect");
    // Sent again, it may land again.
    world.command(Command::Resend { action }).unwrap();
    world.later(LANDS);
    conflict(resolve(&mut world, says(action, "olga", false)), "may still take effect");
    world.later(TIMEOUT);
    resolve(&mut world, says(action, "olga", false)).unwrap();
    assert_eq!(world.status(action), ActionStatus::Failed);
}

#[test]
fn what_a_person_had_to_approve_takes_two_who_agree() {
    let mut world = World::under(doubtful());
    let action = lost_after_approval(&mut world);
    world.later(TIMEOUT + LANDS);
    let first = resolve(&mut world, says(action, "olga", false)).unwrap();
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!((world.status(action), world.money()), (ActionStatus::InDoubt, (110, 0)));
    conflict(resolve(&mut world, says(action, "olga", false)), "has said so already");
    conflict(resolve(&mut world, says(action, "oskar", true)), "olga says that it did not happen");
    // Whoever has said it may take it back; it is still one person.
    resolve(&mut world, says(action, "olga", true)).unwrap();
    assert_eq!(world.status(action), ActionStatus::InDoubt);
    let result = Resolve { result: Some(json("{}")), ..says(action, "oskar", true) };
    conflict(resolve(&mut world, result), "olga says that it happened");
    let last = resolve(&mut world, says(action, "oskar", true)).unwrap();
    let Some(Event::ActionSettled(settled)) = last.last() else { panic!("{last:?}") };
    let people = vec!["olga".to_owned(), "oskar".to_owned()];
    assert_eq!(settled.resolved, Some(Resolution::ByPeople { people }));
    assert_eq!(world.status(action), ActionStatus::Succeeded);
    conflict(resolve(&mut world, says(action, "petra", true)), "only what is in doubt");
}

#[test]
fn undoing_what_a_person_had_to_approve_takes_two_as_well() {
    let mut world = World::under(doubtful());
    let paid = world.hold(Call::new("pay", "{}").ask(ask("large", "risk", 1)));
    world.answer(paid, &person("rita", &["risk"]), true).unwrap();
    world.settle(paid, succeeded()).unwrap();
    world.plan(1, 1, oncall()).unwrap();
    let digest = world.state.rollbacks[&plan(1)].plan.digest;
    let start = Command::StartRollback { plan: plan(1), digest, by: oncall(), reason: "wrong".to_owned() };
    world.command(start).unwrap();
    let undo = action(90);
    world.command(Command::Compensate { plan: plan(1), target: paid, action: undo }).unwrap();
    world.command(Command::Start { action: undo }).unwrap();
    world.settle(undo, in_doubt()).unwrap();
    assert_eq!(world.state.people_needed(&world.state.actions[&undo]), 2);
    // What undoes is sent again, although its run is being undone and everything is stopped.
    world.set_switch(1, "all", Level::None).unwrap();
    world.later(TIMEOUT + 1_000);
    world.command(Command::Resend { action: undo }).unwrap();
}

#[test]
fn a_call_is_sent_again_only_where_its_key_makes_it_one_call() {
    for tool in ["wire", "mail"] {
        let mut world = World::under(doubtful());
        let action = if tool == "mail" {
            let held = world.hold(Call::new("mail", "{}"));
            world.answer(held, &oncall(), true).unwrap();
            world.settle(held, in_doubt()).unwrap();
            held
        } else {
            lost(&mut world, tool)
        };
        world.later(1_000_000);
        conflict(world.command(Command::Resend { action }), "takes no key");
    }
    // In journals of before nothing is said of it.
    let mut before = World::new();
    let action = lost(&mut before, "pay");
    before.later(1_000_000);
    conflict(before.command(Command::Resend { action }), "does not say");
    // What its caller carries out was never ours to send.
    let mut theirs = World::under(doubtful());
    let action = theirs.admit(Call::new("pay", "{}").with(|it, _| it.mode = Mode::DecisionOnly));
    theirs.settle(action, in_doubt()).unwrap();
    theirs.later(1_000_000);
    conflict(theirs.command(Command::Resend { action }), "by its caller");
    // What has an outcome is not sent again.
    let mut known = World::under(doubtful());
    let action = known.admit(Call::new("pay", "{}"));
    conflict(known.command(Command::Resend { action }), "not in doubt");
}

#[test]
fn a_call_is_sent_again_with_growing_patience_and_an_end() {
    let mut world = World::under(doubtful());
    let action = lost(&mut world, "pay");
    let started = world.now;
    let mut waits = Vec::new();
    loop {
        let last = world.now;
        while world.state.due(world.now).is_empty() && world.now < started.plus_ms(SEND_AGAIN_MS) {
            world.later(100);
        }
        if world.state.due(world.now).is_empty() {
            break;
        }
        assert_eq!(world.state.due(world.now), [Due::Resend(action)]);
        waits.push(world.now.since_ms(last) - TIMEOUT);
        world.command(Command::Resend { action }).unwrap();
        assert_eq!((world.status(action), world.money()), (ActionStatus::InDoubt, (110, 0)));
        assert_eq!(world.state.holder("it"), Some(action));
    }
    assert_eq!(waits.len(), usize::try_from(MOST_TIMES).unwrap());
    assert_eq!(waits[..5], [1_000, 2_000, 4_000, 8_000, 16_000]);
    assert_eq!(waits[10..], [600_000; 10]);
    conflict(world.command(Command::Resend { action }), "as often and as long");
    // An answer in the end is an ordinary settlement, which says how it came about.
    let events = world.settle(action, succeeded()).unwrap();
    let [Event::ActionSettled(settled)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(settled.resolved, Some(Resolution::Resent { times: MOST_TIMES }));
}

#[test]
fn a_key_that_the_tool_may_have_forgotten_is_not_used_again() {
    let mut world = World::under(doubtful());
    let action = lost(&mut world, "pay");
    world.later(SEND_AGAIN_MS);
    assert_eq!(world.state.due(world.now), []);
    conflict(world.command(Command::Resend { action }), "as often and as long");
}

#[test]
fn a_stop_ends_the_sending_and_lifting_it_resumes() {
    let mut world = World::under(doubtful());
    let action = lost(&mut world, "pay");
    world.later(TIMEOUT + 1_000);
    world.set_switch(1, "tool:refunds/pay", Level::Draft).unwrap();
    assert_eq!(world.state.due(world.now), []);
    conflict(world.command(Command::Resend { action }), "the ceiling is draft");
    assert_eq!((world.status(action), world.money()), (ActionStatus::InDoubt, (110, 0)));
    let (target, reason) = (SwitchTarget::Id(switch(1)), "all is well again".to_owned());
    world.command(Command::ReleaseSwitch { target, by: oncall(), reason }).unwrap();
    assert_eq!(world.state.due(world.now), [Due::Resend(action)]);
    world.command(Command::Resend { action }).unwrap();
}

#[test]
fn nothing_is_sent_again_into_a_run_that_is_undone() {
    let mut world = World::under(doubtful());
    let action = lost(&mut world, "pay");
    world.plan(1, 1, oncall()).unwrap();
    let digest = world.state.rollbacks[&plan(1)].plan.digest;
    let start = Command::StartRollback { plan: plan(1), digest, by: oncall(), reason: "wrong".to_owned() };
    world.command(start).unwrap();
    world.later(TIMEOUT + 1_000);
    assert_eq!(world.state.due(world.now), []);
    conflict(world.command(Command::Resend { action }), "is undone");
}

#[test]
fn the_end_of_its_run_does_not_end_the_sending() {
    let mut world = World::under(doubtful());
    let action = lost(&mut world, "pay");
    world.end().unwrap();
    world.later(TIMEOUT + 1_000);
    assert_eq!(world.state.due(world.now), [Due::Resend(action)]);
}

#[test]
fn a_permit_to_send_again_needs_the_admit_and_the_fact_that_it_is_sent_again() {
    let mut world = World::under(doubtful());
    let plain = lost(&mut world, "pay");
    world.later(TIMEOUT + 1_000);
    world.command(Command::Resend { action: plain }).unwrap();
    let approved = {
        let held = world.hold(Call::new("pay", "[]").ask(ask("large", "risk", 1)));
        world.answer(held, &person("rita", &["risk"]), true).unwrap();
        world.settle(held, in_doubt()).unwrap();
        world.later(TIMEOUT + 1_000);
        world.command(Command::Resend { action: held }).unwrap();
        held
    };
    for action in [plain, approved] {
        let (decided, released, resent) = facts(&world, action);
        let permit = Permit::of_resent(&decided, released.as_ref(), resent.as_ref().unwrap()).unwrap();
        assert_eq!((permit.action(), permit.params()), (action, &decided.proposal.params));
        // Not from anything else that was committed.
        assert!(
            Permit::of_resent(&decided, released.as_ref(), &Event::ActionStarted { action, run: run(1) })
                .is_none()
        );
    }
    let (decided, _, _) = facts(&world, plain);
    let (held, released, other) = facts(&world, approved);
    assert!(
        Permit::of_resent(&decided, None, other.as_ref().unwrap()).is_none(),
        "the fact is of another action"
    );
    assert!(Permit::of_resent(&held, None, other.as_ref().unwrap()).is_none(), "a held action is no admit");
    let mut denied = decided;
    denied.decision.outcome = Outcome::Deny;
    assert!(Permit::of_resent(&denied, None, facts(&world, plain).2.as_ref().unwrap()).is_none());
    assert!(Permit::of_resent(&held, released.as_ref(), facts(&world, plain).2.as_ref().unwrap()).is_none());
}

fn ask_about(world: &mut World, target: ActionId, read: u128) -> Result<Vec<Event>, Refusal> {
    let ask = AskAbout { target, tool: "look".into(), params: json("{}"), action: action(read) };
    world.command(Command::AskAbout(Box::new(ask)))
}

fn learn(
    world: &mut World,
    target: ActionId,
    read: u128,
    settlement: Settlement,
) -> Result<Vec<Event>, Refusal> {
    let settle = Settle {
        action: target,
        settlement,
        cost: Money::ZERO,
        evidence: Vec::new(),
        undo: None,
        exchange: Exchange::default(),
        tokens: 0,
    };
    world.command(Command::Learn(Box::new(Learn { by: action(read), settle })))
}

#[test]
fn a_tool_is_asked_once_the_call_cannot_land_and_its_answer_ends_the_doubt() {
    for (answer, status, money) in
        [(succeeded(), ActionStatus::Succeeded, (0, 0)), (failed(), ActionStatus::Failed, (0, 0))]
    {
        let mut world = World::under(doubtful());
        let target = lost(&mut world, "wire");
        assert_eq!(world.state.due(world.now.plus_ms(TIMEOUT + LANDS - 1)), []);
        conflict(ask_about(&mut world, target, 90), "may still land");
        world.later(TIMEOUT + LANDS);
        assert_eq!(world.state.due(world.now), [Due::Ask(target)]);
        let decided = ask_about(&mut world, target, 90).unwrap();
        let Event::ActionDecided(decided) = &decided[0] else { panic!("{decided:?}") };
        assert!(Permit::of_admitted(decided).is_some());
        assert_eq!(decided.decision.deciding().reason, Reason::AskedAfter);
        // Neither a call of the run nor money of it; one question at a time.
        assert_eq!((world.state.runs[&run(1)].calls, world.money()), (1, (11, 0)));
        conflict(ask_about(&mut world, target, 91), "asks already");
        assert!(learn(&mut world, target, 90, answer.clone()).is_err(), "the read has no answer yet");
        world.cost = 0;
        world.command(Command::Start { action: action(90) }).unwrap();
        world.settle(action(90), succeeded()).unwrap();
        assert_eq!(world.status(target), ActionStatus::InDoubt);
        let events = learn(&mut world, target, 90, answer).unwrap();
        let [Event::ActionSettled(settled)] = &events[..] else { panic!("{events:?}") };
        assert_eq!(settled.resolved, Some(Resolution::Asked { by: action(90) }));
        assert_eq!((world.status(target), world.money()), (status, money));
        assert!(learn(&mut world, target, 90, succeeded()).is_err(), "resolved once");
    }
}

#[test]
fn a_question_that_is_not_answered_is_asked_again_and_other_reads_tell_nothing() {
    let mut world = World::under(doubtful());
    let target = lost(&mut world, "wire");
    // More than its price would quarantine the read.
    world.cost = 0;
    let stray = world.admit(Call::new("look", "{}"));
    world.settle(stray, succeeded()).unwrap();
    world.later(TIMEOUT + LANDS);
    ask_about(&mut world, target, 90).unwrap();
    world.settle(action(90), failed()).unwrap();
    assert_eq!(world.state.due(world.now), []);
    world.later(1_000);
    assert_eq!(world.state.due(world.now), [Due::Ask(target)]);
    let settle = Settle {
        action: target,
        settlement: succeeded(),
        cost: Money::ZERO,
        evidence: Vec::new(),
        undo: None,
        exchange: Exchange::default(),
        tokens: 0,
    };
    for by in [action(90), stray] {
        let learn = Learn { by, settle: settle.clone() };
        assert!(matches!(world.command(Command::Learn(Box::new(learn))), Err(Refusal::Invalid(_))));
    }
    let other = AskAbout { target, tool: "busy".into(), params: json("{}"), action: action(91) };
    assert!(matches!(world.command(Command::AskAbout(Box::new(other))), Err(Refusal::Invalid(_))));
    world.set_switch(1, "service:refunds", Level::None).unwrap();
    assert_eq!(world.state.due(world.now), []);
}

#[test]
fn where_both_are_possible_a_tool_is_asked_once_sending_again_has_ended() {
    let mut terms = doubtful();
    terms.tools.get_mut("pay").unwrap().unknown.as_mut().unwrap().ask = Some("look".into());
    let mut world = World::under(terms);
    let target = lost(&mut world, "pay");
    world.later(TIMEOUT + LANDS);
    conflict(ask_about(&mut world, target, 90), "is sent again");
    world.later(SEND_AGAIN_MS);
    assert_eq!(world.state.due(world.now), [Due::Ask(target)]);
}

#[test]
fn what_its_caller_does_not_report_is_in_doubt_in_time() {
    let mut terms = doubtful();
    terms.tools.get_mut("wire").unwrap().unknown.as_mut().unwrap().report_within_ms = Some(2_000);
    let mut world = World::under(terms);
    let theirs =
        |tool: &str, params: &str| Call::new(tool, params).with(|it, _| it.mode = Mode::DecisionOnly);
    let soon = world.admit(theirs("wire", "{}"));
    let pay = world.admit(theirs("pay", "{}").effect("it"));
    let look = world.admit(theirs("look", "{}"));
    let reported = world.admit(theirs("pay", "[]"));
    let ours = world.admit(Call::new("pay", "1"));
    let held = world.hold(theirs("pay", "2").ask(ask("large", "risk", 1)));
    world.settle(reported, succeeded()).unwrap();
    world.later(1_999);
    assert!(!world.state.is_overdue(world.now));
    assert_eq!(world.command(Command::Lapse), Ok(Vec::new()));
    world.later(1);
    assert!(world.state.is_overdue(world.now));
    world.command(Command::Lapse).unwrap();
    assert_eq!(world.status(soon), ActionStatus::InDoubt);
    world.answer(held, &person("rita", &["risk"]), true).unwrap();
    world.later(REPORT_WITHIN_MS - 2_000);
    world.command(Command::Lapse).unwrap();
    let statuses = [pay, look, reported, ours, held].map(|id| world.status(id));
    use ActionStatus as S;
    // From the approval on, the one that was held has its own time.
    assert_eq!(statuses, [S::InDoubt, S::Failed, S::Succeeded, S::Admitted, S::Approved]);
    assert_eq!(world.state.holder("it"), Some(pay));
    world.later(2_000);
    world.command(Command::Lapse).unwrap();
    assert_eq!(world.status(held), S::InDoubt);
    assert!(!world.state.is_overdue(world.now.plus_ms(1_000_000_000)));
    // Late is better than never: the caller knows.
    world.settle(pay, succeeded()).unwrap();
    assert_eq!(world.status(pay), S::Succeeded);
    assert_eq!(State::replay("payments".into(), &world.history), world.state);
}
