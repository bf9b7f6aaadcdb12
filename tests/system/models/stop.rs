//! Stop: after the acknowledgement nothing is sent but what it names.

use stateright::{Model, Property};

use super::{breaks, holds};

/// Calls on their way at the same time.
const CALLS: usize = 3;

/// What somebody who sends looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    /// A copy of the switch, brought up to date a little later.
    Copy,
    /// The switch itself, and sends some time after.
    LookThenSend,
    /// The switch, in the same commit that admits; the acknowledgement names nothing.
    NamesNothing,
    /// The same, and the acknowledgement names what was admitted and has no outcome.
    NamesInFlight,
    /// Ours: the same, and the switch is looked at again in the commit that starts a call.
    LooksAgainAtStart,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Call {
    Proposed,
    Looked,
    Admitted,
    Started,
    Sent,
    Refused,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct State {
    stopped: bool,
    copied: bool,
    acknowledged: bool,
    calls: [Call; CALLS],
    /// What the acknowledgement names.
    named: [bool; CALLS],
    /// Sent after it without being named.
    late: bool,
    /// Started after it.
    started_late: bool,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Step {
    Stop,
    Acknowledge,
    Copy,
    Look(usize),
    Admit(usize),
    Start(usize),
    Send(usize),
}

#[derive(Debug)]
struct Stop(Form);

impl Stop {
    /// What a call does next.
    fn next(&self, state: &State, call: usize) -> Option<Step> {
        match (self.0, state.calls[call]) {
            (_, Call::Sent | Call::Refused) => None,
            (Form::Copy, _) => (!state.copied).then_some(Step::Send(call)),
            (Form::LookThenSend, Call::Proposed) => Some(Step::Look(call)),
            (Form::LooksAgainAtStart, Call::Admitted) => Some(Step::Start(call)),
            (Form::LookThenSend, Call::Looked)
            | (Form::NamesNothing | Form::NamesInFlight, Call::Admitted)
            | (Form::LooksAgainAtStart, Call::Started) => Some(Step::Send(call)),
            (_, Call::Proposed) => Some(Step::Admit(call)),
            (_, Call::Looked | Call::Admitted | Call::Started) => None,
        }
    }
}

impl Model for Stop {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            stopped: false,
            copied: false,
            acknowledged: false,
            calls: [Call::Proposed; CALLS],
            named: [false; CALLS],
            late: false,
            started_late: false,
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if !state.stopped {
            steps.push(Step::Stop);
        } else if !state.acknowledged {
            steps.push(Step::Acknowledge);
        }
        if state.stopped && !state.copied && self.0 == Form::Copy {
            steps.push(Step::Copy);
        }
        steps.extend((0..CALLS).filter_map(|call| self.next(state, call)));
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        let unless_stopped = |to| if last.stopped { Call::Refused } else { to };
        match step {
            Step::Stop => state.stopped = true,
            Step::Copy => state.copied = true,
            Step::Acknowledge => {
                state.acknowledged = true;
                if matches!(self.0, Form::NamesInFlight | Form::LooksAgainAtStart) {
                    state.named = state.calls.map(|call| matches!(call, Call::Admitted | Call::Started));
                }
            }
            Step::Look(call) => state.calls[call] = unless_stopped(Call::Looked),
            Step::Admit(call) => state.calls[call] = unless_stopped(Call::Admitted),
            Step::Start(call) => {
                state.calls[call] = unless_stopped(Call::Started);
                state.started_late |= state.acknowledged && state.calls[call] == Call::Started;
            }
            Step::Send(call) => {
                state.calls[call] = Call::Sent;
                state.late |= state.acknowledged && !state.named[call];
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("after the acknowledgement only what it names is sent", |_, state: &State| {
                !state.late
            }),
            Property::always("after the acknowledgement nothing starts", |_, state: &State| {
                !state.started_late
            }),
            Property::sometimes("something is sent", |_, state: &State| state.calls.contains(&Call::Sent)),
            Property::sometimes("something is sent after it", |_, state: &State| {
                state.acknowledged
                    && state.named.iter().zip(state.calls).any(|(named, it)| *named && it == Call::Sent)
            }),
        ]
    }
}

const LATE: &str = "after the acknowledgement only what it names is sent";

use Step as S;

#[test]
fn a_copied_switch_is_late() {
    breaks(Stop(Form::Copy), LATE, &[S::Stop, S::Acknowledge, S::Send(0)]);
}

#[test]
fn a_look_before_sending_is_late() {
    breaks(Stop(Form::LookThenSend), LATE, &[S::Look(0), S::Stop, S::Acknowledge, S::Send(0)]);
}

#[test]
fn an_acknowledgement_that_names_nothing_promises_too_much() {
    breaks(Stop(Form::NamesNothing), LATE, &[S::Admit(0), S::Stop, S::Acknowledge, S::Send(0)]);
}

#[test]
fn one_commit_and_a_list_hold() {
    holds(Stop(Form::NamesInFlight));
    holds(Stop(Form::LooksAgainAtStart));
}
