//! Everything that can happen to the console, and everything it can ask for in return.

use remit_proto::v1::{
    ActionDetail, Alert, Attention, ContractVersion, CostNode, DecideResponse, DecisionUpdate, Escalation,
    ExplainSwitchResponse, GetBlastResponse, InFlight, Level, ListAuditResponse, ListRunsResponse, Parked,
    ReleasePreview, ReleaseSwitchResponse, ResolveResponse, Rollback, RollbackPlan, RollbackProgress,
    RunDetail, SetSwitchResponse, StateSnapshot, WhoAmIResponse,
};

use remit_filter::Saved;

use super::batch::Batch;
use super::hit::HitMap;
use super::keys::Press;
use super::state::{facts, link::Stream};
use crate::versions::Compared;

/// One input of the reducer.
#[derive(Clone, Debug)]
pub enum Event {
    /// A key.
    Key(Press),
    /// Text pasted by the terminal.
    Paste(String),
    /// The mouse, where somebody wants it.
    Mouse(Mouse),
    /// Whether this window has the focus.
    Looked(bool),
    /// An effect that stays on this machine has done something, in words.
    Told(String),
    /// The terminal has another size: nothing painted counts any more.
    Resized,
    /// This frame is now on the terminal.
    Painted(HitMap),
    /// Time passed.
    Tick,
    /// Who the server says we are.
    Who(WhoAmIResponse),
    /// The latest picture.
    Picture(StateSnapshot),
    /// Something that a person must see.
    Decision(Box<DecisionUpdate>),
    /// Journal records.
    Trace(Batch),
    /// A new trace subscription begins; its backlog follows.
    TraceRestarted,
    /// A stream works again.
    Up(Stream),
    /// A stream broke; it is tried again after `retry_ms`.
    Down {
        /// Which one.
        stream: Stream,
        /// What the connection said.
        reason: String,
        /// How many times in a row.
        attempt: u32,
        /// Time until the next try.
        retry_ms: u64,
    },
    /// What a page asked for.
    Fetched(Fetched),
    /// A page's question was refused.
    FetchFailed {
        /// The question.
        fetch: Fetch,
        /// The server's sentence.
        sentence: String,
    },
    /// Something was heard of command `id`.
    Answered {
        /// The console's number of the command.
        id: u64,
        /// What was heard.
        answer: Answer,
    },
    /// An action that was in flight at command `id` has come to its end.
    Ended {
        /// The console's number of the command.
        id: u64,
        /// It, with its end.
        row: Box<InFlight>,
    },
    /// Filters could not be kept.
    FiltersLost {
        /// What the system said.
        why: String,
    },
    /// What was in flight at command `id` is not followed for now.
    Unfollowed {
        /// The console's number of the command.
        id: u64,
        /// What the connection said.
        why: String,
    },
    /// The operating system asks the console to end.
    Terminate,
}

/// What of a screen is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The row under the cursor.
    Row,
    /// All of the page, also what does not fit.
    Page,
}

/// What a mouse does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    /// Its left button went down there.
    Click {
        /// From the left, from 0.
        column: u16,
        /// From the top, from 0.
        row: u16,
    },
    /// Its wheel turned by one.
    Wheel {
        /// Towards the end.
        down: bool,
    },
}

/// A question that changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fetch {
    /// The runs of a service.
    Runs(String),
    /// A run with its actions and timeline.
    Run(String),
    /// An action with findings and evidence.
    Action(String),
    /// A rollback, step by step.
    Rollback(String),
    /// What people have to take over.
    Parked,
    /// The contract versions of all services.
    Versions,
    /// One of them beside the active one. By its digest, a beginning of it, or `SERVICE@VERSION`.
    Version(String),
    /// The budgets of domains, services and open runs.
    Cost,
    /// What a service has touched in a day.
    Blast(String),
    /// Who did what to the control plane, as far as this filter lets it through.
    Audit(String),
    /// How this operator has decided lately.
    Attention,
    /// Says that this operator reads an escalation; hinders nobody, and ends by itself.
    Claim(String),
    /// What goes again once the switch with this id is lifted.
    Preview(String),
}

/// The answer to a [`Fetch`].
#[derive(Clone, Debug)]
pub enum Fetched {
    /// The runs of the named service.
    Runs(String, ListRunsResponse),
    /// A run.
    Run(Box<RunDetail>),
    /// An action.
    Action(Box<ActionDetail>),
    /// A rollback.
    Rollback(Box<Rollback>),
    /// What people have to take over.
    Parked(Vec<Parked>),
    /// The contract versions of all services, newest first within a service.
    Versions(Vec<ContractVersion>),
    /// A version beside the active one.
    Version(Box<Compared>),
    /// Budgets.
    Cost(Vec<CostNode>),
    /// What a service has touched.
    Blast(Box<GetBlastResponse>),
    /// Who did what, newest first, and the filter that let it through.
    Audit(String, ListAuditResponse),
    /// How this operator has decided lately.
    Attention(Attention),
    /// Who reads an escalation; the picture has it, too.
    Claimed,
    /// What goes again once the switch named first is lifted.
    Preview(String, ReleasePreview),
}

impl Fetched {
    /// Whether this answers the question.
    #[must_use]
    pub fn answers(&self, fetch: &Fetch) -> bool {
        let is_about_it = match (self, fetch) {
            (Self::Action(found), Fetch::Action(id)) => facts::is_of(found, id),
            (Self::Run(found), Fetch::Run(id)) => found.run.as_ref().is_some_and(|run| run.id.ends_with(id)),
            (Self::Runs(found, _), Fetch::Runs(name)) => found == name,
            (_, _) => true,
        };
        is_about_it && self.is_like(fetch)
    }

    /// Whether this answers a question of the same kind, if perhaps about something else.
    #[must_use]
    pub fn is_like(&self, fetch: &Fetch) -> bool {
        matches!(
            (self, fetch),
            (Self::Runs(..), Fetch::Runs(_))
                | (Self::Run(_), Fetch::Run(_))
                | (Self::Action(_), Fetch::Action(_))
                | (Self::Rollback(_), Fetch::Rollback(_))
                | (Self::Parked(_), Fetch::Parked)
                | (Self::Versions(_), Fetch::Versions)
                | (Self::Version(_), Fetch::Version(_))
                | (Self::Cost(_), Fetch::Cost)
                | (Self::Blast(_), Fetch::Blast(_))
                | (Self::Audit(..), Fetch::Audit(_))
                | (Self::Attention(_), Fetch::Attention)
                | (Self::Claimed, Fetch::Claim(_))
                | (Self::Preview(..), Fetch::Preview(_))
        )
    }
}

/// A request that changes something, or freezes a plan to change something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Answers an escalation.
    Decide {
        /// Which one.
        escalation: String,
        /// The digest that was shown.
        digest: String,
        /// Yes or no.
        approve: bool,
        /// Why.
        reason: String,
        /// Digest of the display document as it was drawn; empty for a denial.
        shown: String,
        /// Whether the operator knows that parts of it could not be shown.
        not_inspectable: bool,
        /// Who answers, and with which key where one is registered.
        who: Box<WhoAmIResponse>,
    },
    /// Hands an escalation to somebody.
    HandOver {
        /// Which one.
        escalation: String,
        /// Their name.
        to: String,
        /// What they should know; may be empty.
        note: String,
    },
    /// Says that one looks at an alert.
    Acknowledge {
        /// Which one: of this condition, since this moment.
        alert: String,
        /// What one does about it.
        reason: String,
    },
    /// Sets a ceiling.
    SetSwitch {
        /// `all`, `domain:D`, `service:S`, `tool:S/T`, `run:R`.
        scope: String,
        /// What remains allowed.
        ceiling: Level,
        /// Why; empty where that is said later.
        reason: String,
        /// Cut off what is in flight, too.
        cancel: bool,
    },
    /// Says why a switch is set.
    Explain {
        /// The switch's id.
        target: String,
        /// Why.
        reason: String,
        /// When it is looked at again, from now; 0 leaves that as it is.
        review_ms: u64,
    },
    /// Lifts a switch.
    Release {
        /// The switch's id.
        target: String,
        /// Why.
        reason: String,
    },
    /// Asks what undoing a run would do, or what a scope did since a moment.
    PlanRollback {
        /// `run:R`, `service:S`, `tool:S/T`, `domain:D`.
        of: String,
        /// Since then, in milliseconds of wall time; of a run, all of it.
        since_ms: Option<i64>,
    },
    /// Undoes exactly a plan that was shown.
    StartRollback {
        /// Which plan.
        plan: String,
        /// The digest that was shown.
        digest: String,
        /// Why.
        reason: String,
    },
    /// Says what became of an action in doubt.
    Resolve {
        /// Which one.
        action: String,
        /// That it happened, or that it did not.
        happened: bool,
        /// How the operator knows.
        reason: String,
        /// What the tool answered, as JSON; empty where nobody says.
        result_json: String,
    },
}

/// What was heard of a command.
#[derive(Clone, Debug)]
pub enum Answer {
    /// An escalation was answered.
    Decided(Box<DecideResponse>),
    /// An escalation was handed to somebody.
    HandedOver(Box<Escalation>),
    /// Everybody sees who looks at an alert.
    Acknowledged(Box<Alert>),
    /// A ceiling is in force.
    Set(SetSwitchResponse),
    /// A switch has its reason.
    Explained(ExplainSwitchResponse),
    /// A switch was lifted, or waits for a second person.
    Released(ReleaseSwitchResponse),
    /// A plan was frozen.
    Planned(Box<RollbackPlan>),
    /// A step of a rollback, or its end.
    Step(Box<RollbackProgress>),
    /// What was said of an action in doubt is kept.
    Resolved(Box<ResolveResponse>),
    /// The server said no, in one sentence.
    Refused(String),
    /// The answer was lost: it may or may not have happened.
    Unknown(String),
}

/// One output of the reducer; run by tasks that send events back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send a command on its own connection.
    Send {
        /// The console's number for it.
        id: u64,
        /// Makes a repeated request harmless.
        idempotency_id: String,
        /// What to ask.
        command: Command,
    },
    /// Ask a question for a page.
    Fetch(Fetch),
    /// Tell of each of these actions when it has ended.
    Follow {
        /// The console's number of the command that found them in flight.
        id: u64,
        /// Their ids.
        actions: Vec<String>,
    },
    /// Subscribe to the trace anew.
    WatchTrace {
        /// Only records that this lets through.
        filter: String,
    },
    /// Put a text on the clipboard.
    Copy {
        /// What it is, in words.
        what: String,
        /// The text, with everything hidden in it revealed.
        text: String,
    },
    /// Put what is shown on the clipboard, as text.
    CopyShown(Part),
    /// Write what is on the screen into a new file.
    Dump {
        /// Which; one in the state folder where nobody says.
        path: Option<String>,
        /// Its name there.
        fallback: String,
    },
    /// Write a text into a new file.
    Keep {
        /// Which; one in the state folder where nobody says.
        path: Option<String>,
        /// Its name there.
        fallback: String,
        /// What it is, in words.
        what: String,
        /// All of it.
        text: String,
    },
    /// Tell of something outside of the screen.
    Attract {
        /// Fixed words and numbers.
        words: String,
    },
    /// Go to the control plane of another context; without a name, say which there are.
    Switch {
        /// Its name.
        name: Option<String>,
    },
    /// Keep these filters for the next time.
    KeepFilters(Saved),
    /// Connect again without waiting.
    Retry,
    /// Give the terminal back and stop until the shell lets this process go on.
    Suspend,
    /// Leave.
    Quit,
}
