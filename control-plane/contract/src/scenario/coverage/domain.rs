//! Limits of the domain's file, as far as a suite says them: whether any of its scenarios differs without one.

use remit_core::window::Per;

use super::{Rule, removed::tie};
use crate::{
    CompiledContract,
    scenario::{
        play::Trace,
        suite::{Limits, Suite},
    },
};

/// Each with whether the suite that says it notices that it is gone. Scenarios that say another `domain` do not.
pub(super) fn rules(contract: &CompiledContract, suites: &[Suite], traces: &[Trace]) -> Vec<Rule> {
    let mut rules = Vec::new();
    let mut rest = traces;
    for suite in suites {
        let (own, others) = rest.split_at_checked(suite.scenarios.len()).unwrap_or((rest, &[]));
        rest = others;
        let Some(limits) = &suite.given.domain else { continue };
        for (name, without) in removals(limits) {
            let mut given = suite.given.clone();
            given.domain = Some(without);
            let (file, title) = (suite.file.clone(), suite.title.clone());
            let altered = Suite { file, title, given, scenarios: Vec::new() };
            let scenarios = suite.scenarios.iter().map(|scenario| (&altered, scenario)).zip(own);
            let tie = tie(contract, scenarios);
            rules.push(Rule { name: format!("domain.{name}"), file: suite.file.clone(), line: 0, tie });
        }
    }
    rules
}

/// The limits without each of them.
fn removals(limits: &Limits) -> Vec<(String, Limits)> {
    let mut removals = Vec::new();
    let mut without = |name: String, remove: &dyn Fn(&mut Limits)| {
        let mut less = limits.clone();
        remove(&mut less);
        if less != *limits {
            removals.push((name, less));
        }
    };
    for per in Per::ALL {
        without(format!("cost.spend.{per}"), &|it| _ = it.allowance.spend.remove(&per));
        without(format!("cost.calls.{per}"), &|it| _ = it.allowance.calls.remove(&per));
    }
    without("throttle.identity".to_owned(), &|it| it.throttle.identity = None);
    without("throttle.service".to_owned(), &|it| it.throttle.service = None);
    without("throttle.domain".to_owned(), &|it| it.throttle.domain = None);
    removals
}
