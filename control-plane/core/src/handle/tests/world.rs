//! The little world of the tables: one domain, one service, its tools, some people, a clock set by hand.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{
    ActionId, ActionStatus, Ask, Assessment, CanonicalJson, Clause, Command, Decision, Declared, Digest,
    EscalationId, Event, EvidenceUse, Level, Money, Outcome, Person, PlanId, PolicyVerdict, Proposal, Reason,
    Refusal, RunId, State, SwitchId, Terms, Timestamp,
    allowance::Allowance,
    command::{Answer, Explain, Look, ReadAgain, Release, Settle, SwitchTarget},
    event::{ActionDecided, Settlement},
    proposal::{Channel, Mode},
    rollback::{Selection, UndoCall, Verify},
    switch::{Scope, Switch},
    terms::{CourseLimits, Delegation, Rate, RunLimits, ToolTerms, Undo},
    turn,
};

pub(super) const START: Timestamp = Timestamp::from_micros(1_000_000_000_000);

pub(super) fn run(number: u128) -> RunId {
    RunId::new(Uuid::from_u128(number))
}

pub(super) fn action(number: u128) -> ActionId {
    ActionId::new(Uuid::from_u128(number))
}

pub(super) fn plan(number: u128) -> PlanId {
    PlanId::new(Uuid::from_u128(number))
}

pub(super) fn switch(number: u128) -> SwitchId {
    SwitchId::new(Uuid::from_u128(number))
}

pub(super) fn escalation(number: u128) -> EscalationId {
    EscalationId::new(Uuid::from_u128(number))
}

pub(super) fn json(text: &str) -> CanonicalJson {
    CanonicalJson::parse(text).unwrap().0
}

pub(super) fn person(name: &str, groups: &[&str]) -> Person {
    Person { name: name.to_owned(), groups: groups.iter().map(|group| (*group).into()).collect() }
}

pub(super) fn oncall() -> Person {
    person("olga", &["oncall"])
}

pub(super) fn ask(rule: &str, to: &str, quorum: u32) -> Ask {
    let because = "a person must look".to_owned();
    Ask { rule: rule.to_owned(), because, to: to.into(), quorum, within_ms: 60_000 }
}

fn tool(level: Option<Level>, price: u64, undo: Undo) -> ToolTerms {
    ToolTerms {
        level,
        price: Money::from_micros(price),
        rate: None,
        concurrency: None,
        breaker: None,
        undo,
        unknown: None,
        fallback: None,
    }
}

/// `look` reads, `pay` is undone by `reverse`, `mail` is irreversible, `busy` has a rate, the rest is wrong.
pub(super) fn terms() -> Terms {
    let by = |tool: &str| Undo::By { tool: tool.into(), within_ms: 60_000, verify: None, independent: false };
    let busy = ToolTerms {
        rate: Some(Rate { count: 1, per_ms: 1_000 }),
        ..tool(Some(Level::Read), 7, Undo::Nothing)
    };
    let tools = [
        ("look", tool(Some(Level::Read), 7, Undo::Nothing)),
        ("busy", busy),
        ("pay", tool(Some(Level::Execute), 100, by("reverse"))),
        ("reverse", tool(None, 10, Undo::Nothing)),
        ("mail", tool(Some(Level::Draft), 8, Undo::Irreversible { why: "it is sent".to_owned() })),
        ("careless", tool(Some(Level::Execute), 1, Undo::Nothing)),
        ("dangling", tool(Some(Level::Execute), 1, by("ghost"))),
        ("levelless", tool(Some(Level::None), 1, Undo::Nothing)),
    ];
    Terms {
        service: "refunds".into(),
        domain: "payments".into(),
        version: "1.0.0".to_owned(),
        digest: Digest::of(b"1.0.0"),
        purpose: "Pays small refunds".to_owned(),
        principal: "refunds".to_owned(),
        owner: "dana".to_owned(),
        autonomy: Level::Execute,
        delegation: Delegation { enabled_by: "lee".to_owned(), on: START, until: START.plus_ms(10_000_000) },
        build_duty: BTreeSet::from(["build".into()]),
        approve_duty: BTreeSet::from(["risk".into()]),
        run_duty: BTreeSet::from(["oncall".into()]),
        tools: tools.into_iter().map(|(name, terms)| (name.into(), terms)).collect(),
        forbidden: BTreeSet::from(["bulk".into()]),
        workflows: [].into(),
        currency: "USD".to_owned(),
        run: RunLimits {
            spend: Money::from_micros(500),
            calls: 8,
            wall_time_ms: Some(600_000),
            tools: BTreeMap::from([("pay".into(), 4)]),
            tokens: None,
            same_call: Some(3),
            course: CourseLimits::default(),
        },
        allowance: Allowance::default(),
        blast_radius: Vec::new(),
        tripwires: Vec::new(),
        schedule: Vec::new(),
        release_by_two: false,
    }
}

/// One call that is about to be proposed.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) proposal: Proposal,
    pub(super) assessment: Assessment,
}

impl Call {
    pub(super) fn new(tool: &str, params: &str) -> Self {
        let proposal = Proposal {
            action: action(0),
            run: run(1),
            tool: tool.into(),
            params: json(params),
            key: None,
            channel: Channel::Mcp,
            mode: Mode::Execute,
            principal: "refunds".to_owned(),
            asserted: Vec::new(),
            stands_in: None,
        };
        let assessment = Assessment {
            contract: Digest::of(b"1.0.0"),
            evidence: Vec::new(),
            at_least: None,
            evidence_objection: None,
            origin_objection: None,
            policy: PolicyVerdict::Permit { policies: vec!["allow".to_owned()] },
            tooling_objection: None,
            asks: Vec::new(),
            novelties: Vec::new(),
            effect: None,
            most: None,
        };
        Self { proposal, assessment }
    }

    pub(super) fn key(mut self, key: &str) -> Self {
        self.proposal.key = Some(key.to_owned());
        self
    }

    pub(super) fn effect(mut self, effect: &str) -> Self {
        self.assessment.effect = Some(effect.to_owned());
        self
    }

    pub(super) fn ask(mut self, ask: Ask) -> Self {
        self.assessment.asks.push(ask);
        self
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut Proposal, &mut Assessment)) -> Self {
        change(&mut self.proposal, &mut self.assessment);
        self
    }
}

/// A domain with its history; `now` is set by hand.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) state: State,
    pub(super) history: Vec<(Timestamp, Event)>,
    pub(super) now: Timestamp,
    pub(super) drawn: u128,
    /// What every tool reports as its cost, in micros.
    pub(super) cost: u64,
    pub(super) tokens: u64,
    /// The read that shows that a payment is undone, where there is one.
    pub(super) verify: Option<Box<Verify>>,
}

impl World {
    pub(super) fn new() -> Self {
        Self::under(terms())
    }

    /// A world in which run 1 is open under these terms.
    pub(super) fn under(terms: Terms) -> Self {
        let mut world = Self::before(terms);
        world.start(1, "case-1").unwrap();
        world
    }

    /// A world in which no run has begun.
    pub(super) fn before(terms: Terms) -> Self {
        let state = State::new("payments".into());
        let mut world =
            Self { state, history: Vec::new(), now: START, cost: 7, tokens: 0, drawn: 0, verify: None };
        world.command(Command::ActivateContract { terms: Box::new(terms), by: "lee".to_owned() }).unwrap();
        world
    }

    pub(super) fn command(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        let events = turn(&mut self.state, command, self.now)?;
        self.history.extend(events.iter().map(|event| (self.now, event.clone())));
        Ok(events)
    }

    pub(super) fn later(&mut self, ms: u64) -> &mut Self {
        self.now = self.now.plus_ms(ms);
        self
    }

    pub(super) fn start(&mut self, number: u128, name: &str) -> Result<Vec<Event>, Refusal> {
        self.start_with(number, name, Declared::default())
    }

    pub(super) fn start_with(
        &mut self,
        number: u128,
        name: &str,
        declared: Declared,
    ) -> Result<Vec<Event>, Refusal> {
        self.command(Command::StartRun {
            run: run(number),
            name: name.to_owned(),
            service: "refunds".into(),
            principal: "refunds".to_owned(),
            channel: Channel::Mcp,
            declared,
        })
    }

    pub(super) fn propose(&mut self, call: Call) -> Result<Vec<Event>, Refusal> {
        self.drawn = self.drawn.saturating_add(1);
        let proposal = Proposal { action: action(self.drawn), ..call.proposal };
        self.command(Command::Propose {
            proposal: Box::new(proposal),
            assessment: Box::new(call.assessment),
            escalation: escalation(self.drawn),
            reused: None,
        })
    }

    /// Proposes and answers what was decided; the action has the number that was drawn last.
    #[track_caller]
    pub(super) fn decided(&mut self, call: Call) -> ActionDecided {
        match self.propose(call).unwrap().remove(0) {
            Event::ActionDecided(decided) => *decided,
            other => panic!("{} instead of a decision", other.kind()),
        }
    }

    #[track_caller]
    pub(super) fn expect(
        &mut self,
        call: Call,
        outcome: Outcome,
        clause: Clause,
        reason: Reason,
    ) -> Decision {
        let decision = self.decided(call).decision;
        let deciding = decision.deciding();
        assert_eq!(
            (decision.outcome, deciding.clause, deciding.reason),
            (outcome, clause, reason),
            "{deciding:?}"
        );
        assert_eq!(decision.findings.each_ref().map(|finding| finding.clause), Clause::ALL);
        decision
    }

    #[track_caller]
    pub(super) fn admit(&mut self, call: Call) -> ActionId {
        let decided = self.decided(call);
        assert_eq!(decided.decision.outcome, Outcome::Admit, "{:?}", decided.decision.deciding());
        decided.proposal.action
    }

    #[track_caller]
    pub(super) fn hold(&mut self, call: Call) -> ActionId {
        let decided = self.decided(call);
        assert_eq!(decided.decision.outcome, Outcome::Escalate, "{:?}", decided.decision.deciding());
        decided.proposal.action
    }

    pub(super) fn settle(&mut self, id: ActionId, settlement: Settlement) -> Result<Vec<Event>, Refusal> {
        let tool = self.state.actions.get(&id).map(|action| action.tool.clone());
        let succeeded = matches!(settlement, Settlement::Succeeded { .. });
        let undo = (succeeded && tool.is_some_and(|tool| tool.as_str() == "pay")).then(|| UndoCall {
            tool: "reverse".into(),
            params: json("{}"),
            until: self.now.plus_ms(60_000),
            returns: Some(Money::from_micros(1_000)),
            verify: self.verify.clone(),
        });
        self.command(Command::Settle(Box::new(Settle {
            action: id,
            settlement,
            cost: Money::from_micros(self.cost),
            evidence: if succeeded { vec!["record".into()] } else { Vec::new() },
            undo,
            exchange: crate::Exchange::default(),
            tokens: self.tokens,
        })))
    }

    pub(super) fn answer(&mut self, id: ActionId, by: &Person, approve: bool) -> Result<Vec<Event>, Refusal> {
        let question = self
            .state
            .escalations
            .values()
            .find(|escalation| escalation.action == id && escalation.replaced_by.is_none())
            .map(|escalation| (escalation.question.id, escalation.question.digest));
        let (escalation, digest) = question.unwrap_or((escalation(0), Digest::of(b"")));
        let reason = "looked at it".to_owned();
        self.command(Command::Decide(Box::new(Answer {
            escalation,
            by: by.clone(),
            approve,
            reason,
            digest,
            endorsed: None,
            opaque: false,
        })))
    }

    /// Reads the record with this result, as a service does; the evidence that it is.
    pub(super) fn look(&mut self, result: &str) -> EvidenceUse {
        let look = self.admit(Call::new("look", "{}"));
        self.settle(look, Settlement::Succeeded { result: json(result) }).unwrap();
        self.cite(look, result)
    }

    pub(super) fn cite(&self, look: ActionId, result: &str) -> EvidenceUse {
        EvidenceUse {
            item: "record".into(),
            action: look,
            digest: json(result).digest(),
            facts: None,
            as_of: None,
            observed_at: self.now,
            fresh_for_ms: Some(1_000),
            one_of: None,
        }
    }

    /// Reads the record again for an approved action; the evidence that it is now.
    pub(super) fn look_again(&mut self, held: ActionId, result: &str) -> Result<EvidenceUse, Refusal> {
        let source = self.state.held.get(&held).map_or(action(0), |held| held.assessment.evidence[0].action);
        self.drawn = self.drawn.saturating_add(1);
        let params = self.history.iter().find_map(|(_, event)| match event {
            Event::ActionDecided(it) if it.proposal.action == source => Some(it.proposal.params.clone()),
            _ => None,
        });
        let (read, params) = (action(self.drawn), params.unwrap_or(json("{}")));
        self.command(Command::ReadAgain(Box::new(ReadAgain { held, source, params, action: read })))?;
        self.settle(read, Settlement::Succeeded { result: json(result) })?;
        Ok(self.cite(read, result))
    }

    /// Releases on this evidence, with all else as it was judged before.
    pub(super) fn release_on(
        &mut self,
        held: ActionId,
        evidence: EvidenceUse,
    ) -> Result<Vec<Event>, Refusal> {
        let assessment = self.state.held.get(&held).map(|held| held.assessment.clone());
        let assessment = Assessment {
            evidence: vec![evidence],
            ..assessment.unwrap_or(Call::new("pay", "{}").assessment)
        };
        self.release(held, Look::Read { assessment: Box::new(assessment), moved: Vec::new() })
    }

    pub(super) fn release(&mut self, held: ActionId, look: Look) -> Result<Vec<Event>, Refusal> {
        self.drawn = self.drawn.saturating_add(1);
        let escalation = escalation(self.drawn);
        self.command(Command::Release(Box::new(Release { action: held, look, escalation })))
    }

    pub(super) fn set_switch(
        &mut self,
        number: u128,
        scope: &str,
        ceiling: Level,
    ) -> Result<Vec<Event>, Refusal> {
        let scope: Scope = scope.parse().unwrap();
        let set = Switch::new(switch(number), scope, ceiling, START);
        self.command(Command::SetSwitch { switch: set, by: oncall() })
    }

    pub(super) fn explain(&mut self, target: SwitchTarget, reason: &str) -> Result<Vec<Event>, Refusal> {
        let (by, reason) = (oncall(), reason.to_owned());
        let told = Explain { target, by, reason, review_at: None, owner: None };
        self.command(Command::ExplainSwitch(Box::new(told)))
    }

    /// A person lifts a quarantine.
    pub(super) fn let_go(&mut self) -> Result<Vec<Event>, Refusal> {
        let quarantine = self.state.switches.values().find(|switch| switch.breach.is_some());
        let scope = quarantine.map_or(Scope::All, |switch| switch.scope.clone());
        let (target, reason) = (SwitchTarget::Scope(scope), "the report was a mistake".to_owned());
        self.command(Command::ReleaseSwitch { target, by: oncall(), reason })
    }

    /// Plans the undoing of a whole run.
    pub(super) fn plan(&mut self, number: u128, of: u128, by: Person) -> Result<Vec<Event>, Refusal> {
        let asked = Box::new(Selection::run(run(of)).into());
        self.command(Command::PlanRollback { plan: plan(number), asked, by })
    }

    pub(super) fn end(&mut self) -> Result<Vec<Event>, Refusal> {
        self.command(Command::EndRun { run: run(1), reason: None, note: "done".to_owned() })
    }

    #[track_caller]
    pub(super) fn status(&self, id: ActionId) -> ActionStatus {
        self.state.actions[&id].status
    }

    /// Held and spent of run 1, in micros.
    pub(super) fn money(&self) -> (u64, u64) {
        let budget = self.state.runs[&run(1)].budget;
        (budget.held().as_micros(), budget.spent().as_micros())
    }
}

pub(super) fn succeeded() -> Settlement {
    Settlement::Succeeded { result: json(r#"{"id":1}"#) }
}

pub(super) fn failed() -> Settlement {
    Settlement::Failed { note: "refused".to_owned() }
}

pub(super) fn in_doubt() -> Settlement {
    Settlement::InDoubt { note: "no reply".to_owned() }
}
