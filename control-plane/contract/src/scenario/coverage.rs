//! Clause coverage: which rules of the contract the scenarios tie down, and which are vacuous.
//!
//! Two questions, each asked where it can be answered. Of what objects (a budget, a schema, a rate) it is asked
//! whether it ever did. What can be taken out of the document (an escalation, an agreement, a policy) is taken
//! out, and all scenarios are played again: when no decision differs, nothing shows that it means anything.

use remit_core::{Clause, Reason, ToolName, tripwire::Tripwire};

use super::{play::Trace, suite::Suite};
use crate::{
    CompiledContract,
    folder::{CONTRACT_FILE, Folder},
};

mod domain;
mod fired;
mod removed;

/// One rule of the contract, and how well the scenarios hold it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// Where it stands in the document, for instance `scope.escalate.vip` or `policy.no-fraud`.
    pub name: String,
    /// The file, relative to the contract's folder.
    pub file: String,
    /// Line, from 1; 0 when only the file is known.
    pub line: usize,
    /// Which scenarios need it.
    pub tie: Tie,
}

/// How well the scenarios hold a rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Tie {
    /// It fired, or without it a scenario fails.
    Held,
    /// Without it decisions differ, but no scenario says so.
    Loose,
    /// It never fired, or without it every decision is the same.
    Vacuous,
}

impl Tie {
    /// The word in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Loose => "loose",
            Self::Vacuous => "vacuous",
        }
    }
}

/// What must have been seen for a rule to have fired.
enum Sign {
    /// The clause objected so, to a call of this tool or of any.
    Objected(Clause, Reason, Option<ToolName>),
    /// An action of this tool was admitted.
    Admitted(ToolName),
    /// A plan undoes an effect of this tool.
    Undone(ToolName),
    /// Another read stood in for this tool.
    StoodIn(ToolName),
    /// An action would have gone beyond this rule of the blast radius.
    Beyond(String),
    /// This tripwire has tripped.
    Tripped(Tripwire),
}

/// Every rule, in the order of the document.
pub(super) fn rules(
    folder: &Folder,
    contract: &CompiledContract,
    suites: &[Suite],
    traces: &[Trace],
) -> Vec<Rule> {
    let mut rules = fired::rules(folder, contract, traces);
    rules.extend(removed::rules(folder, suites, traces));
    rules.extend(domain::rules(contract, suites, traces));
    rules.sort_by(|left, right| {
        let key = |rule: &Rule| (rule.file != CONTRACT_FILE, rule.line);
        (key(left), &left.name).cmp(&(key(right), &right.name))
    });
    rules
}
