//! Laws that hold after every step of any history. Each has a name; a new law is seen to fail on broken code once.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    ledger::{invariant_books_balance, invariant_held_plus_spent_within_limit},
    world::*,
};
use crate::{
    ActionId, ActionStatus, Command, Digest, Event, EvidenceUse, Level, Objection, Outcome, PolicyVerdict,
    Reason, Refusal, State,
    command::{Resolve, SwitchTarget},
    doubt::Resolution,
    escalation::EscalationStatus,
    schedule::Scheduled,
    switch::Switch,
    window::Per,
};

/// One random step. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Step {
    Propose {
        run: u128,
        tool: usize,
        params: u8,
        effect: Option<u8>,
        key: Option<u8>,
        ask: bool,
        cite: bool,
    },
    Start(usize),
    Settle(usize, u8, u64),
    Answer {
        which: usize,
        who: u8,
        approve: bool,
    },
    /// Of what is approved: its facts are read again and stand, have moved, cannot be read, or are not read.
    LookAgain {
        which: usize,
        how: u8,
    },
    Switch {
        which: u128,
        scope: usize,
        level: usize,
        cancel: bool,
    },
    Release(u128, u8),
    /// The quarantine of some tool.
    LetGo,
    StartRun(u128),
    EndRun(u128),
    Plan {
        plan: u128,
        run: u128,
    },
    RollBack(u128),
    Compensate {
        plan: u128,
        step: usize,
    },
    Close(u128),
    Lapse,
    Recover,
    Resend(usize),
    /// Somebody says what became of it.
    Say {
        which: usize,
        who: u8,
        happened: bool,
    },
    Wait(u64),
}

const TOOLS: [&str; 6] = ["look", "busy", "pay", "mail", "careless", "unknown"];
const SCOPES: [&str; 4] = ["all", "service:refunds", "tool:refunds/pay", "tool:refunds/mail"];
/// Minutes of the day at which the schedule lets nothing but reads go; the world begins a little before.
const LUNCH: std::ops::Range<i64> = 828..835;
const LEVELS: [Level; 4] = [Level::None, Level::Read, Level::Draft, Level::Recommend];

fn step() -> impl Strategy<Value = Step> {
    let runs = 1_u128..4;
    let maybe = || prop::option::weighted(0.4, 0_u8..3);
    let propose =
        (runs.clone(), 0..TOOLS.len(), 0_u8..4, maybe(), maybe(), prop::bool::weighted(0.3), any::<bool>());
    prop_oneof![
        10 => propose.prop_map(|(run, tool, params, effect, key, ask, cite)| Step::Propose { run, tool, params, effect, key, ask, cite }),
        2 => any::<usize>().prop_map(Step::Start),
        // A tool may report anything: nothing, its price, far more.
        8 => (any::<usize>(), 0_u8..3, prop_oneof![Just(0), 1_u64..20, 100_u64..10_000])
            .prop_map(|(which, how, cost)| Step::Settle(which, how, cost)),
        5 => (any::<usize>(), 0_u8..4, prop::bool::weighted(0.8)).prop_map(|(which, who, approve)| Step::Answer { which, who, approve }),
        4 => (any::<usize>(), 0_u8..4).prop_map(|(which, how)| Step::LookAgain { which, how }),
        1 => (1_u128..4, 0..SCOPES.len(), 0..LEVELS.len(), any::<bool>()).prop_map(|(which, scope, level, cancel)| Step::Switch { which, scope, level, cancel }),
        3 => (1_u128..4, 0_u8..2).prop_map(|(which, who)| Step::Release(which, who)),
        2 => Just(Step::LetGo),
        2 => runs.clone().prop_map(Step::StartRun),
        1 => runs.clone().prop_map(Step::EndRun),
        2 => (1_u128..5, runs).prop_map(|(plan, run)| Step::Plan { plan, run }),
        2 => (1_u128..5).prop_map(Step::RollBack),
        4 => (1_u128..5, any::<usize>()).prop_map(|(plan, step)| Step::Compensate { plan, step }),
        1 => (1_u128..5).prop_map(Step::Close),
        1 => Just(Step::Lapse),
        1 => Just(Step::Recover),
        3 => any::<usize>().prop_map(Step::Resend),
        3 => (any::<usize>(), 0_u8..4, any::<bool>()).prop_map(|(which, who, happened)| Step::Say { which, who, happened }),
        2 => prop_oneof![8 => 0_u64..90_000, 2 => 90_000_u64..30_000_000, 1 => 30_000_000_u64..400_000_000].prop_map(Step::Wait),
    ]
}

/// A run with two payments that were made, and a rollback of it under way: where undoing twice is near.
fn rolling_back() -> Vec<Step> {
    let pay =
        |params| Step::Propose { run: 1, tool: 2, params, effect: None, key: None, ask: false, cite: false };
    let paid = |which| Step::Settle(which, 0, 1);
    vec![pay(0), paid(0), pay(1), paid(1), Step::Plan { plan: 1, run: 1 }, Step::RollBack(1)]
}

/// A payment that rests on a record, and that two people have approved: where old facts are near.
fn approved() -> Vec<Step> {
    let propose =
        |tool, ask| Step::Propose { run: 1, tool, params: 0, effect: None, key: None, ask, cite: ask };
    let yes = |who| Step::Answer { which: 0, who, approve: true };
    vec![propose(0, false), Step::Settle(0, 0, 1), propose(2, true), yes(0), yes(1)]
}

/// Steps around the release of what was approved.
fn releasing() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (any::<usize>(), 0_u8..4).prop_map(|(which, how)| Step::LookAgain { which, how }),
        6 => (any::<usize>(), 0_u8..2).prop_map(|(which, who)| Step::Answer { which, who, approve: true }),
        1 => (any::<usize>(), 0_u8..2).prop_map(|(which, who)| Step::Answer { which, who, approve: false }),
        2 => (any::<usize>(), 0_u8..3).prop_map(|(which, how)| Step::Settle(which, how, 1)),
        1 => (1_u128..3, 0..SCOPES.len(), 0..LEVELS.len(), any::<bool>()).prop_map(|(which, scope, level, cancel)| Step::Switch { which, scope, level, cancel }),
        1 => (1_u128..3, 0_u8..2).prop_map(|(which, who)| Step::Release(which, who)),
        1 => Just(Step::Lapse),
        1 => Just(Step::Recover),
        1 => (0_u64..30_000).prop_map(Step::Wait),
    ]
}

/// Steps around a rollback.
fn undoing() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => any::<usize>().prop_map(|step| Step::Compensate { plan: 1, step }),
        4 => (any::<usize>(), 0_u8..3).prop_map(|(which, how)| Step::Settle(which, how, 1)),
        1 => Just(Step::Recover),
        1 => (1_u128..3).prop_map(Step::Close),
        1 => (1_u128..3).prop_map(|plan| Step::Plan { plan, run: 1 }),
        1 => (1_u128..3).prop_map(Step::RollBack),
        2 => any::<usize>().prop_map(|step| Step::Compensate { plan: 2, step }),
    ]
}

fn pick(state: &State, which: usize) -> ActionId {
    let known: Vec<_> = state.actions.keys().copied().collect();
    which.checked_rem(known.len()).map_or(action(0), |index| known[index])
}

/// One of the actions in doubt.
fn doubt(state: &State, which: usize) -> ActionId {
    let known: Vec<_> = state.doubts.iter().copied().collect();
    which.checked_rem(known.len()).map_or(action(0), |index| known[index])
}

fn call(step: &Step) -> Option<Call> {
    let Step::Propose { run: number, tool, params, effect, key, ask: asked, .. } = step else { return None };
    let mut call = Call::new(TOOLS[*tool], &params.to_string()).with(|it, _| it.run = run(*number));
    call.assessment.effect = effect.map(|effect| effect.to_string());
    call.proposal.key = key.map(|key| key.to_string());
    Some(if *asked { call.ask(ask("large", "risk", 2)) } else { call })
}

/// The newest record that a run has seen, cited.
fn seen(world: &World, run: crate::RunId) -> Option<EvidenceUse> {
    let ((_, action), (digest, _)) = world.state.runs.get(&run)?.evidence.last_key_value()?;
    Some(EvidenceUse { digest: *digest, fresh_for_ms: None, ..world.cite(*action, "{}") })
}

fn look_again(world: &mut World, which: usize, how: u8) -> Result<Vec<Event>, Refusal> {
    let approved: Vec<_> =
        world.state.held.keys().filter(|id| world.state.awaits_release(**id).is_some()).copied().collect();
    let held = which.checked_rem(approved.len()).map_or(action(0), |index| approved[index]);
    let old = world.state.held.get(&held).map(|held| held.assessment.evidence[0].clone());
    match (how, old) {
        (0, _) => {
            let again = world.look_again(held, r#"{"id":1}"#)?;
            world.release_on(held, again)
        }
        (1, _) => {
            let again = world.look_again(held, r#"{"id":2}"#)?;
            world.release_on(held, again)
        }
        (2, Some(old)) => world.release_on(held, old),
        _ => world.release(held, crate::command::Look::Unread { why: "no connection".to_owned() }),
    }
}

/// Takes a step; a refusal is as good as any other answer.
fn take(world: &mut World, step: &Step) -> Vec<Event> {
    let taken = match step {
        Step::Propose { cite, .. } => call(step).map_or(Ok(Vec::new()), |call| {
            let cited = cite.then(|| seen(world, call.proposal.run)).flatten();
            world.propose(call.with(|_, it| it.evidence.extend(cited)))
        }),
        Step::LookAgain { which, how } => look_again(world, *which, *how),
        Step::Start(which) => world.command(Command::Start { action: pick(&world.state, *which) }),
        Step::Settle(which, how, cost) => {
            world.cost = *cost;
            let settlement = [succeeded(), failed(), in_doubt()][usize::from(*how)].clone();
            world.settle(pick(&world.state, *which), settlement)
        }
        Step::Answer { which, who, approve } => {
            let (name, group) =
                [("a", "risk"), ("b", "risk"), ("c", "oncall"), ("d", "x")][usize::from(*who)];
            let held: Vec<_> = world.state.escalations.values().map(|it| it.action).collect();
            let held = which.checked_rem(held.len()).map_or(action(0), |index| held[index]);
            world.answer(held, &person(name, &[group]), *approve)
        }
        Step::Switch { which, scope, level, cancel } => {
            let mode = if *cancel { crate::switch::Mode::Cancel } else { crate::switch::Mode::Finish };
            let scope = SCOPES[*scope].parse().unwrap();
            let set = Switch { mode, ..Switch::new(switch(*which), scope, LEVELS[*level], START) };
            world.command(Command::SetSwitch { switch: set, by: oncall() })
        }
        Step::Release(which, who) => {
            let (target, reason) = (SwitchTarget::Id(switch(*which)), "all is well again".to_owned());
            let by = person(["olga", "oscar"][usize::from(*who)], &["oncall"]);
            world.command(Command::ReleaseSwitch { target, by, reason })
        }
        Step::LetGo => world.let_go(),
        Step::StartRun(number) => world.start(*number, &number.to_string()),
        Step::EndRun(number) => {
            world.command(Command::EndRun { run: run(*number), reason: None, note: String::new() })
        }
        Step::Plan { plan: id, run: number } => world.plan(*id, *number, oncall()),
        Step::RollBack(id) => {
            let digest = world.state.rollbacks.get(&plan(*id)).map(|it| it.plan.digest);
            let (digest, reason) = (digest.unwrap_or(Digest::of(b"")), "why".to_owned());
            world.command(Command::StartRollback { plan: plan(*id), digest, by: oncall(), reason })
        }
        Step::Compensate { plan: id, step } => {
            let steps =
                world.state.rollbacks.get(&plan(*id)).map(|it| it.plan.steps.clone()).unwrap_or_default();
            let target = step.checked_rem(steps.len()).map_or(action(0), |index| steps[index].target);
            world.drawn = world.drawn.saturating_add(1);
            world.command(Command::Compensate { plan: plan(*id), target, action: action(world.drawn) })
        }
        Step::Close(id) => world.command(Command::CloseRollback { plan: plan(*id) }),
        Step::Lapse => world.command(Command::Lapse),
        Step::Recover => world.command(Command::Recover),
        Step::Resend(which) => world.command(Command::Resend { action: doubt(&world.state, *which) }),
        Step::Say { which, who, happened } => {
            let (name, group) =
                [("a", "oncall"), ("b", "oncall"), ("refunds", "oncall"), ("d", "x")][usize::from(*who)];
            let action = doubt(&world.state, *which);
            let (by, reason) = (person(name, &[group]), "looked it up".to_owned());
            let says = Resolve { action, by, happened: *happened, reason, result: None, undo: None };
            world.command(Command::Resolve(Box::new(says)))
        }
        Step::Wait(ms) => {
            world.later(*ms);
            Ok(Vec::new())
        }
    };
    taken.unwrap_or_default()
}

fn invariant_replay_equals_live(world: &World) {
    let text = serde_json::to_string(&world.history).unwrap();
    let history: Vec<(crate::Timestamp, Event)> = serde_json::from_str(&text).unwrap();
    assert_eq!(State::replay("payments".into(), &history), world.state);
}

/// Whatever goes, at once or after approval, is under every ceiling over it; undoing may go under any.
fn invariant_no_admit_above_ceiling(before: &State, events: &[Event], now: crate::Timestamp) {
    let minute = now.max(before.latest).as_micros() / 60_000_000 % 1_440;
    let at_lunch = LUNCH.contains(&minute);
    for event in events {
        let (id, admitted) = match event {
            Event::ActionDecided(it) if it.undoes.is_none() => {
                (it.proposal.tool.clone(), it.decision.outcome)
            }
            Event::ActionReleased { action, decision, .. } => {
                (before.actions[action].tool.clone(), decision.outcome)
            }
            _ => continue,
        };
        let run = &before.runs[&event.run().unwrap()];
        let level = run.terms.tools.get(&id).and_then(|tool| tool.level);
        for switch in before.switches.values().filter(|it| it.scope.covers(before.place(run, &id))) {
            assert!(admitted != Outcome::Admit || level.unwrap() <= switch.ceiling, "{id} under {switch:?}");
        }
        assert!(!at_lunch || admitted != Outcome::Admit || level.unwrap() <= Level::Read, "{id} at {now}");
    }
}

/// Lifting only lifts: what was voided, cut off or refused stays so, and nothing goes by itself.
fn invariant_lifting_revives_nothing(before: &State, after: &State, events: &[Event]) {
    let lifts =
        |event: &Event| matches!(event, Event::SwitchReleased { .. } | Event::ReleaseRequested { .. });
    if events.iter().any(lifts) {
        assert!(events.iter().all(lifts), "{events:?}");
        // With time what is over is forgotten; nothing that is known moves.
        let moved = |id: &ActionId, is: ActionStatus| before.actions[id].status != is;
        assert!(!after.actions.iter().any(|(id, action)| moved(id, action.status)));
        let asked = |id| before.escalations.get(id).map(|it| it.status);
        assert!(after.escalations.iter().all(|(id, it)| asked(id) == Some(it.status)));
        assert_eq!(before.held, after.held);
    }
    for event in events {
        let Event::SwitchReleased { by, requested_by, .. } = event else { continue };
        let lifted = before.switches.values().find(|it| !after.switches.contains_key(&it.id)).unwrap();
        let wide = lifted.scope == crate::switch::Scope::All;
        assert!(!wide || requested_by.as_ref().is_some_and(|first| first != by), "{by} alone lifted all");
    }
}

fn invariant_escalation_decided_at_most_once(history: &[(crate::Timestamp, Event)]) {
    let (mut closed, mut released) = (BTreeSet::new(), BTreeSet::new());
    for (_, event) in history {
        match event {
            Event::EscalationClosed { escalation, .. } => assert!(closed.insert(*escalation), "{event:?}"),
            Event::ActionReleased { action, .. } => assert!(released.insert(*action), "{event:?}"),
            _ => {}
        }
    }
}

/// What goes after an approval rests on facts that were read after it, and that are those people saw.
fn invariant_nothing_released_on_old_facts(before: &State, after: &State, events: &[Event]) {
    for event in events {
        let Event::ActionReleased { action, decision, .. } = event else { continue };
        let held = &before.held[action];
        if decision.outcome != Outcome::Admit || held.assessment.evidence.is_empty() {
            continue;
        }
        let rereads = after.actions.values().filter(|it| it.rereads == Some(held.question.id));
        let run = &after.runs[&held.proposal.run];
        let facts: BTreeSet<_> = rereads
            .filter_map(|it| run.evidence.get(&("record".into(), it.id)))
            .map(|(digest, _)| *digest)
            .collect();
        assert!(facts.contains(&held.assessment.evidence[0].digest), "{action} went on old facts");
    }
}

fn invariant_status_moves_follow_table(
    before: &State,
    after: &State,
    reachable: &BTreeSet<(ActionStatus, ActionStatus)>,
) {
    for (id, action) in &after.actions {
        if let Some(was) = before.actions.get(id) {
            let moved = (was.status, action.status);
            assert!(moved.0 == moved.1 || reachable.contains(&moved), "{id} {moved:?}");
        }
    }
    for (id, escalation) in &after.escalations {
        let was = before.escalations.get(id).map(|was| was.status);
        let voided = was == Some(EscalationStatus::Approved) && escalation.replaced_by.is_some();
        assert!(voided || was.is_none_or(|was| was == EscalationStatus::Pending || was == escalation.status));
    }
}

/// At any time at most one action that may exist in the world bears a logical effect's name.
fn invariant_one_effect_at_a_time(history: &[(crate::Timestamp, Event)], state: &State) {
    let mut names = BTreeMap::new();
    for (_, event) in history {
        let Event::ActionDecided(decided) = event else { continue };
        let Some(effect) = &decided.assessment.effect else { continue };
        let id = decided.proposal.action;
        let Some(action) = state.actions.get(&id) else { continue };
        use ActionStatus as S;
        if matches!(
            action.status,
            S::Held | S::Approved | S::Admitted | S::Running | S::InDoubt | S::Succeeded
        ) {
            assert_eq!(names.insert(effect, id), None, "{effect}");
            assert_eq!(state.holder(effect), Some(id), "{effect}");
        }
    }
}

/// What is in doubt keeps its money, its effect and its key; only an outcome, or people who may, end that.
fn invariant_a_doubt_keeps_what_it_holds(before: &State, after: &State, events: &[Event]) {
    let in_doubt = |state: &State| -> BTreeSet<ActionId> {
        let doubts = state.actions.values().filter(|action| action.status == ActionStatus::InDoubt);
        doubts.map(|action| action.id).collect()
    };
    assert_eq!(after.doubts, in_doubt(after));
    for id in &after.doubts {
        let (was, is) = (&before.actions[id], &after.actions[id]);
        assert_eq!((was.hold, was.undo_hold, &was.effect), (is.hold, is.undo_hold, &is.effect), "{id}");
        let keys = |state: &State| state.runs[&is.run].keys.values().any(|(holder, _)| holder == id);
        assert_eq!(keys(before), keys(after), "{id}");
    }
    for event in events {
        match event {
            Event::ActionResent { action, .. } => {
                assert!(before.doubts.contains(action), "{action} was sent again and is not in doubt");
                let tool = &before.actions[action].tool;
                assert!(["pay", "reverse"].contains(&tool.as_str()), "`{tool}` takes no key");
            }
            Event::ActionSettled(settled) if before.doubts.contains(&settled.action) => {
                let action = &before.actions[&settled.action];
                if let Some(Resolution::ByPeople { people }) = &settled.resolved {
                    let needed = if action.escalation.is_some() { 2 } else { 1 };
                    assert!(
                        needed <= people.len() && people.iter().all(|it| it == "a" || it == "b"),
                        "{people:?}"
                    );
                }
            }
            _ => {}
        }
    }
}

/// How many calls of a tool are under way is kept, since counting them would take longer the more there are; it is the
/// same as counting.
fn invariant_under_way_is_counted(state: &State) {
    let mut counted: BTreeMap<_, BTreeMap<_, u32>> = BTreeMap::new();
    for action in state.actions.values().filter(|action| action.status.is_in_flight()) {
        let service = state.runs[&action.run].terms.service.clone();
        let calls = counted.entry(service).or_default().entry(action.tool.clone()).or_default();
        *calls = calls.saturating_add(1);
    }
    for (name, service) in &state.services {
        assert_eq!(service.in_flight, counted.remove(name).unwrap_or_default(), "{name}");
    }
}

/// An effect has at most one compensation that took place, is under way or may have taken place.
fn invariant_undo_at_most_once(state: &State) {
    let mut targets = BTreeSet::new();
    for action in state.actions.values().filter(|it| it.status != ActionStatus::Failed) {
        if let Some((target, _)) = action.undoes {
            assert!(targets.insert(target), "{target} is undone twice");
        }
    }
}

/// All moves that one command can make: one or, for an approval or a settled start, one cell of the table.
fn reachable() -> BTreeSet<(ActionStatus, ActionStatus)> {
    use crate::action::ActionMove as M;
    let moves =
        [M::Admit, M::Deny, M::Hold, M::Lapse, M::Approve, M::Start, M::Succeed, M::Fail, M::Doubt, M::Undo];
    let cells = ActionStatus::ALL.into_iter().flat_map(|from| moves.map(|by| (from, from.next(by))));
    cells.filter_map(|(from, to)| to.ok().map(|to| (from, to))).collect()
}

fn live(steps: &[Step]) -> World {
    let mut roomy = super::doubts::doubtful();
    roomy.run.same_call = Some(20);
    roomy.run.calls = 30;
    roomy.run.tools.clear();
    roomy.run.spend = crate::Money::from_micros(700);
    roomy.run.wall_time_ms = None;
    roomy.delegation.until = START.plus_ms(10_u64.pow(12));
    let micros = crate::Money::from_micros;
    roomy.allowance.spend = [(Per::Hour, micros(1_000)), (Per::Day, micros(1_700))].into();
    roomy.allowance.calls = [(Per::Hour, 25), (Per::Day, 40)].into();
    let (from, until) = (u16::try_from(LUNCH.start).unwrap(), u16::try_from(LUNCH.end).unwrap());
    let (id, because, days) = ("lunch".to_owned(), "nobody looks".to_owned(), [].into());
    roomy.schedule = vec![Scheduled { id, ceiling: Level::Read, days, from, until, because }];
    let mut world = World::under(roomy);
    let reachable = reachable();
    for step in steps {
        let before = world.state.clone();
        let events = take(&mut world, step);
        invariant_no_admit_above_ceiling(&before, &events, world.now);
        invariant_lifting_revives_nothing(&before, &world.state, &events);
        invariant_nothing_released_on_old_facts(&before, &world.state, &events);
        invariant_held_plus_spent_within_limit(&world);
        invariant_books_balance(&world);
        invariant_escalation_decided_at_most_once(&world.history);
        invariant_status_moves_follow_table(&before, &world.state, &reachable);
        invariant_one_effect_at_a_time(&world.history, &world.state);
        invariant_undo_at_most_once(&world.state);
        invariant_under_way_is_counted(&world.state);
        invariant_a_doubt_keeps_what_it_holds(&before, &world.state, &events);
        invariant_replay_equals_live(&world);
    }
    world
}

/// What would be decided, as a fresh proposal; a joined call is no decision.
fn outcome(world: &World, call: Call) -> Option<Outcome> {
    match world.clone().propose(call).ok()?.first()? {
        Event::ActionDecided(decided) => Some(decided.decision.outcome),
        other => panic!("{} instead of a decision", other.kind()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_law_holds_after_every_step(steps in prop::collection::vec(step(), 1..60)) {
        live(&steps);
    }

    #[test]
    fn every_law_holds_while_undoing(steps in prop::collection::vec(undoing(), 1..30)) {
        let steps: Vec<_> = rolling_back().into_iter().chain(steps).collect();
        let world = live(&steps);
let started = |(_, event): &(_, Event)| matches!(event, Event::RollbackStarted { .. });
        prop_assert!(world.history.iter().any(started), "the rollback is not under way");
    }

    #[test]
    fn every_law_holds_around_a_release(steps in prop::collection::vec(releasing(), 1..30)) {
        let steps: Vec<_> = approved().into_iter().chain(steps).collect();
        let world = live(&steps);
        let approved = |(_, event): &(_, Event)| matches!(event, Event::EscalationClosed { status: EscalationStatus::Approved, .. });
        prop_assert!(world.history.iter().any(approved), "nothing was approved");
    }

    #[test]
    fn invariant_unknown_means_deny(steps in prop::collection::vec(step(), 0..20), last in step()) {
        let world = live(&steps);
        let Some(call) = call(&last) else { return Ok(()) };
        let object = |reason| Objection::new(reason, "unknown");
        let unknown = [
            call.clone().with(|_, it| it.contract = Digest::of(b"other")),
            call.clone().with(|it, _| it.principal = "other".to_owned()),
            call.clone().with(|it, _| it.tool = "ghost".into()),
            call.clone().with(|_, it| it.policy = PolicyVerdict::Object(object(Reason::PolicyError))),
            call.clone().with(|_, it| it.evidence_objection = Some(object(Reason::EvidenceMissing))),
            call.clone().with(|_, it| it.tooling_objection = Some(object(Reason::ParametersInvalid))),
            call.with(|_, it| it.evidence.push(crate::EvidenceUse {
                item: "never-seen".into(), action: action(1), digest: Digest::of(b""), observed_at: START, facts: None,
 as_of: None, fresh_for_ms: None, one_of: None,
            })),
        ];
        for call in unknown {
            let decided = outcome(&world, call.clone());
            prop_assert!(!matches!(decided, Some(Outcome::Admit | Outcome::Escalate)), "{call:?} gave {decided:?}");
        }
    }

    #[test]
    fn invariant_monotone_restriction(steps in prop::collection::vec(step(), 0..20), last in step(), scope in 0..SCOPES.len(), level in 0..LEVELS.len()) {
        let world = live(&steps);
        let Some(call) = call(&last) else { return Ok(()) };
        let free = outcome(&world, call.clone());
        let mut lowered = world.clone();
        lowered.set_switch(99, SCOPES[scope], LEVELS[level]).unwrap();
        let forbid = |it: &mut crate::Assessment| it.policy = PolicyVerdict::Object(Objection::new(Reason::PolicyForbids, "no"));
        let restricted = [
            outcome(&world, call.clone().ask(ask("more", "legal", 1))),
            outcome(&world, call.clone().with(|_, it| forbid(it))),
        ];
        for outcome in restricted {
            prop_assert!(outcome >= free, "{free:?} became {outcome:?}");
        }
        // Voiding frees what waited (effects, money), so a lower ceiling is compared by whether it admits.
        let above = lowered.state.runs.get(&call.proposal.run).and_then(|run| run.terms.tools.get(&call.proposal.tool)).and_then(|tool| tool.level);
        let covered = crate::switch::Scope::covers(&SCOPES[scope].parse().unwrap(), lowered.state.place(&lowered.state.runs[&run(1)], &call.proposal.tool));
        if covered && above.is_some_and(|above| above > LEVELS[level]) {
            let decided = outcome(&lowered, call);
            prop_assert!(decided != Some(Outcome::Admit), "{free:?} became {decided:?}");
        }
    }
}
