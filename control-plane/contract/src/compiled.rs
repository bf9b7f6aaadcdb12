//! A contract that is ready to judge: immutable, shared by all who prepare decisions.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use remit_core::{
    Assessment, CanonicalJson, GroupName, ItemName, Level, Moved, Objection, PolicyVerdict, Proposal, Reason,
    Terms, ToolName,
};
use serde_json::Value;

use crate::{
    calling::Calling,
    facts::RunFacts,
    instead::Instead,
    model::ModelCall,
    needs::Needs,
    pointer::Pointer,
    policy::Judge,
    problem::Place,
    request::{RequestLine, ToolRequest},
    schema::Schema,
    template::Template,
    trigger::{self, Triggers},
    unknown::Query,
    upstream::Upstream,
};

pub(crate) mod assemble;
mod reliance;
mod settle;
mod stale;
mod undo;

pub use stale::LastGood;

/// One version of a contract, compiled.
#[derive(Debug)]
pub struct CompiledContract {
    terms: Arc<Terms>,
    /// Where `cost.currency` stands.
    currency_at: Place,
    upstreams: BTreeMap<String, Upstream>,
    tools: BTreeMap<ToolName, Tool>,
}

/// One tool of a contract: what agents are shown and what the executor needs.
#[derive(Debug)]
pub struct Tool {
    /// Its name.
    pub name: ToolName,
    /// What it does, for agents; may be empty.
    pub description: String,
    /// JSON Schema of its parameters.
    pub input: Value,
    /// Its action type; `None` when it only undoes and the service may not call it.
    pub level: Option<Level>,
    /// The upstream that offers it.
    pub upstream: String,
    /// Longest time that a call may take, in milliseconds.
    pub timeout_ms: u64,
    /// The request header that takes the idempotency key.
    pub idempotency_header: Option<String>,
    /// How it is called beyond the one request.
    pub calling: Calling,
    request: RequestLine,
    effect: Option<Template>,
    schema: Schema,
    output: Option<Schema>,
    needs: Needs,
    /// `None` for a tool that only undoes: no policy speaks about it.
    judge: Option<Judge>,
    triggers: Triggers,
    undo: Option<undo::UndoMapping>,
    /// Where its result says what the call has cost.
    reported: Option<Pointer>,
    query: Option<Query>,
    /// For a read: what stands in for it.
    instead: Option<Instead>,
    /// The items of evidence that its results are.
    evidence: Vec<ItemName>,
    /// Set when it is a model call.
    pub model: Option<ModelCall>,
}

impl Tool {
    /// The parts of what it needs to know, by key, and how each objects.
    pub(crate) fn needs(&self) -> impl Iterator<Item = (Option<&'static str>, Reason)> {
        let facts = (!self.needs.all.is_empty()).then_some((None, Reason::EvidenceMissing));
        let sources = self.needs.at_least.as_ref().map(|_| (Some("at_least"), Reason::EvidenceInsufficient));
        let said = (!self.needs.claims.is_empty()).then_some((None, Reason::AssertionMissing));
        facts.or(said).into_iter().chain(sources)
    }

    /// True when a call is one logical effect.
    pub(crate) const fn has_effect_name(&self) -> bool {
        self.effect.is_some()
    }

    /// The parameters that tell one logical effect from another.
    pub(crate) fn effect_parameters(&self) -> impl Iterator<Item = &str> {
        self.effect.iter().flat_map(Template::parameters)
    }

    /// What the contract says of its answers, as a JSON Schema.
    pub(crate) fn output(&self) -> Option<&Value> {
        self.output.as_ref().map(|schema| &schema.text)
    }
}

impl CompiledContract {
    /// What the core must know of it.
    pub const fn terms(&self) -> &Arc<Terms> {
        &self.terms
    }

    /// Where its currency stands, for what can only be checked against its domain's file.
    pub(crate) const fn currency_at(&self) -> Place {
        self.currency_at
    }

    /// All tools by name: those of the scope and those that only undo.
    pub fn tools(&self) -> impl Iterator<Item = &Tool> {
        self.tools.values()
    }

    /// One tool.
    pub fn tool(&self, name: &ToolName) -> Option<&Tool> {
        self.tools.get(name)
    }

    /// The groups that any rule may ask: of the scope, of the policies, of the origin of values.
    pub fn asked(&self) -> BTreeSet<GroupName> {
        let of_tool = |tool: &Tool| -> Vec<GroupName> {
            let judge = tool.judge.iter().flat_map(Judge::asks);
            let triggers = tool.triggers.iter().map(|(_, ask)| ask);
            judge.chain(triggers).chain(tool.needs.asks()).map(|ask| ask.to.clone()).collect()
        };
        self.tools.values().flat_map(of_tool).collect()
    }

    /// All upstreams by name.
    pub const fn upstreams(&self) -> &BTreeMap<String, Upstream> {
        &self.upstreams
    }

    /// Judges one proposal by the evidence, policy, tooling and scope clauses. Pure: the same arguments give
    /// the same assessment. `params` is the value of `proposal.params`. Freshness is not judged here, since
    /// there is no clock; a tool outside of the contract is denied by the scope, not here.
    pub fn assess(&self, proposal: &Proposal, params: &Value, facts: &RunFacts) -> Assessment {
        let Some(tool) = self.tools.get(&proposal.tool) else {
            return self.unjudged(&proposal.tool);
        };
        let found = tool.needs.find(params, facts, &proposal.asserted);
        let (policy, mut asks) = match &tool.judge {
            None => (no_policy(&proposal.tool), Vec::new()),
            Some(judge) => {
                let evidence = found.seen.iter().map(|(wanted, seen)| (wanted.item.as_str(), &*seen.value));
                judge.judge((facts.workflow.as_ref(), proposal.channel), params, evidence)
            }
        };
        let fact = |item: &ItemName| {
            found.seen.iter().find(|(wanted, _)| wanted.item == *item).map(|(_, seen)| &*seen.value)
        };
        let (triggered, novelties) = trigger::look(&tool.triggers, (&tool.name, params), fact);
        asks.extend(triggered);
        asks.extend(found.asks);
        let model = tool.model.as_ref();
        let mut tooling_objection =
            model.and_then(|model| model.objection(params)).or_else(|| tool.schema.objection(params));
        let effect = match tool.effect.as_ref().map(|effect| effect.fill(params)).transpose() {
            Ok(effect) => effect,
            Err(objection) => {
                tooling_objection.get_or_insert(objection);
                None
            }
        };
        Assessment {
            contract: self.terms.digest,
            evidence: found.seen.iter().map(|(wanted, seen)| wanted.used(seen)).collect(),
            at_least: tool.needs.sources_needed(),
            policy: explain(policy, [found.objection.as_ref(), tooling_objection.as_ref()]),
            evidence_objection: found.objection,
            origin_objection: found.held,
            tooling_objection,
            asks,
            novelties,
            effect,
            most: model.map(|model| model.most(params)),
        }
    }

    fn unjudged(&self, tool: &ToolName) -> Assessment {
        Assessment {
            contract: self.terms.digest,
            evidence: Vec::new(),
            at_least: None,
            evidence_objection: None,
            origin_objection: None,
            policy: no_policy(tool),
            tooling_objection: None,
            asks: Vec::new(),
            novelties: Vec::new(),
            effect: None,
            most: None,
        }
    }

    /// What differs between two results of an item of evidence, in the places that any clause looks at when
    /// it judges the tool; at most twenty, long values cut.
    pub(crate) fn moved(&self, tool: &ToolName, item: &ItemName, was: &Value, is: &Value) -> Vec<Moved> {
        let needed = self.tools.get(tool).and_then(|tool| tool.needs.wanted(item));
        needed.map(|wanted| wanted.looked_at.moved(item, was, is)).unwrap_or_default()
    }

    /// True when the tool needs the service to say the item itself.
    pub(crate) fn may_say(&self, tool: &ToolName, item: &ItemName) -> bool {
        let tool = self.tools.get(tool);
        tool.is_some_and(|tool| tool.needs.claims.iter().any(|claim| claim.item == *item))
    }

    /// True when it has rules about where parameters come from.
    pub fn has_origin(&self) -> bool {
        self.tools.values().any(|tool| !tool.needs.origin.is_empty())
    }

    /// The items of evidence that a successful result of the tool is.
    pub fn evidence_of(&self, tool: &ToolName) -> &[ItemName] {
        self.tools.get(tool).map_or(&[], |tool| &tool.evidence)
    }

    /// The read that tells what became of a call, and its parameters; `None` when there is none, or when the
    /// call does not hold what it needs.
    pub fn question(&self, tool: &ToolName, params: &Value, key: &str) -> Option<(ToolName, CanonicalJson)> {
        let query = self.tools.get(tool)?.query.as_ref()?;
        let asked = query.params(params, key)?;
        self.tools.get(&query.ask)?.schema.accepts(&asked.value()).then(|| (query.ask.clone(), asked))
    }

    /// The call that stands in for a read of a tool, with its parameters; `None` when there is none, or when it could
    /// not be made of what the read holds.
    pub fn instead(&self, tool: &ToolName, params: &Value) -> Option<(ToolName, Value)> {
        let instead = self.tools.get(tool)?.instead.as_ref()?;
        let with = instead.params(params);
        self.tools.get(&instead.tool)?.schema.accepts(&with).then(|| (instead.tool.clone(), with))
    }

    /// What the answer of that read says: the result when the call has happened, nothing when it has not.
    ///
    /// # Errors
    /// When it says neither.
    pub fn answered(&self, tool: &ToolName, answer: &Value) -> Result<Option<CanonicalJson>, String> {
        let query = self.tools.get(tool).and_then(|tool| tool.query.as_ref());
        let query = query.ok_or_else(|| format!("no read tells what became of `{tool}`"))?;
        let unclear = || format!("`{}` answered neither that it happened nor that it did not", query.ask);
        if !query.happened(answer).ok_or_else(unclear)? {
            return Ok(None);
        }
        let found = query.answered(answer).ok_or_else(unclear)?;
        CanonicalJson::from_value(found).map(Some).map_err(|error| error.to_string())
    }

    /// The HTTP request of a call.
    ///
    /// # Errors
    /// `not_in_scope` for a tool that the contract does not know; `parameters_invalid` when a parameter cannot
    /// stand where the request needs it.
    pub fn request(&self, tool: &ToolName, params: &Value) -> Result<ToolRequest, Objection> {
        match self.tools.get(tool) {
            Some(tool) => tool.request.fill(params),
            None => {
                Err(Objection::new(Reason::NotInScope, format!("`{tool}` is not a tool of this contract")))
            }
        }
    }
}

fn no_policy(tool: &ToolName) -> PolicyVerdict {
    PolicyVerdict::Object(Objection::new(Reason::NoPermit, format!("no policy speaks about `{tool}`")))
}

/// A policy cannot read evidence that is not there or parameters that are wrong. Then the policy is not at
/// fault: the finding names what the caller can mend, and still denies.
fn explain(verdict: PolicyVerdict, causes: [Option<&Objection>; 2]) -> PolicyVerdict {
    let PolicyVerdict::Object(objection) = verdict else { return verdict };
    let cause = causes.into_iter().flatten().map(|cause| cause.reason).find(|reason| {
        matches!(reason, Reason::EvidenceMissing | Reason::EvidenceIncomplete | Reason::ParametersInvalid)
    });
    PolicyVerdict::Object(match cause {
        Some(reason) if objection.reason == Reason::PolicyError => {
            Objection::new(reason, format!("so the policies cannot be evaluated ({})", objection.detail))
        }
        Some(_) | None => objection,
    })
}

#[cfg(test)]
pub(crate) mod tests;
