//! What the fold does to questions: asked, answered, closed.

use std::sync::Arc;

use crate::{
    ActionId, ActionReturned, EscalationId, Money, Reason, Timestamp,
    action::ActionMove,
    decision::Outcome,
    escalation::{Escalation, EscalationStatus, Question, Vote},
    event::ActionDecided,
    handover::{Handed, HandedOver},
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
        let escalation = Escalation::asked(question.clone(), (action, decided.proposal.run), at);
        self.escalations.insert(question.id, escalation);
    }

    pub(super) fn voted(&mut self, id: EscalationId, vote: &Vote) {
        if let Some(escalation) = self.escalations.get_mut(&id) {
            escalation.votes.push(vote.clone());
        }
    }

    pub(super) fn handed_over(&mut self, handed: &HandedOver, at: Timestamp) {
        if let Some(escalation) = self.escalations.get_mut(&handed.escalation) {
            let HandedOver { to, by, note, .. } = handed.clone();
            escalation.handed = Some(Handed { to, by, note, at });
        }
    }

    /// The approval is void and the same call is asked about anew, on the facts as they are.
    pub(super) fn returned(&mut self, returned: &ActionReturned, at: Timestamp) {
        let ActionReturned { held, voided, moved, note } = returned;
        let Some(question) = &held.question else { return };
        if let Some(escalation) = self.escalations.get_mut(voided) {
            escalation.status = EscalationStatus::Voided;
            escalation.note.clone_from(note);
            escalation.moved.clone_from(moved);
            escalation.replaced_by = Some(question.id);
        }
        if let Some(action) = self.actions.get_mut(&held.proposal.action).map(Arc::make_mut) {
            action.reason = held.decision.deciding().reason;
            action.escalation = Some(question.id);
        }
        self.asked(held, question, at);
        if let Some(escalation) = self.escalations.get_mut(&question.id) {
            escalation.moved.clone_from(moved);
            escalation.replaces = Some(*voided);
        }
    }

    /// A question that is closed stays as it was closed. After an approval the second look follows.
    pub(super) fn escalation_closed(
        &mut self,
        id: EscalationId,
        action: ActionId,
        (status, note): (EscalationStatus, &str),
    ) {
        let Some(escalation) = self.escalations.get_mut(&id) else { return };
        if escalation.status != EscalationStatus::Pending {
            return;
        }
        escalation.status = status;
        note.clone_into(&mut escalation.note);
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
        if let Some(action) = self.actions.get_mut(&action).map(Arc::make_mut) {
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
