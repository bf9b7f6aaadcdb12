//! How the clauses of a service's contract are, in one line: what is off first.

use remit_proto::v1::{Clause, ClauseStanding, ClauseState, Service};

use super::super::paint::{Painter, Row};

/// Clauses that let a canary through: somebody must look into it.
pub(super) fn alarms(service: &Service) -> Vec<&'static str> {
    named(service.clauses.iter().filter(|state| 0 < state.missed))
}

/// `OFF policy  not exercised recovery  enforced identity scope evidence tooling cost`.
pub(super) fn row(service: &Service, painter: &Painter<'_>) -> Row {
    let theme = painter.theme;
    let of = |standing: ClauseStanding| {
        let quiet = service.clauses.iter().filter(|state| state.missed == 0);
        named(quiet.filter(move |state| state.standing() == standing)).join(" ")
    };
    let groups = [
        ("! OFF", alarms(service).join(" "), theme.crit),
        ("nothing to enforce", of(ClauseStanding::Off), theme.dim),
        ("not exercised", of(ClauseStanding::NotExercised), theme.warn),
        ("enforced", of(ClauseStanding::Enforced), theme.ok),
    ];
    let shown = groups.into_iter().filter(|(_, clauses, _)| !clauses.is_empty());
    let row = shown.fold(Row::new(), |row, (word, clauses, style)| {
        row.put(format!("{word} "), style).put(format!("{clauses}  "), theme.text)
    });
    if service.clauses.is_empty() {
        Row::of("this control plane says nothing of its clauses", theme.dim)
    } else {
        row
    }
}

fn named<'a>(states: impl Iterator<Item = &'a ClauseState>) -> Vec<&'static str> {
    let word = |state: &ClauseState| match state.clause() {
        Clause::Identity => "identity",
        Clause::Scope => "scope",
        Clause::Evidence => "evidence",
        Clause::Policy => "policy",
        Clause::Tooling => "tooling",
        Clause::Cost => "cost",
        Clause::Recovery => "recovery",
        Clause::Unspecified => "?",
    };
    states.map(word).collect()
}
