//! One case of the bench: a contract, a run that has seen its evidence, and proposals made beforehand.

use std::sync::Arc;

use remit_contract::{CompiledContract, RunFacts, Seen};
use remit_core::{
    ActionId, Assessment, Backtest, CanonicalJson, Command, Declared, DomainSettings, EscalationId, Event,
    Level, Money, Proposal, RunId, State, SwitchId, Timestamp,
    allowance::Allowance,
    command::Settle,
    event::Settlement,
    handle,
    proposal::{Channel, Mode},
    switch::{Scope, Switch},
    terms::Rate,
    throttle::Throttle,
    window::Per,
};
use serde_json::Value;
use uuid::Uuid;

use crate::{Failure, Rules, contract};

/// How far each call of a case goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Text to canonical value.
    Parse,
    /// The compiled contract's assessment.
    Prepare,
    /// The core's decision on what was prepared.
    Decide {
        /// Ceilings that are set over the action.
        switches: u32,
    },
    /// Both, with five switches.
    Whole,
    /// Folding the decided event.
    Fold,
    /// The core's decision on what was prepared, and its fold: what the domain's loop does.
    Turn,
}

/// What is the same for all calls of a case.
pub(crate) struct Scene {
    pub(crate) contract: CompiledContract,
    pub(crate) step: Step,
    pub(crate) state: State,
    pub(crate) facts: RunFacts,
    pub(crate) now: Timestamp,
    run: RunId,
}

/// One call, made outside of the measured time.
pub(crate) struct Call {
    pub(crate) text: String,
    pub(crate) value: Value,
    pub(crate) proposal: Proposal,
    pub(crate) escalation: EscalationId,
    pub(crate) assessment: Assessment,
}

impl Call {
    /// What the domain loop is given.
    pub(crate) fn into_command(self) -> Command {
        propose(self.proposal, self.assessment, self.escalation)
    }
}

pub(crate) fn propose(proposal: Proposal, assessment: Assessment, escalation: EscalationId) -> Command {
    Command::Propose {
        proposal: Box::new(proposal),
        assessment: Box::new(assessment),
        escalation,
        reused: None,
    }
}

impl Scene {
    /// With so many open runs, under the rules of the contract and of a domain's file.
    pub(crate) fn new(
        contract: CompiledContract,
        step: Step,
        (open, rules): (u32, Rules),
    ) -> Result<Self, Failure> {
        let now = "2026-01-01T00:00:00Z".parse::<jiff::Timestamp>()?;
        let now = Timestamp::from_micros(now.as_microsecond());
        let run = RunId::new(Uuid::now_v7());
        let state = State::new(contract.terms().domain.clone());
        let mut scene = Self { contract, step, state, facts: RunFacts::default(), now, run };
        if rules == Rules::All {
            scene.configure()?;
        }
        scene.open(open)?;
        let switches = match step {
            Step::Decide { switches } => switches,
            Step::Parse | Step::Prepare | Step::Whole | Step::Fold | Step::Turn => 5,
        };
        scene.set(switches)?;
        Ok(scene)
    }

    /// What a domain's file can limit; none of it is reached.
    fn configure(&mut self) -> Result<(), Failure> {
        let rate = Some(Rate { count: 1_000_000, per_ms: 1_000 });
        let spend = [(Per::Hour, 1_000_000_000_000), (Per::Day, 2_000_000_000_000)];
        let spend = spend.map(|(per, micros)| (per, Money::from_micros(micros))).into();
        let calls = [(Per::Hour, 1_000_000_000), (Per::Day, 2_000_000_000)].into();
        let settings = DomainSettings {
            allowance: Allowance { spend, calls, rate: None },
            throttle: Throttle { identity: rate, service: rate, domain: rate },
            ..DomainSettings::of(&self.contract.terms().currency, Backtest::None)
        };
        self.happen(Command::ConfigureDomain { settings, by: "bench".to_owned() })
    }

    /// Opens the runs and lets the measured one see its evidence.
    fn open(&mut self, open: u32) -> Result<(), Failure> {
        let terms = Arc::clone(self.contract.terms());
        let (service, principal) = (terms.service.clone(), terms.principal.clone());
        self.happen(Command::ActivateContract { terms: Box::new((*terms).clone()), by: "bench".to_owned() })?;
        let others = (1..open).map(|_| RunId::new(Uuid::now_v7()));
        for run in others.chain([self.run]) {
            self.happen(Command::StartRun {
                run,
                name: run.to_string(),
                service: service.clone(),
                principal: principal.clone(),
                channel: Channel::Grpc,
                declared: Declared::default(),
            })?;
        }
        let params = format!("{{\"account_id\":\"{}\"}}", contract::ACCOUNT);
        let read = self.call(contract::READ, params)?;
        let (action, params) = (read.proposal.action, Arc::new(read.value.clone()));
        self.happen(read.into_command())?;
        self.happen(Command::Start { action })?;
        let (result, value) = CanonicalJson::parse(contract::RESULT)?;
        let (digest, item) = (result.digest(), remit_core::ItemName::from("account"));
        let settlement = Settlement::Succeeded { result };
        let (cost, evidence) = (remit_core::Money::ZERO, vec![item.clone()]);
        let exchange = Default::default();
        let settle = Settle { action, settlement, cost, evidence, undo: None, exchange, tokens: 0 };
        self.happen(Command::Settle(Box::new(settle)))?;
        let value = Arc::new(value);
        self.facts.seen.push(Seen { item, action, observed_at: self.now, digest, params, value });
        Ok(())
    }

    /// Sets ceilings that cover the action and hold nothing back.
    fn set(&mut self, count: u32) -> Result<(), Failure> {
        let terms = Arc::clone(self.contract.terms());
        let scopes = [
            Scope::All,
            Scope::Domain(terms.domain.clone()),
            Scope::Service(terms.service.clone()),
            Scope::Tool(terms.service.clone(), contract::TOOL.into()),
            Scope::Run(self.run),
        ];
        for (scope, _) in scopes.into_iter().zip(0..count) {
            let (id, at) = (SwitchId::new(Uuid::now_v7()), self.now);
            let (by, reason) = ("bench".to_owned(), "to be looked at".to_owned());
            let switch = Switch { by, reason, ..Switch::new(id, scope, Level::Execute, at) };
            self.state.apply(&Event::SwitchSet(switch), self.now);
        }
        Ok(())
    }

    fn happen(&mut self, command: Command) -> Result<(), Failure> {
        for event in handle(&self.state, command, self.now)? {
            self.state.apply(&event, self.now);
        }
        Ok(())
    }

    /// Calls of the measured tool, each with parameters of its own.
    pub(crate) fn calls(&self, count: u32) -> Result<Vec<Call>, Failure> {
        (0..count).map(|number| self.call(contract::TOOL, contract::params(number.into()))).collect()
    }

    fn call(&self, tool: &str, text: String) -> Result<Call, Failure> {
        let (params, value) = CanonicalJson::parse(&text)?;
        let proposal = Proposal {
            action: ActionId::new(Uuid::now_v7()),
            run: self.run,
            tool: tool.into(),
            params,
            key: None,
            channel: Channel::Grpc,
            mode: Mode::DecisionOnly,
            principal: contract::SERVICE.to_owned(),
            asserted: Vec::new(),
            stands_in: None,
        };
        let assessment = self.contract.assess(&proposal, &value, &self.facts);
        Ok(Call { text, value, proposal, escalation: EscalationId::new(Uuid::now_v7()), assessment })
    }
}
