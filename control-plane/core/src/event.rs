//! What has happened: the one stored vocabulary. Past tense, never refused, never edited.

use serde::{Deserialize, Serialize};

use crate::{
    ActionId, CanonicalJson, CredentialId, Declared, Digest, DomainSettings, EscalationId, EvidenceUse,
    GroupName, ItemName, Money, Moved, Person, PlanId, Reach, Reason, RunId, ServiceName, SwitchId,
    Timestamp, ToolName, Tripped,
    alert::AlertAcknowledged,
    decision::Decision,
    doubt::{DoubtStated, Resolution},
    escalation::{EscalationStatus, Question, Vote},
    exchange::Exchange,
    handover::HandedOver,
    practice::{PracticeAsked, PracticeClosed},
    proposal::{Assessment, Channel, Proposal},
    returned::ActionReturned,
    rollback::{Plan, StepParked, UndoCall, UndoVerified},
    switch::Switch,
    terms::Terms,
    version::{ContractApproved, ContractProposed, ContractRevoked, KeyRegistered},
};

mod about;

/// Everything that can have happened in a domain.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A contract version decides from now on.
    ContractActivated {
        /// Its facts.
        terms: Box<Terms>,
        /// Who activated it.
        by: String,
    },
    /// A builder wants a version.
    ContractProposed(Box<ContractProposed>),
    /// Another person has approved it.
    ContractApproved(Box<ContractApproved>),
    /// From now on, and for good, only versions decide in this domain that people approved.
    ApprovalsRequired {
        /// Who wanted it: the control plane, as it was started.
        by: String,
    },
    /// It counts no more.
    ContractRevoked(Box<ContractRevoked>),
    /// The domain's file was read, and says something new.
    DomainConfigured {
        /// What it says.
        settings: DomainSettings,
        /// Who read it: the control plane, as it was started.
        by: String,
    },
    /// A person's public key is known.
    KeyRegistered(Box<KeyRegistered>),
    /// A run began under the service's active version.
    RunStarted {
        /// Its identity.
        run: RunId,
        /// The caller's name for it.
        name: String,
        /// Whose run.
        service: ServiceName,
        /// The version it keeps.
        contract: Digest,
        /// The authenticated principal.
        principal: String,
        /// The face.
        channel: Channel,
        /// What the caller declared.
        #[serde(default, skip_serializing_if = "Declared::is_empty")]
        declared: Declared,
    },
    /// A service tried what its contract forbids by name, where no run was there to be decided in.
    ForbiddenAttempted {
        /// Which service.
        service: ServiceName,
        /// The version that forbids it.
        contract: Digest,
        /// The authenticated principal.
        principal: String,
        /// What was tried.
        tool: ToolName,
        /// The face.
        channel: Channel,
        /// Why there was no decision.
        why: String,
    },
    /// An action was proposed and decided: one fact, one commit.
    ActionDecided(Box<ActionDecided>),
    /// An admitted action was handed to its tool.
    ActionStarted {
        /// Which.
        action: ActionId,
        /// Of which run.
        run: RunId,
    },
    /// An action's outcome became known, or is known to be unknown.
    ActionSettled(Box<ActionSettled>),
    /// An action in doubt was handed to its tool again: the same bytes under the same key.
    ActionResent {
        /// Which.
        action: ActionId,
        /// Of which run.
        run: RunId,
        /// The how-manieth time: 1 is the first again.
        attempt: u32,
    },
    /// A person has said what became of an action in doubt.
    DoubtStated(Box<DoubtStated>),
    /// A person answered.
    EscalationVoted {
        /// The question.
        escalation: EscalationId,
        /// The held action.
        action: ActionId,
        /// Of which run.
        run: RunId,
        /// The answer.
        vote: Vote,
    },
    /// A person handed a question to another.
    EscalationHandedOver(Box<HandedOver>),
    /// A question came to its end.
    EscalationClosed {
        /// The question.
        escalation: EscalationId,
        /// The held action.
        action: ActionId,
        /// Of which run.
        run: RunId,
        /// Approved, denied, lapsed or voided.
        status: EscalationStatus,
        /// Why, in words.
        note: String,
    },
    /// An approved action was decided again, as things stood then.
    ActionReleased {
        /// Which.
        action: ActionId,
        /// Of which run.
        run: RunId,
        /// Admit, or the reason why not any more.
        decision: Box<Decision>,
        /// The facts that it was decided on: those that were read again, where any were.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<EvidenceUse>,
        /// What had moved; not empty only where the facts as they are deny it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        moved: Vec<Moved>,
    },
    /// An approval was voided, since a fact had moved or could not be read again: people are asked anew.
    ActionReturned(Box<ActionReturned>),
    /// A ceiling was set.
    SwitchSet(Switch),
    /// A person said why a switch is set, when it is looked at again, or who looks after it.
    SwitchExplained {
        /// Which.
        switch: SwitchId,
        /// Who said so.
        by: String,
        /// Why it is set.
        reason: String,
        /// When it is looked at again, where that was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review_at: Option<Timestamp>,
        /// Who looks after it from now on, where that was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
    },
    /// One of the two people whom it takes wants a ceiling lifted.
    ReleaseRequested {
        /// Which.
        switch: SwitchId,
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// Until when a second person may complete it.
        until: Timestamp,
    },
    /// A ceiling was lifted.
    SwitchReleased {
        /// Which.
        switch: SwitchId,
        /// By whom.
        by: String,
        /// Why.
        reason: String,
        /// Who had asked for it, where it took two people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        requested_by: Option<String>,
    },
    /// A tripwire has tripped; the ceiling that it sets is the next event.
    TripwireTripped(Box<Tripped>),
    /// A person looks at an alert.
    AlertAcknowledged(Box<AlertAcknowledged>),
    /// A run ended.
    RunEnded {
        /// Which.
        run: RunId,
        /// True when the control plane stopped it.
        stopped: bool,
        /// Why it was stopped.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// In words.
        note: String,
    },
    /// A rollback plan was made and frozen.
    RollbackPlanned {
        /// The plan.
        plan: Box<Plan>,
        /// For whom.
        by: String,
    },
    /// A person started a plan.
    RollbackStarted {
        /// Which.
        plan: PlanId,
        /// The run that it undoes.
        run: RunId,
        /// Who.
        by: Person,
        /// Why.
        reason: String,
    },
    /// A rollback came to its end.
    RollbackClosed {
        /// Which.
        plan: PlanId,
        /// The run.
        run: RunId,
        /// Effects that were compensated.
        undone: u32,
        /// Effects that a person must take over.
        parked: u32,
        /// Effects that a person took out of the plan.
        #[serde(default, skip_serializing_if = "is_none_of_them")]
        skipped: u32,
    },
    /// A person paused a rollback: what is under way ends, nothing else begins.
    RollbackPaused {
        /// Which.
        plan: PlanId,
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// A person let a rollback go on; what was parked and may fare better is tried again.
    RollbackResumed {
        /// Which.
        plan: PlanId,
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// A person has to take a step over.
    StepParked(Box<StepParked>),
    /// A person took a step out of a rollback.
    StepSkipped {
        /// Of which plan.
        plan: PlanId,
        /// Of which run.
        run: RunId,
        /// The effect.
        target: ActionId,
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// The tool was asked whether an effect that was called back is gone.
    UndoVerified(Box<UndoVerified>),
    /// An effect turned out to exist after its run was closed: it is undone too.
    RollbackReopened {
        /// Which plan.
        plan: PlanId,
        /// Which run.
        run: RunId,
        /// The effect.
        target: ActionId,
        /// In words.
        note: String,
    },
    /// People are put a question with a known answer. Nobody is told before it has ended.
    PracticeAsked(Box<PracticeAsked>),
    /// It has ended: answered, lapsed or taken away.
    PracticeClosed(Box<PracticeClosed>),
    /// A credential was made; only its hash is known.
    CredentialIssued {
        /// Its identity.
        credential: CredentialId,
        /// Whose.
        holder: Holder,
        /// SHA-256 of the secret.
        hash: Digest,
        /// Who made it.
        by: String,
    },
    /// A credential counts no more.
    CredentialRevoked {
        /// Which.
        credential: CredentialId,
        /// Who revoked it.
        by: String,
    },
}

/// A proposal with everything that its decision depended on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionDecided {
    /// What was proposed.
    pub proposal: Proposal,
    /// What the preparation found.
    pub assessment: Assessment,
    /// The decision.
    pub decision: Decision,
    /// Reserved for the action itself.
    #[serde(default, skip_serializing_if = "Money::is_zero")]
    pub hold: Money,
    /// Reserved for undoing it.
    #[serde(default, skip_serializing_if = "Money::is_zero")]
    pub undo_hold: Money,
    /// The question to people, when it is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    /// For a compensation: what it undoes, and under which plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<(ActionId, PlanId)>,
    /// For a read that the control plane makes itself: the approved question whose facts it reads again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rereads: Option<EscalationId>,
    /// For a read that the control plane makes itself: the action in doubt that it asks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks_about: Option<ActionId>,
    /// For a read that the control plane makes itself: the effect whose undoing it looks at, and under which plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifies: Option<(ActionId, PlanId)>,
}

/// An outcome.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionSettled {
    /// Which action.
    pub action: ActionId,
    /// Of which run.
    pub run: RunId,
    /// What became of it.
    pub settlement: Settlement,
    /// What it cost, as reported: charged in full, also beyond what was reserved.
    #[serde(default, skip_serializing_if = "Money::is_zero")]
    pub cost: Money,
    /// Evidence items that the result is, for this run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<ItemName>,
    /// How it would be undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<UndoCall>,
    /// What was seen of the call, where that was not all well.
    #[serde(default, skip_serializing_if = "Exchange::is_plain")]
    pub exchange: Exchange,
    /// When it was in doubt: how it became known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Resolution>,
    /// How many tokens of a model it used, those that went in and those that came out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tokens: u64,
}

/// What became of an action.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Settlement {
    /// The tool did it and answered.
    Succeeded {
        /// The answer.
        result: CanonicalJson,
    },
    /// Nothing happened: no byte left us, the tool refused, or it was a read.
    Failed {
        /// In words.
        note: String,
    },
    /// Nobody knows whether it happened.
    InDoubt {
        /// In words.
        note: String,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_none_of_them(number: &u32) -> bool {
    *number == 0
}

/// Who holds a credential.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Holder {
    /// A service's principal.
    Service {
        /// Its name.
        name: ServiceName,
        /// What the credential opens.
        #[serde(default, skip_serializing_if = "Reach::starts")]
        reach: Reach,
    },
    /// A person.
    Operator {
        /// Name and groups.
        person: Person,
    },
}

impl ActionDecided {
    /// True for what the control plane does for people and by itself: undoing and looking whether that has worked,
    /// reading facts again, and asking what became of an action.
    pub const fn is_for_people(&self) -> bool {
        self.undoes.is_some()
            || self.verifies.is_some()
            || self.rereads.is_some()
            || self.asks_about.is_some()
    }
}

/// The time of an event stands beside it, in the journal's record.
pub type Dated = (Timestamp, Event);

/// Groups of a credential, for messages.
pub fn group_list(groups: &std::collections::BTreeSet<GroupName>) -> String {
    groups.iter().map(GroupName::as_str).collect::<Vec<_>>().join(", ")
}
