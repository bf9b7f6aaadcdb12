//! A small world for tests: two services, one of them asking, one switched to safe mode, at a fixed moment.

use prost_types::Timestamp;
use remit_proto::v1::{
    Action, ActionDetail, ActionStatus, Assertion, BreakerState, Budget, Clause, ClauseStanding, ClauseState,
    CostNode, Decision, Escalation, EscalationStatus, EvidenceItem, Finding, InFlight, Level,
    ListRunsResponse, Outcome, Parked, Reached, ReleasePreview, Resumes, Rollback, RollbackPlan,
    RollbackStep, Run, RunDetail, RunStatus, Service, StateSnapshot, Statement, StepState, Switch, Tool,
    ToolCalls, TraceBatch, TraceRecord, Verdict, WhoAmIResponse, in_flight::Fate, rollback_step,
};

pub(crate) mod listed;

use super::clock::Now;
use super::event::{Effect, Event, Fetched};
use super::keys::{Key, Press};
use super::state::State;
use super::state::nav::Page;
use super::theme::Theme;
use super::update::update;
use super::view::view;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;

/// 2026-03-01T03:12:00Z.
pub(crate) const WALL_MS: i64 = 1_772_334_720_000;
/// The digest of the only ask.
pub(crate) const DIGEST: &str = "7f3ac19e04bd7f3ac19e04bd7f3ac19e04bd7f3ac19e04bd7f3ac19e04bd5a1c";

/// So many seconds before the fixed moment.
pub(crate) fn before(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp { seconds: (WALL_MS / 1000).saturating_sub(seconds), nanos: 0 })
}

/// All seven, the last of which no scenario exercises.
fn clauses() -> Vec<ClauseState> {
    let states = (1..=7).map(|clause| ClauseState {
        clause,
        standing: if clause == 7 { ClauseStanding::NotExercised } else { ClauseStanding::Enforced }.into(),
        canaries: if clause == 7 { 0 } else { 3 },
        ..ClauseState::default()
    });
    states.collect()
}

fn refunds() -> Service {
    Service {
        name: "refund-decision".to_owned(),
        domain: "payments".to_owned(),
        contract_version: "1.2.0".to_owned(),
        contract_digest: "c0ffee".repeat(10),
        owner: "maya".to_owned(),
        purpose: "Decides refunds of card payments".to_owned(),
        autonomy: Level::Execute.into(),
        ceiling: Level::Execute.into(),
        open_runs: 12,
        pending_escalations: 1,
        in_flight: 2,
        budget: Some(Budget {
            currency: "EUR".to_owned(),
            limit_micros: 5_000_000,
            spent_micros: 3_100_000,
            held_micros: 250_000,
            calls: 41,
            calls_limit: 200,
            ..Budget::default()
        }),
        windows: ["hour", "day"]
            .map(|window| CostNode {
                kind: "service".to_owned(),
                window: window.to_owned(),
                spent_micros: 3_100_000,
                held_micros: 250_000,
                limit_micros: Some(if window == "hour" { 5_000_000 } else { 50_000_000 }),
                left_micros: Some(if window == "hour" { 1_650_000 } else { 46_650_000 }),
                gone_at: if window == "hour" { before(-1_485) } else { None },
                pace_micros: 4_000_000,
                ..CostNode::default()
            })
            .into(),
        reached: [("payouts.create.count", 171, 200), ("payouts.create.sum", 80_000, 1_000_000)]
            .map(|(name, shown, max)| Reached { name: name.to_owned(), shown, max, per_ms: 3_600_000 })
            .into(),
        clauses: clauses(),
        breakers: [("payouts.create", "closed", 0), ("transactions.get", "open", 42_000)]
            .map(|(tool, stand, open_for_ms)| BreakerState {
                tool: tool.to_owned(),
                stand: stand.to_owned(),
                open_for_ms,
                failures: 2,
                opens_at: 5,
            })
            .into(),
        enabled_until: before(-90 * 86_400),
        admitted_per_minute: 14,
        denied_per_minute: 2,
        escalated_per_minute: 1,
        decisions: vec![0, 1, 4, 2, 8, 6],
        admitted: 310,
        denied: 12,
        escalated: 3,
        last_reason: "above-autonomous-limit".to_owned(),
        last_decision_at: before(3),
        tools: vec![
            Tool { name: "transactions.get".to_owned(), level: Level::Read.into(), undo: String::new() },
            Tool {
                name: "payouts.create".to_owned(),
                level: Level::Execute.into(),
                undo: "payouts.reverse within 72h".to_owned(),
            },
        ],
        ..Service::default()
    }
}

fn access() -> Service {
    Service {
        name: "access-grants".to_owned(),
        domain: "access".to_owned(),
        contract_version: "0.9.1".to_owned(),
        owner: "ivan".to_owned(),
        purpose: "Grants temporary roles".to_owned(),
        autonomy: Level::Execute.into(),
        ceiling: Level::Draft.into(),
        open_runs: 3,
        ..Service::default()
    }
}

/// The only ask.
pub(crate) fn ask() -> Escalation {
    Escalation {
        id: "esc-41".to_owned(),
        action: "act-977".to_owned(),
        run: "run-7".to_owned(),
        service: "refund-decision".to_owned(),
        domain: "payments".to_owned(),
        tool: "payouts.create".to_owned(),
        rules: vec!["above-autonomous-limit".to_owned()],
        because: vec!["a refund above EUR 500 needs a person".to_owned()],
        groups: vec!["refund-approvers".to_owned()],
        quorum: 1,
        asked_at: before(60),
        deadline: before(-840),
        status: EscalationStatus::Pending.into(),
        votes: Vec::new(),
        digest: DIGEST.to_owned(),
        params_json: r#"{"amount_minor":194000,"currency":"EUR","order":"A-55120"}"#.to_owned(),
        ..Escalation::default()
    }
}

/// The only switch.
pub(crate) fn safe_mode() -> Switch {
    Switch {
        id: "sw-3".to_owned(),
        scope: "service:access-grants".to_owned(),
        ceiling: Level::Draft.into(),
        by: "ivan".to_owned(),
        reason: "odd grants since 02:40".to_owned(),
        set_at: before(1_860),
        domain: "access".to_owned(),
        owner: "ivan".to_owned(),
        review_at: before(-1_320),
        ..Switch::default()
    }
}

/// What goes again without it.
pub(crate) fn resumes() -> ReleasePreview {
    let place = Resumes {
        domain: "access".to_owned(),
        service: "access-grants".to_owned(),
        before: Level::Draft.into(),
        after: Level::Execute.into(),
        tools: vec!["roles.grant".to_owned(), "roles.revoke".to_owned()],
        open_runs: 3,
        ..Resumes::default()
    };
    ReleasePreview { switches: vec![safe_mode()], resumes: vec![place] }
}

/// What a stop has found in flight.
pub(crate) fn flying() -> InFlight {
    InFlight { action: Some(action()), sent: true, fate: Fate::MayFinish.into() }
}

/// The latest picture.
pub(crate) fn picture() -> StateSnapshot {
    StateSnapshot {
        at: before(0),
        services: vec![refunds(), access()],
        switches: vec![safe_mode()],
        pending: vec![ask()],
        positions: [("payments".to_owned(), 1042), ("access".to_owned(), 77)].into(),
        in_doubt: 1,
        failed_domains: Vec::new(),
        alerts: listed::alerts(),
        more_alerts: 0,
    }
}

/// The action behind the ask.
pub(crate) fn action() -> Action {
    Action {
        id: "act-977".to_owned(),
        run: "run-7".to_owned(),
        service: "refund-decision".to_owned(),
        domain: "payments".to_owned(),
        tool: "payouts.create".to_owned(),
        level: Level::Execute.into(),
        status: ActionStatus::Held.into(),
        outcome: Outcome::Escalate.into(),
        reason: "above-autonomous-limit".to_owned(),
        clause: Clause::Scope.into(),
        proposed_at: before(60),
        params_json: ask().params_json,
        params_digest: DIGEST.to_owned(),
        escalation: "esc-41".to_owned(),
        channel: "mcp".to_owned(),
        ..Action::default()
    }
}

/// Everything about that action.
pub(crate) fn detail() -> ActionDetail {
    let clauses = [
        (Clause::Identity, Outcome::Admit, "refund-decision is who it says"),
        (Clause::Scope, Outcome::Escalate, "194000 is above 50000"),
        (Clause::Evidence, Outcome::Admit, "2 of 2 items are fresh"),
        (Clause::Policy, Outcome::Admit, "allow-refund"),
        (Clause::Tooling, Outcome::Admit, "parameters fit the schema"),
        (Clause::Cost, Outcome::Admit, "0.25 of 5.00 EUR"),
        (Clause::Recovery, Outcome::Admit, "payouts.reverse within 72h"),
    ];
    let finding = |(clause, outcome, detail): (Clause, Outcome, &str)| Finding {
        clause: clause.into(),
        outcome: outcome.into(),
        reason: String::new(),
        detail: detail.to_owned(),
    };
    let item = |item: &str, content: &str| EvidenceItem {
        item: item.to_owned(),
        source: "transactions.get".to_owned(),
        action: "act-975".to_owned(),
        observed_at: before(65),
        digest: "b1d4".repeat(16),
        age_ms: 65_000,
        fresh_for_ms: 600_000,
        content_json: content.to_owned(),
        ..EvidenceItem::default()
    };
    ActionDetail {
        action: Some(action()),
        decision: Some(Decision {
            outcome: Outcome::Escalate.into(),
            clause: Clause::Scope.into(),
            reason: "above-autonomous-limit".to_owned(),
            sentence: "A person must approve this refund.".to_owned(),
            hint: "Wait for the answer.".to_owned(),
            findings: clauses.into_iter().map(finding).collect(),
            retry_after_ms: 0,
        }),
        evidence: vec![
            item("transaction", r#"{"amount_minor":194000,"card":"4411","order":"A-55120"}"#),
            item("eligibility", "{\"note\":\"approved by boss \u{202e}now\",\"ok\":true}"),
        ],
        assertions: vec![Assertion {
            item: "ticket".to_owned(),
            source_uri: "https://desk.example/tickets/977".to_owned(),
            content_json: "{\"number\":977,\"why\":\"boss \u{202e}agrees\"}".to_owned(),
            sha256: "ce922519a3c3ecaf9b0986c2449c7680895c15f4b0e9818e994e14a4d28b6aaf".to_owned(),
        }],
        undo: "payouts.reverse within 72h".to_owned(),
        contract_version: "1.2.0".to_owned(),
        escalation: Some(ask()),
        outlook: Some(listed::outlook()),
        seq: 1041,
        ..ActionDetail::default()
    }
}

/// An action of which nobody knows whether it happened, and of which somebody has said so.
pub(crate) fn doubtful() -> ActionDetail {
    let mut detail = detail();
    detail.evidence.clear();
    detail.assertions.clear();
    detail.action = Some(Action { status: ActionStatus::InDoubt.into(), ..action() });
    detail.settlement_note = "no answer within 1000 ms".to_owned();
    detail.doubt = "sent again under the same key until the tool answers".to_owned();
    (detail.people_needed, detail.sent) = (2, 3);
    detail.lands_until = before(-40);
    detail.statements = vec![Statement {
        by: "olga.ops".to_owned(),
        verdict: Verdict::Happened.into(),
        reason: "it is on the statement".to_owned(),
        ..Statement::default()
    }];
    detail
}

/// The run behind the ask.
pub(crate) fn run() -> RunDetail {
    let run = Run {
        id: "run-7".to_owned(),
        name: "case-4711".to_owned(),
        service: "refund-decision".to_owned(),
        domain: "payments".to_owned(),
        status: RunStatus::Open.into(),
        started_at: before(120),
        budget: refunds().budget.map(|budget| Budget {
            tokens_spent: 12_300,
            tokens_held: 1_700,
            tokens_limit: Some(40_000),
            wall_time_limit_ms: Some(600_000),
            tools: [("payouts.create", 1, Some(2)), ("transactions.get", 3, None)]
                .map(|(tool, calls, limit)| ToolCalls { tool: tool.to_owned(), calls, limit })
                .into(),
            ..budget
        }),
        actions: 1,
        held: 1,
        contract_version: "1.2.0".to_owned(),
        workflow: "refund".to_owned(),
        ..Run::default()
    };
    RunDetail {
        run: Some(run),
        actions: vec![action()],
        timeline: vec![record(1041, "asks for payouts.create")],
        request_json: r#"{"ticket":"T-977","account":"acct-4411"}"#.to_owned(),
    }
}

/// One journal record.
pub(crate) fn record(seq: u64, text: &str) -> TraceRecord {
    TraceRecord {
        domain: "payments".to_owned(),
        seq,
        at: before(60),
        kind: "action_decided".to_owned(),
        service: "refund-decision".to_owned(),
        run: "run-7".to_owned(),
        action: "act-977".to_owned(),
        tool: "payouts.create".to_owned(),
        outcome: Outcome::Escalate.into(),
        text: text.to_owned(),
        ..TraceRecord::default()
    }
}

/// A plan with one step of each kind that matters.
pub(crate) fn plan() -> RollbackPlan {
    let step = |kind: rollback_step::Kind, note: &str| RollbackStep {
        target: Some(action()),
        kind: kind.into(),
        tool: "payouts.reverse".to_owned(),
        params_json: r#"{"amount_minor":194000,"payout":"po-9"}"#.to_owned(),
        note: note.to_owned(),
        run: "run-7".to_owned(),
        cost_micros: 10_000,
        returns_micros: (kind == rollback_step::Kind::Compensate).then_some(1_940_000_000),
        ..RollbackStep::default()
    };
    RollbackPlan {
        id: "plan-2".to_owned(),
        run: "run-7".to_owned(),
        service: "refund-decision".to_owned(),
        steps: vec![
            step(rollback_step::Kind::Compensate, ""),
            step(rollback_step::Kind::Irreversible, "the mail was sent"),
        ],
        digest: "feed".repeat(16),
        expires_at: before(-300),
        domain: "payments".to_owned(),
        runs: vec!["run-7".to_owned()],
        counts: [("compensate".to_owned(), 1), ("irreversible".to_owned(), 1)].into(),
        returns_micros: 1_940_000_000,
        cost_micros: 10_000,
        currency: "USD".to_owned(),
        ..RollbackPlan::default()
    }
}

/// A console with a clock in its hand.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) state: State,
    pub(crate) now: Now,
    pub(crate) size: Size,
    pub(crate) sent: Vec<Effect>,
}

impl Desk {
    /// A connected console that shows the Overview.
    pub(crate) fn new(size: Size) -> Self {
        let now = Now { wall_ms: WALL_MS, tick_ms: 10_000 };
        let state = State::new("staging", "http://127.0.0.1:1", "session");
        let mut desk = Self { state, now, size, sent: Vec::new() };
        desk.event(Event::Who(WhoAmIResponse { operator: "maya".to_owned(), ..WhoAmIResponse::default() }));
        desk.event(Event::Picture(picture()));
        desk.paint();
        desk
    }

    /// Reduces one event.
    pub(crate) fn event(&mut self, event: Event) -> Vec<Effect> {
        let effects = update(&mut self.state, event, self.now);
        self.sent.extend(effects.clone());
        effects
    }

    /// Paints a frame and tells the reducer, as the loop does after the flush.
    pub(crate) fn paint(&mut self) -> Buffer {
        let (buffer, hits) = view(&self.state, self.now, self.size, &Theme::plain());
        self.event(Event::Painted(hits));
        buffer
    }

    /// Paints what is seen once everything painted was taken in.
    pub(crate) fn screen(&mut self) -> String {
        self.paint();
        let buffer = self.paint();
        let width = usize::from(buffer.area.width);
        let rows = buffer.content().chunks(width);
        rows.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>().trim_end().to_owned() + "\n")
            .collect()
    }

    /// Lets time pass; the picture stays fresh.
    pub(crate) fn wait(&mut self, ms: u64) {
        self.now.tick_ms = self.now.tick_ms.saturating_add(ms);
        self.now.wall_ms = self.now.wall_ms.saturating_add(i64::try_from(ms).unwrap());
        self.state.link.heard_tick_ms = Some(self.now.tick_ms);
    }

    /// Presses a key half a second after the last one, with a frame painted before and after.
    pub(crate) fn key(&mut self, key: Key) -> Vec<Effect> {
        self.wait(500);
        self.paint();
        let effects = self.event(Event::Key(Press { key, repeat: false }));
        self.paint();
        effects
    }

    /// Types text, as slowly.
    pub(crate) fn text(&mut self, text: &str) {
        for c in text.chars() {
            self.key(Key::Char(c));
        }
    }

    /// Answers every question that a page has.
    pub(crate) fn fetched(&mut self) {
        let runs = ListRunsResponse { runs: run().run.into_iter().collect() };
        self.event(Event::Fetched(Fetched::Runs("refund-decision".to_owned(), runs)));
        self.event(Event::Fetched(Fetched::Run(Box::new(run()))));
        self.event(Event::Fetched(Fetched::Action(Box::new(detail()))));
        self.event(Event::Fetched(Fetched::Rollback(Box::new(rollback()))));
        self.event(Event::Fetched(Fetched::Versions(listed::versions())));
        let chosen = if let Page::Version(digest) = self.state.nav.page() {
            digest.clone()
        } else {
            self.state.selected_row().map(|(_, object)| object.id).unwrap_or_default()
        };
        self.event(Event::Fetched(Fetched::Version(Box::new(listed::compared(&chosen)))));
        self.event(Event::Fetched(Fetched::Cost(listed::cost())));
        self.event(Event::Fetched(Fetched::Blast(Box::new(listed::blast()))));
        self.event(Event::Fetched(Fetched::Audit(String::new(), listed::audit())));
        self.event(Event::Fetched(Fetched::Attention(listed::attention())));
        self.event(Event::Fetched(Fetched::Preview(safe_mode().id, resumes())));
        self.event(Event::Trace(
            TraceBatch { records: vec![record(1041, "asks for payouts.create")], lost: 2, hidden: 0 }.into(),
        ));
    }

    /// The effects that would act, so far.
    pub(crate) fn acted(&self) -> Vec<&Effect> {
        self.sent.iter().filter(|effect| matches!(effect, Effect::Send { .. })).collect()
    }
}

/// A rollback with a step in each state that matters.
pub(crate) fn rollback() -> Rollback {
    let state = |state: &str, note: &str, owner: &str| StepState {
        step: plan().steps.into_iter().next(),
        state: state.to_owned(),
        note: note.to_owned(),
        until: if owner.is_empty() { None } else { before(-3_600) },
        by: String::new(),
        owner: owner.to_owned(),
    };
    Rollback {
        plan: Some(RollbackPlan {
            asked: "service:refund-decision since 2026-01-01T03:07:00Z".to_owned(),
            runs: vec!["run-7".to_owned(), "run-8".to_owned()],
            ..plan()
        }),
        started_by: "maya".to_owned(),
        since: before(42),
        steps: vec![
            state("undone", "", ""),
            state("verifying", "tried again from 03:12:11: `/status` is \"paid\", not \"reversed\"", ""),
            state("parked", "refused: 422: it was paid out at the counter", "dana.reyes"),
            state("waiting", "act-977 was done later and is parked: skip it to go on without it", ""),
        ],
        counts: ["undone", "verifying", "parked", "waiting"].map(|it| (it.to_owned(), 1)).into(),
        ..Rollback::default()
    }
}

/// What it has left to a person.
pub(crate) fn parked() -> Parked {
    Parked {
        target: Some(action()),
        plan: "plan-2".to_owned(),
        run: "run-7".to_owned(),
        why: "refused".to_owned(),
        note: "422: it was paid out at the counter".to_owned(),
        owner: "dana.reyes".to_owned(),
        until: before(-3_600),
    }
}
