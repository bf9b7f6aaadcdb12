//! What a scenario file says, read and checked: given, when, expect.

use std::collections::{BTreeMap, BTreeSet};

use remit_core::{
    Assertion, Declared, Ending, GroupName, Level, Money, Person, Timestamp, ToolName, allowance::Allowance,
    practice::Answer, radius::Meter, switch::Scope, throttle::Throttle, tripwire::Tripwire,
};
use serde_json::Value;

use super::expect::Expect;
use crate::problem::Place;

/// One file.
#[derive(Debug)]
pub(crate) struct Suite {
    pub(crate) file: String,
    pub(crate) title: String,
    /// What holds for all of its scenarios, where they do not say otherwise.
    pub(crate) given: Given,
    pub(crate) scenarios: Vec<Scenario>,
}

/// One scenario.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) id: String,
    pub(crate) place: Place,
    pub(crate) given: Given,
    pub(crate) steps: Vec<Step>,
}

impl Scenario {
    /// How many actions it proposes, with those that are given.
    pub(crate) fn actions(&self, shared: &Given) -> u32 {
        let given =
            [shared, &self.given].map(|given| given.reads.len().saturating_add(given.approvals.len()));
        let given = given.map(|many| u32::try_from(many).unwrap_or(u32::MAX));
        let done = self.steps.iter().map(|step| step.act.actions());
        given.into_iter().chain(done).fold(0, u32::saturating_add)
    }
}

/// What is so before the first step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// When it begins.
    pub(crate) at: Option<Timestamp>,
    /// What the caller declares when it starts the run.
    pub(crate) declared: Option<Declared>,
    /// The people who will answer, by name, with their groups.
    pub(crate) people: People,
    /// What the tools will answer.
    pub(crate) tools: BTreeMap<ToolName, Vec<Reply>>,
    /// Reads that the run has made.
    pub(crate) reads: Vec<(ToolName, Value)>,
    /// What the service says itself, with each proposal that needs it and says nothing else.
    pub(crate) asserts: Option<Vec<Assertion>>,
    /// Actions that people have approved and that were carried out.
    pub(crate) approvals: Vec<Approval>,
    /// What the domain's file says.
    pub(crate) domain: Option<Limits>,
    /// What the run has used up.
    pub(crate) spent: Spent,
    /// Tools whose rate is used up at this moment.
    pub(crate) busy: Vec<ToolName>,
    /// Tools of which as many calls are under way as may be.
    pub(crate) crowded: Vec<ToolName>,
    /// What the meters of the blast radius show.
    pub(crate) reached: Vec<(Vec<Meter>, u64)>,
    /// What tripwires look back at: so many that count, of so many.
    pub(crate) tripwires: Vec<(Option<Tripwire>, (u64, u64))>,
    /// Ceilings that are set.
    pub(crate) switches: Vec<(ScopeWord, Level)>,
}

/// People by name, with their groups.
pub(crate) type People = BTreeMap<String, BTreeSet<GroupName>>;

/// What a run has used up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spent {
    pub(crate) money: Option<Money>,
    pub(crate) calls: Option<u32>,
    pub(crate) tokens: Option<u32>,
    pub(crate) tools: BTreeMap<ToolName, u32>,
    /// What all runs of the service have used before, in this hour and so in this day.
    pub(crate) service: Before,
    /// The same of all services of the domain.
    pub(crate) domain: Before,
}

/// What the file of the contract's domain limits.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Limits {
    pub(crate) allowance: Allowance,
    pub(crate) throttle: Throttle,
}

/// What was used before the run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Before {
    pub(crate) money: Option<Money>,
    pub(crate) calls: Option<u32>,
    /// Calls of this very second.
    pub(crate) second: Option<u32>,
}

/// An action that people were asked about and have approved.
#[derive(Clone, Debug)]
pub(crate) struct Approval {
    pub(crate) place: Place,
    pub(crate) tool: ToolName,
    pub(crate) with: Value,
    /// How steps call it.
    pub(crate) name: String,
    /// As many as must agree, in their order.
    pub(crate) by: Vec<Person>,
}

/// What a tool answers when it is called so.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// Parameters that the call must have; others do not matter.
    pub(crate) with: Value,
    pub(crate) ending: Ending,
    /// For so many calls; `None` for all.
    pub(crate) times: Option<u32>,
}

/// One step.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) place: Place,
    pub(crate) act: Act,
    pub(crate) expect: Expect,
    /// How people should answer the question that it ends in, where the author says so.
    pub(crate) known: Option<Known>,
}

/// The known answer to a question, for practice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Known {
    pub(crate) answer: Answer,
    /// Why, told to whoever has answered.
    pub(crate) because: String,
}

/// What is done in a step.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// The service proposes an action, so many times; the last one is looked at.
    Propose {
        tool: ToolName,
        with: Value,
        name: String,
        key: Option<String>,
        asserts: Option<Vec<Assertion>>,
        repeat: u32,
    },
    /// A person answers the question about an action.
    Answer { of: String, by: Person, approve: bool },
    /// Time passes.
    Wait { ms: u64 },
    /// A person sets a ceiling.
    Lower { scope: ScopeWord, to: Level, by: Option<Person> },
    /// A person lifts it.
    Release { scope: ScopeWord, by: Option<Person> },
    /// A person has the run undone.
    RollBack { by: Option<Person> },
    /// The service ends the run.
    End,
    /// The service starts or joins a run of this name; the next steps are in it.
    Start { name: String, declared: Declared },
}

impl Act {
    /// How many actions it proposes.
    pub(crate) const fn actions(&self) -> u32 {
        match self {
            Self::Propose { repeat, .. } => *repeat,
            Self::Answer { .. }
            | Self::Wait { .. }
            | Self::Lower { .. }
            | Self::Release { .. }
            | Self::RollBack { .. }
            | Self::End
            | Self::Start { .. } => 1,
        }
    }
}

/// A scope as scenarios name it: they know neither the run's id nor repeat the service's name.
#[derive(Clone, Debug)]
pub(crate) enum ScopeWord {
    Of(Scope),
    /// The run that the step is in.
    Run,
}
