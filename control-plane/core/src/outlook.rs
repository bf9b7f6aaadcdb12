//! What a question would lead to as things stand: whether an approval would let the action go, and how far that reaches.
//!
//! It promises nothing: whoever answers later is judged by how things stand then.

use std::sync::Arc;

use crate::{
    EscalationId, Money, Reason, Timestamp,
    account::Accounts,
    allowance::Allowance,
    decide::{self, Case, radius},
    decision::{Decision, Finding, Outcome},
    escalation::{EscalationStatus, Vote},
    handle::asked_now,
    state::{Action, Run, State},
    window::Per,
};

/// What a waiting question would lead to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outlook {
    /// What would be decided, had enough people approved it now.
    pub decision: Decision,
    /// One approval of somebody who speaks for every group that was asked is enough.
    pub is_last: bool,
    /// So many items of evidence are read again before it goes.
    pub rereads: usize,
    /// A rule asks now that did not ask them, in words: people would be asked once more.
    pub asks_again: Option<String>,
    /// How far each limit that it counts for is used.
    pub bounds: Vec<Bound>,
}

/// One limit, without the action and with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bound {
    /// Whose limit it is.
    pub place: String,
    /// What everything else uses of it.
    pub without: u64,
    /// The same once the action goes.
    pub with: u64,
    /// The most.
    pub limit: u64,
    /// All three are micro-units of the contract's currency.
    pub is_money: bool,
}

impl Outlook {
    /// True when one approval now lets it go.
    pub fn goes(&self) -> bool {
        self.is_last && self.asks_again.is_none() && self.decision.outcome == Outcome::Admit
    }
}

/// Facts that are too old by now are read again before the action goes: their age is no hindrance.
fn with_fresh_facts(decision: Decision) -> Decision {
    let findings = Arc::unwrap_or_clone(decision.findings).map(|finding| {
        let is_old = finding.reason == Reason::EvidenceStale;
        if is_old { Finding::content(finding.clause, "it is read again first") } else { finding }
    });
    Decision::join(findings, decision.retry_after_ms)
}

impl State {
    /// What a question would lead to at this moment; `None` where it does not wait.
    pub fn outlook(&self, question: EscalationId, now: Timestamp) -> Option<Outlook> {
        let escalation = self.escalations.get(&question)?;
        if escalation.status != EscalationStatus::Pending {
            return None;
        }
        let (held, run) = (self.held.get(&escalation.action)?, self.runs.get(&escalation.run)?);
        let action = self.actions.get(&escalation.action)?;
        let case = Case::new(self, run, &held.proposal, &held.assessment, now);
        let vote = Vote {
            by: String::new(),
            groups: escalation.question.groups.clone(),
            approve: true,
            reason: String::new(),
            at: now,
            endorsed: None,
            opaque: false,
        };
        let reach = radius::measured(case).into_iter().map(|measured| Bound {
            place: measured.place,
            without: measured.shown,
            with: measured.would_be,
            limit: measured.max,
            is_money: false,
        });
        let rereads = held.assessment.evidence.len();
        let decision = decide::decide(case.approved());
        Some(Outlook {
            decision: if 0 < rereads { with_fresh_facts(decision) } else { decision },
            is_last: escalation.is_enough_with(&vote),
            rereads,
            asks_again: asked_now(held, case).map(|objection| objection.detail),
            bounds: self.budgets(run, action).into_iter().chain(reach).collect(),
        })
    }

    /// The money that is reserved for an action, in every budget that has a limit.
    fn budgets(&self, run: &Run, action: &Action) -> Vec<Bound> {
        let hold = action.hold.saturating_add(action.undo_hold);
        let bound = |place: String, used: Money, limit: Money| Bound {
            place,
            without: used.saturating_sub(hold).as_micros(),
            with: used.as_micros(),
            limit: limit.as_micros(),
            is_money: true,
        };
        let of_run = bound(
            "this run".to_owned(),
            run.budget.spent().saturating_add(run.budget.held()),
            run.budget.limit(),
        );
        let windows = |of: String, (accounts, allowance): (&Accounts, &Allowance)| -> Vec<Bound> {
            let limited = Per::ALL.into_iter().filter_map(|per| Some((per, *allowance.spend.get(&per)?)));
            let used = |per: Per| accounts.at(per, action.charged_at).used();
            limited.map(|(per, limit)| bound(format!("{of}, its {per}"), used(per), limit)).collect()
        };
        let name = &run.terms.service;
        let of_service = self.services.get(name).map_or_else(Vec::new, |known| {
            windows(format!("service {name}"), (&known.accounts, &known.active.allowance))
        });
        let of_domain = self.settings.as_ref().map_or_else(Vec::new, |settings| {
            windows(format!("domain {}", self.domain), (&self.accounts, &settings.allowance))
        });
        std::iter::once(of_run).chain(of_service).chain(of_domain).collect()
    }
}
