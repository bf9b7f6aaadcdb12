//! Approval: what is done is what a person saw, under the contract they saw it under, once, and while it counts.

use stateright::{Model, Property};

use super::{breaks, holds};

/// What binds an approval to what is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    /// The action's name.
    Name,
    /// What was shown; but it is asked first whether it counts, and used some time after.
    AskThenUse,
    /// The bytes, not the contract version.
    NoVersion,
    /// Ours: digest and version, asked and used up in the commit that admits.
    UsedUp,
}

/// What people can be shown: the action's bytes and the version that judges it.
type Shown = (u8, u8);

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct State {
    bytes: u8,
    version: u8,
    shown: Option<Shown>,
    approved: Option<Shown>,
    lapsed: bool,
    voided: bool,
    /// It was found to count.
    asked: bool,
    done: Vec<Done>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Done {
    what: Shown,
    counted: bool,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Step {
    ChangeBytes,
    ChangeVersion,
    Show,
    Approve,
    Lapse,
    Void,
    Ask,
    Use,
}

#[derive(Debug)]
struct Approval(Form);

impl Approval {
    fn counts(&self, state: &State) -> bool {
        let Some((bytes, version)) = state.approved else { return false };
        let bound = match self.0 {
            Form::Name => true,
            Form::NoVersion => bytes == state.bytes,
            Form::AskThenUse | Form::UsedUp => (bytes, version) == (state.bytes, state.version),
        };
        bound && !state.lapsed && !state.voided && (state.done.is_empty() || self.0 == Form::Name)
    }
}

impl Model for Approval {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            bytes: 0,
            version: 0,
            shown: None,
            approved: None,
            lapsed: false,
            voided: false,
            asked: false,
            done: Vec::new(),
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        steps.extend((state.bytes == 0).then_some(Step::ChangeBytes));
        steps.extend((state.version == 0).then_some(Step::ChangeVersion));
        steps.extend(state.shown.is_none().then_some(Step::Show));
        steps.extend((state.shown.is_some() && state.approved.is_none()).then_some(Step::Approve));
        steps.extend((!state.lapsed).then_some(Step::Lapse));
        steps.extend((state.approved.is_some() && !state.voided).then_some(Step::Void));
        let may = state.done.len() < 2 && self.counts(state);
        if self.0 == Form::AskThenUse {
            steps.extend((may && !state.asked).then_some(Step::Ask));
            steps.extend(state.asked.then_some(Step::Use));
        } else {
            steps.extend(may.then_some(Step::Use));
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        match step {
            Step::ChangeBytes => state.bytes = 1,
            Step::ChangeVersion => state.version = 1,
            Step::Show => state.shown = Some((last.bytes, last.version)),
            Step::Approve => state.approved = last.shown,
            Step::Lapse => state.lapsed = true,
            Step::Void => state.voided = true,
            Step::Ask => state.asked = true,
            Step::Use => {
                state.asked = false;
                let (what, counted) = ((last.bytes, last.version), !last.lapsed && !last.voided);
                state.done.push(Done { what, counted });
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(SHOWN, |_, state: &State| {
                state.done.iter().all(|done| Some(done.what) == state.shown)
            }),
            Property::always(COUNTS, |_, state: &State| state.done.iter().all(|done| done.counted)),
            Property::always(ONCE, |_, state: &State| state.done.len() < 2),
            Property::sometimes("something approved is done", |_, state: &State| !state.done.is_empty()),
        ]
    }
}

const SHOWN: &str = "what is done is what was shown";
const COUNTS: &str = "nothing is done on an approval that has lapsed or is void";
const ONCE: &str = "an approval is used once";

use Step as S;

#[test]
fn a_name_is_not_what_was_shown() {
    breaks(Approval(Form::Name), SHOWN, &[S::Show, S::ChangeBytes, S::Approve, S::Use]);
    breaks(Approval(Form::Name), ONCE, &[S::Show, S::Approve, S::Use, S::Use]);
}

#[test]
fn asked_first_and_used_later_it_may_have_lapsed() {
    breaks(Approval(Form::AskThenUse), COUNTS, &[S::Show, S::Approve, S::Ask, S::Lapse, S::Use]);
}

#[test]
fn without_the_version_it_is_used_under_another() {
    breaks(Approval(Form::NoVersion), SHOWN, &[S::Show, S::ChangeVersion, S::Approve, S::Use]);
}

#[test]
fn used_up_in_the_commit_that_admits_it_holds() {
    holds(Approval(Form::UsedUp));
}
