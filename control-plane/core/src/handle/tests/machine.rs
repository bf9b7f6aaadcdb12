//! The core against a model of itself that was written from the documents alone: what may go, what becomes of it, and
//! what it leaves of the money. Nothing of the core is used to predict the core.

#![expect(clippy::arithmetic_side_effects, reason = "small numbers of a small model")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use super::world::*;
use crate::{ActionStatus as S, Command, Event, Level, Outcome, Terms, command::SwitchTarget};

const RUNS: usize = 3;
/// Few and little, so that short histories come to the end of it.
const LIMIT: u64 = 221;
const CALLS: u32 = 4;
/// What `pay` may cost, and what is kept for undoing it.
const PAY: (u64, u64) = (100, 10);
const LOOK: u64 = 7;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tool {
    Look,
    Pay,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Over {
    All,
    Service,
    Pay,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Succeeds,
    Fails,
    IsLost,
}

#[derive(Clone, Debug)]
enum Transition {
    Begin(usize),
    EndRun(usize),
    Propose { run: usize, tool: Tool, ask: bool },
    Answer { action: usize, yes: bool },
    Start(usize),
    Settle { action: usize, end: End, cost: u64 },
    Switch { number: u8, over: Over, to: Level },
    Release(u8),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Unknown,
    Open,
    Over,
}

#[derive(Clone, Debug)]
struct Run {
    phase: Phase,
    calls: u32,
    held: u64,
    spent: u64,
}

#[derive(Clone, Debug)]
struct Action {
    run: usize,
    tool: Tool,
    status: S,
}

/// What the documents say, in few words.
#[derive(Clone, Debug)]
struct Model {
    runs: Vec<Run>,
    /// In the order in which they were proposed.
    actions: Vec<Action>,
    switches: BTreeMap<u8, (Over, Level)>,
}

impl Tool {
    const fn level(self) -> Level {
        match self {
            Self::Look => Level::Read,
            Self::Pay => Level::Execute,
        }
    }

    const fn most(self) -> u64 {
        match self {
            Self::Look => LOOK,
            Self::Pay => PAY.0 + PAY.1,
        }
    }
}

impl Model {
    fn may(&self, tool: Tool) -> bool {
        let over =
            |(over, to): &(Over, Level)| (*over != Over::Pay || tool == Tool::Pay) && *to < tool.level();
        !self.switches.values().any(over)
    }

    fn propose(&mut self, number: usize, tool: Tool, ask: bool) {
        let may = self.may(tool);
        let run = &mut self.runs[number];
        let fits = run.calls < CALLS && run.held + run.spent + tool.most() <= LIMIT;
        let goes = run.phase == Phase::Open && may && fits;
        if goes {
            run.calls += 1;
            run.held += tool.most();
        }
        let status = match (goes, ask) {
            (false, _) => S::Denied,
            (true, true) => S::Held,
            (true, false) => S::Admitted,
        };
        self.actions.push(Action { run: number, tool, status });
    }

    /// Held actions to which this applies are void.
    fn void(&mut self, applies: impl Fn(&Action) -> bool) {
        for action in self.actions.iter_mut().filter(|it| it.status == S::Held && applies(it)) {
            action.status = S::Denied;
            self.runs[action.run].held -= action.tool.most();
        }
    }

    fn answer(&mut self, number: usize, yes: bool) {
        let action = &mut self.actions[number];
        match (action.status, yes) {
            (S::Held, true) => action.status = S::Approved,
            (S::Held, false) => {
                action.status = S::Denied;
                self.runs[action.run].held -= action.tool.most();
            }
            _ => {}
        }
    }

    fn start(&mut self, number: usize) {
        let may = self.may(self.actions[number].tool);
        let action = &mut self.actions[number];
        if may && matches!(action.status, S::Admitted | S::Approved) {
            action.status = S::Running;
        }
    }

    fn settle(&mut self, number: usize, end: End, cost: u64) {
        let action = &mut self.actions[number];
        let run = &mut self.runs[action.run];
        let known = action.status == S::InDoubt;
        if !known && !matches!(action.status, S::Admitted | S::Approved | S::Running) {
            return;
        }
        let (status, kept, spent) = match (end, action.tool) {
            (End::Succeeds, Tool::Pay) => (S::Succeeded, PAY.1, cost),
            (End::Succeeds, Tool::Look) => (S::Succeeded, 0, cost),
            (End::Fails, _) => (S::Failed, 0, cost),
            // In doubt it keeps what it holds, and it is not in doubt once more.
            (End::IsLost, Tool::Pay) if known => return,
            (End::IsLost, Tool::Pay) => (S::InDoubt, Tool::Pay.most(), 0),
            // A read leaves nothing behind; nobody knows what it cost.
            (End::IsLost, Tool::Look) => (S::Failed, 0, LOOK),
        };
        action.status = status;
        run.held = run.held - action.tool.most() + kept;
        run.spent += spent;
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Transition;

    fn init_state() -> BoxedStrategy<Self> {
        let run = Run { phase: Phase::Unknown, calls: 0, held: 0, spent: 0 };
        Just(Self { runs: vec![run; RUNS], actions: Vec::new(), switches: BTreeMap::new() }).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Transition> {
        let runs = 0..RUNS;
        let propose = (runs.clone(), prop::bool::weighted(0.7), prop::bool::weighted(0.3)).prop_map(
            |(run, pay, ask)| Transition::Propose {
                run,
                tool: if pay { Tool::Pay } else { Tool::Look },
                ask,
            },
        );
        let over = prop_oneof![Just(Over::All), Just(Over::Service), Just(Over::Pay)];
        let to = prop_oneof![Just(Level::None), Just(Level::Read), Just(Level::Draft)];
        let always = prop_oneof![
            5 => runs.clone().prop_map(Transition::Begin),
            1 => runs.prop_map(Transition::EndRun),
            20 => propose,
            1 => (0_u8..3, over, to).prop_map(|(number, over, to)| Transition::Switch { number, over, to }),
            5 => (0_u8..3).prop_map(Transition::Release),
        ];
        if state.actions.is_empty() {
            return always.boxed();
        }
        let actions = 0..state.actions.len();
        let end = prop_oneof![3 => Just(End::Succeeds), 1 => Just(End::Fails), 1 => Just(End::IsLost)];
        prop_oneof![
            3 => always,
            1 => (actions.clone(), any::<bool>()).prop_map(|(action, yes)| Transition::Answer { action, yes }),
            1 => actions.clone().prop_map(Transition::Start),
            2 => (actions, end, 0..=LOOK).prop_map(|(action, end, cost)| Transition::Settle { action, end, cost }),
        ]
        .boxed()
    }

    fn apply(mut state: Self, transition: &Transition) -> Self {
        match *transition {
            Transition::Begin(run) if state.runs[run].phase == Phase::Unknown => {
                state.runs[run].phase = Phase::Open;
            }
            Transition::EndRun(run) if state.runs[run].phase == Phase::Open => {
                state.runs[run].phase = Phase::Over;
                state.void(|it| it.run == run);
            }
            Transition::Begin(_) | Transition::EndRun(_) => {}
            Transition::Propose { run, tool, ask } => state.propose(run, tool, ask),
            Transition::Answer { action, yes } => state.answer(action, yes),
            Transition::Start(action) => state.start(action),
            Transition::Settle { action, end, cost } => state.settle(action, end, cost),
            Transition::Switch { number, over, to } => {
                state.switches.entry(number).or_insert((over, to));
                let (without, with) = (state.clone(), state.switches.clone());
                let stopped = |it: &Action| !Self { switches: with.clone(), ..without.clone() }.may(it.tool);
                state.void(stopped);
            }
            Transition::Release(number) => {
                state.switches.remove(&number);
            }
        }
        state
    }
}

/// The real one, and which action of it is which of the model's.
struct Core {
    world: World,
    /// `None` where there was no run to be decided in.
    actions: Vec<Option<crate::ActionId>>,
}

fn small() -> Terms {
    let mut terms = terms();
    terms.run.same_call = None;
    terms.run.wall_time_ms = None;
    terms.run.tools.clear();
    terms.run.calls = CALLS;
    terms.run.spend = crate::Money::from_micros(LIMIT);
    terms
}

fn number(run: usize) -> u128 {
    u128::try_from(run).unwrap() + 1
}

impl Core {
    fn propose(&mut self, run: usize, tool: Tool, ask_people: bool) {
        let name = if tool == Tool::Pay { "pay" } else { "look" };
        let params = self.actions.len().to_string();
        let call = Call::new(name, &params).with(|it, _| it.run = super::world::run(number(run)));
        let call = if ask_people { call.ask(ask("large", "risk", 1)) } else { call };
        let decided = self.world.propose(call).ok().and_then(|events| match events.into_iter().next() {
            Some(Event::ActionDecided(decided)) => Some((decided.proposal.action, decided.decision.outcome)),
            _ => None,
        });
        // What was refused never counted; what is denied may leave memory at once.
        self.actions.push(
            decided
                .filter(|(_, outcome)| matches!(outcome, Outcome::Admit | Outcome::Escalate))
                .map(|it| it.0),
        );
    }
}

impl StateMachineTest for Core {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        Self { world: World::before(small()), actions: Vec::new() }
    }

    fn apply(mut core: Self, _: &Model, transition: Transition) -> Self {
        let world = &mut core.world;
        let known =
            |action: usize, core: &[Option<crate::ActionId>]| core[action].unwrap_or(action_that_is_not());
        // A refusal is an answer: the model says whether it was right.
        match transition {
            Transition::Begin(run) => drop(world.start(number(run), &format!("case-{run}"))),
            Transition::EndRun(run) => {
                let run = super::world::run(number(run));
                drop(world.command(Command::EndRun { run, reason: None, note: "done".to_owned() }));
            }
            Transition::Propose { run, tool, ask } => core.propose(run, tool, ask),
            Transition::Answer { action, yes } => {
                drop(world.answer(known(action, &core.actions), &person("rita", &["risk"]), yes));
            }
            Transition::Start(action) => {
                drop(world.command(Command::Start { action: known(action, &core.actions) }));
            }
            Transition::Settle { action, end, cost } => {
                world.cost = if end == End::IsLost { 0 } else { cost };
                let settlement = match end {
                    End::Succeeds => succeeded(),
                    End::Fails => failed(),
                    End::IsLost => in_doubt(),
                };
                drop(world.settle(known(action, &core.actions), settlement));
            }
            Transition::Switch { number, over, to } => {
                let scope = match over {
                    Over::All => "all",
                    Over::Service => "service:refunds",
                    Over::Pay => "tool:refunds/pay",
                };
                drop(world.set_switch(u128::from(number), scope, to));
            }
            Transition::Release(number) => {
                let (target, reason) =
                    (SwitchTarget::Id(switch(u128::from(number))), "all is well again".to_owned());
                // What takes two people has both; what takes one is gone after the first.
                for by in [oncall(), person("oscar", &["oncall"])] {
                    let (target, reason) = (target.clone(), reason.clone());
                    drop(world.command(Command::ReleaseSwitch { target, by, reason }));
                }
            }
        }
        core
    }

    fn check_invariants(core: &Self, model: &Model) {
        let state = &core.world.state;
        for (id, expected) in core.actions.iter().zip(&model.actions) {
            let Some(id) = id else {
                assert_eq!(expected.status, S::Denied, "it was not let go");
                continue;
            };
            assert!(!matches!(expected.status, S::Denied) || was_held(core, *id), "{id} was let go");
            if let Some(action) = state.actions.get(id) {
                assert_eq!(action.status, expected.status, "{id}");
            }
        }
        for (index, expected) in model.runs.iter().enumerate() {
            match state.runs.get(&super::world::run(number(index))) {
                Some(run) => {
                    let (held, spent) = (run.budget.held().as_micros(), run.budget.spent().as_micros());
                    assert_eq!((held, spent, run.calls), (expected.held, expected.spent, expected.calls));
                    assert_eq!(run.is_open(), expected.phase == Phase::Open);
                }
                None => assert_ne!(expected.phase, Phase::Open, "an open run is forgotten"),
            }
        }
    }
}

/// Held actions may be denied later: by people, a stop, or the end of their run.
fn was_held(core: &Core, id: crate::ActionId) -> bool {
    core.world.history.iter().any(|(_, event)| {
        matches!(event, Event::ActionDecided(it) if it.proposal.action == id && it.question.is_some())
    })
}

fn action_that_is_not() -> crate::ActionId {
    action(u128::MAX)
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn the_core_does_what_the_model_says(sequential 20..120 => Core);
}
