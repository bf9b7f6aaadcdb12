//! Rules that object or allow: whether any scenario has made them do so.

use remit_core::{Clause, Event, Outcome, Reason, ToolName, terms::Undo};

use super::{Rule, Sign, Tie};
use crate::{
    CompiledContract,
    folder::{CONTRACT_FILE, Folder},
    problem::Problems,
    scenario::play::Trace,
    yaml::{self, Kind, Node},
};

/// Each with whether it fired.
pub(super) fn rules(folder: &Folder, contract: &CompiledContract, traces: &[Trace]) -> Vec<Rule> {
    let root = yaml::parse(&folder.contract, &Problems::of(CONTRACT_FILE));
    signs(contract)
        .into_iter()
        .map(|(path, sign)| Rule {
            line: root.as_ref().and_then(|root| place(root, &path)).unwrap_or(0),
            name: path.join("."),
            file: CONTRACT_FILE.to_owned(),
            tie: if traces.iter().any(|trace| shows(trace, &sign)) { Tie::Held } else { Tie::Vacuous },
        })
        .collect()
}

/// The line of a key or an item, or of the nearest around it.
pub(super) fn place(root: &Node, path: &[String]) -> Option<usize> {
    let (mut node, mut line) = (root, None);
    for key in path {
        let next = match &node.kind {
            Kind::Map(entries) => {
                let entry = entries.iter().find(|entry| entry.key == *key);
                entry.map(|entry| (entry.place.line, &entry.value))
            }
            // By its place, from 1.
            Kind::List(items) => {
                let index = key.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                index.and_then(|index| items.get(index)).map(|item| (item.place.line, item))
            }
            Kind::Scalar { .. } => None,
        };
        let Some((at, value)) = next else { return line };
        (line, node) = (Some(at), value);
    }
    line
}

/// What each rule's firing looks like.
fn signs(contract: &CompiledContract) -> Vec<(Vec<String>, Sign)> {
    let terms = contract.terms();
    let path = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
    let objected = |clause, reason| Sign::Objected(clause, reason, None);
    let mut signs = vec![
        (path(&["identity", "delegation"]), objected(Clause::Identity, Reason::DelegationEnded)),
        (path(&["cost", "run", "spend"]), objected(Clause::Cost, Reason::SpendExhausted)),
        (path(&["cost", "run", "calls"]), objected(Clause::Cost, Reason::CallsExhausted)),
    ];
    if terms.run.tokens.is_some() {
        signs.push((path(&["cost", "run", "tokens"]), objected(Clause::Cost, Reason::TokensExhausted)));
    }
    if terms.run.wall_time_ms.is_some() {
        signs.push((path(&["cost", "run", "wall_time"]), objected(Clause::Cost, Reason::WallTimeExhausted)));
    }
    if terms.run.same_call.is_some() {
        signs.push((path(&["cost", "loop", "same_call"]), objected(Clause::Cost, Reason::LoopDetected)));
    }
    let course = &terms.run.course;
    if course.cycle.is_some() {
        signs.push((path(&["cost", "loop", "cycle"]), objected(Clause::Cost, Reason::CycleDetected)));
    }
    if course.no_progress.is_some() {
        signs.push((path(&["cost", "loop", "no_progress"]), objected(Clause::Cost, Reason::NoProgress)));
    }
    if course.worth.is_some() {
        signs.push((path(&["cost", "value"]), objected(Clause::Cost, Reason::NotWorthIt)));
    }
    for tool in terms.run.tools.keys() {
        let sign = Sign::Objected(Clause::Cost, Reason::ToolCallsExhausted, Some(tool.clone()));
        signs.push((path(&["cost", "run", "tools", tool.as_str()]), sign));
    }
    for (index, wire) in terms.tripwires.iter().enumerate() {
        let name = index.saturating_add(1).to_string();
        signs.push((path(&["recovery", "tripwires", &name]), Sign::Tripped(wire.clone())));
    }
    for rule in &terms.blast_radius {
        let (action, measure) =
            (rule.meter.action.as_ref().map_or("all", ToolName::as_str), rule.meter.to_string());
        let measure = measure.rsplit('.').next().unwrap_or_default().to_owned();
        let place = format!("recovery.blast_radius.{}", rule.meter);
        signs.push((path(&["recovery", "blast_radius", action, &measure]), Sign::Beyond(place)));
    }
    for tool in contract.tools().filter(|tool| tool.level.is_some()) {
        signs.extend(of_tool(contract, tool).into_iter().map(|(keys, sign)| (path(&keys), sign)));
    }
    signs
}

/// The rules about one tool of the scope.
fn of_tool<'a>(contract: &CompiledContract, tool: &'a crate::Tool) -> Vec<(Vec<&'a str>, Sign)> {
    let name = tool.name.as_str();
    let objected = |clause, reason| Sign::Objected(clause, reason, Some(tool.name.clone()));
    let mut rules = vec![(vec!["scope", "actions", name], Sign::Admitted(tool.name.clone()))];
    let misfit = objected(Clause::Tooling, Reason::ParametersInvalid);
    if tool.model.is_some() {
        let other = objected(Clause::Tooling, Reason::ModelNotAllowed);
        rules.push((vec!["tooling", "tools", name, "model", "allow"], other));
        rules.push((vec!["tooling", "tools", name, "model", "most_tokens"], misfit));
    } else {
        rules.push((vec!["tooling", "tools", name, "input"], misfit));
    }
    for (part, reason) in tool.needs() {
        let path = ["evidence", "needs", name].into_iter().chain(part).collect();
        rules.push((path, objected(Clause::Evidence, reason)));
    }
    if tool.has_effect_name() {
        rules
            .push((vec!["tooling", "tools", name, "effect"], objected(Clause::Tooling, Reason::EffectTaken)));
    }
    let Some(terms) = contract.terms().tools.get(&tool.name) else { return rules };
    if terms.rate.is_some() {
        rules.push((vec!["tooling", "tools", name, "rate"], objected(Clause::Tooling, Reason::RateExceeded)));
    }
    if terms.concurrency.is_some() {
        let sign = objected(Clause::Tooling, Reason::ConcurrencyExceeded);
        rules.push((vec!["tooling", "tools", name, "concurrency"], sign));
    }
    if terms.breaker.is_some() {
        rules.push((
            vec!["tooling", "tools", name, "breaker"],
            objected(Clause::Tooling, Reason::BreakerOpen),
        ));
    }
    if terms.fallback.is_some() {
        let sign = Sign::StoodIn(tool.name.clone());
        rules.push((vec!["tooling", "tools", name, "fallback", "then"], sign));
    }
    match &terms.undo {
        Undo::By { .. } => rules.push((vec!["recovery", "undo", name], Sign::Undone(tool.name.clone()))),
        Undo::Irreversible { .. } => {
            rules.push((vec!["recovery", "undo", name], objected(Clause::Recovery, Reason::Irreversible)));
        }
        Undo::Nothing => {}
    }
    rules
}

fn shows(trace: &Trace, sign: &Sign) -> bool {
    match sign {
        Sign::Undone(tool) => trace.undone.contains(tool),
        Sign::Tripped(wire) => trace
            .events()
            .any(|event| matches!(event, Event::TripwireTripped(tripped) if tripped.wire == *wire)),
        Sign::Beyond(place) => {
            trace.events().any(|event| {
                let Event::ActionDecided(decided) = event else { return false };
                let place = format!("`{place}`: ");
                decided.decision.findings.iter().any(|finding| {
                    finding.reason == Reason::BlastRadius && finding.detail.starts_with(&place)
                })
            })
        }
        Sign::Admitted(tool) => trace.events().any(|event| admits(event, tool, trace)),
        Sign::StoodIn(tool) => trace.events().any(|event| stands_in(event, tool, trace)),
        Sign::Objected(clause, reason, tool) => trace.events().any(|event| {
            let Event::ActionDecided(decided) = event else { return false };
            tool.as_ref().is_none_or(|tool| decided.proposal.tool == *tool)
                && decided.decision.findings.iter().any(|finding| {
                    finding.clause == *clause
                        && finding.reason == *reason
                        && finding.outcome != Outcome::Admit
                })
        }),
    }
}

/// Another read, admitted for one of this tool.
fn stands_in(event: &Event, tool: &ToolName, trace: &Trace) -> bool {
    let Event::ActionDecided(by) = event else { return false };
    let is_first = |event: &Event| {
        matches!(event, Event::ActionDecided(first)
            if by.proposal.stands_in == Some(first.proposal.action) && first.proposal.tool == *tool)
    };
    by.decision.outcome == Outcome::Admit && trace.events().any(is_first)
}

/// At once, or after people approved.
fn admits(event: &Event, tool: &ToolName, trace: &Trace) -> bool {
    if let Event::ActionDecided(decided) = event {
        return decided.proposal.tool == *tool && decided.decision.outcome == Outcome::Admit;
    }
    let Event::ActionReleased { action, decision, .. } = event else { return false };
    let is_its = |event: &Event| {
        matches!(event, Event::ActionDecided(decided)
            if decided.proposal.action == *action && decided.proposal.tool == *tool)
    };
    decision.outcome == Outcome::Admit && trace.events().any(is_its)
}
