//! What the fold does to questions: asked, answered, closed.

use crate::{
    ActionId, EscalationId, Money, Reason, Timestamp,
    action::ActionMove,
    decision::Outcome,
    escalation::{Escalation, EscalationStatus, Question, Vote},
    event::ActionDecided,
    state::{Held, State},
};

impl State {
    pub(super) fn asked(&mut self, decided: &ActionDecided, question: &Question, at: Timestamp) {
        let action = decided.proposal.action;
        let held = Held {
            proposal: decided.proposal.clone(),
            assessment: decided.assessment.clone(),
            question: question.clone(),
        };
        self.held.insert(action, held);
        let escalation = Escalation {
            question: question.clone(),
            action,
            run: decided.proposal.run,
            asked_at: at,
            status: EscalationStatus::Pending,
            votes: Vec::new(),
        };
        self.escalations.insert(question.id, escalation);
    }

    pub(super) fn voted(&mut self, id: EscalationId, vote: &Vote) {
        if let Some(escalation) = self.escalations.get_mut(&id) {
            escalation.votes.push(vote.clone());
        }
    }

    /// A question that is closed stays as it was closed. After an approval the second decision follows.
    pub(super) fn escalation_closed(&mut self, id: EscalationId, action: ActionId, status: EscalationStatus) {
        let Some(escalation) = self.escalations.get_mut(&id) else { return };
        if escalation.status != EscalationStatus::Pending {
            return;
        }
        escalation.status = status;
        let (by, reason) = match status {
            EscalationStatus::Pending | EscalationStatus::Approved => return,
            EscalationStatus::Lapsed => (ActionMove::Lapse, Reason::EscalationLapsed),
            EscalationStatus::Denied => (ActionMove::Deny, Reason::EscalationDenied),
            EscalationStatus::Voided => (ActionMove::Deny, Reason::EscalationVoided),
        };
        self.held.remove(&action);
        if !self.moved(action, by) {
            return;
        }
        if let Some(action) = self.actions.get_mut(&action) {
            action.outcome = Outcome::Deny;
            action.reason = reason;
        }
        self.give_back(action, Money::ZERO);
        // A person's no is the answer to that very call, also when it is sent again; silence is not.
        if status != EscalationStatus::Denied {
            self.free_key(action);
        }
    }
}
