//! The little world that a scenario plays in: one domain, one service, a clock set by hand, tools that answer.

use std::{collections::BTreeMap, sync::Arc};

use remit_core::{
    ActionId, ActionStatus, Assertion, Backtest, CanonicalJson, Command, Declared, Digest, DomainSettings,
    Ending, EscalationId, Event, Money, Outcome, Person, PlanId, Proposal, Refusal, RunId, State, SwitchId,
    Timestamp, ToolName,
    account::Accounts,
    budget::Budget,
    command::Settle,
    event::{ActionDecided, Settlement},
    proposal::{Channel, Mode},
    state::{Another, Run},
    switch::{Scope, Switch},
    turn,
    usage::Tokens,
};
use serde_json::Value;
use uuid::Uuid;

use super::suite::{Before, Given, Limits, Reply, ScopeWord};
use crate::{CompiledContract, LastGood, RunFacts, Seen, Sighting, model::Reported, value::same};

/// A scenario under way.
#[derive(Debug)]
pub(super) struct World<'a> {
    pub(super) contract: &'a CompiledContract,
    pub(super) state: State,
    pub(super) now: Timestamp,
    /// The run that steps are in.
    pub(super) run: RunId,
    facts: BTreeMap<RunId, RunFacts>,
    replies: BTreeMap<ToolName, Vec<Reply>>,
    last_good: BTreeMap<(ToolName, Digest), LastGood>,
    /// What the service says itself, where a step does not say.
    asserts: Vec<Assertion>,
    /// Actions by the names that steps gave them, oldest first.
    pub(super) names: Vec<(String, ActionId)>,
    /// The tripwires that tripped in the present step.
    pub(super) tripped: Vec<String>,
    /// Everything that happened, and when.
    pub(super) events: Vec<(Timestamp, Event)>,
    manner: Manner,
    drawn: u128,
}

/// In what a scenario that people look at differs from one that is only tested.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// How identities are drawn: at a moment, the how-manieth.
    pub(super) draw: fn(Timestamp, u128) -> Uuid,
    /// How long a command takes.
    pub(super) pace: Pace,
    /// The face that the service uses.
    pub(super) channel: Channel,
    /// Who carries its actions out.
    pub(super) mode: Mode,
}

/// How long a command takes, in milliseconds.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Pace {
    pub(super) least: u64,
    /// At most so much more.
    pub(super) spread: u64,
    /// How much more comes of this number.
    pub(super) number: u64,
}

impl Default for Manner {
    /// Identities are counted, and nothing takes time.
    fn default() -> Self {
        Self {
            draw: |_, number| Uuid::from_u128(number),
            pace: Pace::default(),
            channel: Channel::Grpc,
            mode: Mode::Execute,
        }
    }
}

impl Pace {
    /// How long the command takes before which so many events have happened.
    fn after(self, events: usize) -> u64 {
        let mixed = Digest::of_parts(&[&self.number.to_be_bytes(), &events.to_be_bytes()]);
        let drawn = mixed.as_bytes().first().copied().map_or(0, u64::from);
        self.least.saturating_add(self.spread.saturating_mul(drawn).div_euclid(u64::from(u8::MAX)))
    }
}

impl Before {
    /// What a scenario does not say, its suite may.
    fn or(self, shared: Self) -> Self {
        Self {
            money: self.money.or(shared.money),
            calls: self.calls.or(shared.calls),
            second: self.second.or(shared.second),
        }
    }

    fn counted_in(self, accounts: &mut Accounts, now: Timestamp) {
        accounts.reserve(now, Money::ZERO, self.calls.unwrap_or(0));
        accounts.settle(now, Money::ZERO, self.money.unwrap_or_default());
    }
}

/// Why a scenario cannot go on: it is incomplete, which is not an unexpected outcome.
pub(super) type Stuck = String;

impl<'a> World<'a> {
    fn new(
        contract: &'a CompiledContract,
        (state, now): (State, Timestamp),
        (replies, asserts): (BTreeMap<ToolName, Vec<Reply>>, Vec<Assertion>),
        manner: Manner,
    ) -> Self {
        Self {
            contract,
            state,
            now,
            run: RunId::new(Uuid::nil()),
            facts: BTreeMap::new(),
            replies,
            last_good: BTreeMap::new(),
            asserts,
            names: Vec::new(),
            tripped: Vec::new(),
            events: Vec::new(),
            manner,
            drawn: 0,
        }
    }

    /// A world that goes on from a state in which the contract is active: only what a run declares, what tools answer
    /// and what was read is given.
    pub(super) fn on(
        contract: &'a CompiledContract,
        state: State,
        given: &Given,
        (run, manner): (&str, Manner),
    ) -> Result<Self, Stuck> {
        let now = given.at.unwrap_or_default();
        let asserts = given.asserts.clone().unwrap_or_default();
        let mut world = Self::new(contract, (state, now), (given.tools.clone(), asserts), manner);
        let declared = given.declared.clone().unwrap_or_default();
        world.start(run, &declared).map_err(|refusal| format!("the run cannot start: {refusal}"))?;
        for (tool, params) in &given.reads {
            world.read(tool, params)?;
        }
        Ok(world)
    }

    /// The world as it is given: by the scenario first, then by its suite.
    pub(super) fn begin(contract: &'a CompiledContract, own: &Given, shared: &Given) -> Result<Self, Stuck> {
        let terms = contract.terms();
        let mut replies = own.tools.clone();
        for (tool, more) in &shared.tools {
            replies.entry(tool.clone()).or_default().extend(more.iter().cloned());
        }
        let state = State::new(terms.domain.clone());
        let now = own.at.or(shared.at).unwrap_or(terms.delegation.on);
        let asserts = own.asserts.as_ref().or(shared.asserts.as_ref()).cloned().unwrap_or_default();
        let mut world = Self::new(contract, (state, now), (replies, asserts), Manner::default());
        let by = terms.delegation.enabled_by.clone();
        if let Some(limits) = own.domain.as_ref().or(shared.domain.as_ref()) {
            let Limits { allowance, throttle } = limits.clone();
            let settings =
                DomainSettings { allowance, throttle, ..DomainSettings::of(&terms.currency, Backtest::None) };
            let configure = Command::ConfigureDomain { settings, by: by.clone() };
            world.command(configure).map_err(|refusal| format!("`domain` cannot hold: {refusal}"))?;
        }
        let activate = Command::ActivateContract { terms: Box::new(terms.as_ref().clone()), by };
        world.command(activate).map_err(|refusal| format!("the contract cannot be activated: {refusal}"))?;
        let declared = own.declared.as_ref().or(shared.declared.as_ref()).cloned().unwrap_or_default();
        world.start("scenario", &declared).map_err(|refusal| format!("the run cannot start: {refusal}"))?;
        for (tool, params) in shared.reads.iter().chain(&own.reads) {
            world.read(tool, params)?;
        }
        world.spend(own, shared);
        for (scope, ceiling) in shared.switches.iter().chain(&own.switches) {
            let set = world.lower(scope, *ceiling, &world.operator());
            set.map_err(|refusal| format!("the switch cannot be set: {refusal}"))?;
        }
        Ok(world)
    }

    /// A read that the run has made: it must have been admitted and answered.
    fn read(&mut self, tool: &ToolName, params: &Value) -> Result<(), Stuck> {
        let stuck = |why: String| format!("`{tool}`, which `given.reads` names, was not read: {why}");
        let decided = self.propose(tool, params, None, None).map_err(|refusal| stuck(refusal.to_string()))?;
        let (action, deciding) = (decided.proposal.action, decided.decision.deciding());
        if decided.decision.outcome != Outcome::Admit {
            return Err(stuck(format!("{}: {}", deciding.reason.sentence(), deciding.detail)));
        }
        self.names.push((tool.to_string(), action));
        self.execute(action, tool, params)?;
        match self.state.actions.get(&action).map(|action| action.status) {
            Some(ActionStatus::Succeeded) => Ok(()),
            Some(_) | None => Err(stuck("the tool did not answer".to_owned())),
        }
    }

    /// What the run and the service have used up.
    fn spend(&mut self, own: &Given, shared: &Given) {
        let now = self.now;
        let terms = self.contract.terms();
        for tool in own.busy.iter().chain(&shared.busy) {
            let Some(rate) = terms.tools.get(tool).and_then(|tool| tool.rate) else { continue };
            if let Some(service) = self.state.services.get_mut(&terms.service) {
                service.arrivals.insert(tool.clone(), now.plus_ms(rate.per_ms));
            }
        }
        for tool in own.crowded.iter().chain(&shared.crowded) {
            let most = terms.tools.get(tool).and_then(|tool| tool.concurrency);
            if let (Some(most), Some(service)) = (most, self.state.services.get_mut(&terms.service)) {
                service.in_flight.insert(tool.clone(), most);
            }
        }
        let (own_spent, shared_spent) = (&own.spent, &shared.spent);
        if let Some(service) = self.state.services.get_mut(&terms.service) {
            let before = own_spent.service.or(shared_spent.service);
            before.counted_in(&mut service.accounts, now);
            // Each call of a rate moves the next one on by its share of the time.
            let shares = terms.allowance.rate.zip(before.second).map(|(rate, calls)| {
                let us = rate.per_ms.saturating_mul(1_000).saturating_mul(u64::from(calls));
                us.checked_div(u64::from(rate.count))
                    .and_then(|us| i64::try_from(us).ok())
                    .unwrap_or(i64::MAX)
            });
            service.arrival = shares.map(|us| Timestamp::from_micros(now.as_micros().saturating_add(us)));
        }
        own_spent.domain.or(shared_spent.domain).counted_in(&mut self.state.accounts, now);
        if let Some(service) = self.state.services.get_mut(&terms.service) {
            for (meters, reading) in shared.reached.iter().chain(&own.reached) {
                meters.iter().for_each(|meter| service.meters.assume(meter, *reading, now));
            }
            for (wire, lately) in shared.tripwires.iter().chain(&own.tripwires) {
                wire.iter().for_each(|wire| service.wires.assume(wire, *lately, now));
            }
        }
        let Some(run) = self.state.runs.get_mut(&self.run) else { return };
        if let Some(money) = own.spent.money.or(shared.spent.money) {
            run.budget = Budget::new(run.budget.limit());
            run.budget.settle(Money::ZERO, money);
        }
        if let Some(calls) = own.spent.calls.or(shared.spent.calls) {
            run.calls = calls;
        }
        if let Some(tokens) = own.spent.tokens.or(shared.spent.tokens) {
            run.tokens = Tokens::default();
            run.tokens.settle(0, u64::from(tokens));
        }
        for (tool, calls) in shared.spent.tools.iter().chain(&own.spent.tools) {
            run.tool_calls.insert(tool.clone(), *calls);
        }
    }

    /// Commands the core; what follows is folded into the state at once, as after a commit.
    pub(super) fn command(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        self.now = self.now.plus_ms(self.manner.pace.after(self.events.len()));
        let events = turn(&mut self.state, command, self.now)?;
        let tripped = |event: &Event| {
            if let Event::TripwireTripped(tripped) = event { Some(tripped.wire.to_string()) } else { None }
        };
        self.tripped.extend(events.iter().filter_map(tripped));
        self.events.extend(events.iter().map(|event| (self.now, event.clone())));
        Ok(events)
    }

    pub(super) fn draw(&mut self) -> Uuid {
        self.drawn = self.drawn.saturating_add(1);
        (self.manner.draw)(self.now, self.drawn)
    }

    /// Starts a run, or joins the one of this name.
    pub(super) fn start(&mut self, name: &str, declared: &Declared) -> Result<(), Refusal> {
        let run = RunId::new(self.draw());
        let terms = self.contract.terms();
        let (service, principal) = (terms.service.clone(), terms.principal.clone());
        let name = name.to_owned();
        let command = Command::StartRun {
            run,
            name,
            service,
            principal,
            channel: self.manner.channel,
            declared: declared.clone(),
        };
        match self.command(command) {
            Ok(_) => {
                self.facts.insert(run, RunFacts::declared(declared));
                self.run = run;
            }
            Err(Refusal::JoinsRun(known)) => self.run = known,
            Err(refusal) => return Err(refusal),
        }
        Ok(())
    }

    /// Proposes an action in the present run.
    pub(super) fn propose(
        &mut self,
        tool: &ToolName,
        params: &Value,
        key: Option<&String>,
        asserts: Option<&[Assertion]>,
    ) -> Result<ActionDecided, Refusal> {
        self.decide(tool, params, (key, asserts), None)
    }

    fn decide(
        &mut self,
        tool: &ToolName,
        params: &Value,
        (key, asserts): (Option<&String>, Option<&[Assertion]>),
        stands_in: Option<ActionId>,
    ) -> Result<ActionDecided, Refusal> {
        let completed = self.completed(tool, params);
        let params = &completed;
        let canonical =
            CanonicalJson::from_value(params).map_err(|error| Refusal::Invalid(error.to_string()))?;
        let asserted = match asserts {
            Some(said) => said.to_vec(),
            None => self.asserts.iter().filter(|it| self.contract.may_say(tool, &it.item)).cloned().collect(),
        };
        let proposal = Proposal {
            action: ActionId::new(self.draw()),
            run: self.run,
            tool: tool.clone(),
            params: canonical,
            key: key.cloned(),
            channel: self.manner.channel,
            mode: self.manner.mode,
            principal: self.contract.terms().principal.clone(),
            asserted,
            stands_in,
        };
        let facts = self.facts.entry(self.run).or_default();
        let assessment = self.contract.assess(&proposal, params, facts);
        let events = self.command(Command::Propose {
            proposal: Box::new(proposal),
            assessment: Box::new(assessment),
            escalation: EscalationId::new((self.manner.draw)(self.now, self.drawn)),
            reused: None,
        })?;
        match events.into_iter().next() {
            Some(Event::ActionDecided(decided)) => Ok(*decided),
            Some(_) | None => Err(Refusal::Invalid("nothing was decided".to_owned())),
        }
    }

    /// Of a model call a scenario says what matters; its prompt is stood for by its digest, as ever.
    fn completed(&self, tool: &ToolName, params: &Value) -> Value {
        let mut params = params.clone();
        let is_model = self.contract.tool(tool).is_some_and(|tool| tool.model.is_some());
        if let (true, Value::Object(fields)) = (is_model, &mut params) {
            let digest = Digest::of(Value::Object(fields.clone()).to_string().as_bytes());
            fields.entry("stream").or_insert(Value::Bool(false));
            fields.entry("digest").or_insert(Value::String(digest.to_string()));
        }
        params
    }

    /// Carries an admitted action out, with the answer that is given for it.
    pub(super) fn execute(&mut self, action: ActionId, tool: &ToolName, params: &Value) -> Result<(), Stuck> {
        let settle = self.call(action, tool, params)?;
        let settle = self.or_last_good(settle, tool, params)?;
        self.settle(tool, params, settle)
    }

    /// What stands in for a read that its tool did not answer, one after the other: carried out as they are decided.
    pub(super) fn stand_in(
        &mut self,
        action: ActionId,
        tool: &ToolName,
        params: &Value,
    ) -> Result<Vec<ActionId>, Stuck> {
        let (mut known, mut call) = (action, (tool.clone(), params.clone()));
        let mut made = Vec::new();
        while let Some(Another::Of(other)) = self.state.another(known) {
            // Where its call cannot be made of what the first one holds, nothing stands in.
            let Some(with) = self.contract.instead(&call.0, &call.1).filter(|(tool, _)| *tool == other)
            else {
                break;
            };
            call = with;
            let decided = self.decide(&call.0, &call.1, (None, None), Some(known));
            let decided = decided.map_err(|refusal| refusal.to_string())?;
            known = decided.proposal.action;
            made.push(known);
            if decided.decision.outcome == Outcome::Admit {
                self.execute(known, &call.0, &call.1)?;
            }
        }
        Ok(made)
    }

    fn call(&mut self, action: ActionId, tool: &ToolName, params: &Value) -> Result<Settle, Stuck> {
        let ending = match self.command(Command::Start { action }) {
            Err(refusal) => Settlement::Failed { note: format!("not sent: {refusal}") }.into(),
            Ok(_) => match self.contract.request(tool, params) {
                Err(objection) => Settlement::Failed { note: objection.detail }.into(),
                Ok(_) => self.reply(tool, params)?,
            },
        };
        let settle = self.contract.settle(action, (tool, params), ending, self.now);
        Ok(self.metered(settle, tool, params))
    }

    /// What a model call has used, as its result says.
    fn metered(&self, settle: Settle, tool: &ToolName, params: &Value) -> Settle {
        let model = self.contract.tool(tool).and_then(|tool| tool.model.as_ref());
        let (Some(model), Settlement::Succeeded { result }) = (model, &settle.settlement) else {
            return settle;
        };
        let result = result.value();
        let number = |key: &str| result.get(key).and_then(Value::as_u64);
        let reported = Reported { input: number("input_tokens"), output: number("output_tokens") };
        let used = model.used(params, reported);
        Settle { cost: used.cost, tokens: used.tokens, ..settle }
    }

    fn settle(&mut self, tool: &ToolName, params: &Value, settle: Settle) -> Result<(), Stuck> {
        self.remember(tool, params, &settle);
        self.command(Command::Settle(Box::new(settle)))
            .map(drop)
            .map_err(|refusal| format!("the outcome of `{tool}` cannot be recorded: {refusal}"))
    }

    /// Carries a read out again; what it said last is no answer to that. Where no reply is left for it, the tool says
    /// what it said before.
    pub(super) fn execute_again(
        &mut self,
        action: ActionId,
        (tool, params): (&ToolName, &Value),
        before: &Value,
    ) -> Result<(), Stuck> {
        if self.reply_for(tool, params).is_none() {
            let result = CanonicalJson::from_value(before).map_err(|error| error.to_string())?;
            let same =
                Reply { with: Value::Null, times: Some(1), ending: Settlement::Succeeded { result }.into() };
            self.replies.entry(tool.clone()).or_default().push(same);
        }
        let settle = self.call(action, tool, params)?;
        self.settle(tool, params, settle)
    }

    /// What a run has seen and declared.
    pub(super) fn facts(&self, run: RunId) -> RunFacts {
        self.facts.get(&run).cloned().unwrap_or_default()
    }

    /// The last good result where the tool is down, and this one kept where it is the last good one.
    fn or_last_good(&mut self, settle: Settle, tool: &ToolName, params: &Value) -> Result<Settle, Stuck> {
        if !self.contract.remembers(tool) {
            return Ok(settle);
        }
        let params = CanonicalJson::from_value(params).map_err(|error| error.to_string())?.digest();
        let last = self.last_good.get(&(tool.clone(), params)).cloned();
        let settle = self.contract.or_last_good(settle, tool, last, self.now);
        if let (Settlement::Succeeded { result }, None) = (&settle.settlement, settle.exchange.stale) {
            let (action, observed_at, result) = (settle.action, self.now, result.clone());
            self.last_good.insert((tool.clone(), params), LastGood { action, observed_at, result });
        }
        Ok(settle)
    }

    /// A result that is evidence is what the next proposal may rely on.
    fn remember(&mut self, tool: &ToolName, params: &Value, settle: &Settle) {
        let Settlement::Succeeded { result } = &settle.settlement else { return };
        let action = settle.action;
        let (read, value) = (Arc::new(params.clone()), Arc::new(result.value()));
        // What was approved may belong to an earlier run than the one that the step is in.
        let run = self.state.actions.get(&action).map_or(self.run, |action| action.run);
        let facts = self.facts.entry(run).or_default();
        facts.sight(Sighting { tool: tool.clone(), action, at: self.now, result: result.clone() });
        facts.seen.extend(settle.evidence.iter().map(|item| Seen {
            item: item.clone(),
            action,
            observed_at: settle.exchange.observed_at(self.now),
            digest: result.digest(),
            params: Arc::clone(&read),
            value: Arc::clone(&value),
        }));
    }

    fn reply(&mut self, tool: &ToolName, params: &Value) -> Result<Ending, Stuck> {
        let Some(reply) = self.reply_for(tool, params) else {
            return Err(format!("`{tool}` has no reply for {params}: add one under `given.tools`"));
        };
        reply.times = reply.times.map(|times| times.saturating_sub(1));
        Ok(reply.ending.clone())
    }

    /// The first reply that is meant for these parameters and has calls left.
    pub(super) fn reply_for(&mut self, tool: &ToolName, params: &Value) -> Option<&mut Reply> {
        let meant = |reply: &&mut Reply| {
            let wanted = reply.with.as_object().into_iter().flatten();
            reply.times != Some(0)
                && wanted
                    .into_iter()
                    .all(|(name, value)| params.get(name).is_some_and(|given| same(given, value)))
        };
        self.replies.get_mut(tool)?.iter_mut().find(meant)
    }

    /// The action that a name stands for: the last that was given it.
    pub(super) fn named(&self, name: &str) -> Option<ActionId> {
        self.names.iter().rev().find(|(known, _)| known == name).map(|(_, action)| *action)
    }

    /// The name of an action.
    pub(super) fn name_of(&self, action: ActionId) -> String {
        let name = self.names.iter().find(|(_, known)| *known == action);
        name.map_or_else(|| action.to_string(), |(name, _)| name.clone())
    }

    /// Somebody with the run duty, for steps that name nobody.
    pub(super) fn operator(&self) -> Person {
        Person { name: "operator".to_owned(), groups: self.contract.terms().run_duty.clone() }
    }

    /// Sets a ceiling.
    pub(super) fn lower(
        &mut self,
        scope: &ScopeWord,
        ceiling: remit_core::Level,
        by: &Person,
    ) -> Result<Vec<Event>, Refusal> {
        let id = SwitchId::new(self.draw());
        let reason = "as the scenario says".to_owned();
        let switch = Switch { reason, ..Switch::new(id, self.scope(scope), ceiling, self.now) };
        self.command(Command::SetSwitch { switch, by: by.clone() })
    }

    /// The scope that a word means here.
    pub(super) fn scope(&self, word: &ScopeWord) -> Scope {
        match word {
            ScopeWord::Of(scope) => scope.clone(),
            ScopeWord::Run => Scope::Run(self.run),
        }
    }

    /// Identity for a new rollback plan.
    pub(super) fn plan(&mut self) -> PlanId {
        PlanId::new(self.draw())
    }

    /// Identity for a compensation.
    pub(super) fn action(&mut self) -> ActionId {
        ActionId::new(self.draw())
    }

    /// The present run.
    pub(super) fn run(&self) -> Option<&Run> {
        self.state.runs.get(&self.run)
    }
}
