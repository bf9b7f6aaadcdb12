//! Practice questions: scenarios that end in a question whose answer their author knows, played so that the question
//! looks like those beside it.
//!
//! They are played on a state that is handed in, which should be a domain's as it stands and is nobody else's: what
//! happens in it happens nowhere. Where the question is not asked as things stand, nothing is put.

use remit_core::{
    ActionId, Digest, EscalationId, Event, State, Timestamp, ToolName,
    escalation::EscalationStatus,
    practice::Answer,
    proposal::{Channel, Mode},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    base,
    exercise::merged,
    play::perform,
    suite::{Act, Given, Known, Scenario, Suite},
    suites,
    world::{Manner, Pace, World},
};
use crate::{CompiledContract, Folder, Problem};

mod moved;
mod renumbered;

use renumbered::Renumbered;

/// How long a command of the service seems to take, in milliseconds: at least, and at most so much more. All together
/// stay below the shortest freshness that makes sense.
const PACE: (u64, u64) = (12, 70);

/// A question whose right answer is known.
#[derive(Clone, Debug)]
pub struct PracticeQuestion {
    /// The scenario's file, relative to the contract's folder.
    pub file: String,
    /// The scenario.
    pub scenario: String,
    /// The tool that people are asked about.
    pub tool: ToolName,
    /// The right answer.
    pub known: Answer,
    /// Why, in the author's words.
    pub because: String,
    given: Given,
    acts: Vec<Act>,
}

/// What a question must be like, so that nothing but its content tells it from the others.
#[derive(Clone, Debug)]
pub struct Like {
    /// When it is asked.
    pub now: Timestamp,
    /// A real run of the service; its own is called so with other digits.
    pub run: String,
    /// The face that the service uses.
    pub channel: Channel,
    /// Who carries its actions out.
    pub mode: Mode,
    /// How identities are drawn: at a moment, the how-manieth.
    pub draw: fn(Timestamp, u128) -> Uuid,
    /// Drawn by chance: names and paces come of it.
    pub number: u64,
}

/// A question that was played.
#[derive(Clone, Debug)]
pub struct Put {
    /// What has happened on its stage, and when: the question last.
    pub history: Vec<(Timestamp, Event)>,
    /// The question.
    pub question: EscalationId,
    /// The action that it is about.
    pub action: ActionId,
}

/// The practice questions of a contract's scenarios, in the order of the files.
///
/// # Errors
/// Everything that is wrong with the scenario files.
pub fn practice(contract: &CompiledContract, folder: &Folder) -> Result<Vec<PracticeQuestion>, Vec<Problem>> {
    let suites = suites(folder, Some(contract))?;
    let all = suites.iter().flat_map(|suite| suite.scenarios.iter().map(move |it| (suite, it)));
    Ok(all.filter_map(|(suite, scenario)| PracticeQuestion::of(suite, scenario)).collect())
}

impl PracticeQuestion {
    fn of(suite: &Suite, scenario: &Scenario) -> Option<Self> {
        let last = scenario.steps.last()?;
        let (Some(Known { answer, because }), Act::Propose { tool, .. }) = (&last.known, &last.act) else {
            return None;
        };
        Some(Self {
            file: suite.file.clone(),
            scenario: scenario.id.clone(),
            tool: tool.clone(),
            known: *answer,
            because: because.clone(),
            given: merged(&scenario.given, &suite.given),
            acts: scenario.steps.iter().map(|step| step.act.clone()).collect(),
        })
    }

    /// Plays it on a stage where its contract is active, so that it is asked at that moment; nothing where nobody is
    /// asked as things stand there.
    #[must_use]
    pub fn put(&self, contract: &CompiledContract, stage: &State, like: &Like) -> Option<Put> {
        let other = self.renumbered(contract, like.number);
        let put = self.timed(contract, stage, (like, other.as_ref()));
        // Names that must not be others are left as they are.
        put.or_else(|| self.timed(contract, stage, (like, None)))
    }

    /// So that what goes before the question has taken its time by then.
    fn timed(
        &self,
        contract: &CompiledContract,
        stage: &State,
        (like, other): (&Like, Option<&Renumbered>),
    ) -> Option<Put> {
        let (_, at) = self.play(contract, stage, (like, other, like.now))?;
        let took = at.as_micros().saturating_sub(like.now.as_micros());
        let begins = Timestamp::from_micros(like.now.as_micros().saturating_sub(took));
        self.play(contract, stage, (like, other, begins)).map(|(put, _)| put)
    }

    /// The number in what the effect's name is made of.
    fn renumbered(&self, contract: &CompiledContract, number: u64) -> Option<Renumbered> {
        let Act::Propose { tool, with, .. } = self.acts.last()? else { return None };
        let tool = contract.tool(tool)?;
        let mut values = tool.effect_parameters().filter_map(|name| with.get(name));
        values.find_map(|value| Renumbered::of(value, number))
    }

    fn play(
        &self,
        contract: &CompiledContract,
        stage: &State,
        (like, other, begins): (&Like, Option<&Renumbered>, Timestamp),
    ) -> Option<(Put, Timestamp)> {
        let by = self.given.at.map_or(0, |at| begins.as_micros().saturating_sub(at.as_micros()));
        let change = |value: &Value| {
            let value = moved::moved(value, by);
            other.map_or(value.clone(), |other| other.in_value(&value))
        };
        let given = Given { at: Some(begins), ..base::given(&self.given, change)? };
        let Like { channel, mode, draw, .. } = *like;
        let pace = Pace { least: PACE.0, spread: PACE.1, number: like.number };
        let run = alike(&like.run, like.number);
        let manner = Manner { draw, pace, channel, mode };
        let mut world = World::on(contract, stage.clone(), &given, (&run, manner)).ok()?;
        for act in &self.acts {
            perform(&mut world, &changed(act, change)?).ok()?;
        }
        let (_, action) = world.names.last()?;
        let mut asked = world.state.escalations.values();
        let asked = asked.find(|it| it.action == *action && it.status == EscalationStatus::Pending)?;
        let (question, action, at) = (asked.question.id, asked.action, asked.asked_at);
        Some((Put { history: world.events, question, action }, at))
    }
}

/// The same step with other values.
fn changed(act: &Act, change: impl Fn(&Value) -> Value) -> Option<Act> {
    let Act::Propose { tool, with, name, key, asserts, repeat } = act else { return None };
    Some(Act::Propose {
        tool: tool.clone(),
        with: change(with),
        name: name.clone(),
        key: key.clone(),
        asserts: base::said(asserts.as_deref(), change)?,
        repeat: *repeat,
    })
}

/// A name with other digits: `case-4711` becomes `case-8305`.
fn alike(name: &str, number: u64) -> String {
    let mixed = Digest::of_parts(&[b"run", &number.to_be_bytes()]);
    let mut drawn = mixed.as_bytes().iter().cycle().map(|byte| u32::from(*byte) % 10);
    let mut other = |sign: char| drawn.next().and_then(|digit| char::from_digit(digit, 10)).unwrap_or(sign);
    name.chars().map(|sign| if sign.is_ascii_digit() { other(sign) } else { sign }).collect()
}

#[cfg(test)]
mod tests;
