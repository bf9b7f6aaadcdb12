//! Why a clause decided as it did: a closed set of codes, each with a sentence and a hint.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($( $variant:ident, $code:literal, $sentence:literal, $hint:literal; )*) => {
        /// A reason code. The text form is stable: it is stored, sent and documented.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Reason {
            $( #[doc = $sentence] $variant, )*
        }

        impl Reason {
            /// Every reason there is.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )* }
            }

            /// What it means, in one sentence.
            pub const fn sentence(self) -> &'static str {
                match self { $( Self::$variant => $sentence, )* }
            }

            /// What to do next, in one sentence.
            pub const fn hint(self) -> &'static str {
                match self { $( Self::$variant => $hint, )* }
            }
        }
    };
}

reasons! {
    WithinContract, "within_contract", "The contract allows it.", "Nothing to do.";
    Approved, "approved", "The people who were asked have approved it.", "Nothing to do.";
    ReadAgain, "read_again", "The control plane reads a fact again for an action that people approved.", "Nothing to do.";
    AskedAfter, "asked_after", "The control plane asks the tool what became of an action whose outcome nobody knows.", "Nothing to do.";
    DeclaredUndo, "declared_undo", "It is the compensation that the contract declares, ordered by an operator.", "Nothing to do.";

    PrincipalMismatch, "principal_mismatch", "The caller is not the identity that the contract names.", "Use the token of the contract's principal.";
    StartNotGranted, "start_not_granted", "The token only acts in runs that others have started, and there is none for this call.", "Name an open run of the service; whoever holds the service's full token starts it.";
    DeclarationNotGranted, "declaration_not_granted", "The token only acts in runs; what a run is about is said by whoever starts it.", "Leave workflow and request out of the call; never take them from a text.";
    RunNotGranted, "run_not_granted", "The token acts in one run, and this is another.", "Act in the run that the token was made for.";
    DelegationEnded, "delegation_ended", "The delegation that enabled this autonomy has ended.", "Ask the contract's owner to renew the delegation in a new version.";
    DelegationNotBegun, "delegation_not_begun", "The delegation that enables this autonomy has not begun.", "Wait until the date in the contract's delegation.";
    ContractRevoked, "contract_revoked", "The run keeps a contract version that was revoked.", "Start another run once another version is active.";
    ContractReplaced, "contract_replaced", "Another version was activated, and the runs of the old one were ended.", "Start another run: it begins under the new version.";
    ContractUnapproved, "contract_unapproved", "The run keeps a contract version that nobody approved, and approvals are required by now.", "Start another run once an approved version is active.";
    RunEnded, "run_ended", "The run has ended.", "Start a new run.";
    RunRollingBack, "run_rolling_back", "The run is being rolled back.", "Stop: nothing new is done in this run.";

    NotInScope, "not_in_scope", "The contract does not list this action.", "Use one of the listed actions; scope is designed, not chosen by the service.";
    NotInWorkflow, "not_in_workflow", "The action is not part of the workflow that the run is an instance of.", "Go on with the actions of the workflow; what belongs to another one needs a run of its own.";
    ForbiddenAction, "forbidden_action", "The contract forbids this action by name; the attempt is recorded as a security finding.", "Do not try again; hand the case to a person.";
    AboveAutonomy, "above_autonomy", "The action is above the autonomy that the contract grants.", "Prepare it for a person instead.";
    AboveCeiling, "above_ceiling", "An operator has lowered what this scope may do.", "Go on with what is below the ceiling, or wait for the release.";
    Stopped, "stopped", "An operator has stopped this scope.", "Stop working; wait for the release.";
    ScheduledCeiling, "scheduled_ceiling", "At this time of the week the contract's schedule lowers what the service may do.", "Go on with what is below the ceiling, or wait until the named hours are over.";
    ToolQuarantined, "tool_quarantined", "The tool has reported a cost above its ceiling, and nobody has let it go again.", "Go on without this tool; those who run the service look at the report and release the tool.";
    NeedsApproval, "needs_approval", "A person must approve it first.", "Wait for the decision, or send the same call again later to join it.";

    EvidenceMissing, "evidence_missing", "A fact that the contract requires has not been seen in this run.", "Read the named evidence through its tool first, then propose again.";
    EvidenceStale, "evidence_stale", "A fact that the contract requires is older than it may be.", "Read the named evidence again, then propose again.";
    EvidenceIncomplete, "evidence_incomplete", "A fact that the contract requires lacks a required field.", "Hand the case to a person: the source has no complete record.";
    AssertionMissing, "assertion_missing", "The service has not said with the call what the contract requires it to say.", "Send the named assertion with the call, with its source, then propose again.";
    AssertionRefused, "assertion_refused", "The service asserts what the contract does not let it assert.", "Leave the named assertion out; a fact counts only when the control plane has read it.";
    FactMoved, "fact_moved", "A fact has moved since people approved, so the approval is void.", "Wait for the new decision.";
    RuleAsksNow, "rule_asks_now", "A rule asks that did not ask when people approved, so the approval is void.", "Wait for the new decision.";
    EvidenceUnread, "evidence_unread", "A fact could not be read again after people approved, so the approval is void.", "Wait for the new decision.";
    EvidenceInsufficient, "evidence_insufficient", "Fewer independent sources were seen than the contract requires.", "Read another of the named sources, then propose again.";
    OriginUnknown, "origin_unknown", "A parameter does not come from where the contract says it may come from.", "Take the value from the request or the named records; never from a text.";
    EvidenceConflict, "evidence_conflict", "Facts or parameters that must agree do not.", "Check the parameters against the records; never guess.";

    NoPermit, "no_permit", "No policy permits it.", "Hand the case to a person.";
    PolicyForbids, "policy_forbids", "A policy forbids it.", "Hand the case to a person.";
    PolicyEscalates, "policy_escalates", "A policy wants a person to approve it.", "Wait for the decision.";
    PolicyError, "policy_error", "A policy could not be evaluated, which denies.", "Tell the contract's owner: the policy or the context is wrong.";

    ParametersInvalid, "parameters_invalid", "The parameters do not satisfy the tool's schema.", "Correct the named parameter and propose again.";
    ModelNotAllowed, "model_not_allowed", "The contract does not list this model.", "Use one of the models that the contract lists.";
    RateExceeded, "rate_exceeded", "The tool's rate is used up.", "Wait for the time that the answer gives, then propose again.";
    IdentityThrottled, "identity_throttled", "The identity calls more often than one identity may, over all its runs and services.", "Wait for the time that the answer gives, then propose again; another run of the same identity waits as well.";
    ServiceThrottled, "service_throttled", "The service calls more often than it may, over all its runs.", "Wait for the time that the answer gives, then propose again.";
    DomainThrottled, "domain_throttled", "All services of the domain together call more often than they may.", "Wait for the time that the answer gives, then propose again.";
    ConcurrencyExceeded, "concurrency_exceeded", "As many calls of this tool are under way as may be at a time.", "Wait for the time that the answer gives, then propose again.";
    BreakerOpen, "breaker_open", "The tool keeps failing, so it is left alone for a while.", "Wait for the time that the answer gives, then propose again.";
    ProbeNeeded, "probe_needed", "The tool has failed, and nothing has shown yet that it is back.", "Call the named read; once it succeeds, propose again.";
    EffectTaken, "effect_taken", "The same logical effect exists already or is under way.", "Do not try again; look at the action that holds the effect.";
    KeyReused, "key_reused", "The same call or key was used before with other bytes.", "Send it as it was sent first, or use a new key for another call.";

    SpendExhausted, "spend_exhausted", "The run's budget cannot cover the action.", "End the run and report what is left to do; what costs no more than is left could still go.";
    BudgetExhausted, "budget_exhausted", "The service or its domain has not enough money for it in this hour or day.", "Propose it again once the named hour or day has ended, or ask the contract's owner for a larger budget.";
    QuotaExhausted, "quota_exhausted", "The service or its domain has used all its calls of this hour or day.", "Propose it again once the named hour or day has ended, or ask the contract's owner for more calls.";
    TokensExhausted, "tokens_exhausted", "The run's tokens cannot cover the call.", "Send less and ask for fewer tokens, or end the run and report what is left to do.";
    CallsExhausted, "calls_exhausted", "The run has used all its calls.", "End the run and report what is left to do; another run has calls of its own.";
    ToolCallsExhausted, "tool_calls_exhausted", "The run has used all its calls of this tool.", "Go on without this tool or end the run; another run has calls of its own.";
    WallTimeExhausted, "wall_time_exhausted", "The run has taken longer than it may.", "End the run and report what is left to do; another run has time of its own.";
    LoopDetected, "loop_detected", "The run repeats the same call.", "Stop: the run was ended; begin another once the call would bring something else.";
    CycleDetected, "cycle_detected", "The run makes the same calls in turn.", "Stop: the run was ended; begin another once one of the calls would bring something else.";
    NoProgress, "no_progress", "The run's calls bring nothing new.", "Stop: the run was ended; begin another once something has changed.";
    NotWorthIt, "not_worth_it", "The run would cost more than it is worth.", "Stop: the run was ended; what is at stake would have to be more, or the rest cheaper.";
    WorthUnknown, "worth_unknown", "Nobody knows yet what is at stake in the run.", "Read the named tool first, then propose again.";

    Irreversible, "irreversible", "It cannot be undone, so a person must approve it.", "Wait for the decision.";
    BlastRadius, "blast_radius", "It would reach further than the contract or the domain allows in a while.", "Wait until the named window has moved on, or until a person has decided.";
    BlastRadiusUnknown, "blast_radius_unknown", "Nobody can tell how far it would reach, which denies.", "Give the named parameter as the rule needs it, then propose again.";
    UndoNotDeclared, "undo_not_declared", "The contract says neither how to undo it nor that it is irreversible.", "Tell the contract's owner.";

    EscalationDenied, "escalation_denied", "A person has denied it.", "Do not try again; read the reason.";
    EscalationLapsed, "escalation_lapsed", "Nobody approved it in time; silence is never consent.", "Propose it again if it is still needed.";
    EscalationVoided, "escalation_voided", "It was waiting for approval when its scope was stopped or its run ended.", "Propose it again after the release if it is still needed.";
    JournalUnavailable, "journal_unavailable", "The journal cannot be written, so nothing is allowed.", "Wait until an operator has repaired the control plane.";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why a text is not a reason code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a reason code")]
pub struct UnknownReason(String);

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, UnknownReason> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.code() == text)
            .ok_or_else(|| UnknownReason(text.to_owned()))
    }
}

#[cfg(test)]
mod tests;
