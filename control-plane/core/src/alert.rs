//! What wants a person's eye now, and who has said that they look at it: conditions that follow from the record alone.
//!
//! ```text
//!   the condition begins ──▶ stands ── a person acknowledges it ──▶ stands, acknowledged
//!                              └────────────┴── the condition ends ──▶ gone; begins anew: another alert
//! ```
//!
//! An alert's identity is made from what it is about and since when. So a condition that ended and began anew, or got
//! worse, is another alert, which nobody has acknowledged.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    ActionId, AlertId, DomainName, EscalationId, State, SwitchId, Timestamp, ToolName,
    escalation::EscalationStatus,
    switch::{Scope, Switch},
    tripwire::{Tripwire, Wires},
};

/// So long before a question lapses it is an alert, in milliseconds.
pub const LAPSES_SOON_MS: u64 = 5 * 60 * 1_000;

/// What is the case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// A tripwire has tripped.
    Tripwire,
    /// A switch has no reason, and it is late.
    ReasonLate,
    /// A switch has no reason yet.
    ReasonOwed,
    /// Nobody knows whether an action took effect.
    InDoubt,
    /// A question lapses soon.
    LapsesSoon,
    /// A switch should have been looked at again.
    ReviewOverdue,
}

/// What an alert is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum About {
    /// A wire, as it is written.
    Wire(Tripwire),
    /// An action and its tool.
    Action(ActionId, ToolName),
    /// A question and the tool that it is about.
    Question(EscalationId, ToolName),
    /// A switch and who looks after it.
    Switch(SwitchId, String),
}

impl fmt::Display for About {
    /// The wire or the id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wire(wire) => wire.fmt(f),
            Self::Action(id, _) => id.fmt(f),
            Self::Question(id, _) => id.fmt(f),
            Self::Switch(id, _) => id.fmt(f),
        }
    }
}

/// One condition that holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alert {
    /// In which domain.
    pub domain: DomainName,
    /// What is the case.
    pub condition: Condition,
    /// Of what.
    pub about: About,
    /// Where a stop would help: whoever may set a ceiling there may acknowledge it.
    pub scope: Scope,
    /// Since when.
    pub since: Timestamp,
    /// The worse half of all alerts.
    pub critical: bool,
}

/// A person looks at it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Acknowledgement {
    /// Who.
    pub by: String,
    /// What they do about it.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// What the journal keeps of an acknowledgement. It says itself what was acknowledged, since the alert will be gone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertAcknowledged {
    /// Which.
    pub alert: AlertId,
    /// What was the case.
    pub condition: Condition,
    /// What it was about.
    pub about: String,
    /// Where.
    pub scope: Scope,
    /// Since when it was so.
    pub since: Timestamp,
    /// Who.
    pub by: String,
    /// What they do about it.
    pub reason: String,
}

impl Condition {
    /// The word in journals and consoles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tripwire => "tripwire",
            Self::ReasonLate => "reason_late",
            Self::ReasonOwed => "reason_owed",
            Self::InDoubt => "in_doubt",
            Self::LapsesSoon => "lapses_soon",
            Self::ReviewOverdue => "review_overdue",
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Alert {
    /// Its identity: of this condition, since this moment.
    pub fn id(&self) -> AlertId {
        let Self { domain, condition, about, scope, since, critical: _ } = self;
        AlertId::derived(&[
            b"remit/alert/v1",
            domain.as_str().as_bytes(),
            condition.as_str().as_bytes(),
            about.to_string().as_bytes(),
            scope.to_string().as_bytes(),
            &since.as_micros().to_be_bytes(),
        ])
    }
}

impl State {
    /// Everything that wants a person's eye at `now`.
    pub fn alerts(&self, now: Timestamp) -> Vec<Alert> {
        let services = self.services.iter().map(|(name, it)| (Scope::Service(name.clone()), &it.wires));
        let wires = services.chain([(Scope::Domain(self.domain.clone()), &self.wires)]);
        let tripped = wires.flat_map(|(scope, wires)| self.tripped_at(&scope, wires));
        let switches = self.switches.values().flat_map(|switch| self.neglected(switch, now));
        let doubts = self.doubts.iter().filter_map(|id| self.doubtful(*id));
        let lapsing = self.held.values().filter_map(|held| self.lapsing(held.question.id, now));
        tripped.chain(switches).chain(doubts).chain(lapsing).collect()
    }

    fn alert(&self, condition: Condition, about: About, scope: Scope, since: Timestamp) -> Alert {
        let critical = condition == Condition::ReasonLate;
        Alert { domain: self.domain.clone(), condition, about, scope, since, critical }
    }

    fn tripped_at(&self, scope: &Scope, wires: &Wires) -> Vec<Alert> {
        let alert = |(wire, since): (&Tripwire, Timestamp)| {
            let critical = wire.then.lowers_to().is_some();
            let about = About::Wire(wire.clone());
            Alert { critical, ..self.alert(Condition::Tripwire, about, scope.clone(), since) }
        };
        wires.standing().map(alert).collect()
    }

    /// What a switch lacks: a reason, a look at it.
    fn neglected(&self, switch: &Switch, now: Timestamp) -> Vec<Alert> {
        let alert = |condition, since| {
            let about = About::Switch(switch.id, switch.owner().to_owned());
            self.alert(condition, about, switch.scope.clone(), since)
        };
        let reason = switch.reason_due().map(|due| {
            if due <= now {
                alert(Condition::ReasonLate, due)
            } else {
                alert(Condition::ReasonOwed, switch.at)
            }
        });
        let review = switch.review_at();
        let overdue = (review <= now).then(|| alert(Condition::ReviewOverdue, review));
        reason.into_iter().chain(overdue).collect()
    }

    fn doubtful(&self, id: ActionId) -> Option<Alert> {
        let action = self.actions.get(&id)?;
        let scope = Scope::Service(self.runs.get(&action.run)?.terms.service.clone());
        let since = action.trail.doubted_at.unwrap_or(action.charged_at);
        Some(self.alert(Condition::InDoubt, About::Action(id, action.tool.clone()), scope, since))
    }

    fn lapsing(&self, id: EscalationId, now: Timestamp) -> Option<Alert> {
        let asked = self.escalations.get(&id)?;
        let deadline = asked.question.deadline;
        let since = asked.asked_at.max(deadline.minus_ms(LAPSES_SOON_MS));
        if asked.status != EscalationStatus::Pending || now < since || deadline <= now {
            return None;
        }
        let tool = self.actions.get(&asked.action)?.tool.clone();
        let scope = Scope::Service(self.runs.get(&asked.run)?.terms.service.clone());
        Some(self.alert(Condition::LapsesSoon, About::Question(id, tool), scope, since))
    }

    /// An acknowledgement counts as long as its alert stands; the others are let go.
    pub(crate) fn acknowledged(&mut self, told: &AlertAcknowledged, at: Timestamp) {
        let standing: Vec<AlertId> = self.alerts(at).iter().map(Alert::id).collect();
        self.acknowledgements.retain(|id, _| standing.contains(id));
        let AlertAcknowledged { by, reason, .. } = told.clone();
        self.acknowledgements.insert(told.alert, Acknowledgement { by, reason, at });
    }
}
