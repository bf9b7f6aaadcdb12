//! Rollback of two steps: closed, nothing is left that nobody knows of, and nothing is undone twice or in the wrong order.

use stateright::{Model, Property};

use super::{breaks, holds};

const STEPS: usize = 2;

/// What a rollback undoes, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    /// What is known to have happened; what is under way is nobody's.
    KnownOnly,
    /// What may have happened too.
    Unknown,
    /// What is known, without a key of the compensation's own.
    NoKey,
    /// Ours: the run is fenced, what is under way is resolved first, last effect first, each under its own key; what is
    /// refused is parked.
    Fenced,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Status {
    New,
    Running,
    Succeeded,
    Failed,
    Undoing,
    Undone,
    Parked,
}

/// One effect and its compensation, as the tool sees them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Effect {
    status: Status,
    on_the_way: bool,
    happened: u8,
    reply: bool,
    undo_on_the_way: u8,
    undone: u8,
    undo_reply: bool,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct State {
    up: bool,
    crashed: bool,
    refused: bool,
    started: bool,
    closed: bool,
    effects: [Effect; STEPS],
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Step {
    Send(usize),
    Arrive(usize),
    Lose(usize),
    Know(usize),
    Resolve(usize),
    RollBack,
    Undo(usize),
    UndoArrives(usize),
    UndoIsRefused(usize),
    UndoIsKnown(usize),
    Crash,
    Restart,
    Close,
}

#[derive(Debug)]
struct Rollback(Form);

impl Rollback {
    fn outside(state: &State, steps: &mut Vec<Step>) {
        for (nth, effect) in state.effects.iter().enumerate() {
            if effect.on_the_way {
                steps.extend([Step::Arrive(nth), Step::Lose(nth)]);
            }
            if effect.undo_on_the_way > 0 {
                steps.push(Step::UndoArrives(nth));
                steps.extend((!state.refused).then_some(Step::UndoIsRefused(nth)));
            }
        }
    }

    fn forward(&self, state: &State, steps: &mut Vec<Step>) {
        for (nth, effect) in state.effects.iter().enumerate() {
            let next = nth == 0 || state.effects[0].status == Status::Succeeded;
            if effect.status == Status::New && next && !state.started {
                steps.push(Step::Send(nth));
            }
            if effect.status == Status::Running {
                steps.extend(effect.reply.then_some(Step::Know(nth)));
                // Nothing of it can arrive any more: the tool is asked.
                let resolves = self.0 == Form::Fenced && !effect.on_the_way;
                steps.extend(resolves.then_some(Step::Resolve(nth)));
            }
            if effect.status == Status::Undoing && effect.undo_reply {
                steps.push(Step::UndoIsKnown(nth));
            }
        }
    }

    fn backward(&self, state: &State, steps: &mut Vec<Step>) {
        for (nth, effect) in state.effects.iter().enumerate() {
            let last = state.effects[STEPS - 1].status;
            let first_things_first = nth == STEPS - 1
                || matches!(last, Status::New | Status::Failed | Status::Undone | Status::Parked)
                || (self.0 == Form::KnownOnly && last == Status::Running);
            let due = match self.0 {
                Form::Unknown => matches!(effect.status, Status::Succeeded | Status::Running),
                Form::KnownOnly | Form::NoKey | Form::Fenced => effect.status == Status::Succeeded,
            };
            let again = effect.status == Status::Undoing && effect.undo_on_the_way == 0 && !effect.undo_reply;
            steps.extend(((due && first_things_first) || again).then_some(Step::Undo(nth)));
        }
        let ended = |effect: &Effect| match effect.status {
            Status::New | Status::Failed | Status::Undone | Status::Parked => true,
            Status::Running => self.0 == Form::KnownOnly,
            Status::Succeeded | Status::Undoing => false,
        };
        steps.extend(state.effects.iter().all(ended).then_some(Step::Close));
    }
}

impl Model for Rollback {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let effect = Effect {
            status: Status::New,
            on_the_way: false,
            happened: 0,
            reply: false,
            undo_on_the_way: 0,
            undone: 0,
            undo_reply: false,
        };
        let effects = [effect; STEPS];
        vec![State { up: true, crashed: false, refused: false, started: false, closed: false, effects }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        Self::outside(state, steps);
        if !state.up {
            steps.push(Step::Restart);
            return;
        }
        steps.extend((!state.crashed).then_some(Step::Crash));
        self.forward(state, steps);
        if !state.started {
            steps.push(Step::RollBack);
        } else if !state.closed {
            self.backward(state, steps);
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        match step {
            Step::RollBack => state.started = true,
            Step::Close => state.closed = true,
            Step::Restart => state.up = true,
            Step::Crash => {
                (state.up, state.crashed) = (false, true);
                for effect in &mut state.effects {
                    (effect.reply, effect.undo_reply) = (false, false);
                }
            }
            Step::UndoIsRefused(nth) => {
                state.refused = true;
                state.effects[nth].step(&step, self.0);
            }
            Step::Send(nth)
            | Step::Arrive(nth)
            | Step::Lose(nth)
            | Step::Know(nth)
            | Step::Resolve(nth)
            | Step::Undo(nth)
            | Step::UndoArrives(nth)
            | Step::UndoIsKnown(nth) => state.effects[nth].step(&step, self.0),
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(CLOSED, |_, state: &State| {
                let known = |it: &Effect| it.happened == it.undone || it.status == Status::Parked;
                !state.closed || state.effects.iter().all(|it| known(it) && !it.on_the_way)
            }),
            Property::always(ONCE, |_, state: &State| state.effects.iter().all(|it| it.undone <= 1)),
            Property::always(HAPPENED, |_, state: &State| {
                state.effects.iter().all(|it| it.undone <= it.happened)
            }),
            Property::always("the last effect is undone first", |_, state: &State| {
                let [first, second] = state.effects;
                first.undone == 0 || second.happened == second.undone || second.status == Status::Parked
            }),
            Property::sometimes("both are undone", |_, state: &State| {
                state.closed && state.effects.iter().all(|it| it.undone == 1)
            }),
            Property::sometimes("one is parked", |_, state: &State| {
                state.closed && state.effects.iter().any(|it| it.status == Status::Parked)
            }),
        ]
    }
}

impl Effect {
    fn step(&mut self, step: &Step, form: Form) {
        match step {
            Step::Send(_) => (self.status, self.on_the_way) = (Status::Running, true),
            Step::Arrive(_) => {
                (self.on_the_way, self.reply) = (false, true);
                self.happened += 1;
            }
            Step::Lose(_) => self.on_the_way = false,
            Step::Know(_) => (self.status, self.reply) = (Status::Succeeded, false),
            Step::Resolve(_) => {
                self.status = if self.happened > 0 { Status::Succeeded } else { Status::Failed };
            }
            Step::Undo(_) => {
                self.status = Status::Undoing;
                self.undo_on_the_way = (self.undo_on_the_way + 1).min(2);
            }
            Step::UndoArrives(_) => {
                self.undo_on_the_way -= 1;
                self.undone += u8::from(form == Form::NoKey || self.undone == 0);
                self.undo_reply = true;
            }
            Step::UndoIsRefused(_) => {
                self.undo_on_the_way -= 1;
                self.status = if self.undone == 0 { Status::Parked } else { self.status };
            }
            Step::UndoIsKnown(_) => (self.status, self.undo_reply) = (Status::Undone, false),
            Step::RollBack | Step::Crash | Step::Restart | Step::Close => {}
        }
    }
}

const CLOSED: &str = "once closed, nothing is left that is neither undone nor parked";
const ONCE: &str = "nothing is undone twice";
const HAPPENED: &str = "nothing is undone that has not happened";

use Step as S;

#[test]
fn what_is_under_way_arrives_after_the_close() {
    breaks(Rollback(Form::KnownOnly), CLOSED, &[S::Send(0), S::RollBack, S::Close]);
}

#[test]
fn undoing_what_may_have_happened_pays_back_what_was_never_paid() {
    breaks(Rollback(Form::Unknown), HAPPENED, &[S::Send(0), S::RollBack, S::Undo(0), S::UndoArrives(0)]);
}

#[test]
fn without_its_own_key_it_is_undone_twice() {
    let way = &[
        S::Send(0),
        S::Arrive(0),
        S::Know(0),
        S::RollBack,
        S::Undo(0),
        S::UndoArrives(0),
        S::Crash,
        S::Restart,
        S::Undo(0),
        S::UndoArrives(0),
    ];
    breaks(Rollback(Form::NoKey), ONCE, way);
}

#[test]
fn fenced_resolved_reversed_and_parked_it_holds() {
    holds(Rollback(Form::Fenced));
}
