//! What a step expects: facts by name, kept in the very words in which they are shown.

use std::{collections::BTreeMap, fmt};

use remit_core::Clause;

/// One thing that a step can say about what follows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Fact {
    /// The decision's outcome.
    Outcome,
    /// The clause that decided.
    Clause,
    /// Its reason code.
    Reason,
    /// The reason code of one clause's finding.
    Finding(Clause),
    /// The rules that ask people.
    Asks,
    /// What became of the action.
    Status,
    /// The tools that stood in for a read, and what became of each.
    Instead,
    /// What became of actions of earlier steps.
    Actions,
    /// The step whose action answers for this call, too.
    Joins,
    /// Why the core refused the command.
    Refused,
    /// The tripwires that tripped in the step.
    Tripped,
    /// Where the run is.
    Run,
    /// What is left of the run's money.
    Left,
    /// What is left of the run's calls.
    LeftCalls,
    /// What is left of its calls of single tools.
    LeftTools,
    /// What is left of its tokens.
    LeftTokens,
    /// What undoing the run would do, first step first.
    Undo,
    /// Effects that a rollback has undone.
    Undone,
    /// Effects that a rollback has left to people.
    Parked,
}

impl Fact {
    /// True where the document has a list.
    const fn is_list(self) -> bool {
        matches!(
            self,
            Self::Actions | Self::Asks | Self::Instead | Self::LeftTools | Self::Tripped | Self::Undo
        )
    }

    /// The fact with its values, as it stands in a diff.
    pub(crate) fn shown(self, values: &[String]) -> String {
        match values {
            [value] if !self.is_list() => format!("{self}: {value}\n"),
            [] => format!("{self}: none\n"),
            values => {
                let items: String = values.iter().map(|value| format!("  - {value}\n")).collect();
                format!("{self}:\n{items}")
            }
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Outcome => "outcome",
            Self::Clause => "clause",
            Self::Reason => "reason",
            Self::Finding(clause) => return write!(f, "findings.{clause}"),
            Self::Asks => "asks",
            Self::Status => "status",
            Self::Instead => "instead",
            Self::Actions => "actions",
            Self::Joins => "joins",
            Self::Refused => "refused",
            Self::Tripped => "tripped",
            Self::Run => "run",
            Self::Left => "left",
            Self::LeftCalls => "left.calls",
            Self::LeftTools => "left.tools",
            Self::LeftTokens => "left.tokens",
            Self::Undo => "undo",
            Self::Undone => "undone",
            Self::Parked => "parked",
        })
    }
}

/// What a step expects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expect(BTreeMap<Fact, Vec<String>>);

impl Expect {
    /// Expects the values.
    pub(crate) fn set(&mut self, fact: Fact, values: Vec<String>) {
        self.0.insert(fact, values);
    }

    /// Expects the value unless something is expected already.
    pub(crate) fn unless_said(&mut self, fact: Fact, value: &str) {
        self.0.entry(fact).or_insert_with(|| vec![value.to_owned()]);
    }

    /// True when something is said about it.
    pub(crate) fn says(&self, fact: Fact) -> bool {
        self.0.contains_key(&fact)
    }

    /// True when exactly this is said about it.
    pub(crate) fn is(&self, fact: Fact, value: &str) -> bool {
        self.0.get(&fact).is_some_and(|values| values.iter().map(String::as_str).eq([value]))
    }

    /// What is said, in the order in which it is shown.
    pub(crate) fn facts(&self) -> impl Iterator<Item = (Fact, &[String])> {
        self.0.iter().map(|(fact, values)| (*fact, values.as_slice()))
    }
}
