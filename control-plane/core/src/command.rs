//! What may be asked of a domain. Imperative; may be refused. Ids and time come from the shell.

use crate::{
    ActionId, AlertId, CanonicalJson, CredentialId, Declared, Digest, DomainSettings, EscalationId, Money,
    Moved, Person, PlanId, Reason, RunId, ServiceName, SwitchId, Timestamp, ToolName,
    endorsement::Endorsement,
    event::{Holder, Settlement},
    exchange::Exchange,
    handover::HandOver,
    practice::{PracticeAsked, PracticeEnd},
    proposal::{Assessment, Channel, Proposal},
    review::Review,
    rollback::{LeftOut, Selection, UndoCall},
    switch::{Scope, Switch},
    terms::Terms,
    version::{ContractProposed, KeyRegistered, Seal},
};

/// Everything that can be asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Make a contract version from a folder the active one of its service, without approval.
    ActivateContract {
        /// Its facts.
        terms: Box<Terms>,
        /// Who.
        by: String,
    },
    /// Record that a service tried what its contract forbids by name, although no run was there to decide it in.
    RecordAttempt {
        /// Which service.
        service: ServiceName,
        /// The authenticated principal.
        principal: String,
        /// What was tried.
        tool: ToolName,
        /// The face.
        channel: Channel,
        /// Why there was no decision.
        why: String,
    },
    /// Take up a version that a builder wants.
    ProposeVersion {
        /// Its facts, its folder, and the authenticated builder.
        proposed: Box<ContractProposed>,
        /// Everybody with a credential that counts.
        people: Vec<Person>,
    },
    /// Approve a version.
    ApproveVersion {
        /// Which.
        digest: Digest,
        /// The authenticated person.
        by: Person,
        /// What was shown and signed; the signature is verified already.
        seal: Box<Seal>,
    },
    /// Make an approved version the active one of its service.
    ActivateVersion {
        /// Which.
        digest: Digest,
        /// The authenticated person.
        by: Person,
        /// Also end the runs that keep another version.
        end_runs: bool,
        /// What the record says now, where the domain wants it reviewed.
        record: Option<Box<Review>>,
        /// Everybody with a credential that counts.
        people: Vec<Person>,
    },
    /// Take a version away, for good.
    RevokeVersion {
        /// Which.
        digest: Digest,
        /// The authenticated person.
        by: Person,
        /// Why.
        reason: String,
    },
    /// Take up a person's public key (only in the control domain).
    RegisterKey(KeyRegistered),
    /// Start a run of a service.
    StartRun {
        /// Identity for a new run.
        run: RunId,
        /// The caller's name; an open run of this name is joined.
        name: String,
        /// Whose run.
        service: ServiceName,
        /// The authenticated principal.
        principal: String,
        /// The face.
        channel: Channel,
        /// What the caller declares.
        declared: Declared,
    },
    /// Decide one action.
    Propose {
        /// What.
        proposal: Box<Proposal>,
        /// What the preparation found.
        assessment: Box<Assessment>,
        /// Identity for a question to people, should one be needed.
        escalation: EscalationId,
        /// In what it differs from the call that used its key first, where the shell has found one.
        reused: Option<Reuse>,
    },
    /// Note that an admitted action is handed to its tool.
    Start {
        /// Which.
        action: ActionId,
    },
    /// Note the outcome of an action.
    Settle(Box<Settle>),
    /// Send an action in doubt again: the same bytes under the same key.
    Resend {
        /// Which.
        action: ActionId,
    },
    /// Ask the tool what became of an action in doubt.
    AskAbout(Box<AskAbout>),
    /// Note what the tool said of it.
    Learn(Box<Learn>),
    /// Say what became of an action in doubt.
    Resolve(Box<Resolve>),
    /// Answer an escalation.
    Decide(Box<Answer>),
    /// Hand an escalation to somebody.
    HandOver(Box<HandOver>),
    /// Say that one looks at an alert.
    Acknowledge(Box<Acknowledge>),
    /// Read one fact of an approved action again.
    ReadAgain(Box<ReadAgain>),
    /// Let an approved action go, or return it to people.
    Release(Box<Release>),
    /// Let escalations lapse whose deadline has passed, and put in doubt what its caller has not reported in time.
    Lapse,
    /// Set a ceiling.
    SetSwitch {
        /// The ceiling; its `by` is the person's name.
        switch: Switch,
        /// The authenticated person.
        by: Person,
    },
    /// Say why switches are set, when they are looked at again, or who looks after them.
    ExplainSwitch(Box<Explain>),
    /// Lift a ceiling; where that takes two people, ask for it or complete it.
    ReleaseSwitch {
        /// By id or by scope.
        target: SwitchTarget,
        /// The authenticated person.
        by: Person,
        /// Why.
        reason: String,
    },
    /// End a run.
    EndRun {
        /// Which.
        run: RunId,
        /// Set when the control plane stops it.
        reason: Option<Reason>,
        /// In words.
        note: String,
    },
    /// Plan the undoing of a run, of single actions, or of what a service or a domain did in some time.
    PlanRollback {
        /// Identity of the plan.
        plan: PlanId,
        /// Of what.
        asked: Box<Asked>,
        /// The authenticated person.
        by: Person,
    },
    /// Start exactly that plan.
    StartRollback {
        /// Which.
        plan: PlanId,
        /// The digest that was shown.
        digest: Digest,
        /// The authenticated person.
        by: Person,
        /// Why.
        reason: String,
    },
    /// Take a step of a started plan: do what is due about it now.
    Compensate {
        /// Which plan.
        plan: PlanId,
        /// The action to be undone.
        target: ActionId,
        /// Identity for the compensation, or for the read that shows whether it has worked.
        action: ActionId,
    },
    /// Close the runs of a plan whose steps have all ended.
    CloseRollback {
        /// Which.
        plan: PlanId,
    },
    /// Let what is under way end and begin no further step.
    PauseRollback {
        /// Which.
        plan: PlanId,
        /// The authenticated person.
        by: Person,
        /// Why.
        reason: String,
    },
    /// Let a rollback go on, and try again what was parked and may fare better.
    ResumeRollback {
        /// Which.
        plan: PlanId,
        /// The authenticated person.
        by: Person,
        /// Why.
        reason: String,
    },
    /// Go on without a step.
    SkipStep {
        /// Of which plan.
        plan: PlanId,
        /// The effect.
        target: ActionId,
        /// The authenticated person.
        by: Person,
        /// Why.
        reason: String,
    },
    /// After a restart: what was in flight is in doubt.
    Recover,
    /// From now on only approved versions decide here; open runs of others end.
    RequireApprovals {
        /// Who wants it.
        by: String,
    },
    /// Take up what the domain's file says.
    ConfigureDomain {
        /// What it says.
        settings: DomainSettings,
        /// Who has read it.
        by: String,
    },
    /// Note that a practice question is put to people (only in the control domain).
    AskPractice(Box<PracticeAsked>),
    /// Note what came of one.
    ClosePractice {
        /// Which.
        question: EscalationId,
        /// What came of it.
        end: PracticeEnd,
    },
    /// Note a new credential.
    IssueCredential {
        /// Its identity.
        credential: CredentialId,
        /// Whose.
        holder: Holder,
        /// SHA-256 of the secret.
        hash: Digest,
        /// Who made it.
        by: String,
    },
    /// Revoke a credential.
    RevokeCredential {
        /// Which.
        credential: CredentialId,
        /// Who.
        by: String,
    },
}

/// In what a call differs from the one that used its key first. Words for the caller: that the key was used, and by
/// what, the state knows itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reuse {
    /// The first call.
    pub by: ActionId,
    /// The difference, in words.
    pub differs: String,
}

/// What a plan is asked to be about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// The choice.
    pub selection: Selection,
    /// The actions that it chooses; those of a whole run are known here.
    pub targets: Vec<ActionId>,
    /// Runs that it meets and that are not here any more.
    pub left_out: Vec<LeftOut>,
}

impl From<Selection> for Asked {
    fn from(selection: Selection) -> Self {
        Self { selection, targets: Vec::new(), left_out: Vec::new() }
    }
}

/// An outcome as the executor or the caller reports it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settle {
    /// Which action.
    pub action: ActionId,
    /// What became of it.
    pub settlement: Settlement,
    /// What it cost.
    pub cost: Money,
    /// Evidence items that the result is.
    pub evidence: Vec<crate::ItemName>,
    /// How it would be undone.
    pub undo: Option<UndoCall>,
    /// What was seen of the call; nothing, where its caller carried it out.
    pub exchange: Exchange,
    /// How many tokens of a model it used.
    pub tokens: u64,
}

/// A read that tells what became of an action in doubt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AskAbout {
    /// The action in doubt.
    pub target: ActionId,
    /// The read that the contract names for it.
    pub tool: ToolName,
    /// Its parameters.
    pub params: CanonicalJson,
    /// Identity for the read.
    pub action: ActionId,
}

/// What such a read has brought.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Learn {
    /// The read.
    pub by: ActionId,
    /// What became of the action that it asked about.
    pub settle: Settle,
}

/// What a person says became of an action in doubt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resolve {
    /// Which.
    pub action: ActionId,
    /// The authenticated person.
    pub by: Person,
    /// Whether it happened.
    pub happened: bool,
    /// How the person knows.
    pub reason: String,
    /// What the tool answered, where the person knows it.
    pub result: Option<CanonicalJson>,
    /// How it would be undone, by that result.
    pub undo: Option<UndoCall>,
}

/// A person's answer to an escalation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The question.
    pub escalation: EscalationId,
    /// The authenticated person.
    pub by: Person,
    /// Yes or no.
    pub approve: bool,
    /// Why.
    pub reason: String,
    /// The digest that was shown.
    pub digest: Digest,
    /// The person's signature, verified by whoever brings it.
    pub endorsed: Option<Box<Endorsement>>,
    /// Whether the person knows that parts of it could not be shown.
    pub opaque: bool,
}

/// A read that the control plane makes on behalf of an approved action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadAgain {
    /// The approved action.
    pub held: ActionId,
    /// The read whose result it rests on.
    pub source: ActionId,
    /// That read's parameters.
    pub params: CanonicalJson,
    /// Identity for the new read.
    pub action: ActionId,
}

/// What the second look at an approved action has brought.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Release {
    /// The approved action.
    pub action: ActionId,
    /// What was seen.
    pub look: Look,
    /// Identity for a new question, should one be needed.
    pub escalation: EscalationId,
}

/// The facts of an approved action, read again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Look {
    /// All of them were read.
    Read {
        /// What the preparation finds now.
        assessment: Box<Assessment>,
        /// What differs, for people. Whether a fact moved is decided by the digests in the assessment.
        moved: Vec<Moved>,
    },
    /// One could not be read.
    Unread {
        /// Which and why, in words.
        why: String,
    },
}

/// What a person says about switches that are set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explain {
    /// By id or by scope.
    pub target: SwitchTarget,
    /// The authenticated person.
    pub by: Person,
    /// Why they are set.
    pub reason: String,
    /// When they are looked at again; as it was where that is `None`.
    pub review_at: Option<Timestamp>,
    /// Who looks after them from now on; as it was where that is `None`.
    pub owner: Option<String>,
}

/// Which switch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SwitchTarget {
    /// This one.
    Id(SwitchId),
    /// Every one whose scope is exactly this.
    Scope(Scope),
}

/// A person says that they look at an alert.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Acknowledge {
    /// Which: of this condition, since this moment.
    pub alert: AlertId,
    /// The authenticated person.
    pub by: Person,
    /// What they do about it.
    pub reason: String,
}
