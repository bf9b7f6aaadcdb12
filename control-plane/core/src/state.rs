//! State is the fold of events: [`State::apply`] is total, reads no clock and judges nothing.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use crate::{
    ActionId, AlertId, CredentialId, Digest, DomainName, DomainSettings, EscalationId, ItemName, Level,
    Money, PlanId, Reason, RunId, ServiceName, SwitchId, Timestamp, ToolName, WorkflowName,
    account::Accounts,
    action::ActionStatus,
    alert::Acknowledgement,
    breaker::BreakerState,
    budget::Budget,
    course::Course,
    decision::Outcome,
    digest_map::DigestMap,
    doubt::Trail,
    effects::Effects,
    escalation::{Escalation, Question},
    event::Holder,
    familiar::Familiar,
    fault::ToolFault,
    practice::Practised,
    proposal::{Assessment, EvidenceUse, Mode, Proposal},
    radius::Meters,
    rollback::{Rollback, UndoCall},
    switch::{Place, ReleaseRequest, Switch},
    terms::{RunLimits, Terms},
    throttle::Arrivals,
    tripwire::Wires,
    usage::Tokens,
    version::{Key, Version},
};

mod another;
mod doubt;
mod fold;
mod rollback;
mod staged;

pub use another::Another;
pub use doubt::Due;
pub use fold::Counted;
pub use rollback::{Turn, Wait};

/// How long the name of a stopped run stays its own, in milliseconds.
const STOPPED_NAME_MS: u64 = 60 * 60 * 1_000;

/// Everything that a domain's decisions depend on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    /// Which domain.
    pub domain: DomainName,
    /// Contracted services.
    pub services: BTreeMap<ServiceName, Service>,
    /// Every contract version that was ever proposed or active: what is published never changes.
    pub versions: BTreeMap<Digest, Version>,
    /// True once only approved versions decide here: for good.
    pub approvals: bool,
    /// What the domain's file says; `None` where there never was one.
    pub settings: Option<DomainSettings>,
    /// Public keys of approvers (only in the control domain).
    pub keys: BTreeMap<Digest, Key>,
    /// Runs, open ones and those that may still be undone.
    pub runs: BTreeMap<RunId, Run>,
    /// Runs by service and the caller's name: the newest that bears it.
    pub run_names: BTreeMap<(ServiceName, String), RunId>,
    /// Actions of the runs held here.
    /// Each behind a pointer: they are large, an ordered map moves its values when it grows, and whoever shows
    /// them need not copy them.
    pub actions: BTreeMap<ActionId, Arc<Action>>,
    /// Held proposals, as they will be decided again.
    pub held: BTreeMap<ActionId, Held>,
    /// Questions to people: pending ones, and the closed ones of the runs held here.
    pub escalations: BTreeMap<EscalationId, Escalation>,
    /// Ceilings that are set.
    pub switches: BTreeMap<SwitchId, Switch>,
    /// Who looks at which alert. One whose alert has ended stays until the next acknowledgement.
    pub acknowledgements: BTreeMap<AlertId, Acknowledgement>,
    /// Switches that one of two people wants lifted.
    pub release_requests: BTreeMap<SwitchId, ReleaseRequest>,
    /// Logical effects that exist or are under way, each by the digest of its name, and the action that holds it.
    pub effects: Effects,
    /// Rollbacks.
    pub rollbacks: BTreeMap<PlanId, Rollback>,
    /// Effects that a rollback could not take back and a person has to take over, each with the plan that says so.
    pub parked: BTreeMap<ActionId, PlanId>,
    /// What is known of practice questions (only in the control domain).
    pub practised: Practised,
    /// Credentials (only in the control domain).
    pub credentials: BTreeMap<CredentialId, Credential>,
    /// What the whole domain has used in each hour and day.
    pub accounts: Accounts,
    /// How close its identities, its services and it are to their throttles.
    pub arrivals: Arrivals,
    /// How far all its services have reached.
    pub meters: Meters,
    /// The domain's tripwires.
    pub wires: Wires,
    /// The position of the last event that happened, in the domain's journal.
    pub position: u64,
    /// The latest moment at which anything happened: for decisions, time never goes back.
    pub latest: Timestamp,
    /// How many actions were let go: the order in which that happened.
    pub(crate) let_go: u64,
    /// Actions whose outcome nobody knows.
    pub doubts: BTreeSet<ActionId>,
    /// What callers carry out themselves and have not reported, by the moment until which they must.
    pub(crate) unreported: BTreeSet<(Timestamp, ActionId)>,
    /// Ended runs by the moment from which nothing of them can be undone.
    pub(crate) resting: BTreeSet<(Timestamp, RunId)>,
    /// Runs whose actions were dropped, oldest first.
    pub(crate) retired: VecDeque<RunId>,
}

/// A contracted service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Service {
    /// The version for new runs.
    pub active: Arc<Terms>,
    /// Theoretical arrival time of the next call, by tool (see `rate.rs`).
    pub arrivals: BTreeMap<ToolName, Timestamp>,
    /// Circuit breakers, by tool.
    pub breakers: BTreeMap<ToolName, BreakerState>,
    /// Actions under way, by tool; those with none are left out.
    pub in_flight: BTreeMap<ToolName, u32>,
    /// The same of all its tools together.
    pub arrival: Option<Timestamp>,
    /// What it has used in each hour and day.
    pub accounts: Accounts,
    /// How far it has reached.
    pub meters: Meters,
    /// Its tripwires.
    pub wires: Wires,
    /// Values that effects have succeeded with.
    pub familiar: Familiar,
    /// How often the service has tried what its contract forbids by name.
    pub security_findings: u64,
    /// When such an attempt that came to no decision was recorded last, by tool.
    pub attempted: BTreeMap<ToolName, Timestamp>,
}

/// One run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// Its identity.
    pub id: RunId,
    /// The caller's name for it.
    pub name: String,
    /// The version it began with and keeps.
    pub terms: Arc<Terms>,
    /// The workflow that it is an instance of.
    pub workflow: Option<WorkflowName>,
    /// What it may use: the stricter of the contract's limits and the workflow's.
    pub limits: RunLimits,
    /// Digest of what was asked for: a declaration never changes.
    pub request: Option<Digest>,
    /// The principal that started it.
    pub principal: String,
    /// When it began.
    pub started_at: Timestamp,
    /// Where it is.
    pub phase: Phase,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it was stopped.
    pub reason: Option<Reason>,
    /// Its money.
    pub budget: Budget,
    /// Its tokens of models.
    pub tokens: Tokens,
    /// Admitted and held actions.
    pub calls: u32,
    /// The same, by tool.
    pub tool_calls: BTreeMap<ToolName, u32>,
    /// How often each very call was proposed.
    pub same_calls: DigestMap<u32>,
    /// Idempotency keys, given or derived, with the action and the digest of the call (tool and parameters).
    pub keys: DigestMap<(ActionId, Digest)>,
    /// Whether it goes anywhere.
    pub course: Course,
    /// Evidence seen: item and producing action, with digest and time.
    pub evidence: BTreeMap<(ItemName, ActionId), (Digest, Timestamp)>,
    /// Its actions, oldest first.
    pub actions: Vec<ActionId>,
    /// How many of its actions were denied.
    pub denied: u32,
    /// How long its actions are kept in memory.
    pub retention: Retention,
}

impl Run {
    /// True while it may act.
    pub fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// True while its name cannot stand for a new run: it is open, or it was stopped within the hour, so that
    /// whoever was stopped does not get a fresh budget by calling again. Time and what becomes of its contract bar nobody: a
    /// caller that works on under one name begins anew when its time or its version is over.
    pub fn bars_its_name(&self, now: Timestamp) -> bool {
        let blameless = self.reason == Some(Reason::WallTimeExhausted) || self.withdrawn().is_some();
        let stopped = self.phase == Phase::Stopped && !blameless;
        let since = self.ended_at.map_or(0, |ended| now.since_ms(ended));
        self.is_open() || (stopped && since < STOPPED_NAME_MS)
    }

    /// Why its contract version does not hold any more, if that is what ended it.
    pub(crate) fn withdrawn(&self) -> Option<Reason> {
        let of_contract = [Reason::ContractReplaced, Reason::ContractRevoked, Reason::ContractUnapproved];
        self.reason.filter(|reason| of_contract.contains(reason))
    }

    /// True when a proposal counts for this run: it is open and acts under its own identity.
    pub(crate) fn counts(&self, proposal: &Proposal) -> bool {
        self.is_open() && self.principal == proposal.principal
    }
}

/// How long the actions of a run are kept in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Retention {
    /// It is open, or something is in flight, held or in doubt, or it is being undone.
    Needed,
    /// It has ended; from this moment on nothing of it can be undone.
    Until(Timestamp),
    /// They were dropped; the journal has them.
    Retired,
}

/// Where a run is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Acts.
    Open,
    /// Ended by its caller.
    Completed,
    /// Ended by the control plane.
    Stopped,
    /// Is being undone.
    RollingBack,
    /// Was undone.
    RolledBack,
}

impl Phase {
    /// The word in consoles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Completed => "completed",
            Self::Stopped => "stopped",
            Self::RollingBack => "rolling_back",
            Self::RolledBack => "rolled_back",
        }
    }
}

/// One action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Action {
    /// Its identity.
    pub id: ActionId,
    /// Its run.
    pub run: RunId,
    /// Its tool.
    pub tool: ToolName,
    /// Its type, from the contract.
    pub level: Level,
    /// Who carries it out.
    pub mode: Mode,
    /// Where it is.
    pub status: ActionStatus,
    /// What was decided last, and why.
    pub outcome: Outcome,
    /// The deciding reason.
    pub reason: Reason,
    /// Digest of its parameters.
    pub params: Digest,
    /// In whose hour and day it is charged: when it was decided or, for a compensation, when its effect was.
    pub charged_at: Timestamp,
    /// Reserved and not settled.
    pub hold: Money,
    /// Reserved for undoing it.
    pub undo_hold: Money,
    /// Settled.
    pub cost: Money,
    /// Tokens of a model that are reserved and not settled.
    pub tokens: u64,
    /// The logical effect that it holds.
    pub effect: Option<String>,
    /// The question about it.
    pub escalation: Option<EscalationId>,
    /// Values that are familiar to the service once it has succeeded.
    pub values: Vec<Digest>,
    /// How it would be undone.
    pub undo: Option<UndoCall>,
    /// What it undoes, and under which plan.
    pub undoes: Option<(ActionId, PlanId)>,
    /// The compensation that undid it.
    pub undone_by: Option<ActionId>,
    /// The approved question for which the control plane itself made this read.
    pub rereads: Option<EscalationId>,
    /// The action in doubt that the control plane asks about with this read.
    pub asks_about: Option<ActionId>,
    /// When it has failed: what was wrong with its tool.
    pub fault: Option<ToolFault>,
    /// The read that stands in for it.
    pub stand_in: Option<ActionId>,
    /// What was counted for it in the blast radius.
    pub counted: Option<Arc<Counted>>,
    /// The effect whose undoing the control plane looks at with this read, and under which plan.
    pub verifies: Option<(ActionId, PlanId)>,
    /// Its place among all that was let go: of two effects the one with the greater number is the later.
    pub order: u64,
    /// When it was sent, and what was tried and said once its outcome was not known.
    pub trail: Trail,
}

impl Action {
    /// True when a read shows whether its undoing has worked.
    pub fn is_verified(&self) -> bool {
        self.undo.as_ref().is_some_and(|undo| undo.verify.is_some())
    }

    /// When it was handed to its tool first; until then, when it was decided.
    pub fn done_at(&self) -> Timestamp {
        self.trail.sent.map_or(self.charged_at, |sent| sent.first)
    }
}

/// A held proposal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// What was proposed.
    pub proposal: Proposal,
    /// What the preparation found.
    pub assessment: Assessment,
    /// The question about it.
    pub question: Question,
}

/// A credential.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credential {
    /// Whose.
    pub holder: Holder,
    /// SHA-256 of the secret.
    pub hash: Digest,
    /// When it was made.
    pub issued_at: Timestamp,
    /// Who made it.
    pub by: String,
    /// When it ceased to count, and by whom.
    pub revoked: Option<(Timestamp, String)>,
}

impl State {
    /// The state of a domain in which nothing has happened.
    pub fn new(domain: DomainName) -> Self {
        Self {
            domain,
            services: BTreeMap::new(),
            versions: BTreeMap::new(),
            approvals: false,
            settings: None,
            keys: BTreeMap::new(),
            runs: BTreeMap::new(),
            run_names: BTreeMap::new(),
            actions: BTreeMap::new(),
            held: BTreeMap::new(),
            escalations: BTreeMap::new(),
            switches: BTreeMap::new(),
            acknowledgements: BTreeMap::new(),
            release_requests: BTreeMap::new(),
            effects: Effects::default(),
            rollbacks: BTreeMap::new(),
            parked: BTreeMap::new(),
            let_go: 0,
            practised: Practised::default(),
            credentials: BTreeMap::new(),
            accounts: Accounts::default(),
            arrivals: Arrivals::default(),
            meters: Meters::default(),
            wires: Wires::default(),
            position: 0,
            latest: Timestamp::default(),
            doubts: BTreeSet::new(),
            unreported: BTreeSet::new(),
            resting: BTreeSet::new(),
            retired: VecDeque::new(),
        }
    }

    /// The action that holds a logical effect.
    pub fn holder(&self, effect: &str) -> Option<ActionId> {
        self.effects.get(&Digest::of(effect.as_bytes()))
    }

    /// Where an action stands.
    pub fn place<'a>(&'a self, run: &'a Run, tool: &'a ToolName) -> Place<'a> {
        Place { domain: &self.domain, service: &run.terms.service, tool: Some(tool), run: Some(run.id) }
    }

    /// Actions that may still change the world and that the scope covers.
    pub fn in_flight<'a>(&'a self, scope: &crate::switch::Scope) -> Vec<&'a Action> {
        self.actions
            .values()
            .map(Arc::as_ref)
            .filter(|action| action.status.is_in_flight())
            .filter(|action| {
                self.runs.get(&action.run).is_some_and(|run| scope.covers(self.place(run, &action.tool)))
            })
            .collect()
    }

    /// The compensation of an action that may still take effect, or may have: in flight, in doubt, or done and not
    /// seen to have worked yet.
    pub fn undoing(&self, target: &Action) -> Option<ActionId> {
        let run = self.runs.get(&target.run)?;
        let unseen = target.status == ActionStatus::Succeeded;
        let compensations = run.actions.iter().filter_map(|id| self.actions.get(id)).filter(|action| {
            action.undoes.is_some_and(|(undone, _)| undone == target.id)
                && (action.status.is_in_flight()
                    || action.status == ActionStatus::InDoubt
                    || (unseen && action.status == ActionStatus::Succeeded))
        });
        compensations.map(|action| action.id).next()
    }

    /// An approved action whose facts are being read again: neither released nor returned yet.
    pub fn awaits_release(&self, action: ActionId) -> Option<(&Held, &Escalation)> {
        let held = self.held.get(&action)?;
        let escalation = self.escalations.get(&held.question.id)?;
        escalation.approval().map(|_| (held, escalation))
    }

    /// True for what the control plane read again for this question, after it was approved.
    pub(crate) fn is_reread(&self, used: &EvidenceUse, question: EscalationId) -> bool {
        self.actions.get(&used.action).and_then(|action| action.rereads) == Some(question)
    }

    /// The call that used a proposal's key first, if that was another call.
    pub fn used_before(&self, proposal: &Proposal) -> Option<ActionId> {
        let run = self.runs.get(&proposal.run).filter(|run| run.principal == proposal.principal)?;
        let level = run.terms.tools.get(&proposal.tool).and_then(|tool| tool.level);
        let deed = crate::idempotency::deed_digest(&proposal.tool, proposal.params.digest());
        let key = crate::idempotency::key(proposal, deed, level.unwrap_or(Level::Execute))?;
        let call = crate::idempotency::call_digest(proposal, deed);
        run.keys.get(&key).filter(|(_, first)| *first != call).map(|(action, _)| *action)
    }

    /// Groups that hold the run duty of any service here.
    pub fn run_duty(&self) -> BTreeSet<crate::GroupName> {
        self.services.values().flat_map(|service| service.active.run_duty.iter().cloned()).collect()
    }
}
