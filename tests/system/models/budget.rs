//! Budget: whatever calls cost in the end, together it is never more than the limit.

use stateright::{Model, Property};

use super::{breaks, holds};

const CALLS: usize = 3;
const LIMIT: u8 = 2;
/// What a call is thought to cost.
const ESTIMATE: u8 = 1;

/// How a call gets at its money.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    /// What is left is read, then what is taken is written.
    ReadThenWrite,
    /// What is reserved is free again after a time.
    TimeFrees,
    /// What a call is thought to cost is reserved; it may cost twice that.
    Estimate,
    /// Ours: the most that it can cost, in one commit with the admit; only what was never started is freed.
    Ceiling,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Call {
    Proposed,
    Read(u8),
    Reserved,
    Started,
    Settled,
    Freed,
    Denied,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct State {
    calls: [Call; CALLS],
    /// Whose process has died.
    dead: [bool; CALLS],
    held: u8,
    spent: u8,
    /// What the tools really took.
    taken: u8,
    /// Calls that go on after their money was freed.
    unpaid: u8,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Step {
    Read(usize),
    Reserve(usize),
    Start(usize),
    Cost(usize, u8),
    CostUnpaid,
    Die(usize),
    Free(usize),
}

#[derive(Debug)]
struct Budget(Form);

impl Budget {
    fn of_call(&self, state: &State, call: usize, steps: &mut Vec<Step>) {
        let (now, dead) = (state.calls[call], state.dead[call]);
        match now {
            Call::Proposed if !dead && self.0 == Form::ReadThenWrite => steps.push(Step::Read(call)),
            Call::Proposed | Call::Read(_) if !dead => steps.push(Step::Reserve(call)),
            Call::Reserved if !dead => steps.push(Step::Start(call)),
            Call::Started => {
                steps.push(Step::Cost(call, ESTIMATE));
                steps.extend((self.0 == Form::Estimate).then_some(Step::Cost(call, 2 * ESTIMATE)));
            }
            Call::Proposed | Call::Read(_) | Call::Reserved | Call::Settled | Call::Freed | Call::Denied => {}
        }
        let frees = match self.0 {
            Form::TimeFrees => matches!(now, Call::Reserved | Call::Started),
            Form::ReadThenWrite | Form::Estimate | Form::Ceiling => dead && now == Call::Reserved,
        };
        steps.extend(frees.then_some(Step::Free(call)));
        steps.extend((!dead && matches!(now, Call::Reserved | Call::Started)).then_some(Step::Die(call)));
    }
}

impl Model for Budget {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            calls: [Call::Proposed; CALLS],
            dead: [false; CALLS],
            held: 0,
            spent: 0,
            taken: 0,
            unpaid: 0,
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for call in 0..CALLS {
            self.of_call(state, call, steps);
        }
        steps.extend((state.unpaid > 0).then_some(Step::CostUnpaid));
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        match step {
            Step::Read(call) => state.calls[call] = Call::Read(last.held + last.spent),
            Step::Reserve(call) => {
                let used =
                    if let Call::Read(used) = last.calls[call] { used } else { last.held + last.spent };
                let fits = used + ESTIMATE <= LIMIT;
                state.held += if fits { ESTIMATE } else { 0 };
                state.calls[call] = if fits { Call::Reserved } else { Call::Denied };
            }
            Step::Start(call) => state.calls[call] = Call::Started,
            Step::Cost(call, cost) => {
                state.calls[call] = Call::Settled;
                state.held -= ESTIMATE;
                state.spent += cost;
                state.taken += cost;
            }
            Step::CostUnpaid => {
                state.unpaid -= 1;
                state.taken += ESTIMATE;
            }
            Step::Die(call) => state.dead[call] = true,
            Step::Free(call) => {
                state.calls[call] = Call::Freed;
                state.held -= ESTIMATE;
                state.unpaid += u8::from(last.calls[call] == Call::Started);
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(TAKEN, |_, state: &State| state.taken <= LIMIT),
            Property::always(COUNTED, |_, state: &State| state.held + state.spent <= LIMIT),
            Property::always("spent is what was taken", |_, state: &State| state.spent == state.taken),
            Property::sometimes("money of the dead is free again", |_, state: &State| {
                state.calls.contains(&Call::Freed)
            }),
            Property::sometimes("all of it is spent", |_, state: &State| state.spent == LIMIT),
        ]
    }
}

const TAKEN: &str = "never more is taken than the limit";
const COUNTED: &str = "held and spent are never more than the limit";

use Step as S;

#[test]
fn read_then_written_it_is_given_twice() {
    let way = &[S::Read(0), S::Read(1), S::Read(2), S::Reserve(0), S::Reserve(1), S::Reserve(2)];
    breaks(Budget(Form::ReadThenWrite), COUNTED, way);
}

#[test]
fn freed_after_a_time_it_is_taken_all_the_same() {
    let way = &[
        S::Reserve(0),
        S::Reserve(1),
        S::Start(0),
        S::Start(1),
        S::Cost(0, 1),
        S::Free(1),
        S::CostUnpaid,
        S::Reserve(2),
        S::Start(2),
        S::Cost(2, 1),
    ];
    breaks(Budget(Form::TimeFrees), TAKEN, way);
}

#[test]
fn an_estimate_is_not_the_most() {
    breaks(Budget(Form::Estimate), COUNTED, &[S::Reserve(0), S::Reserve(1), S::Start(0), S::Cost(0, 2)]);
}

#[test]
fn the_ceiling_reserved_with_the_admit_holds() {
    holds(Budget(Form::Ceiling));
}
