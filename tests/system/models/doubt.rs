//! In doubt: a call whose reply is lost happens at most once, and is called failed only when it can no longer happen.

use stateright::{Model, Property};

use super::{breaks, holds};

const CRASHES: u8 = 2;
const SENDINGS: u8 = 3;

/// What is done about a call whose outcome is not known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    /// It is sent again.
    SendAgain,
    /// It is written down as done before it is sent, and then forgotten.
    DoneFirst,
    /// Silence counts as failure.
    SilenceFails,
    /// The tool is asked at once whether it happened.
    AskAtOnce,
    /// It is sent again under its key, and a refusal of that counts as an answer.
    KeyAndRefusal,
    /// Ours, where the tool knows the key: the same bytes under it; only success is an answer.
    Key,
    /// Ours, where the tool can be asked: once nothing can arrive any more.
    AskWhenQuiet,
}

impl Form {
    const fn has_key(self) -> bool {
        matches!(self, Self::Key | Self::KeyAndRefusal)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Known {
    Admitted,
    Started,
    InDoubt,
    Succeeded,
    Failed,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct State {
    known: Known,
    up: bool,
    /// This process has sent it.
    sent: bool,
    sendings: u8,
    crashes: u8,
    /// Requests that may still arrive.
    on_the_way: u8,
    effects: u8,
    reply: bool,
    refusal: bool,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Step {
    Start,
    Send,
    Arrive,
    Refuse,
    LoseRequest,
    TakeReply,
    TakeRefusal,
    LoseReply,
    TimeOut,
    Crash,
    Restart,
    SendAgain,
    Ask,
}

#[derive(Debug)]
struct Doubt(Form);

impl Doubt {
    fn own_steps(&self, state: &State, steps: &mut Vec<Step>) {
        let unsent = !state.sent && state.sendings == 0;
        match state.known {
            Known::Admitted => steps.push(Step::Start),
            Known::Started if unsent => steps.push(Step::Send),
            Known::Started => steps.push(Step::TimeOut),
            Known::Succeeded if unsent && self.0 == Form::DoneFirst => steps.push(Step::Send),
            Known::InDoubt => match self.0 {
                Form::SendAgain | Form::Key | Form::KeyAndRefusal => {
                    steps.extend((state.sendings < SENDINGS).then_some(Step::SendAgain));
                }
                Form::AskAtOnce => steps.push(Step::Ask),
                Form::AskWhenQuiet => steps.extend((state.on_the_way == 0).then_some(Step::Ask)),
                Form::DoneFirst | Form::SilenceFails => {}
            },
            Known::Succeeded | Known::Failed => {}
        }
    }

    const fn unknown(&self) -> Known {
        if matches!(self.0, Form::SilenceFails) { Known::Failed } else { Known::InDoubt }
    }
}

impl Model for Doubt {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            known: Known::Admitted,
            up: true,
            sent: false,
            sendings: 0,
            crashes: 0,
            on_the_way: 0,
            effects: 0,
            reply: false,
            refusal: false,
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if state.on_the_way > 0 {
            steps.extend([Step::Arrive, Step::LoseRequest]);
            // Too many at a time, say: the tool refuses what was sent again, not what was sent first.
            steps.extend((state.sendings > 1).then_some(Step::Refuse));
        }
        steps.extend((state.reply || state.refusal).then_some(Step::LoseReply));
        if !state.up {
            steps.push(Step::Restart);
            return;
        }
        steps.extend(state.reply.then_some(Step::TakeReply));
        steps.extend(state.refusal.then_some(Step::TakeRefusal));
        steps.extend((state.crashes < CRASHES).then_some(Step::Crash));
        self.own_steps(state, steps);
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        let open = matches!(last.known, Known::Started | Known::InDoubt);
        match step {
            Step::Start => {
                state.known = if self.0 == Form::DoneFirst { Known::Succeeded } else { Known::Started };
            }
            Step::Send | Step::SendAgain => {
                state.sent = true;
                state.sendings += 1;
                state.on_the_way += 1;
            }
            Step::Arrive => {
                state.on_the_way -= 1;
                state.effects += u8::from(!(self.0.has_key() && last.effects > 0));
                state.reply = true;
            }
            Step::Refuse => {
                state.on_the_way -= 1;
                state.refusal = true;
            }
            Step::LoseRequest => state.on_the_way -= 1,
            Step::TakeReply => {
                state.reply = false;
                state.known = if open { Known::Succeeded } else { last.known };
            }
            Step::TakeRefusal => {
                state.refusal = false;
                let ends = open && self.0 == Form::KeyAndRefusal;
                state.known = if ends { Known::Failed } else { last.known };
            }
            Step::LoseReply => (state.reply, state.refusal) = (false, false),
            Step::TimeOut => state.known = self.unknown(),
            Step::Crash => {
                (state.up, state.sent, state.reply, state.refusal) = (false, false, false, false);
                state.crashes += 1;
            }
            Step::Restart => {
                state.up = true;
                state.known = if last.known == Known::Started { self.unknown() } else { last.known };
            }
            Step::Ask => state.known = if last.effects > 0 { Known::Succeeded } else { Known::Failed },
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(ONCE, |_, state: &State| state.effects <= 1),
            Property::always(FAILED, |_, state: &State| state.known != Known::Failed || state.effects == 0),
            Property::always(SUCCEEDED, |_, state: &State| {
                state.known != Known::Succeeded || state.effects > 0
            }),
            Property::sometimes("it happens and is known after a doubt", |_, state: &State| {
                state.known == Known::Succeeded && state.effects == 1 && state.crashes > 0
            }),
        ]
    }
}

const ONCE: &str = "it happens at most once";
const FAILED: &str = "what failed has not happened and will not";
const SUCCEEDED: &str = "what succeeded has happened";

use Step as S;

#[test]
fn sent_again_without_a_key_it_happens_twice() {
    breaks(
        Doubt(Form::SendAgain),
        ONCE,
        &[S::Start, S::Send, S::Arrive, S::TimeOut, S::SendAgain, S::Arrive],
    );
}

#[test]
fn written_down_as_done_it_may_never_happen() {
    breaks(Doubt(Form::DoneFirst), SUCCEEDED, &[S::Start]);
}

#[test]
fn silence_is_not_failure() {
    breaks(Doubt(Form::SilenceFails), FAILED, &[S::Start, S::Send, S::Arrive, S::TimeOut]);
}

#[test]
fn asked_at_once_a_tool_does_not_know_what_is_on_its_way() {
    breaks(Doubt(Form::AskAtOnce), FAILED, &[S::Start, S::Send, S::TimeOut, S::Ask, S::Arrive]);
}

#[test]
fn a_refusal_of_the_second_says_nothing_of_the_first() {
    breaks(
        Doubt(Form::KeyAndRefusal),
        FAILED,
        &[S::Start, S::Send, S::Arrive, S::TimeOut, S::SendAgain, S::Refuse, S::TakeRefusal],
    );
}

#[test]
fn the_same_key_holds() {
    holds(Doubt(Form::Key));
}

#[test]
fn asking_when_nothing_is_on_its_way_holds() {
    holds(Doubt(Form::AskWhenQuiet));
}
