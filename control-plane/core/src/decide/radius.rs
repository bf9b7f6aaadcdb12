//! The blast radius: the rules that one more action would go beyond, of its service and of the domain.

use crate::{
    Reason,
    decide::Case,
    decision::Objection,
    person,
    radius::{Edge, Measure, Meters, Radius},
    sliding::lasting,
    switch::Scope,
};

/// A rule that the action would go beyond.
#[derive(Debug)]
pub(crate) struct Beyond {
    /// The rule's place, for people.
    pub(crate) place: String,
    /// What it allows, in words that stay the same while the figures move.
    pub(crate) allows: String,
    /// The figures.
    pub(crate) objection: Objection,
    /// What becomes of the action.
    pub(crate) then: Edge,
    /// Where the ceiling would be lowered.
    pub(crate) scope: Scope,
}

/// What a rule has measured, and what it would with the action.
#[derive(Debug)]
pub(crate) struct Measured {
    /// The rule's place, for people.
    pub(crate) place: String,
    pub(crate) shown: u64,
    pub(crate) would_be: u64,
    pub(crate) max: u64,
}

/// Every rule that the action counts for.
pub(crate) fn measured(case: Case<'_>) -> Vec<Measured> {
    let Some(level) = case.level() else { return Vec::new() };
    let (params, tool) = (case.proposal.params.value(), &case.proposal.tool);
    let nodes = nodes(case);
    let rules = nodes.iter().flat_map(|node| node.rules.iter().map(move |rule| (node, rule)));
    let measured = rules.filter_map(|(node, rule)| {
        let mark = rule.meter.mark(tool, level, &params).ok()??;
        Some(Measured {
            place: node.place(rule),
            shown: node.meters.reading(&rule.meter, case.now),
            would_be: node.meters.with(&rule.meter, mark, case.now),
            max: rule.max,
        })
    });
    measured.collect()
}

fn nodes<'a>(case: Case<'a>) -> Vec<Node<'a>> {
    let service = &case.run.terms.service;
    let of_service = case.state.services.get(service).map(|known| Node {
        prefix: "recovery.blast_radius".to_owned(),
        rules: &known.active.blast_radius,
        meters: &known.meters,
        scope: Scope::Service(service.clone()),
    });
    let of_domain = case.state.settings.as_ref().map(|settings| Node {
        prefix: format!("domain {}: blast_radius", case.state.domain),
        rules: &settings.blast_radius,
        meters: &case.state.meters,
        scope: Scope::Domain(case.state.domain.clone()),
    });
    of_service.into_iter().chain(of_domain).collect()
}

/// Every rule that the action would go beyond. What the control plane does by itself does not come here.
pub(crate) fn beyond(case: Case<'_>) -> Vec<Beyond> {
    let (service, tool) = (&case.run.terms.service, &case.proposal.tool);
    let nodes = nodes(case);
    let Some(level) = case.level().filter(|_| nodes.iter().any(|node| !node.rules.is_empty())) else {
        return Vec::new();
    };
    let params = case.proposal.params.value();
    let of_tool = Scope::Tool(service.clone(), tool.clone());
    let mut found = Vec::new();
    for (node, rule) in nodes.iter().flat_map(|node| node.rules.iter().map(move |rule| (node, rule))) {
        let objection = match rule.meter.mark(tool, level, &params) {
            Ok(mark) => mark.and_then(|mark| {
                let would_be = node.meters.with(&rule.meter, mark, case.now);
                let shown = node.meters.reading(&rule.meter, case.now);
                (would_be > rule.max)
                    .then(|| Objection::new(Reason::BlastRadius, node.figures(rule, (shown, would_be))))
            }),
            Err(why) => {
                Some(Objection::new(Reason::BlastRadiusUnknown, format!("`{}`: {why}", node.place(rule))))
            }
        };
        found.extend(objection.map(|objection| Beyond {
            place: node.place(rule),
            allows: format!("at most {} {} in the last {}", rule.max, what(rule), lasting(rule.meter.per_ms)),
            objection,
            then: rule.then,
            scope: if rule.meter.action.is_some() { of_tool.clone() } else { node.scope.clone() },
        }));
    }
    found
}

/// A service or a domain, with what its rules have measured.
struct Node<'a> {
    prefix: String,
    rules: &'a [Radius],
    meters: &'a Meters,
    scope: Scope,
}

impl Node<'_> {
    fn place(&self, rule: &Radius) -> String {
        format!("{}.{}", self.prefix, rule.meter)
    }

    /// `199 of 200 in the last hour`.
    fn figures(&self, rule: &Radius, (shown, would_be): (u64, u64)) -> String {
        let last = lasting(rule.meter.per_ms);
        let shown_of = format!("`{}`: {shown} of {} in the last {last}", self.place(rule), rule.max);
        match &rule.meter.measure {
            Measure::Count => shown_of,
            Measure::Sum(_) => format!("{shown_of}, {} more are asked for", would_be.saturating_sub(shown)),
            Measure::Distinct(pointer) => format!("{shown_of}, this is another `params:{pointer}`"),
        }
    }
}

fn what(rule: &Radius) -> String {
    match &rule.meter.measure {
        Measure::Count => "actions".to_owned(),
        Measure::Sum(pointer) => format!("of `params:{pointer}`"),
        Measure::Distinct(pointer) => format!("different `params:{pointer}`"),
    }
}

impl Beyond {
    /// True when people may let the action through.
    pub(crate) fn asks(&self) -> bool {
        self.then == Edge::Escalate && self.objection.reason == Reason::BlastRadius
    }

    /// True when the control plane has lowered that ceiling already.
    pub(crate) fn is_lowered(&self, case: Case<'_>) -> bool {
        case.state.switches.values().any(|switch| {
            switch.scope == self.scope
                && switch.by == person::CONTROL_PLANE
                && self.lowers_to().is_some_and(|level| switch.ceiling <= level)
        })
    }

    /// The ceiling that the rule wants.
    pub(crate) fn lowers_to(&self) -> Option<crate::Level> {
        match self.then {
            Edge::Lower(level) if self.objection.reason == Reason::BlastRadius => Some(level),
            Edge::Lower(_) | Edge::Escalate => None,
        }
    }
}
