//! What an event is about: its stored kind, its run, its action.

use super::Event;
use crate::{ActionId, RunId};

impl Event {
    /// The kinds as they are stored.
    pub const KINDS: [&'static str; 39] = [
        "contract_activated",
        "contract_proposed",
        "contract_approved",
        "approvals_required",
        "domain_configured",
        "contract_revoked",
        "key_registered",
        "run_started",
        "forbidden_attempted",
        "action_decided",
        "action_started",
        "action_settled",
        "action_resent",
        "doubt_stated",
        "escalation_voted",
        "escalation_handed_over",
        "escalation_closed",
        "action_released",
        "action_returned",
        "switch_set",
        "switch_explained",
        "release_requested",
        "switch_released",
        "tripwire_tripped",
        "alert_acknowledged",
        "run_ended",
        "rollback_planned",
        "rollback_started",
        "rollback_closed",
        "rollback_paused",
        "rollback_resumed",
        "rollback_reopened",
        "step_parked",
        "step_skipped",
        "undo_verified",
        "practice_asked",
        "practice_closed",
        "credential_issued",
        "credential_revoked",
    ];

    /// The kind as it is stored.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ContractActivated { .. } => "contract_activated",
            Self::ContractProposed(_) => "contract_proposed",
            Self::ContractApproved(_) => "contract_approved",
            Self::ApprovalsRequired { .. } => "approvals_required",
            Self::DomainConfigured { .. } => "domain_configured",
            Self::ContractRevoked(_) => "contract_revoked",
            Self::KeyRegistered(_) => "key_registered",
            Self::RunStarted { .. } => "run_started",
            Self::ForbiddenAttempted { .. } => "forbidden_attempted",
            Self::ActionDecided(_) => "action_decided",
            Self::ActionStarted { .. } => "action_started",
            Self::ActionSettled(_) => "action_settled",
            Self::ActionResent { .. } => "action_resent",
            Self::DoubtStated(_) => "doubt_stated",
            Self::EscalationVoted { .. } => "escalation_voted",
            Self::EscalationHandedOver(_) => "escalation_handed_over",
            Self::EscalationClosed { .. } => "escalation_closed",
            Self::ActionReleased { .. } => "action_released",
            Self::ActionReturned(_) => "action_returned",
            Self::SwitchSet(_) => "switch_set",
            Self::SwitchExplained { .. } => "switch_explained",
            Self::ReleaseRequested { .. } => "release_requested",
            Self::SwitchReleased { .. } => "switch_released",
            Self::TripwireTripped(_) => "tripwire_tripped",
            Self::AlertAcknowledged(_) => "alert_acknowledged",
            Self::RunEnded { .. } => "run_ended",
            Self::RollbackPlanned { .. } => "rollback_planned",
            Self::RollbackStarted { .. } => "rollback_started",
            Self::RollbackClosed { .. } => "rollback_closed",
            Self::RollbackPaused { .. } => "rollback_paused",
            Self::RollbackResumed { .. } => "rollback_resumed",
            Self::RollbackReopened { .. } => "rollback_reopened",
            Self::StepParked(_) => "step_parked",
            Self::StepSkipped { .. } => "step_skipped",
            Self::UndoVerified(_) => "undo_verified",
            Self::PracticeAsked(_) => "practice_asked",
            Self::PracticeClosed(_) => "practice_closed",
            Self::CredentialIssued { .. } => "credential_issued",
            Self::CredentialRevoked { .. } => "credential_revoked",
        }
    }

    /// The run that it belongs to.
    pub fn run(&self) -> Option<RunId> {
        match self {
            Self::RunStarted { run, .. }
            | Self::ActionStarted { run, .. }
            | Self::ActionResent { run, .. }
            | Self::EscalationVoted { run, .. }
            | Self::EscalationClosed { run, .. }
            | Self::ActionReleased { run, .. }
            | Self::RunEnded { run, .. }
            | Self::RollbackStarted { run, .. }
            | Self::RollbackReopened { run, .. }
            | Self::StepSkipped { run, .. }
            | Self::RollbackClosed { run, .. } => Some(*run),
            Self::EscalationHandedOver(handed) => Some(handed.run),
            Self::StepParked(parked) => Some(parked.run),
            Self::UndoVerified(verified) => Some(verified.run),
            Self::ActionDecided(decided) => Some(decided.proposal.run),
            Self::ActionSettled(settled) => Some(settled.run),
            Self::DoubtStated(stated) => Some(stated.run),
            Self::ActionReturned(returned) => Some(returned.held.proposal.run),
            Self::RollbackPlanned { plan, .. } => plan.run,
            Self::ContractActivated { .. }
            | Self::ContractProposed(_)
            | Self::ContractApproved(_)
            | Self::ApprovalsRequired { .. }
            | Self::DomainConfigured { .. }
            | Self::ContractRevoked(_)
            | Self::KeyRegistered(_)
            | Self::ForbiddenAttempted { .. }
            | Self::SwitchSet(_)
            | Self::SwitchExplained { .. }
            | Self::ReleaseRequested { .. }
            | Self::SwitchReleased { .. }
            | Self::TripwireTripped(_)
            | Self::AlertAcknowledged(_)
            | Self::RollbackPaused { .. }
            | Self::RollbackResumed { .. }
            | Self::PracticeAsked(_)
            | Self::PracticeClosed(_)
            | Self::CredentialIssued { .. }
            | Self::CredentialRevoked { .. } => None,
        }
    }

    /// The action that it is about.
    pub fn action(&self) -> Option<ActionId> {
        match self {
            Self::ActionDecided(decided) => Some(decided.proposal.action),
            Self::ActionSettled(settled) => Some(settled.action),
            Self::DoubtStated(stated) => Some(stated.action),
            Self::ActionReturned(returned) => Some(returned.held.proposal.action),
            Self::ActionStarted { action, .. }
            | Self::ActionResent { action, .. }
            | Self::EscalationVoted { action, .. }
            | Self::EscalationClosed { action, .. }
            | Self::ActionReleased { action, .. }
            | Self::StepSkipped { target: action, .. }
            | Self::RollbackReopened { target: action, .. } => Some(*action),
            Self::EscalationHandedOver(handed) => Some(handed.action),
            Self::StepParked(parked) => Some(parked.target),
            Self::UndoVerified(verified) => Some(verified.target),
            Self::ContractActivated { .. }
            | Self::ContractProposed(_)
            | Self::ContractApproved(_)
            | Self::ApprovalsRequired { .. }
            | Self::DomainConfigured { .. }
            | Self::ContractRevoked(_)
            | Self::KeyRegistered(_)
            | Self::RunStarted { .. }
            | Self::ForbiddenAttempted { .. }
            | Self::SwitchSet(_)
            | Self::SwitchExplained { .. }
            | Self::ReleaseRequested { .. }
            | Self::SwitchReleased { .. }
            | Self::TripwireTripped(_)
            | Self::AlertAcknowledged(_)
            | Self::RunEnded { .. }
            | Self::RollbackPlanned { .. }
            | Self::RollbackStarted { .. }
            | Self::RollbackClosed { .. }
            | Self::RollbackPaused { .. }
            | Self::RollbackResumed { .. }
            | Self::PracticeAsked(_)
            | Self::PracticeClosed(_)
            | Self::CredentialIssued { .. }
            | Self::CredentialRevoked { .. } => None,
        }
    }
}
